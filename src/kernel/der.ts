import type { Bytes } from "./bytes.ts";

/**
 * r || s of 64 bytes to the DER of ECDSA-Sig-Value (RFC 3279, section 2.2.3), at most 72 bytes. `room` gives the bytes
 * to write into, fresh ones unless told otherwise.
 */
export function derOfRaw(raw: Uint8Array, room: (length: number) => Bytes = freshRoom): Bytes {
  const r = integerStart(raw, 0);
  const s = integerStart(raw, 32);
  const rPad = raw[r]! & 0x80 ? 1 : 0;
  const sPad = raw[s]! & 0x80 ? 1 : 0;
  const rLength = 32 - r + rPad;
  const sLength = 64 - s + sPad;
  const der = room(6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  der[2] = 2;
  der[3] = rLength;
  der[4] = 0;
  for (let i = r, at = 4 + rPad; i < 32; i++) der[at++] = raw[i]!;
  der[4 + rLength] = 2;
  der[5 + rLength] = sLength;
  der[6 + rLength] = 0;
  for (let i = s, at = 6 + rLength + sPad; i < 64; i++) der[at++] = raw[i]!;
  return der;
}

/** The DER that a signer made to r || s of 64 bytes. */
export function rawOfDer(der: Uint8Array): Bytes {
  const raw = new Uint8Array(64);
  const rLength = der[3]!;
  const sLength = der[5 + rLength]!;
  const r = der.subarray(4, 4 + rLength);
  const s = der.subarray(6 + rLength, 6 + rLength + sLength);
  raw.set(r.length > 32 ? r.subarray(r.length - 32) : r, Math.max(0, 32 - r.length));
  raw.set(s.length > 32 ? s.subarray(s.length - 32) : s, 32 + Math.max(0, 32 - s.length));
  return raw;
}

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
export const ed25519Pkcs8: Bytes = Uint8Array.of(
  ...[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
);

function freshRoom(length: number): Bytes {
  return new Uint8Array(length);
}

/** Where the integer's first significant byte stands; its last byte always counts. */
function integerStart(raw: Uint8Array, from: number): number {
  let at = from;
  while (at < from + 31 && raw[at] === 0) at++;
  return at;
}
