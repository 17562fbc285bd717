import { type Delegation, type LifeCode, lifeOf, limitNames } from "../identity/delegation.ts";
import { type DelegationProof, readDelegationMessage } from "../identity/delegation-message.ts";
import type { Did } from "../identity/did.ts";
import type { MessageContext, WalletMessage } from "../identity/sign-in.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Clock, iso, parseNamedTime } from "../kernel/time.ts";
import { assignedId } from "../operations/document-id.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { DelegationRecord, OperationStore } from "../operations/store.ts";
import { parseRenownCredential } from "../securing/eip712.ts";
import { acceptCredential } from "./acceptance.ts";
import { delegationKind } from "./delegation.ts";
import { keyOf } from "./grant.ts";
import { mayEnd, type Party, standing, walletOf } from "./party.ts";

export type Delegating = {
  /** Checks a proof and enters it in a new document. `created` is false where the same credential was brought again. */
  give(proof: { credential: unknown } | WalletMessage, party: Party | undefined): Promise<Given>;
  /** Ends a delegation: the wallet its own, a key itself, the operator any. NOT_FOUND to everybody else. */
  revoke(party: Party, document: string, reason: string | null): Promise<DelegationRecord>;
  /** Says, once, from when on the key counts as compromised. */
  compromise(party: Party, document: string, from: string): Promise<DelegationRecord>;
  /** The one by which a key speaks for a user now. */
  live(user: Did, key: Did): Promise<DelegationRecord | undefined>;
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
    live: async (user, key) => {
      const found = await parts.store.delegationsOf(user, key);
      const live = found.find((each) => stateNow(each, parts.clock()) === "LIVE");
      return live && record(live.document);
    },
    revoke: (party, document, reason) => end(party, document, "REVOKE", { revokedAt: iso(parts.clock()), reason }),
    compromise: (party, document, from) => {
      walletOf(party);
      return end(party, document, "SET_COMPROMISED_FROM", { from: iso(parseNamedTime("from", from)) });
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
    /** What the wallet's contract first said yes to, and when it last did; null where its own key signed. */
    asChecked: delegation.asChecked ?? null,
    checkedAt: time(delegation.checkedAt),
  };
}

async function giveCredential(value: unknown, party: Party | undefined, parts: DelegatingParts): Promise<Given> {
  const { message } = parseRenownCredential(value);
  // A credential whose subject is no app key delegates nothing.
  ensure(keyOf(message.credentialSubject.id) !== "", "INVALID_CREDENTIAL", "The credential names no app key.");
  const { document, created } = await acceptCredential(value, party, parts);
  return { delegation: await delegationOf(document, parts), created };
}

async function delegationOf(document: string, parts: DelegatingParts): Promise<DelegationRecord> {
  const delegation = await parts.store.delegationByDocument(document);
  ensure(delegation, "NOT_FOUND");
  return delegation;
}

async function enterMessage(read: DelegationProof, parts: DelegatingParts): Promise<DelegationRecord> {
  const document = assignedId();
  const input = { message: read.message, signature: read.signature };
  await parts.reactor.attest({
    document,
    kind: delegationKind,
    actions: [{ type: "INIT", input }],
    ...standing(undefined),
  });
  return delegationOf(document, parts);
}
