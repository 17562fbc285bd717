import fc from "fast-check";
import { factKinds } from "../../../src/reputation/fact.ts";
import type { KindRule, Policy, RaterClass } from "../../../src/reputation/policy.ts";

export const seeds = [`r1${"s".repeat(43)}`, "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"] as const;

export const rule: KindRule = {
  weights: { seed: "1.5", organization: "1", person: "0.25" },
  min: "0",
  max: "5",
  points: "12",
  halfLifeDays: 366,
  cap: "44",
  transform: { type: "none" },
  minRaters: 3,
};

/** A policy of which no two numbers are equal, so that a word can be traced to its member. */
export const sample: Policy = {
  name: "Welding",
  description: "Two guilds agreed on these rules.",
  fields: ["welding/*", "safety"],
  tickSeconds: 86_400,
  scale: { max: "1000", decimals: 2 },
  kinds: { review: rule },
  caps: { rater: "25.5", issuer: "31" },
  minRaters: 4,
  threshold: "77",
  uncertainty: { method: "wilson", z: "1.96" },
  trust: { seeds, alpha: 17, edges: ["review"], mutual: "0.5", applies: ["person"] },
  disputeTermDays: 29,
};

const digits = (least: bigint, most: bigint) =>
  fc.bigInt({ min: least, max: most }).map((units) => {
    const text = (units < 0n ? -units : units).toString().padStart(10, "0");
    const fraction = text.slice(-9).replace(/0+$/, "");
    return `${units < 0n ? "-" : ""}${text.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`}`;
  });

const unit = 1_000_000_000n;
const billion = 1_000_000_000n * unit;
const positive = fc.oneof(digits(1n, billion), digits(1n, 100n * unit));
const orNull = <T>(given: fc.Arbitrary<T>) => fc.option(given, { nil: null });

const weights = fc
  .record({ seed: positive, organization: positive, person: positive }, { requiredKeys: [] })
  .filter((given) => Object.keys(given).length > 0) as fc.Arbitrary<Partial<Record<RaterClass, string>>>;

const steps = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 })), {
    minLength: 1,
    maxLength: 32,
    selector: ([at]) => at,
  })
  .map((pairs) => {
    const gives = pairs.map(([, given]) => given).sort((a, b) => a - b);
    return pairs.sort(([a], [b]) => a - b).map(([at], i) => [String(at), String(gives[i]!)] as const);
  });

const transform = fc.oneof(
  fc.constantFrom({ type: "none" } as const, { type: "sqrt" } as const, { type: "log2" } as const),
  steps.map((given) => ({ type: "steps", steps: given }) as const),
);

const anyRule: fc.Arbitrary<KindRule> = fc.record({
  weights,
  min: fc.constantFrom("0", "0.0"),
  max: positive,
  points: fc.oneof(
    positive,
    positive.map((text) => `-${text}`),
  ),
  halfLifeDays: orNull(fc.integer({ min: 1, max: 36_500 })),
  cap: orNull(positive),
  transform,
  minRaters: fc.integer({ min: 0, max: 100 }),
});

const kindNames = fc.subarray([...factKinds], { minLength: 1 });

/** Policies that are taken, of every form. */
export const anyPolicy: fc.Arbitrary<Policy> = kindNames.chain((names) =>
  fc
    .record({
      name: fc.constantFrom("A", "Ärger 𝄞", "x".repeat(100), "𝄞".repeat(100)),
      description: fc.constantFrom("Why.", "Line one.\n\tLine two.", "é".repeat(4_000)),
      fields: fc.subarray(["*", "a", "a/b-c/1/x", "a/*", "design/ui/*"], { minLength: 1 }),
      tickSeconds: fc.integer({ min: 60, max: 2_592_000 }),
      max: positive,
      decimals: fc.integer({ min: 0, max: 9 }),
      rules: fc.array(anyRule, { minLength: names.length, maxLength: names.length }),
      caps: fc.record({ rater: orNull(positive), issuer: orNull(positive) }),
      minRaters: fc.integer({ min: 0, max: 100 }),
      passes: fc.boolean(),
      uncertainty: fc.oneof(
        digits(1n, 10n * unit).map((z) => ({ method: "wilson", z }) as const),
        digits(1n, 10n * unit).map((k) => ({ method: "beta", k }) as const),
      ),
      trust: orNull(
        fc.record({
          seeds: fc.subarray([...seeds], { minLength: 1 }),
          alpha: fc.integer({ min: 1, max: 99 }),
          edges: fc.subarray(names, { minLength: 1 }),
          mutual: digits(0n, unit),
          applies: fc.subarray(["seed", "organization", "person"] as RaterClass[], { minLength: 1 }),
        }),
      ),
      disputeTermDays: fc.integer({ min: 0, max: 365 }),
    })
    .map(({ max, decimals, rules, passes, ...rest }) => ({
      ...rest,
      scale: { max, decimals },
      threshold: passes ? max : "0",
      kinds: Object.fromEntries(names.map((name, i) => [name, rules[i]!])),
    })),
);
