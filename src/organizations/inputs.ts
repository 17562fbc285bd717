import { z } from "zod";
import { type Did, isUserDid, parseKeyDid } from "../identity/did.ts";
import { keyDocument } from "../identity/did-document.ts";
import { readAs } from "../kernel/misfit.ts";
import { isExactIso } from "../kernel/time.ts";

/** What a member of an organisation may do, from most to least. */
export const roles = ["owner", "admin", "issuer", "arbiter", "viewer"] as const;

export type Role = (typeof roles)[number];

/** What a client of an organisation's API may do. */
export const scopes = [
  "classes:write",
  "awards:write",
  "awards:read",
  "credentials:issue",
  "credentials:verify",
  "attestations:write",
] as const;

export type Scope = (typeof scopes)[number];

export type ClientMode = "live" | "test";

/** A public key of a client, for private_key_jwt (RFC 7523). */
export type ClientJwk = z.infer<typeof clientJwk>;

/** How a domain has said that it is the organisation's. */
export type DomainMethod = "did-configuration" | "file";

const maxName = 200;
const maxDescription = 2000;
const maxUrl = 2048;
const maxEmail = 254;
const maxDomain = 253;
const maxReason = 500;
const maxFields = 64;
const maxFieldId = 100;
const maxFieldName = 100;
const maxCodes = 4;

/** What a slug may be, in words. */
export const slugRule = "A slug has 3 to 40 of a-z, 0-9 and -, and begins with a letter.";

const slugPattern = /^[a-z][a-z0-9-]{2,39}$/;

export function isSlug(text: string): boolean {
  return slugPattern.test(text);
}

/** A name of the DNS in its ASCII form, with at least two labels, and no address. */
export function isDomain(text: string): boolean {
  return text.length <= maxDomain && domainPattern.test(text);
}

const domainPattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

const profileMembers = {
  name: text(maxName),
  description: longText(maxDescription).optional(),
  url: z
    .string()
    .refine((value) => isUrl(value, "https:"), "It is an https URL.")
    .optional(),
  email: z
    .string()
    .max(maxEmail)
    .regex(/^[^\s@<>",;:\\()[\]\p{C}]+@[^\s@<>",;:\\()[\]\p{C}]+$/u, "It is an e-mail address.")
    .optional(),
  image: z
    .string()
    .refine((value) => isUrl(value, "https:", "ipfs:"), "It is an https or ipfs URL.")
    .optional(),
};

const user = z.string().refine(isUserDid, "It is a did:pkh of eip155 in lower case.");
const key = z.string().max(128).refine(isKey, "It is the did:key of a P-256, Ed25519 or secp256k1 key.");
const client = z.string().regex(/^[A-Za-z0-9_-]{22}$/, "A client is named by 22 characters of base64url.");
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "A coordinate has 43 characters of base64url.");
const moment = z.string().refine(isExactIso, "A time is YYYY-MM-DDTHH:MM:SS.sssZ.");

const clientJwk = z.union([
  z.strictObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: coordinate, y: coordinate }),
  z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: coordinate }),
]);

/** A name in the organisation's taxonomy, from the general to the special: `teaching/mathematics`. */
const fieldId = z
  .string()
  .max(maxFieldId)
  .regex(
    /^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*){0,3}$/,
    "A field is one to four words of a-z, 0-9 and -, with / between.",
  );

// What ESCO and O*NET call it: a URI of the first, a code of the second.
const fieldCode = z
  .string()
  .regex(
    /^(?:http:\/\/data\.europa\.eu\/esco\/[a-z-]{1,30}\/[A-Za-z0-9.-]{1,64}|onet:\d{2}-\d{4}\.\d{2})$/,
    "A code is a URI of ESCO, or `onet:` and a code of O*NET.",
  );

const field = z.strictObject({
  id: fieldId,
  name: text(maxFieldName),
  codes: z.array(fieldCode).min(1).max(maxCodes).refine(isDistinct, "A code stands there once.").optional(),
});

/** The inputs of the actions on an organisation, but for CREATE_DOCUMENT. */
export const inputs = {
  INIT: z.strictObject({ slug: z.string().refine(isSlug, slugRule), ...profileMembers }),
  SET_PROFILE: z.strictObject(profileMembers),
  SET_MEMBER: z.strictObject({ user, role: z.enum(roles) }),
  REMOVE_MEMBER: z.strictObject({ user }),
  ADD_KEY: z.strictObject({ key, made: z.boolean() }),
  RETIRE_KEY: z.strictObject({ key, compromisedFrom: moment.optional() }),
  ADD_CLIENT: z.strictObject({
    client,
    name: text(maxName),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).refine(isDistinct, "A scope stands there once."),
    mode: z.enum(["live", "test"]),
    jwk: clientJwk.optional(),
  }),
  REVOKE_CLIENT: z.strictObject({ client }),
  // The empty text takes the domain away.
  SET_DOMAIN: z.strictObject({
    domain: z.union([z.literal(""), z.string().refine(isDomain, "It is a domain in lower case.")]),
  }),
  RECORD_DOMAIN: z.strictObject({
    domain: z.string().refine(isDomain, "It is a domain in lower case."),
    verified: z.boolean(),
    method: z.enum(["did-configuration", "file"]).nullable(),
    code: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
      .nullable(),
    checkedAt: moment,
  }),
  // The whole taxonomy; the empty list takes it away.
  SET_FIELDS: z.strictObject({
    fields: z
      .array(field)
      .max(maxFields)
      .refine((list) => isDistinct(list.map(({ id }) => id)), "A field stands there once."),
  }),
  CLOSE: z.strictObject({ reason: text(maxReason) }),
};

/** A field of work that an organisation attests in; `codes` are ESCO's URIs and O*NET's codes of it. */
export type Field = z.infer<typeof field>;

export type Inputs = { [T in keyof typeof inputs]: z.infer<(typeof inputs)[T]> };

/** The input of an action as its schema reads it; undefined where it is of another form. */
export function readInput<T extends keyof Inputs>(type: T, input: unknown): Inputs[T] | undefined {
  return readAs<unknown>(inputs[type], input) as Inputs[T] | undefined;
}

function isDistinct(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

/** One line, as people write names: nothing invisible, no space at either end. */
function text(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine((value) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(value) && value.trim() === value, "It is one plain line.");
}

function longText(most: number) {
  return z
    .string()
    .max(most)
    .refine((value) => !/(?![\n\t])\p{C}/u.test(value), "It has no control characters.");
}

// Characters of RFC 3986 alone: URL parsers drop or turn others, each in its own way.
const written = /^[a-z]+:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/i;

function isUrl(value: string, ...protocols: readonly string[]): boolean {
  if (value.length > maxUrl || !written.test(value)) return false;
  const url = URL.parse(value);
  return url !== null && protocols.includes(url.protocol) && url.host !== "" && url.username + url.password === "";
}

function isKey(did: Did): boolean {
  try {
    parseKeyDid(did);
    keyDocument(did);
    return true;
  } catch {
    return false;
  }
}
