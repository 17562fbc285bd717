import type { CompactJws } from "../identity/jws.ts";
import type { FetchDidWeb } from "../identity/resolve.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import { parsePublicJwk } from "./public-jwk.ts";
import { keyOf, type PublicJwk, type ResolvedKey, type ResolveKey } from "./vc-jwt.ts";

/** Finds the key that a JWT names of the issuer that it names, by what the issuer publishes as of a moment. */
export type ResolveIssuer = (jws: CompactJws, at: Millis) => Promise<ResolvedKey>;

export type IssuerParts = {
  /** For issuers that are DIDs. */
  resolveKey: ResolveKey;
  /** The service itself: its origin as issuer, and the DID whose document tells when its keys were retired. */
  own?: { origin: string; did: string };
  /** Fetches what other issuers publish, safely; without it they are not asked. */
  fetch?: FetchDidWeb | undefined;
};

/** Keys of one issuer that are looked through. */
const maxKeys = 100;

/**
 * Resolves issuers that are DIDs, the service itself, and https addresses with JWT VC Issuer Metadata
 * (draft-ietf-oauth-sd-jwt-vc, section 5). Refuses as `keyOf` and `resolveKey` do, with INVALID_CREDENTIAL where issuer
 * or key are not named, DID_UNREACHABLE where what they publish cannot be fetched, and INVALID_DID_DOCUMENT or
 * DID_NOT_FOUND where it does not hold or has no such key.
 */
export function issuerResolver({ resolveKey, own, fetch }: IssuerParts): ResolveIssuer {
  return async (jws, at) => {
    const { iss } = jws.payload;
    const { kid } = jws.header;
    ensure(typeof iss === "string", "INVALID_CREDENTIAL", "It names no issuer (iss).");
    if (iss.startsWith("did:")) return resolveKey(keyOf(jws, iss), at);
    ensure(kid === undefined || typeof kid === "string", "INVALID_CREDENTIAL", "The header names no key.");
    if (iss === own?.origin) return resolveKey(`${own.did}#${kid ?? ""}`, at);
    ensure(fetch, "DID_UNREACHABLE", "What issuers publish is not fetched here.");
    return { jwk: await publishedKey(iss, kid, fetch) };
  };
}

/**
 * Where an issuer publishes its metadata: `/.well-known/jwt-vc-issuer` between host and path. Refuses with
 * INVALID_CREDENTIAL what is no plain https address.
 */
export function issuerMetadataUrl(iss: string): string {
  const url = URL.canParse(iss) ? new URL(iss) : undefined;
  const plain = url?.protocol === "https:" && !/[?#@]/.test(iss) && (url.href === iss || url.href === `${iss}/`);
  ensure(plain, "INVALID_CREDENTIAL", "The issuer is neither a DID nor a plain https address.");
  return `${url.origin}/.well-known/jwt-vc-issuer${url.pathname.replace(/\/$/, "")}`;
}

async function publishedKey(iss: string, kid: string | undefined, fetch: FetchDidWeb): Promise<PublicJwk> {
  const metadata = await fetchJson(issuerMetadataUrl(iss), fetch);
  ensure(metadata.issuer === iss, "INVALID_DID_DOCUMENT", "The metadata is another issuer's.");
  const { jwks, jwks_uri: place } = metadata;
  ensure(
    (jwks === undefined) !== (place === undefined),
    "INVALID_DID_DOCUMENT",
    "The metadata has no one set of keys.",
  );
  const set = jwks ?? (await fetchJson(placeOf(place), fetch));
  const listed: unknown[] = isObject(set) && Array.isArray(set.keys) ? set.keys : [];
  const keys = listed.filter(isObject);
  ensure(keys.length <= maxKeys, "QUOTA_EXCEEDED", `At most ${maxKeys} keys of an issuer are looked through.`);
  const named = keys.filter((key) => (kid === undefined || key.kid === kid) && (key.use ?? "sig") === "sig");
  ensure(named.length === 1, "DID_NOT_FOUND", "The issuer publishes no such key, or more than one.");
  return parsePublicJwk(named[0]);
}

function placeOf(place: unknown): string {
  const plain = typeof place === "string" && URL.canParse(place) && new URL(place).protocol === "https:";
  ensure(plain, "INVALID_DID_DOCUMENT", "jwks_uri is no https address.");
  return place;
}

async function fetchJson(url: string, fetch: FetchDidWeb): Promise<JsonObject> {
  const { status, body } = await fetch(url);
  ensure(status === 200, "DID_UNREACHABLE", `${url.slice(0, 200)} answers with ${status}.`);
  const value = readJson(body);
  ensure(isObject(value), "INVALID_DID_DOCUMENT", "What the issuer publishes is no JSON object.");
  return value as JsonObject;
}

function readJson(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    throw new Failure("INVALID_DID_DOCUMENT", "What the issuer publishes is no JSON of the strict form.");
  }
}
