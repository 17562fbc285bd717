import { ensure, Failure } from "../kernel/failure.ts";
import { appDidPattern, appPoint } from "./app-key.ts";
import { isUserDid, maxChainId, parseKeyDid } from "./did.ts";
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
    if (subject.startsWith(pkh)) throw new Failure("INVALID_DID", accountFault(subject.slice(pkh.length)));
    ensure(didPattern.test(subject), "INVALID_DID", "The subject is no DID.");
  }
}

const didPattern = /^did:[a-z0-9]+:(?:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})*:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+$/;

const pkh = "did:pkh:eip155:";

/** What keeps a chain and an address from being an account as a did:pkh of eip155 spells it. */
function accountFault(account: string): string {
  const [chain = "", address = "", ...more] = account.split(":");
  if (more.length > 0 || !/^0[xX][0-9a-fA-F]{40}$/.test(address))
    return "A did:pkh of eip155 ends with an address, which is 0x and 40 hex digits.";
  const known = /^[1-9]\d{0,9}$/.test(chain) && Number(chain) <= maxChainId;
  if (!known) return `A did:pkh of eip155 names its chain by a number from 1 to ${maxChainId}.`;
  return "A did:pkh of eip155 has its address in lower case.";
}

/** Wallets show addresses in letters of both cases; a did:pkh of eip155 has them in lower case here. */
export function foldAccount(did: string): string {
  const folded = did.toLowerCase();
  return isUserDid(folded) ? folded : did;
}
