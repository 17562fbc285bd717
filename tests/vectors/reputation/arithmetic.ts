// What `arithmetic.json` holds, reckoned anew from its inputs: in Node, in workerd and in a browser.
import { decay, decayFactor } from "../../../src/reputation/decay.ts";
import { formatDecimal, parseDecimal, roundDecimal } from "../../../src/reputation/decimal.ts";
import { eigenTrust } from "../../../src/reputation/eigen-trust.ts";
import { applyTransform, type Transform } from "../../../src/reputation/transform.ts";
import { buildGraph, type Edge, trustOf } from "../../../src/reputation/trust.ts";
import { betaLower, wilsonLower } from "../../../src/reputation/wilson.ts";

type Decay = { age: number; halfLife: number; amount: string; factor: string; left: string };
type Share = { s: string; n: string; deviations: string; bound: string };
type Rounding = { value: string; decimals: number; rounded: string };
type Transformed = { transform: Transform; x: string; gives: string };
type Node = { name: string; units: string; eigen: string; walk: string; trust: string };
type Graph = {
  edges: [from: string, to: string, weight: string][];
  seeds: string[];
  alpha: number;
  mutual: string;
  rounds: number;
  merged: number;
  nodes: Node[];
};

export type Vectors = {
  about: Record<string, string>;
  rounding: Rounding[];
  decay: Decay[];
  wilson: Share[];
  beta: Share[];
  transforms: Transformed[];
  trust: Graph[];
};

/** The text of the file, its answers reckoned anew. */
export function reckon(vectors: Vectors): string {
  const anew: Vectors = {
    about: vectors.about,
    rounding: vectors.rounding.map((each) => ({
      ...each,
      rounded: roundDecimal(parseDecimal(each.value), each.decimals),
    })),
    decay: vectors.decay.map(reckonDecay),
    wilson: vectors.wilson.map((each) => ({ ...each, bound: formatDecimal(wilsonLower(...units(each))) })),
    beta: vectors.beta.map((each) => ({ ...each, bound: formatDecimal(betaLower(...units(each))) })),
    transforms: vectors.transforms.map((each) => ({
      ...each,
      gives: formatDecimal(applyTransform(each.transform, parseDecimal(each.x))),
    })),
    trust: vectors.trust.map(reckonTrust),
  };
  return `${JSON.stringify(anew, null, 2)}\n`;
}

/** Two thousand edges whose weights come from a generator, reckoned: more than a file should hold. */
export function reckonMany(): string {
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const edges = Array.from({ length: 2000 }, (): [string, string, string] => [
    `n${next(200)}`,
    `n${next(250)}`,
    formatDecimal(BigInt(1 + next(2 ** 31))),
  ]);
  const empty = { rounds: 0, merged: 0, nodes: [] };
  return JSON.stringify(reckonTrust({ edges, seeds: ["n1", "n2", "n3"], alpha: 10, mutual: "0.5", ...empty }).nodes);
}

function reckonDecay({ age, halfLife, amount }: Decay): Decay {
  const left = formatDecimal(decay(parseDecimal(amount), age, halfLife));
  return { age, halfLife, amount, factor: decayFactor(age, halfLife).toString(), left };
}

function units({ s, n, deviations }: Share): [bigint, bigint, bigint] {
  return [parseDecimal(s), parseDecimal(n), parseDecimal(deviations)];
}

function reckonTrust(asked: Graph): Graph {
  const edges = asked.edges.map(([from, to, weight]): Edge => ({ from, to, weight: parseDecimal(weight) }));
  const { seeds, alpha } = asked;
  const mutual = parseDecimal(asked.mutual);
  const graph = buildGraph(edges, { mutual, also: seeds });
  const numbers = seeds.map((seed) => graph.index.get(seed)!);
  const { trust: eigenUnits } = eigenTrust(graph, numbers, alpha);
  const trust = trustOf(edges, { seeds, alpha, mutual });
  const nodes = graph.names.map((name, i): Node => {
    const { eigen, walk } = trust.parts(name);
    const shown = { eigen: formatDecimal(eigen), walk: formatDecimal(walk), trust: formatDecimal(trust.of(name)) };
    return { name, units: eigenUnits[i]!.toString(), ...shown };
  });
  return { ...asked, rounds: trust.rounds, merged: trust.edges, nodes };
}
