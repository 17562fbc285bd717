import fc from "fast-check";
import { unit } from "../../../src/reputation/decimal.ts";
import { eigenTrust } from "../../../src/reputation/eigen-trust.ts";
import { buildGraph, type Edge } from "../../../src/reputation/graph.ts";

export const half = unit / 2n;

export function edge(from: string, to: string, weight = unit): Edge {
  return { from, to, weight };
}

/** Edges of weight one along each chain of names. */
export function chain(...names: string[]): Edge[] {
  return names.slice(1).map((to, i) => edge(names[i]!, to));
}

export function all(from: readonly string[], to: readonly string[]): Edge[] {
  return from.flatMap((each) => to.filter((other) => other !== each).map((other) => edge(each, other)));
}

export function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

const names = fc.constantFrom(...named("n", 14), "ä", "Z", "", "\u{1f600}", "\uffff");
const weights = fc.oneof(
  fc.constantFrom(unit, half, 2n * unit),
  fc.bigInt({ min: 1n, max: 3n * unit }),
  fc.bigInt({ min: 0n, max: 10n }),
);
/** Weights whose sums no number holds. */
const wideWeights = fc.oneof(weights, fc.bigInt({ min: unit, max: 10n ** 24n }));

const edgesOf = (weight: fc.Arbitrary<bigint>) =>
  fc.array(fc.record({ from: names, to: names, weight }), { maxLength: 60 });
export const edgeLists = fc.oneof(edgesOf(weights), edgesOf(wideWeights));
export const seedLists = fc.uniqueArray(names, { maxLength: 4 });
export const factors = fc.constantFrom(0n, half, unit, 333_333_333n);
export const alphas = fc.constantFrom(1, 5, 10, 13, 15, 30, 50, 99, 100);

/** EigenTrust by name. */
export function eigenByName(edges: readonly Edge[], seeds: readonly string[], alpha: number, mutual = half) {
  const graph = buildGraph(edges, { mutual, also: seeds });
  const { trust, rounds } = eigenTrust(
    graph,
    seeds.map((seed) => graph.index.get(seed)!),
    alpha,
  );
  const of = (name: string) => trust[graph.index.get(name) ?? -1] ?? 0n;
  return { graph, trust, rounds, of };
}
