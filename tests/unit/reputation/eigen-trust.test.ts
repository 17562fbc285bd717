import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unit } from "../../../src/reputation/decimal.ts";
import { eigenTrust } from "../../../src/reputation/eigen-trust.ts";
import { buildGraph, type Edge } from "../../../src/reputation/graph.ts";
import { all, alphas, chain, edge, edgeLists, eigenByName, factors, half, named, seedLists } from "./graphs.ts";
import { codeUnitOrder, definedTrust, sequence } from "./reference.ts";

const one = 2n ** 48n;

describe("a graph", () => {
  test("has its nodes in the order of code units, whatever comes first", () => {
    const graph = buildGraph([edge("b", "a"), edge("Z", "ä"), edge("\u{1f600}", "\uffff")], {
      mutual: half,
      also: ["c"],
    });
    expect(graph.names).toEqual(["Z", "a", "b", "c", "ä", "\u{1f600}", "\uffff"]);
    expect(graph.names.map((name) => graph.index.get(name))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("adds up what goes between the same two in one direction, and only that", () => {
    const { out } = buildGraph([edge("a", "b"), edge("a", "c"), edge("a", "b", half), edge("c", "b")], {
      mutual: half,
    });
    expect([...out.start]).toEqual([0, 2, 2, 3]);
    expect([...out.target]).toEqual([1, 2, 1]);
    expect([...out.weight]).toEqual([1.5 * 2 ** 30, 2 ** 30, 2 ** 30]);
  });

  test("multiplies both directions of a mutual pair, after adding up", () => {
    const edges = [edge("a", "b"), edge("a", "b", 1n), edge("b", "a", 3n), edge("b", "c")];
    const weights = (mutual: bigint) => [...buildGraph(edges, { mutual }).out.weight];
    expect(weights(unit)).toEqual([2 ** 30 + 1, 3, 2 ** 30]);
    // floor(1,000,000,001 / 2) = 500,000,000 and floor(3 / 2) = 1 of 10⁻⁹
    expect(weights(half)).toEqual([2 ** 29, 1, 2 ** 30]);
    expect(weights(0n)).toEqual([0, 0, 2 ** 30]);
  });

  test("knows no edges to oneself and none of weight 0, nor nodes that have only such", () => {
    const graph = buildGraph([edge("a", "a"), edge("b", "c", 0n)], { mutual: half });
    expect(graph.names).toEqual([]);
    expect(graph.out.target).toHaveLength(0);
  });

  test("refuses weights below 0 and factors that are no share", () => {
    expect(() => buildGraph([edge("a", "b", -1n)], { mutual: half })).toThrow(RangeError);
    expect(() => buildGraph([], { mutual: unit + 1n })).toThrow(RangeError);
    expect(() => buildGraph([], { mutual: -1n })).toThrow(RangeError);
  });

  test("holds weights of any size exactly", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 10n ** 24n }), { minLength: 1, maxLength: 5 }), (weights) => {
        const { out } = buildGraph(
          weights.map((weight) => edge("a", "b", weight)),
          { mutual: half },
        );
        const sum = weights.reduce((total, each) => total + each, 0n);
        expect(BigInt(out.weight[0]!)).toBe((sum * 2n ** 30n) / unit);
      }),
    );
  });
});

describe("EigenTrust", () => {
  test("is, to the last bit and in as many rounds, what the definition gives", () => {
    fc.assert(
      fc.property(edgeLists, seedLists, alphas, factors, (edges, seeds, alpha, mutual) => {
        const defined = definedTrust(edges, seeds, alpha, mutual);
        const { graph, trust, rounds } = eigenByName(edges, seeds, alpha, mutual);
        expect(graph.names).toEqual(defined.names);
        expect(trust).toEqual(defined.trust);
        expect(rounds).toBe(defined.rounds);
      }),
      { numRuns: 150 },
    );
  });

  test("is so on a graph of a thousand edges with long weights too", () => {
    const next = sequence(7);
    const nodes = named("node", 120);
    const edges: Edge[] = Array.from({ length: 1000 }, () =>
      edge(nodes[next(90)]!, nodes[next(120)]!, BigInt(1 + next(2 ** 30)) * BigInt(1 + next(50))),
    );
    const seeds = nodes.slice(0, 3);
    const defined = definedTrust(edges, seeds, 10, half);
    expect(eigenByName(edges, seeds, 10).trust).toEqual(defined.trust);
  });

  test("does not depend on the order of edges and seeds", () => {
    const cases = edgeLists.chain((edges) =>
      fc.tuple(fc.constant(edges), fc.shuffledSubarray(edges, { minLength: edges.length }), seedLists),
    );
    fc.assert(
      fc.property(cases, ([edges, shuffled, seeds]) => {
        const first = eigenByName(edges, seeds, 15);
        const second = eigenByName(shuffled, seeds.toSorted(codeUnitOrder).reverse(), 15);
        expect(second.trust).toEqual(first.trust);
        expect(second.rounds).toBe(first.rounds);
      }),
    );
  });

  test("gives out no more than there is, and nothing below 0", () => {
    fc.assert(
      fc.property(edgeLists, seedLists, alphas, (edges, seeds, alpha) => {
        const { trust } = eigenByName(edges, seeds, alpha);
        expect(trust.every((each) => each >= 0n)).toBe(true);
        expect(trust.reduce((sum, each) => sum + each, 0n) <= one).toBe(true);
      }),
    );
  });

  test("is nothing without seeds", () => {
    expect(eigenByName(all(named("n", 5), named("n", 5)), [], 15)).toMatchObject({
      trust: [0n, 0n, 0n, 0n, 0n],
      rounds: 0,
    });
  });

  test("leaves a seed that nobody follows what there is, and comes to rest at once", () => {
    expect(eigenByName([], ["s"], 15)).toMatchObject({ trust: [one], rounds: 1 });
  });

  test("gives back to the seeds what ends at nodes without edges", () => {
    const { of } = eigenByName(chain("s", "a"), ["s"], 50);
    // s = ½ + ½·a and a = ½·s, so s = ⅔ and a = ⅓.
    expect(Number(of("s")) / 2 ** 48).toBeCloseTo(2 / 3, 5);
    expect(Number(of("a")) / 2 ** 48).toBeCloseTo(1 / 3, 5);
  });

  test("falls with distance from the seeds", () => {
    const { of } = eigenByName([...chain("s", "a", "b", "c"), ...chain("c", "d", "e")], ["s"], 15);
    for (const [near, far] of [
      ["s", "a"],
      ["a", "b"],
      ["b", "c"],
      ["d", "e"],
    ])
      expect(of(near!) > of(far!)).toBe(true);
  });

  test("stops after 128 rounds where it does not come to rest", () => {
    const ring = chain(...named("n", 40), "n0");
    expect(eigenByName(ring, ["n0"], 1).rounds).toBe(128);
    expect(eigenByName(ring, ["n0"], 50).rounds).toBeLessThan(30);
  });

  test("takes whole per cent only", () => {
    const graph = buildGraph([], { mutual: half, also: ["s"] });
    for (const alpha of [-1, 101, 0.5, Number.NaN]) expect(() => eigenTrust(graph, [0], alpha)).toThrow(RangeError);
  });
});
