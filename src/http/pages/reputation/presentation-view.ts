import { isUserDid } from "../../../identity/did.ts";
import { parseCompact } from "../../../identity/jws.ts";
import { unlessRefused } from "../../../kernel/attempt.ts";
import { asText, isObject, type JsonObject } from "../../../kernel/json.ts";
import { type Check, judge, type Verdict } from "../../../kernel/report.ts";
import { second } from "../../../kernel/time.ts";
import { scoreCredentialType } from "../../../reputation/score-credential-types.ts";
import { maxCredentialJwt } from "../../../securing/vc-jwt.ts";
import type { BadgeReport, PublicProfile } from "../../../services.ts";
import { maxPresentationJwt, type PresentationReport } from "../../../verify/presentation.ts";
import type { Door } from "../../call.ts";
import { unlessGone } from "./subject-view.ts";

/** What a score in it says: only where it was signed here, in words that were written here. */
export type SaidScore = {
  /** The policy by its document or short name, and by its name; undefined where it is not known here. */
  policy: { id: string; alias: string | null; version: string; name: string } | undefined;
  max: string;
  score: string | undefined;
  atLeast: string | undefined;
  passes: boolean | undefined;
  asOf: string;
};

export type ShownCredential = {
  report: BadgeReport;
  verdict: Verdict;
  /** The checks of the credential, and whether it is about the holder. */
  checks: readonly Check[];
  score: SaidScore | undefined;
};

/** A presentation as a page shows it: what it is by itself, and each part. */
export type PresentationView = {
  report: PresentationReport;
  /** The checks of the presentation without those of what is in it, and what they come to. */
  own: readonly Check[];
  verdict: Verdict;
  profile: PublicProfile | undefined;
  /** The key that signed, and when it says that it did; undefined where that cannot be read. */
  key: string | undefined;
  madeAt: number | undefined;
  until: number | undefined;
  credentials: readonly ShownCredential[];
  /** Parts that could not be read at all. */
  unread: readonly Check[];
};

/** Checks a presentation and gathers what people want to know of it. `given` is a JWT, or an object. */
export async function seePresentation(
  { services }: Door,
  given: string | JsonObject,
  asked: { at?: string | undefined } = {},
): Promise<PresentationView> {
  const report = await services.verify.presentation(given, asked);
  const own = report.checks.filter(({ name }) => !/\[\d+\]$/.test(name));
  const parts = report.checks.filter(({ name }) => name.startsWith("credential"));
  const jws = typeof given === "string" ? unlessRefused(() => parseCompact(given, maxPresentationJwt)) : undefined;
  const kid = jws?.header.kid;
  const presented = jws ? listIn(jws.payload.verifiableCredential) : [];
  const whole = report.credentials.length === parts.length;
  const subjects = report.checks.filter(({ name }) => name.startsWith("subject["));
  const credentials = report.credentials.map(async (each, place) => {
    const about = whole ? subjects.filter(({ name }) => name === `subject[${place}]`) : [];
    const score = whole ? await scoreIn(services, each, presented[place]) : undefined;
    const checks = [...each.checks, ...about];
    return { report: each, checks, verdict: judge(checks), score };
  });
  return {
    report,
    own,
    verdict: judge(own),
    profile:
      report.holder !== null && isUserDid(report.holder) ? await services.profiles.find(report.holder) : undefined,
    key: typeof kid === "string" ? kid.split("#")[0] : undefined,
    madeAt: timeIn(jws?.payload.iat),
    until: timeIn(jws?.payload.exp),
    credentials: await Promise.all(credentials),
    unread: whole ? [] : parts.filter(({ outcome }) => outcome === "unknown"),
  };
}

function listIn(value: unknown): unknown[] {
  return [value].flat();
}

function timeIn(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) <= 8.64e12 ? value * second : undefined;
}

const envelope = "data:application/vc+jwt,";

/** Believed where this service's own signature is good, however long ago it was made. */
async function scoreIn(
  services: Door["services"],
  { issuer, types, checks }: BadgeReport,
  presented: unknown,
): Promise<SaidScore | undefined> {
  const signed = checks.some(({ name, outcome }) => name === "signature" && outcome === "pass");
  const ours = signed && issuer === services.did && types.includes(scoreCredentialType);
  const id = isObject(presented) && typeof presented.id === "string" ? presented.id : "";
  if (!ours || !id.startsWith(envelope)) return undefined;
  const { payload } = parseCompact(id.slice(envelope.length), maxCredentialJwt);
  const { policy, scale, asOf, score, atLeast, passes } = payload.credentialSubject as JsonObject;
  if (!isObject(policy) || !isObject(scale) || !isObject(asOf)) return undefined;
  const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined);
  return {
    policy: await policyOf(services, asText(policy.id)),
    max: text(scale.max) ?? "",
    score: text(score),
    atLeast: text(atLeast),
    passes: typeof passes === "boolean" ? passes : undefined,
    asOf: asText(asOf.time),
  };
}

/** By the address that the credential names: `/v1/policies/{id}/{version}`. */
async function policyOf({ origin, policies }: Door["services"], url: string): Promise<SaidScore["policy"]> {
  const prefix = `${origin}/v1/policies/`;
  const [id = "", version = ""] = url.startsWith(prefix)
    ? url.slice(prefix.length).split("/").map(decodeURIComponent)
    : [];
  const found = id === "" ? undefined : await unlessGone(() => policies.get(id));
  return found && { id: found.id, alias: found.alias, version, name: found.name };
}
