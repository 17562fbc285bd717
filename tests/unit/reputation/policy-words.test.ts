import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../src/reputation/policy.ts";
import { kindTitle, policyWarnings, policyWords } from "../../../src/reputation/policy-words.ts";
import { shippedPolicies } from "../../../src/reputation/shipped-policies.ts";
import { anyPolicy, rule, sample, seeds } from "./policy-samples.ts";

const told = (policy: Policy) => policyWords(policy).flatMap(({ title, sentences }) => [title, ...sentences]);

/** Every number and seed that stands in a value, as it is spelt; signs are told as words. */
function amountsIn(value: unknown): string[] {
  if (typeof value === "number") return [String(value)];
  if (typeof value === "string") return /^-?\d|^r1|^did:/.test(value) ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(amountsIn);
}

describe("the words of a policy", () => {
  test("have every number and every seed of it, whatever they are", () => {
    fc.assert(
      fc.property(anyPolicy, ({ name, description, fields, ...rules }) => {
        const words = told({ name, description, fields, ...rules }).join("\n");
        for (const amount of amountsIn(rules)) expect(words).toContain(amount.replace(/^-/, ""));
      }),
    );
  });

  test("are sentences, the same each time", () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        expect(policyWords(policy)).toEqual(policyWords(structuredClone(policy)));
        for (const { title, sentences } of policyWords(policy)) {
          expect(title).not.toBe("");
          for (const sentence of sentences) expect(sentence).toMatch(/^(\S| (?! ))+\.$/s);
        }
      }),
    );
  });

  test("read as they should", () => {
    expect(policyWords(sample)).toEqual([
      {
        title: "What counts",
        sentences: [
          "Facts of these fields count, and of no other: welding with all below it and safety.",
          "Reviews count; contributions, endorsements, badges, vouches and incidents do not.",
        ],
      },
      {
        title: "Reviews",
        sentences: [
          "A review of full value gives 12 points.",
          "A value counts as its share of 5, which is full; one below 0 counts as 0, one above 5 as 5.",
          "Stated by a seed it counts times 1.5, by an organisation times 1, by a person times 0.25, by anybody else not at all.",
          "It fades: after 366 days it counts half, after twice as long a quarter.",
          "Reviews count once 3 different raters have stated some, and none before.",
          "Their points are added up as they are.",
          "All reviews together give at most 44 points.",
        ],
      },
      {
        title: "What one may give",
        sentences: [
          "One rater gives, or takes away, at most 25.5 points.",
          "One organisation and all who speak in its context give, or take away, at most 31 points.",
          "Where a cap is reached the larger facts count first, then the earlier ones.",
        ],
      },
      {
        title: "Trust in those who state facts",
        sentences: [
          `Trust flows from 2 seeds: ${seeds[0]} and ${seeds[1]}.`,
          "It flows from who states something to the subject, along reviews.",
          "In each round 17 per cent of it returns to the seeds, so that it does not gather far away from them.",
          "Where two state something about each other, each direction counts times 0.5.",
          "What a person states is multiplied by the trust that has reached them.",
        ],
      },
      {
        title: "The score",
        sentences: [
          "The score is the sum of all kinds, at least 0 and at most 1000, with 2 decimals.",
          "A subject passes at 77 or more, with at least 4 different raters whose facts count.",
          "Time is counted in steps of 86400 seconds (1 day): within one the score moves only when the log does.",
        ],
      },
      {
        title: "How sure it is",
        sentences: [
          "Beside the score stands how large the share of points that speak for the subject is at the least: the lower Wilson bound with z = 1.96.",
        ],
      },
      {
        title: "Disputes",
        sentences: [
          "A fact that its subject disputes counts on while a ruling may come, for 29 days; without one it then stops counting, and what was struck never counts.",
        ],
      },
    ]);
  });

  const changes: [string, Partial<Policy>][] = [
    ["fields", { fields: ["welding/*"] }],
    ["all fields", { fields: ["*"] }],
    ["the tick", { tickSeconds: 3_600 }],
    ["the scale", { scale: { max: "1001", decimals: 2 } }],
    ["the decimals", { scale: { max: "1000", decimals: 1 } }],
    ["the kinds", { kinds: { ...sample.kinds, badge: rule } }],
    ["which kind", { kinds: { vouch: rule } }],
    ["a class of raters", { kinds: { review: { ...rule, weights: { seed: "1.5", organization: "1" } } } }],
    ["a weight", { kinds: { review: { ...rule, weights: { ...rule.weights, person: "0.26" } } } }],
    ["the least value", { kinds: { review: { ...rule, min: "1" } } }],
    ["the whole value", { kinds: { review: { ...rule, max: "6" } } }],
    ["points", { kinds: { review: { ...rule, points: "13" } } }],
    ["whether points are taken away", { kinds: { review: { ...rule, points: "-12" } } }],
    ["the half-life", { kinds: { review: { ...rule, halfLifeDays: 1 } } }],
    ["whether it fades", { kinds: { review: { ...rule, halfLifeDays: null } } }],
    ["the cap of a kind", { kinds: { review: { ...rule, cap: "45" } } }],
    ["no cap of a kind", { kinds: { review: { ...rule, cap: null } } }],
    ["the raters of a kind", { kinds: { review: { ...rule, minRaters: 1 } } }],
    ["no raters of a kind", { kinds: { review: { ...rule, minRaters: 0 } } }],
    ["the root", { kinds: { review: { ...rule, transform: { type: "sqrt" } } } }],
    ["the logarithm", { kinds: { review: { ...rule, transform: { type: "log2" } } } }],
    ["steps", { kinds: { review: { ...rule, transform: { type: "steps", steps: [["3", "7"]] } } } }],
    ["the cap of a rater", { caps: { ...sample.caps, rater: "26" } }],
    ["no cap of a rater", { caps: { ...sample.caps, rater: null } }],
    ["the cap of an issuer", { caps: { ...sample.caps, issuer: "32" } }],
    ["no cap of an issuer", { caps: { ...sample.caps, issuer: null } }],
    ["the raters", { minRaters: 5 }],
    ["the threshold", { threshold: "78" }],
    ["z", { uncertainty: { method: "wilson", z: "1.97" } }],
    ["the method", { uncertainty: { method: "beta", k: "1.96" } }],
    ["k", { uncertainty: { method: "beta", k: "2" } }],
    ["no trust", { trust: null }],
    ["seeds", { trust: { ...sample.trust!, seeds: [seeds[0]] } }],
    ["alpha", { trust: { ...sample.trust!, alpha: 18 } }],
    ["edges", { kinds: { review: rule, badge: rule }, trust: { ...sample.trust!, edges: ["badge"] } }],
    ["mutual", { trust: { ...sample.trust!, mutual: "0.25" } }],
    ["whom it applies to", { trust: { ...sample.trust!, applies: ["organization"] } }],
    ["the term of disputes", { disputeTermDays: 30 }],
  ];
  test.each(changes)("say when %s is another", (_, change) => {
    const others = changes.filter(([, other]) => other !== change).map(([, other]) => told({ ...sample, ...other }));
    const changed = told({ ...sample, ...change });
    expect(changed).not.toEqual(told(sample));
    expect(others).not.toContainEqual(changed);
  });

  test("have a heading for each kind that counts, and for no other", () => {
    const titles = policyWords(sample).map(({ title }) => title);
    expect(titles).toContain(kindTitle("review"));
    expect(titles).not.toContain(kindTitle("badge"));
  });
});

describe("warnings", () => {
  test("are none for the policies that come with the service", () => {
    for (const { policy } of shippedPolicies(seeds)) expect(policyWarnings(policy)).toEqual([]);
  });

  const calm: Policy = {
    ...sample,
    kinds: { review: rule, incident: { ...rule, points: "-1" } },
    threshold: "44",
    trust: { ...sample.trust!, applies: ["person"] },
  };
  test.each<[string, Partial<Policy>]>([
    ["no points", { kinds: { incident: { ...rule, points: "-1" } } }],
    ["caps below the threshold", { threshold: "44.1" }],
    ["a threshold of nothing", { threshold: "0", minRaters: 0 }],
    ["persons who are not weighed", { trust: { ...calm.trust!, applies: ["organization"] } }],
    ["no cap for a rater", { caps: { rater: null, issuer: "1" } }],
    ["one rater who is enough", { minRaters: 1 }],
    ["seeds without trust", { trust: null }],
    ["no incidents", { kinds: { review: rule } }],
    ["vouches without a graph", { kinds: { ...calm.kinds, vouch: rule }, trust: null }],
  ])("are given for %s", (_, change) => {
    expect(policyWarnings(calm)).toEqual([]);
    expect(policyWarnings({ ...calm, ...change }).length).toBeGreaterThan(0);
  });
});
