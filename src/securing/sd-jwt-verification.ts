import type { CompactJws } from "../identity/jws.ts";
import { attempt } from "../kernel/attempt.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, skipped, unknown } from "../kernel/report.ts";
import { clockSkew, iso, type Millis, second } from "../kernel/time.ts";
import type { ResolveIssuer } from "./issuer-metadata.ts";
import { checkKeyBinding, checkShownTo, type ShownTo } from "./key-binding.ts";
import { parseSdJwt, type SdJwt } from "./sd-jwt.ts";
import { openPayload } from "./sd-jwt-payload.ts";
import { checkJws } from "./vc-jwt.ts";

/** `now` is the moment asked about. With a nonce or an audience key binding is demanded, else it may be missing. */
export type SdJwtQuestion = ShownTo & { resolve: ResolveIssuer; now: Millis };

/** What an SD-JWT VC turned out to be; `claims` is its payload, opened, where that can be. */
export type SdJwtExamination = { checks: Check[]; jws?: CompactJws; claims?: JsonObject };

const names = ["header", "disclosures", "data-model", "key", "signature", "validity", "key-binding"] as const;

/**
 * Every check of an SD-JWT VC but its status: that it can be read and is of its type, that its disclosures are those
 * committed to, that a key of its issuer signed it, that it is in force, and that its holder shows it.
 * @see RFC 9901, section 7; draft-ietf-oauth-sd-jwt-vc, section 3.4
 */
export async function verifySdJwt(text: string, question: SdJwtQuestion): Promise<SdJwtExamination> {
  const form = await attempt("form", "It is an SD-JWT in compact form.", () => parseSdJwt(text));
  const sdJwt = form.value;
  if (!sdJwt) return { checks: [form.check, ...names.map((name) => skipped(name, "form"))] };
  const { jws, disclosures } = sdJwt;
  const header = await attempt("header", "The header is that of an SD-JWT VC.", () => checkType(jws));
  const said = disclosures.length === 1 ? "One disclosure is" : `${disclosures.length} disclosures are`;
  const opened = await attempt("disclosures", `${said} committed to.`, () => openPayload(jws.payload, disclosures));
  const claims = opened.value;
  const checks = [form.check, header.check, opened.check];
  if (!claims) return { checks: [...checks, ...names.slice(2).map((name) => skipped(name, "disclosures"))], jws };
  const model = await attempt("data-model", "It follows SD-JWT VC.", () => checkClaims(claims, jws.payload));
  checks.push(model.check, ...(await signatureChecks(jws, question)), validityCheck(claims, question.now));
  checks.push(...(await bindingChecks(sdJwt, claims, question)));
  return { checks, jws, claims };
}

/** `vc+sd-jwt` is what the type was called until November 2024 (draft-ietf-oauth-sd-jwt-vc, section 3.2.1). */
function checkType({ header: { typ } }: CompactJws): void {
  const known = typ === "dc+sd-jwt" || typ === "vc+sd-jwt";
  ensure(known, "INVALID_CREDENTIAL", "The typ of the header is not dc+sd-jwt.");
}

/** Claims by which it is judged: nobody may keep them back (draft-ietf-oauth-sd-jwt-vc, section 3.2.2.2). */
const judging = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"];

function checkClaims(claims: JsonObject, payload: JsonObject): void {
  const other = claims["@context"] !== undefined && claims.vct === undefined;
  ensure(!other, "UNKNOWN_SUITE", "SD-JWTs of the VC Data Model are not read here.");
  ensure(typeof claims.vct === "string" && claims.vct !== "", "INVALID_CREDENTIAL", "It names no type (vct).");
  const kept = judging.find((name) => Object.hasOwn(claims, name) && !Object.hasOwn(payload, name));
  ensure(kept === undefined, "INVALID_CREDENTIAL", `${kept} stands in a disclosure.`);
  const { sub } = claims;
  ensure(sub === undefined || typeof sub === "string", "INVALID_CREDENTIAL", "sub is no text.");
}

async function signatureChecks(jws: CompactJws, { resolve, now }: SdJwtQuestion): Promise<Check[]> {
  const key = await attempt("key", "The key is one of the issuer's.", async () => {
    const found = await resolve(jws, now);
    const signedAt = typeof jws.payload.iat === "number" ? jws.payload.iat * second : Number.POSITIVE_INFINITY;
    ensure(found.retired === undefined || signedAt < found.retired, "EXPIRED", "The key had been retired.");
    return found;
  });
  const { value } = key;
  if (!value) return [key.check, skipped("signature", "key")];
  const verifies = async () => ensure(await checkJws(jws, value.jwk), "BAD_SIGNATURE");
  return [key.check, (await attempt("signature", `${jws.header.alg} verifies.`, verifies)).check];
}

/** The last second that a date of ECMAScript can tell. */
const maxSeconds = 8.64e12;

/** It begins at nbf, or when it was issued, give or take a clock; the end is excluded. */
function validityCheck({ nbf, iat, exp }: JsonObject, at: Millis): Check {
  const readable = [nbf, iat, exp].every(
    (time) => time === undefined || (typeof time === "number" && Math.abs(time) <= maxSeconds),
  );
  if (!readable) return fail("validity", "UNREADABLE_DATE", "nbf, iat and exp are seconds since 1970.");
  const from = typeof nbf === "number" ? nbf * second : Number(iat ?? Number.NEGATIVE_INFINITY) * second - clockSkew;
  if (at < from) return fail("validity", "NOT_YET_VALID", `It is valid from ${iso(from)}.`);
  const until = Number(exp ?? Number.POSITIVE_INFINITY) * second;
  if (at >= until) return fail("validity", "EXPIRED", `It was valid until ${iso(until)}.`);
  return pass("validity", `It is valid at ${iso(at)}.`);
}

/** Whether binding is demanded, the verifier says, never the holder (RFC 9901, section 7.3, step 1). */
async function bindingChecks(sdJwt: SdJwt, claims: JsonObject, { nonce, audience, now }: SdJwtQuestion) {
  const demanded = nonce !== undefined || audience !== undefined;
  if (sdJwt.keyBinding === undefined && demanded)
    return [fail("key-binding", "INVALID_PROOF", "Whoever shows it has not proved to hold its key.")];
  if (sdJwt.keyBinding === undefined) {
    const told = claims.cnf === undefined ? "It is bound to no key." : "Whether its holder shows it was not asked.";
    return [aside(unknown("key-binding", "NOT_CHECKED", told))];
  }
  const bound = await attempt("key-binding", "The key that it is bound to shows it.", () =>
    checkKeyBinding(sdJwt, claims),
  );
  const { value: made } = bound;
  if (!made) return [bound.check];
  if (!demanded) return [bound.check, aside(unknown("audience", "NOT_CHECKED", "To whom it is shown was not asked."))];
  const shown = await attempt("audience", "It is shown to whoever asks, now.", () =>
    checkShownTo(made, { nonce, audience }, now),
  );
  return [bound.check, shown.check];
}
