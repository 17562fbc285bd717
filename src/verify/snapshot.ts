import type { Delegation, Moment } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import type { Millis } from "../kernel/time.ts";
import type { Knowledge } from "./knowledge.ts";

/**
 * Delegations held in memory, from audited bundles or from one's own records, as `verifyOperation` asks for them. One
 * proved by recovery speaks for its address on every chain, one by contract for exactly its DID.
 */
export function snapshotOf(delegations: readonly Delegation[]): NonNullable<Knowledge["delegationsOf"]> {
  return (user: Did, key: Did) => {
    if (!isUserDid(user)) return [];
    const speaks = (each: Delegation) => each.key === key && speaksFor(each, parsePkh(user));
    return delegations.filter(speaks).toSorted((a, b) => b.grantedSeq - a.grantedSeq);
  };
}

/** The last place that such delegations tell of by a time: what came later has not happened yet. */
export function momentIn(delegations: readonly Delegation[], time: Millis): Moment {
  let seq = 0;
  for (const { grantedAt, grantedSeq, revokedAt, revokedSeq } of delegations) {
    if (grantedAt <= time) seq = Math.max(seq, grantedSeq);
    if (revokedSeq !== undefined && revokedAt! <= time) seq = Math.max(seq, revokedSeq);
  }
  return { time, seq };
}
