import { type Delegation, type LifeCode, lifeOf, limitNames } from "../identity/delegation.ts";
import { type DelegationProof, readDelegationMessage } from "../identity/delegation-message.ts";
import { parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import type { MessageContext, WalletMessage } from "../identity/sign-in.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, isObject, type JsonObject } from "../kernel/json.ts";
import { type Clock, iso, parseTime } from "../kernel/time.ts";
import { assignedId } from "../operations/document-id.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { DelegationRecord, OperationStore } from "../operations/store.ts";
import { parseRenownCredential } from "../securing/eip712.ts";
import { type Party, walletOf } from "./party.ts";

/** The two kinds that hold delegations, by the form of their proof. */
const credentialKind = "powerhouse/renown-credential";
const messageKind = "renown/delegation";

export type Delegating = {
  /** Checks a proof and enters it in a new document. `created` is false where the same credential was brought again. */
  give(proof: { credential: unknown } | WalletMessage, party: Party | undefined): Promise<Given>;
  /** Ends a delegation: the wallet its own, a key itself, the operator any. NOT_FOUND to everybody else. */
  revoke(party: Party, document: string, reason: string | null): Promise<DelegationRecord>;
  /** Says, once, from when on the key counts as compromised. */
  compromise(party: Party, document: string, from: string): Promise<DelegationRecord>;
};

export type Given = { delegation: DelegationRecord; created: boolean };
export type DelegatingParts = { reactor: Reactor; store: OperationStore; messages: MessageContext; clock: Clock };

/** What a session, an app's own token or nobody may do with delegations. */
export function createDelegating(parts: DelegatingParts): Delegating {
  const record = async (document: string): Promise<DelegationRecord> => {
    const found = await parts.store.delegationByDocument(document);
    ensure(found, "NOT_FOUND");
    return found;
  };
  const end = async (party: Party, document: string, type: string, input: JsonObject): Promise<DelegationRecord> => {
    const delegation = await record(document);
    ensure(mayEnd(party, delegation), "NOT_FOUND");
    await parts.reactor.attest({ document, kind: delegation.kind, actions: [{ type, input }], ...standing(party) });
    return record(document);
  };
  return {
    give: async (proof, party) => {
      if ("credential" in proof) return giveCredential(proof.credential, party, parts);
      const read = await readDelegationMessage(parts.messages, proof, parts.clock());
      return { delegation: await enterMessage(read, parts), created: true };
    },
    revoke: (party, document, reason) => end(party, document, "REVOKE", { revokedAt: iso(parts.clock()), reason }),
    compromise: (party, document, from) => {
      walletOf(party);
      return end(party, document, "SET_COMPROMISED_FROM", { from: iso(parseTime(from)) });
    },
  };
}

/** What a delegation is now, at the end of the log. */
export function stateNow(delegation: Delegation, now: number): LifeCode {
  const moment = { time: now, seq: Number.MAX_SAFE_INTEGER };
  return lifeOf(delegation, moment, moment);
}

/** A delegation as the API shows it. */
export function delegationView(delegation: DelegationRecord, now: number) {
  const { document, kind, entry, user, key, label, limits, method } = delegation;
  const time = (value: number | undefined) => (value === undefined ? null : iso(value));
  return {
    id: document,
    kind,
    entry,
    user,
    app: key,
    label,
    may: limits === "unsaid" ? null : limitNames(limits),
    state: stateNow(delegation, now),
    method,
    grantedAt: iso(delegation.grantedAt),
    expiresAt: iso(delegation.expiresAt),
    revokedAt: time(delegation.revokedAt),
    revokedBy: delegation.revokedBy ?? null,
    revocationReason: delegation.revocationReason ?? null,
    compromisedFrom: time(delegation.compromisedFrom),
  };
}

async function giveCredential(value: unknown, party: Party | undefined, parts: DelegatingParts): Promise<Given> {
  const { message } = parseRenownCredential(value);
  const input = initInput(value as Record<string, unknown>);
  const known = await parts.store.holderOf("credential", message.id, parts.clock());
  if (known !== undefined) return repeated(known, input, parts);
  const document = assignedId();
  try {
    await parts.reactor.attest({
      document,
      kind: credentialKind,
      actions: [{ type: "INIT", input }],
      ...standing(party),
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "CREDENTIAL_KNOWN") throw error;
    const holder = await parts.store.holderOf("credential", message.id, parts.clock());
    return repeated(holder ?? "", input, parts);
  }
  return { delegation: await delegationOf(document, parts), created: true };
}

/** One credential id is one record: brought again it gives the same answer, and once revoked it never comes back. */
async function repeated(document: string, input: JsonObject, parts: DelegatingParts): Promise<Given> {
  const entries = await parts.store.entriesOf(document, 0, 2);
  const init = entries.find((entry) => entry.action.type === "INIT");
  ensure(init && canonicalJson(init.action.input) === canonicalJson(input), "CREDENTIAL_KNOWN");
  const delegation = await delegationOf(document, parts);
  ensure(delegation.revokedSeq === undefined, "REVOKED");
  return { delegation, created: false };
}

async function delegationOf(document: string, parts: DelegatingParts): Promise<DelegationRecord> {
  const delegation = await parts.store.delegationByDocument(document);
  // A credential whose subject is no app key is kept, and delegates nothing.
  ensure(delegation, "INVALID_CREDENTIAL", "The credential names no app key: it delegates nothing.");
  return delegation;
}

async function enterMessage(read: DelegationProof, parts: DelegatingParts): Promise<DelegationRecord> {
  const document = assignedId();
  const input = { message: read.message, signature: read.signature };
  await parts.reactor.attest({
    document,
    kind: messageKind,
    actions: [{ type: "INIT", input }],
    ...standing(undefined),
  });
  return delegationOf(document, parts);
}

/** INIT has `context` where the credential has `@context`; the order of the members stays. */
function initInput(credential: Record<string, unknown>): JsonObject {
  ensure(isObject(credential), "INVALID_CREDENTIAL");
  const members = Object.entries(credential).map(([name, value]) => [name === "@context" ? "context" : name, value]);
  return Object.fromEntries(members) as JsonObject;
}

/** By what right a party acts, and as whom; whoever brings a proof and nothing else acts by the proof. */
function standing(party: Party | undefined) {
  const nobody = { user: "", app: "", method: "recovery" } as const;
  if (!party) return { actor: nobody, authority: { by: "proof", entry: "" } as const };
  if (party.by === "operator") return { actor: nobody, authority: { by: "service", entry: "" } as const };
  const authority = { by: party.by, entry: "" } as const;
  if (party.by === "token")
    return { actor: { user: party.user, app: party.app, method: "recovery" } as const, authority };
  return { actor: { user: party.user, app: "", method: party.method } as const, authority };
}

/** Whether the party may know of the delegation and end it; what the kind allows is decided there once more. */
function mayEnd(party: Party, delegation: DelegationRecord): boolean {
  if (party.by === "operator") return true;
  const { address, chainId } = parsePkh(delegation.user);
  const reached = { address, chainId: delegation.method === "contract" ? chainId : null };
  if (party.by === "token") return party.app === delegation.key && parsePkh(party.user).address === address;
  return speaksFor(party, reached);
}
