import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Failure } from "../../../src/kernel/failure.ts";
import { expectingTime, holdTo, type Named } from "../../../src/kernel/misfit.ts";

const schema = z.strictObject({
  name: z.string().min(2).max(5),
  count: z.int().min(1).max(10),
  share: z.number().gt(0).lt(1).optional(),
  step: z.number().multipleOf(5).optional(),
  yes: z.boolean().optional(),
  list: z
    .array(z.strictObject({ id: z.string() }))
    .min(1)
    .max(2)
    .optional(),
  pair: z.tuple([z.string(), z.string()]).optional(),
  role: z.enum(["owner", "viewer"]).optional(),
  version: z.literal("1").optional(),
  code: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  own: z.string().regex(/^x$/, "It is an x.").optional(),
  odd: z
    .string()
    .refine((text) => text === "odd")
    .optional(),
  url: z.url().optional(),
  named: z.record(z.string().regex(/^[a-z]+$/), z.string()).optional(),
  either: z.union([z.literal(""), z.int(), z.null()]).optional(),
  type: z.union([z.enum(["a", "b"]), z.array(z.string(), "It is a list of them.")]).optional(),
  key: z
    .union([
      z.strictObject({ kty: z.literal("EC"), x: z.string(), y: z.string() }),
      z.strictObject({ kty: z.literal("OKP"), x: z.string() }),
    ])
    .optional(),
  validity: z.union([z.strictObject({ days: z.int().min(1) }), z.strictObject({ until: z.string() })]).optional(),
  transform: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("none") }),
      z.strictObject({ type: z.literal("steps"), steps: z.array(z.int()) }),
    ])
    .optional(),
});

const whole = { name: "abc", count: 3 };

function detailOf(value: unknown, named?: Named): string | undefined {
  try {
    holdTo(schema, value, "INVALID_INPUT", named);
  } catch (error) {
    expect((error as Failure).code).toBe("INVALID_INPUT");
    return (error as Failure).detail;
  }
  return undefined;
}

describe("what does not fit", () => {
  test.each<[object, string]>([
    [{ name: undefined }, "name: It is missing: a text is expected."],
    [{ name: 5 }, "name: A text, in quotes, is expected."],
    [{ name: true }, "name: A text, in quotes, is expected."],
    [{ name: null }, "name: A text is expected."],
    [{ name: "a" }, "name: It has at least 2 characters."],
    [{ name: "abcdef" }, "name: It has at most 5 characters."],
    [{ count: "3" }, "count: A number is expected."],
    [{ count: 1.5 }, "count: A whole number is expected."],
    [{ count: 0 }, "count: It is at least 1."],
    [{ count: 11 }, "count: It is at most 10."],
    [{ share: 0 }, "share: It is above 0."],
    [{ share: 1 }, "share: It is below 1."],
    [{ step: 7 }, "step: It is a multiple of 5."],
    [{ yes: "yes" }, "yes: True or false is expected."],
    [{ list: {} }, "list: A list is expected."],
    [{ list: [] }, "list: It has at least 1 item."],
    [{ list: [{ id: "a" }, { id: "b" }, { id: "c" }] }, "list: It has at most 2 items."],
    [{ list: [{ id: "a" }, {}] }, "list.1.id: It is missing: a text is expected."],
    [{ list: ["a"] }, "list.0: An object is expected."],
    [{ list: [{ id: "a", more: 1 }] }, 'list.0: There is no member "more" here.'],
    [{ pair: ["a"] }, "pair: It has at least 2 items."],
    [{ pair: ["a", "b", "c"] }, "pair: It has at most 2 items."],
    [{ role: "king" }, 'role: One of "owner", "viewer" is expected.'],
    [{ version: "2" }, 'version: "1" is expected.'],
    [{ code: "A" }, "code: A text of the form /^[a-z]{2}$/ is expected."],
    [{ own: "y" }, "own: It is an x."],
    [{ odd: "even" }, "odd: It does not have the form that is taken here."],
    [{ url: "here" }, "url: A URL is expected."],
    [{ named: { "A b": "" } }, "named.A b: The name does not have the form that is taken here."],
    [{ named: { a: 1 } }, "named.a: A text, in quotes, is expected."],
    [{ either: "x" }, 'either: "", a number or null is expected.'],
    [{ type: "c" }, 'type: One of "a", "b" is expected, or: It is a list of them.'],
    [{ key: { kty: "EC", x: "1" } }, "key.y: It is missing: a text is expected."],
    [{ key: { kty: "OKP", x: 1 } }, "key.x: A text, in quotes, is expected."],
    [{ key: { kty: "RSA" } }, "key: It has none of the forms that are taken here."],
    [{ key: "EC" }, "key: An object is expected."],
    [{ validity: { days: 0 } }, "validity.days: It is at least 1."],
    [{ validity: { days: 1, until: "" } }, "validity: It has none of the forms that are taken here."],
    [{ transform: { type: "cube" } }, 'transform.type: One of "none", "steps" is expected.'],
    [{ transform: { type: "steps", steps: ["1"] } }, "transform.steps.0: A number is expected."],
    [{ other: 1 }, 'There is no member "other" here.'],
  ])("of %j says where and what it must be", (change, sentence) => {
    expect(detailOf({ ...whole, ...change })).toBe(sentence);
  });

  test("is told under the name of the whole, and by what the whole is made of", () => {
    expect(detailOf({ ...whole, name: 5 }, { root: "input" })).toBe("input.name: A text, in quotes, is expected.");
    expect(detailOf("abc", { root: "input" })).toBe("input: An object is expected.");
    expect(detailOf({ ...whole, q: "" }, { part: "parameter" })).toBe('There is no parameter "q" here.');
  });

  test("is never told back, and its names are shortened", () => {
    const secret = "s3cret".repeat(20);
    for (const name of Object.keys(schema.shape))
      expect(detailOf({ ...whole, [name]: secret })).not.toContain("s3cret");
    const long = detailOf({ ...whole, named: { [`${"X".repeat(500)}\n`]: "" } });
    expect(long).toMatch(/^named\.X{40}: /);
    expect(detailOf({ ...whole, named: { "a\u0000\nb": "" } })).toMatch(/^named\.a\?\?b: /);
  });

  test("is one line that ends as a sentence, and none of a library's", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(schema.shape)), fc.jsonValue(), (name, value) => {
        const detail = detailOf({ ...whole, [name]: value });
        if (detail !== undefined)
          expect(detail).toMatch(/^(?!.*(?:Invalid|received|Too (?:big|small)|Unrecognized))[^\n]+\.$/);
      }),
    );
  });
});

describe("what is missing, or of no form that is taken,", () => {
  const isObject = (value: unknown) => typeof value === "object";
  const two = z.strictObject({ given: z.union([z.string(), z.custom(isObject, "An object is expected.")]) });
  const dated = z.strictObject({ before: z.string(expectingTime) });

  test.each<[z.ZodType, object, string]>([
    [two, {}, "given: It is missing: a text or an object is expected."],
    [two, { given: 1 }, "given: A text or an object is expected."],
    [dated, {}, "before: It is missing: a time of RFC 3339, as 2026-11-20T11:41:04Z, is expected."],
    [dated, { before: 1 }, "before: A time of RFC 3339, as 2026-11-20T11:41:04Z, is expected."],
  ])("is told in one sentence: %# %j", (form, value, detail) => {
    expect(() => holdTo(form, value, "INVALID_INPUT")).toThrow(expect.objectContaining({ detail }));
  });
});

test("what fits is what the schema makes of it", () => {
  expect(holdTo(z.strictObject({ n: z.int().default(1) }), {}, "INVALID_INPUT")).toEqual({ n: 1 });
});
