import { p256Decompress, p256Verifier } from "#primitives";
import { ensure } from "../kernel/failure.ts";
import { type Did, parseKeyDid } from "./did.ts";

/** Checks ECDSA P-256 with SHA-256: the message's bytes, and r || s of 64 bytes. */
export type KeyCheck = (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

/** `did:key:zDn` and 46 base58 characters: the did:key of a P-256 point always looks like this. */
export const appDidPattern = /^did:key:zDn[1-9A-HJ-NP-Za-km-z]{46}$/;

/** Parsed keys kept per process; at about 1 KB each this is a few megabytes. */
const maxKept = 4096;
const kept = new Map<Did, KeyCheck>();

/** The check of a P-256 did:key, its point parsed once. Refuses with INVALID_DID what is no point on P-256. */
export function appKey(did: Did): KeyCheck {
  const known = kept.get(did);
  if (known) return known;
  const point = appPoint(did);
  let verifier: KeyCheck | undefined;
  // Where another thread checks, whether it is a point is all that is asked here.
  const check: KeyCheck = (message, signature) => {
    verifier ??= p256Verifier(point);
    return verifier(message, signature);
  };
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(did, check);
  return check;
}

/** The uncompressed point (65 bytes) of a P-256 did:key. */
export function appPoint(did: Did): Uint8Array {
  ensure(appDidPattern.test(did), "INVALID_DID", "An app key is a did:key of P-256.");
  const { key } = parseKeyDid(did);
  const point = p256Decompress(key);
  ensure(point, "INVALID_DID", "The key is no point on P-256.");
  return point;
}
