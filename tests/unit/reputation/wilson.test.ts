import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unit } from "../../../src/reputation/decimal.ts";
import { betaLower, wilsonLower } from "../../../src/reputation/wilson.ts";
import { root } from "./reference.ts";

const z = 1_960_000_000n;
const sharesOf = (least: bigint) =>
  fc
    .bigInt({ min: least, max: 10n ** 15n })
    .chain((n) => fc.tuple(fc.oneof(fc.constant(n), fc.constant(0n), fc.bigInt({ min: 0n, max: n })), fc.constant(n)));
const deviations = fc.constantFrom(1_644_900_000n, 1_960_000_000n, 2_576_000_000n, 1_281_551_566n, 3_290_500_000n);

const fine = 10n ** 30n;

/** The true bound in units of 10⁻³⁹, less than ten of them too high. */
function trueWilson(s: bigint, n: bigint, z: bigint): bigint {
  const square = (z * z * s * (n - s) * fine * fine) / (unit * n) + (z ** 4n * fine * fine) / (4n * unit * unit);
  const above = s * fine + (z * z * fine) / (2n * unit) + 1n - root(square);
  return above <= 0n ? 0n : (above * unit * unit) / (n * unit + z * z) + 1n;
}

function trueBeta(s: bigint, n: bigint, k: bigint): bigint {
  const [yes, no] = [unit + s, unit + n - s];
  const above = yes * fine - root((k * k * yes * no * fine * fine) / (unit * (yes + no + unit)));
  return above <= 0n ? 0n : (above * unit) / (yes + no) + 1n;
}

describe("Wilson's lower bound", () => {
  test.each([
    [1n, 1n, "0.2065"],
    [10n, 10n, "0.7225"],
    [9n, 10n, "0.5958"],
    [50n, 100n, "0.4038"],
    [0n, 10n, "0.0000"],
  ])("for %i of %i is the known one", (s, n, known) => {
    expect((Number(wilsonLower(s * unit, n * unit, z)) / 1e9).toFixed(4)).toBe(known);
  });

  test("is 0 where nobody has said anything", () => expect(wilsonLower(0n, 0n, z)).toBe(0n));

  test("is never above the true bound, and little below", () => {
    fc.assert(
      fc.property(sharesOf(unit), deviations, ([s, n], z) => {
        const bound = wilsonLower(s, n, z);
        const lacks = trueWilson(s, n, z) - bound * fine;
        expect(lacks >= 0n).toBe(true);
        expect(lacks <= 16n * (fine / 10n)).toBe(true);
        expect(bound >= 0n && bound <= unit).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("is not above where little is missing for it", () => {
    // The root without its one, and z² rounded down, give a unit too much here.
    for (const [s, n, z] of [
      [1n, 2n, 1_281_551_566n],
      [50n, 100n, 1_281_551_616n],
      [3n, 4n, 1_281_551_734n],
    ] as const)
      expect(wilsonLower(s * unit, n * unit, z) * fine <= trueWilson(s * unit, n * unit, z)).toBe(true);
  });

  test("lacks at most 1.3·10⁻⁹ at the usual 1.96", () => {
    fc.assert(
      fc.property(sharesOf(unit), ([s, n]) => {
        expect(trueWilson(s, n, z) - wilsonLower(s, n, z) * fine <= 13n * (fine / 10n)).toBe(true);
      }),
    );
  });

  test("rises with what speaks for it, and with more of the same", () => {
    fc.assert(
      fc.property(sharesOf(unit), fc.bigInt({ min: 1000n, max: 10n * unit }), ([s, n], more) => {
        const better = s + more > n ? n : s + more;
        expect(wilsonLower(better, n, z) >= wilsonLower(s, n, z) - 2n).toBe(true);
        expect(wilsonLower(2n * s, 2n * n, z) >= wilsonLower(s, n, z) - 2n).toBe(true);
      }),
    );
  });

  test("is not asked about more than all or less than nothing", () => {
    expect(() => wilsonLower(2n, 1n, z)).toThrow(RangeError);
    expect(() => wilsonLower(-1n, 1n, z)).toThrow(RangeError);
    expect(() => betaLower(2n, 1n, z)).toThrow(RangeError);
  });
});

describe("the posterior mean less deviations", () => {
  test("is the mean where none is taken off", () => {
    expect(betaLower(0n, 0n, 0n)).toBe(unit / 2n);
    expect(betaLower(8n * unit, 8n * unit, 0n)).toBe((9n * unit) / 10n);
  });

  test("knows little before anybody has spoken, and nothing at two deviations", () => {
    // 1/2 − 1/√12
    expect(betaLower(0n, 0n, unit)).toBe(211_324_865n);
    expect(betaLower(0n, 0n, 2n * unit)).toBe(0n);
  });

  test("is never above the true value, and less than two units below", () => {
    fc.assert(
      fc.property(sharesOf(0n), deviations, ([s, n], k) => {
        const lacks = trueBeta(s, n, k) - betaLower(s, n, k) * fine;
        expect(lacks >= 0n && lacks <= 2n * fine).toBe(true);
      }),
    );
  });

  test("falls as more deviations are taken off", () => {
    fc.assert(
      fc.property(
        sharesOf(0n),
        fc.bigInt({ min: 0n, max: 5n * unit }),
        fc.bigInt({ min: 0n, max: unit }),
        ([s, n], k, more) => {
          expect(betaLower(s, n, k + more) <= betaLower(s, n, k)).toBe(true);
        },
      ),
    );
  });
});
