import type { Millis } from "../kernel/time.ts";
import { isqrt } from "./decimal.ts";

const scale = 62n;
const one = 1n << scale;
const fractionBits = 32n;
const roots = halvingRoots();

/**
 * What is left of an amount in units of 10⁻⁹ after `age`, where half is left after `halfLife`; both in milliseconds.
 * Rounded down, never above the true value. Each fact is decayed by itself: nothing is summed before.
 */
export function decay(amount: bigint, age: Millis, halfLife: Millis): bigint {
  return (amount * decayFactor(age, halfLife)) >> scale;
}

/**
 * 2^(−age/halfLife) in units of 2⁻⁶², age and half-life in milliseconds: at most 1.62·10⁻¹⁰ (ln 2 · 2⁻³²) below the true value, never
 * above it, never rising with age, exact at whole half-lives, 0 from 62 of them. What lies ahead (a negative age) has not
 * decayed. Throws a RangeError unless both are whole and the half-life is positive.
 */
export function decayFactor(age: Millis, halfLife: Millis): bigint {
  if (halfLife <= 0) throw new RangeError("A half-life is longer than nothing.");
  if (age <= 0) return one;
  const life = BigInt(halfLife);
  // The ceiling is of the whole quotient: of the remainder alone it could reach 2³² just before a half-life.
  const halvings = ((BigInt(age) << fractionBits) + life - 1n) / life;
  const whole = halvings >> fractionBits;
  if (whole >= scale) return 0n;
  let left = one;
  // Bits are looked at from the highest, as long as any is set.
  for (let i = 0, bits = Number(BigInt.asUintN(32, halvings)) | 0; bits !== 0; i++, bits <<= 1)
    if (bits < 0) left = (left * roots[i]!) >> scale;
  return left >> whole;
}

/** floor(2⁶²·2^(−2^(−i−1))) for i from 0 to 31: each is the square root of the one before it. */
function halvingRoots(): bigint[] {
  // Taken with 130 bits more than are kept: a root of a rounded root need not be the rounded root.
  const spare = 130n;
  let root = 1n << (scale + spare - 1n);
  return Array.from({ length: Number(fractionBits) }, () => {
    root = isqrt(root << (scale + spare));
    return root >> spare;
  });
}
