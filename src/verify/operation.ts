import { appKey } from "../identity/app-key.ts";
import type { Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import { type Check, fail, judge, pass, shared, skipped, unknown, type Verdict } from "../kernel/report.ts";
import { clockSkew, iso, type Millis, parseTime, second } from "../kernel/time.ts";
import { type Binding, type LoggedEntry, operationDigest, signerOf } from "../operations/entry.ts";
import { decidingTuple, parseOperation, type SignedOperation, type Tuple, tuplesOf } from "../operations/operation.ts";
import { type ContentMatch, checkSignature, matchContent } from "../operations/signature.ts";
import { checkAuthority } from "./authority-check.ts";
import { checkDocumentId } from "./document-check.ts";
import type { KeyReport } from "./key-report.ts";
import type { Answering, Demand, Knowledge, Question } from "./knowledge.ts";

export type OperationReport = {
  verdict: Verdict;
  binding: Binding | "none";
  /** The operation digest, null where the operation cannot be read. */
  operation: string | null;
  document: string | null;
  signer: { user: Did; app: Did } | null;
  delegation: KeyReport | null;
  /** The place of the entry where the log held here has it. */
  entry: { digest: string; seq: number; index: number; admittedAt: string } | null;
  at: string;
  known: string;
  require: readonly Demand[];
  /** Who answers, and up to which place of its log; null where a library asks on its own. */
  answering: Answering | null;
  checks: Check[];
};

const names = ["grammar", "key", "content", "signature", "time", "document", "delegation", "limits"] as const;

/**
 * Reports on Powerhouse's `{operation, context}`: who signed it, what the signature binds, and whether the key was
 * allowed to. Runs every check that can run; never throws for what is wrong with the operation.
 * @see docs/operations.md, "Reports"
 */
export async function verifyOperation(
  value: unknown,
  question: Question,
  knowledge: Knowledge,
): Promise<OperationReport> {
  const read = readOperation(value);
  if ("check" in read) return reportOf(unreadable(read.check), null, question, knowledge);
  const { operation } = read;
  const tuple = decidingTuple(operation.action);
  const key = tuple && checkKey(tuple[1]);
  // Another thread may check it, so it is begun before the digest is computed.
  const begun = key && signatureCheck(operation, key, knowledge.keyOf);
  const digest = operationDigest(operation);
  const signature = begun && "then" in begun ? await begun : begun;
  const asked = knowledge.entryOf?.(operation.document, digest);
  const held = asked && "then" in asked ? await asked : asked;
  // What was recorded later was not known by then, or the same question would have another answer tomorrow.
  const entry = held && held.seq <= question.known.seq ? held : null;
  const at = question.at ?? (entry ? momentOf(entry) : { time: question.now, seq: Number.MAX_SAFE_INTEGER });
  const about = { operation, digest, signer: signerOf(operation), entry, at };
  if (!tuple || !key || !signature) return reportOf(unsigned(), about, question, knowledge);
  const match = judgedContent(operation, tuple, digest, entry);
  const content = contentChecks[match];
  const time = timeCheck(operation, tuple, question.known.time);
  const opening = checkDocumentId(operation, knowledge.realm);
  const document = "then" in opening ? await opening : opening;
  const judging = checkAuthority({ ...about, known: question.known, now: question.now }, knowledge);
  const authority = "then" in judging ? await judging : judging;
  const checks = [readable, key, content, signature, time, document, ...authority.checks];
  if (question.require.length > 0) checks.push(...demanded(question.require, match, authority.key, entry, knowledge));
  const sound = key.outcome === "pass" && content.outcome === "pass" && signature.outcome === "pass";
  const found = { binding: sound ? bindingOf(match, entry) : "none", delegation: authority.key } as const;
  return reportOf(checks, about, question, knowledge, found);
}

/** What an operation that can be read says of itself, and where the log has it. */
type About = {
  operation: SignedOperation;
  digest: string;
  signer: { user: Did; app: Did };
  entry: LoggedEntry | null;
  at: Moment;
};

type Found = Pick<OperationReport, "binding" | "delegation">;
const nothing: Found = { binding: "none", delegation: null };

function reportOf(
  checks: Check[],
  about: About | null,
  question: Question,
  knowledge: Knowledge,
  { binding, delegation }: Found = nothing,
): OperationReport {
  const entry = about?.entry ?? null;
  const at = about?.at ?? question.at;
  return {
    verdict: judge(checks),
    binding,
    operation: about?.digest ?? null,
    document: about?.operation.document ?? null,
    signer: about?.signer ?? null,
    delegation,
    entry: entry && { digest: entry.digest, seq: entry.seq, index: entry.index, admittedAt: entry.admittedAt },
    at: iso(at?.time ?? question.now),
    known: iso(question.known.time),
    require: question.require,
    answering: knowledge.answering ?? null,
    checks,
  };
}

function readOperation(value: unknown): { operation: SignedOperation } | { check: Check } {
  try {
    ensure(
      isObject(value) && isObject(value.operation) && isObject(value.context),
      "INVALID_OPERATION",
      "It is not of the form {operation, context}.",
    );
    const { documentId, documentType, branch, scope } = value.context;
    ensure(
      typeof documentId === "string" && typeof documentType === "string",
      "INVALID_OPERATION",
      "The context names no document.",
    );
    ensure((branch ?? "main") === "main", "INVALID_OPERATION", "The only branch is main.");
    const place = { document: documentId, kind: documentType, branch: "main" };
    const operation = parseOperation(value.operation.action, place, false);
    ensure(
      scope === undefined || scope === operation.action.scope,
      "INVALID_OPERATION",
      "The context names another scope than the action.",
    );
    return { operation };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const detail = error.detail ?? error.message;
    return {
      check:
        error.code === "UNKNOWN_SUITE" ? unknown("grammar", error.code, detail) : fail("grammar", error.code, detail),
    };
  }
}

const readable = shared(pass("grammar", "The operation follows the grammar of signed operations."));

/** All names appear in every report: what could not run says what it waited for. */
function unreadable(check: Check): Check[] {
  return [check, ...names.slice(1).map((name) => skipped(name, "grammar"))];
}

function unsigned(): Check[] {
  const nobody = fail("signature", "BAD_SIGNATURE", "Nobody has signed the operation.");
  return [readable, ...names.slice(1).map((name) => (name === "signature" ? nobody : skipped(name, "signature")))];
}

function momentOf(entry: LoggedEntry): Moment {
  return { time: parseTime(entry.admittedAt), seq: entry.seq };
}

const onCurve = shared(pass("key", "The key is a point on P-256."));

function checkKey(app: Did): Check {
  try {
    appKey(app);
    return onCurve;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return fail("key", error.code, error.detail ?? error.message);
  }
}

/** What suite 1 binds was judged at first arrival: members of the input may have been reordered since. */
function judgedContent(
  operation: SignedOperation,
  tuple: Tuple,
  digest: string,
  entry: LoggedEntry | null,
): ContentMatch {
  const match = matchContent(operation, tuple, digest);
  if (match !== "mismatch" || !entry) return match;
  const admitted = decidingTuple(entry.action);
  return entry.binding === "content" && admitted?.join() === tuple.join() ? "content" : match;
}

const contentChecks: Record<ContentMatch, Check> = {
  mismatch: shared(fail("content", "CONTENT_MISMATCH", "The signature is for other content than stands here.")),
  weak: shared(pass("content", "The content is bound, with the document, by SHA-1.", "WEAK_HASH")),
  content: shared(pass("content", "Scope, type and input are bound; document, id, time and user are not.")),
  full: shared(pass("content", "The whole operation is bound, with document, kind, user and time.")),
};

/** Each tuple is checked, the last decides: one bad signature among several spoils them all. */
function signatureCheck(operation: SignedOperation, key: Check, keyOf = appKey): Check | Promise<Check> {
  if (key.outcome !== "pass") return skipped("signature", "key");
  const tuples = tuplesOf(operation.action);
  if (tuples.length > 1) return severalSignatures(tuples, keyOf);
  const good = checkSignature(tuples[0]!, keyOf);
  return typeof good === "boolean" ? oneSignature(good) : good.then(oneSignature);
}

const verifies = shared(pass("signature", "ECDSA P-256 with SHA-256 verifies by the key in app."));
const verifiesNot = shared(fail("signature", "BAD_SIGNATURE", "The signature does not verify."));

function oneSignature(good: boolean): Check {
  return good ? verifies : verifiesNot;
}

async function severalSignatures(tuples: readonly Tuple[], keyOf: typeof appKey): Promise<Check> {
  for (const [i, tuple] of tuples.entries())
    if (!(await checkSignature(tuple, keyOf)))
      return fail("signature", "BAD_SIGNATURE", `Signature ${i + 1} of ${tuples.length} does not verify.`);
  return oneSignature(true);
}

const notAhead = shared(pass("time", "It is not dated ahead; its times are claims of whoever signed."));
const ahead = shared(fail("time", "FROM_THE_FUTURE", "It is dated more than five minutes ahead."));

/** Clients' times are claims, and only one thing is asked of them; what is known of since then makes none better. */
function timeCheck({ action }: SignedOperation, [signedAt]: Tuple, known: Millis): Check {
  const latest = Math.max(Number(signedAt) * second, parseTime(action.timestampUtcMs));
  return latest > known + clockSkew ? ahead : notAhead;
}

function bindingOf(match: ContentMatch, entry: LoggedEntry | null): Binding | "none" {
  if (match === "mismatch") return "none";
  return match === "full" ? (entry?.binding ?? "full") : "content";
}

function demanded(
  require: readonly Demand[],
  match: ContentMatch,
  key: KeyReport | null,
  entry: LoggedEntry | null,
  knowledge: Knowledge,
): Check[] {
  const checks: Record<Demand, () => Check> = {
    full: () =>
      match === "full"
        ? pass("full", "The signature binds the whole operation.")
        : fail("full", "BINDING_NOT_TAKEN", "The signature does not bind the whole operation."),
    user: () =>
      key?.user ? pass("user", "It speaks in the name of a user.") : fail("user", "NOT_DELEGATED", "It names no user."),
    admitted: () => {
      if (entry) return pass("admitted", `It stands in the log at ${entry.seq}.`);
      if (!knowledge.entryOf) return unknown("admitted", "UNKNOWN_DOCUMENT", "No log is held here.");
      return fail("admitted", "UNKNOWN_DOCUMENT", "It does not stand in the log that is held here.");
    },
  };
  return require.map((demand) => checks[demand]());
}
