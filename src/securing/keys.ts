import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ed25519Signer, ed25519Verifier, p256Signer, p256Verifier, secp256k1Signer, sha256 } from "#primitives";
import type { KeyCheck } from "../identity/app-key.ts";
import { type Did, type KeyType, keyDid } from "../identity/did.ts";
import { type Bytes, base64url, concat, fromBase64url } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { RecoverableSignature } from "../kernel/primitives.ts";
import type { CurveJwk, PublicJwk } from "./vc-jwt.ts";

/**
 * What a private key signs as. Ed25519 signs the message (RFC 8032), P-256 and secp256k1 its SHA-256; signatures have 64
 * bytes, of the curves r || s.
 */
export type KeySigner = {
  type: KeyType;
  /** The did:key of its public key. */
  did: Did;
  sign(message: Uint8Array): Bytes | Promise<Bytes>;
};

/** A key of secp256k1, which also signs digests of 32 bytes so that its public key can be recovered. */
export type Secp256k1Signer = KeySigner & { signDigest(digest: Uint8Array): RecoverableSignature };

/** A new private key of 32 bytes. */
export function makePrivateKey(type: KeyType): Bytes {
  return curves[type].utils.randomSecretKey() as Bytes;
}

/** The signer of a private key of 32 bytes. Making it costs more than a signature: keep it. Refuses with INVALID_PROOF. */
export function signerOfKey(type: "secp256k1", privateKey: Uint8Array): Secp256k1Signer;
export function signerOfKey(type: KeyType, privateKey: Uint8Array): KeySigner;
export function signerOfKey(type: KeyType, privateKey: Uint8Array): KeySigner | Secp256k1Signer {
  ensure(isPrivateKey(type, privateKey), "INVALID_PROOF", `It is no private key of ${type}.`);
  if (type === "Ed25519") {
    return { type, did: keyDid(type, ed25519.getPublicKey(privateKey)), sign: ed25519Signer(privateKey) };
  }
  if (type === "P-256") {
    const point = p256.getPublicKey(privateKey, false);
    const [x, y] = [base64url(point.subarray(1, 33)), base64url(point.subarray(33))];
    const jwk = { kty: "EC", crv: "P-256", x, y, d: base64url(privateKey) } as const;
    return { type, did: keyDid(type, p256.getPublicKey(privateKey)), sign: p256Signer(jwk) };
  }
  const signDigest = secp256k1Signer(privateKey);
  const did = keyDid(type, secp256k1.getPublicKey(privateKey));
  return { type, did, signDigest, sign: (message) => signDigest(sha256(message)).signature };
}

/**
 * Checks signatures by a public key as `KeySigner` makes them. Refuses with UNKNOWN_SUITE a key of another kind, and
 * with INVALID_PROOF what is no key.
 */
export function checkOfKey(jwk: PublicJwk): KeyCheck {
  if ("n" in jwk) throw new Failure("UNKNOWN_SUITE", "Keys of RSA are not read here.");
  const name = `${jwk.crv}.${jwk.x}.${jwk.y}`;
  const known = kept.get(name);
  if (known) return known;
  const check = makeCheck(jwk);
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(name, check);
  return check;
}

/** Parsed keys kept: issuers whose credentials come in numbers are few. */
const maxKept = 256;
const kept = new Map<string, KeyCheck>();

const curves = { Ed25519: ed25519, "P-256": p256, secp256k1 };

function isPrivateKey(type: KeyType, key: Uint8Array): boolean {
  return key.length === 32 && (type === "Ed25519" || curves[type].utils.isValidSecretKey(key));
}

function makeCheck(jwk: CurveJwk): KeyCheck {
  if (jwk.kty === "OKP" && jwk.crv === "Ed25519") {
    const check = ed25519Verifier(coordinate(jwk.x));
    return (message, signature) => signature.length === 64 && check(message, signature);
  }
  if (jwk.kty === "EC" && jwk.crv === "P-256") return p256Verifier(pointOf(jwk));
  throw new Failure("UNKNOWN_SUITE", `Keys of ${jwk.crv} are not read here.`);
}

function pointOf(jwk: CurveJwk): Bytes {
  const point = concat(Uint8Array.of(4), coordinate(jwk.x), coordinate(jwk.y));
  ensure(p256.utils.isValidPublicKey(point, false), "INVALID_PROOF", "The key is no point of its curve.");
  return point;
}

function coordinate(text: string | undefined): Bytes {
  const bytes = text === undefined ? undefined : fromBase64url(text);
  ensure(bytes?.length === 32, "INVALID_PROOF", "The key is not of its form.");
  return bytes;
}
