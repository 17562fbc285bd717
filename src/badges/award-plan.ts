import { z } from "zod";
import { keyedDigest } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { checkSubjectDid, foldAccount } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { canonicalJson, type JsonObject } from "../kernel/json.ts";
import { randomText } from "../kernel/random.ts";
import { day, iso, type Millis, minute, parseNamedTime, parseTime } from "../kernel/time.ts";
import type { AwardInput } from "./award-inputs.ts";
import { claimDigest } from "./award-state.ts";
import type { AwardAside, ClassRecord } from "./award-store.ts";
import { momentText, shownText } from "./class-definition.ts";
import type { Acting } from "./issuers.ts";
import {
  emailLookup,
  emailOf,
  hashEmail,
  makeDisclosure,
  type Personal,
  personalMembers,
  sealContact,
  sealPersonal,
} from "./personal.ts";

/** How long an address is kept that nobody has claimed by, in milliseconds. */
export const contactLife = 90 * day;

/** What somebody asks to be awarded. `narrative` is Markdown. */
export const awardRequest = z.strictObject({
  class: z.string().min(1).max(64),
  recipient: z.union([
    z.strictObject({ did: z.string().min(1).max(512) }),
    z.strictObject({ email: z.string().min(3).max(320) }),
  ]),
  ...personalMembers,
  validFrom: momentText.optional(),
  validUntil: momentText.optional(),
  /** Minutes for which it is held back, and can be undone. */
  holdMinutes: z.int().min(1).max(1_440).optional(),
  cohort: shownText(64).optional(),
});

export type AwardRequest = z.output<typeof awardRequest>;

/** A request, and the key by which it is done once. */
export type Asked = { request: AwardRequest; key?: string | undefined };

/** All of an award but its document and its place in a status list. */
export type Plan = {
  given: ClassRecord;
  input: Omit<AwardInput<"AWARD">, "status">;
  face: string;
  fingerprint: string;
  personal: Personal | undefined;
  /** The disclosure of what is personal. */
  disclosure: string | undefined;
  contact: { email: string; secret: string } | undefined;
  dueAt: Millis;
};

/**
 * What an award will say, by the class as it is now. Refuses with NOT_FOUND, WRONG_ORGANIZATION, ARCHIVED, INVALID_DID,
 * INVALID_EMAIL and INVALID_INPUT.
 */
export function planAward(
  { request, key }: Asked,
  acting: Omit<Acting, "signer">,
  given: ClassRecord | undefined,
  keys: ServiceKeys,
  now: Millis,
): Plan {
  const { issuer, test, restsOn } = acting;
  ensure(given, "NOT_FOUND", "There is no such badge class.");
  ensure(given.organization === issuer.document, "WRONG_ORGANIZATION", "The class is another organisation's.");
  ensure(!given.archived, "ARCHIVED");
  ensure(test || !given.test, "INVALID_INPUT", "A class for trying out is awarded in test mode only.");
  const recipient = recipientOf(request.recipient);
  const personal = personalOf(request, recipient.email);
  const disclosure = personal && makeDisclosure(personal);
  const dueAt = now + (request.holdMinutes ?? 0) * minute;
  const input: Plan["input"] = {
    restsOn: [...restsOn, { document: given.document, operation: given.operation }],
    organization: issuer.document,
    class: given.document,
    version: given.version,
    subject: recipient.subject,
    ...(recipient.secret && { claim: claimDigest(recipient.secret) }),
    ...(disclosure && { personal: disclosure.digest }),
    ...validityOf(request, given, now),
    ...(dueAt > now && { heldUntil: iso(dueAt) }),
    ...(request.cohort !== undefined && { cohort: request.cohort }),
    ...(test && { test }),
    ...(key !== undefined && { once: onceOf(keys, issuer.document, `${test ? "test" : "live"} ${key}`) }),
  };
  const { email, secret } = recipient;
  const fingerprint = keyedDigest(keys, "award request", canonicalJson(request as unknown as JsonObject));
  const contact = email !== undefined && secret !== undefined ? { email, secret } : undefined;
  const face = randomText(16);
  return { given, input, face, fingerprint, personal, disclosure: disclosure?.text, contact, dueAt };
}

type Kept = Pick<Plan, "face" | "fingerprint" | "disclosure" | "contact"> & {
  input: { personal?: string | undefined };
};

/** What is kept beside the log for a plan, sealed. */
export async function asideOf(plan: Kept, document: string, keys: ServiceKeys, now: Millis): Promise<AwardAside> {
  const { face, fingerprint, disclosure, contact, input } = plan;
  const aside: AwardAside = { document, face, fingerprint };
  if (disclosure) aside.personal = { digest: input.personal!, sealed: await sealPersonal(keys, disclosure) };
  if (contact) aside.contact = await contactOf(contact, keys, now);
  return aside;
}

export async function contactOf(
  contact: { email: string; secret: string },
  keys: ServiceKeys,
  now: Millis,
): Promise<NonNullable<AwardAside["contact"]>> {
  const lookup = emailLookup(keys, contact.email);
  return { lookup, sealed: await sealContact(keys, contact), expiresAt: now + contactLife };
}

/** A new secret for a claim link: 128 bits. */
export function newSecret(): string {
  return randomText(16);
}

/** What holds the key of a request in the log, and tells nothing of it. */
export function onceOf(keys: ServiceKeys, organization: string, key: string): string {
  return keyedDigest(keys, "award once", `${organization} ${key}`);
}

function recipientOf(recipient: AwardRequest["recipient"]): { subject: string; email?: string; secret?: string } {
  if ("email" in recipient) return { subject: "", email: emailOf(recipient.email), secret: newSecret() };
  const subject = foldAccount(recipient.did);
  checkSubjectDid(subject);
  return { subject };
}

/** The address stands in it as Open Badges 3.0 hashes one; undefined where nothing is said. */
export function personalOf(
  said: Pick<AwardRequest, "name" | "narrative" | "evidence" | "results">,
  email: string | undefined,
): Personal | undefined {
  const { name, narrative, evidence, results } = said;
  const personal: Personal = {
    ...(name !== undefined && { name }),
    ...(narrative !== undefined && { narrative }),
    ...(evidence !== undefined && { evidence }),
    ...(results !== undefined && { results }),
    ...(email !== undefined && { email: hashEmail(email) }),
  };
  return Object.keys(personal).length > 0 ? personal : undefined;
}

/** What the request says, else what the class says. Moments are spelt one way in the log. */
function validityOf(
  { validFrom, validUntil }: AwardRequest,
  { definition: { validity } }: ClassRecord,
  now: Millis,
): { validFrom?: string; validUntil?: string } {
  const from = validFrom === undefined ? undefined : parseNamedTime("validFrom", validFrom);
  const until = validUntil === undefined ? endBy(validity, from ?? now) : parseNamedTime("validUntil", validUntil);
  ensure(until === undefined || until > (from ?? now), "INVALID_INPUT", "validUntil is later than validFrom.");
  return {
    ...(from !== undefined && { validFrom: iso(from) }),
    ...(until !== undefined && { validUntil: iso(until) }),
  };
}

function endBy(validity: ClassRecord["definition"]["validity"], from: Millis): Millis | undefined {
  if (validity === null) return undefined;
  return "until" in validity ? parseTime(validity.until) : from + validity.days * day;
}
