import { z } from "zod";
import { readAs } from "../kernel/misfit.ts";
import { restsOn } from "../operations/grounds.ts";
import type { ActionRule } from "../operations/kind.ts";
import { minEntries } from "../securing/status-list.ts";
import { digestText, momentText, shownText } from "./class-definition.ts";

/** Entries of a status list: its places are taken at random, each once. */
export const listSize = minEntries;

/** Characters of a claim secret: of base64url, 22 carry 128 bits. */
export const claimSecret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22,64}$/, "A claim secret has 22 to 64 characters of base64url.");

/** A status list is named by its organisation's slug, its purpose and a number. */
export const listName = z.string().regex(/^[a-z0-9][a-z0-9-]{2,79}$/, "It is the name of a status list.");

const documentText = z.string().min(1).max(64);
const reason = shownText(512);
const version = z.int().min(1).max(1_000);
const none = z.strictObject({});
const rests = { restsOn };

const status = z.strictObject({
  purpose: z.enum(["revocation", "suspension"]),
  list: listName,
  index: z
    .int()
    .min(0)
    .max(listSize - 1),
});

const schemas = {
  AWARD: z.strictObject({
    ...rests,
    organization: documentText,
    class: documentText,
    version,
    /** A DID, or "" where whoever has the claim link becomes the subject. */
    subject: z.string().max(512),
    claim: digestText.optional(),
    personal: digestText.optional(),
    status,
    validFrom: momentText.optional(),
    validUntil: momentText.optional(),
    heldUntil: momentText.optional(),
    cohort: shownText(64).optional(),
    test: z.literal(true).optional(),
    /** What the organisation makes once only has the same text here each time it is sent. */
    once: digestText.optional(),
  }),
  CLAIM: z.strictObject({ secret: claimSecret }),
  CORRECT: z.strictObject({ ...rests, claim: digestText, personal: digestText }),
  AMEND: z.strictObject({
    ...rests,
    version,
    personal: digestText.nullable().optional(),
    validUntil: momentText.nullable().optional(),
  }),
  CANCEL: z.strictObject(rests),
  REVOKE: z.strictObject({ ...rests, reason }),
  SUSPEND: z.strictObject({ ...rests, reason }),
  REINSTATE: z.strictObject(rests),
  ACCEPT: none,
  HIDE: none,
  UNHIDE: none,
  REJECT: none,
  SHOW_NAME: z.strictObject({ shown: z.boolean() }),
  ENDORSE: z.strictObject({ ...rests, organization: documentText, personal: digestText.optional() }),
} as const;

type Schemas = typeof schemas;
export type AwardAction = keyof Schemas;
export type AwardInput<T extends AwardAction> = z.output<Schemas[T]>;

/** An action of an award with its input, told apart by type. */
export type AwardInputs = { [T in AwardAction]: { type: T; input: AwardInput<T> } }[AwardAction];

/** The rules of all actions but CREATE_DOCUMENT. */
export const awardActions = Object.fromEntries(
  Object.entries(schemas).map(([type, input]) => {
    const rule: ActionRule = { input, bindings: ["full"], open: false, rests: "restsOn" in input.shape };
    return [type, rule];
  }),
);

/** What an entry says; undefined where it is none of these actions. */
export function readAwardInput(type: string, input: unknown): AwardInputs | undefined {
  if (!Object.hasOwn(schemas, type)) return undefined;
  const read = readAs<object>(schemas[type as AwardAction], input);
  return read && ({ type, input: read } as AwardInputs);
}
