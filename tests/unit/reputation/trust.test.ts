import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unit } from "../../../src/reputation/decimal.ts";
import { type Edge, trustOf } from "../../../src/reputation/trust.ts";
import { all, alphas, chain, edge, edgeLists, factors, half, named, seedLists } from "./graphs.ts";
import { definedTrust } from "./reference.ts";

const terms = { seeds: ["s"], alpha: 15, mutual: half };

function scaled(signal: readonly bigint[], i: number): bigint {
  const most = signal.reduce((a, b) => (a > b ? a : b), 0n);
  return most === 0n ? 0n : (signal[i]! * unit) / most;
}

describe("trust", () => {
  test("is the smaller of two signals, each scaled by its maximum", () => {
    fc.assert(
      fc.property(edgeLists, seedLists, alphas, factors, (edges, seeds, alpha, mutual) => {
        const trust = trustOf(edges, { seeds, alpha, mutual });
        const defined = definedTrust(edges, seeds, alpha, mutual);
        defined.names.forEach((name, i) => {
          const { eigen, walk } = trust.parts(name);
          expect(eigen).toBe(scaled(defined.trust, i));
          if (walk !== unit || !seeds.includes(name)) expect(walk).toBe(scaled(defined.innerRank, i));
          expect(trust.of(name)).toBe(eigen < walk ? eigen : walk);
          expect(trust.of(name) >= 0n && trust.of(name) <= unit).toBe(true);
        });
      }),
    );
  });

  test("does not depend on the order of edges and seeds", () => {
    const cases = edgeLists.chain((edges) =>
      fc.tuple(fc.constant(edges), fc.shuffledSubarray(edges, { minLength: edges.length }), seedLists),
    );
    fc.assert(
      fc.property(cases, ([edges, shuffled, seeds]) => {
        const first = trustOf(edges, { ...terms, seeds });
        const second = trustOf(shuffled, { ...terms, seeds: [...seeds, ...seeds].reverse() });
        expect(second.rounds).toBe(first.rounds);
        for (const { from, to } of edges)
          for (const name of [from, to, ...seeds]) expect(second.parts(name)).toEqual(first.parts(name));
      }),
    );
  });

  test("does not depend on how a weight is cut into edges", () => {
    const cut: Edge[] = [edge("s", "a", 1n), edge("s", "a", unit - 1n), ...chain("s", "b", "a")];
    const whole: Edge[] = [edge("s", "a"), ...chain("s", "b", "a")];
    for (const name of ["s", "a", "b"])
      expect(trustOf(cut, terms).parts(name)).toEqual(trustOf(whole, terms).parts(name));
  });

  test("is 0 for whoever is not there, and for all where there are no seeds", () => {
    expect(trustOf(chain("s", "a"), terms).of("nobody")).toBe(0n);
    expect(trustOf(chain("s", "a"), terms).parts("nobody")).toEqual({ eigen: 0n, walk: 0n });
    const seedless = trustOf(all(named("n", 6), named("n", 6)), { ...terms, seeds: [] });
    expect(seedless).toMatchObject({ rounds: 0, nodes: 6, edges: 30 });
    for (const name of named("n", 6)) expect(seedless.parts(name)).toEqual({ eigen: 0n, walk: 0n });
  });

  test("is the whole for a seed that no edge touches: nothing speaks against it", () => {
    const trust = trustOf([], terms);
    expect(trust).toMatchObject({ nodes: 1, edges: 0 });
    expect(trust.of("s")).toBe(unit);
    const beside = trustOf(all(["r", "a", "b"], ["r", "a", "b"]), { ...terms, seeds: ["r", "s"] });
    expect(beside.parts("s").walk).toBe(unit);
    expect(beside.of("a") > 0n && beside.of("b") > 0n).toBe(true);
  });

  test("counts nodes, and edges once between the same two", () => {
    expect(trustOf([...chain("s", "a", "s"), edge("s", "a"), edge("a", "a")], terms)).toMatchObject({
      nodes: 2,
      edges: 2,
    });
  });
});
