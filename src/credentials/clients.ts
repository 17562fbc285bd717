import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Clock, iso, minute } from "../kernel/time.ts";
import type { UnsignedRun } from "../operations/client-door.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { type Accepted, acceptCredential } from "./acceptance.ts";
import { type CredentialQuery, type CredentialRows, formOf, isLive, type StoredCredential } from "./credential-row.ts";
import { methodOf } from "./grant.ts";
import { mayEnd, type Party, standing } from "./party.ts";
import { credentialKind, signedCredential } from "./renown-credential.ts";

/** A credential as the portal sends it: the signed message, and beside it what makes the proof. */
export type PostedCredential = { credential: unknown; signature: unknown; domain: unknown };

/** A wallet that gave a credential just now, and the entry that says so. */
export type RecentWallet = { user: Did; method: ProofMethod; entry: string };

export type CredentialClients = {
  /** Exact, all conditions at once, the newest first. */
  find(query: CredentialQuery, limit?: number): Promise<StoredCredential[]>;
  /** Enters what the portal sends; refuses as `acceptCredential` does. */
  accept(posted: PostedCredential, party: Party | undefined): Promise<Accepted>;
  /** Ends a credential. Refuses with NOT_FOUND, FORBIDDEN, ALREADY_REVOKED. */
  revoke(party: Party, document: string, reason: string | null): Promise<void>;
  /** Unsigned INIT and REVOKE. Refuses with UNAUTHENTICATED, FORBIDDEN and what INIT and REVOKE refuse with. */
  door(run: UnsignedRun<() => Promise<Party | undefined>>): Promise<void>;
  /** The wallet of an address whose credential was accepted within `recentFor`, still in force. */
  recent(address: string): Promise<RecentWallet | undefined>;
};

export type CredentialClientParts = { reactor: Reactor; store: OperationStore; rows: CredentialRows; clock: Clock };

/** How long an accepted credential lets its bearer open the profile of its wallet. */
export const recentFor = 10 * minute;

/** Credentials in one answer. */
export const maxCredentials = 200;

/** What clients of the existing Renown do with credentials. */
export function createCredentialClients(parts: CredentialClientParts): CredentialClients {
  const { rows, clock } = parts;
  const one = async (document: string) => (await rows.find({ document }, 1))[0];
  const revoke = async (party: Party, document: string, action: { id?: string; input: JsonObject }) => {
    const stored = await one(document);
    ensure(stored, "NOT_FOUND");
    ensure(mayEnd(party, givenBy(stored)), "FORBIDDEN", "Only its wallet and the key that it names may end it.");
    const actions = [{ ...action, type: "REVOKE" }];
    await parts.reactor.attest({ document, kind: credentialKind, actions, ...standing(party) });
  };
  return {
    find: (query, limit = maxCredentials) => find(parts, query, limit),
    accept: async (posted, party) => acceptCredential(withProof(posted), party, parts),
    revoke: (party, document, reason) => revoke(party, document, { input: { revokedAt: iso(clock()), reason } }),
    door: async ({ document, actions, caller }) => {
      const [action, ...more] = actions;
      ensure(action && more.length === 0, "INVALID_OPERATION", "Unsigned, INIT and REVOKE come one at a time.");
      const { id, type, input } = action;
      const party = await caller();
      if (type === "INIT") {
        await acceptCredential(input, party, parts, { document, ...(id !== undefined && { action: id }) });
        return;
      }
      ensure(type === "REVOKE", "UNKNOWN_ACTION");
      ensure(party, "UNAUTHENTICATED");
      await revoke(party, document, { input, ...(id !== undefined && { id }) });
    },
    recent: (address) => recent(parts, address),
  };
}

async function find(parts: CredentialClientParts, query: CredentialQuery, limit: number): Promise<StoredCredential[]> {
  const { rows, store } = parts;
  const found = await rows.find(query, limit);
  const byContract = found.filter(({ revokedAt, method }) => revokedAt === null && method === "contract").map(givenBy);
  if (byContract.length === 0) return found;
  // A contract's yes does not last: whoever asks the store for the delegation has it asked again where that is due.
  await Promise.all(byContract.map(({ user, key }) => store.delegationsOf(user, key)));
  return rows.find(query, limit);
}

async function recent({ rows, store, clock }: CredentialClientParts, address: string) {
  const now = clock();
  for (const stored of await rows.find({ ethAddress: address, includeRevoked: false }, maxRecent)) {
    const accepted = Date.parse(stored.createdAt);
    if (!isLive(stored, now) || now - accepted > recentFor) continue;
    const entries = await store.entriesOf(stored.document, 0, 2);
    const init = entries.find(({ action }) => action.type === "INIT");
    if (!init) continue;
    const { account, digest, signature } = signedCredential(init.action.input);
    const user = givenBy(stored).user;
    return { user, method: methodOf(account, digest, signature), entry: init.digest };
  }
  return undefined;
}

/** Credentials of one address that are looked at for a recent one. */
const maxRecent = 16;

/** Whose it is and which key it names; how it was checked where that is known. */
function givenBy(stored: StoredCredential): { user: Did; key: Did; method: ProofMethod | undefined } {
  const { issuer, credentialSubject } = formOf(stored);
  return { user: issuer.id, key: credentialSubject.id, method: stored.method };
}

/** The proof that the portal leaves for the service to put together; what is wrong with it shows when it is read. */
function withProof({ credential, signature, domain }: PostedCredential): JsonObject {
  ensure(isObject(credential), "INVALID_CREDENTIAL");
  const issuer = isObject(credential.issuer) ? credential.issuer : {};
  const proof = {
    verificationMethod: issuer.id,
    ethereumAddress: issuer.ethereumAddress,
    created: credential.issuanceDate,
    proofPurpose: "assertionMethod",
    type: "EthereumEip712Signature2021",
    proofValue: signature,
    // Without a domain it is the one that follows from the issuer.
    ...(domain !== undefined && { eip712: { domain, primaryType: "VerifiableCredential" } }),
  };
  return { ...credential, proof } as JsonObject;
}
