import { sha256 } from "#primitives";
import { type Bytes, concat } from "./bytes.ts";

/** Bytes of a block of SHA-256. */
const block = 64;

/** HMAC-SHA-256 (RFC 2104) under a key of at most 64 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  const padded = new Uint8Array(block);
  padded.set(key);
  const masked = (mask: number) => padded.map((byte) => byte ^ mask);
  return sha256(concat(masked(0x5c), sha256(concat(masked(0x36), message))));
}
