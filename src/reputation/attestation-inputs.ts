import { z } from "zod";
import { isUserDid } from "../identity/did.ts";
import { readAs } from "../kernel/misfit.ts";
import { isExactIso } from "../kernel/time.ts";
import { mayRestOn, restsOn } from "../operations/grounds.ts";
import type { ActionRule } from "../operations/kind.ts";
import { factKinds } from "./fact.ts";

/** Personal texts that one operation commits to. */
export const maxTexts = 8;

/** Characters of a field's name. */
export const maxField = 100;

/** A field of work: up to four names, from the wide to the narrow, as organisations list them. */
export const fieldName = z
  .string()
  .max(maxField)
  .regex(/^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*){0,3}$/, "A field is one to four names of a-z, 0-9 and -.");

/** A decimal that is not negative: at most 15 digits before the point and nine behind it. */
export const valueText = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/, "It is a decimal with at most 15 digits and 9 decimals.");

/** base64url(SHA-256) */
const digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "It is base64url of a SHA-256 digest.");
const document = z.string().min(1).max(64);
const documentId = z.string().regex(/^r1[A-Za-z0-9_-]{43}$/, "It is the id of a document.");
const moment = z.string().refine(isExactIso, "A time is YYYY-MM-DDTHH:MM:SS.sssZ.");
const other = z.string().refine(isUserDid, "It is a did:pkh of eip155 in lower case.");
const texts = z.array(digest).min(1).max(maxTexts);
/** Digests of the entries that it ends. */
const ends = (least: number, most: number) => z.array(digest).min(least).max(most);

/** What a fact rests on, as everybody may know it. */
export const workNamed = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("operation"), id: digest }),
  z.strictObject({
    type: z.literal("badge"),
    id: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/, "It is the id of a badge."),
  }),
  z.strictObject({
    type: z.literal("transaction"),
    id: z
      .string()
      .regex(
        /^eip155:[1-9]\d{0,9}:0x[0-9a-f]{64}$/,
        "A transaction is `eip155:`, a chain id, `:0x` and 64 hex digits in lower case.",
      ),
  }),
  // The address itself is personal text: the log has no place for it.
  z.strictObject({ type: z.literal("url"), id: z.literal("") }),
]);

const about = { subject: z.string().max(512) };

const schemas = {
  ATTEST: z.strictObject({
    ...about,
    restsOn: mayRestOn,
    /** The organisation's document, or "" where a person speaks in their own name. */
    organization: z.union([z.literal(""), document]),
    standing: z.enum(["organization", "membership", "work", "unsolicited"]),
    /** The organisation of both, by which a member speaks of another. */
    context: document.optional(),
    field: fieldName,
    kind: z.enum(factKinds),
    value: valueText,
    work: workNamed.optional(),
    validFrom: moment.optional(),
    validUntil: moment.optional(),
    _sd: texts.optional(),
  }),
  RETRACT: z.strictObject({ ...about, restsOn, attestation: digest, ends: ends(1, 1) }),
  DISPUTE: z.strictObject({ ...about, restsOn, attestation: digest, _sd: texts.optional() }),
  RESPOND: z.strictObject({ ...about, restsOn, attestation: digest, _sd: texts }),
  RULE: z.strictObject({
    ...about,
    restsOn,
    attestation: digest,
    dispute: digest,
    outcome: z.enum(["upheld", "struck"]),
    ends: ends(1, 2),
    _sd: texts.optional(),
  }),
  LINK: z.strictObject({ ...about, other }),
  UNLINK: z.strictObject({ ...about, other, ends: ends(1, 1) }),
  JOIN: z.strictObject({ ...about, organization: documentId }),
  PART: z.strictObject({ ...about, organization: documentId, ends: ends(1, 1) }),
  HIDE: z.strictObject({ ...about, evidence: digest }),
  UNHIDE: z.strictObject({ ...about, evidence: digest }),
  SHOW: z
    .strictObject({ ...about, policy: documentId, audience: z.enum(["all", "named", "nobody"]), _sd: texts.optional() })
    .refine(({ audience, _sd }) => (audience === "named") === (_sd !== undefined), "Those who are named are a text."),
  CLOSE: z.strictObject(about),
} as const;

type Schemas = typeof schemas;
export type ReputationAction = keyof Schemas;
export type ReputationInput<T extends ReputationAction> = z.output<Schemas[T]>;

/** An action on a reputation with its input, told apart by type. */
export type ReputationInputs = { [T in ReputationAction]: { type: T; input: ReputationInput<T> } }[ReputationAction];

/** The rules of all actions. There is no CREATE_DOCUMENT: the id follows from the subject. */
export const reputationActions: Readonly<Record<string, ActionRule>> = Object.fromEntries(
  Object.entries(schemas).map(([type, input]) => {
    const rule: ActionRule = { input, bindings: ["full"], open: false, rests: "restsOn" in input.shape };
    return [type, rule];
  }),
);

/** What an entry says; undefined where it is none of these actions, or of another form. */
export function readReputationInput(type: string, input: unknown): ReputationInputs | undefined {
  if (!Object.hasOwn(schemas, type)) return undefined;
  const read = readAs<object>(schemas[type as ReputationAction], input);
  return read && ({ type, input: read } as ReputationInputs);
}
