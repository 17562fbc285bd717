import { attempt } from "../kernel/attempt.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, judge, pass, skipped, unknown, type Verdict } from "../kernel/report.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { openWork } from "../securing/work.ts";
import { type Endorsement, type EndorsementReport, endorsementReports, endorsementsIn } from "./badge-endorsements.ts";
import { type Examination, examineSecured, objectsIn } from "./badge-examination.ts";
import { closedCheck, domainCheck, schemaChecks, unfollowedParts } from "./badge-parts.ts";
import type { AwardStanding, BadgeKnowledge, BadgeQuestion, Secured } from "./badge-question.ts";
import { type BadgeInput, type Carrier, readBadge } from "./badge-reading.ts";
import { examineTwin, isTwin, twinStatus } from "./badge-twin.ts";
import { headOf, noHead } from "./credential-head.ts";
import { listChecks } from "./foreign-status.ts";
import type { Answering } from "./knowledge.ts";
import { recipientCheck } from "./recipient.ts";

export type BadgeStatus = "active" | "suspended" | "revoked" | "unknown";

export type BadgeReport = {
  verdict: Verdict;
  /** Where the credential was found; null where none could be read. */
  carrier: Carrier | null;
  form: Examination["form"] | "eip712";
  id: string | null;
  types: readonly string[];
  issuer: string | null;
  issuerName: string | null;
  /** The domain that stands behind the issuer, where one was found. */
  domain: string | null;
  subjects: readonly string[];
  /** The name of the achievement. */
  achievement: string | null;
  validFrom: string | null;
  validUntil: string | null;
  status: BadgeStatus;
  /** Whether it was made in test mode, and attests nothing. */
  test: boolean;
  at: string;
  known: string;
  answering: Answering | null;
  checks: Check[];
  endorsements: readonly EndorsementReport[];
};

/**
 * Reports on a badge, or any other verifiable credential, of ours or of any issuer: a JWT, JSON with Data Integrity
 * proofs, a URL of either, or an image with either inside. Never throws for what is wrong with the badge.
 * @see https://www.imsglobal.org/spec/ob/v3p0/#verification
 */
export async function verifyBadge(
  input: BadgeInput,
  question: BadgeQuestion,
  knowledge: BadgeKnowledge,
): Promise<BadgeReport> {
  const read = await attempt("reading", "A credential was found.", () => readBadge(input, knowledge));
  if (!read.value) return emptyReport([unread(read.check)], question, knowledge);
  const report = await verifySecured(read.value.credential, question, { work: openWork(), ...knowledge });
  return { ...report, carrier: read.value.carrier, checks: [read.check, ...report.checks] };
}

/** The same for a credential that has been read; whoever asks about several gives one `work` for all. */
export async function verifySecured(
  secured: Secured,
  question: BadgeQuestion,
  knowledge: BadgeKnowledge,
): Promise<BadgeReport> {
  if (typeof secured !== "string" && isTwin(secured)) return verifyTwin(secured, question, knowledge);
  const moments = momentsOf(question);
  const examined = await examineSecured(secured, moments.at, knowledge);
  const { body, credential, vouched } = examined;
  if (!body) return { ...emptyReport(examined.checks, question, knowledge), form: examined.form };
  // Nothing of the one rests on the other, so what they ask is asked together.
  const signed = credential && vouched;
  const [status, domain, closed] = await Promise.all([
    statusOf(secured, examined, moments, knowledge),
    signed ? domainCheck(credential.issuer, question, knowledge) : undefined,
    signed ? closedCheck(credential.issuer, knowledge) : [],
  ]);
  const parts = typeof secured === "string" ? keptParts(body) : partsOf(body);
  const endorsed = await endorsementReports(vouched ? parts.endorsements : [], moments, knowledge);
  const checks = [
    ...examined.checks,
    ...parts.schema,
    domain?.check ?? aside(skipped("domain", "proof")),
    ...closed,
    ...status.checks,
    recipientCheck(body, question.recipient),
    ...endorsed.checks,
    ...parts.unfollowed,
    ...testCheck(status.award),
  ];
  return {
    ...emptyReport(checks, question, knowledge),
    ...factsOf(body, examined),
    domain: domain?.domain ?? null,
    status: status.status,
    test: status.award?.test ?? false,
    endorsements: endorsed.reports,
  };
}

type Parts = { schema: Check[]; endorsements: Endorsement[]; unfollowed: Check[] };

function partsOf(body: JsonObject): Parts {
  return { schema: schemaChecks(body), endorsements: endorsementsIn(body), unfollowed: unfollowedParts(body) };
}

/** Of what was read here from a text, and may be kept: nobody else has it, so nobody changes it. */
const partsRead = new WeakMap<JsonObject, Parts>();

function keptParts(body: JsonObject): Parts {
  const known = partsRead.get(body) ?? partsOf(body);
  partsRead.set(body, known);
  return known;
}

/** The EIP-712 twin of an award: it stands as the award does in the records of this service. */
async function verifyTwin(
  secured: JsonObject,
  question: BadgeQuestion,
  knowledge: BadgeKnowledge,
): Promise<BadgeReport> {
  const moments = momentsOf(question);
  const { checks: found, message, vouched } = await examineTwin(secured, moments.at, knowledge.resolveKey);
  if (!message) return { ...emptyReport(found, question, knowledge), form: "eip712" };
  const named = { id: message.id, issuer: message.issuer };
  const { checks: status, ...standing } = await withRecord([twinStatus()], named, vouched, moments, knowledge);
  // Where our records tell how it stands, nothing is open.
  const told = status.length > 1 ? status.slice(1) : status;
  const { check: domain, domain: name } = vouched
    ? await domainCheck(message.issuer, question, knowledge)
    : { check: aside(skipped("domain", "signature")), domain: null };
  const closed = vouched ? await closedCheck(message.issuer, knowledge) : [];
  const recipient = recipientCheck({ credentialSubject: { id: message.subject } }, question.recipient);
  const checks = [...found, domain, ...closed, ...told, recipient, ...testCheck(standing.award)];
  return {
    ...emptyReport(checks, question, knowledge),
    form: "eip712",
    ...named,
    subjects: [message.subject],
    achievement: message.name,
    domain: name,
    validFrom: message.validFrom || null,
    validUntil: message.validUntil || null,
    status: standing.status,
    test: standing.award?.test ?? false,
  };
}

function momentsOf({ now, at = now, known = now }: BadgeQuestion): { at: Millis; known: Millis; now: Millis } {
  return { at, known, now };
}

function emptyReport(checks: Check[], question: BadgeQuestion, { answering = undefined }: BadgeKnowledge): BadgeReport {
  const { at, known } = momentsOf(question);
  return {
    verdict: judge(checks),
    carrier: null,
    form: "unknown",
    ...noHead,
    issuerName: null,
    domain: null,
    achievement: null,
    status: "unknown",
    test: false,
    at: iso(at),
    known: iso(known),
    answering: answering ?? null,
    checks,
    endorsements: [],
  };
}

/** What somebody may read at a glance; none of it is believed where the verdict is not valid. */
function factsOf(body: JsonObject, { form, credential }: Examination): Partial<BadgeReport> {
  const [subject] = objectsIn(body.credentialSubject);
  const achievement = isObject(subject?.achievement) ? subject.achievement.name : body.name;
  const issuerName = isObject(body.issuer) ? body.issuer.name : null;
  return {
    form,
    achievement: typeof achievement === "string" ? achievement : null,
    issuerName: typeof issuerName === "string" ? issuerName : null,
    ...(credential && headOf(credential)),
  };
}

type FoundStatus = { checks: Check[]; status: BadgeStatus; award?: AwardStanding | undefined };

/** By the lists that it names, and by our records where they have it: those tell a revocation from a suspension. */
async function statusOf(
  secured: Secured,
  { credential, vouched }: Examination,
  moments: ReturnType<typeof momentsOf>,
  knowledge: BadgeKnowledge,
): Promise<FoundStatus> {
  if (!credential) return { checks: [skipped("status", "data-model")], status: "unknown" };
  if (!vouched) return { checks: [skipped("status", "proof")], status: "unknown" };
  if (knowledge.service?.did === credential.issuer) {
    const checks = await knowledge.service.statusOf(credential, secured, moments);
    return { checks, status: statusBy(checks) };
  }
  return withRecord(listChecks(credential, moments, knowledge), credential, vouched, moments, knowledge);
}

async function withRecord(
  found: Check[] | Promise<Check[]>,
  { id, issuer }: { id: string | undefined; issuer: string },
  vouched: boolean,
  moments: ReturnType<typeof momentsOf>,
  { ours }: BadgeKnowledge,
): Promise<FoundStatus> {
  const asked = id !== undefined && vouched && ours?.holds(id) ? ours.awardOf(id) : undefined;
  const [checks, award] = await Promise.all([found, asked]);
  if (award === undefined) return { checks, status: statusBy(checks) };
  if (award?.issuer !== issuer) return { checks: [...checks, notIssued], status: "unknown" };
  const record = recordCheck(award, moments.at >= moments.now);
  return { checks: [...checks, record], status: award.state === "standing" ? "active" : award.state, award };
}

const notIssued = fail(
  "record",
  "NOT_ISSUED",
  "This service has no record of it, though its id is one of this service.",
);

function statusBy(checks: readonly Check[]): BadgeStatus {
  if (checks.some(({ code }) => code === "REVOKED")) return "revoked";
  if (checks.some(({ code }) => code === "SUSPENDED")) return "suspended";
  return checks.every(({ outcome, required }) => outcome === "pass" || !required) ? "active" : "unknown";
}

/** Of a moment in the past the lists tell what can be told. */
function recordCheck({ state, reason }: AwardStanding, now: boolean): Check {
  if (state === "standing") return pass("record", "It stands in the records of this service, in force.");
  const sentence = reason === null ? `It is ${state}.` : `It is ${state}: ${reason.slice(0, 200)}`;
  const check = fail("record", state === "revoked" ? "REVOKED" : "SUSPENDED", sentence);
  return now ? check : aside(check);
}

function testCheck(award: AwardStanding | undefined): Check[] {
  return award?.test ? [aside(unknown("test", "TEST_BADGE", "It was made in test mode, and attests nothing."))] : [];
}

/** What is of another standard is not judged: it may hold by the rules of that. */
function unread(check: Check): Check {
  return check.code === "UNSUPPORTED_BADGE" ? { ...check, outcome: "unknown" } : check;
}
