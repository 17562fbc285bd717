import { undirected } from "./graph.ts";
import { type Edges, type Flow, prepareFlow, seedTrust, spread } from "./spread.ts";

/** A rank is shown with nine decimals of the highest one: with so many bits the division loses none of them. */
const rankBits = 60n;

export type SybilRank = {
  /** t·2⁶⁰ div degree, by number of node: comparable within one graph. */
  rank: bigint[];
  /** The sum of the weights at a node, in units of 2⁻³⁰. */
  degree: readonly bigint[];
  rounds: number;
};

/**
 * The walk of SybilRank (Cao, Sirivianos, Yang, Pregueiro 2012) from seeds, given as numbers of nodes, each once: edges are
 * taken without direction, the weights of both directions added; it begins with 2⁴⁸ div number of seeds on each seed, and
 * in each of ⌈log2 n⌉ rounds every node hands h·w div degree along each edge, h being half of what it has, rounded down,
 * and keeps the rest. (Handing on all of it would leave everyone at an odd distance with nothing after an even number of
 * rounds, wherever there is no circle of odd length.) n counts the nodes that the seeds are connected with, so strangers
 * to them change nothing. Nodes without edges have rank 0.
 */
export function sybilRank({ out }: { out: Edges }, seeds: readonly number[]): SybilRank {
  const flow = prepareFlow(undirected(out));
  const rounds = seeds.length === 0 ? 0 : 32 - Math.clz32(countConnected(flow, seeds) - 1);
  let trust = seedTrust(flow.sum.length, seeds);
  for (let round = 0; round < rounds; round++) {
    const half = trust.map((held) => Math.floor(held / 2));
    const next = trust.map((held, node) => held - half[node]!);
    spread(flow, half, next);
    trust = next;
  }
  const degree = Array.from(flow.sum, BigInt);
  const rank = degree.map((each, i) => (each === 0n ? 0n : (BigInt(trust[i]!) << rankBits) / each));
  return { rank, degree, rounds };
}

/** An edge of weight 0 connects nothing. */
function countConnected({ start, target, near }: Flow, seeds: readonly number[]): number {
  const seen = new Uint8Array(start.length);
  const reached = [...seeds];
  for (const seed of seeds) seen[seed] = 1;
  for (const node of reached)
    for (let edge = start[node]!; edge < start[node + 1]!; edge++) {
      const next = target[edge]!;
      if (seen[next] !== 0 || near[edge] === 0) continue;
      seen[next] = 1;
      reached.push(next);
    }
  return reached.length;
}
