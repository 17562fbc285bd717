import { secp256k1 } from "@noble/curves/secp256k1.js";
import { p256Decompress } from "#primitives";
import { type KeyType, parseKeyDid } from "../identity/did.ts";
import { type Resolution, readController, readDocument } from "../identity/resolve.ts";
import { type Bytes, base64url } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Millis, parseNamedTime } from "../kernel/time.ts";
import { readPublicJwk } from "./public-jwk.ts";
import type { KeyPurpose, PublicJwk, ResolvedKey, ResolveKey } from "./vc-jwt.ts";

/**
 * Resolves keys by the DID documents of whatever methods the resolution knows, and by the documents that issuers with an
 * https address serve there. Refuses as `findKey`, `readDocument` and `readController`.
 */
export function keyResolver(resolution: Resolution): ResolveKey {
  return async (didUrl, at, purpose) => {
    const did = didUrl.split("#")[0]!;
    if (did.startsWith("https://")) return findKey(await readController(did, resolution), didUrl, at, purpose);
    if (did.startsWith(keyMethod)) checkKind(did.slice(keyMethod.length));
    return findKey(await readDocument(did, resolution), didUrl, at, purpose);
  };
}

/**
 * The verification method of this id that the document lists for the purpose (Controlled Identifiers 1.0, section 3.3).
 * Refuses with DID_NOT_FOUND where it lists none or has revoked it by `at`, UNKNOWN_SUITE where the key is of a kind
 * that is not read here, and INVALID_DID_DOCUMENT.
 */
export function findKey(
  document: JsonObject,
  didUrl: string,
  at: Millis,
  purpose: KeyPurpose = "assertionMethod",
): ResolvedKey {
  const method = listOf(document[purpose])
    .map((each) => (typeof each === "string" ? methodOf(document, each) : each))
    .find((each) => isObject(each) && absolute(document, each.id) === didUrl);
  ensure(isObject(method), "DID_NOT_FOUND", `The DID document lists no such key for ${uses[purpose]}.`);
  ensure(method.controller === didUrl.split("#")[0], "INVALID_DID_DOCUMENT", "The key is under another's control.");
  const revoked = timeOf("revoked", method.revoked);
  ensure(revoked === undefined || at < revoked, "DID_NOT_FOUND", "The DID document has revoked the key.");
  return { jwk: jwkOf(method), retired: timeOf("expires", method.expires) };
}

const uses = { assertionMethod: "assertions", authentication: "authentication" };

const keyMethod = "did:key:";

/** Kinds of keys that others sign with and that are not read here, by how they begin: a key of one is no broken key. */
const strangeKinds = [
  ["z82", "P-384"],
  ["z2J9", "P-521"],
  ["z4MX", "RSA"],
  ["zgg", "RSA"],
  ["zUC7", "BLS12-381"],
] as const;

function checkKind(multibase: string): void {
  const [, kind] = strangeKinds.find(([begins]) => multibase.startsWith(begins)) ?? [];
  ensure(kind === undefined, "UNKNOWN_SUITE", `Keys of ${kind} are not read here.`);
}

function methodOf(document: JsonObject, reference: string): unknown {
  const id = absolute(document, reference);
  return listOf(document.verificationMethod).find((each) => isObject(each) && absolute(document, each.id) === id);
}

/** A reference within a document may leave the DID out. */
function absolute(document: JsonObject, id: unknown): string | undefined {
  if (typeof id !== "string") return undefined;
  return id.startsWith("#") ? `${document.id}${id}` : id;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function timeOf(name: string, value: unknown): Millis | undefined {
  return value === undefined ? undefined : parseNamedTime(name, value);
}

function jwkOf(method: Record<string, unknown>): PublicJwk {
  const { publicKeyJwk: jwk, publicKeyMultibase: multibase } = method;
  if (isObject(jwk)) {
    const read = readPublicJwk(jwk);
    ensure(read, "INVALID_DID_DOCUMENT", "The key is no public JWK.");
    return read;
  }
  if (typeof multibase === "string") return keptJwk(multibase);
  throw new Failure("UNKNOWN_SUITE", "The key is of a kind that is not read here.");
}

/** Keys kept by their multibase: unpacking a point costs as much as checking a signature by it. */
const maxKept = 256;
const kept = new Map<string, PublicJwk>();

function keptJwk(multibase: string): PublicJwk {
  const known = kept.get(multibase);
  if (known) return known;
  const jwk = jwkOfMultibase(multibase);
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(multibase, jwk);
  return jwk;
}

/** A multibase key is spelt as a did:key ends. */
function jwkOfMultibase(multibase: string): PublicJwk {
  checkKind(multibase);
  const { type, key } = parseKeyDid(`did:key:${multibase}`);
  if (type === "Ed25519") return { kty: "OKP", crv: "Ed25519", x: base64url(key) };
  const point = pointOf(type, key);
  ensure(point, "INVALID_DID_DOCUMENT", "The key is no point of its curve.");
  return { kty: "EC", crv: type, x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
}

function pointOf(type: KeyType, key: Bytes): Uint8Array | undefined {
  if (type === "P-256") return p256Decompress(key);
  try {
    return secp256k1.Point.fromBytes(key).toBytes(false);
  } catch {
    return undefined;
  }
}
