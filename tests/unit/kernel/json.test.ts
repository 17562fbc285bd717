import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { canonicalJson, checkValue, isObject, type Json, maxDepth, parseJson } from "../../../src/kernel/json.ts";
import { canonical } from "../../vectors/reference.ts";

const code = (text: string) => codeOf(() => parseJson(text));

describe("the strict parser", () => {
  test("reads what JSON.parse reads, and gives the same", () => {
    fc.assert(
      fc.property(strict(), fc.nat(4), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("takes nothing that JSON.parse refuses", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0a1e-. \tn') }), (text) => {
        const accepted = !codeOf(() => parseJson(text));
        if (accepted) expect(parseJson(text)).toEqual(JSON.parse(text));
        else expect(code(text)).toMatch(/^(MALFORMED_JSON|TOO_DEEP)$/);
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses a name that stands twice in an object, wherever it is and however it is spelt", () => {
    const name = fc
      .string({ unit: "grapheme", maxLength: 8 })
      .filter((each) => each !== "__proto__" && !each.includes("\0"));
    const spelling = fc.constantFrom<(text: string) => string>((text) => JSON.stringify(text), escaped);
    fc.assert(
      fc.property(name, spelling, strict(), strict(), path(), (twice, spell, one, other, wrap) => {
        const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
        const text = wrap(`{${JSON.stringify(twice)}:${a},"between ${twice.length}":1,${spell(twice)}:${b}}`);
        expect(code(text)).toBe("MALFORMED_JSON");
      }),
    );
  });

  test("lets the same name stand in two objects, and colons, quotes and slashes in texts", () => {
    const text = '{"a":{"a":"{\\"a\\":1}"},"b":[{"a":":"},{"a":"\\\\"}],"c:":"\\\\\\":"}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ["__proto__", '{"__proto__":{"x":1}}'],
    ["__proto__ in an escape", '{"\\u005f_proto__":1}'],
    ["U+0000", '"\\u0000"'],
    ["U+0000 in a name", '{"\\u0000":1}'],
    ["a lone high surrogate", '"\\ud800"'],
    ["a lone low surrogate", '"\\udc00"'],
    ["surrogates in the wrong order", '"\\udc00\\ud800"'],
    ["an integer beyond 2^53-1", "9007199254740992"],
    ["an integer that rounds into the range of none", "9007199254740993"],
    ["a negative one", "-9007199254740992"],
    ["one in exponents", "1e21"],
    ["infinity", "1e999"],
    ["a trailing comma", "[1,]"],
    ["a comment", "/**/1"],
    ["a byte order mark", "\ufeff1"],
    ["two values", "1 2"],
    ["nothing", ""],
    ["NaN", "NaN"],
  ])("refuses %s", (_what, text) => expect(code(text)).toBe("MALFORMED_JSON"));

  test.each(["9007199254740991", "-9007199254740991", "0.1", "1e-7", "-0", '"\\ud83d\\ude00"', "null", "true"])(
    "takes %s",
    (text) => expect(parseJson(text)).toEqual(JSON.parse(text)),
  );

  it(`takes ${maxDepth} levels and no more`, () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(code(nested(maxDepth))).toBeUndefined();
    expect(code(nested(maxDepth + 1))).toBe("TOO_DEEP");
    expect(code('{"a":'.repeat(maxDepth + 1) + 1 + "}".repeat(maxDepth + 1))).toBe("TOO_DEEP");
  });

  it("is not exhausted by depth", () => expect(code("[".repeat(100_000) + "]".repeat(100_000))).toBe("TOO_DEEP"));

  test("spells what it read so that it reads the same again", () => {
    fc.assert(
      fc.property(strict(), (value) => {
        const text = JSON.stringify(parseJson(JSON.stringify(value)));
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });
});

describe("a value that is held to the rules", () => {
  it.each([undefined, () => 1, Symbol("a"), 1n, { a: undefined }, [undefined]])(
    "refuses %s, which JSON has not",
    (value) => expect(codeOf(() => checkValue(value, 5))).toBe("MALFORMED_JSON"),
  );

  it("counts members", () => expect(checkValue({ a: 1, b: [{ c: null }, {}] }, 5)).toBe(3));
});

describe("canonical JSON", () => {
  test("is the same as another implementation's", () => {
    fc.assert(
      fc.property(strict(), (value) => {
        expect(canonicalJson(value)).toBe(canonical(value));
      }),
    );
  });

  test("does not depend on the order of members", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), strict()), fc.infiniteStream(fc.nat()), (members, keys) => {
        const shuffled = Object.entries(members)
          .map((entry) => ({ entry, key: keys.next().value! }))
          .sort((a, b) => a.key - b.key);
        const other = Object.fromEntries(shuffled.map(({ entry }) => entry));
        expect(canonicalJson(other)).toBe(canonicalJson(members as Json));
      }),
    );
  });

  test("reads back as what it spells", () => {
    fc.assert(
      fc.property(strict(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  // https://www.rfc-editor.org/rfc/rfc8785, section 3.2.2 and 3.2.3
  test("spells the example of RFC 8785", () => {
    const value = JSON.parse(`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test("leaves out members that are undefined, as JSON.stringify does", () => {
    expect(canonicalJson({ b: 1, a: undefined } as unknown as Json)).toBe('{"b":1}');
  });
});

test("an object is neither null nor a list", () => {
  expect([{}, null, [], 1, "a", undefined].map(isObject)).toEqual([true, false, false, false, false, false]);
});

/** Values that the strict parser takes, with names that objects inherit among them. */
function strict(): fc.Arbitrary<Json> {
  const key = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("", "constructor", "toString", "hasOwnProperty", "1", "0", "-1", ":", '"'),
  );
  return fc
    .jsonValue({ maxDepth: 4 })
    .chain((value) =>
      fc.dictionary(key, fc.constant(value), { maxKeys: 3 }).map((members) => [members, value] as unknown),
    )
    .map((value) => value as Json)
    .filter((value) => codeOf(() => checkValue(value, maxDepth)) === undefined);
}

/** A place to put an object in. */
function path(): fc.Arbitrary<(text: string) => string> {
  return fc.constantFrom(
    (text) => text,
    (text) => `[1,${text}]`,
    (text) => `{"outer":[{"x":${text}}]}`,
    (text) => `  { "s" : "\\"}" ,\n"y":${text} }`,
  );
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0"));
  return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}
