import { iso, type Millis } from "../kernel/time.ts";
import type { Exclusion, Fact } from "./fact.ts";
import type { Tie } from "./ledger.ts";
import type { RaterClass } from "./policy.ts";
import type { Rules } from "./score-rules.ts";

/** Why a fact does not count, with what says so: digests, moments, numbers; members in the order of RFC 8785. */
export type Refusal = { reason: Exclusion; detail: Detail };
export type Detail = { [name: string]: string | number };

/** When a fact begins or ceases to count while the log stays as it is. */
export type Turn = { at: Millis; why: "valid-from" | "valid-until" | "dispute-term" };

/**
 * What a fact has against it for good, whatever the moment: that nobody asked for it, that the subject speaks for itself,
 * that it was taken back, that its organisation was closed, or that its key was not safe. What counts `against` the
 * subject it may say itself: else whoever becomes one with a rater would be rid of what that has said.
 */
export function lastingRefusal(fact: Tie, against = false): Refusal | undefined {
  if (fact.standing === "unsolicited") return { reason: "unsolicited", detail: {} };
  if (fact.selfAttested && !against) return { reason: "self-attested", detail: {} };
  if (fact.ended) {
    const { as, operation } = fact.ended;
    return { reason: "retracted", detail: { as, operation } };
  }
  if (fact.issuerRevokedAt !== undefined)
    return { reason: "issuer-revoked", detail: { at: iso(fact.issuerRevokedAt) } };
  return fact.compromised ? { reason: "key-compromised", detail: {} } : undefined;
}

/** What a fact has against it at a moment: it is valid from `validFrom` on and until just before `validUntil`. */
export function passingRefusal(fact: Tie, now: Millis, rules: Rules): Refusal | undefined {
  const { validFrom, validUntil, dispute } = fact;
  if (validFrom !== undefined && now < validFrom)
    return { reason: "not-yet-valid", detail: { validFrom: iso(validFrom) } };
  if (validUntil !== undefined && now >= validUntil)
    return { reason: "expired", detail: { validUntil: iso(validUntil) } };
  if (!dispute || now < disputeEnd(dispute, rules)) return undefined;
  const { operation, ruling } = dispute;
  if (!ruling) return { reason: "disputed", detail: { dispute: operation } };
  return {
    reason: "disputed",
    detail: { dispute: operation, outcome: ruling.outcome, ruling: ruling.operation },
  };
}

/** What there is about a fact that time turns, each once. */
export function turnsOf(fact: Tie, rules: Rules): Turn[] {
  const turns: Turn[] = [];
  if (fact.validFrom !== undefined) turns.push({ at: fact.validFrom, why: "valid-from" });
  if (fact.validUntil !== undefined) turns.push({ at: fact.validUntil, why: "valid-until" });
  const end = fact.dispute ? disputeEnd(fact.dispute, rules) : never;
  if (Math.abs(end) !== never) turns.push({ at: end, why: "dispute-term" });
  return turns;
}

/** By whose weight a fact counts. */
export function classOf({ rater, raterIs }: Pick<Fact, "rater" | "raterIs">, seeds: ReadonlySet<string>): RaterClass {
  return seeds.has(rater) ? "seed" : raterIs;
}

const never = Number.POSITIVE_INFINITY;

/** From when on a disputed fact does not count: always if struck, never if upheld in time, else from the term's end. */
function disputeEnd({ at, ruling }: NonNullable<Fact["dispute"]>, { disputeTerm }: Rules): Millis {
  if (ruling?.outcome === "struck") return -never;
  return ruling && ruling.at <= at + disputeTerm ? never : at + disputeTerm;
}
