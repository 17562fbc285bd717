import { type JWTVerified, verifyJWT } from "did-jwt";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { clockSkew, day, type Millis } from "../kernel/time.ts";
import { appDidPattern } from "./app-key.ts";
import { type Account, type Did, parsePkh, pkhDid } from "./did.ts";
import { keyDocument } from "./did-document.ts";
import { parseCompact } from "./jws.ts";

/** What an app's own token proves: that the key speaks now, and for whom it says it does. */
export type Bearer = { app: Did; account: Account; user: Did; expiresAt: Millis };

/**
 * Reads the bearer token of an app: a JWT credential of the unmodified SDK, signed ES256 by the app's did:key. It proves
 * the key alone; whether the wallet delegated to it is asked elsewhere. To act here it must expire: the SDK mints
 * tokens without `exp`, and such a token, once seen by anybody, would act for ever; so it ends soon. Refuses with INVALID_TOKEN,
 * TOKEN_EXPIRED, WRONG_AUDIENCE and BAD_SIGNATURE.
 */
export async function readBearer(token: string, origin: string, now: Millis): Promise<Bearer> {
  const { header, payload } = parseCompact(token, maxBearer);
  ensure(header.alg === "ES256" && header.typ === "JWT", "INVALID_TOKEN");
  const { iss, sub, exp, aud } = payload;
  ensure(typeof iss === "string" && appDidPattern.test(iss) && sub === iss, "INVALID_TOKEN");
  ensure(typeof exp === "number", "INVALID_TOKEN", "A token that never expires is not taken.");
  ensure(exp * 1000 > now, "TOKEN_EXPIRED");
  ensure(exp * 1000 - now <= maxBearerLife, "INVALID_TOKEN", "A token that lives longer than 31 days is not taken.");
  ensure(isYet(payload.nbf, now) && isYet(payload.iat, now), "INVALID_TOKEN");
  const audience = aud === undefined ? undefined : audienceOf(aud, origin);
  const account = accountOf(payload);
  const verified = await verify(token, audience, now);
  // The library also follows other claims to an issuer, so what it checked is compared with what is believed here.
  ensure(verified.issuer === iss && verified.payload.iss === iss, "INVALID_TOKEN");
  return { app: iss, account, user: pkhDid(account), expiresAt: exp * 1000 };
}

/** A token is a secret that cannot be taken back: it ends within a month, and an app makes a new one by itself. */
export const maxBearerLife = 31 * day;

/** Characters of a bearer token; the SDK's have about 600. */
const maxBearer = 4096;

/** A number of seconds that lies in the past, give or take a clock; also where there is none. */
function isYet(claim: unknown, now: Millis): boolean {
  return claim === undefined || (typeof claim === "number" && claim * 1000 <= now + clockSkew);
}

/** The audience if it is this service: its origin, or an address on it. */
function audienceOf(aud: unknown, origin: string): string {
  const named = Array.isArray(aud) ? aud : [aud];
  const ours = named.find((each) => typeof each === "string" && (each === origin || each.startsWith(`${origin}/`)));
  ensure(typeof ours === "string", "WRONG_AUDIENCE");
  return ours;
}

function accountOf({ vc }: JsonObject): Account {
  const subject = isObject(vc) ? vc.credentialSubject : undefined;
  ensure(isObject(subject), "INVALID_TOKEN");
  const { networkId, chainId, address } = subject;
  ensure(networkId === "eip155" && Number.isInteger(chainId), "INVALID_TOKEN", "The token names no wallet.");
  try {
    return parsePkh(`did:pkh:eip155:${chainId}:${address}`);
  } catch {
    throw new Failure("INVALID_TOKEN", "The token names no wallet.");
  }
}

async function verify(token: string, audience: string | undefined, now: Millis): Promise<JWTVerified> {
  // The library writes into its options: they are made anew for every call.
  const options = {
    resolver: { resolve: async (did: string) => resolved(did) },
    policies: { now: Math.floor(now / 1000) },
    skewTime: clockSkew / 1000,
    ...(audience === undefined ? {} : { audience }),
  };
  try {
    return await verifyJWT(token, options);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure("BAD_SIGNATURE");
  }
}

function resolved(did: Did) {
  const didResolutionMetadata = { contentType: "application/did+json" };
  return { didDocument: keyDocument(did), didResolutionMetadata, didDocumentMetadata: {} };
}
