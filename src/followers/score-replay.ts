import { z } from "zod";
import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, type Json } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import { type Check, fail, pass, unknown } from "../kernel/report.ts";
import type { AuditReport } from "../operations/audit.ts";
import { auditBundle } from "../operations/audit.ts";
import { concealedCode } from "../operations/audit-concealed.ts";
import type { Bundle } from "../operations/bundle.ts";
import { parseBundle } from "../operations/bundle-joining.ts";
import { isConcealed } from "../operations/concealment.ts";
import type { Kinds } from "../operations/fold.ts";
import type { NamedKey } from "../operations/operation-keys.ts";
import { explainWhole, type Question, type Score, scoreText } from "../reputation/score.ts";
import { leftOutCheck, type RestingOn, restingOn } from "./left-out.ts";
import { type AskedAgain, questionAgain } from "./score-question.ts";
import { checkRoot, type HeldToRoot, isStale, type SignedRoot, staleCheck } from "./signed-root.ts";

/**
 * `equal`: every law holds over every log, and the score computed of them is the expected one to the byte. `unequal`:
 * they hold, and it is another. `refused`: something in the logs is not as the laws have it. `undetermined`: nobody can
 * tell, because something is not shown, not known here, or not given.
 */
export type ReplayVerdict = "equal" | "unequal" | "refused" | "undetermined";

export type ReplayReport = {
  verdict: ReplayVerdict;
  /** The laws of the audit and each step behind it, in their order. */
  checks: Check[];
  /** Logs and entries that were replayed, and entries that are not shown to whoever got them. */
  logs: number;
  entries: number;
  concealed: number;
  /** Operation keys of the service, and whether the caller named them or only the bundle does. */
  service: AuditReport["service"] | null;
  findings: AuditReport["findings"];
  /** What was computed; null where it could not be. */
  score: Score | null;
  /** Members by which it differs from the expected one. */
  differs: string[];
  /** Logs that did not come along, each with the operations that rest on it, at most 100. */
  leftOut: RestingOn[];
};

export type ReplayTerms = {
  kinds: Kinds;
  /** Keys of the service from its DID document; without them those in the bundle are taken, and called untrusted. */
  operationKeys?: readonly NamedKey[] | undefined;
  /** What is asked. An export says it itself, and then the two must agree. */
  asked?: AskedAgain | undefined;
  /** The score, as the API gave it, or its digest alone; that of the export unless given. */
  expected?: unknown;
  /** Entries at most, of which large ones count for several. */
  most?: number | undefined;
  /** The realm that it must be of; any unless given. */
  realm?: string | undefined;
  /** What the service has signed of its whole log, which must be among what is given then. */
  root?: SignedRoot | undefined;
};

/**
 * Audits every log of an export (`GET /v1/subjects/{did}/scores/{policy}/export`), or of a bundle of any logs, with no
 * database and nobody asked; reads the policy from its own log, computes the score, and compares it byte by byte. Refuses
 * with INVALID_REQUEST what is no bundle, and with INVALID_INPUT and UNREADABLE_DATE a question that cannot be read or
 * is another than the export's; all else is a report.
 */
export async function replayScore(bundle: unknown, terms: ReplayTerms): Promise<ReplayReport> {
  const { kinds, operationKeys, most, realm } = terms;
  const given: Bundle & { question?: unknown; score?: unknown } = parseBundle(bundle);
  const ours = realm === undefined || given.realm === realm;
  ensure(ours, "INVALID_REQUEST", `The export is of the realm ${given.realm}, and not of ${realm}.`);
  const audit = await auditBundle(bundle, { kinds, most, ...(operationKeys && { operationKeys }) });
  const parts = given.logs.flatMap((log) => log.entries);
  const concealed = parts.filter(isConcealed).length;
  const counts = { logs: given.logs.length, entries: parts.length - concealed, concealed };
  const leftOut = restingOn(given);
  const told = { ...counts, service: audit.service, findings: audit.findings, leftOut };
  const root = terms.root && (await checkRoot(parts, given.realm, terms.root));
  const checks = audit.checks.filter(({ name }) => name !== "service").concat(serviceCheck(audit), root?.check ?? []);
  const without = (verdict: ReplayVerdict, ...more: Check[]): ReplayReport => {
    return { verdict, checks: [...checks, ...more], ...told, score: null, differs: [] };
  };
  if (checks.some(({ outcome }) => outcome === "fail")) return without("refused");
  if (!isTold(audit)) return without("undetermined", ...leftOutCheck(leftOut));
  const expected = readExpected(terms.expected ?? given.score);
  try {
    const again = await questionAgain(given, { kinds, asked: terms.asked, expected: expected.score, root });
    if (root?.check.outcome === "pass" && isStale(root, again.question.at))
      checks.splice(checks.indexOf(root.check), 1, staleCheck(root, again.question.at));
    checks.push(...again.checks);
    if (again.checks.some(({ outcome }) => outcome === "fail")) return without("refused");
    const { score } = explainWhole(again.question);
    const compared = compare(score, { ...expected, apart: terms.expected !== undefined }, concealed);
    const [partial] = leftOutCheck(leftOut);
    // Who gives a root wants to know what it says: where it covers less, or ends before the moment, nobody knows.
    const open = partial ?? (root && leavesOpen(root, again.question) ? uncovered : undefined);
    if (open) return { ...told, ...undetermined(open), checks: [...checks, open], score, differs: compared.differs };
    return { ...told, ...compared, checks: [...checks, ...compared.checks], score };
  } catch (error) {
    // A log that cannot be continued from: the policy, or the place asked about, is not among what is shown.
    if (!(error instanceof Failure) || error.code !== "NOT_FOUND") throw error;
    const question = unknown("question", error.code, error.detail ?? error.message);
    return without("undetermined", question, ...leftOutCheck(leftOut));
  }
}

/** Findings that an audit lists at most: behind so many there may be others. */
const listed = 100;

/**
 * Whether all that the audit could not tell is which entry another one follows. What rests on something that is not shown
 * may rest on nothing at all.
 */
function isTold({ findings }: AuditReport): boolean {
  return findings.length < listed && findings.every(({ code, law }) => code === concealedCode && law === "order");
}

/** Told, and not judged by: whoever compares may trust the service that the logs come from. */
function serviceCheck({ checks, service: { trusted } }: AuditReport): Check {
  const found = checks.find(({ name }) => name === "service")!;
  if (found.outcome === "pass" || trusted) return found;
  return {
    ...found,
    required: false,
    detail: `${found.detail} They are untrusted until compared with its DID document.`,
  };
}

type Expected = { score: Score | undefined; digest: string | undefined };

/** `apart` where it did not come with the logs. */
type Comparand = Expected & { apart: boolean };

const expectedScore = z.looseObject({
  asOf: z.looseObject({ position: z.int().min(0) }),
  evidence: z.looseObject({ digest: z.string() }),
});

function readExpected(value: unknown): Expected {
  if (value === undefined) return { score: undefined, digest: undefined };
  if (typeof value === "string") return { score: undefined, digest: value };
  holdTo(expectedScore, value, "INVALID_INPUT", { root: "score" });
  // Beside a score the API gives pages of its lists, which its digest covers.
  const { lists: _, ...score } = value as Score & { lists?: unknown };
  return { score, digest: score.evidence.digest };
}

type Compared = { verdict: ReplayVerdict; checks: Check[]; differs: string[] };

function compare(score: Score, expected: Comparand, concealed: number): Compared {
  const name = "score";
  const computed = scoreText(score);
  if (expected.digest === undefined)
    return undetermined(unknown(name, "NOT_FOUND", "There is no score to compare with."));
  const text = expected.score && canonicalJson(expected.score as unknown as Json);
  if (text === undefined ? score.evidence.digest === expected.digest : text === computed) {
    const bytes = text === undefined ? "Its digest is the expected one" : `All ${computed.length} bytes are the same`;
    if (concealed > 0 && !expected.apart) return undetermined(unknown(name, concealedCode, `${bytes}. ${unproved}`));
    const unseen = concealed === 0 ? "" : `, so nothing of the ${concealed} concealed entries is in it`;
    return { verdict: "equal", checks: [pass(name, `${bytes}${unseen}.`)], differs: [] };
  }
  const differs = expected.score ? differencesOf(expected.score, score) : ["evidence.digest"];
  const detail = `It differs in ${differs.join(", ")}.`;
  if (concealed === 0) return { verdict: "unequal", checks: [fail(name, "CONTENT_MISMATCH", detail)], differs };
  const why = `${detail} ${concealed} entries are concealed, and it may rest on them: its subject gets them all.`;
  return { ...undetermined(unknown(name, concealedCode, why)), differs };
}

/** Whether a root, as what it is held to, says less than somebody asks. */
function leavesOpen(root: HeldToRoot, { at, log }: Question): boolean {
  return root.check.outcome !== "pass" || log.position > root.covered || isStale(root, at);
}

const uncovered = unknown(
  "covered",
  "NOT_COMPLETE",
  "The root that was given does not cover all that the question is about.",
);

const unproved =
  "But entries are concealed, and a score that came with them cannot show that none of them is in it: compare with one " +
  "that was fetched by itself.";

function undetermined(check: Check): Compared {
  return { verdict: "undetermined", checks: [check], differs: [] };
}

function differencesOf(expected: object, computed: object): string[] {
  const [one, other] = [expected, computed] as Record<string, Json | undefined>[];
  const names = new Set([...Object.keys(expected), ...Object.keys(computed)]);
  const text = (value: Json | undefined) => (value === undefined ? "" : canonicalJson(value));
  return [...names].filter((name) => text(one![name]) !== text(other![name])).sort();
}
