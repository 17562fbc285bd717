import { type Bytes, base64url, concat, fromBase64url, utf8 } from "../kernel/bytes.ts";
import { hmacSha256 } from "../kernel/hmac.ts";
import type { ServiceKeys } from "./service-keys.ts";

/** What is sealed under: 32 bytes in base64url. */
export type Secret = Pick<ServiceKeys, "secret">;

/**
 * Seals bytes at rest under the service's secret: AES-256-GCM with a key of its own for each purpose (HKDF with
 * SHA-256, RFC 5869). The text is base64url of the nonce of 12 bytes, the ciphertext and the tag.
 */
export async function seal(keys: Secret, purpose: string, bytes: Uint8Array): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const key = await keyOf(keys, purpose);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, bytes as Bytes);
  return base64url(concat(nonce, new Uint8Array(sealed)));
}

/** Opens what was sealed for the same purpose; undefined where it was altered, or sealed for another. */
export async function unseal(keys: Secret, purpose: string, text: string): Promise<Bytes | undefined> {
  const whole = fromBase64url(text);
  if (!whole || whole.length < 12 + 16) return undefined;
  const key = await keyOf(keys, purpose);
  const opened = crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(0, 12) }, key, whole.slice(12));
  return opened.then(
    (bytes) => new Uint8Array(bytes),
    () => undefined,
  );
}

/** A digest that nobody can guess at who lacks the service's secret, bound to its purpose. */
export function keyedDigest(keys: Secret, purpose: string, text: string): string {
  const key = hmacSha256(fromBase64url(keys.secret)!, utf8(`renown ${purpose}`));
  return base64url(hmacSha256(key, utf8(text)));
}

type AesKey = Parameters<typeof crypto.subtle.encrypt>[1];

// Deriving a key costs two thread hops, and a batch seals thousands of times for the same purpose.
const kept = new WeakMap<Secret, Map<string, Promise<AesKey>>>();

function keyOf(keys: Secret, purpose: string): Promise<AesKey> {
  const known = kept.get(keys) ?? new Map<string, Promise<AesKey>>();
  kept.set(keys, known);
  const found = known.get(purpose) ?? derive(keys, purpose);
  known.set(purpose, found);
  return found;
}

async function derive({ secret }: Secret, purpose: string): Promise<AesKey> {
  const root = await crypto.subtle.importKey("raw", fromBase64url(secret)!, "HKDF", false, ["deriveKey"]);
  const terms = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: utf8(`renown sealing: ${purpose}`) };
  return crypto.subtle.deriveKey(terms, root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
