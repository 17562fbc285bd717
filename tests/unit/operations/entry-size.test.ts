import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entryBytes, isCut, pageOfPart, sizeOf, weightOf } from "../../../src/operations/entry-size.ts";

const entries = (sizes: readonly number[]) => sizes.map((size, seq) => ({ seq, text: "x".repeat(size) }));

/** What a store gives of a log: at most `limit`, and none behind the one with which the texts come to `bytes`. */
function readPart(log: ReturnType<typeof entries>, after: number, limit: number, bytes: number) {
  const rest = log.filter(({ seq }) => seq > after).slice(0, limit);
  return rest.filter((_, i) => sizeOf(rest.slice(0, i)) < bytes);
}

describe("a page of a log", () => {
  test("follows the one before without a gap, holds at least one, and stays within its bytes unless one alone is more", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 120 }), (many, limit, bytes) => {
        const log = entries(many);
        const seen: number[] = [];
        for (let after = -1, open = true; open; ) {
          const { page, more } = pageOfPart(readPart(log, after, limit + 1, bytes), limit, bytes);
          expect(page.length).toBeLessThanOrEqual(limit);
          if (page.length > 1) expect(sizeOf(page)).toBeLessThan(bytes);
          if (more) expect(page.length).toBeGreaterThan(0);
          seen.push(...page.map(({ seq }) => seq));
          after = page.at(-1)?.seq ?? after;
          open = more;
        }
        expect(seen).toEqual(log.map(({ seq }) => seq));
      }),
    );
  });

  test("that holds one beyond its bytes goes on behind it", () => {
    expect(pageOfPart(entries([90]), 5, 80)).toEqual({ page: entries([90]), more: true });
    expect(isCut(entries([90]), 6, 80)).toBe(true);
  });
});

test("an entry counts by the bytes of its text, and for one at least", () => {
  const weights = ["", "x", "x".repeat(entryBytes), "x".repeat(entryBytes + 1), "☃".repeat(entryBytes)].map((text) =>
    weightOf({ text }),
  );
  expect(weights).toEqual([1, 1, 1, 2, 3]);
});
