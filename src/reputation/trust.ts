import { unit } from "./decimal.ts";
import { eigenTrust } from "./eigen-trust.ts";
import { buildGraph, type Edge } from "./graph.ts";
import { type Edges, sources } from "./spread.ts";
import { sybilRank } from "./sybil-rank.ts";
import { damp } from "./weights.ts";

export { buildGraph, type Edge } from "./graph.ts";

export type TrustTerms = {
  seeds: readonly string[];
  /** What the seeds get of all trust in each round, in whole per cent. */
  alpha: number;
  /** What each direction of a mutual pair counts, in units of 10⁻⁹. */
  mutual: bigint;
};

/** All in units of 10⁻⁹, from 0 to 1, each signal scaled by its maximum. */
export type TrustParts = { eigen: bigint; walk: bigint };

export type Trust = {
  /** The rounds that EigenTrust took. */
  rounds: number;
  nodes: number;
  /** Edges after merging, whatever is left of their weight. */
  edges: number;
  /** The smaller of the two signals, in units of 10⁻⁹ from 0 to 1; 0 for whoever is not in the graph. */
  of(node: string): bigint;
  parts(node: string): TrustParts;
};

/**
 * Trust from seeds along edges: EigenTrust and the walk of SybilRank, each scaled by its maximum, of which the smaller
 * counts. The order of edges and seeds changes nothing. The walk goes among those to whom EigenTrust gives anything: the
 * others have 0 whatever it says, and strangers who vouch for somebody could thin out what comes to them. Seeds that no
 * edge touches are nodes too; of such a seed the walk can say nothing (a degree of 0 divides nothing), so it has the whole
 * of that signal and EigenTrust alone counts. Without seeds everybody has 0. Errors as those of `buildGraph` and
 * `eigenTrust`.
 */
export function trustOf(edges: Iterable<Edge>, { seeds, alpha, mutual }: TrustTerms): Trust {
  const graph = buildGraph(edges, { mutual, also: seeds });
  const numbers = [...new Set(seeds)].map((seed) => graph.index.get(seed)!);
  const { trust, rounds } = eigenTrust(graph, numbers, alpha);
  const { rank, degree } = sybilRank({ out: withoutStrangers(graph.out, trust) }, numbers);
  const eigen = scaleByMaximum(trust);
  const walk = scaleByMaximum(rank);
  for (const seed of numbers) if (degree[seed] === 0n) walk[seed] = unit;
  const parts = (node: string): TrustParts => {
    const number = graph.index.get(node);
    return number === undefined ? { eigen: 0n, walk: 0n } : { eigen: eigen[number]!, walk: walk[number]! };
  };
  const of = (node: string) => smaller(parts(node));
  return { rounds, nodes: graph.names.length, edges: graph.out.target.length, of, parts };
}

function withoutStrangers(edges: Edges, trust: readonly bigint[]): Edges {
  const strange = Uint8Array.from(sources(edges), (from) => (trust[from] === 0n ? 1 : 0));
  return { ...edges, weight: damp(edges.weight, strange, 0n) };
}

function scaleByMaximum(signal: readonly bigint[]): bigint[] {
  const maximum = signal.reduce((most, each) => (each > most ? each : most), 0n);
  return maximum === 0n ? signal.slice() : signal.map((each) => (each * unit) / maximum);
}

function smaller({ eigen, walk }: TrustParts): bigint {
  return eigen < walk ? eigen : walk;
}
