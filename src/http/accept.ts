/**
 * The one of the offered media types that a client likes best (RFC 9110, section 12.5.1); among equals the first
 * offered. Undefined where none will do. Without a header the first offered.
 */
export function preferred<T extends string>(accept: string | undefined, offered: readonly T[]): T | undefined {
  if (accept === undefined || accept.trim() === "") return offered[0];
  const ranges = accept.split(",", maxRanges).map(readRange);
  let best: { type: T; quality: number } | undefined;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > (best?.quality ?? 0)) best = { type, quality };
  }
  return best?.type;
}

/** Ranges that are read: a client that names more has none in mind. */
const maxRanges = 32;

type Range = { type: string; quality: number };

function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((each) => each.trim().toLowerCase());
  const weight = parameters.find((each) => each.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most exact range decides, whatever its weight. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const name of [type, `${type.split("/")[0]}/*`, "*/*"]) {
    const found = ranges.find((range) => range.type === name);
    if (found) return found.quality;
  }
  return 0;
}
