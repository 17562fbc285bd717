import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unit } from "../../../src/reputation/decimal.ts";
import { applyTransform, type Transform } from "../../../src/reputation/transform.ts";

const sizes = fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.bigInt({ min: 0n, max: 100n * unit }));
const steps: Transform = {
  type: "steps",
  steps: [
    ["0.5", "1"],
    ["2", "2.5"],
    ["10", "4"],
  ],
};
const all: Transform[] = [{ type: "none" }, { type: "sqrt" }, { type: "log2" }, steps];

/** log2 of a / b in units of 2⁻⁴⁰, rounded down: by powers of whole numbers, in which nothing is lost. */
function exactLog2(a: bigint, b: bigint): bigint {
  let value = 0n;
  while (b << (value + 1n) <= a) value += 1n;
  // By how much 2^value·b falls short, squared again and again with 4,000 bits.
  let [up, down] = [a << 4000n, b << (4000n + value)];
  for (let i = 0; i < 40; i++) {
    const excess = BigInt(Math.max(0, down.toString(16).length * 4 - 4000));
    [up, down] = [(up * up) >> (2n * excess), (down * down) >> (2n * excess)];
    value *= 2n;
    if (up < 2n * down) continue;
    down *= 2n;
    value += 1n;
  }
  return value;
}

describe("a transform", () => {
  test.each(all)("of type $type never falls while x rises, and takes less than nothing for nothing", (transform) => {
    fc.assert(
      fc.property(sizes, fc.bigInt({ min: 0n, max: unit }), (x, more) => {
        expect(applyTransform(transform, x + more) >= applyTransform(transform, x)).toBe(true);
        expect(applyTransform(transform, -x)).toBe(applyTransform(transform, 0n));
      }),
    );
    expect(applyTransform(transform, 0n)).toBe(0n);
  });

  test("may be none", () => expect(applyTransform({ type: "none" }, 123n)).toBe(123n));

  test("takes roots to the unit", () => {
    expect(applyTransform({ type: "sqrt" }, 2n * unit)).toBe(1_414_213_562n);
    fc.assert(
      fc.property(sizes, (x) => {
        const y = applyTransform({ type: "sqrt" }, x);
        expect(y * y <= x * unit && (y + 1n) * (y + 1n) > x * unit).toBe(true);
      }),
    );
  });

  test("takes logarithms exactly at powers of two and down to the unit elsewhere", () => {
    for (let i = 0n; i < 50n; i++) {
      expect(applyTransform({ type: "log2" }, (2n ** i - 1n) * unit)).toBe(i * unit);
      if (i > 0n) expect(applyTransform({ type: "log2" }, (2n ** i - 1n) * unit - 1n)).toBeLessThan(i * unit);
    }
    expect(applyTransform({ type: "log2" }, 2n * unit)).toBe(1_584_962_500n);
    expect(applyTransform({ type: "log2" }, 1n)).toBe(1n);
    expect(applyTransform({ type: "log2" }, 9n * unit)).toBe(3_321_928_094n);
  });

  test("takes logarithms that are never above the true ones, and less than a unit below", () => {
    fc.assert(
      fc.property(sizes, (x) => {
        const y = applyTransform({ type: "log2" }, x);
        const low = exactLog2(x + unit, unit);
        expect(y << 40n < (low + 1n) * unit).toBe(true);
        expect((y + 1n) << 40n > low * unit).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("takes the last step that was reached", () => {
    const at = (x: bigint) => applyTransform(steps, x);
    expect([0n, unit / 2n - 1n, unit / 2n, 2n * unit - 1n, 2n * unit, 10n * unit, 99n * unit].map(at)).toEqual([
      0n,
      0n,
      unit,
      unit,
      2_500_000_000n,
      4n * unit,
      4n * unit,
    ]);
    expect(applyTransform({ type: "steps", steps: [] }, unit)).toBe(0n);
  });

  test("refuses steps that are no decimals", () => {
    const broken: Transform = { type: "steps", steps: [["one", "1"]] };
    expect(() => applyTransform(broken, unit)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});
