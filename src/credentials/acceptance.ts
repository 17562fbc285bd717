import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, pkhDid } from "../identity/did.ts";
import { equalBytes } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, isObject, type JsonObject } from "../kernel/json.ts";
import type { Clock } from "../kernel/time.ts";
import { assignedId } from "../operations/document-id.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { parseRenownCredential, type RenownCredential, renownCredentialDigest } from "../securing/eip712.ts";
import { methodOf } from "./grant.ts";
import { type Party, standing } from "./party.ts";
import { type CredentialState, credentialClaim, credentialKind as kind } from "./renown-credential.ts";

/** A Renown credential that stands in the log now. */
export type Accepted = {
  document: string;
  /** The digest of its INIT's entry: what rests on the credential names it. */
  entry: string;
  credential: RenownCredential;
  /** Whose it is, and how the proof was checked. */
  wallet: { user: Did; method: ProofMethod };
  /** False where the same credential was brought before. */
  created: boolean;
};

export type AcceptanceParts = { reactor: Reactor; store: OperationStore; clock: Clock };

/** A document that somebody asked for, and the id of the action that begins it; both are ours unless given. */
export type AcceptancePlace = { document?: string; action?: string };

/**
 * Enters a credential with its proof, checked before it is kept. One credential id is one record per issuer: brought
 * again it gives the same answer and changes nothing. Refuses with what `renownCredential` refuses with, CREDENTIAL_KNOWN
 * where another credential of the issuer has the id, and REVOKED: what was revoked never comes back.
 */
export async function acceptCredential(
  value: unknown,
  party: Party | undefined,
  parts: AcceptanceParts,
  place: AcceptancePlace = {},
): Promise<Accepted> {
  const credential = parseRenownCredential(value);
  const holder = () => parts.store.holderOf("credential", credentialClaim(credential), parts.clock());
  const known = await holder();
  if (known !== undefined && known !== place.document) return repeated(known, credential, parts, place);
  const document = place.document ?? assignedId();
  const init = { type: "INIT", input: initInput(value), ...(place.action !== undefined && { id: place.action }) };
  try {
    const receipts = await parts.reactor.attest({ document, kind, actions: [init], ...standing(party) });
    const entry = receipts.find(({ scope }) => scope === "global")!.entry;
    return { document, entry, credential, wallet: walletOf(credential), created: true };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "CREDENTIAL_KNOWN") throw error;
    return repeated((await holder()) ?? "", credential, parts, place);
  }
}

/** INIT has `context` where the credential has `@context`; the order of the members stays. */
function initInput(credential: unknown): JsonObject {
  ensure(isObject(credential), "INVALID_CREDENTIAL");
  const members = Object.entries(credential).map(([name, value]) => [name === "@context" ? "context" : name, value]);
  return Object.fromEntries(members) as JsonObject;
}

async function repeated(
  document: string,
  credential: RenownCredential,
  { reactor, store }: AcceptanceParts,
  place: AcceptancePlace,
): Promise<Accepted> {
  // Whoever asked for a document of their own is not told of another: it would stay empty.
  ensure(place.document === undefined, "CREDENTIAL_KNOWN");
  const entries = await store.entriesOf(document, 0, 2);
  const init = entries.find((entry) => entry.action.type === "INIT");
  ensure(init && isSame(parseRenownCredential(init.action.input), credential), "CREDENTIAL_KNOWN");
  const { grant } = (await reactor.document(document)).state as CredentialState;
  ensure(grant?.revocation === null, "REVOKED");
  return { document, entry: init.digest, credential, wallet: walletOf(credential), created: false };
}

function walletOf({ account, message, proof }: RenownCredential): Accepted["wallet"] {
  const digest = renownCredentialDigest(message, account.chainId);
  return { user: pkhDid(account), method: methodOf(account, digest, proof.value) };
}

/** The same if the wallet signed the same text by the same signature; what is not signed must agree too. */
function isSame(one: RenownCredential, other: RenownCredential): boolean {
  const digest = ({ message, account }: RenownCredential) => renownCredentialDigest(message, account.chainId);
  const unsigned = ({ credentialStatus }: RenownCredential) => canonicalJson(credentialStatus ?? null);
  return (
    equalBytes(digest(one), digest(other)) &&
    one.proof.value.toLowerCase() === other.proof.value.toLowerCase() &&
    unsigned(one) === unsigned(other)
  );
}
