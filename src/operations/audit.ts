import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { asText, isObject, type JsonObject, parseJson } from "../kernel/json.ts";
import { type Check, judge, pass, unknown, type Verdict } from "../kernel/report.ts";
import { parseTime } from "../kernel/time.ts";
import { concealedCode, leftOutCode, unseenAmong } from "./audit-concealed.ts";
import { type AuditContext, auditEntry, type Finding, type Law, laws, type Replay } from "./audit-entry.ts";
import { type Bundle, maxBundleEntries, parseWireEntry } from "./bundle.ts";
import { parseBundle } from "./bundle-joining.ts";
import { checkConcealed, isConcealed } from "./concealment.ts";
import { delegationOfRows } from "./delegation-row.ts";
import type { LoggedEntry } from "./entry.ts";
import { weightOf } from "./entry-size.ts";
import { type Document, type Kinds, openDocument, viewOf } from "./fold.ts";
import type { GroundName } from "./grounds.ts";
import type { Row } from "./kind.ts";
import { type NamedKey, operationKeysOf } from "./operation-keys.ts";
import { type RecordedCheck, recordedChecks, recordedContract } from "./recorded-checks.ts";
import type { DelegationRecord } from "./store.ts";

/** What an audit found: every law by name, what broke it and where, and the state that the log comes to. */
export type AuditReport = {
  verdict: Verdict;
  document: string;
  kind: string;
  realm: string;
  asOf: { seq: number; time: string };
  /** Entries of the document that were replayed. */
  entries: number;
  /** Digest of the last entry of `global`. */
  head: string;
  checks: Check[];
  /** At most 100, in the order of the log. */
  findings: Finding[];
  /** Keys that the service attested by, and whether the auditor vouched for them or the bundle did. */
  service: { did: Did; operationKeys: Did[]; trusted: boolean };
  /** Proofs by contract rest on what the service put on record: for whoever would ask the chain again. */
  asChecked: RecordedCheck[];
  state: JsonObject | null;
  /** The delegations in the logs, as of the bundle: a snapshot that operations can be verified with. */
  delegations: DelegationRecord[];
};

export type AuditTerms = {
  kinds: Kinds;
  /**
   * The service's operation keys, learned from its DID document, with the retirement (`expires`) of each that has one;
   * without them those in the bundle are taken.
   */
  operationKeys?: readonly NamedKey[];
  /** Lets others have a turn, now and then in a long audit. */
  pause?: (() => Promise<void>) | undefined;
  /** Entries at most, of which large ones count for several (`weightOf`); `maxBundleEntries` unless given. */
  most?: number | undefined;
};

/** Entries between two pauses: about a hundredth of a second of work. */
const pauseEvery = 50;

const maxFindings = 100;

const beyond = "The entry lies behind the place up to which the bundle says it goes.";

/**
 * Replays a bundle from nothing, with no database and nobody asked: digests, chains, signatures, delegations and the
 * rules of the kinds. Refuses with INVALID_REQUEST what is no bundle, and with UNREADABLE_DATE retirements that cannot be
 * read; all else is a report.
 */
export async function auditBundle(bundle: unknown, terms: AuditTerms): Promise<AuditReport> {
  const { realm, document, asOf, service, logs, leftOut = [] } = readBundle(bundle, terms.most ?? maxBundleEntries);
  const operationKeys = operationKeysOf(terms.operationKeys ?? keysOf(service));
  const findings: Finding[] = [];
  const replays = new Map<string, Replay>();
  const parsed = logs.map((log) => ({ document: log.document, entries: parseLog(log.entries, realm, findings) }));
  for (const log of parsed)
    for (const { seq, document: place } of log.entries)
      if (seq > asOf.seq) findings.push({ law: "chain", seq, document: place, code: "OUT_OF_ORDER", detail: beyond });
  // Entries of all logs in commit order: an authority's log is always as far as its entries that count.
  const order = parsed.flatMap((log) => log.entries).sort((a, b) => a.seq - b.seq);
  const unseen = unseenAmong(
    logs.flatMap((log) => log.entries),
    order,
    leftOut.map((log) => log.document),
  );
  const delegations = new DelegationLedger();
  const spent = new Set<string>();
  const asChecked = recordedChecks(order, operationKeys);
  const recorded = recordedContract(asChecked);
  let time = 0;
  for (const [i, entry] of order.entries()) {
    if (i % pauseEvery === pauseEvery - 1) await terms.pause?.();
    time = Math.max(time, parseTime(entry.admittedAt));
    const replay = replays.get(entry.document) ?? startReplay(entry, terms.kinds);
    const delegationOf = (digest: string) => delegations.byEntry(digest);
    const stands = (digest: string) => delegations.stands(digest);
    const groundBy: AuditContext["groundBy"] = (name) => delegations.groundBy(name);
    const context = { realm, operationKeys, delegationOf, stands, groundBy, spent, recorded, time };
    const audited = await auditEntry(unseen.passOver(replay, entry), entry, context);
    findings.push(...unseen.excuse(entry, audited.findings));
    replays.set(entry.document, audited.replay);
    delegations.add(entry, audited.rows);
  }
  const main = replays.get(document);
  const trusted = terms.operationKeys !== undefined;
  const told = laws.map((law) => unconcealed(checkOf(law, findings, order.length), unseen.count));
  const checks = [...told, serviceCheck(order, trusted)];
  return {
    verdict: main ? judge(checks) : "undetermined",
    document,
    kind: main?.document?.kind.name ?? "",
    realm,
    asOf,
    entries: order.filter((entry) => entry.document === document).length,
    head: main?.document?.head.entry ?? "",
    checks,
    findings: findings.slice(0, maxFindings),
    service: { did: service.did, operationKeys: [...operationKeys.keys()], trusted },
    asChecked: asChecked.slice(0, maxFindings),
    state: main?.document ? viewOf(main.document) : null,
    delegations: delegations.all(),
  };
}

/** Delegations, and whatever else gives a right, as the logs replayed so far tell them. */
class DelegationLedger {
  readonly #grants = new Map<string, { ended: boolean }>();
  readonly #rows = new Map<string, { row: Row; seq: number }[]>();
  readonly #documents = new Map<string, string>();
  readonly #givers = new Map<string, LoggedEntry>();

  add(entry: LoggedEntry, rows: readonly Row[]): void {
    if (rows.length === 0) return;
    for (const { table, key, set } of rows) {
      if (table !== "grants") continue;
      this.#grants.set(key.entry!, { ended: set.ended !== null });
      if (key.entry === entry.digest) this.#givers.set(entry.digest, entry).set(nameOf(entry), entry);
    }
    const known = this.#rows.get(entry.document) ?? [];
    known.push(...rows.map((row) => ({ row, seq: entry.seq })));
    this.#rows.set(entry.document, known);
    this.#documents.set(entry.digest, entry.document);
  }

  stands(digest: string): boolean {
    return this.#grants.get(digest)?.ended === false;
  }

  groundBy(name: { entry: string } | GroundName): LoggedEntry | undefined {
    const giver = this.#givers.get("entry" in name ? name.entry : nameOf(name));
    return giver && this.stands(giver.digest) ? giver : undefined;
  }

  all(): DelegationRecord[] {
    return [...this.#rows.values()].flatMap((rows) => delegationOfRows(rows) ?? []);
  }

  byEntry(digest: string): DelegationRecord | undefined {
    const document = this.#documents.get(digest);
    const found = document === undefined ? undefined : delegationOfRows(this.#rows.get(document)!);
    return found?.entry === digest ? found : undefined;
  }
}

function nameOf({ document, operation }: GroundName): string {
  return `${document} ${operation}`;
}

function readBundle(value: unknown, most: number): Bundle {
  const bundle = parseBundle(value);
  const page = bundle.page === undefined;
  ensure(page, "INVALID_REQUEST", "This is a page of a bundle: put all of them together first.");
  let total = 0;
  for (const { entries } of bundle.logs) for (const entry of entries) total += wireWeight(entry);
  ensure(total <= most, "QUOTA_EXCEEDED", `A bundle holds at most ${most} entries. Large ones count as several.`);
  return bundle;
}

/** As a store counts it; what has no text is found to be no entry. */
function wireWeight(entry: unknown): number {
  return isObject(entry) && typeof entry.action === "string" ? weightOf({ text: entry.action }) : 1;
}

function keysOf({ operationKeys, retired = {} }: Bundle["service"]): NamedKey[] {
  return operationKeys.map((key) => (Object.hasOwn(retired, key) ? { key, retired: retired[key] } : key));
}

function parseLog(values: readonly unknown[], realm: string, findings: Finding[]): LoggedEntry[] {
  return values.flatMap((value) => {
    try {
      if (!isConcealed(value)) return [parseWireEntry(value, realm, parseJson)];
      checkConcealed(value);
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const seq = isObject(value) && typeof value.seq === "number" ? value.seq : 0;
      const document = isObject(value) ? asText(value.document) : "";
      findings.push({ law: "grammar", seq, document, code: error.code, detail: error.detail ?? error.message });
      return [];
    }
  });
}

function startReplay(entry: LoggedEntry, kinds: Kinds): Replay {
  const kind = kinds.get(entry.kind);
  const document: Document | undefined = kind ? openDocument(entry.document, kind, undefined) : undefined;
  return { document, operations: new Map(), actions: new Set(), lastSeq: 0 };
}

/** What an auditor alone cannot tell: of kinds it has not, of wallets that only their chain knows, of what is not shown. */
const untold: readonly string[] = ["UNKNOWN_KIND", "CONTRACT_WALLET", concealedCode, leftOutCode];

/** Whose keys attested is learned elsewhere than from the bundle; where nothing was attested it does not matter. */
function serviceCheck(order: readonly LoggedEntry[], trusted: boolean): Check {
  const name = "service";
  const attested = order.filter(
    ({ binding, authority }) => binding === "attested" || authority.by === "service",
  ).length;
  if (attested === 0) return pass(name, "The service has attested nothing here.");
  if (trusted) return pass(name, `The keys that attested ${attested} entries were named by the auditor.`);
  return unknown(name, "UNTRUSTED_KEYS", `${attested} entries rest on keys that only the bundle names.`);
}

/** What is concealed may keep a law or break it: nobody can tell who does not see it. */
function unconcealed(check: Check, concealed: number): Check {
  if (concealed === 0 || check.outcome === "fail") return check;
  return unknown(check.name, concealedCode, `${concealed} entries are concealed from whoever asked for them.`);
}

function checkOf(law: Law, findings: readonly Finding[], entries: number): Check {
  const broken = findings.filter((finding) => finding.law === law.name);
  const first = broken[0];
  const failed = broken.find((finding) => !untold.includes(finding.code));
  if (!first)
    return { name: law.name, outcome: "pass", required: true, code: "OK", detail: `${law.says} (${entries} entries)` };
  const detail = `${broken.length} of ${entries} entries; first at ${first.seq}: ${first.detail}`;
  return { name: law.name, outcome: failed ? "fail" : "unknown", required: true, code: (failed ?? first).code, detail };
}
