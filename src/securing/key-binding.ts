import { digestOf } from "#primitives";
import { parseCompact } from "../identity/jws.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { clockSkew, type Millis, minute, second } from "../kernel/time.ts";
import { parsePublicJwk } from "./public-jwk.ts";
import type { SdJwt } from "./sd-jwt.ts";
import { checkJws } from "./vc-jwt.ts";

/** What a holder has signed about showing a credential: to whom, when, and by which nonce of the verifier's. */
export type KeyBinding = { nonce: string; audience: string; issuedAt: Millis };

/** What the verifier gave the holder; what is undefined is not compared. */
export type ShownTo = { nonce?: string | undefined; audience?: string | undefined };

/** How long after it was made a key binding JWT is taken: a person may have had to agree. */
export const maxBindingAge = 10 * minute;

/**
 * Reads the key binding JWT of an SD-JWT and checks that the key which the credential is bound to (`cnf`, RFC 7800)
 * signed it, for exactly these disclosures (RFC 9901, sections 4.3 and 7.3). `claims` is the payload, opened. Refuses
 * with INVALID_CREDENTIAL where no key is bound, INVALID_TOKEN, INVALID_PROOF, UNKNOWN_SUITE and BAD_SIGNATURE.
 */
export async function checkKeyBinding({ keyBinding = "", bound }: SdJwt, claims: JsonObject): Promise<KeyBinding> {
  const jwk = parsePublicJwk(isObject(claims.cnf) ? claims.cnf.jwk : undefined);
  const jws = parseCompact(keyBinding);
  ensure(jws.header.typ === "kb+jwt", "INVALID_PROOF", "The typ of the key binding is not kb+jwt.");
  const { nonce, aud: audience, iat, sd_hash: digest } = jws.payload;
  const whole = typeof nonce === "string" && typeof audience === "string" && typeof iat === "number";
  ensure(whole, "INVALID_PROOF", "The key binding lacks nonce, aud or iat.");
  ensure(digest === digestOf(bound), "INVALID_PROOF", "The key binding was made for other disclosures.");
  ensure(await checkJws(jws, jwk), "BAD_SIGNATURE");
  return { nonce, audience, issuedAt: iat * second };
}

/** Refuses with INVALID_PROOF a binding that was made for another verifier, another time, or too long ago. */
export function checkShownTo(made: KeyBinding, { nonce, audience }: ShownTo, now: Millis): void {
  ensure(nonce === undefined || made.nonce === nonce, "INVALID_PROOF", "The key binding has another nonce.");
  ensure(audience === undefined || made.audience === audience, "INVALID_PROOF", "The key binding is for another.");
  const fresh = made.issuedAt <= now + clockSkew && made.issuedAt >= now - maxBindingAge;
  ensure(fresh, "INVALID_PROOF", "The key binding is not of now.");
}
