import { isqrt, parseDecimal, unit } from "./decimal.ts";

/** The closed list of transforms. Steps are decimal strings in ascending order of `at`. */
export type Transform =
  | { type: "none" }
  | { type: "sqrt" }
  | { type: "log2" }
  | { type: "steps"; steps: readonly (readonly [at: string, gives: string])[] };

/**
 * Applies a transform to x, both in units of 10⁻⁹: x itself, √x, log2(1+x), or what the last step at or below x gives (0
 * below the first). Rounded down to the unit, and so never above the true value, exact where that is a whole number of
 * units, and never falling while x rises. A negative x counts as 0. Steps that are no decimals are refused
 * (INVALID_INPUT).
 */
export function applyTransform(transform: Transform, x: bigint): bigint {
  const at = x < 0n ? 0n : x;
  switch (transform.type) {
    case "none":
      return at;
    case "sqrt":
      return isqrt(at * unit);
    case "log2":
      return log2(at + unit);
    case "steps": {
      const step = transform.steps.findLast(([from]) => parseDecimal(from) <= at);
      return step ? parseDecimal(step[1]) : 0n;
    }
  }
}

/** floor of log2 of y, which is at least 1; both in units of 10⁻⁹. */
function log2(y: bigint): bigint {
  // Powers of two come out exactly, and no other logarithm is rational: for each some precision tells the last digit.
  for (let bits = 64n; ; bits *= 2n) {
    const low = log2Bits(y, bits);
    const floor = (low * unit) >> bits;
    if (((low + 2n) * unit) >> bits === floor) return floor;
  }
}

/** log2 of y in units of 2^−bits, exact where y is a power of two, else too low by less than two. */
function log2Bits(y: bigint, bits: bigint): bigint {
  let value = 0n;
  while (unit << (value + 1n) <= y) value += 1n;
  // A mantissa from 1 to 2: squaring it doubles its logarithm, whose next bit says whether 2 was passed.
  const scale = bits + 8n;
  const two = 2n << scale;
  let mantissa = (y << scale) / (unit << value);
  for (let i = 0n; i < bits; i += 1n) {
    mantissa = (mantissa * mantissa) >> scale;
    value <<= 1n;
    if (mantissa < two) continue;
    mantissa >>= 1n;
    value += 1n;
  }
  return value;
}
