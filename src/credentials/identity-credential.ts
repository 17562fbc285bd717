import { type Did, parsePkh } from "../identity/did.ts";
import type { JsonObject } from "../kernel/json.ts";
import { day, iso, type Millis } from "../kernel/time.ts";
import { contextV2 } from "../securing/data-model.ts";
import { credentialUrl, type IssuedCredential, type Issuer, issue } from "./issued.ts";

/** Life of an identity credential: a new one comes with every sign-in. */
export const identityLife = 7 * day;

export const identityType = "RenownIdentityCredential";

/** Says that the subject's wallet signed in here at `now`; signed, kept, and standing in a status list. */
export function issueIdentityCredential(issuer: Issuer, subject: Did, now: Millis): Promise<IssuedCredential> {
  const id = crypto.randomUUID();
  const validUntil = now + identityLife;
  const body = (credentialStatus: JsonObject): JsonObject => ({
    "@context": context,
    id: credentialUrl(issuer.origin, id),
    type: ["VerifiableCredential", identityType],
    issuer: issuer.signer().did,
    validFrom: iso(now),
    validUntil: iso(validUntil),
    credentialSubject: { id: subject, blockchainAccountId: accountId(subject) },
    credentialStatus,
  });
  return issue(issuer, { id, subject, type: identityType, validUntil, body }, now);
}

// The terms are defined within, so that nobody has to fetch a context of ours.
const context = [
  contextV2,
  {
    [identityType]: `https://renown.id/ns#${identityType}`,
    blockchainAccountId: "https://w3id.org/security#blockchainAccountId",
  },
];

/** The account of a did:pkh as CAIP-10 spells it. */
function accountId(did: Did): string {
  const { chainId, address } = parsePkh(did);
  return `eip155:${chainId}:${address}`;
}
