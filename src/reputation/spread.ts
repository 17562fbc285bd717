import { addUp, type Weights } from "./weights.ts";

/** Edges by the node they leave: those of node i are `start[i]` to `start[i + 1]`, by the number of their target. */
export type Edges = { start: Int32Array; target: Int32Array; weight: Weights };

/** Edges made ready for spreading: weights and what leaves each node as numbers, and each weight's share, rounded. */
export type Flow = Edges & {
  near: Float64Array;
  nearSum: Float64Array;
  share: Float64Array;
  /** The sums, exact. */
  sum: Weights;
};

/** Trust is in units of 2⁻⁴⁸ and all of it together is at most one, so every sum of it is exact as a number. */
export const whole = 2 ** 48;

/** 2⁴⁸ div number of seeds on each seed, 0 elsewhere. */
export function seedTrust(nodes: number, seeds: readonly number[]): Float64Array {
  const trust = new Float64Array(nodes);
  for (const seed of seeds) trust[seed] = Number(BigInt(whole) / BigInt(seeds.length));
  return trust;
}

/** The weights are whole numbers of any unit. */
export function prepareFlow(edges: Edges): Flow {
  const { start, weight } = edges;
  const near = weight instanceof Float64Array ? weight : Float64Array.from(weight, Number);
  const from = sources(edges);
  const sum = addUp(weight, from, start.length - 1);
  const nearSum = sum instanceof Float64Array ? sum : Float64Array.from(sum, Number);
  const share = near.map((each, edge) => each / nearSum[from[edge]!]!);
  return { ...edges, near, nearSum, share, sum };
}

/** The node that each edge leaves. */
export function sources({ start, target }: Pick<Edges, "start" | "target">): Int32Array {
  const from = new Int32Array(target.length);
  for (let i = 0; i + 1 < start.length; i++) from.fill(i, start[i], start[i + 1]);
  return from;
}

/**
 * One round: every node hands floor(trust · weight / sum) along each of its edges, added to `into`. Both in units of 2⁻⁴⁸.
 * Answers with the trust of the nodes that have no edge to hand it along.
 */
export function spread(flow: Flow, trust: Float64Array, into: Float64Array): number {
  const { start, target, near, nearSum, share } = flow;
  let kept = 0;
  for (let i = 0; i < nearSum.length; i++) {
    const held = trust[i]!;
    if (held === 0) continue;
    const sum = nearSum[i]!;
    if (sum === 0) kept += held;
    else if (sum > Number.MAX_SAFE_INTEGER) spreadWide(flow, i, held, into);
    else
      for (let edge = start[i]!; edge < start[i + 1]!; edge++)
        into[target[edge]!]! += portion(held, near[edge]!, sum, share[edge]!);
  }
  return kept;
}

/**
 * floor(held · weight / sum), exactly: `share` is weight / sum rounded once and the product is rounded once, so it is off
 * by less than 2⁻⁵¹ of itself, and only this near to a whole number the floor is in doubt.
 */
function portion(held: number, weight: number, sum: number, share: number): number {
  const guess = held * share;
  const floor = Math.floor(guess);
  const rest = guess - floor;
  const doubt = guess * 2 ** -51;
  if (rest >= doubt && rest <= 1 - doubt) return floor;
  const nearest = Math.round(guess);
  return compareProducts(held, weight, nearest, sum) < 0 ? nearest - 1 : nearest;
}

/** The sign of a·b − c·d for whole numbers below 2⁵³ whose products lie near each other, as sum and error of each. */
function compareProducts(a: number, b: number, c: number, d: number): number {
  const left = a * b;
  const right = c * d;
  return left - right + (productError(a, b, left) - productError(c, d, right));
}

/** What `product`, the rounded a·b, lacks of the exact one (Dekker 1971): halves of 26 bits multiply without rounding. */
function productError(a: number, b: number, product: number): number {
  const aHigh = highHalf(a);
  const bHigh = highHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function highHalf(x: number): number {
  const shifted = x * (2 ** 27 + 1);
  return shifted - (shifted - x);
}

/** For weights whose sum no number holds exactly. */
function spreadWide({ start, target, weight, sum }: Flow, i: number, held: number, into: Float64Array): void {
  for (let edge = start[i]!; edge < start[i + 1]!; edge++)
    into[target[edge]!]! += Number((BigInt(held) * BigInt(weight[edge]!)) / BigInt(sum[i]!));
}
