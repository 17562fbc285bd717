import type { Millis } from "../kernel/time.ts";
import type { Weighed } from "./contributions.ts";
import { decayFactor } from "./decay.ts";
import { parseDecimal } from "./decimal.ts";
import { type Evaluation, passesWith, pointsOf, shownScore } from "./evaluation.ts";
import type { KindTerms, Rules } from "./score-rules.ts";

/** What bounds a score from one evaluation up to the next moment at which a fact begins or ceases to count. */
export type Outlook = {
  since: Millis;
  cells: readonly Cell[];
  parts: readonly Part[];
  pools: readonly Pool[];
  /** Whether a cap may cut something. */
  capped: boolean;
  /** Raters whose facts may count, and of them those whom no cap can leave out. */
  raters: number;
  surely: number;
};

/** Facts that fade alike in one part, as one; `slack` is what rounding each by itself may have cost. */
type Cell = { terms: KindTerms; part: number; sum: bigint; slack: bigint };

/** What a rater gives to a pool. */
type Part = { pool: number; rater: number };

/** What an issuer's cap and transforms treat alike. Kinds whose points are their sum are one: `terms` is null. */
type Pool = { terms: KindTerms | null; negative: boolean; issuer: number | undefined };

/** From one number to another, both included. */
type Range = { low: bigint; high: bigint };

/**
 * Gathers an evaluation into cells. Where no cap cuts anything, none will: amounts only fall while the same facts count.
 */
export function outlookOf({ eligible, now }: Evaluation, rules: Rules): Outlook {
  const binding = bindingIssuers(eligible, rules);
  const capped = binding.size > 0 || eligible.some(({ cut }) => cut !== null);
  const plain = plainKinds(eligible, rules);
  const pools = gather<Pool>();
  const parts = gather<Part>();
  const cells = gather<Cell>();
  for (const { worth, amount } of eligible) {
    const { terms, negative } = worth;
    const [rater, issuer] = capped ? [worth.rater, worth.issuer] : [0, undefined];
    const own = plain.has(terms) ? null : terms;
    const pool = pools.at(`${own?.kind} ${negative} ${issuer}`, { terms: own, negative, issuer });
    const part = parts.at(`${pool} ${rater}`, { pool, rater });
    const cell = cells.list[cells.at(`${terms.kind} ${part}`, { terms, part, sum: 0n, slack: 0n })]!;
    cell.sum += amount;
    cell.slack += slackOf(worth.base);
  }
  const raters = new Set(eligible.map(({ worth }) => worth.rater));
  const unsure = new Set(eligible.flatMap(({ worth }) => (binding.has(worth.issuer) ? [worth.rater] : [])));
  const surely = raters.size - unsure.size;
  const lists = { cells: cells.list, parts: parts.list, pools: pools.list };
  return { since: now, ...lists, capped, raters: raters.size, surely };
}

/** Whether the score is shown as `score`, and passes as it did, throughout from `from` to `to`, as far as bounds tell. */
export function staysAt(score: string, outlook: Outlook, from: Millis, to: Millis, rules: Rules): boolean {
  const { parts, pools, capped, raters, surely, since } = outlook;
  const open = raters >= rules.minRaters && surely < rules.minRaters;
  if (open && passesWith(score, raters, rules)) return false;
  let given = rangesOf(outlook, from - since, to - since, rules);
  if (capped) given = capRanges(given, (i) => parts[i]!.rater, rules.caps.rater);
  let pooled = addRanges(given, (i) => parts[i]!.pool, pools.length);
  if (capped) pooled = capRanges(pooled, (i) => pools[i]!.issuer, rules.caps.issuer);
  const total = totalRange(pooled, pools);
  return shownScore(total.low, rules) === score && shownScore(total.high, rules) === score;
}

/** Issuers that the cap may come to cut: those whose facts have more than it before any cap. */
function bindingIssuers(eligible: readonly Weighed[], { caps }: Rules): ReadonlySet<number | undefined> {
  const sums = new Map<number, bigint>();
  for (const { worth, amount } of eligible)
    if (worth.issuer !== undefined) sums.set(worth.issuer, (sums.get(worth.issuer) ?? 0n) + amount);
  return new Set([...sums].flatMap(([issuer, sum]) => (caps.issuer !== null && sum > caps.issuer ? [issuer] : [])));
}

/** Kinds that give their sum as it is: without a transform, and without a cap that they can reach. */
function plainKinds(eligible: readonly Weighed[], { caps, kinds }: Rules): ReadonlySet<KindTerms> {
  const byRater = new Map<KindTerms, Map<number, bigint>>();
  for (const { worth, amount } of eligible) {
    const sums = byRater.get(worth.terms) ?? new Map<number, bigint>();
    byRater.set(worth.terms, sums.set(worth.rater, (sums.get(worth.rater) ?? 0n) + amount));
  }
  const held = (sum: bigint) => (caps.rater !== null && sum > caps.rater ? caps.rater : sum);
  const most = (terms: KindTerms) =>
    [...(byRater.get(terms)?.values() ?? [])].reduce((all, sum) => all + held(sum), 0n);
  const isPlain = (terms: KindTerms) =>
    terms.transform.type === "none" && (terms.cap === null || most(terms) <= terms.cap);
  return new Set([...kinds.values()].filter(isPlain));
}

/** Makes each thing once by its key, and tells its place. */
function gather<T>(): { list: T[]; at(key: string, made: T): number } {
  const places = new Map<string, number>();
  const list: T[] = [];
  const at = (key: string, made: T) => {
    const place = places.get(key) ?? list.push(made) - 1;
    places.set(key, place);
    return place;
  };
  return { list, at };
}

// Decay is at most 1.6·10⁻¹⁰ below the true value, and each of its two roundings loses less than a unit.
function slackOf(base: bigint): bigint {
  return base / 5_000_000_000n + 3n;
}

const whole = 1n << 62n;
const decayError = whole / 5_000_000_000n;

/**
 * What each part may come to, from one span after the evaluation to another. 2^(−(a+b)/h) is 2^(−a/h)·2^(−b/h), so a cell
 * fades as one fact would, but for what rounding each of its facts by itself has cost before and costs then.
 */
function rangesOf({ cells, parts }: Outlook, first: Millis, last: Millis, { kinds }: Rules): Range[] {
  const factors = new Map<KindTerms, Range>();
  for (const terms of kinds.values()) factors.set(terms, factorsOf(terms, first, last));
  const ranges = parts.map(() => ({ low: 0n, high: 0n }));
  for (const { terms, part, sum, slack } of cells) {
    const factor = factors.get(terms)!;
    const fades = terms.halfLife !== null;
    const low = fades ? ((sum * factor.low) >> 62n) - slack : sum;
    ranges[part]!.low += low > 0n ? low : 0n;
    ranges[part]!.high += fades ? (((sum + slack) * factor.high) >> 62n) + 1n : sum;
  }
  return ranges;
}

/** Between which factors of 2⁻⁶² facts of a kind fade. */
function factorsOf({ halfLife }: KindTerms, first: Millis, last: Millis): Range {
  if (halfLife === null) return { low: whole, high: whole };
  return { low: decayFactor(last, halfLife), high: decayFactor(first, halfLife) + decayError };
}

/**
 * Whatever the order within a group, its cap of c is used up as far as there is anything: with A in the part and O in the
 * others, the part keeps at most min(c, A) and at least min(c, A + O) − min(c, O), which falls while O rises.
 */
function capRanges(ranges: Range[], groupOf: (i: number) => number | undefined, cap: bigint | null): Range[] {
  if (cap === null) return ranges;
  const most = new Map<number, bigint>();
  ranges.forEach(({ high }, i) => {
    const group = groupOf(i);
    if (group !== undefined) most.set(group, (most.get(group) ?? 0n) + high);
  });
  const held = (amount: bigint) => (amount > cap ? cap : amount);
  return ranges.map(({ low, high }, i) => {
    const all = most.get(groupOf(i) ?? -1);
    if (all === undefined) return { low, high };
    const others = all - high;
    return { low: held(low + others) - held(others), high: held(high) };
  });
}

function addRanges(ranges: readonly Range[], into: (i: number) => number, count: number): Range[] {
  const sums = Array.from({ length: count }, () => ({ low: 0n, high: 0n }));
  ranges.forEach(({ low, high }, i) => {
    const sum = sums[into(i)]!;
    sum.low += low;
    sum.high += high;
  });
  return sums;
}

function totalRange(ranges: readonly Range[], pools: readonly Pool[]): Range {
  const sums = new Map<KindTerms | null, Range>();
  ranges.forEach(({ low, high }, i) => {
    const { terms, negative } = pools[i]!;
    const sum = sums.get(terms) ?? { low: 0n, high: 0n };
    sum.low += negative ? -high : low;
    sum.high += negative ? -low : high;
    sums.set(terms, sum);
  });
  const total = { low: 0n, high: 0n };
  for (const [terms, sum] of sums) {
    const points = terms ? pointsRange(sum, terms) : sum;
    total.low += points.low;
    total.high += points.high;
  }
  return total;
}

/** No transform falls while its argument rises; steps that somebody made fall are looked at one by one. */
function pointsRange({ low, high }: Range, terms: KindTerms): Range {
  const ends = [low, high];
  if (terms.transform.type === "steps")
    for (const [at] of terms.transform.steps) {
      const edge = parseDecimal(at);
      for (const each of [edge - 1n, edge, -edge, 1n - edge]) if (each > low && each < high) ends.push(each);
    }
  const points = ends.map((each) => pointsOf(each, terms).points);
  return { low: points.reduce((a, b) => (b < a ? b : a)), high: points.reduce((a, b) => (b > a ? b : a)) };
}
