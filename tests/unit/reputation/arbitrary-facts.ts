import fc from "fast-check";
import type { Fact } from "../../../src/reputation/fact.ts";
import type { KindRule, Policy, PublishedPolicy } from "../../../src/reputation/policy.ts";
import type { Transform } from "../../../src/reputation/transform.ts";
import { day, factOf, now, plainPolicy, plainRule, published } from "./facts-given.ts";

const kinds = ["contribution", "review", "incident"] as const;
const moment = fc.integer({ min: -60, max: 60 }).map((days) => now + days * day + (days % 3) * 3_600_000);
const sometimes = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 3 });
const digits = fc.constantFrom("0", "0.000000001", "0.1", "0.333333333", "0.5", "0.999999999", "1", "2.5");

const ruling = fc.record({
  at: moment,
  operation: fc.constant("ruling"),
  outcome: fc.constantFrom("upheld" as const, "struck" as const),
});
const dispute = fc.record({
  at: moment.filter((at) => at <= now),
  operation: fc.constant("dispute"),
  ruling: sometimes(ruling),
});
const ended = fc.constant({ at: now, as: "retracted", operation: "retraction" } as const);

const changes: fc.Arbitrary<Partial<Fact>> = fc.record({
  rater: fc.constantFrom("a", "b", "c", "d"),
  raterIs: fc.constantFrom("organization", "person"),
  issuer: fc.constantFrom("", "org-1", "org-2"),
  kind: fc.constantFrom(...kinds, "vouch"),
  value: digits,
  field: fc.constantFrom("software", "software/rust", "cooking"),
  work: sometimes(fc.record({ type: fc.constant("badge" as const), id: fc.constantFrom("1", "2", "3") })),
  standing: fc.constantFrom("organization", "organization", "membership", "work", "unsolicited"),
  admittedAt: fc.integer({ min: 0, max: 900 * day }).map((age) => now + 3_600_000 - age),
  validFrom: sometimes(moment),
  validUntil: sometimes(moment),
  dispute: sometimes(dispute),
  ended: fc.option(ended, { nil: undefined, freq: 12 }),
  compromised: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
  selfAttested: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
  hidden: fc.boolean(),
});

/** Facts of every sort, numbered from 1 in the order of the log. */
export const factLists = fc.array(changes, { maxLength: 24 }).map((list) => list.map((each, i) => factOf(i + 1, each)));

export const monotone: fc.Arbitrary<Transform> = fc.constantFrom<Transform[]>(
  { type: "none" },
  { type: "sqrt" },
  { type: "log2" },
  {
    type: "steps",
    steps: [
      ["1", "2"],
      ["12.5", "3.5"],
      ["30", "40"],
    ],
  },
);

const rule = (points: fc.Arbitrary<string>): fc.Arbitrary<KindRule> =>
  fc.record({
    weights: fc.constantFrom({ organization: "1", person: "0.7" }, { organization: "1.5" }),
    min: fc.constantFrom("0", "0.2"),
    max: fc.constantFrom("1", "2"),
    points,
    halfLifeDays: fc.constantFrom(null, 20, 90, 365),
    cap: fc.constantFrom(null, "7", "25"),
    transform: monotone,
    minRaters: fc.constantFrom(0, 1, 2),
  });

const cap = fc.constantFrom(null, null, "6", "15");

/** Policies with two kinds for the subject and one against it. */
export const policies: fc.Arbitrary<PublishedPolicy> = fc
  .record({
    contribution: rule(fc.constantFrom("10", "3.3")),
    review: rule(fc.constant("7")),
    incident: rule(fc.constantFrom("-5", "-12.5")),
    caps: fc.record({ rater: cap, issuer: cap }),
    decimals: fc.constantFrom(0, 1, 4),
    minRaters: fc.constantFrom(0, 2, 3),
    threshold: fc.constantFrom("0", "5", "20"),
  })
  .map(({ contribution, review, incident, caps, decimals, minRaters, threshold }) => {
    const changes = { kinds: { contribution, review, incident }, caps, minRaters, threshold };
    return published({ ...plainPolicy, ...changes, scale: { max: "60", decimals } } satisfies Policy);
  });

/** A plain policy in which the one kind has some rule that never falls while its sum rises. */
export const risingPolicies: fc.Arbitrary<PublishedPolicy> = fc
  .record({ transform: monotone, cap: fc.constantFrom(null, "25"), raterCap: cap })
  .map(({ transform, cap, raterCap }) =>
    published({
      ...plainPolicy,
      kinds: { contribution: { ...plainRule, transform, cap } },
      caps: { rater: raterCap, issuer: null },
    }),
  );
