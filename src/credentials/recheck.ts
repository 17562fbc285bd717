import type { Delegation } from "../identity/delegation.ts";
import type { ContractAnswer, ContractCheck } from "../identity/wallet.ts";
import { fromHex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Clock, day, iso, type Millis, minute } from "../kernel/time.ts";
import type { Document } from "../operations/fold.ts";
import type { Reactor } from "../operations/reactor.ts";
import { recordAction } from "../operations/recorded-checks.ts";
import type { OperationStore } from "../operations/store.ts";
import { recordInput, type SignedProof } from "./contract-record.ts";
import { type DelegationState, delegationKind, signedMessage } from "./delegation.ts";
import { type CredentialState, signedCredential } from "./renown-credential.ts";

/** How long a contract's yes is relied on without asking again. */
export const recheckAfter = day;

/** How long a delegation lives on while its chain does not answer, from the contract's last yes. */
export const unansweredFor = 7 * day;

/** After a chain did not answer it is left alone this long: what waits for it would wait each time. */
const quietFor = 5 * minute;

/** Delegations that are left alone at a time; beyond that they are asked about once too often. */
const maxQuiet = 10_000;

export type RecheckParts = {
  /** Undefined where no chain is configured: then nobody can be asked. */
  contract: ContractCheck | undefined;
  clock: Clock;
  /** Called later than this is made: the reactor reads the store that is made here. */
  reactor(): Pick<Reactor, "attest" | "document">;
};

/**
 * A store that asks contracts again before it tells of a delegation which one of them proved, where the last yes is
 * older than a day. A no ends the delegation, and so does a week without an answer; both by an entry of the service.
 * @see docs/operations.md, "Who may speak"
 */
export function withRechecks(store: OperationStore, parts: RecheckParts): OperationStore {
  const recheck = openRechecks(parts);
  return {
    ...store,
    delegationsOf: async (user, key, upTo) => {
      const found = await store.delegationsOf(user, key, upTo);
      const old = found.filter((each) => isDue(each, parts.clock()));
      if (old.length === 0) return found;
      await Promise.all(old.map(recheck));
      return store.delegationsOf(user, key, upTo);
    },
  };
}

function isDue(delegation: Delegation, now: Millis): boolean {
  const { method, revokedSeq, expiresAt } = delegation;
  return (
    method === "contract" && revokedSeq === undefined && expiresAt > now && now - lastYes(delegation) > recheckAfter
  );
}

function lastYes({ checkedAt, grantedAt }: Delegation): Millis {
  return checkedAt ?? grantedAt;
}

/** A question that has not ended by then was broken off with the request that it belonged to. */
const brokenOffAfter = minute;

/** Asks about one delegation at a time, however many wait for it, and seldom while nobody answers. */
function openRechecks(parts: RecheckParts): (delegation: Delegation) => Promise<void> {
  const underWay = new Map<string, { since: Millis; asked: Promise<void> }>();
  const quietUntil = new Map<string, Millis>();
  const start = async (delegation: Delegation): Promise<void> => {
    const { document } = delegation;
    const answered = await recheck(delegation, parts);
    quietUntil.delete(document);
    if (quietUntil.size >= maxQuiet) quietUntil.clear();
    if (!answered) quietUntil.set(document, parts.clock() + quietFor);
  };
  return (delegation) => {
    const { document } = delegation;
    const now = parts.clock();
    const spent = now - lastYes(delegation) > unansweredFor;
    if (!spent && (quietUntil.get(document) ?? 0) > now) return Promise.resolve();
    const known = underWay.get(document);
    if (known && now - known.since < brokenOffAfter) return known.asked;
    const asked = start(delegation).finally(() => underWay.delete(document));
    underWay.set(document, { since: now, asked });
    return asked;
  };
}

/** True where the matter is settled, false where nobody answered and the last yes still counts. */
async function recheck(delegation: Delegation, { contract, clock, reactor }: RecheckParts): Promise<boolean> {
  const { attest, document: load } = reactor();
  const document = await load(delegation.document);
  const add = (type: string, input: JsonObject) => say(document, type, input, attest);
  const answer = contract && (await askAgain(proofOf(document), contract));
  if (answer) await add(recordAction, recordInput(answer));
  else if (answer === false) await add("REVOKE", ending(clock(), "The wallet's contract no longer accepts its proof."));
  else if (clock() - lastYes(delegation) <= unansweredFor) return false;
  else await add("REVOKE", ending(clock(), "The wallet's contract could not be asked for a week."));
  return true;
}

/** A chain that does not answer and one that is not configured come to the same: nobody says yes. */
async function askAgain({ account, digest, signature }: SignedProof, contract: ContractCheck): Promise<ContractAnswer> {
  try {
    return await contract(account, digest, fromHex(signature.slice(2))!);
  } catch (error) {
    if (error instanceof Failure && error.code === "UNAVAILABLE") return undefined;
    throw error;
  }
}

/** The proof that a document of either kind holds. */
function proofOf({ kind, state }: Document): SignedProof {
  if (kind.name === delegationKind) {
    const { proof } = state as DelegationState;
    ensure(proof, "NOT_INITIALIZED");
    return signedMessage(proof);
  }
  const { init } = state as CredentialState;
  ensure(init, "NOT_INITIALIZED");
  return signedCredential(init);
}

async function say(document: Document, type: string, input: JsonObject, attest: Reactor["attest"]): Promise<void> {
  const actor = { user: "", app: "", method: "recovery" } as const;
  const authority = { by: "service", entry: "" } as const;
  try {
    await attest({ document: document.id, kind: document.kind.name, actions: [{ type, input }], actor, authority });
  } catch (error) {
    // Another process may have come first; what stands in the log then is what counts.
    if (!(error instanceof Failure) || error.code !== "ALREADY_REVOKED") throw error;
  }
}

function ending(now: Millis, reason: string): JsonObject {
  return { revokedAt: iso(now), reason };
}
