import type { Graph } from "./graph.ts";
import { seedTrust, spread, whole } from "./spread.ts";

/** With real seeds it takes about 90 rounds; a graph that has not come to rest by then does not keep anybody waiting. */
const maxRounds = 128;
const rest = Math.floor(whole / 10 ** 6);

/**
 * EigenTrust (Kamvar, Schlosser, Garcia-Molina 2003) from seeds, given as numbers of nodes, each once: in every round each
 * node shares its trust among its edges by their weights (whole numbers of 2⁻³⁰, merged and damped as `buildGraph` does;
 * edges to oneself are none), what nodes without edges hold goes back to the seeds, and the seeds get `alphaPercent` of all:
 *
 *     t'[j] = ((100−α)·(Σ (t[i]·w div row[i]) + (d·p[j] >> 48)) + α·p[j]) div 100
 *
 * until Σ|t'−t| < 2⁴⁸ div 10⁶, or for 128 rounds. Trust is in units of 2⁻⁴⁸ by number of node; the rounds were those
 * needed. Without seeds nobody has any. Nodes that no seed reaches have exactly 0. A set of nodes without seeds holds at
 * most (1−α)/α times what edges from outside carry into it. Throws a RangeError unless α is whole, from 0 to 100.
 */
export function eigenTrust(
  { out }: Graph,
  seeds: readonly number[],
  alphaPercent: number,
): { trust: bigint[]; rounds: number } {
  if (!Number.isInteger(alphaPercent) || alphaPercent < 0 || alphaPercent > 100)
    throw new RangeError("α is a whole number of per cent.");
  const nodes = out.nearSum.length;
  if (seeds.length === 0) return { trust: new Array<bigint>(nodes).fill(0n), rounds: 0 };
  let trust = seedTrust(nodes, seeds);
  const start = trust[seeds[0]!]!;
  for (let rounds = 1; ; rounds++) {
    const next = new Float64Array(nodes);
    const kept = spread(out, trust, next);
    const returned = Number((BigInt(kept) * BigInt(start)) >> 48n);
    for (const seed of seeds) next[seed]! += returned;
    blend(next, seeds, start, alphaPercent);
    const moved = distance(trust, next);
    trust = next;
    if (moved < rest || rounds === maxRounds) return { trust: Array.from(trust, BigInt), rounds };
  }
}

/** ((100−α)·t + α·p) div 100 in place, where p is `start` on seeds and 0 elsewhere. */
function blend(trust: Float64Array, seeds: readonly number[], start: number, alpha: number): void {
  const before = seeds.map((seed) => trust[seed]!);
  for (let j = 0; j < trust.length; j++) trust[j] = hundredth(100 - alpha, trust[j]!, alpha, 0);
  seeds.forEach((seed, i) => {
    trust[seed] = hundredth(100 - alpha, before[i]!, alpha, start);
  });
}

/** (a·x + b·y) div 100: by hundreds and rests, because the products pass 2⁵³. */
function hundredth(a: number, x: number, b: number, y: number): number {
  const xs = Math.floor(x / 100);
  const ys = Math.floor(y / 100);
  return a * xs + b * ys + Math.floor((a * (x - 100 * xs) + b * (y - 100 * ys)) / 100);
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum;
}
