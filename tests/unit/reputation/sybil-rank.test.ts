import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph, type Edge } from "../../../src/reputation/graph.ts";
import { sybilRank } from "../../../src/reputation/sybil-rank.ts";
import { all, chain, edge, edgeLists, factors, half, named, seedLists } from "./graphs.ts";
import { definedTrust } from "./reference.ts";

const one = 2n ** 48n;

function walk(edges: readonly Edge[], seeds: readonly string[], mutual = half) {
  const graph = buildGraph(edges, { mutual, also: seeds });
  const answer = sybilRank(
    graph,
    seeds.map((seed) => graph.index.get(seed)!),
  );
  return { ...answer, of: (name: string) => answer.rank[graph.index.get(name)!]! };
}

describe("the walk", () => {
  test("is, to the last bit and in as many rounds, what the definition gives", () => {
    fc.assert(
      fc.property(edgeLists, seedLists, factors, (edges, seeds, mutual) => {
        const defined = definedTrust(edges, seeds, 15, mutual);
        const { rank, rounds } = walk(edges, seeds, mutual);
        expect(rank).toEqual(defined.rank);
        if (seeds.length > 0) expect(rounds).toBe(defined.walkRounds);
      }),
      { numRuns: 150 },
    );
  });

  test("has no direction: turning every edge round changes nothing", () => {
    fc.assert(
      fc.property(edgeLists, seedLists, (edges, seeds) => {
        const turned = edges.map(({ from, to, weight }) => ({ from: to, to: from, weight }));
        expect(walk(turned, seeds).rank).toEqual(walk(edges, seeds).rank);
      }),
    );
  });

  test("ends after ⌈log2 n⌉ rounds", () => {
    const rounds = (count: number) => walk(chain(...named("n", count)), ["n0"]).rounds;
    expect([1, 2, 3, 4, 5, 8, 9, 64, 65].map(rounds)).toEqual([0, 1, 2, 2, 3, 3, 4, 6, 7]);
  });

  test("counts only who is connected with the seeds: strangers change neither rounds nor ranks", () => {
    const known = all(named("n", 5), named("n", 5));
    const strangers = all(named("x", 30), named("x", 30));
    const alone = walk(known, ["n0"]);
    const among = walk([...known, ...strangers], ["n0"]);
    expect(among.rounds).toBe(alone.rounds);
    for (const name of named("n", 5)) expect(among.of(name)).toBe(alone.of(name));
    for (const name of named("x", 30)) expect(among.of(name)).toBe(0n);
  });

  test("divides by degree: in a dense and even graph nobody comes out at twice another", () => {
    const names = named("n", 16);
    const { rank } = walk(all(names, names), ["n0", "n5"]);
    const [low, high] = [rank.reduce((a, b) => (a < b ? a : b)), rank.reduce((a, b) => (a > b ? a : b))];
    // Of half that stays, a sixteenth is left after four rounds.
    expect(high < 2n * low).toBe(true);
  });

  test("shares by weight and tells degrees in units of 2⁻³⁰", () => {
    const { of, degree, rounds } = walk([edge("s", "a"), edge("s", "b", half), edge("a", "b")], ["s"]);
    expect(rounds).toBe(2);
    expect(degree).toEqual([2n ** 31n, 3n * 2n ** 29n, 3n * 2n ** 29n]);
    // Half stays. After one round s has ½, a ⅓, b ⅙; after two s has ¼ and what comes back of a and b.
    const [atS, atA, atB] = [one / 2n, one / 3n, one / 6n];
    const back = atA / 4n + atB / 6n;
    expect(of("s")).toBe(((atS / 2n + back) << 60n) / (3n * 2n ** 29n));
  });

  test("keeps half where it was: whom a seed vouches for has something after any number of rounds", () => {
    for (const count of [1, 2, 3, 8]) {
      const { of } = walk(all(["s"], named("n", count)), ["s"]);
      for (const name of ["s", ...named("n", count)]) expect(of(name) > 0n).toBe(true);
    }
  });

  test("goes nowhere without edges, and nowhere without seeds", () => {
    expect(walk([], ["s"])).toMatchObject({ rank: [0n], degree: [0n], rounds: 0 });
    expect(walk(chain("a", "b"), [])).toMatchObject({ rank: [0n, 0n], rounds: 0 });
  });

  test("is not led by edges that damping has brought to nothing", () => {
    expect(walk([edge("s", "a"), ...chain("a", "b", "a")], ["s"], 0n)).toMatchObject({ rounds: 1 });
  });
});
