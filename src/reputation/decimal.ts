import { ensure, Failure } from "../kernel/failure.ts";

/** One, in the units of 10⁻⁹ in which this room reckons. */
export const unit = 10n ** 9n;

const places = 9;
const grammar = /^(-?)(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,9}))?$/;

/**
 * Reads a decimal string, `-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?`, into units of 10⁻⁹, whatever `decimals`: that is how
 * many digits may follow the point. No exponent and no negative zero in any spelling (INVALID_INPUT).
 */
export function parseDecimal(text: unknown, decimals = places): bigint {
  const parts = typeof text === "string" ? grammar.exec(text) : null;
  const [, sign, whole = "", fraction = ""] = parts ?? [];
  if (!parts || fraction.length > decimals)
    throw new Failure("INVALID_INPUT", `a number is a decimal string with at most ${decimals} digits after the point`);
  const units = BigInt(whole + fraction.padEnd(places, "0"));
  ensure(!sign || units > 0n, "INVALID_INPUT", "zero has no sign");
  return sign ? -units : units;
}

/** The shortest exact decimal string of units of 10⁻⁹: no trailing zeros, no point without digits, no exponent. */
export function formatDecimal(units: bigint): string {
  return spell(units, places).replace(/\.?0+$/, "");
}

/** Rounds units of 10⁻⁹ to 0 to 9 decimals, half to even, and spells exactly that many. Rounding twice is an error. */
export function roundDecimal(units: bigint, decimals: number): string {
  const step = 10n ** BigInt(places - decimals);
  const down = divFloor(units, step);
  const twice = 2n * (units - down * step);
  const up = twice > step || (twice === step && down % 2n !== 0n);
  return spell(up ? down + 1n : down, decimals);
}

/** a / b rounded down, to the lower number and not towards zero; `b` is positive. */
export function divFloor(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

/** The product of two numbers in units of 10⁻⁹, in those units, rounded down. */
export function mul(a: bigint, b: bigint): bigint {
  return divFloor(a * b, unit);
}

/** The greatest integer whose square is at most n. Throws a RangeError below 0. */
export function isqrt(n: bigint): bigint {
  if (n < 0n) throw new RangeError("A negative number has no square root.");
  if (n < 2n) return n;
  // Newton's steps fall to the root from any power of two above it.
  let root = 1n << BigInt(2 * n.toString(16).length);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The least integer whose square is at least n. Throws a RangeError below 0. */
export function isqrtUp(n: bigint): bigint {
  const root = isqrt(n);
  return root * root < n ? root + 1n : root;
}

function spell(scaled: bigint, decimals: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals > 0 ? `.${digits.slice(-decimals)}` : "";
  return `${scaled < 0n ? "-" : ""}${whole}${fraction}`;
}
