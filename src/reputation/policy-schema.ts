import { z } from "zod";
import { digestOf } from "#primitives";
import { isUserDid } from "../identity/did.ts";
import { utf8 } from "../kernel/bytes.ts";
import { canonicalJson, type Json, type JsonObject } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import { parseDecimal } from "./decimal.ts";
import { factKinds } from "./fact.ts";
import type { Policy } from "./policy.ts";

/** Bytes of a policy as RFC 8785 writes it: with a signature around it, it fits the 65,536 characters of an action. */
export const maxPolicyBytes = 61_440;

/** The most that a policy may have of each. */
export const policyLimits = {
  name: 100,
  description: 4_000,
  fields: 64,
  fieldLength: 100,
  steps: 32,
  seeds: 256,
  tickSeconds: { least: 60, most: 2_592_000 },
  halfLifeDays: 36_500,
  minRaters: 100,
  disputeTermDays: 365,
} as const;

/** Path of the published schema below the service's origin. */
export const policySchemaPath = "/schemas/policy-1.json";

/**
 * Reads a policy. Refuses with INVALID_INPUT, naming the first place, what does not have its form, what contradicts
 * itself, and what is longer than `maxPolicyBytes`.
 */
export function parsePolicy(value: unknown): Policy {
  return holdTo(policySchema, value, "INVALID_INPUT", { root: "policy" });
}

/** base64url(SHA-256(UTF8(JCS(policy)))), RFC 8785: by it a published version is known. */
export function policyHash(policy: Policy): string {
  return digestOf(canonicalJson(jsonOf(policy)));
}

/** The form of a policy as JSON Schema 2020-12; `id` is the URL at which it is published. */
export function policyJsonSchema(id: string): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(policyForm, { metadata: said }) as { $schema: string };
  const title = "Renown policy: how facts about a subject become a score";
  // Comparisons of one member with another cannot be said in JSON Schema, so they are told in words.
  return { $schema, $id: id, title, $comment: beyondForm, ...schema } as unknown as JsonObject;
}

/** What a policy must hold beside its form. */
export const beyondForm =
  "Beside this form: every min is below its max; the threshold is at most scale.max; trust.edges are among kinds; steps " +
  `rise, and what they give does not fall; chains in seeds are below 2^31; as RFC 8785 writes it, it has at most ${maxPolicyBytes} bytes.`;

const said = z.registry<Record<string, unknown>>();

function say<T extends z.ZodType>(schema: T, description: string, more: Record<string, unknown> = {}): T {
  said.add(schema, { description, ...more });
  return schema;
}

// The grammar of decimal.ts, within bounds.
const zero = "0(?:\\.0+)?";
const upToBillion = "(?:(?:0|[1-9][0-9]{0,8})(?:\\.[0-9]{1,9})?|1000000000(?:\\.0{1,9})?)";

function decimal(pattern: string, description: string) {
  return say(
    z.string().regex(new RegExp(`^${pattern}$`), `It is ${description}.`),
    `A decimal string: ${description}.`,
  );
}

const positive = decimal(`(?!${zero}$)${upToBillion}`, "above 0, at most 1000000000, at most nine decimals");
const notBelowZero = decimal(upToBillion, "from 0 to 1000000000, at most nine decimals");
const notZero = decimal(
  `(?!-?${zero}$)-?${upToBillion}`,
  "not 0, from -1000000000 to 1000000000, at most nine decimals",
);
const share = decimal("(?:0(?:\\.[0-9]{1,9})?|1(?:\\.0{1,9})?)", "from 0 to 1, at most nine decimals");
const upToTen = decimal(
  `(?!${zero}$)(?:[0-9](?:\\.[0-9]{1,9})?|10(?:\\.0{1,9})?)`,
  "above 0, at most 10, at most nine decimals",
);

/** Characters are counted as JSON Schema counts them: by code points. */
function shown(most: number, description: string, controls: string) {
  const edge = `[^\\s${controls}]`;
  const text = z
    .string()
    .regex(
      new RegExp(`^${edge}(?:[^${controls}]*${edge})?$`),
      "It begins and ends with what shows, without control characters.",
    )
    .refine((value) => value.length <= most || [...value].length <= most, `It has at most ${most} characters.`);
  return say(text, description, { maxLength: most });
}

/** Distinct members; `JSON.stringify` tells texts apart as JSON Schema does. */
function distinct<T extends z.ZodType>(member: T, least: number, most: number, description: string) {
  const list = z
    .array(member)
    .min(least)
    .max(most)
    .refine((values) => new Set(values).size === values.length, "Each stands there once.")
    .readonly();
  return say(list, description, { uniqueItems: true });
}

const { tickSeconds } = policyLimits;
const lineControls = "\\u0000-\\u001f\\u007f";
const textControls = "\\u0000-\\u0008\\u000b-\\u001f\\u007f";
const fieldWord = "[a-z0-9][a-z0-9-]*";
const seedPattern = /^(?:r1[A-Za-z0-9_-]{43}|did:pkh:eip155:[1-9][0-9]{0,9}:0x[0-9a-f]{40})$/;

const raters = z.enum(["seed", "organization", "person"]);
const kindName = z.enum(factKinds);
const minRaters = z.int().min(0).max(policyLimits.minRaters);

const field = z
  .string()
  .max(policyLimits.fieldLength)
  .regex(new RegExp(`^(?:\\*|${fieldWord}(?:/${fieldWord}){0,3}(?:/\\*)?)$`), "It is a field, `field/*` or `*`.");

/** An organisation's document or a wallet's did:pkh in lower case. */
const seed = z.string().regex(seedPattern, "It is an organisation's document, or a did:pkh of eip155 in lower case.");

export function isSeed(text: string): boolean {
  return seedPattern.test(text) && (!text.startsWith("did:") || isUserDid(text));
}

const step = z.tuple([say(notBelowZero, "From this sum on,"), say(notBelowZero, "so much is given.")]).readonly();

const transform = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({ type: z.literal("sqrt") }),
  z.strictObject({ type: z.literal("log2") }),
  z.strictObject({ type: z.literal("steps"), steps: z.array(step).min(1).max(policyLimits.steps).readonly() }),
]);

const factor = positive.exactOptional();

const kindRule = z.strictObject({
  weights: say(
    z
      .strictObject({ seed: factor, organization: factor, person: factor })
      .refine((weights) => Object.keys(weights).length > 0, "At least one class of raters has a weight."),
    "Factor by who states it; a class that is not named does not count.",
    { minProperties: 1 },
  ),
  min: say(notBelowZero, "Values below count as this."),
  max: say(positive, "Values above count as this; a value counts as its share of it."),
  points: say(notZero, "Points for a whole value of weight 1; below zero for what counts against the subject."),
  halfLifeDays: z.int().min(1).max(policyLimits.halfLifeDays).nullable(),
  cap: positive.nullable(),
  transform: say(transform, "Applied to the sum of the kind, before its cap."),
  minRaters: say(minRaters, "Distinct raters without whom facts of the kind do not count."),
});

const ruled = kindRule.exactOptional();
said.add(kindRule, { id: "KindRule" });

const kinds = z
  .strictObject({
    contribution: ruled,
    review: ruled,
    endorsement: ruled,
    badge: ruled,
    vouch: ruled,
    incident: ruled,
  } satisfies Record<(typeof factKinds)[number], unknown>)
  .refine((rules) => Object.keys(rules).length > 0, "At least one kind counts.");

const trust = z.strictObject({
  seeds: distinct(seed, 1, policyLimits.seeds, "Organisations' documents and did:pkh, from which trust flows."),
  alpha: say(z.int().min(1).max(99), "Per cent of trust that returns to the seeds in each round."),
  edges: distinct(kindName, 1, factKinds.length, "Kinds whose facts are edges from rater to subject."),
  mutual: say(share, "Factor on each direction of a mutual pair."),
  applies: distinct(raters, 1, raters.options.length, "Classes whose facts are multiplied by their rater's trust."),
});

const uncertainty = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("wilson"), z: upToTen }),
  z.strictObject({ method: z.literal("beta"), k: upToTen }),
]);

/** All that one member says by itself: exactly what the published JSON Schema says. */
export const policyForm = z.strictObject({
  name: shown(policyLimits.name, "What it is called.", lineControls),
  description: shown(policyLimits.description, "Why the rules are as they are, in plain words.", textControls),
  fields: distinct(field, 1, policyLimits.fields, "Fields that count: exact, with all below as `software/*`, or `*`."),
  tickSeconds: say(z.int().min(tickSeconds.least).max(tickSeconds.most), "Seconds to which time is floored."),
  scale: z.strictObject({ max: positive, decimals: z.int().min(0).max(9) }),
  kinds: say(kinds, "How facts of each kind count; a kind that is not named does not.", { minProperties: 1 }),
  caps: z.strictObject({ rater: positive.nullable(), issuer: positive.nullable() }),
  minRaters: say(minRaters, "Distinct raters whose facts count without whom nobody passes."),
  threshold: say(notBelowZero, "At or above it the subject passes."),
  uncertainty,
  trust: trust.nullable(),
  disputeTermDays: say(z.int().min(0).max(policyLimits.disputeTermDays), "Days within which a ruling must come."),
});

/** A policy, with what its members must hold of each other. */
export const policySchema = policyForm.superRefine((policy, found) => {
  // What is no number cannot be compared.
  if (found.issues.length > 0) return;
  for (const { path, message } of contradictionsOf(policy)) found.addIssue({ code: "custom", path, message });
});

type Contradiction = { path: PropertyKey[]; message: string };

function contradictionsOf(policy: Policy): Contradiction[] {
  const found: Contradiction[] = [];
  const demand = (holds: boolean, path: PropertyKey[], message: string) => {
    if (!holds) found.push({ path, message });
  };
  const { scale, threshold, trust: graph } = policy;
  demand(parseDecimal(threshold) <= parseDecimal(scale.max), ["threshold"], "It is at most scale.max.");
  for (const [name, { min, max, transform: form }] of Object.entries(policy.kinds)) {
    demand(parseDecimal(min) < parseDecimal(max), ["kinds", name, "min"], "It is below max.");
    if (form.type === "steps") demand(rise(form.steps), ["kinds", name, "transform", "steps"], stepRule);
  }
  for (const [i, edge] of (graph?.edges ?? []).entries())
    demand(Object.hasOwn(policy.kinds, edge), ["trust", "edges", i], "It is a kind that counts.");
  for (const [i, each] of (graph?.seeds ?? []).entries())
    demand(isSeed(each), ["trust", "seeds", i], "The chain id is below 2^31.");
  demand(utf8(canonicalJson(jsonOf(policy))).length <= maxPolicyBytes, [], `It has at most ${maxPolicyBytes} bytes.`);
  return found;
}

const stepRule = "Steps begin at rising sums, and what they give does not fall.";

function rise(steps: readonly (readonly [at: string, gives: string])[]): boolean {
  return steps.every(([at, gives], i) => {
    const [before, gave] = steps[i - 1] ?? [];
    if (before === undefined || gave === undefined) return true;
    return parseDecimal(at) > parseDecimal(before) && parseDecimal(gives) >= parseDecimal(gave);
  });
}

function jsonOf(policy: Policy): Json {
  return policy as unknown as Json;
}
