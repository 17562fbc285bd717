import { parseCompact } from "../../../identity/jws.ts";
import { unlessRefused } from "../../../kernel/attempt.ts";
import { type Bytes, fromUtf8 } from "../../../kernel/bytes.ts";
import { isObject, type JsonObject, parseJson } from "../../../kernel/json.ts";
import type { Person } from "../../../verify/badge-question.ts";
import type { BadgeInput } from "../../../verify/badge-reading.ts";

/** Characters of a JWT that is looked into to find out what it is. */
const maxJwt = 1_048_576;

/**
 * What somebody gave, where it is a badge or is asked about as one: a file, a link, a JWT, or JSON. Undefined for what
 * is something else: operations, Renown credentials, tokens.
 */
export function badgeIn(given: string | Bytes, asked: boolean): BadgeInput | undefined {
  if (typeof given !== "string") return badgeInFile(given);
  if (/^data:/i.test(given)) return given;
  if (/^https?:\/\/\S+$/i.test(given)) return badgeLinkIn(given);
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(given)) return asked || isBadge(claimsOf(given)) ? given : undefined;
  const value = objectIn(given);
  return value && (asked || isBadge(value)) ? value : undefined;
}

/** A link without what stands behind its `#`, which may be the secret by which its badge is claimed. */
export function badgeLinkIn(text: string): string {
  return text.trim().split("#", 1)[0]!;
}

export function isClaimLink(text: string): boolean {
  return /^\s*https?:\/\/\S+#claim=/i.test(text);
}

/** An e-mail address or a DID, as the question about a badge has it. */
export function personIn(text: string): Person | undefined {
  if (text === "") return undefined;
  return text.startsWith("did:") ? { did: text } : { email: text };
}

/** A picture as it is; a text file like what is pasted, but always taken for a badge. */
function badgeInFile(bytes: Bytes): BadgeInput {
  const text = textOf(bytes)?.trim();
  return text !== undefined && /^https?:\/\/\S+$/i.test(text) ? badgeLinkIn(text) : bytes;
}

/** An Open Badge, or any credential that is secured in one of the ways of these. */
function isBadge(value: JsonObject | undefined): boolean {
  if (value === undefined) return false;
  const types = [value.type].flat();
  if (types.some((type) => typeof type === "string" && badgeTypes.has(type))) return true;
  const proofs = [value.proof].flat();
  return proofs.some((proof) => isObject(proof) && proof.type === "DataIntegrityProof");
}

/** `Assertion` is that of Open Badges 2.0, which is told to be too old. */
const badgeTypes: ReadonlySet<string> = new Set([
  "OpenBadgeCredential",
  "AchievementCredential",
  "EndorsementCredential",
  "EnvelopedVerifiableCredential",
  "Assertion",
]);

function claimsOf(jwt: string): JsonObject | undefined {
  return unlessRefused(() => parseCompact(jwt, maxJwt).payload);
}

function objectIn(text: string): JsonObject | undefined {
  const value = unlessRefused(() => parseJson(text));
  return isObject(value) ? (value as JsonObject) : undefined;
}

function textOf(bytes: Bytes): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}
