import { unit } from "./decimal.ts";
import { type Edges, type Flow, prepareFlow, sources } from "./spread.ts";
import { addUp, damp, readWeights, toBinary, twice, type Weights } from "./weights.ts";

/** Whoever `from` is trusts `to`; the weight in units of 10⁻⁹. An edge of weight 0 and one to itself is none. */
export type Edge = { from: string; to: string; weight: bigint };

/** `names` are in the order of their UTF-16 code units, and nodes are numbered so. */
export type Graph = {
  names: readonly string[];
  index: ReadonlyMap<string, number>;
  /** Merged edges, weights in units of 2⁻³⁰. */
  out: Flow;
};

export type GraphTerms = {
  /** What each direction of a mutual pair counts, in units of 10⁻⁹, from 0 to 1. */
  mutual: bigint;
  /** Nodes that are there even where no edge touches them. */
  also?: readonly string[];
};

/**
 * Merges edges into a graph that does not depend on their order: weights between the same two in one direction add up;
 * then both directions of a mutual pair are multiplied by `mutual` (rounded down); then each weight is put
 * into units of 2⁻³⁰, floor(weight · 2³⁰ / 10⁹), which is at least 1. Throws a RangeError for a negative weight and a
 * factor that is not from 0 to 1.
 */
export function buildGraph(edges: Iterable<Edge>, { mutual, also = [] }: GraphTerms): Graph {
  if (mutual < 0n || mutual > unit) throw new RangeError("The factor of a mutual pair is from 0 to 1.");
  const kept = [...edges].filter(({ from, to, weight }) => from !== to && weight !== 0n);
  if (kept.some(({ weight }) => weight < 0n)) throw new RangeError("The weight of an edge is not negative.");
  const { names, index, ends } = numberNodes(kept, also);
  const from = ends.subarray(0, kept.length);
  const to = ends.subarray(kept.length);
  const weight = readWeights(kept.map((edge) => edge.weight));
  const merged = mergeEdges(names.length, { from, to, weight });
  const damped = damp(merged.weight, mutualEdges(merged), mutual);
  return { names, index, out: prepareFlow({ ...merged, weight: toBinary(damped) }) };
}

/** Each edge in both directions with the same weight: that of one direction and that of the other, added. */
export function undirected(edges: Edges): Edges {
  const { start, target, weight } = edges;
  const from = sources(edges);
  return mergeEdges(start.length - 1, { from: join(from, target), to: join(target, from), weight: twice(weight) });
}

type Ends = { from: Int32Array; to: Int32Array; weight: Weights };

/** Numbers the names as they come, sorts them, and renumbers: each string is looked up once. */
function numberNodes(edges: readonly Edge[], also: readonly string[]) {
  const first = new Map<string, number>();
  const number = (name: string) => {
    const known = first.get(name);
    if (known !== undefined) return known;
    first.set(name, first.size);
    return first.size - 1;
  };
  const ends = new Int32Array(2 * edges.length);
  edges.forEach(({ from, to }, i) => {
    ends[i] = number(from);
    ends[edges.length + i] = number(to);
  });
  also.forEach(number);
  const names = [...first.keys()].sort();
  const sorted = new Int32Array(names.length);
  names.forEach((name, i) => {
    sorted[first.get(name)!] = i;
    first.set(name, i);
  });
  return { names, index: first, ends: ends.map((end) => sorted[end]!) };
}

/** Sorts by both ends, the lesser first, in two stable counting sorts, and adds up what has the same two. */
function mergeEdges(nodes: number, { from, to, weight }: Ends): Edges {
  const order = countingSort(nodes, from, countingSort(nodes, to, Int32Array.from(from.keys())));
  const start = new Int32Array(nodes + 1);
  const target = new Int32Array(order.length);
  const group = new Int32Array(order.length);
  let count = 0;
  let before = -1;
  for (const edge of order) {
    if (before < 0 || from[before] !== from[edge] || to[before] !== to[edge]) {
      target[count++] = to[edge]!;
      start[from[edge]! + 1]!++;
    }
    group[edge] = count - 1;
    before = edge;
  }
  for (let i = 0; i < nodes; i++) start[i + 1]! += start[i]!;
  return { start, target: target.slice(0, count), weight: addUp(weight, group, count) };
}

function countingSort(nodes: number, keys: Int32Array, order: Int32Array): Int32Array {
  const next = new Int32Array(nodes + 1);
  for (const key of keys) next[key + 1]!++;
  for (let i = 0; i < nodes; i++) next[i + 1]! += next[i]!;
  const sorted = new Int32Array(order.length);
  for (const item of order) sorted[next[keys[item]!]!++] = item;
  return sorted;
}

/** Marks the edges whose opposite is an edge too. */
function mutualEdges(edges: Edges): Uint8Array {
  const { target } = edges;
  const from = sources(edges);
  return Uint8Array.from(target, (to, edge) => (hasEdge(edges, to, from[edge]!) ? 1 : 0));
}

function hasEdge({ start, target }: Edges, from: number, to: number): boolean {
  let low = start[from]!;
  let high = start[from + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (target[middle]! < to) low = middle + 1;
    else high = middle;
  }
  return low < start[from + 1]! && target[low] === to;
}

function join(a: Int32Array, b: Int32Array): Int32Array {
  const joined = new Int32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
