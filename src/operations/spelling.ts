import { maxChainId } from "../identity/did.ts";
import { alphabets, formOf, isFormed, isSpelt } from "../kernel/alphabet.ts";
import { asciiOf } from "../kernel/bytes.ts";

// How the texts of an operation are spelt. What is asked of every operation goes by a table of characters, and only what
// is seldom asked by a pattern.

/** Whether a value has the form of an action id: a UUID in lower case. */
export function isActionId(value: unknown): value is string {
  const codes = typeof value === "string" && value.length === actionId.length ? asciiOf(value) : undefined;
  return codes !== undefined && isFormed(codes, actionId);
}

/** The identifiers of foreign documents are opaque, but never split the text they stand in. */
export function isDocument(id: string): boolean {
  const plain = id.length >= 1 && id.length <= 256 && isSpelt(id, alphabets.plain);
  return plain || (documentId.test(id) && id.isWellFormed());
}

/** `owner/name`, each of 1 to 64 small letters, digits and hyphens. */
export function isKind(text: string): boolean {
  const slash = text.indexOf("/");
  const rest = text.length - slash - 1;
  const fits = slash >= 1 && slash <= 64 && rest >= 1 && rest <= 64;
  return fits && isSpelt(text, alphabets.slug, 0, slash) && isSpelt(text, alphabets.slug, slash + 1);
}

/** A capital, then up to 127 letters, digits and underscores. */
export function isType(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 128) return false;
  return value.charAt(0) >= "A" && value.charAt(0) <= "Z" && isSpelt(value, alphabets.word);
}

/** A small letter, then up to 63 small letters, digits and hyphens. */
export function isScope(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 64) return false;
  return value.charAt(0) >= "a" && value.charAt(0) <= "z" && isSpelt(value, alphabets.slug);
}

/** Ten or eleven digits, the first none of 0. */
export function isSignedAt(text: string): boolean {
  const long = text.length === 10 || text.length === 11;
  return long && text.charAt(0) !== "0" && isSpelt(text, alphabets.digits);
}

/** Of a wallet, in either case. */
export function isAddress(value: unknown): boolean {
  return typeof value === "string" && value.length === 42 && value.startsWith("0x") && isSpelt(value, alphabets.hex, 2);
}

/** As `appDidPattern` has it. */
export function isAppDid(text: string): boolean {
  return text.length === 57 && text.slice(0, 11) === "did:key:zDn" && isSpelt(text, alphabets.base58, 11);
}

/** `0x` and r || s of 64 bytes in lower case. */
export function isSignature(text: string): boolean {
  return text.length === 130 && text.startsWith("0x") && isSpelt(text, alphabets.lowerHex, 2);
}

/** 32 bytes in base64url, from `start` to the end. */
export function isDigest(text: string, start: number = 0): boolean {
  return text.length === start + 43 && isSpelt(text, alphabets.base64url, start);
}

export function isChainId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxChainId;
}

/** A time of suite 1: up to nine digits behind the seconds. */
export function isTime(value: unknown): value is string {
  return typeof value === "string" && time.test(value);
}

/** Whether the content is of a suite after the first, each of which says its number before it. */
export function isMarked(content: string): boolean {
  return mark.test(content);
}

/** The did:key of another key type than P-256. */
export function isOtherKey(app: string): boolean {
  return otherKey.test(app);
}

/** The content of suite 1: SHA-256 or SHA-1 in base64. */
export function isOldContent(content: string): boolean {
  return oldContent.test(content);
}

/** The prev of suite 1. */
export function isOldPrev(prev: string): boolean {
  return oldPrev.test(prev);
}

const { lowerHex, version, variant } = alphabets;
const actionId = formOf("xxxxxxxx-xxxx-Mxxx-Nxxx-xxxxxxxxxxxx", { x: lowerHex, M: version, N: variant });
const documentId = /^[^,\u0000-\u001f\u007f-\u009f]{1,256}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const mark = /^r\d{1,8}\./;
const otherKey = /^did:key:z(?!Dn)[1-9A-HJ-NP-Za-km-z]{1,128}$/;
const oldContent = /^(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{27}=)$/;
const oldPrev = /^(?=[^:]*:?[^:]*$)[A-Za-z0-9+/=_:-]{0,128}$/;
