import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, judge, skipped, unknown, type Verdict } from "../kernel/report.ts";
import { iso } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import { isSdJwt } from "../securing/sd-jwt.ts";
import { maxCredentialJwt } from "../securing/vc-jwt.ts";
import { type CredentialHead, headOf, noHead } from "./credential-head.ts";
import type { CredentialKnowledge, Moments, ShownQuestion } from "./credential-question.ts";
import { statusChecks } from "./credential-status.ts";
import { examineJwt } from "./jwt-credential.ts";
import type { Answering } from "./knowledge.ts";
import { examineRenown } from "./renown-check.ts";
import { examineSdJwt } from "./sd-jwt-credential.ts";

export type CredentialReport = CredentialHead & {
  verdict: Verdict;
  /** How it is secured, "unknown" where that cannot be read. */
  form: "vc+jwt" | "dc+sd-jwt" | "eip712" | "unknown";
  /** The claims of an SD-JWT VC, those that were disclosed in their places. */
  claims?: JsonObject;
  at: string;
  known: string;
  /** Who answers, and up to which place of its log; null where a library asks on its own. */
  answering: Answering | null;
  checks: Check[];
};

/**
 * Reports on a credential: a JWT as text (or in an EnvelopedVerifiableCredential) or an SD-JWT VC, of ours or of other
 * issuers, or a Renown credential with its EIP-712 proof as an object. Never throws for what is wrong with the credential.
 * @see docs/operations.md, "Reports"
 */
export async function verifyCredential(
  input: unknown,
  question: ShownQuestion,
  knowledge: CredentialKnowledge,
): Promise<CredentialReport> {
  const examined = await examine(input, question, knowledge);
  const demanded = question.nonce !== undefined || question.audience !== undefined;
  const judged = demanded && examined.form !== "dc+sd-jwt" ? withoutBinding(examined) : examined;
  return { ...judged, answering: knowledge.answering ?? null };
}

/** Who demands that its holder shows a credential is not told that one holds which anybody can show. */
function withoutBinding(examined: CredentialReport): CredentialReport {
  const check = fail("key-binding", "INVALID_PROOF", "A credential of this form is not bound to whoever shows it.");
  const checks = [...examined.checks, check];
  return { ...examined, verdict: judge(checks), checks };
}

async function examine(
  input: unknown,
  question: ShownQuestion,
  knowledge: CredentialKnowledge,
): Promise<CredentialReport> {
  const { now, at = now, known = now } = question;
  const moments = { at, known, now };
  const jwt = typeof input === "string" ? input.trim() : enveloped(input);
  if (jwt !== undefined && isSdJwt(jwt)) return verifySdJwt(jwt, question, moments, knowledge);
  if (jwt !== undefined) return verifyJwt(jwt, moments, knowledge);
  return isOtherProof(input) ? unreadProof(moments) : verifyRenown(input, moments, knowledge);
}

async function verifyJwt(jwt: string, moments: Moments, knowledge: CredentialKnowledge): Promise<CredentialReport> {
  const { checks, jws, credential } = await examineJwt(jwt, moments.at, maxCredentialJwt, knowledge.resolveKey);
  const signed = checks.every((each) => each.name !== "signature" || each.outcome === "pass");
  if (!jws || !credential) checks.push(skipped("status", jws ? "data-model" : "form"));
  else if (!signed) checks.push(skipped("status", "signature"));
  else checks.push(...(await statusChecks(credential, jws, moments, knowledge)));
  if (credential) checks.push(...unreadParts(credential));
  return report(checks, moments, {
    form: "vc+jwt",
    ...(credential && headOf(credential)),
  });
}

async function verifySdJwt(
  text: string,
  { nonce, audience }: ShownQuestion,
  moments: Moments,
  knowledge: CredentialKnowledge,
): Promise<CredentialReport> {
  const { checks, head, ...found } = await examineSdJwt(text, { nonce, audience }, moments, knowledge);
  return report(checks, moments, { form: "dc+sd-jwt", ...head, ...found });
}

async function verifyRenown(
  input: unknown,
  moments: Moments,
  knowledge: CredentialKnowledge,
): Promise<CredentialReport> {
  const { checks, credential } = await examineRenown(input, moments, knowledge);
  return report(checks, moments, {
    form: "eip712",
    ...(credential &&
      headOf({
        id: credential.message.id,
        types: credential.message.type,
        issuer: credential.message.issuer.id,
        subjects: [credential.message.credentialSubject.id],
        validFrom: credential.issuedAt,
        validUntil: credential.expiresAt,
      })),
  });
}

function report(checks: Check[], { at, known }: Moments, found: Partial<CredentialReport>): CredentialReport {
  return {
    verdict: judge(checks),
    form: "unknown",
    ...noHead,
    at: iso(at),
    known: iso(known),
    answering: null,
    ...found,
    checks,
  };
}

/** The JWT within an EnvelopedVerifiableCredential (VC Data Model 2.0, section 4.13.3). */
function enveloped(input: unknown): string | undefined {
  if (!isObject(input) || typeof input.id !== "string") return undefined;
  const prefix = "data:application/vc+jwt,";
  const types = [input.type].flat();
  return types.includes("EnvelopedVerifiableCredential") && input.id.startsWith(prefix)
    ? input.id.slice(prefix.length)
    : undefined;
}

/** True for a credential whose proof is of another kind than the one that is read here. */
function isOtherProof(input: unknown): boolean {
  const proof = isObject(input) ? input.proof : undefined;
  if (Array.isArray(proof)) return true;
  return isObject(proof) && typeof proof.type === "string" && proof.type !== "EthereumEip712Signature2021";
}

function unreadProof(moments: Moments): CredentialReport {
  const check = unknown("form", "UNKNOWN_SUITE", "A proof of this type is not read here.");
  return report([check], moments, {});
}

/** What a credential may carry and nobody here judges is named, so that no one thinks it was. */
function unreadParts({ body }: Credential): Check[] {
  return ["credentialSchema", "termsOfUse", "evidence"]
    .filter((name) => body[name] !== undefined)
    .map((name) => aside(unknown(name, "NOT_CHECKED", `${name} is not judged here.`)));
}
