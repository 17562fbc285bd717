import { mul, unit } from "./decimal.ts";

/**
 * Weights of edges: numbers where all of them together, in both directions, are below 2⁵³, so that every sum of some is
 * exact; else bigints, which are some times slower. Both ways give the same.
 */
export type Weights = Float64Array | bigint[];

/** Half of half of 2⁵³: weights in 2⁻³⁰ are a fourteenth more than in 10⁻⁹, and a walk counts every edge twice. */
const maxNumbers = 2 ** 51;
const nano = 10 ** 9;

/** The weights as given, in units of 10⁻⁹. */
export function readWeights(units: readonly bigint[]): Weights {
  const numbers = new Float64Array(units.length);
  let sum = 0;
  for (let i = 0; i < units.length; i++) {
    numbers[i] = Number(units[i]);
    sum += numbers[i]!;
  }
  return sum <= maxNumbers ? numbers : units.slice();
}

/** Adds up the weights of each group: `group` tells it for each weight, from 0 to `count` − 1. */
export function addUp(weights: Weights, group: Int32Array, count: number): Weights {
  if (weights instanceof Float64Array) {
    const sums = new Float64Array(count);
    for (let i = 0; i < group.length; i++) sums[group[i]!]! += weights[i]!;
    return sums;
  }
  const sums = new Array<bigint>(count).fill(0n);
  for (let i = 0; i < group.length; i++) sums[group[i]!]! += weights[i]!;
  return sums;
}

/** Multiplies those that `which` marks by a factor in units of 10⁻⁹, rounded down. */
export function damp(weights: Weights, which: Uint8Array, factor: bigint): Weights {
  const dampNumber = (each: number) => Number(mul(BigInt(each), factor));
  if (weights instanceof Float64Array) return weights.map((each, i) => (which[i] ? dampNumber(each) : each));
  return weights.map((each, i) => (which[i] ? mul(each, factor) : each));
}

/** From units of 10⁻⁹ to units of 2⁻³⁰: floor(weight · 2³⁰ / 10⁹), which is at least 1 for every weight above 0. */
export function toBinary(weights: Weights): Weights {
  return weights instanceof Float64Array ? weights.map(toBinaryNumber) : weights.map((each) => (each << 30n) / unit);
}

/** The weights one after the other, twice. */
export function twice(weights: Weights): Weights {
  if (!(weights instanceof Float64Array)) return [...weights, ...weights];
  const doubled = new Float64Array(2 * weights.length);
  doubled.set(weights);
  doubled.set(weights, weights.length);
  return doubled;
}

/** Whole ones by themselves, and of the rest 2³⁰/10⁹ as 2²¹/5⁹: every product stays below 2⁵³. */
function toBinaryNumber(weight: number): number {
  const rest = weight % nano;
  return ((weight - rest) / nano) * 2 ** 30 + Math.floor((rest * 2 ** 21) / 5 ** 9);
}
