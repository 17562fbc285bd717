import { digestOf } from "#primitives";
import { ensure } from "../kernel/failure.ts";
import { randomText } from "../kernel/random.ts";
import { type Millis, minute } from "../kernel/time.ts";
import type { KeyCheck } from "./app-key.ts";
import { type Did, isUserDid } from "./did.ts";
import { type CompactJws, checkCompact, parseCompact, signCompact } from "./jws.ts";
import { type OwnKey, type ServiceKeys, signerAt, verifierOf } from "./service-keys.ts";

export type AccessToken = { token: string; expiresAt: Millis };

/** What an access token says: whose it is, and the id of its session. */
export type AccessClaims = { user: Did; session: string };

/** Who makes tokens, and with which keys; the origin is their issuer and their only audience. */
export type Issuer = { origin: string; keys: ServiceKeys };

export const accessLife = 15 * minute;

/** A JWT access token (RFC 9068) for a session: for this service alone, and never beyond the session's end. */
export async function mintAccessToken(
  { origin, keys }: Issuer,
  session: { id: string; user: Did; expiresAt: Millis },
  now: Millis,
): Promise<AccessToken> {
  const expires = Math.floor(Math.min(now + accessLife, session.expiresAt) / 1000);
  const payload = {
    iss: origin,
    aud: origin,
    client_id: origin,
    sub: session.user,
    sid: session.id,
    jti: randomText(16),
    iat: Math.floor(now / 1000),
    exp: expires,
  };
  return { token: await signCompact({ typ: "at+jwt" }, payload, signerAt(keys)), expiresAt: expires * 1000 };
}

/**
 * Reads an access token of ours; whether its session lives is not asked here. Refuses with INVALID_TOKEN (not ours, or
 * not readable), WRONG_AUDIENCE and TOKEN_EXPIRED.
 */
export async function readAccessToken({ origin, keys }: Issuer, token: string, now: Millis): Promise<AccessClaims> {
  const jws = parseCompact(token, maxAccessToken);
  const key = ownKeyOf(keys, jws, now, accessLife);
  const { iss, aud, sub, sid, exp } = jws.payload;
  ensure(aud === origin, "WRONG_AUDIENCE");
  ensure(typeof exp === "number" && typeof sub === "string" && typeof sid === "string", "INVALID_TOKEN");
  ensure(iss === origin && isUserDid(sub), "INVALID_TOKEN");
  ensure(exp * 1000 > now, "TOKEN_EXPIRED");
  ensure(await isSigned(token, jws, key.check), "INVALID_TOKEN", "The signature does not verify.");
  return { user: sub, session: sid };
}

/** The key of ours that an access token names; `life` is that of tokens of its sort. Refuses with INVALID_TOKEN. */
export function ownKeyOf(keys: ServiceKeys, { header }: CompactJws, now: Millis, life: Millis): OwnKey {
  const { alg, typ, kid } = header;
  ensure(alg === "ES256" && typ === "at+jwt" && typeof kid === "string", "INVALID_TOKEN");
  const key = verifierOf(keys, kid);
  // A retired key is heeded for as long as tokens live that it signed before: whoever stole it gains no more.
  ensure(key && (key.retired === undefined || now < key.retired + life), "INVALID_TOKEN");
  return key;
}

// A token comes with every request of its quarter of an hour, and under one key its bytes verify for ever or never: that
// is asked once. Kept by digest, because what is in memory can leak.
const signedBy = new WeakMap<KeyCheck, Set<string>>();
const maxSigned = 4096;

/** Whether a key of ours signed the token. */
export async function isSigned(token: string, jws: CompactJws, check: KeyCheck): Promise<boolean> {
  const signed = signedBy.get(check) ?? new Set();
  const name = digestOf(token);
  if (signed.has(name)) return true;
  if (!(await checkCompact(jws, check))) return false;
  if (signed.size >= maxSigned) signed.delete(signed.keys().next().value!);
  signedBy.set(check, signed.add(name));
  return true;
}

/** Characters of an access token; ours have about 600. */
const maxAccessToken = 2048;
