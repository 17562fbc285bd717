import { divFloor, isqrt, isqrtUp, unit } from "./decimal.ts";

/**
 * The lower end of Wilson's score interval for `s` of `n` at `z` deviations: numbers and answer in units of 10⁻⁹, the
 * answer from 0 to 1. Never above the true bound, and from n = 1 on less than 1 + 1.5/(1 + z²) units below it: 1.3 at the
 * usual z. 0 where n is 0. z² is taken in whole units, rounded up. Throws a RangeError unless 0 ≤ s ≤ n.
 */
export function wilsonLower(s: bigint, n: bigint, z: bigint): bigint {
  checkShare(s, n);
  if (n === 0n) return 0n;
  const zz = divUp(z * z, unit);
  const radicand = (zz * s * (n - s)) / n + (zz * zz) / 4n;
  // One more than the root: it stands for what the root and the quotients in it were rounded down by.
  const root = isqrt(radicand) + 1n;
  return notBelowZero(((s + zz / 2n - root) * unit) / (n + zz));
}

/**
 * The mean of Beta(1+s, 1+n−s), what is believed of a share after `s` of `n` when nothing was known before, less `k` of
 * its standard deviations: numbers and answer in units of 10⁻⁹, the answer from 0 to 1, never above the true value and at
 * most two units below it. Throws a RangeError unless 0 ≤ s ≤ n.
 */
export function betaLower(s: bigint, n: bigint, k: bigint): bigint {
  checkShare(s, n);
  const yes = unit + s;
  const no = unit + n - s;
  const all = yes + no;
  const deviations = isqrtUp(divUp(k * k * yes * no, unit * (all + unit)));
  return notBelowZero(divFloor((yes - deviations) * unit, all));
}

function checkShare(s: bigint, n: bigint): void {
  if (s < 0n || s > n) throw new RangeError("A share is between nothing and all.");
}

/** a / b rounded up; neither is negative. */
function divUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

function notBelowZero(units: bigint): bigint {
  return units < 0n ? 0n : units;
}
