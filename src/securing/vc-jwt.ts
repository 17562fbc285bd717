import { secp256k1 } from "@noble/curves/secp256k1.js";
import { p256Verifier } from "#primitives";
import type { KeyCheck } from "../identity/app-key.ts";
import type { Did } from "../identity/did.ts";
import { type CompactJws, type JwsSigner, signCompact } from "../identity/jws.ts";
import { isController } from "../identity/resolve.ts";
import { concat, fromBase64url } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";

/** Who issues, and with which key: `<did>#<kid>` is a verification method of the DID document. */
export type CredentialSigner = { did: Did; key: JwsSigner };

/** A public key as JWK (RFC 7517); which kinds are read, `checkJws` says. */
export type PublicJwk = CurveJwk | RsaJwk;

export type CurveJwk = { kty: string; crv: string; x: string; y?: string };

/** A key of RSA (RFC 7518, section 6.3.1): modulus and exponent in base64url. */
export type RsaJwk = { kty: "RSA"; n: string; e: string };

/** A key as its DID document has it; at `retired` and after it, what it signs is not the issuer's. */
export type ResolvedKey = { jwk: PublicJwk; retired?: Millis | undefined };

/** What a DID document lists a key for (Controlled Identifiers 1.0, section 2.3). */
export type KeyPurpose = "assertionMethod" | "authentication";

/**
 * Finds the key that a DID URL names for a purpose, assertions unless told otherwise, in use or retired, by the document
 * as of a moment. Refuses with INVALID_DID, UNSUPPORTED_DID_METHOD, DID_NOT_FOUND (the document or the key in it) or
 * DID_UNREACHABLE.
 */
export type ResolveKey = (didUrl: string, at: Millis, purpose?: KeyPurpose) => Promise<ResolvedKey>;

/** Characters of a credential as JWT that are read: enough for one with an image inside. */
export const maxCredentialJwt = 262_144;

/**
 * Secures a credential of the VC Data Model 2.0 as `vc+jwt`: the payload is the credential itself, ES256.
 * @see https://www.w3.org/TR/vc-jose-cose/ section 3.1
 */
export function signCredential(credential: JsonObject, signer: CredentialSigner): Promise<string> {
  const { did, key } = signer;
  return signCompact({ alg: "ES256", typ: "vc+jwt", cty: "vc", kid: `${did}#${key.kid}`, iss: did }, credential, key);
}

/**
 * Holds the header to VC-JOSE-COSE, where `typ` and `cty` may be absent but not be others. Refuses with
 * INVALID_CREDENTIAL.
 */
export function checkHeader(header: JsonObject): void {
  const typed = header.typ === undefined || isOneOf(header.typ, "vc+jwt", "application/vc+jwt");
  ensure(typed, "INVALID_CREDENTIAL", "The typ of the header is not vc+jwt.");
  const holds = header.cty === undefined || isOneOf(header.cty, "vc", "application/vc");
  ensure(holds, "INVALID_CREDENTIAL", "The cty of the header is not vc.");
}

/**
 * The DID URL of the key that signed. A `kid` that is no DID URL is one of the issuer's fragments, where `iss` names the
 * issuer (VC-JOSE-COSE, section 4.1); a did:key without a `kid` has only one key. Refuses with INVALID_CREDENTIAL where no
 * key, or a key of another, is named, with UNSUPPORTED_DID_METHOD an issuer that nothing resolves, and with UNKNOWN_SUITE
 * where the header brings a key along that has no name: what vouches for a key is the issuer's document.
 */
export function keyOf(jws: CompactJws, issuer: string): string {
  ensure(isController(issuer), "UNSUPPORTED_DID_METHOD", "Issuers are resolved that are DIDs or https addresses.");
  for (const iss of [jws.header.iss, jws.payload.iss]) {
    ensure(iss === undefined || iss === issuer, "INVALID_CREDENTIAL", "iss is not the issuer of the credential.");
  }
  const kid = namedKey(jws.header);
  if ((kid === undefined || kid === bare) && issuer.startsWith("did:key:"))
    return `${issuer}#${issuer.slice("did:key:".length)}`;
  ensure(kid !== bare, "UNKNOWN_SUITE", "The header brings its key along, and names none of the issuer's.");
  ensure(typeof kid === "string" && kid !== "", "INVALID_CREDENTIAL", "The header names no key.");
  const whole = isController(kid);
  const named = whole || jws.header.iss !== undefined || jws.payload.iss !== undefined;
  ensure(named, "INVALID_CREDENTIAL", "Without iss, kid is the whole URL of the key.");
  const url = whole ? kid : `${issuer}#${kid.replace(/^#/, "")}`;
  const own = url.startsWith(`${issuer}#`) && url.length > issuer.length + 1;
  ensure(own, "INVALID_CREDENTIAL", "The key is not one of the issuer's.");
  return url;
}

/** Open Badges 3.0 takes a `jwk` in the place of `kid`; the name in it is all that is believed of it. */
function namedKey({ kid, jwk }: JsonObject): unknown {
  if (kid !== undefined || !isObject(jwk)) return kid;
  return jwk.kid ?? bare;
}

const bare = Symbol("a key without a name");

/**
 * Whether `jwk` signed it: ES256, ES256K, EdDSA (Ed25519), or RS256, the least that Open Badges 3.0 asks of verifiers.
 * Refuses with UNKNOWN_SUITE another algorithm, and with INVALID_CREDENTIAL an algorithm that is not the key's.
 */
export async function checkJws(jws: CompactJws, jwk: PublicJwk): Promise<boolean> {
  const { alg } = jws.header;
  if (alg === "RS256") return checkRs256(jws, jwk);
  const suite = Object.hasOwn(suites, alg) ? suites[alg] : undefined;
  if (!suite) throw new Failure("UNKNOWN_SUITE", "The signature is of an algorithm that is not known here.");
  const fits = !("n" in jwk) && jwk.kty === suite.kty && jwk.crv === suite.crv;
  ensure(fits, "INVALID_CREDENTIAL", wrongKey);
  // A key that is no point of its curve verifies nothing.
  return jws.signature.length === 64 && Promise.resolve(suite.check(jws, jwk)).catch(() => false);
}

type Suite = { kty: string; crv: string; check(jws: CompactJws, jwk: CurveJwk): Promise<boolean> };

const wrongKey = "The algorithm is not one of the key's.";

const suites: Record<string, Suite> = {
  ES256: {
    kty: "EC",
    crv: "P-256",
    check: async (jws, jwk) => p256Check(jwk)(jws.signed, jws.signature),
  },
  // RFC 8812 does not ask for a low s.
  ES256K: {
    kty: "EC",
    crv: "secp256k1",
    check: async (jws, jwk) => secp256k1.verify(jws.signature, jws.signed, pointOf(jwk), { lowS: false }),
  },
  EdDSA: { kty: "OKP", crv: "Ed25519", check: checkEd25519 },
  Ed25519: { kty: "OKP", crv: "Ed25519", check: checkEd25519 },
};

/** Bytes of a modulus: RFC 7518 asks for 2,048 bits, and beyond 8,192 a check costs more than a badge is worth. */
const modulus = { least: 256, most: 1024 };

async function checkRs256(jws: CompactJws, jwk: PublicJwk): Promise<boolean> {
  ensure("n" in jwk && jwk.kty === "RSA", "INVALID_CREDENTIAL", wrongKey);
  const { n, e } = jwk;
  const [size, exponent] = [fromBase64url(n)?.length ?? 0, fromBase64url(e)?.length ?? 0];
  const read = size >= modulus.least && size <= modulus.most && exponent >= 1 && exponent <= 4;
  ensure(read, "INVALID_CREDENTIAL", "The key is not of its form.");
  if (jws.signature.length !== size) return false;
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  try {
    const key = await crypto.subtle.importKey("jwk", { kty: "RSA", n, e }, rsa, false, ["verify"]);
    return await crypto.subtle.verify(rsa, key, jws.signature, jws.signed);
  } catch {
    // A modulus or an exponent that makes no key verifies nothing.
    return false;
  }
}

/** Parsed keys kept: issuers whose credentials come in numbers are few. */
const maxKept = 256;
const kept = new Map<string, KeyCheck>();

function p256Check(jwk: CurveJwk): KeyCheck {
  const name = `${jwk.x}.${jwk.y}`;
  const known = kept.get(name);
  if (known) return known;
  const check = p256Verifier(pointOf(jwk));
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(name, check);
  return check;
}

async function checkEd25519(jws: CompactJws, jwk: CurveJwk): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", coordinate(jwk.x), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, jws.signature, jws.signed);
}

function pointOf(jwk: CurveJwk): Uint8Array {
  return concat(Uint8Array.of(4), coordinate(jwk.x), coordinate(jwk.y));
}

function coordinate(text: string | undefined) {
  const bytes = text === undefined ? undefined : fromBase64url(text);
  ensure(bytes?.length === 32, "INVALID_CREDENTIAL", "The key is not of its form.");
  return bytes;
}

/** Whether a value is one of these names, in whatever case. */
export function isOneOf(value: unknown, ...names: string[]): boolean {
  return typeof value === "string" && names.includes(value.toLowerCase());
}
