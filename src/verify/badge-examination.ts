import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { isController } from "../identity/resolve.ts";
import { attempt } from "../kernel/attempt.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, skipped } from "../kernel/report.ts";
import type { Millis } from "../kernel/time.ts";
import { checkProofs, type ProofCheck } from "../securing/data-integrity.ts";
import { type Credential, issuerOf, parseCredential } from "../securing/data-model.ts";
import { contextCheck, plainTermsCheck } from "../securing/plain-terms.ts";
import { maxCredentialJwt, type ResolveKey } from "../securing/vc-jwt.ts";
import type { Work } from "../securing/work.ts";
import type { BadgeKnowledge, Secured } from "./badge-question.ts";
import { examineJwt, periodCheck } from "./jwt-credential.ts";
import { claimsCheck, isOpenBadgeHeader } from "./open-badge-jwt.ts";

/** How a credential turned out; `body` is what it says, and `credential` the same where it follows the data model. */
export type Examination = {
  form: "vc+jwt" | "data-integrity" | "unknown";
  checks: Check[];
  body?: JsonObject;
  credential?: Credential;
  /** Whether a signature vouches for it, and none speaks against it: what nobody signed may not send us calling. */
  vouched: boolean;
};

/**
 * Every check of a credential that needs nobody but its issuer: form, data model, contexts, key, proofs, validity. What
 * its proofs cost is paid by the work of the question.
 */
export async function examineSecured(
  secured: Secured,
  at: Millis,
  { resolveKey, work }: Pick<BadgeKnowledge, "resolveKey" | "work">,
  maxLength: number = maxCredentialJwt,
): Promise<Examination> {
  if (typeof secured === "string") return examineText(secured, at, resolveKey, maxLength);
  const model = await attempt("data-model", "It follows the VC Data Model 2.0.", () => parseCredential(secured));
  const contexts = [contextCheck(secured), plainTermsCheck(secured)];
  const issuer = issuerOf(secured);
  if (issuer === undefined) {
    const checks = [
      model.check,
      ...contexts,
      ...["issuer", "proof", "validity"].map((each) => skipped(each, "data-model")),
    ];
    return { form: "data-integrity", checks, body: secured, vouched: false };
  }
  const proofs = await proofChecks(secured, at, { resolveKey, work, purpose: "assertionMethod" });
  const owner = await ownerCheck(issuer, proofs.methods, at, resolveKey);
  const credential = model.value;
  const validity = credential
    ? periodCheck(at, credential.validFrom, credential.validUntil)
    : skipped("validity", "data-model");
  return {
    form: "data-integrity",
    checks: [model.check, ...contexts, owner, ...proofs.checks, validity],
    body: secured,
    ...(credential && { credential }),
    vouched: vouches(proofs.checks) && owner.outcome === "pass",
  };
}

type ProofTerms = {
  resolveKey: ResolveKey;
  work: Work | undefined;
  purpose: "assertionMethod" | "authentication";
  challenge?: string;
  domain?: string;
};

/** A check for each proof. One of a suite that is not known here is told aside where others could be checked. */
export async function proofChecks(
  document: JsonObject,
  at: Millis,
  terms: ProofTerms,
): Promise<{ checks: Check[]; methods: string[] }> {
  const proofs = document.proof === undefined ? [] : [document.proof].flat();
  if (proofs.length === 0) return { checks: [fail("proof", "NO_PROOF", "It has no proof.")], methods: [] };
  const found = await checkProofs(document, { ...terms, at });
  return { checks: withoutUnknownSuites(found), methods: found.flatMap(({ method }) => method ?? []) };
}

/** The objects of a member that may stand once or as a list. */
export function objectsIn(value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject) as JsonObject[];
  return isObject(value) ? [value as JsonObject] : [];
}

/** Whether at least one proof is good and none bad. */
function vouches(checks: readonly Check[]): boolean {
  return checks.some((each) => each.outcome === "pass") && checks.every((each) => each.outcome !== "fail");
}

function withoutUnknownSuites(proofs: readonly ProofCheck[]): Check[] {
  const checked = proofs.some(({ check }) => check.outcome === "pass");
  return proofs.map(({ check }) => (checked && check.code === "UNKNOWN_SUITE" ? aside(check) : check));
}

async function examineText(jwt: string, at: Millis, resolveKey: ResolveKey, maxLength: number): Promise<Examination> {
  const { checks: found, jws, credential } = await examineJwt(jwt, at, maxLength, resolveKey);
  const strange = found.some((each) => each.name === "header" && each.outcome === "fail");
  const checks = strange ? found.map((each) => openBadgeHeader(jwt, maxLength, each)) : found;
  const signed = checks.some((each) => each.name === "signature" && each.outcome === "pass");
  // The signature of a JWT is over its bytes, so what a context says changes nothing about it.
  const contexts = jws ? [contextsOf(jws)] : [];
  const claims = jws && credential && isOpenBadgeHeader(jws.header) ? [claimsCheck(jws.payload, credential)] : [];
  return {
    form: "vc+jwt",
    checks: [...checks, ...claims, ...contexts],
    ...(jws && { body: jws.payload }),
    ...(credential && { credential }),
    vouched: signed,
  };
}

const contextsRead = new WeakMap<CompactJws, Check>();

function contextsOf(jws: CompactJws): Check {
  const known = contextsRead.get(jws) ?? aside(contextCheck(jws.payload));
  contextsRead.set(jws, known);
  return known;
}

function openBadgeHeader(jwt: string, maxLength: number, found: Check): Check {
  if (found.name !== "header") return found;
  const { header } = parseCompact(jwt, maxLength);
  return isOpenBadgeHeader(header)
    ? pass("header", "The typ of the header is JWT, as Open Badges has it.", "OPEN_BADGES_TYP")
    : found;
}

/** Characters of a foreign name that a report repeats. */
const maxTold = 200;

/** Whether the issuer resolves, and every proof is made with a key of its own. */
async function ownerCheck(
  issuer: string,
  methods: readonly string[],
  at: Millis,
  resolveKey: ResolveKey,
): Promise<Check> {
  const [first] = methods;
  if (first === undefined) return skipped("issuer", "proof");
  const strange = methods.find((each) => each.split("#")[0] !== issuer);
  if (strange !== undefined)
    return fail("issuer", "KEY_OF_ANOTHER", `${strange.slice(0, maxTold)} is no key of the issuer.`);
  const { check } = await attempt("issuer", `The issuer resolves, and lists ${first}.`, async () => {
    ensure(isController(issuer), "UNSUPPORTED_DID_METHOD", "Issuers are resolved that are DIDs or https addresses.");
    await resolveKey(first, at);
  });
  return check;
}
