import { digestOf } from "#primitives";
import { base64url, fromBase64url, fromUtf8, utf8 } from "../kernel/bytes.ts";
import type { Json } from "../kernel/json.ts";
import { randomText } from "../kernel/random.ts";

/** The text that opens a commitment, and base64url(SHA-256) of it. */
export type Disclosure = { text: string; digest: string };

/**
 * base64url of the JSON array of a salt, a name and what is said under it (RFC 9901, section 4.2). The salt has 128 bits
 * at random unless given, in base64url.
 */
export function disclose(name: string, value: Json, salt: string = randomText(16)): Disclosure {
  const text = base64url(utf8(JSON.stringify([salt, name, value])));
  return { text, digest: digestOf(text) };
}

/** What a disclosure says; undefined where it is none. Whether anything commits to it is its digest's affair. */
export function readDisclosure(text: string): { salt: string; name: string; value: Json } | undefined {
  try {
    const bytes = fromBase64url(text);
    const parts: unknown = bytes && JSON.parse(fromUtf8(bytes));
    if (!Array.isArray(parts) || parts.length !== 3) return undefined;
    const [salt, name, value] = parts;
    return typeof salt === "string" && typeof name === "string" ? { salt, name, value } : undefined;
  } catch {
    return undefined;
  }
}
