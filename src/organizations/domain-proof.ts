import type { Did } from "../identity/did.ts";
import { parseCompact } from "../identity/jws.ts";
import { type Code, ensure, Failure } from "../kernel/failure.ts";
import { asText, isObject, type Json, type JsonObject, parseJson } from "../kernel/json.ts";
import { clockSkew, type Millis, parseTime, second } from "../kernel/time.ts";
import { checkProofs } from "../securing/data-integrity.ts";
import { contextCheck, plainTermsCheck } from "../securing/plain-terms.ts";
import { checkJws, keyOf, maxCredentialJwt, type ResolveKey } from "../securing/vc-jwt.ts";
import { openWork, type Work } from "../securing/work.ts";
import type { DomainMethod } from "./inputs.ts";

/** A file under `/.well-known/` of a domain, undefined where there is none. Refuses with DID_UNREACHABLE. */
export type ReadWellKnown = (domain: string, file: WellKnownFile) => Promise<string | undefined>;

export type WellKnownFile = "did-configuration.json" | "renown-organization.txt";

/** What was found at a domain: how it names the DID, or why it does not. */
export type DomainFinding =
  | { verified: true; method: DomainMethod; code: null }
  | { verified: false; method: null; code: Code };

export type DomainQuestion = {
  domain: string;
  did: Did;
  read: ReadWellKnown;
  /** The organisation's own keys. */
  resolveKey: ResolveKey;
  now: Millis;
  /** What proofs of linkages are paid by; a purse of its own unless given. */
  work?: Work | undefined;
};

/** Linkages of one DID that are looked at: more of them say nothing that these do not. */
const maxLinkages = 8;

/**
 * Whether a domain says that it is the DID's: by a domain linkage credential in its DID configuration, or by a line of
 * plain text that is the DID. DID_UNREACHABLE is its answer where the domain did not answer.
 * @see https://identity.foundation/.well-known/resources/did-configuration/
 */
export async function findDomain(asked: DomainQuestion): Promise<DomainFinding> {
  const question = { ...asked, work: asked.work ?? openWork() };
  const configuration = await attempt(async () => {
    const text = await question.read(question.domain, "did-configuration.json");
    ensure(text !== undefined, "NOT_FOUND");
    await checkConfiguration(text, question);
  });
  if (configuration === undefined) return { verified: true, method: "did-configuration", code: null };
  const file = await attempt(async () => {
    const text = (await question.read(question.domain, "renown-organization.txt")) ?? "";
    ensure(namesIn(text).includes(question.did), "NOT_FOUND");
  });
  if (file === undefined) return { verified: true, method: "file", code: null };
  // What is wrong says more than what is missing, and nothing is known of a domain that did not answer.
  const code = [configuration, file].includes("DID_UNREACHABLE") ? "DID_UNREACHABLE" : configuration;
  return { verified: false, method: null, code };
}

async function attempt(work: () => Promise<void>): Promise<Code | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

/** One name on each line; a line that begins with # says something to people. */
function namesIn(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.trim());
}

/** Refuses with the code of the first linkage of this DID that does not hold, NOT_FOUND where there is none. */
async function checkConfiguration(text: string, question: DomainQuestion): Promise<void> {
  const body = parseJson(text);
  ensure(isObject(body) && Array.isArray(body.linked_dids), "INVALID_CREDENTIAL");
  let refusal: Code = "NOT_FOUND";
  for (const linked of (body.linked_dids as Json[]).filter((each) => names(each, question.did)).slice(0, maxLinkages)) {
    const code = await attempt(() => checkLinkage(linked, question));
    if (code === undefined) return;
    if (refusal === "NOT_FOUND") refusal = code;
  }
  throw new Failure(refusal);
}

/** Whether a linkage is about the DID, before anything dear is asked of it. */
function names(linked: Json, did: Did): boolean {
  try {
    return issuerOf(typeof linked === "string" ? linkageOfJwt(linked).credential : linked) === did;
  } catch {
    return false;
  }
}

async function checkLinkage(linked: Json, question: DomainQuestion): Promise<void> {
  if (typeof linked === "string") return checkJwt(linked, question);
  ensure(isObject(linked), "INVALID_CREDENTIAL");
  checkTerms(linked as JsonObject, question);
  await checkProof(linked as JsonObject, question);
}

async function checkJwt(jwt: string, question: DomainQuestion): Promise<void> {
  const { jws, credential } = linkageOfJwt(jwt);
  const issuedAt = checkTerms(credential, question);
  const { jwk, retired } = await question.resolveKey(keyOf(jws, question.did), question.now);
  ensure(retired === undefined || issuedAt < retired, "DID_NOT_FOUND", "The key was retired by then.");
  ensure(await checkJws(jws, jwk), "BAD_SIGNATURE");
}

/** Every proof holds, and each is by a key of the DID. */
async function checkProof(credential: JsonObject, { did, resolveKey, now, work }: DomainQuestion): Promise<void> {
  ensure(
    readsPlainly(credential),
    "INVALID_CREDENTIAL",
    "A context in the credential gives its members another sense.",
  );
  const found = await checkProofs(credential, { resolveKey, at: now, purpose: "assertionMethod", work });
  ensure(found.length > 0, "INVALID_CREDENTIAL", "The credential has no proof.");
  for (const { check, method } of found) {
    ensure(check.outcome !== "fail" && method?.startsWith(`${did}#`), "BAD_SIGNATURE");
    ensure(check.outcome === "pass", "UNKNOWN_SUITE");
  }
}

/** Proofs over RDF hold what the JSON comes to, so that must be what it says; by JCS they hold the JSON. */
function readsPlainly(credential: JsonObject): boolean {
  const overJson = [credential.proof].flat().every((each) => isObject(each) && /-jcs-/.test(asText(each.cryptosuite)));
  return overJson || [contextCheck, plainTermsCheck].every((check) => check(credential).outcome === "pass");
}

/** The credential of a JWT: the claim vc with what other claims say in its place, or the payload itself. */
function linkageOfJwt(jwt: string) {
  const jws = parseCompact(jwt, maxCredentialJwt);
  const { vc, iss, sub, nbf, iat, exp } = jws.payload;
  if (!isObject(vc)) return { jws, credential: jws.payload };
  const begins = seconds(nbf ?? iat) ?? vc.issuanceDate;
  const ends = seconds(exp) ?? vc.expirationDate;
  ensure(iss === issuerOf(vc as JsonObject) || vc.issuer === undefined, "INVALID_CREDENTIAL", "iss is another issuer.");
  const credential = { issuer: iss, ...vc, issuanceDate: begins, expirationDate: ends } as JsonObject;
  ensure(sub === undefined || sub === iss, "INVALID_CREDENTIAL", "sub is another subject.");
  return { jws, credential };
}

function seconds(claim: Json | undefined): string | undefined {
  const known = typeof claim === "number" && Math.abs(claim) <= 8_640_000_000_000;
  return known ? new Date(claim * second).toISOString() : undefined;
}

function issuerOf(credential: Json): unknown {
  const issuer = isObject(credential) ? credential.issuer : undefined;
  return isObject(issuer) ? issuer.id : issuer;
}

/** Holds a linkage to its form, its DID, its origin and its time; returns when it was issued. */
function checkTerms(credential: JsonObject, { did, domain, now }: DomainQuestion): Millis {
  const { type, credentialSubject: subject } = credential;
  const typed = Array.isArray(type) && type.includes("DomainLinkageCredential");
  ensure(typed && isObject(subject), "INVALID_CREDENTIAL", "It is no domain linkage credential.");
  ensure(issuerOf(credential) === did && subject.id === did, "INVALID_CREDENTIAL", "It is about another DID.");
  const { origin } = subject;
  const fits = origin === `https://${domain}` || origin === `https://${domain}/`;
  ensure(fits, "WRONG_DOMAIN", "The origin is not the domain's.");
  const issuedAt = parseTime(credential.validFrom ?? credential.issuanceDate);
  ensure(issuedAt <= now + clockSkew, "NOT_YET_VALID");
  ensure(parseTime(credential.validUntil ?? credential.expirationDate) > now, "EXPIRED");
  return issuedAt;
}
