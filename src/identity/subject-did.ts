import { ensure } from "../kernel/failure.ts";
import { appDidPattern, appPoint } from "./app-key.ts";
import { isUserDid, parseKeyDid } from "./did.ts";
import { didWebUrl } from "./resolve.ts";

/**
 * Refuses with INVALID_DID a subject that is no DID (DID Core 1.0, section 3.1), or one of eip155, did:key or did:web
 * that is not spelt the one way that it has. DIDs of other methods are taken as they stand.
 */
export function checkSubjectDid(subject: string): void {
  if (isUserDid(subject)) return;
  if (subject.startsWith("did:key:")) {
    parseKeyDid(subject);
    if (appDidPattern.test(subject)) appPoint(subject);
  } else if (subject.startsWith("did:web:")) didWebUrl(subject);
  else {
    const account = subject.startsWith("did:pkh:eip155:");
    ensure(!account, "INVALID_DID", "A did:pkh of eip155 has its address in lower case.");
    ensure(didPattern.test(subject), "INVALID_DID", "The subject is no DID.");
  }
}

const didPattern = /^did:[a-z0-9]+:(?:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})*:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+$/;

/** Wallets show addresses in letters of both cases; a did:pkh of eip155 has them in lower case here. */
export function foldAccount(did: string): string {
  const folded = did.toLowerCase();
  return isUserDid(folded) ? folded : did;
}
