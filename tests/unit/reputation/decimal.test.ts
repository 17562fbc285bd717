import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  divFloor,
  formatDecimal,
  isqrt,
  isqrtUp,
  mul,
  parseDecimal,
  roundDecimal,
  unit,
} from "../../../src/reputation/decimal.ts";
import { root } from "./reference.ts";

const limit = 10n ** 24n - 1n;
const anyUnits = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.bigInt({ min: -20n * unit, max: 20n * unit }));

describe("a decimal string", () => {
  test.each([
    ["0", 0n],
    ["0.000000000", 0n],
    ["1", unit],
    ["-1.5", -1_500_000_000n],
    ["0.000000001", 1n],
    ["-0.000000001", -1n],
    ["12.340", 12_340_000_000n],
    ["999999999999999.999999999", limit],
  ])("%s is read exactly", (text, units) => expect(parseDecimal(text)).toBe(units));

  test.each([
    "",
    " 1",
    "1 ",
    "1\n",
    "+1",
    "01",
    ".5",
    "1.",
    "1e3",
    "1E-3",
    "0x1",
    "1,5",
    "1_000",
    "--1",
    "-",
    "NaN",
    "Infinity",
    "-0",
    "-0.0",
    "-0.000000000",
    "0.0000000001",
    "1000000000000000",
    "１",
    "−1",
  ])("is not %j", (text) =>
    expect(() => parseDecimal(text)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" })),
  );

  test.each([1, 1n, null, undefined, ["1"], { toString: () => "1" }])("is no other value, such as %o", (value) => {
    expect(() => parseDecimal(value)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("may be held to fewer digits after the point", () => {
    expect(parseDecimal("3", 0)).toBe(3n * unit);
    expect(parseDecimal("3.25", 2)).toBe(3_250_000_000n);
    expect(() => parseDecimal("3.250", 2)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => parseDecimal("3.0", 0)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("never loses a digit on the way through", () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        expect(parseDecimal(formatDecimal(units))).toBe(units);
      }),
    );
  });

  test("is the shortest that says the same", () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const text = formatDecimal(units);
        expect(text).toMatch(/^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
        expect(text).not.toBe("-0");
      }),
    );
    expect([100n * unit, unit / 10n, 1n, 0n, -20n * unit].map(formatDecimal)).toEqual([
      "100",
      "0.1",
      "0.000000001",
      "0",
      "-20",
    ]);
  });
});

describe("rounding", () => {
  test.each([
    ["0.5", 0, "0"],
    ["1.5", 0, "2"],
    ["2.5", 0, "2"],
    ["-0.5", 0, "0"],
    ["-1.5", 0, "-2"],
    ["-2.5", 0, "-2"],
    ["2.500000001", 0, "3"],
    ["-2.500000001", 0, "-3"],
    ["0.125", 2, "0.12"],
    ["0.135", 2, "0.14"],
    ["-0.004", 2, "0.00"],
    ["-0.006", 2, "-0.01"],
    ["9.995", 2, "10.00"],
    ["7", 3, "7.000"],
    ["0.123456789", 9, "0.123456789"],
  ])("takes %s to %i decimals as %s", (text, decimals, rounded) => {
    expect(roundDecimal(parseDecimal(text), decimals)).toBe(rounded);
  });

  test("is off by half a step at most, shows all its decimals, and has no opinion about the sign", () => {
    fc.assert(
      fc.property(anyUnits, fc.integer({ min: 0, max: 9 }), (units, decimals) => {
        const text = roundDecimal(units, decimals);
        expect(text.split(".")[1]?.length ?? 0).toBe(decimals);
        const away = BigInt(text.replace(".", "")) * 10n ** BigInt(9 - decimals) - units;
        expect(2n * (away < 0n ? -away : away)).toBeLessThanOrEqual(10n ** BigInt(9 - decimals));
        const mirrored = roundDecimal(-units, decimals);
        expect(mirrored.replace("-", "")).toBe(text.replace("-", ""));
      }),
    );
  });
});

describe("whole-number arithmetic", () => {
  test("divides downwards, below zero too", () => {
    expect([7n, -7n, 6n, -6n, 0n, -1n].map((each) => divFloor(each, 3n))).toEqual([2n, -3n, 2n, -2n, 0n, -1n]);
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 30n }), (a, b) => {
        const rest = a - divFloor(a, b) * b;
        expect(rest >= 0n && rest < b).toBe(true);
      }),
    );
  });

  test("multiplies downwards", () => {
    expect(mul(1_500_000_000n, 1_500_000_000n)).toBe(2_250_000_000n);
    expect([mul(1n, 1n), mul(-1n, 1n), mul(-unit, unit)]).toEqual([0n, -1n, -unit]);
  });

  test("takes square roots, down and up", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (n) => {
        expect(isqrt(n)).toBe(root(n));
        expect(isqrt(n * n)).toBe(n);
        expect(isqrtUp(n * n)).toBe(n);
        expect(isqrtUp(n * n + 1n)).toBe(n + 1n);
      }),
    );
    expect([0n, 1n, 2n, 3n, 4n].map(isqrt)).toEqual([0n, 1n, 1n, 1n, 2n]);
    expect([0n, 1n, 2n, 3n, 4n].map(isqrtUp)).toEqual([0n, 1n, 2n, 2n, 2n]);
    expect(() => isqrt(-1n)).toThrow(RangeError);
  });
});
