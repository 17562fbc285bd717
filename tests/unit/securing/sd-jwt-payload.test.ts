import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { openPayload } from "../../../src/securing/sd-jwt-payload.ts";
import rfc from "../../vectors/sd-jwt/rfc9901.json" with { type: "json" };
import { disclosureOf } from "./sd-jwt-scene.ts";

const salt = "c2FsdCBvZiB0aGUgdGVzdA";
const claim = (name: string, value: Json) => disclosureOf([salt, name, value]);
const name = claim("name", "Ada");
const refused = (payload: JsonObject, disclosures: readonly { text: string }[], code: string) =>
  expect(() =>
    openPayload(
      payload,
      disclosures.map(({ text }) => text),
    ),
  ).toThrowError(expect.objectContaining({ code }));

describe("the payload of an SD-JWT", () => {
  test("shows what is disclosed in its place and nothing of the rest", () => {
    const age = claim("age", 36);
    const payload = { _sd: [name.digest, age.digest], _sd_alg: "sha-256", iss: "x" };
    expect(openPayload(payload, [name.text])).toEqual({ iss: "x", name: "Ada" });
    expect(openPayload(payload, [age.text, name.text])).toEqual({ iss: "x", name: "Ada", age: 36 });
    expect(openPayload(payload, [])).toEqual({ iss: "x" });
  });

  test("shows elements of arrays, and drops those that are kept back", () => {
    const [one, two] = [disclosureOf(["a", "DE"]), disclosureOf(["b", "FR"])];
    const payload = { of: ["US", { "...": one.digest }, { "...": two.digest }, ["x"]] };
    expect(openPayload(payload, [two.text])).toEqual({ of: ["US", "FR", ["x"]] });
  });

  test("shows what stands within what is disclosed (RFC 9901, section 6.3)", () => {
    const { payload, address, country } = rfc.recursive;
    expect(openPayload(payload, [address, country])).toEqual({ iss: payload.iss, address: { country: "DE" } });
    expect(openPayload(payload, [address])).toEqual({ iss: payload.iss, address: {} });
    refused(payload, [{ text: country }], "INVALID_CREDENTIAL");
  });

  test("commits by SHA-256 where it names no hash, and by no other hash", () => {
    expect(openPayload({ _sd: [name.digest] }, [name.text])).toEqual({ name: "Ada" });
    refused({ _sd: [name.digest], _sd_alg: "sha-512" }, [name], "UNKNOWN_SUITE");
    refused({ _sd: [name.digest], _sd_alg: 256 }, [name], "INVALID_CREDENTIAL");
  });

  test("is refused with a digest that stands twice, wherever, opened or not", () => {
    const element = disclosureOf(["a", 1]);
    refused({ _sd: [name.digest, name.digest] }, [name], "INVALID_CREDENTIAL");
    refused({ _sd: [name.digest], deep: { _sd: [name.digest] } }, [], "INVALID_CREDENTIAL");
    refused({ _sd: [element.digest], of: [{ "...": element.digest }] }, [], "INVALID_CREDENTIAL");
    const outer = claim("outer", { _sd: [name.digest] });
    refused({ _sd: [outer.digest, name.digest] }, [outer, name], "INVALID_CREDENTIAL");
  });

  test("is refused with a disclosure that stands twice or belongs to nothing", () => {
    refused({ _sd: [name.digest] }, [name, name], "INVALID_CREDENTIAL");
    refused({ _sd: [name.digest] }, [name, claim("age", 36)], "INVALID_CREDENTIAL");
    refused({}, [name], "INVALID_CREDENTIAL");
  });

  test.each(["_sd", "...", "_sd_alg", "__proto__"])("is refused with a claim that is disclosed as %s", (reserved) => {
    const made = disclosureOf(JSON.parse(`["${salt}", "${reserved}", ["x"]]`));
    refused({ _sd: [made.digest] }, [made], "INVALID_CREDENTIAL");
  });

  test("is refused with a disclosure that takes the name of another claim", () => {
    refused({ _sd: [name.digest], name: "Eve" }, [name], "INVALID_CREDENTIAL");
    const twin = disclosureOf(["b3RoZXIgc2FsdA", "name", "Eve"]);
    refused({ _sd: [name.digest, twin.digest] }, [name, twin], "INVALID_CREDENTIAL");
  });

  test("is refused with the disclosure of an element for a claim, and of a claim for an element", () => {
    const element = disclosureOf([salt, "DE"]);
    refused({ _sd: [element.digest] }, [element], "INVALID_CREDENTIAL");
    refused({ of: [{ "...": name.digest }] }, [name], "INVALID_CREDENTIAL");
  });

  test.each([
    ["no array", { a: 1 }],
    ["too few parts", [salt]],
    ["too many parts", [salt, "name", 1, 2]],
    ["a salt that is no text", [1, "name", "Ada"]],
    ["a name that is no text", [salt, 1, "Ada"]],
  ])("is refused with a disclosure of %s", (_what, content) => {
    const made = disclosureOf(content as Json);
    refused({ _sd: [made.digest] }, [made], "INVALID_CREDENTIAL");
  });

  test.each(["", "=", "bm9uZQ", "WyJhIiwiYSIsMV0=", "eyJhIjoxLCJhIjoyfQ"])(
    "is refused with %j for a disclosure",
    (text) => refused({}, [{ text }], "INVALID_CREDENTIAL"),
  );

  test("is refused with _sd or ... of another form", () => {
    refused({ _sd: "x" }, [], "INVALID_CREDENTIAL");
    refused({ _sd: [1] }, [], "INVALID_CREDENTIAL");
    refused({ "...": name.digest }, [], "INVALID_CREDENTIAL");
    refused({ of: [{ "...": name.digest, more: 1 }] }, [], "INVALID_CREDENTIAL");
    refused({ of: [{ "...": 1 }] }, [], "INVALID_CREDENTIAL");
  });

  test("is refused where disclosures nest too deeply", () => {
    let inner: Json = "end";
    const disclosures = [];
    const digests: string[] = [];
    for (let i = 0; i < 50; i++) {
      const made = disclosureOf([`salt ${i}`, "in", digests.length > 0 ? { _sd: [digests.at(-1)!] } : inner]);
      disclosures.push(made);
      digests.push(made.digest);
      inner = "";
    }
    refused({ _sd: [digests.at(-1)!] }, disclosures, "TOO_DEEP");
  });
});

/** A value some parts of which are committed to: as it is written, and what any choice of disclosures makes of it. */
type Concealed = { written: Json; made: Made[] };
type Made = { text: string; digest: string; within: Made[] };

let salts = 0;

/** Conceals members and elements as `chosen` says, parts of parts too. */
function conceal(value: Json, chosen: () => boolean): Concealed {
  if (value === null || typeof value !== "object") return { written: value, made: [] };
  const made: Made[] = [];
  if (Array.isArray(value)) {
    const written = value.map((each) => {
      const inner = conceal(each, chosen);
      if (!chosen()) return keep(inner, made);
      const own = { ...disclosureOf([`salt ${salts++}`, inner.written]), within: inner.made };
      made.push(own);
      return { "...": own.digest };
    });
    return { written, made };
  }
  const written: JsonObject = {};
  const digests: string[] = [];
  for (const [name, each] of Object.entries(value)) {
    const inner = conceal(each, chosen);
    if (!chosen()) written[name] = keep(inner, made);
    else {
      const own = { ...disclosureOf([`salt ${salts++}`, name, inner.written]), within: inner.made };
      made.push(own);
      digests.push(own.digest);
    }
  }
  return { written: digests.length > 0 ? { ...written, _sd: digests } : written, made };
}

function keep(inner: Concealed, made: Made[]): Json {
  made.push(...inner.made);
  return inner.written;
}

const flatten = (made: readonly Made[]): Made[] => made.flatMap((each) => [each, ...flatten(each.within)]);

/** Disclosures of which each stands within one that is there as well. */
const closed = (made: readonly Made[], chosen: () => boolean): Made[] =>
  made.filter(chosen).flatMap((each) => [each, ...closed(each.within, chosen)]);

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const key = fc.stringMatching(/^[a-z]{1,4}$/);
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 3 }) as fc.Arbitrary<Json>,
  ),
}));
const object = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 });
const coins = fc.infiniteStream(fc.boolean());
const flips = (stream: Iterator<boolean>) => () => stream.next().value as boolean;

describe("any payload", () => {
  test("is whole again with all its disclosures, in whatever order", () => {
    fc.assert(
      fc.property(object, coins, (value, stream) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonObject;
        const { written, made } = conceal(plain, flips(stream));
        const all = flatten(made).map(({ text }) => text);
        expect(openPayload(written as JsonObject, all.toReversed())).toEqual(plain);
      }),
      { numRuns: 150 },
    );
  });

  test("opens with any disclosures whose surroundings are there, and says nothing that is not in it", () => {
    fc.assert(
      fc.property(object, coins, coins, (value, stream, second) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonObject;
        const { written, made } = conceal(plain, flips(stream));
        const shown = closed(made, flips(second));
        const opened = openPayload(
          written as JsonObject,
          shown.map(({ text }) => text),
        );
        expect(JSON.stringify(opened)).not.toContain('"_sd"');
        expect(isWithin(opened, plain)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("is refused with a disclosure whose surroundings are kept back, or that was changed", () => {
    fc.assert(
      fc.property(object, coins, fc.nat(), (value, stream, pick) => {
        const { written, made } = conceal(JSON.parse(JSON.stringify(value)), flips(stream));
        const all = flatten(made);
        fc.pre(all.length > 0);
        const one = all[pick % all.length]!;
        const stranger = disclosureOf(["another salt", "x", 1]).text;
        refused(
          written as JsonObject,
          [...all.filter((each) => each !== one), { text: stranger }],
          "INVALID_CREDENTIAL",
        );
        const inner = all.find((each) => each.within.length > 0);
        if (inner) refused(written as JsonObject, inner.within, "INVALID_CREDENTIAL");
      }),
      { numRuns: 150 },
    );
  });
});

/** Whether every member stands in the whole, and every element in the order of the whole. */
function isWithin(part: Json, whole: Json): boolean {
  if (part === null || typeof part !== "object" || whole === null || typeof whole !== "object") return part === whole;
  if (Array.isArray(part) !== Array.isArray(whole)) return false;
  if (!Array.isArray(part) || !Array.isArray(whole))
    return Object.entries(part).every(
      ([name, value]) => Object.hasOwn(whole, name) && isWithin(value, (whole as JsonObject)[name]!),
    );
  let from = 0;
  return part.every((each) => {
    const found = whole.findIndex((other, i) => i >= from && isWithin(each, other));
    from = found + 1;
    return found >= 0;
  });
}
