import { z } from "zod";
import type { Did } from "../identity/did.ts";
import { foldAccount } from "../identity/subject-did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, parseJson } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { clockSkew, iso, type Millis, parseNamedTime, parseTime } from "../kernel/time.ts";
import { type Bundle, parseWireEntry } from "../operations/bundle.ts";
import { isConcealed } from "../operations/concealment.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { Kinds } from "../operations/fold.ts";
import { type Policy, type PublishedPolicy, policyKind } from "../reputation/policy.ts";
import type { Question, Score } from "../reputation/score.ts";
import { gather, learnTrust } from "../reputation/score-asking.ts";
import { compilePolicy, tickFloor } from "../reputation/score-rules.ts";
import { type ExportLedger, ledgerOfLogs } from "./export-ledger.ts";
import { MemoryTables } from "./memory-tables.ts";
import { type HeldToRoot, isStale } from "./signed-root.ts";

/** What is asked of logs: the policy by its document or, for the service's own, its name; the moment as RFC 3339. */
export type AskedAgain = {
  subject?: string | undefined;
  policy?: string | undefined;
  version?: number | undefined;
  at?: string | undefined;
  from?: string | undefined;
};

type Terms = {
  kinds: Kinds;
  asked: AskedAgain | undefined;
  expected: Score | undefined;
  /** What a signed root says of the entries, where one was given. */
  root: HeldToRoot | undefined;
};

const exported = z.strictObject({
  subject: z.string(),
  policy: z.strictObject({ id: z.string(), version: z.int().min(1) }),
  at: z.string(),
  position: z.int().min(0),
  digest: z.string(),
  from: z.string().nullable(),
});

type Exported = z.output<typeof exported>;

/**
 * The question of a score as logs alone answer it; they are audited before. Refuses with INVALID_INPUT and
 * UNREADABLE_DATE what cannot be read, or is another question than the export's; with NOT_FOUND a policy or a place that
 * is not among the logs.
 */
export async function questionAgain(
  bundle: Bundle & { question?: unknown },
  { kinds, asked = {}, expected, root }: Terms,
): Promise<{ question: Question; checks: Check[] }> {
  const wire: unknown[] = bundle.logs.flatMap((log) => log.entries);
  const entries = wire.filter((entry) => !isConcealed(entry));
  const order = entries.map((entry) => parseWireEntry(entry, bundle.realm, parseJson)).sort((a, b) => a.seq - b.seq);
  const ledger = ledgerOfLogs(order, kinds);
  const said = readExported(bundle.question);
  const policy = findPolicy(order, kinds, { ...policyOf(said), ...given(asked) });
  const { subject, at, from } = agreed(said, asked, policy);
  const position = said?.position ?? expected?.asOf.position ?? ledger.momentAt(at).seq;
  const places = placesOf(wire);
  const digest = places.get(position) ?? said?.digest ?? expected?.asOf.digest;
  ensure(digest !== undefined || position === 0, "NOT_FOUND", `The place ${position} is not among the logs.`);
  const log = { position, digest: digest ?? "" };
  const told = await gather(ledger, { group: await ledger.group(subject, position), policy, at, position });
  const start = tickFloor(at, compilePolicy(policy).tick);
  const pinned = pinnedAt(ledger, order, start, expected?.trust?.position);
  const trust = policy.policy.trust ? await learnTrust(ledger, { policy, at: start, position: pinned, from }) : null;
  const question = { ...told, policy, trust, at, log };
  const signed = root !== undefined && position <= root.covered;
  const whole = signed && !isStale(root, at);
  const checks = [logCheck(order, places, question, said, whole), admissionCheck(signed), policyCheck(policy)];
  return { question, checks };
}

function readExported(value: unknown): Exported | undefined {
  if (value === undefined) return undefined;
  return holdTo(exported, value, "INVALID_INPUT", { root: "question" });
}

function policyOf(said: Exported | undefined): AskedAgain {
  return said ? { policy: said.policy.id, version: said.policy.version } : {};
}

/** Members that say something, so that those which do not leave others as they are. */
function given({ policy, version }: AskedAgain): AskedAgain {
  return { ...(policy !== undefined && { policy }), ...(version !== undefined && { version }) };
}

/** What is asked and what the export answers, which are one. */
function agreed(said: Exported | undefined, asked: AskedAgain, policy: PublishedPolicy) {
  const subject = foldAccount(asked.subject ?? said?.subject ?? refuseWithout("a subject"));
  const at = parseNamedTime("at", asked.at ?? said?.at ?? refuseWithout("a moment"));
  const from = asked.from ?? said?.from ?? undefined;
  if (!said) return { subject: subject as Did, at, from: from as Did | undefined };
  const { tick } = compilePolicy(policy);
  const other =
    (subject !== foldAccount(said.subject) && `about ${said.subject}`) ||
    (policy.id !== said.policy.id && `under the policy ${said.policy.id}`) ||
    (policy.version !== said.policy.version && `under version ${said.policy.version} of the policy`) ||
    (tickFloor(at, tick) !== tickFloor(parseNamedTime("question.at", said.at), tick) && `at ${said.at}`) ||
    (from !== undefined && from !== said.from && `seen from ${said.from ?? "the policy's seeds"}`);
  ensure(!other, "INVALID_INPUT", `The export answers another question: ${other}.`);
  return { subject: subject as Did, at: parseNamedTime("question.at", said.at), from: from as Did | undefined };
}

function refuseWithout(what: string): never {
  throw new Failure("INVALID_INPUT", `Neither the question nor the file names ${what}.`);
}

/** A version of a policy out of its own log, the latest unless one is named. */
function findPolicy(order: readonly LoggedEntry[], kinds: Kinds, { policy: name, version }: AskedAgain) {
  ensure(name !== undefined, "INVALID_INPUT", "Neither the question nor the file names a policy.");
  const tables = new MemoryTables(kinds, ["policies", "policy_versions"]);
  for (const entry of order) if (entry.kind === policyKind) tables.add(entry);
  const known = tables.rows("policies").filter(({ document, alias }) => document === name || alias === name);
  ensure(known.length === 1, "NOT_FOUND", `The log of the policy ${name} is not among them.`);
  const { document, latest } = known[0]!;
  const asked = version ?? Number(latest);
  const row = tables
    .rows("policy_versions")
    .find((each) => each.document === document && Number(each.version) === asked);
  ensure(row, "NOT_FOUND", `The policy ${name} has no version ${asked} in its log.`);
  const published: PublishedPolicy = {
    id: String(document),
    version: asked,
    hash: String(row.hash),
    // It has passed the schema: the audit has decided it again.
    policy: parseJson(String(row.policy)) as unknown as Policy,
    operation: String(row.operation),
    publishedAt: iso(Number(row.published_at)),
  };
  return published;
}

/** The last place by then. Where entries behind it are not shown, the score says which of them was the last. */
function pinnedAt(ledger: ExportLedger, order: readonly LoggedEntry[], at: Millis, told: number | undefined): number {
  const { seq } = ledger.momentAt(at);
  const next = order.find((entry) => entry.seq > seq)?.seq ?? Number.POSITIVE_INFINITY;
  return told !== undefined && told >= seq && told < next ? told : seq;
}

/** Digests by place, of concealed entries too. */
function placesOf(wire: readonly unknown[]): Map<number, string> {
  const places = new Map<number, string>();
  for (const entry of wire)
    if (isObject(entry) && typeof entry.digest === "string" && typeof entry.seq === "number")
      places.set(entry.seq, entry.digest);
  return places;
}

/** Whether the logs go as far as the question says, and whether they are all that there is, which only a root can show. */
function logCheck(
  order: readonly LoggedEntry[],
  places: ReadonlyMap<number, string>,
  { log: { position, digest }, at }: Question,
  said: Exported | undefined,
  whole: boolean,
): Check {
  const name = "log";
  if (said && digest !== said.digest)
    return fail(name, "CONTENT_MISMATCH", `Another entry stands at ${position} than the export says.`);
  const late = order.find(({ seq, admittedAt }) => seq <= position && parseTime(admittedAt) > at + clockSkew);
  if (late) return fail(name, "FROM_THE_FUTURE", `The entry at ${late.seq} was admitted after the moment asked about.`);
  const missed = order.find(({ seq, admittedAt }) => seq > position && parseTime(admittedAt) < at - clockSkew);
  if (missed) return fail(name, "OUT_OF_ORDER", `The log went on to ${missed.seq} before the moment asked about.`);
  let held = 0;
  for (const seq of places.keys()) if (seq <= position) held += 1;
  const read = order.filter(({ seq }) => seq <= position).length;
  const all = held === position && read === position;
  if (all && whole) return pass(name, `Every place up to ${position} is there.`);
  if (all)
    return aside(
      unknown(name, "NOT_COMPLETE", `Every place up to ${position} is there, by their own count. ${withRoot}`),
    );
  if (held === position) {
    const detail = `All ${position} places are there, ${held - read} of them concealed: to whose logs those belong cannot be told.`;
    return aside(unknown(name, "NOT_COMPLETE", detail));
  }
  const known = places.has(position) ? "" : " Which entry stands there is told by the export alone.";
  const unread = held > read ? `, ${held - read} of them concealed` : "";
  const detail = `${held} of ${position} places are there${unread}: that no log goes on, only the whole log can show.${known}`;
  return aside(unknown(name, "NOT_COMPLETE", detail));
}

const withRoot = "With the root that the service has signed since (GET /v1/log) and the whole log it can be told.";

/** An entry's digest covers its moment, but whoever made the file could have made digests and chains anew. */
function admissionCheck(signed: boolean): Check {
  const name = "admission";
  if (signed) return pass(name, "The moments of admission are those that the log key has signed.");
  return aside(unknown(name, "NOT_COMPLETE", `When entries were admitted is told by the file alone. ${withRoot}`));
}

function policyCheck({ id, version, hash, publishedAt }: PublishedPolicy): Check {
  return pass("policy", `Version ${version} of ${id} has the hash ${hash} and was published at ${publishedAt}.`);
}
