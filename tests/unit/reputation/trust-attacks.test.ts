import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unit } from "../../../src/reputation/decimal.ts";
import { type Edge, trustOf } from "../../../src/reputation/trust.ts";
import { all, chain, edge, eigenByName, half, named } from "./graphs.ts";
import { sequence } from "./reference.ts";

const one = 2n ** 48n;
const terms = { seeds: ["s0", "s1"], alpha: 15, mutual: half };
const { seeds } = terms;

/** Trusted ground: two seeds, twelve others who vouch for each other across it, and two who vouch for nobody. */
const honest = named("h", 12);
const ground: Edge[] = [
  ...all(seeds, honest.slice(0, 6)),
  ...honest.flatMap((from, i) => [1, 3, 4].map((step) => edge(from, honest[(i + step) % 12]!))),
  ...chain("h2", "s0"),
  ...chain("h9", "s1"),
  ...chain("h5", "quiet-0"),
  ...chain("h8", "quiet-1"),
];

type Region = { held: bigint; carried: bigint; slack: bigint };

/**
 * What a region without seeds holds, what edges from outside carry into it, and by how much floors and an unfinished
 * iteration may blur the bound: each crossing edge was rounded down by less than one, and the last round moved less than
 * 2⁴⁸/10⁶ in all, or, where 128 rounds were not enough, what a contraction by (1−α) has left of two wholes.
 */
function weigh(edges: readonly Edge[], inside: (name: string) => boolean, alpha: number): Region {
  const { graph, trust, rounds } = eigenByName(edges, seeds, alpha);
  const { start, target, weight, sum } = graph.out;
  const region: Region = { held: 0n, carried: 0n, slack: one / 10n ** 6n };
  if (rounds === 128)
    region.slack += BigInt(Math.ceil(2 ** 49 * (1 - alpha / 100) ** 127)) + 128n * BigInt(trust.length);
  graph.names.forEach((name, i) => {
    if (inside(name)) region.held += trust[i]!;
    else
      for (let at = start[i]!; at < start[i + 1]!; at++)
        if (inside(graph.names[target[at]!]!)) {
          region.carried += (trust[i]! * BigInt(weight[at]!)) / BigInt(sum[i]!);
          region.slack += 1n;
        }
  });
  return region;
}

const sybil = (name: string) => name.startsWith("x");

/** held ≤ (1−α)/α · carried, where α is in per cent. */
function expectBound(edges: readonly Edge[], alpha: number): Region {
  const region = weigh(edges, sybil, alpha);
  const { held, carried, slack } = region;
  expect(held * BigInt(alpha) <= BigInt(100 - alpha) * (carried + slack)).toBe(true);
  return region;
}

const alphas = [5, 10, 15, 30, 50, 85];
const shapes: [string, (names: string[]) => Edge[]][] = [
  ["a ring", (names) => chain(...names, names[0]!)],
  ["a star whose rays all vouch for its centre", (names) => all(names.slice(1), names.slice(0, 1))],
  ["a star that vouches both ways", (names) => [...all(names.slice(1), [names[0]!]), ...all([names[0]!], names)]],
  ["everybody for everybody", (names) => all(names.slice(0, 40), names.slice(0, 40))],
  ["a chain that ends", (names) => chain(...names)],
  ["one that also vouches for trusted ground", (names) => [...chain(...names, names[0]!), ...all(names, honest)]],
];

describe("a Sybil region holds at most (1−α)/α of what edges from trusted ground carry into it", () => {
  for (const [shape, build] of shapes)
    test(`as ${shape}, at every α and size`, () => {
      for (const alpha of alphas)
        for (const size of [2, 3, 10, 100]) {
          const { held } = expectBound([...ground, edge("h3", "x0"), ...build(named("x", size))], alpha);
          expect(held > 0n).toBe(true);
        }
    });

  test("over a bridge of several edges, wherever they land", () => {
    for (const alpha of alphas) {
      const bridge = [edge("h3", "x0"), edge("h7", "x4", half), edge("h7", "x5"), edge("h0", "x9", 3n * unit)];
      expectBound([...ground, ...bridge, ...all(named("x", 12), named("x", 12))], alpha);
    }
  });

  test("with any edges inside, outwards and into it", () => {
    const [insiders, outsiders] = [named("x", 9), [...honest, ...seeds]];
    const weight = fc.bigInt({ min: 1n, max: 5n * unit });
    const edgesOf = (from: readonly string[], to: readonly string[], maxLength: number) =>
      fc.array(fc.record({ from: fc.constantFrom(...from), to: fc.constantFrom(...to), weight }), { maxLength });
    const attack = fc.tuple(
      edgesOf(insiders, insiders, 30),
      edgesOf(insiders, outsiders, 5),
      edgesOf(honest, insiders, 5),
    );
    fc.assert(
      fc.property(attack, fc.constantFrom(...alphas), (edges, alpha) => {
        const region = expectBound([...ground, ...edges.flat()], alpha);
        if (edges[2].length === 0) expect(region.held).toBe(0n);
      }),
    );
  });

  test("and a ring that lets nothing out comes within a hundredth of it, so no smaller bound would hold", () => {
    for (const alpha of [10, 15, 30, 50]) {
      const { held, carried } = weigh([...ground, edge("h3", "x0"), ...chain("x0", "x1", "x2", "x0")], sybil, alpha);
      expect(held * BigInt(alpha) * 100n > BigInt(100 - alpha) * carried * 99n).toBe(true);
    }
  });

  test("and is not bounded by what is carried in: trust circulates inside", () => {
    const { held, carried } = weigh([...ground, edge("h3", "x0"), ...chain("x0", "x1", "x2", "x0")], sybil, 15);
    expect(held > 5n * carried).toBe(true);
  });

  test("and more names in it share that, they do not add to it", () => {
    const few = weigh([...ground, edge("h3", "x0"), ...chain("x0", "x1", "x2", "x0")], sybil, 15);
    const many = weigh([...ground, edge("h3", "x0"), ...chain("x0", ...named("x", 2000).slice(1), "x0")], sybil, 15);
    expect(many.held <= few.held + few.slack).toBe(true);
  });
});

describe("nothing without an edge from trusted ground", () => {
  const before = trustOf(ground, terms);
  const known = [...seeds, ...honest, "quiet-0", "quiet-1"];
  const unmoved = (edges: readonly Edge[]) => {
    const after = trustOf(edges, terms);
    expect(after.rounds).toBe(before.rounds);
    for (const name of known) expect(after.parts(name)).toEqual(before.parts(name));
    return after;
  };

  test("ten thousand fresh wallets that vouch for one give it exactly 0, and move nobody else by one unit", () => {
    const wallets = named("x", 10_000);
    const trust = unmoved([...ground, ...all(wallets, ["boss"]), ...chain("boss", "x0", "x1")]);
    for (const name of ["boss", "x0", "x1", "x9999"]) expect(trust.parts(name)).toEqual({ eigen: 0n, walk: 0n });
  });

  test("ten thousand fresh wallets that vouch for one who is trusted neither raise nor lower anybody", () => {
    const wallets = named("x", 10_000);
    const trust = unmoved([...ground, ...all(wallets, ["h3"]), ...chain(...wallets)]);
    expect(trust.of("x5")).toBe(0n);
  });

  test("a new identity has exactly 0, and leaving a bad one behind gains nothing", () => {
    expect(trustOf(ground, terms).of("x-new")).toBe(0n);
    const trust = unmoved([...ground, ...chain("x-new", "h1"), ...chain("x-new", "x-newer", "x-new")]);
    expect(trust.of("x-new")).toBe(0n);
    expect(trust.of("x-newer")).toBe(0n);
  });

  test("an old identity that vouches for its new ones shares with them what it had a right to", () => {
    for (const alpha of alphas) {
      const alone = weigh([...ground, ...chain("h3", "x-old", "h4")], sybil, alpha);
      const heirs = all(["x-old"], named("x", 50));
      const { held } = expectBound([...ground, ...chain("h3", "x-old"), ...heirs], alpha);
      const most = (BigInt(100 - alpha) * (alone.carried + alone.slack)) / BigInt(alpha);
      expect(held <= most).toBe(true);
    }
  });
});

describe("a mutual pair", () => {
  const pair = [
    ...ground,
    ...chain("h3", "x0", "x1", "x0"),
    ...chain("h4", "x1"),
    ...chain("x0", "h5"),
    ...chain("x1", "h6"),
  ];
  const held = (mutual: bigint) => {
    const { of } = eigenByName(pair, seeds, 15, mutual);
    return of("x0") + of("x1");
  };

  test("counts each direction at the factor: at a half, a third of what each has goes to the other, not a half", () => {
    const { graph } = eigenByName(pair, seeds, 15, half);
    const at = graph.out.start[graph.index.get("x0")!]!;
    expect([...graph.out.weight].slice(at, at + 2)).toEqual([2 ** 30, 2 ** 29]);
  });

  test("keeps less between the two, the lower the factor", () => {
    const factors = [0n, unit / 4n, half, (3n * unit) / 4n, unit];
    const trusts = factors.map(held);
    expect(trusts).toEqual(trusts.toSorted((a, b) => (a < b ? -1 : 1)));
    // Of each one's trust f/(1+f) stays with the other; both have 1/(1 − 0.85·f/(1+f)) of what comes from outside.
    expect(Number(held(half)) / Number(held(unit))).toBeCloseTo((1 - 0.85 / 2) / (1 - 0.85 / 3), 1);
  });

  test("is bounded as any region is, damped or not", () => {
    for (const alpha of alphas) expectBound([...ground, ...chain("h3", "x0", "x1", "x0")], alpha);
  });
});

describe("who burns slowly and then defects", () => {
  const inside = all(named("x", 6), named("x", 6));
  const bought = honest.slice(0, 8).map((from, i) => edge(from, `x${i % 6}`));
  const heldWith = (edges: number) => weigh([...ground, ...inside, ...bought.slice(0, edges)], sybil, 15).held;

  test("rises with every edge won and falls with every edge withdrawn, to exactly 0 with the last", () => {
    const held = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(heldWith);
    for (let i = 1; i < held.length; i++) expect(held[i]! > held[i - 1]!).toBe(true);
    expect(held[0]).toBe(0n);
  });

  test("keeps nothing of the past: after the withdrawal all is as if it had never been", () => {
    const after = trustOf([...ground, ...inside], terms);
    const never = trustOf(ground, terms);
    for (const name of [...seeds, ...honest, ...named("x", 6)]) expect(after.parts(name)).toEqual(never.parts(name));
  });

  test("is held to the bound of the edges that are left", () => {
    for (const alpha of alphas)
      for (const left of [0, 1, 4]) expectBound([...ground, ...inside, ...bought.slice(0, left)], alpha);
  });
});

test("with an edge from trusted ground a region can thin out the walk of whom it vouches for, and never EigenTrust", () => {
  const names = named("x", 1000);
  const before = trustOf(ground, terms);
  const after = trustOf([...ground, edge("h7", "x0"), ...all(["x0"], names), ...all(names, ["h3"])], terms);
  expect(after.parts("h3").eigen > before.parts("h3").eigen).toBe(true);
  expect(after.parts("h3").walk < before.parts("h3").walk).toBe(true);
  expect(after.of("h3") > 0n).toBe(true);
});

test("ratings of a bomber without trust weigh 0, however many and however heavy", () => {
  const next = sequence(3);
  const bomb = named("x", 500).map((from) => edge(from, honest[next(12)]!, 10n ** 24n));
  const trust = trustOf([...ground, ...bomb], terms);
  for (const name of named("x", 500)) expect(trust.of(name)).toBe(0n);
  for (const name of honest) expect(trust.of(name)).toBe(trustOf(ground, terms).of(name));
});
