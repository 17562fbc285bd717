import type { Millis } from "../kernel/time.ts";
import { isqrt } from "./decimal.ts";

const scale = 62n;
const one = 1n << scale;
const fractionBits = 32n;
const part = 2 ** 21;
const perPart = 2 ** -21;
/** The lowest, middle and highest 21 bits of each root, one after the other. */
const parts = Float64Array.from(
  halvingRoots().flatMap((root) => [0n, 21n, 42n].map((at) => Number((root >> at) & 0x1fffffn))),
);

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
  return factorOf(Number(BigInt.asUintN(32, halvings))) >> whole;
}

/**
 * The products of the roots that the bits of a fraction of 2³² name, the highest first, each product rounded down. In
 * three parts of 21 bits, so that numbers hold all sums of their products exactly: an epoch decays a hundred thousand.
 */
function factorOf(fraction: number): bigint {
  let low = 0;
  let middle = 0;
  let high = 2 ** 20;
  for (let i = 0, bits = fraction | 0; bits !== 0; i += 3, bits <<= 1) {
    if (bits >= 0) continue;
    const a = parts[i]!;
    const b = parts[i + 1]!;
    const c = parts[i + 2]!;
    const first = low * b + middle * a + Math.floor(low * a * perPart);
    const second = low * c + middle * b + high * a + Math.floor(first * perPart);
    // From here on in units of 2⁻⁶² again.
    const third = Math.floor(second * 2 ** -20) + 2 * (middle * c + high * b);
    const carried = Math.floor(third * perPart);
    const fourth = 2 * high * c + carried;
    low = third - carried * part;
    high = Math.floor(fourth * perPart);
    middle = fourth - high * part;
  }
  return (BigInt(high) << 42n) + BigInt(middle * part + low);
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
