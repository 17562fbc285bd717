import type { Edge } from "../../../src/reputation/graph.ts";

/** A generator of numbers below a bound that gives the same everywhere: no test here depends on chance. */
export function sequence(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function codeUnitOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The square root of n, rounded down, by bisection. */
export function root(n: bigint): bigint {
  let low = 0n;
  let high = n + 1n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle * middle <= n) low = middle;
    else high = middle;
  }
  return low;
}

const unit = 10n ** 9n;

type Merged = { names: string[]; weights: Map<string, Map<string, bigint>> };

/** The merged, damped graph in units of 2⁻³⁰, by definition: maps of names and bigints. */
function merge(edges: readonly Edge[], seeds: readonly string[], mutual: bigint): Merged {
  const sums = new Map<string, Map<string, bigint>>();
  const names = new Set(seeds);
  for (const { from, to, weight } of edges) {
    if (from === to || weight === 0n) continue;
    names.add(from).add(to);
    const row = sums.get(from) ?? new Map<string, bigint>();
    sums.set(from, row.set(to, (row.get(to) ?? 0n) + weight));
  }
  const weights = new Map<string, Map<string, bigint>>();
  for (const [from, row] of sums) {
    const kept = new Map<string, bigint>();
    for (const [to, weight] of row) {
      const counted = sums.get(to)?.has(from) ? (weight * mutual) / unit : weight;
      if (counted > 0n) kept.set(to, (counted * 2n ** 30n) / unit);
    }
    if (kept.size > 0) weights.set(from, kept);
  }
  return { names: [...names].sort(codeUnitOrder), weights };
}

export type Defined = {
  names: string[];
  trust: bigint[];
  rounds: number;
  rank: bigint[];
  walkRounds: number;
  innerRank: bigint[];
};

/**
 * Both signals as the definition has them, without one number: slow, and nothing to be clever about. `innerRank` is that
 * of the walk among those alone who have trust.
 */
export function definedTrust(edges: readonly Edge[], seeds: readonly string[], alpha: number, mutual: bigint): Defined {
  const { names, weights } = merge(edges, seeds, mutual);
  const own = [...new Set(seeds)];
  const eigen = definedEigen(names, weights, own, BigInt(alpha));
  const trusted = new Map([...weights].filter(([from]) => eigen.trust[names.indexOf(from)]! > 0n));
  const { rank: innerRank } = definedWalk(names, trusted, own);
  return { names, ...eigen, ...definedWalk(names, weights, own), innerRank };
}

function definedEigen(names: string[], weights: Merged["weights"], seeds: string[], alpha: bigint) {
  if (seeds.length === 0) return { trust: names.map(() => 0n), rounds: 0 };
  const one = 2n ** 48n;
  const p = (name: string) => (seeds.includes(name) ? one / BigInt(seeds.length) : 0n);
  let t = new Map(names.map((name) => [name, p(name)]));
  for (let rounds = 1; ; rounds++) {
    const sums = new Map<string, bigint>();
    let d = 0n;
    for (const [name, held] of t) {
      const row = weights.get(name);
      if (!row) d += held;
      else for (const [to, share] of shares(row, held)) sums.set(to, (sums.get(to) ?? 0n) + share);
    }
    const next = names.map((name) => {
      const sum = (sums.get(name) ?? 0n) + ((d * p(name)) >> 48n);
      return [name, ((100n - alpha) * sum + alpha * p(name)) / 100n] as const;
    });
    const moved = next.reduce((sum, [name, held]) => sum + distance(held, t.get(name)!), 0n);
    t = new Map(next);
    if (moved < one / 10n ** 6n || rounds === 128) return { trust: [...t.values()], rounds };
  }
}

function definedWalk(names: string[], weights: Merged["weights"], seeds: string[]) {
  const around = new Map<string, Map<string, bigint>>();
  const add = (from: string, to: string, weight: bigint) => {
    const row = around.get(from) ?? new Map<string, bigint>();
    around.set(from, row.set(to, (row.get(to) ?? 0n) + weight));
  };
  for (const [from, row] of weights)
    for (const [to, weight] of row) {
      add(from, to, weight);
      add(to, from, weight);
    }
  const connected = new Set(seeds);
  for (const name of connected) for (const to of around.get(name)?.keys() ?? []) connected.add(to);
  let walkRounds = 0;
  while (2 ** walkRounds < connected.size) walkRounds++;
  let t = new Map(seeds.map((seed) => [seed, 2n ** 48n / BigInt(seeds.length)]));
  for (let round = 0; round < walkRounds; round++) {
    const next = new Map<string, bigint>();
    for (const [name, held] of t) {
      next.set(name, (next.get(name) ?? 0n) + held - held / 2n);
      for (const [to, share] of shares(around.get(name) ?? new Map(), held / 2n))
        next.set(to, (next.get(to) ?? 0n) + share);
    }
    t = next;
  }
  const rank = names.map((name) => {
    const degree = [...(around.get(name)?.values() ?? [])].reduce((sum, each) => sum + each, 0n);
    return degree === 0n ? 0n : ((t.get(name) ?? 0n) << 60n) / degree;
  });
  return { rank, walkRounds };
}

function shares(row: ReadonlyMap<string, bigint>, held: bigint): [string, bigint][] {
  const sum = [...row.values()].reduce((all, each) => all + each, 0n);
  return [...row].map(([to, weight]) => [to, (held * weight) / sum]);
}

function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}
