import type { Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { type Millis, parseTime } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { Kinds } from "../operations/fold.ts";
import { accountOf } from "../reputation/accounts.ts";
import { knownBy, latestOf } from "../reputation/latest-rows.ts";
import type { Ledger } from "../reputation/ledger.ts";
import { ledgerOf } from "../reputation/ledger-of-rows.ts";
import type { Changes, DetailRow, LedgerRows, LinkPair, Most, RoleRow } from "../reputation/ledger-rows.ts";
import { AwardBook, type AwardEndorsement, type AwardPeriod } from "./award-evidence.ts";
import { MemoryTables, type TableRow } from "./memory-tables.ts";

/** A ledger in memory, and how far the entries go that it was made of. */
export type ExportLedger = Ledger & {
  /** The last place, 0 where there is none. */
  lastSeq: number;
  /** The last place among them that was admitted by then, as the log's time goes: it never falls. */
  momentAt(time: Millis): Moment;
};

/**
 * The ledger of a log, or of as much of it as the answers rest on, with no database: the same tables made by the same
 * kinds, and the same reading of them. Entries are taken at their word, so they are audited before. Kinds that are not
 * known are passed over.
 */
export function ledgerOfLogs(entries: Iterable<LoggedEntry>, kinds: Kinds, most?: Most): ExportLedger {
  const order = [...entries].sort((one, other) => one.seq - other.seq);
  const tables = new MemoryTables(kinds, tablesRead);
  const awards = new AwardBook();
  for (const entry of order) {
    tables.add(entry);
    awards.add(entry);
  }
  const lastSeq = order.at(-1)?.seq ?? 0;
  return {
    ...ledgerOf(memoryRows(tables, awards), most),
    lastSeq,
    momentAt: (time) => ({ time, seq: seqAt(order, time) }),
  };
}

const tablesRead = [
  "attestations",
  "reputations",
  "hidden_evidence",
  "evidence_disputes",
  "subject_links",
  "organizations",
  "organization_roles",
  "organization_keys",
  "delegations",
  "grants",
];

function seqAt(order: readonly LoggedEntry[], time: Millis): number {
  let seq = 0;
  for (const entry of order) {
    if (parseTime(entry.admittedAt) > time) break;
    seq = entry.seq;
  }
  return seq;
}

function memoryRows(tables: MemoryTables, awards: AwardBook): LedgerRows {
  const read = once(() => readTables(tables));
  const stated = (position: number): DetailRow[] => [
    ...read().attestations.filter(upTo("seq", position)).map(attestationRow),
    ...awardRows(awards, read(), position),
  ];
  return {
    about: async (subjects, position, most, by) => {
      const asked = new Set(subjects);
      const found = stated(position).filter(({ subject }) => asked.has(subject));
      return latestOf(knownBy(found, by), most);
    },
    hiddenAwards: async (subjects, position) => {
      const hidden = awardRows(awards, read(), position).filter((row) => row.hidden && subjects.includes(row.subject));
      return hidden.map(({ subject, operation }) => ({ subject, operation }));
    },
    ofKinds: async (kinds, position) => stated(position).filter(({ kind }) => kinds.includes(kind)),
    links: async (accounts, position) => {
      const pairs = linkPairs(read(), position);
      if (!accounts) return pairs;
      const asked = new Set(accounts);
      return pairs.flatMap((pair) => [pair, turned(pair)]).filter(({ one }) => asked.has(accountOf(one)));
    },
    closures: async (subjects, position) =>
      read()
        .reputations.filter((row) => subjects.includes(text(row.subject)))
        .filter(upTo("closed_seq", position))
        .map((row) => ({ subject: text(row.subject), at: Number(row.closed_at) })),
    hidings: async (subjects, position) =>
      read()
        .hidings.filter(upTo("seq", position))
        .map((row) => ({
          subject: read().subjectOf(row.document),
          evidence: text(row.evidence),
          hidden: row.hidden === 1,
        }))
        .filter(({ subject }) => subjects.includes(subject)),
    roles: async (organizations, accounts, position) => {
      const [named, asked] = [organizations && new Set(organizations), new Set(accounts)];
      return read().roles.filter(
        ({ organization, user, seq }) =>
          seq <= position && (named?.has(organization) ?? true) && asked.has(accountOf(user)),
      );
    },
    closings: async (organizations, position) =>
      read()
        .organizations.filter(upTo("closed_seq", position))
        .map((row) => ({ organization: text(row.document), at: Number(row.closed_at) }))
        .filter(({ organization }) => organizations.includes(organization)),
    compromises: async (authorities, position) =>
      read()
        .keys.filter(upTo("compromised_seq", position))
        .map((row) => ({ authority: text(row.entry), from: Number(row.compromised_from) }))
        .filter(({ authority }) => authorities?.includes(authority) ?? true),
  };
}

type Read = ReturnType<typeof readTables>;

function readTables(tables: MemoryTables) {
  const reputations = tables.rows("reputations");
  const subjects = new Map(reputations.map((row) => [row.document, text(row.subject)]));
  const grants = new Map(tables.rows("grants").map((row) => [row.entry, row]));
  const roles = tables.rows("organization_roles").flatMap((row): RoleRow[] => {
    const grant = grants.get(row.entry!);
    if (!grant || !["owner", "admin", "issuer"].includes(text(row.role))) return [];
    const held = { seq: Number(grant.seq), ended: number(grant.ended) };
    return [{ organization: text(row.organization), user: text(row.user), ...held }];
  });
  return {
    attestations: tables.rows("attestations"),
    reputations,
    roles,
    hidings: tables.rows("hidden_evidence"),
    disputes: new Map(tables.rows("evidence_disputes").map((row) => [row.evidence, row])),
    links: tables.rows("subject_links"),
    organizations: tables.rows("organizations"),
    keys: [...tables.rows("delegations"), ...tables.rows("organization_keys")],
    subjectOf: (document: string | number | null | undefined): Did => subjects.get(document ?? "") ?? "",
    closedOf: new Map(reputations.map((row) => [text(row.subject), number(row.closed_seq)])),
  };
}

function attestationRow(row: TableRow): DetailRow {
  const limits = [number(row.valid_from), number(row.valid_until), null] as const;
  const ended = [number(row.retracted_seq), number(row.retracted_at), "retracted", row.retracted_by ?? null] as const;
  return {
    ...named(row),
    subject: text(row.subject),
    document: text(row.document),
    rater: text(row.rater),
    context: text(row.context),
    field: text(row.field),
    kind: text(row.kind) as DetailRow["kind"],
    value: text(row.value),
    standing: text(row.standing) as DetailRow["standing"],
    workType: text(row.work_type) as DetailRow["workType"],
    workId: text(row.work_id),
    changes: [...limits, ...ended, ...disputeOf(row), ...spokenBy(row.retract_authority, row)] as unknown as Changes,
    hidden: false,
  };
}

/** Awards and their endorsements as they stood at a position. */
function awardRows({ periods, endorsements }: AwardBook, read: Read, position: number): DetailRow[] {
  const standing = new Map<string, AwardPeriod>();
  for (const [document, all] of periods) {
    const found = all.find(({ since, until }) => since <= position && (until === null || until > position));
    if (found && found.subject !== "") standing.set(document, found);
  }
  const given = [...standing.values()].map((award) => awardRow(award, award, "badge", read));
  const endorsed = endorsements.flatMap((each) => {
    const award = standing.get(each.award);
    return award && each.seq <= position ? [awardRow(each, award, "endorsement", read)] : [];
  });
  return [...given, ...endorsed];
}

function awardRow(
  said: AwardPeriod | AwardEndorsement,
  award: AwardPeriod,
  kind: "badge" | "endorsement",
  { disputes, subjectOf }: Read,
): DetailRow {
  const dispute = disputes.get(said.operation);
  const own = dispute && subjectOf(dispute.document) === award.subject ? dispute : undefined;
  const limits = [award.valid_from, award.valid_until, award.held_until] as const;
  const ended = [award.ended_seq, award.ended_at, award.ended_as, award.ended_by] as const;
  const work = { workType: "badge", workId: award.document } as const;
  return {
    ...named(said as unknown as TableRow),
    ...work,
    subject: award.subject,
    document: award.document,
    rater: said.organization,
    context: "",
    field: award.field,
    kind,
    value: "1",
    standing: "organization",
    changes: [
      ...limits,
      ...ended,
      ...disputeOf(own ?? {}),
      ...spokenBy(award.ended_authority, own ?? {}),
    ] as unknown as Changes,
    hidden: award.hidden === 1,
  };
}

function named(row: TableRow) {
  return {
    operation: text(row.operation),
    seq: Number(row.seq),
    entry: text(row.entry),
    authority: text(row.authority),
    claimedAt: text(row.claimed_at),
    admittedAt: Number(row.admitted_at),
  };
}

function disputeOf(row: TableRow) {
  const { disputed_seq, disputed_at, dispute, ruled_seq, ruled_at, ruling, outcome } = row;
  return [disputed_seq, disputed_at, dispute, ruled_seq, ruled_at, ruling, outcome].map((value) => value ?? null);
}

function spokenBy(ended: TableRow[string] | undefined, { dispute_authority, ruling_authority, ruled_by }: TableRow) {
  return [ended, dispute_authority, ruling_authority, ruled_by].map((value) => value ?? null);
}

/** Each link with the last one before it that names its wallet in turn. */
function linkPairs({ links, closedOf }: Read, position: number): LinkPair[] {
  const last = new Map<string, TableRow>();
  const pairs: LinkPair[] = [];
  const standing = links.filter(upTo("seq", position)).sort((one, other) => Number(one.seq) - Number(other.seq));
  for (const row of standing) {
    const [one, other] = [text(row.subject), text(row.other)];
    const back = last.get(`${other} ${one}`);
    last.set(`${one} ${other}`, row);
    if (!back) continue;
    const closed = { oneClosed: closedOf.get(one) ?? null, otherClosed: closedOf.get(other) ?? null };
    const { seq: backSeq, at: backAt, authority: backAuthority, ended: backEnded } = linkOf(back);
    pairs.push({ one, other, ...linkOf(row), backSeq, backAt, backAuthority, backEnded, ...closed });
  }
  return pairs;
}

function linkOf(row: TableRow): Pick<LinkPair, "seq" | "at" | "authority" | "ended"> {
  const made = { at: Number(row.linked_at), authority: text(row.authority) };
  return { seq: Number(row.seq), ...made, ended: number(row.ended_seq) };
}

/** The same pair as the other wallet has it. */
function turned(pair: LinkPair): LinkPair {
  return {
    one: pair.other,
    other: pair.one,
    seq: pair.backSeq,
    at: pair.backAt,
    authority: pair.backAuthority,
    ended: pair.backEnded,
    backSeq: pair.seq,
    backAt: pair.at,
    backAuthority: pair.authority,
    backEnded: pair.ended,
    oneClosed: pair.otherClosed,
    otherClosed: pair.oneClosed,
  };
}

function upTo(column: string, position: number): (row: TableRow) => boolean {
  return (row) => typeof row[column] === "number" && row[column] <= position;
}

function text(value: string | number | null | undefined): string {
  return typeof value === "string" ? value : "";
}

function number(value: string | number | null | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
