import { digestOf } from "#primitives";
import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { clockSkew, type Millis, minute } from "../kernel/time.ts";
import { checkJws } from "../securing/vc-jwt.ts";
import type { ApiClient, ClientAccessStore } from "./client.ts";

/** How long an assertion may live: it is made for one request. */
export const maxAssertionLife = 5 * minute;

/** Characters of an assertion. */
const maxAssertion = 4096;

export type AssertionTerms = {
  store: ClientAccessStore;
  /** Names of this service, one of which the assertion is for: its issuer and its token endpoint. */
  audiences: readonly string[];
  now: Millis;
};

/** The client that an assertion says it is by; nothing of it is believed yet. Refuses with INVALID_CLIENT. */
export function assertingClient(assertion: string): { client: string; jws: CompactJws } {
  const jws = readAssertion(assertion);
  const { iss, sub } = jws.payload;
  ensure(typeof sub === "string" && iss === sub, "INVALID_CLIENT", "iss and sub of the assertion are the client's id.");
  return { client: sub, jws };
}

/**
 * Holds an assertion to RFC 7523, section 3, and OpenID Connect Core 1.0, section 9: for this service alone, at most
 * five minutes, signed ES256 or EdDSA by the key that the organisation's log names, its `jti` once. Refuses with
 * INVALID_CLIENT.
 */
export async function checkAssertion(jws: CompactJws, client: ApiClient | undefined, terms: AssertionTerms) {
  const { now } = terms;
  const { aud, exp, jti, iat, nbf } = jws.payload;
  const named = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  // One for several services could be brought here by another of them.
  const ours = typeof named === "string" && terms.audiences.includes(named);
  ensure(ours, "INVALID_CLIENT", "The assertion is not for this service alone.");
  ensure(typeof exp === "number" && exp * 1000 > now, "INVALID_CLIENT", "The assertion has expired.");
  ensure(exp * 1000 <= now + maxAssertionLife, "INVALID_CLIENT", "The assertion lives longer than five minutes.");
  ensure(isYet(iat, now) && isYet(nbf, now), "INVALID_CLIENT", "The assertion is from the future.");
  ensure(typeof jti === "string" && jti !== "" && jti.length <= 256, "INVALID_CLIENT", "The assertion has no jti.");
  const signed = client?.jwk !== undefined && (await isSigned(jws, client.jwk));
  ensure(client && signed, "INVALID_CLIENT");
  // Spent only when it is the client's: nobody else uses up its ids.
  const fresh = await terms.store.spendAssertion(digestOf(`${client.client} ${jti}`), exp * 1000, now);
  ensure(fresh, "INVALID_CLIENT", "The assertion has been used before.");
}

function readAssertion(assertion: string): CompactJws {
  try {
    return parseCompact(assertion, maxAssertion);
  } catch {
    throw new Failure("INVALID_CLIENT", "The assertion is no JWT.");
  }
}

function isYet(claim: unknown, now: Millis): boolean {
  return claim === undefined || (typeof claim === "number" && claim * 1000 <= now + clockSkew);
}

async function isSigned(jws: CompactJws, jwk: NonNullable<ApiClient["jwk"]>): Promise<boolean> {
  try {
    return await checkJws(jws, jwk);
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
