import type { ProofMethod } from "../identity/delegation.ts";
import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { attempt, unlessRefused } from "../kernel/attempt.ts";
import { ensure } from "../kernel/failure.ts";
import { asText, isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { type Check, fail, judge, pass, skipped, unknown, type Verdict } from "../kernel/report.ts";
import { clockSkew, iso, type Millis } from "../kernel/time.ts";
import { issuerOf } from "../securing/data-model.ts";
import { contextCheck, plainTermsCheck } from "../securing/plain-terms.ts";
import { type PresentedCredential, parsePresentation } from "../securing/presentation.ts";
import { checkJws, isOneOf, maxCredentialJwt } from "../securing/vc-jwt.ts";
import { openWork } from "../securing/work.ts";
import { type BadgeReport, verifySecured } from "./badge.ts";
import { proofChecks } from "./badge-examination.ts";
import { type AskedBadge, type BadgeKnowledge, type BadgeQuestion, envelopedIn } from "./badge-question.ts";
import { compactForm } from "./compact-form.ts";
import type { Answering } from "./knowledge.ts";
import { type Presenter, presenterCheck, presenterOf, subjectCheck } from "./presentation-holder.ts";

export type PresentationReport = {
  verdict: Verdict;
  form: "vp+jwt" | "data-integrity" | "unknown";
  id: string | null;
  holder: string | null;
  at: string;
  answering: Answering | null;
  checks: Check[];
  /** One for each credential that could be read, in order. */
  credentials: BadgeReport[];
};

/** The same as it comes in at a door. */
export type AskedPresentation = Omit<AskedBadge, "domain"> & {
  challenge?: string | undefined;
  /** The domain that the verifier gave with its challenge. */
  audience?: string | undefined;
};

export type PresentationQuestion = BadgeQuestion & { challenge?: string | undefined };

/** Credentials of one presentation that are checked. */
export const maxPresented = 16;

/** Characters of a presentation as JWT. */
export const maxPresentationJwt = 1_048_576;

/**
 * Reports on a presentation, secured as `vp+jwt` or by Data Integrity, and on each of its credentials. `challenge` and
 * `domain` are what the verifier gave: `nonce` and `aud` of a JWT. The verdict is that of all together.
 * @see https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations
 */
export async function verifyPresentation(
  input: unknown,
  question: PresentationQuestion,
  asked: BadgeKnowledge,
): Promise<PresentationReport> {
  const knowledge = { work: openWork(), ...asked };
  const { now, at = now } = question;
  const jwt = typeof input === "string" ? input.trim() : jwtIn(input);
  const found = await (jwt === undefined
    ? examineObject(input, at, question, knowledge)
    : examineJwt(jwt, at, question, knowledge));
  const { body } = found;
  const presented = await presentedReports(found.credentials ?? [], question, knowledge);
  const checks = [...found.checks, ...presented.map(({ check }) => check), ...subjectChecks(presented, found)];
  return {
    verdict: judge(checks),
    form: found.form,
    id: typeof body?.id === "string" ? body.id : null,
    holder: body ? (holderOf(body) ?? null) : null,
    at: iso(at),
    answering: knowledge.answering ?? null,
    checks,
    credentials: presented.flatMap(({ report }) => report ?? []),
  };
}

type Examined = {
  form: PresentationReport["form"];
  checks: Check[];
  body?: JsonObject;
  credentials?: readonly PresentedCredential[] | undefined;
  /** The wallet that presents by a key, and how it was proved where it has let the key. */
  presenter?: Presenter & { method: ProofMethod | undefined };
};

function jwtIn(input: unknown): string | undefined {
  return isObject(input) ? envelopedIn(input, "EnvelopedVerifiablePresentation", "application/vp+jwt") : undefined;
}

async function examineObject(
  input: unknown,
  at: Millis,
  { challenge, domain }: PresentationQuestion,
  { resolveKey, work }: BadgeKnowledge,
): Promise<Examined> {
  const form = "data-integrity";
  if (!isObject(input))
    return { form: "unknown", checks: [fail("form", "INVALID_CREDENTIAL", "It is no JWT and no JSON object.")] };
  const body = input as JsonObject;
  const model = await attempt("data-model", "It follows the VC Data Model 2.0.", () => parsePresentation(body));
  const expected = { ...(challenge !== undefined && { challenge }), ...(domain !== undefined && { domain }) };
  const proofs = await proofChecks(body, at, { resolveKey, work, purpose: "authentication", ...expected });
  const terms = [contextCheck(body), plainTermsCheck(body)];
  const checks = [model.check, ...terms, holderCheck(body, proofs.methods), ...proofs.checks];
  return { form, checks, body, credentials: model.value?.credentials };
}

async function examineJwt(
  jwt: string,
  at: Millis,
  question: PresentationQuestion,
  knowledge: BadgeKnowledge,
): Promise<Examined> {
  const form = "vp+jwt";
  const read = compactForm(jwt, maxPresentationJwt);
  const jws = read.value;
  if (!jws) return { form, checks: [read.check] };
  const body = jws.payload;
  const model = await attempt("data-model", "It follows the VC Data Model 2.0.", () => parsePresentation(body));
  const typed = await attempt("header", "The header is that of a presentation.", () => checkTyp(jws));
  const signature = await attempt("signature", `${jws.header.alg} verifies.`, () => checkSignature(jws, at, knowledge));
  const bound = boundChecks(body, question, at);
  const terms = [contextCheck(body), plainTermsCheck(body)];
  const checks = [read.check, model.check, ...terms, typed.check, signature.check, ...bound];
  const examined = { form, checks, body, credentials: model.value?.credentials } as const;
  const presenter = presenterOf(jws);
  if (!presenter) return examined;
  if (signature.check.outcome !== "pass") {
    const presented = { ...examined, checks: [...checks, skipped("delegation", "signature")] };
    return { ...presented, presenter: { ...presenter, method: undefined } };
  }
  const { now, known = now } = question;
  const asked = { ...presenter, id: model.value?.id, jwt, at, known, said: body.keyDelegation };
  const { check, method } = await presenterCheck(asked, knowledge.holders);
  return { ...examined, checks: [...checks, check], presenter: { ...presenter, method } };
}

function checkTyp({ header }: CompactJws): void {
  const typed = header.typ === undefined || isOneOf(header.typ, "vp+jwt", "application/vp+jwt");
  ensure(typed, "INVALID_CREDENTIAL", "The typ of the header is not vp+jwt.");
  const holds = header.cty === undefined || isOneOf(header.cty, "vp", "application/vp");
  ensure(holds, "INVALID_CREDENTIAL", "The cty of the header is not vp.");
}

async function checkSignature(jws: CompactJws, at: Millis, { resolveKey }: BadgeKnowledge): Promise<void> {
  const { kid } = jws.header;
  const byKey = presenterOf(jws)?.key;
  const named = [holderOf(jws.payload), jws.header.iss, jws.payload.iss].filter((each) => each !== undefined);
  const [holder] = named;
  ensure(
    named.every((each) => each === holder),
    "INVALID_CREDENTIAL",
    "iss is not the holder of the presentation.",
  );
  ensure(typeof kid === "string" && kid !== "", "INVALID_CREDENTIAL", "The header names no key.");
  const url = kid.startsWith("did:") ? kid : `${asText(holder)}#${kid.replace(/^#/, "")}`;
  // A wallet lists no keys: whether it has let this one present is a check of its own.
  const own = holder === undefined || url.split("#")[0] === (byKey ?? holder);
  ensure(own, "INVALID_CREDENTIAL", "The key is not one of the holder's.");
  const { jwk, retired } = await resolveKey(url, at, "authentication");
  // Who presents does so at the moment asked about; what a retired key says of the past may be made up.
  ensure(retired === undefined || at < retired, "EXPIRED", "The key had been retired.");
  ensure(await checkJws(jws, jwk), "BAD_SIGNATURE");
}

/** What a JWT is bound to: the verifier's challenge and domain, and its own times. */
function boundChecks(body: JsonObject, { challenge, domain }: PresentationQuestion, at: Millis): Check[] {
  const { nonce, aud, nbf, exp, iat } = body;
  const audience = [aud].flat();
  const inTime = (time: Json | undefined, holds: (milliseconds: Millis) => boolean) =>
    time === undefined || (typeof time === "number" && holds(time * 1000));
  const timely = inTime(nbf, (from) => at >= from) && inTime(exp, (until) => at < until);
  const made = inTime(iat, (time) => time <= at + clockSkew);
  return [
    ...(challenge === undefined ? [] : [boundTo("challenge", nonce === challenge)]),
    ...(domain === undefined ? [] : [boundTo("domain", audience.includes(domain))]),
    validityCheck(timely, made, at),
  ];
}

function validityCheck(timely: boolean, made: boolean, at: Millis): Check {
  if (!timely) return fail("validity", "EXPIRED", `It is not valid at ${iso(at)}.`);
  if (!made) return fail("validity", "FROM_THE_FUTURE", `It says to have been made after ${iso(at)}.`);
  return pass("validity", `It is valid at ${iso(at)}.`);
}

function boundTo(name: string, bound: boolean): Check {
  if (bound) return pass(name, `It is bound to the ${name} that was given.`);
  return fail(name, `WRONG_${name.toUpperCase()}`, `It is not bound to the ${name} that was given.`);
}

function holderOf({ holder }: JsonObject): string | undefined {
  const id = isObject(holder) ? holder.id : holder;
  return typeof id === "string" ? id : undefined;
}

/** Whoever presents must be the holder that it names. */
function holderCheck(body: JsonObject, methods: readonly string[]): Check {
  const holder = holderOf(body);
  if (holder === undefined) return nobodyCheck(body, methods);
  if (methods.length === 0) return skipped("holder", "proof");
  const strange = methods.some((each) => each.split("#")[0] !== holder);
  return strange
    ? fail("holder", "KEY_OF_ANOTHER", "It is proved with a key that is not its holder's.")
    : pass("holder", "It is proved with a key of its holder.");
}

/** Section 4.13.5: who presents what they say themselves is named as the holder. */
function nobodyCheck({ verifiableCredential }: JsonObject, methods: readonly string[]): Check {
  const issuers = new Set(([verifiableCredential].flat().filter(isObject) as JsonObject[]).map(issuerOf));
  return methods.some((each) => issuers.has(each.split("#")[0]))
    ? fail("holder", "NO_HOLDER", "It has a credential of whoever presents it, and names no holder.")
    : pass("holder", "It names no holder.", "NO_HOLDER");
}

type Presented = { check: Check; report?: BadgeReport; unnamed?: boolean };

function subjectChecks(presented: readonly Presented[], { body, presenter }: Examined): Check[] {
  const holder = body && holderOf(body);
  if (holder === undefined) return [];
  const terms = { own: presenter !== undefined, method: presenter?.method };
  return presented.flatMap(({ report, unnamed = false }, place) =>
    report ? [subjectCheck(place, report.subjects, holder, { ...terms, unnamed })] : [],
  );
}

/** Whether a credential is about somebody whom it names by no id. */
function hasUnnamed(each: PresentedCredential): boolean {
  const read = each.form === "enveloped" ? unlessRefused(() => parseCompact(each.text, maxCredentialJwt)) : undefined;
  const { credentialSubject } = (each.form === "enveloped" ? read?.payload : each.body) ?? {};
  return [credentialSubject ?? []].flat().some((subject) => isObject(subject) && subject.id === undefined);
}

/** Each credential by itself; one that is enveloped in another way than as JWT is told, and not judged. */
async function presentedReports(
  credentials: readonly PresentedCredential[],
  { challenge: _, domain: __, ...question }: PresentationQuestion,
  knowledge: BadgeKnowledge,
): Promise<Presented[]> {
  if (credentials.length > maxPresented)
    return [{ check: unknown("credentials", "QUOTA_EXCEEDED", `At most ${maxPresented} credentials are checked.`) }];
  return Promise.all(
    credentials.map(async (each, place) => {
      if (each.form === "enveloped" && each.mediaType !== "application/vc+jwt")
        return { check: unknown(`credential[${place}]`, "UNKNOWN_SUITE", "What secures it is not read here.") };
      const report = await verifySecured(each.form === "enveloped" ? each.text : each.body, question, knowledge);
      return { check: credentialCheck(report, place), report, unnamed: hasUnnamed(each) };
    }),
  );
}

function credentialCheck({ verdict, checks }: BadgeReport, place: number): Check {
  const name = `credential[${place}]`;
  if (verdict === "valid") return pass(name, "It holds.");
  const wrong =
    checks.find((each) => each.required && each.outcome === "fail") ??
    checks.find((each) => each.required && each.outcome !== "pass");
  const outcome = verdict === "invalid" ? fail : unknown;
  return outcome(name, wrong?.code ?? "UNKNOWN", `${wrong?.name}: ${wrong?.detail}`);
}
