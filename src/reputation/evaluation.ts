import type { Millis } from "../kernel/time.ts";
import { type Left, type Prepared, prepareFacts, type Weighed, weighFacts } from "./contributions.ts";
import { formatDecimal, parseDecimal, roundDecimal } from "./decimal.ts";
import type { Epoch } from "./edges.ts";
import type { Fact } from "./fact.ts";
import type { Group } from "./ledger.ts";
import type { PublishedPolicy } from "./policy.ts";
import { compilePolicy, type KindTerms, type Rules, tickFloor } from "./score-rules.ts";
import { applyTransform } from "./transform.ts";
import { betaLower, wilsonLower } from "./wilson.ts";

/** What a score is asked of: everything that it depends on, and nothing else does it depend on. */
export type Question = {
  policy: PublishedPolicy;
  group: Group;
  /** The facts about the group up to the position that the ledger answers, in any order, and how many it leaves out. */
  facts: readonly Fact[];
  beyond: number;
  /** The epoch of trust that the policy asks for; null where it asks for none. */
  trust: Epoch | null;
  /** The moment asked about. */
  at: Millis;
  /** The position of the log, and its digest there. */
  log: { position: number; digest: string };
};

/** A question with all read that no moment changes. */
export type Case = { rules: Rules; prepared: readonly Prepared[] };

export type KindSum = { terms: KindTerms; facts: number; sum: bigint; transformed: bigint; points: bigint };

/** The score at the beginning of a tick. Numbers in units of 10⁻⁹ with their sign. */
export type Evaluation = {
  now: Millis;
  counted: Weighed[];
  eligible: Weighed[];
  left: Left[];
  kinds: KindSum[];
  /** Rounded once, to the decimals of the policy. */
  score: string;
  raters: number;
  passes: boolean;
};

/** Refuses with INVALID_INPUT a policy that asks for trust without an epoch of it. */
export function openCase({ policy, facts, trust }: Question): Case {
  const rules = compilePolicy(policy);
  return { rules, prepared: prepareFacts(facts, rules, trust) };
}

/** Evaluates a case at the beginning of the tick in which a moment lies. */
export function evaluate({ rules, prepared }: Case, at: Millis): Evaluation {
  const now = tickFloor(at, rules.tick);
  const weighed = weighFacts(prepared, now, rules);
  const kinds = sumKinds(weighed.counted, rules);
  const score = shownScore(
    kinds.reduce((sum, { points }) => sum + points, 0n),
    rules,
  );
  const raters = new Set(weighed.counted.map(({ worth }) => worth.rater)).size;
  return { now, ...weighed, kinds, score, raters, passes: passesWith(score, raters, rules) };
}

/** What is left of a fact after caps, with its sign. */
export function contributionOf({ left, worth }: Weighed): bigint {
  return worth.negative ? -left : left;
}

/** A kind's points: its sum transformed by amount, the sign kept, and held to the kind's cap. */
export function pointsOf(sum: bigint, { transform, cap }: KindTerms): { transformed: bigint; points: bigint } {
  const amount = applyTransform(transform, sum < 0n ? -sum : sum);
  const capped = cap !== null && amount > cap ? cap : amount;
  return sum < 0n ? { transformed: -amount, points: -capped } : { transformed: amount, points: capped };
}

/** The sum of all kinds as it is shown: between 0 and the policy's most, rounded half to even. */
export function shownScore(total: bigint, { max, decimals }: Rules): string {
  return roundDecimal(total < 0n ? 0n : total > max ? max : total, decimals);
}

/** Judges the score as it is shown, so that whoever sees it can judge likewise. */
export function passesWith(score: string, raters: number, { threshold, minRaters }: Rules): boolean {
  return raters >= minRaters && parseDecimal(score) >= threshold;
}

/** How sure a score is: the lower bound of the share of points that speak for the subject, all as decimal strings. */
export function uncertaintyOf(counted: readonly Weighed[], { uncertainty: { method, deviations } }: Rules) {
  let s = 0n;
  let n = 0n;
  for (const { left, worth } of counted) {
    n += left;
    if (!worth.negative) s += left;
  }
  const lower = method === "wilson" ? wilsonLower(s, n, deviations) : betaLower(s, n, deviations);
  return { method, lower: formatDecimal(lower), s: formatDecimal(s), n: formatDecimal(n) };
}

function sumKinds(counted: readonly Weighed[], rules: Rules): KindSum[] {
  const sums = new Map<KindTerms, { facts: number; sum: bigint }>();
  for (const terms of rules.kinds.values()) sums.set(terms, { facts: 0, sum: 0n });
  for (const each of counted) {
    const sum = sums.get(each.worth.terms)!;
    sum.facts += 1;
    sum.sum += contributionOf(each);
  }
  return [...sums].map(([terms, { facts, sum }]) => ({ terms, facts, sum, ...pointsOf(sum, terms) }));
}
