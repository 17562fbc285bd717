// Primitives on Node: OpenSSL through node:crypto, libsecp256k1 through its prebuilt binary, keccak in WebAssembly.
import { createPrivateKey, createPublicKey, ECDH, hash, sign, verify } from "node:crypto";
import { createRequire } from "node:module";
import { createKeccak } from "hash-wasm";
import secp256k1 from "secp256k1";
import { type Bytes, base64url, concat } from "./bytes.ts";
import { derOfRaw, ed25519Pkcs8, rawOfDer } from "./der.ts";
import type { P256PrivateJwk, RecoverableSignature } from "./primitives.ts";

const keccak = await createKeccak(256);

export function sha256(data: Uint8Array | string): Bytes {
  return hash("sha256", data, "buffer") as unknown as Bytes;
}

export function sha1(data: Uint8Array | string): Bytes {
  return hash("sha1", data, "buffer") as unknown as Bytes;
}

/** base64url(SHA-256(UTF8(text))), the spelling of every digest here. */
export function digestOf(text: string): string {
  return hash("sha256", text, "base64url");
}

export function keccak256(data: Uint8Array): Bytes {
  return keccak.init().update(data).digest("binary") as Bytes;
}

export function p256Decompress(point: Uint8Array): Bytes | undefined {
  try {
    return ECDH.convertKey(point, "prime256v1", undefined, undefined, "uncompressed") as unknown as Bytes;
  } catch {
    return undefined;
  }
}

/** OpenSSL takes DER 30 µs faster than r || s, so the 64 bytes are turned here. */
export function p256Verifier(point: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean {
  const jwk = { kty: "EC", crv: "P-256", x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33, 65)) };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return (message, signature) =>
    signature.length === 64 && verify("sha256", message, key, derOfRaw(signature, keptRoom));
}

// A check is done when it returns, so the next one's DER may take the place of its own.
const rooms: Bytes[] = [];
const keptRoom = (length: number): Bytes => (rooms[length] ??= new Uint8Array(length));

export function p256Signer(jwk: P256PrivateJwk): (message: Uint8Array) => Bytes {
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return (message) => rawOfDer(sign("sha256", message, key));
}

export function secp256k1Recover(digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Bytes | undefined {
  try {
    return secp256k1.ecdsaRecover(signature, recovery, digest, false) as Bytes;
  } catch {
    return undefined;
  }
}

export function secp256k1Signer(privateKey: Uint8Array): (digest: Uint8Array) => RecoverableSignature {
  const key = Uint8Array.from(privateKey);
  return (digest) => {
    const { signature, recid } = secp256k1.ecdsaSign(digest, key);
    return { signature: signature as Bytes, recovery: recid as 0 | 1 };
  };
}

export function ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean {
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: base64url(publicKey) }, format: "jwk" });
  return (message, signature) => verify(null, message, key, signature);
}

export function ed25519Signer(privateKey: Uint8Array): (message: Uint8Array) => Bytes {
  const pkcs8 = Buffer.from(concat(ed25519Pkcs8, privateKey));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  return (message) => Uint8Array.from(sign(null, message, key));
}

/** What does the recovery: the package falls back to pure JavaScript in silence, so the start-up line names it. */
export function secp256k1Implementation(): "native" | "javascript" {
  const require = createRequire(import.meta.url);
  const loaded = Object.keys(require.cache).some((path) => path.endsWith(".node") && path.includes("secp256k1"));
  return loaded ? "native" : "javascript";
}
