import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { day } from "../../../src/kernel/time.ts";
import { decay, decayFactor } from "../../../src/reputation/decay.ts";
import { unit } from "../../../src/reputation/decimal.ts";
import { root } from "./reference.ts";

const one = 2n ** 62n;
const year = 365 * day;

const ages = fc.oneof(fc.integer({ min: 0, max: 200 * year }), fc.integer({ min: 0, max: 10 ** 6 }));
const lives = fc.oneof(fc.integer({ min: 1, max: 50 * year }), fc.integer({ min: 1, max: 10 ** 4 }));

/** 2^(−age/life) in units of 2⁻²⁰⁰, at most a few of them too high: every root and product is rounded up. */
const bits = 200n;
const rootsUp: bigint[] = [];
for (let last = 2n ** (bits - 1n); rootsUp.length < 160; rootsUp.push(last)) last = root((last << bits) - 1n) + 1n;

function trueFactor(age: number, life: number): bigint {
  const fraction = (BigInt(age % life) << 160n) / BigInt(life);
  let left = 1n << bits;
  rootsUp.forEach((each, i) => {
    if ((fraction >> BigInt(159 - i)) & 1n) left = ((left * each) >> bits) + 1n;
  });
  return (left >> BigInt(Math.floor(age / life))) + 1n;
}

describe("decay", () => {
  test("halves exactly at every half-life, and ends at the 62nd", () => {
    for (const life of [1, 7, day, 90 * day, 3 * year])
      for (let i = 0; i < 62; i++) expect(decayFactor(i * life, life)).toBe(one >> BigInt(i));
    expect(decayFactor(62 * day, day)).toBe(0n);
    expect(decayFactor(Number.MAX_SAFE_INTEGER, 1)).toBe(0n);
  });

  test("takes nothing from what is new or lies ahead", () => {
    expect(decayFactor(0, day)).toBe(one);
    expect(decayFactor(-5, day)).toBe(one);
    expect(decay(123n, -day, day)).toBe(123n);
  });

  test("goes by the true roots of a half, rounded down and not rooted again from what was rounded", () => {
    // An age of one part in 2^(i+1) sets one bit of the fraction, and the factor is that root.
    for (let i = 0; i < 32; i++) expect(decayFactor(1, 2 ** (i + 1))).toBe(rootsUp[i]! >> (bits - 62n));
  });

  test("is never above the true value and at most 1.62·10⁻¹⁰ (ln 2 · 2⁻³²) below it", () => {
    fc.assert(
      fc.property(ages, lives, (age, life) => {
        const lacks = trueFactor(age, life) - (decayFactor(age, life) << (bits - 62n));
        expect(lacks >= 0n).toBe(true);
        // One whole unit of 2⁻⁶² is lost where the factor itself is cut.
        expect(lacks <= (162n << bits) / 10n ** 12n + (2n << (bits - 62n))).toBe(true);
      }),
    );
  });

  test("never rises with age, over half-lives too", () => {
    fc.assert(
      fc.property(ages, fc.nat(1000), lives, (age, more, life) => {
        expect(decayFactor(age + more, life) <= decayFactor(age, life)).toBe(true);
      }),
    );
    for (const life of [3, 1000, day, year])
      for (let i = 1; i < 62; i++) {
        expect(decayFactor(i * life - 1, life) >= decayFactor(i * life, life)).toBe(true);
        expect(decayFactor(i * life + 1, life) <= decayFactor(i * life, life)).toBe(true);
      }
  });

  test("is the same factor for every amount, rounded down", () => {
    expect(decay(unit, day, day)).toBe(unit / 2n);
    expect(decay(unit, day / 2, day)).toBe(707_106_781n);
    expect(decay(-unit, day / 2, day)).toBe(-707_106_781n - 1n);
    expect(decay(0n, day, day)).toBe(0n);
    expect(decay(10n ** 24n, 61 * day, day)).toBe((10n ** 24n) >> 61n);
  });

  test("needs a half-life, and whole milliseconds", () => {
    for (const life of [0, -day, 0.5, Number.NaN]) expect(() => decayFactor(day, life)).toThrow(RangeError);
    expect(() => decayFactor(0.5, day)).toThrow(RangeError);
  });
});
