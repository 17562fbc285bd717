// Primitives with no Node API: WebCrypto for P-256, pure JavaScript for what WebCrypto has not or makes asynchronous.
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha1 as nobleSha1 } from "@noble/hashes/legacy.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { type Bytes, base64url, concat, utf8 } from "./bytes.ts";
import { ed25519Pkcs8 } from "./der.ts";
import type { P256PrivateJwk, RecoverableSignature } from "./primitives.ts";

const ecdsa = { name: "ECDSA", hash: "SHA-256" };
const curve = { name: "ECDSA", namedCurve: "P-256" };

export function sha256(data: Uint8Array | string): Bytes {
  return nobleSha256(typeof data === "string" ? utf8(data) : data) as Bytes;
}

export function sha1(data: Uint8Array | string): Bytes {
  return nobleSha1(typeof data === "string" ? utf8(data) : data) as Bytes;
}

/** base64url(SHA-256(UTF8(text))), the spelling of every digest here. */
export function digestOf(text: string): string {
  return base64url(sha256(text));
}

export function keccak256(data: Uint8Array): Bytes {
  return keccak_256(data) as Bytes;
}

export function p256Decompress(point: Uint8Array): Bytes | undefined {
  try {
    return p256.Point.fromBytes(point).toBytes(false) as Bytes;
  } catch {
    return undefined;
  }
}

// Node and browsers name the type differently.
type SubtleKey = Parameters<typeof crypto.subtle.verify>[1];

export function p256Verifier(point: Uint8Array): (message: Uint8Array, signature: Uint8Array) => Promise<boolean> {
  const imported = crypto.subtle.importKey("raw", point as Bytes, curve, false, ["verify"]);
  let kept: SubtleKey | undefined;
  return (message, signature) => {
    if (signature.length !== 64) return notVerified;
    const check = (key: SubtleKey) => {
      kept = key;
      return crypto.subtle.verify(ecdsa, key, signature as Bytes, message as Bytes);
    };
    // Nobody waits for a key that is there, so the check is under way when its promise is given.
    return kept ? check(kept) : imported.then(check);
  };
}

const notVerified = Promise.resolve(false);

export function p256Signer(jwk: P256PrivateJwk): (message: Uint8Array) => Promise<Bytes> {
  const key = crypto.subtle.importKey("jwk", jwk, curve, false, ["sign"]);
  return async (message) => new Uint8Array(await crypto.subtle.sign(ecdsa, await key, message as Bytes));
}

export function secp256k1Recover(digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Bytes | undefined {
  try {
    const recovered = concat(Uint8Array.of(recovery), signature);
    const point = secp256k1.recoverPublicKey(recovered, digest, { prehash: false });
    return secp256k1.Point.fromBytes(point).toBytes(false) as Bytes;
  } catch {
    return undefined;
  }
}

export function secp256k1Signer(privateKey: Uint8Array): (digest: Uint8Array) => RecoverableSignature {
  const key = Uint8Array.from(privateKey);
  return (digest) => {
    const recovered = secp256k1.sign(digest, key, { prehash: false, format: "recovered" });
    return { signature: recovered.slice(1) as Bytes, recovery: recovered[0] as 0 | 1 };
  };
}

export function ed25519Verifier(
  publicKey: Uint8Array,
): (message: Uint8Array, signature: Uint8Array) => Promise<boolean> {
  const key = crypto.subtle.importKey("raw", publicKey as Bytes, "Ed25519", false, ["verify"]);
  return async (message, signature) => crypto.subtle.verify("Ed25519", await key, signature as Bytes, message as Bytes);
}

export function ed25519Signer(privateKey: Uint8Array): (message: Uint8Array) => Promise<Bytes> {
  const pkcs8 = concat(ed25519Pkcs8, privateKey);
  const key = crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  return async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", await key, message as Bytes));
}

export function secp256k1Implementation(): "javascript" {
  return "javascript";
}
