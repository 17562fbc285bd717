import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { attempt } from "../kernel/attempt.ts";
import { equalBytes } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { asText, type JsonObject } from "../kernel/json.ts";
import { type Check, fail, pass, skipped, unknown } from "../kernel/report.ts";
import { clockSkew, iso, type Millis, second } from "../kernel/time.ts";
import { issuerResolver, type ResolveIssuer } from "../securing/issuer-metadata.ts";
import type { ShownTo } from "../securing/key-binding.ts";
import { parseSdJwt } from "../securing/sd-jwt.ts";
import { type SdJwtExamination, verifySdJwt } from "../securing/sd-jwt-verification.ts";
import { parseTokenStatus, readTokenList, statusInToken, type TokenStatus } from "../securing/token-status-list.ts";
import { checkJws } from "../securing/vc-jwt.ts";
import { type CredentialHead, headOf, noHead } from "./credential-head.ts";
import type { CredentialKnowledge, Moments } from "./credential-question.ts";
import { maxListJwt } from "./status-list-check.ts";

/** Checks and head of an SD-JWT VC, and its claims, opened, where they can be. */
export type SdJwtReport = { checks: Check[]; head: CredentialHead; claims?: JsonObject };

/** Reports on a credential of the form `dc+sd-jwt`, its status included. */
export async function examineSdJwt(
  text: string,
  shown: ShownTo,
  moments: Moments,
  knowledge: CredentialKnowledge,
): Promise<SdJwtReport> {
  const resolve = resolverOf(knowledge);
  const examined = await verifySdJwt(text, { ...shown, resolve, now: moments.at });
  const { checks, claims } = examined;
  checks.push(await statusCheck(examined, moments, { ...knowledge, resolve }));
  return { checks, head: claims ? readHead(claims) : noHead, ...(claims && { claims }) };
}

type Asking = CredentialKnowledge & { resolve: ResolveIssuer };

/** Asks for each key once: credential and list are of one issuer. Without further knowledge issuers are DIDs. */
function resolverOf({ issuers, resolveKey }: CredentialKnowledge): ResolveIssuer {
  const resolve = issuers?.resolve ?? issuerResolver({ resolveKey });
  const asked = new Map<string, ReturnType<ResolveIssuer>>();
  return (jws, at) => {
    const name = JSON.stringify([jws.payload.iss, jws.header.iss, jws.header.kid, at]);
    const answer = asked.get(name) ?? resolve(jws, at);
    asked.set(name, answer);
    return answer;
  };
}

function readHead({ jti, vct, iss, sub, nbf, iat, exp }: JsonObject): CredentialHead {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const time = (value: unknown) =>
    typeof value === "number" && Math.abs(value) < 8.64e12 ? value * second : undefined;
  const texts = (value: unknown) => (typeof value === "string" ? [value] : []);
  const period = { validFrom: time(nbf) ?? time(iat), validUntil: time(exp) };
  const head = headOf({ id: text(jti), issuer: "", types: texts(vct), subjects: texts(sub), ...period });
  return { ...head, issuer: text(iss) ?? null };
}

/** What nobody signed may not send us calling. */
async function statusCheck(
  { checks, jws, claims }: SdJwtExamination,
  moments: Moments,
  knowledge: Asking,
): Promise<Check> {
  const signed = checks.some(({ name, outcome }) => name === "signature" && outcome === "pass");
  if (!jws || !claims || !signed) return skipped("status", "signature");
  const { own, issuers } = knowledge;
  if (own && [own.did, issuers?.origin].includes(asText(claims.iss))) return ownStatus(jws, claims, moments, own);
  if (claims.status === undefined) return pass("status", "The credential names no status.");
  const read = await attempt("status", "", () => parseTokenStatus(claims.status) ?? null);
  if (read.value === undefined) return read.check;
  if (read.value === null) return unknown("status", "UNKNOWN_STATUS_TYPE", "A status of this type is not read here.");
  return listStatus(read.value, asText(claims.iss), moments.now, knowledge);
}

/** What we issued stands in our records as it was signed, revoked or not. */
async function ownStatus(
  jws: CompactJws,
  { jti }: JsonObject,
  { at, known }: Moments,
  own: NonNullable<CredentialKnowledge["own"]>,
): Promise<Check> {
  const record = typeof jti === "string" ? await own.find(jti) : undefined;
  const same = record?.jwt.endsWith("~") && equalBytes(parseSdJwt(record.jwt).jws.signed, jws.signed);
  if (!record || !same) return fail("status", "NOT_ISSUED", "The issuer has no record of this credential.");
  const { revokedAt } = record;
  if (revokedAt === undefined || revokedAt > known) return pass("status", "The issuer has not revoked it.");
  if (revokedAt > at) return pass("status", `The issuer revoked it later, at ${iso(revokedAt)}.`, "REVOKED_SINCE");
  return fail("status", "REVOKED", `The issuer revoked it at ${iso(revokedAt)}.`);
}

/** Statuses of a Token Status List that are not "valid" (draft-ietf-oauth-status-list, section 7.1). */
const meanings: Readonly<Record<number, readonly [code: string, says: string]>> = {
  1: ["REVOKED", "The status list says that it is revoked."],
  2: ["SUSPENDED", "The status list says that it is suspended."],
};

async function listStatus(
  { index, list }: TokenStatus,
  issuer: string,
  now: Millis,
  knowledge: Asking,
): Promise<Check> {
  const found = await attempt("status", "", async () => {
    const { fetchStatusList } = knowledge;
    ensure(fetchStatusList, "STATUS_UNAVAILABLE", "Status lists are not fetched here.");
    const jws = parseCompact((await fetchStatusList(list)).trim(), maxListJwt);
    await checkToken(jws, issuer, now, knowledge);
    const status = statusInToken(await readTokenList(jws, list), index);
    ensure(status !== undefined, "INVALID_CREDENTIAL", "The status list does not reach so far.");
    return status;
  });
  if (found.value === undefined) return found.check;
  if (found.value === 0) return pass("status", "The status list says that it is in force.");
  const [code, says] = meanings[found.value] ?? ["UNKNOWN_STATUS", "The status list has a status that is not known."];
  return fail("status", code, says);
}

/** A list holds where the issuer of the credential signed it, and it has not run out. */
async function checkToken(jws: CompactJws, issuer: string, now: Millis, { resolve }: Asking): Promise<void> {
  const { iss = issuer, iat, exp } = jws.payload;
  ensure(iss === issuer, "INVALID_CREDENTIAL", "The status list is another issuer's.");
  const begun = typeof iat === "number" && iat * second <= now + clockSkew;
  ensure(begun, "INVALID_CREDENTIAL", "The status list does not say when it was made, or is of the future.");
  const ends = typeof exp === "number" ? exp * second : Number.POSITIVE_INFINITY;
  ensure(exp === undefined || typeof exp === "number", "INVALID_CREDENTIAL", "The end of the status list is no time.");
  ensure(now < ends, "EXPIRED", "The status list has run out.");
  const named = { ...jws, payload: { ...jws.payload, iss: issuer } };
  const { jwk, retired } = await resolve(named, now);
  ensure(retired === undefined || iat * second < retired, "EXPIRED", "The key of the status list had been retired.");
  ensure(await checkJws(jws, jwk), "BAD_SIGNATURE", "The status list is not signed by the issuer.");
}
