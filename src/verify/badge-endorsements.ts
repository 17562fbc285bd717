import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, judge, pass, unknown, type Verdict } from "../kernel/report.ts";
import { type Examination, examineSecured, objectsIn } from "./badge-examination.ts";
import { schemaChecks } from "./badge-parts.ts";
import { type BadgeKnowledge, envelopedIn, type Secured } from "./badge-question.ts";
import { listChecks } from "./foreign-status.ts";

/** What somebody says in favour of a badge, its achievement or its issuer. */
export type EndorsementReport = {
  /** What it stands in: the badge, its achievement or its issuer. */
  of: "credential" | "achievement" | "issuer";
  verdict: Verdict;
  id: string | null;
  issuer: string | null;
  comment: string | null;
  checks: Check[];
};

/** Endorsements of one badge that are checked. */
export const maxEndorsements = 8;

type Moments = { at: number; known: number; now: number };

/** An endorsement that stands in a badge, and the id of what it should be about. */
export type Endorsement = { of: EndorsementReport["of"]; target: string | undefined; secured: Secured };

/** A report on each endorsement inside a badge, and a check aside that tells how it stands. */
export async function endorsementReports(
  found: readonly Endorsement[],
  moments: Moments,
  knowledge: BadgeKnowledge,
): Promise<{ checks: Check[]; reports: EndorsementReport[] }> {
  if (found.length === 0) return { checks: [], reports: [] };
  const reports = await Promise.all(found.slice(0, maxEndorsements).map((each) => examine(each, moments, knowledge)));
  const checks = reports.map(endorsementCheck);
  const left = found.length - reports.length;
  if (left > 0)
    checks.push(aside(unknown("endorsement", "QUOTA_EXCEEDED", `${left} more endorsements have not been checked.`)));
  return { checks, reports };
}

function endorsementCheck({ verdict, issuer, of, checks }: EndorsementReport, place: number): Check {
  const name = `endorsement[${place}]`;
  const who = issuer === null ? "Somebody" : issuer.slice(0, 200);
  if (verdict === "valid") return aside(pass(name, `${who} endorses the ${of}.`));
  const wrong = checks.find((each) => each.required && each.outcome !== "pass");
  const outcome = verdict === "invalid" ? fail : unknown;
  return aside(outcome(name, wrong?.code ?? "UNKNOWN", `${wrong?.name}: ${wrong?.detail}`));
}

/** What stands in the badge itself, in its achievement and in its issuer. */
export function endorsementsIn(body: JsonObject): Endorsement[] {
  const [subject] = objectsIn(body.credentialSubject);
  const [achievement] = objectsIn(subject?.achievement);
  const [issuer] = objectsIn(body.issuer);
  return [
    ...within("credential", body, body.id),
    ...(achievement ? within("achievement", achievement, achievement.id) : []),
    ...(issuer ? within("issuer", issuer, issuer.id) : []),
  ];
}

function within(of: Endorsement["of"], holder: JsonObject, id: unknown): Endorsement[] {
  const target = typeof id === "string" ? id : undefined;
  const jwts = [holder.endorsementJwt].flat().filter((each) => typeof each === "string");
  const objects = objectsIn(holder.endorsement).map(
    (each) => envelopedIn(each, "EnvelopedVerifiableCredential", "application/vc+jwt") ?? each,
  );
  return [...objects, ...jwts].map((secured) => ({ of, target, secured }));
}

async function examine(
  { of, target, secured }: Endorsement,
  moments: Moments,
  knowledge: BadgeKnowledge,
): Promise<EndorsementReport> {
  const examined = await examineSecured(secured, moments.at, knowledge);
  const body = examined.body ?? {};
  const checks = [
    ...examined.checks,
    typeCheck(body),
    ...schemaChecks(body).filter(({ name }) => name === "schema"),
    targetCheck(body, target),
    ...(await statusOf(examined, moments, knowledge)),
  ];
  const issuer = isObject(body.issuer) ? body.issuer.id : body.issuer;
  const comment = objectsIn(body.credentialSubject)[0]?.endorsementComment;
  return {
    of,
    verdict: judge(checks),
    id: textOf(body.id),
    issuer: textOf(issuer),
    comment: textOf(comment),
    checks,
  };
}

async function statusOf(examined: Examination, moments: Moments, knowledge: BadgeKnowledge): Promise<Check[]> {
  if (!examined.credential || !examined.vouched) return [];
  return listChecks(examined.credential, moments, knowledge);
}

function typeCheck({ type }: JsonObject): Check {
  return [type].flat().includes("EndorsementCredential")
    ? pass("type", "It is an EndorsementCredential.")
    : fail("type", "INVALID_CREDENTIAL", "It is no EndorsementCredential.");
}

/** What endorses something else is no endorsement of this. */
function targetCheck(body: JsonObject, target: string | undefined): Check {
  const ids = objectsIn(body.credentialSubject).map(({ id }) => id);
  if (target !== undefined && ids.includes(target)) return pass("target", "It is about what it stands in.");
  return fail("target", "ENDORSES_ANOTHER", "It is about something else than what it stands in.");
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
