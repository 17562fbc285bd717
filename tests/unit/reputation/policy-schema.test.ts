import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "#primitives";
import { Failure } from "../../../src/kernel/failure.ts";
import { canonicalJson } from "../../../src/kernel/json.ts";
import { maxActionLength } from "../../../src/operations/operation.ts";
import { parseDecimal } from "../../../src/reputation/decimal.ts";
import type { Policy } from "../../../src/reputation/policy.ts";
import {
  isSeed,
  maxPolicyBytes,
  parsePolicy,
  policyForm,
  policyHash,
  policyJsonSchema,
} from "../../../src/reputation/policy-schema.ts";
import { anyPolicy, sample, seeds } from "./policy-samples.ts";

type Place = (string | number)[];
type Loose = any;

/** A copy of the sample with something else at a place; `undefined` takes the member away. */
function withAt(place: Place, value: unknown, from: Policy = sample): Loose {
  const copy: Loose = structuredClone(from);
  const parent = place.slice(0, -1).reduce((node, name) => node[name], copy);
  if (value === undefined) delete parent[place.at(-1)!];
  else parent[place.at(-1)!] = value;
  return copy;
}

function refusalOf(value: unknown): string {
  try {
    parsePolicy(value);
  } catch (error) {
    if (error instanceof Failure) return `${error.code} ${error.detail}`;
    throw error;
  }
  return "taken";
}

const step = (at: string, gives: string) => [at, gives];
const steps = (...given: string[][]) => ({ type: "steps", steps: given });
const inRule = (...place: Place) => ["kinds", "review", ...place];

describe("a policy", () => {
  test("is taken as it is, whatever it says within its bounds", () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        expect(parsePolicy(policy)).toEqual(policy);
      }),
    );
  });

  test.each<[Place, unknown[], unknown[]]>([
    [["name"], ["a", "x".repeat(100)], ["", " a", "a\n", "x".repeat(101), "a\u0007b", 1]],
    [["description"], ["a\nb", "x".repeat(4_000)], ["", "x".repeat(4_001), "a\u0000b"]],
    [["fields"], [["*"], ["a/b/c/d/*"]], [[], ["a", "a"], ["A"], ["a/"], ["a/b/c/d/e"], ["*/a"], ["a*"], "a"]],
    [["tickSeconds"], [60, 2_592_000], [59, 2_592_001, 60.5, "60"]],
    [
      ["scale", "decimals"],
      [0, 9],
      [-1, 10, 0.5],
    ],
    [
      ["scale", "max"],
      ["1000000000", "1000000000.0", "77"],
      ["0", "0.0", "-1", "1000000000.1", "1e3", "1.", "01"],
    ],
    [["minRaters"], [0, 100], [-1, 101]],
    [["threshold"], ["0", "0.000000001", "1000"], ["-1", "1000.000000001", "1.0000000001"]],
    [["disputeTermDays"], [0, 365], [-1, 366]],
    [
      ["uncertainty"],
      [{ method: "beta", k: "10" }],
      [
        { method: "normal", z: "1" },
        { method: "beta", z: "1" },
      ],
    ],
    [
      ["uncertainty", "z"],
      ["0.000000001", "10", "10.0"],
      ["0", "10.1", "11", "-1", 2],
    ],
    [
      ["caps", "rater"],
      [null, "1"],
      ["0", undefined, 1],
    ],
    [inRule("halfLifeDays"), [null, 1, 36_500], [0, 36_501, 1.5]],
    [inRule("points"), ["-0.5", "1000000000"], ["0", "-0", "0.00", "-1000000001"]],
    [inRule("min"), ["0", "4.999999999"], ["5", "6", "-0", "-1"]],
    [inRule("max"), ["0.000000001"], ["0", "-1"]],
    [inRule("cap"), [null, "1"], ["0", "1000000001"]],
    [inRule("minRaters"), [0, 100], [101, null]],
    [inRule("weights"), [{ seed: "1" }], [{}, { robot: "1" }, { seed: "0" }, { seed: undefined }]],
    [
      inRule("transform"),
      [{ type: "sqrt" }, { type: "log2" }, steps(step("0", "1"), step("1", "1"))],
      [
        { type: "cube" },
        { type: "none", steps: [] },
        steps(),
        steps(step("1", "1"), step("1", "2")),
        steps(step("1", "2"), step("2", "1")),
      ],
    ],
    [["kinds"], [], [{}, { gossip: sample.kinds.review }, { review: undefined }]],
    [["trust"], [null], [{}, undefined]],
    [
      ["trust", "alpha"],
      [1, 99],
      [0, 100, 15.5],
    ],
    [
      ["trust", "mutual"],
      ["0", "1", "1.0"],
      ["1.1", "-0.1"],
    ],
    [["trust", "edges"], [], [[], ["badge"], ["review", "review"], ["gossip"]]],
    [["trust", "applies"], [["seed", "organization", "person"]], [[], ["robot"], ["person", "person"]]],
    [
      ["trust", "seeds"],
      [[seeds[0]]],
      [[], [seeds[0], seeds[0]], ["ada"], [seeds[1].replace("0xf", "0xF")], [seeds[1].replace(":1:", ":2147483648:")]],
    ],
    [["more"], [], [1]],
  ])("has bounds at %j", (place, taken, refused) => {
    for (const value of taken) expect(refusalOf(withAt(place, value)), JSON.stringify(value)).toBe("taken");
    for (const value of refused)
      expect(refusalOf(withAt(place, value)), JSON.stringify(value)).toMatch(/^INVALID_INPUT policy(\.|:)/);
  });

  test("has at most 64 fields, 256 seeds and 32 steps", () => {
    const from = parsePolicy(withAt(inRule("transform"), steps(step("0", "1"))));
    const bounds: [Place, number, (i: number) => unknown][] = [
      [["fields"], 64, (i) => `f${i}`],
      [["trust", "seeds"], 256, (i) => `r1${String(i).padStart(43, "0")}`],
      [inRule("transform", "steps"), 32, (i) => step(String(i), "1")],
    ];
    for (const [place, most, make] of bounds) {
      const many = (count: number) =>
        withAt(
          place,
          Array.from({ length: count }, (_, i) => make(i)),
          from,
        );
      expect(refusalOf(many(most))).toBe("taken");
      expect(refusalOf(many(most + 1))).toMatch(/^INVALID_INPUT/);
    }
  });

  test("fits an operation even at its largest", () => {
    expect(maxPolicyBytes).toBeLessThanOrEqual(maxActionLength - 4_096);
    const name = (i: number, length: number) => `did:pkh:eip155:${i + 1}:0x${"a".repeat(length)}`;
    const largest = withAt(
      ["trust", "seeds"],
      Array.from({ length: 256 }, (_, i) => name(i, 40)),
    );
    largest.description = "𝄞".repeat(4_000);
    expect(new TextEncoder().encode(canonicalJson(largest)).length).toBeLessThan(maxPolicyBytes);
    expect(refusalOf(largest)).toBe("taken");
  });

  test("names the place that is wrong", () => {
    expect(refusalOf(withAt(inRule("points"), "0"))).toMatch(
      /^INVALID_INPUT policy\.kinds\.review\.points: It is not 0/,
    );
    expect(refusalOf("policy")).toMatch(/^INVALID_INPUT policy: /);
  });

  test("has decimals that the arithmetic reads, and no others", () => {
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(/^-?[0-9]{1,10}(\.[0-9]{1,10})?$/), fc.string()), (text) => {
        const taken = refusalOf(withAt(inRule("points"), text)) === "taken";
        const units = readable(text);
        const fits = units !== undefined && units !== 0n && units >= -(10n ** 18n) && units <= 10n ** 18n;
        expect(taken).toBe(fits);
      }),
    );
  });
});

function readable(text: string): bigint | undefined {
  try {
    return parseDecimal(text);
  } catch {
    return undefined;
  }
}

describe("the hash of a policy", () => {
  test("is of its canonical form, so that the order of members does not count", () => {
    const turned = Object.fromEntries(Object.entries(sample).reverse()) as Policy;
    expect(Object.keys(turned)).not.toEqual(Object.keys(sample));
    expect(policyHash(turned)).toBe(policyHash(sample));
    expect(policyHash(sample)).toBe(digestOf(canonicalJson(sample as Loose)));
    expect(policyHash({ ...sample, name: "Welding II" })).not.toBe(policyHash(sample));
  });
});

describe("a seed", () => {
  test.each([...seeds])("may be %s", (text) => expect(isSeed(text)).toBe(true));
  test.each(["", "r1", "ada", `did:pkh:eip155:1:0x${"A".repeat(40)}`, `did:pkh:eip155:9999999999:0x${"a".repeat(40)}`])(
    "is not %j",
    (text) => expect(isSeed(text)).toBe(false),
  );
});

describe("the published JSON Schema", () => {
  const schema = policyJsonSchema("https://renown.example/schemas/policy-1.json");
  const validate = new Ajv2020({ strict: true, allErrors: false }).compile(schema);
  /** Values that stand somewhere in a policy, or nearly. */
  const values = fc.constantFrom<unknown>(
    ...[null, true, 0, 1, 60, 99, 100, 101, 0.5, -1, 36_500, "", "0", "-0", "1", "1.50", "10", "10.0", "-1", "0.0"],
    ...["1000000000", "1000000000.000000001", "1e3", "a", "a/*", "*", "a\n", " a", "𝄞".repeat(100), "𝄞".repeat(101)],
    ...[[], {}, ["a"], ["a", "a"], ["*"], ["review"], ["seed"], [seeds[0]], [["0", "1"]], [["0"]], { type: "none" }],
    ...[{ type: "steps", steps: [["0", "1"]] }, { seed: "1" }, { seed: "0" }, { method: "beta", k: "1" }, undefined],
  );

  test("says that it is one, and where it stands", () => {
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema.$id).toBe("https://renown.example/schemas/policy-1.json");
    expect(schema.$comment).toContain("every min is below its max");
  });

  test("takes every policy", () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        expect(validate(policy), JSON.stringify(validate.errors)).toBe(true);
      }),
    );
  });

  test("takes and refuses what the form takes and refuses, whatever is changed anywhere", () => {
    let refused = 0;
    fc.assert(
      fc.property(anyPolicy, fc.nat(), values, fc.boolean(), (policy, at, value, adds) => {
        const places = placesOf(policy as Loose);
        const place = places[at % places.length]!;
        const changed = withAt(adds ? [...place.slice(0, -1), "more"] : place, value, policy);
        const taken = validate(changed);
        if (!taken) refused++;
        expect(taken, JSON.stringify({ place, value, errors: validate.errors })).toBe(
          policyForm.safeParse(changed).success,
        );
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});

/** Every place in a value that a member or an item stands at. */
function placesOf(value: Loose, place: Place = []): Place[] {
  if (value === null || typeof value !== "object") return [];
  const names: (string | number)[] = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return names.flatMap((name) => [[...place, name], ...placesOf(value[name], [...place, name])]);
}
