import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, type Json } from "../../../src/kernel/json.ts";
import { isSame } from "../../../src/kernel/same.ts";

// Letters of few kinds, so that two that were made apart are often the same.
const data = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, "", "a", "0", "1"),
    fc.array(tie("any"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("0", "1", "a"), tie("any"), { maxKeys: 2 }),
  ),
})).any;

test("two values are the same if their canonical texts are", () => {
  fc.assert(
    fc.property(data, data, (one, other) => {
      expect(isSame(one, other)).toBe(canonicalJson(one) === canonicalJson(other));
      expect(isSame(one, structuredClone(one))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("a member that is undefined is not one that is missing", () => {
  expect(isSame({ a: undefined }, {})).toBe(false);
  expect(isSame({ a: undefined }, { b: undefined })).toBe(false);
  expect(isSame({ a: undefined }, { a: undefined })).toBe(true);
  expect(isSame({ toString: undefined }, { a: undefined })).toBe(false);
});
