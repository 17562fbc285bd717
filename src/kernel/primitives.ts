/** What each of `primitives-node`, `primitives-workerd` and `primitives-web` exports; `#primitives` picks by runtime. */
import type { Bytes } from "./bytes.ts";

export type P256PrivateJwk = { kty: "EC"; crv: "P-256"; x: string; y: string; d: string };

/** ECDSA by libsecp256k1's rules: a low s, and a nonce after RFC 6979. */
export type RecoverableSignature = { signature: Bytes; recovery: 0 | 1 };

export type Primitives = {
  sha256(data: Uint8Array | string): Bytes;
  sha1(data: Uint8Array | string): Bytes;
  digestOf(text: string): string;
  keccak256(data: Uint8Array): Bytes;
  /** 33 bytes to 65, undefined where it is no point of P-256. */
  p256Decompress(point: Uint8Array): Bytes | undefined;
  /** For a point of 65 bytes: ECDSA with SHA-256 over the message, signature r || s of 64 bytes. */
  p256Verifier(point: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
  p256Signer(jwk: P256PrivateJwk): (message: Uint8Array) => Bytes | Promise<Bytes>;
  /** The public key of 65 bytes, undefined where none can be recovered. Digest 32 bytes, signature r || s 64 bytes. */
  secp256k1Recover(digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Bytes | undefined;
  /** For a private key of 32 bytes: signs digests of 32 bytes; the signature is r || s of 64 bytes. */
  secp256k1Signer(privateKey: Uint8Array): (digest: Uint8Array) => RecoverableSignature;
  /** For a public key of 32 bytes (RFC 8032): checks signatures of 64 bytes over messages. */
  ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
  /** For a private key of 32 bytes, the seed of RFC 8032. */
  ed25519Signer(privateKey: Uint8Array): (message: Uint8Array) => Bytes | Promise<Bytes>;
  secp256k1Implementation(): "native" | "wasm" | "javascript";
};
