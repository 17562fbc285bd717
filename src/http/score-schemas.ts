import { z } from "@hono/zod-openapi";
import { exclusions, factKinds } from "../reputation/fact.ts";
import { did, moment } from "./schemas.ts";

export const policyPart = {
  policy: { says: "The policy's document, or a name of the service's own.", example: "open-work" },
} as const;

const decimal = z.string().openapi({ description: "A decimal." });
const kind = z.enum(factKinds);
const place = z.int().openapi({ description: "A place in the log." });
const digest = z.string().openapi({ description: "base64url of a SHA-256 digest." });

const policyNamed = z.object({ id: z.string(), version: z.int(), hash: digest });
const asOf = z
  .object({ time: moment, position: place, digest })
  .openapi({ description: "The beginning of the tick, and the log up to which entries were admitted." });

export const score = z
  .object({
    subject: did,
    group: z.array(did).openapi({ description: "All wallets that are this subject." }),
    policy: policyNamed,
    asOf,
    trust: z
      .object({
        position: place,
        time: moment,
        digest,
        rounds: z.int(),
        nodes: z.int(),
        edges: z.int(),
        from: did.nullable(),
      })
      .nullable()
      .openapi({ description: "The epoch of trust; null where the policy asks for none." }),
    score: decimal.nullable().openapi({ description: "Null where the subject has left." }),
    scale: z.object({ max: decimal, decimals: z.int() }),
    uncertainty: z.object({ method: z.enum(["wilson", "beta"]), lower: decimal, s: decimal, n: decimal }),
    threshold: decimal,
    passes: z.boolean(),
    raters: z.int(),
    components: z.array(z.object({ kind, facts: z.int(), sum: decimal, transformed: decimal, points: decimal })),
    evidence: z.object({
      counted: z.int(),
      hidden: z.object({ count: z.int(), sum: decimal }),
      digest: digest.openapi({ description: "Covers the score, all evidence and all that was left out." }),
    }),
    excluded: z.object({ total: z.int(), byReason: z.record(z.string(), z.int()), beyond: z.int() }),
    nextChange: z
      .looseObject({})
      .nullable()
      .openapi({ description: "When what is shown changes by itself, why, to what." }),
    closed: z.boolean(),
  })
  .openapi("Score");

const stated = {
  operation: z.string(),
  document: z.string(),
  seq: place,
  entry: digest,
  subject: did,
  rater: z.string(),
  issuer: z.string(),
  kind,
  field: z.string(),
  value: decimal,
  claimedAt: z.string(),
  admittedAt: moment,
  hidden: z.boolean(),
  link: z.string().openapi({ description: "Where its entry can be read." }),
};

export const evidence = z
  .object({
    ...stated,
    class: z.enum(["seed", "organization", "person"]),
    status: z.enum(["counted", "capped", "disputed"]),
    weight: decimal,
    decay: decimal,
    trust: decimal.nullable(),
    contribution: decimal,
  })
  .openapi("Evidence");

export const excluded = z
  .object({ ...stated, reason: z.enum(exclusions), detail: z.looseObject({}).nullable() })
  .openapi("ExcludedFact");

export const point = z
  .object({
    time: moment,
    position: place,
    score: decimal.nullable(),
    lower: decimal,
    passes: z.boolean(),
    raters: z.int(),
  })
  .openapi("ScorePoint");

const step = { from: decimal, to: decimal, change: decimal };
const end = z.object({ asOf, policy: policyNamed, score: decimal.nullable(), passes: z.boolean(), digest });
const movement = z.object({
  ...step,
  operation: z.string(),
  seq: place,
  kind,
  field: z.string(),
  rater: z.string(),
  link: z.string(),
  reason: z.enum(exclusions).optional(),
});

export const diff = z
  .object({
    from: end,
    to: end,
    change: decimal.nullable(),
    kinds: z.array(z.object({ kind, sum: z.object(step), transformed: z.object(step), points: z.object(step) })),
    entered: z.array(movement),
    left: z.array(movement),
    changed: z.array(movement),
    hidden: z.array(z.object({ kind, count: z.int(), change: decimal })),
  })
  .openapi("ScoreDiff");
