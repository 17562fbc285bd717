import { z } from "zod";
import { digestOf, sha256 } from "#primitives";
import { parseEmail } from "../identity/email.ts";
import { keyedDigest, seal, unseal } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { fromUtf8, hex, utf8 } from "../kernel/bytes.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { readAs } from "../kernel/misfit.ts";
import { randomText } from "../kernel/random.ts";
import { type Disclosure, disclose, readDisclosure } from "../securing/disclosure.ts";
import { resultStatuses } from "../securing/open-badge-definitions.ts";
import { httpsUrl, markdownText, shownText } from "./class-definition.ts";

/** One piece of evidence, as Open Badges 3.0 has it. */
const evidence = z
  .strictObject({
    id: httpsUrl.optional(),
    name: shownText(256).optional(),
    description: shownText(4_096).optional(),
    narrative: markdownText(8_192).optional(),
    genre: shownText(128).optional(),
    audience: shownText(128).optional(),
  })
  .refine((piece) => Object.keys(piece).length > 0, "A piece of evidence says something.");

const result = z
  .strictObject({
    value: shownText(256).optional(),
    status: z.enum(resultStatuses).optional(),
  })
  .refine((one) => Object.keys(one).length > 0, "A result has a value or a status.");

/** What an issuer says of the earner, in requests and in what is kept. `narrative` is Markdown. */
export const personalMembers = {
  name: shownText(256).optional(),
  narrative: markdownText(8_192).optional(),
  evidence: z.array(evidence).min(1).max(16).optional(),
  results: z.array(result).min(1).max(16).optional(),
};

const personal = z.strictObject({
  ...personalMembers,
  email: z
    .strictObject({
      hash: z.string().regex(/^sha256\$[0-9a-f]{64}$/, "A hash is `sha256$` and 64 hex digits in lower case."),
      salt: z.string(),
    })
    .optional(),
});

/** What an award says of a person. It stands in no log; the award names the digest of its disclosure. */
export type Personal = z.output<typeof personal>;
export type Evidence = z.output<typeof evidence>;
export type Result = z.output<typeof result>;

/** Opens the commitment of an award to all that it says of a person. */
export function makeDisclosure(said: Personal): Disclosure {
  return disclose("personal", said as unknown as Json);
}

/** What a disclosure says; undefined where it is none, or not the one that the digest names. */
export function readPersonal(text: string, digest: string): Personal | undefined {
  const read = digestOf(text) === digest ? readDisclosure(text) : undefined;
  return read?.name === "personal" ? readAs(personal, read.value) : undefined;
}

/** An address as it is kept and hashed; refuses with INVALID_EMAIL what is none. */
export function emailOf(text: string): string {
  return parseEmail(text);
}

/** An address as Open Badges 3.0 names a recipient without telling it: the hash, and the salt behind which it stands. */
export function hashEmail(email: string): NonNullable<Personal["email"]> {
  const salt = randomText(16);
  return { hash: identityHash(email, salt), salt };
}

/** `sha256$` and the lowercase hex of SHA-256 of the address and the salt (Open Badges 3.0, IdentityObject). */
export function identityHash(email: string, salt: string): string {
  return `sha256$${hex(sha256(`${email}${salt}`))}`;
}

/**
 * By which an address is looked up, in any letter case; without the service's secret it says nothing. Refuses with
 * INVALID_EMAIL.
 */
export function emailLookup(keys: ServiceKeys, email: string): string {
  return keyedDigest(keys, "award contact look-up", parseEmail(email).toLowerCase());
}

/** What is kept to reach somebody who has no wallet yet. */
export type Contact = { email: string; secret: string };

export const sealPersonal = (keys: ServiceKeys, text: string) => seal(keys, "award personal", utf8(text));
export const sealContact = (keys: ServiceKeys, contact: Contact) =>
  seal(keys, "award contact", utf8(JSON.stringify(contact)));

/** Opens what `sealPersonal` sealed; undefined where the keys are others. */
export async function openPersonal(keys: ServiceKeys, sealed: string, digest: string): Promise<Personal | undefined> {
  const bytes = await unseal(keys, "award personal", sealed);
  return bytes && readPersonal(fromUtf8(bytes), digest);
}

export async function openContact(keys: ServiceKeys, sealed: string): Promise<Contact | undefined> {
  const bytes = await unseal(keys, "award contact", sealed);
  return bytes && (JSON.parse(fromUtf8(bytes)) as JsonObject & Contact);
}
