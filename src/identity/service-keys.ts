import { digestOf, p256Decompress, p256Signer, p256Verifier } from "#primitives";
import { type Bytes, concat, equalBytes, fromBase64url } from "../kernel/bytes.ts";
import { canonicalJson, isObject, type JsonObject } from "../kernel/json.ts";
import type { P256PrivateJwk } from "../kernel/primitives.ts";
import { randomText } from "../kernel/random.ts";
import { isExactIso, iso, type Millis, parseTime } from "../kernel/time.ts";
import type { KeyCheck } from "./app-key.ts";
import { type Did, keyDid } from "./did.ts";
import type { JwsSigner } from "./jws.ts";

/** An ES256 key pair; `kid` is its thumbprint (RFC 7638). One without `retired` signs, the others only verify. */
export type KeyRecord = { kid: string; created: string; retired?: string; jwk: P256PrivateJwk };

export type Ed25519Jwk = { kty: "OKP"; crv: "Ed25519"; x: string; d: string };

/** All that the service signs with, as plain JSON: credentials and tokens, attested operations, the log, secrets. */
export type ServiceKeys = {
  signing: KeyRecord[];
  operation: KeyRecord[];
  log: { kid: string; created: string; jwk: Ed25519Jwk };
  /** base64url of 32 bytes, from which refresh tokens and page sessions are derived. */
  secret: string;
};

/** A key of ours that verifies: at `retired` and after it, what it signs is not ours. */
export type OwnKey = { kid: string; check: KeyCheck; created: Millis; retired: Millis | undefined };

/** Makes all keys anew. */
export async function makeServiceKeys(now: Millis): Promise<ServiceKeys> {
  return {
    signing: [await makeRecord(now)],
    operation: [await makeRecord(now)],
    log: await makeLogKey(now),
    secret: makeSecret(),
  };
}

/**
 * The keys with a new one in use; the one until now stays, retired, so that what it signed still verifies. It is retired
 * at `until`, which may lie ahead for services that have not taken the new one up yet; so is one that was to go on longer.
 */
export async function rotate(
  keys: ServiceKeys,
  which: "signing" | "operation",
  now: Millis,
  until: Millis = now,
): Promise<ServiceKeys> {
  const goesOn = ({ retired }: KeyRecord) => retired === undefined || parseTime(retired) > until;
  const older = keys[which].map((key) => (goesOn(key) ? { ...key, retired: iso(until) } : key));
  return { ...keys, [which]: [...older, await makeRecord(now)] };
}

/**
 * Reads keys from parsed JSON. Throws a plain Error that names the member which is wrong, never a value of it: keys are
 * configuration, and a start fails with that sentence.
 */
export function parseServiceKeys(value: unknown): ServiceKeys {
  demand(isObject(value), "The keys are not a JSON object.");
  const { signing, operation, log, secret } = value;
  demand(is32(secret), "secret is not base64url of 32 bytes.");
  const keys: ServiceKeys = {
    signing: parseRecords(signing, "signing"),
    operation: parseRecords(operation, "operation"),
    log: parseLogKey(log),
    secret,
  };
  const kids = [...keys.signing, ...keys.operation].map((key) => key.kid);
  demand(new Set(kids).size === kids.length, "The same key stands twice.");
  return keys;
}

/** What signs tokens and credentials now. */
export function signerAt(keys: ServiceKeys): JwsSigner {
  return signerOf(current(keys.signing));
}

/** What signs attested operations now, and the did:key that it signs as. */
export function operationSigner(keys: ServiceKeys): { did: Did; sign(message: Uint8Array): Bytes | Promise<Bytes> } {
  const key = current(keys.operation);
  return { did: operationDid(key), sign: signerOf(key).sign };
}

/** The did:key of an operation key, in use or retired. */
export function operationDid(key: KeyRecord): Did {
  return keyDid("P-256", compressed(pointOf(key.jwk)));
}

/** The operation keys as did:key, each with its retirement where it has one. */
export function namedOperationKeys(keys: ServiceKeys): { key: Did; retired: string | undefined }[] {
  return keys.operation.map((record) => ({ key: operationDid(record), retired: record.retired }));
}

/** The signing key with this kid, in use or retired; undefined where we have none. */
export function verifierOf(keys: ServiceKeys, kid: string): OwnKey | undefined {
  const key = keys.signing.find((each) => each.kid === kid);
  if (!key) return undefined;
  const retired = key.retired === undefined ? undefined : parseTime(key.retired);
  return { kid, check: checkOf(key), created: parseTime(key.created), retired };
}

/** The thumbprint of a public or private JWK (RFC 7638): base64url of SHA-256 over its required members. */
export function thumbprint(jwk: { kty: string; crv: string; x: string; y?: string }): string {
  const { crv, kty, x, y } = jwk;
  return digestOf(canonicalJson(y === undefined ? { crv, kty, x } : { crv, kty, x, y }));
}

/** The public half: what may be published of a key. */
export function publicJwk(jwk: P256PrivateJwk | Ed25519Jwk): JsonObject {
  const { kty, crv, x } = jwk;
  return "y" in jwk ? { kty, crv, x, y: jwk.y } : { kty, crv, x };
}

// Keys are read once per process: a parsed key costs more than what it signs.
const signers = new WeakMap<KeyRecord, JwsSigner>();
const checks = new WeakMap<KeyRecord, KeyCheck>();

function signerOf(key: KeyRecord): JwsSigner {
  const known = signers.get(key);
  if (known) return known;
  const signer = { kid: key.kid, sign: p256Signer(key.jwk) };
  signers.set(key, signer);
  return signer;
}

function checkOf(key: KeyRecord): KeyCheck {
  const known = checks.get(key);
  if (known) return known;
  const check = p256Verifier(pointOf(key.jwk));
  checks.set(key, check);
  return check;
}

function current(keys: readonly KeyRecord[]): KeyRecord {
  return keys.find((key) => key.retired === undefined)!;
}

function pointOf(jwk: { x: string; y: string }): Bytes {
  return concat(Uint8Array.of(4), fromBase64url(jwk.x)!, fromBase64url(jwk.y)!);
}

function compressed(point: Uint8Array): Bytes {
  return concat(Uint8Array.of(2 + (point[64]! & 1)), point.subarray(1, 33));
}

async function makeRecord(now: Millis): Promise<KeyRecord> {
  const { x, y, d } = await makePair({ name: "ECDSA", namedCurve: "P-256" });
  const jwk: P256PrivateJwk = { kty: "EC", crv: "P-256", x: x!, y: y!, d: d! };
  return { kid: thumbprint(jwk), created: iso(now), jwk };
}

async function makeLogKey(now: Millis): Promise<ServiceKeys["log"]> {
  const { x, d } = await makePair({ name: "Ed25519" });
  const jwk: Ed25519Jwk = { kty: "OKP", crv: "Ed25519", x: x!, d: d! };
  return { kid: thumbprint(jwk), created: iso(now), jwk };
}

async function makePair(algorithm: {
  name: string;
  namedCurve?: string;
}): Promise<{ x?: string; y?: string; d?: string }> {
  const made = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return crypto.subtle.exportKey("jwk", "privateKey" in made ? made.privateKey : made);
}

function makeSecret(): string {
  return randomText(32);
}

function demand(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

function parseRecords(value: unknown, name: string): KeyRecord[] {
  demand(Array.isArray(value), `${name} is not a list of keys.`);
  const keys = value.map((each, i) => parseRecord(each, `${name}[${i}]`));
  demand(keys.filter((key) => key.retired === undefined).length === 1, `${name} has not exactly one key in use.`);
  return keys;
}

function parseRecord(value: unknown, name: string): KeyRecord {
  demand(isObject(value) && isObject(value.jwk), `${name} is not a key with a jwk.`);
  const { kty, crv, x, y, d } = value.jwk;
  demand(kty === "EC" && crv === "P-256" && is32(x) && is32(y) && is32(d), `${name}.jwk is no private JWK of P-256.`);
  const jwk: P256PrivateJwk = { kty, crv, x, y, d };
  const point = pointOf(jwk);
  const found = p256Decompress(compressed(point));
  demand(found && equalBytes(found, point), `${name}.jwk is no point on P-256.`);
  const key = { kid: parseKid(value.kid, jwk, name), created: parseDate(value.created, `${name}.created`), jwk };
  return value.retired === undefined ? key : { ...key, retired: parseDate(value.retired, `${name}.retired`) };
}

function parseLogKey(value: unknown): ServiceKeys["log"] {
  demand(isObject(value) && isObject(value.jwk), "log is not a key with a jwk.");
  const { kty, crv, x, d } = value.jwk;
  demand(kty === "OKP" && crv === "Ed25519" && is32(x) && is32(d), "log.jwk is no private JWK of Ed25519.");
  const jwk: Ed25519Jwk = { kty, crv, x, d };
  return { kid: parseKid(value.kid, jwk, "log"), created: parseDate(value.created, "log.created"), jwk };
}

function parseKid(kid: unknown, jwk: P256PrivateJwk | Ed25519Jwk, name: string): string {
  demand(kid === thumbprint(jwk), `${name}.kid is not the thumbprint of its key.`);
  return kid as string;
}

function parseDate(value: unknown, name: string): string {
  demand(typeof value === "string" && isExactIso(value), `${name} is not a time as YYYY-MM-DDTHH:MM:SS.sssZ.`);
  return value;
}

/** base64url of 32 bytes. */
function is32(value: unknown): value is string {
  return typeof value === "string" && fromBase64url(value)?.length === 32;
}
