import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import { maxUnsolicited } from "../reputation/attestation-decisions.ts";
import type { FactKind } from "../reputation/fact.ts";
import { knownBy, latestOf } from "../reputation/latest-rows.ts";
import { type Ledger, maxGroup } from "../reputation/ledger.ts";
import { ledgerOf } from "../reputation/ledger-of-rows.ts";
import type {
  About,
  Changes,
  DetailRow,
  LedgerRows,
  LinkPair,
  Most,
  RoleRow,
  StatementRow,
} from "../reputation/ledger-rows.ts";
import { allLinks, linksOf } from "./link-queries.ts";
import type { Parameter, Reader } from "./statement.ts";

/** What scoring reads of the log, in SQLite or D1. Awards are there as far as they have been followed. */
export function reputationLedger(reader: Reader, most?: Most): Ledger {
  return ledgerOf(ledgerRows(reader), most);
}

/** Rows read at a time: D1 answers with so much and no more, and others have a turn between. */
const page = 20_000;

/** Names in one parameter of JSON, of which D1 takes two megabytes. */
const maxListed = 20_000;

/** Room for what nobody asked for of all wallets of a group, and for one more, by which it is known to be too little. */
const unaskedRoom = maxGroup * maxUnsolicited + 1;

type Values = readonly Parameter[];

function ledgerRows(reader: Reader): LedgerRows {
  const ask = asking(reader);
  return { ...statementRows(ask), ...walletRows(ask), ...organizationRows(ask) };
}

type Asking = ReturnType<typeof asking>;

function asking(reader: Reader) {
  const values = async <R extends Values>(sql: string, ...params: Parameter[]): Promise<R[]> =>
    reader.values<R>({ sql, params });
  /** The same for many names, which stand in the statement as a list. */
  const forAll = async <R extends Values>(names: readonly string[], ask: (list: string) => Promise<R[]>) => {
    const parts: Promise<R[]>[] = [];
    for (let i = 0; i < names.length; i += maxListed) parts.push(ask(JSON.stringify(names.slice(i, i + maxListed))));
    return (await Promise.all(parts)).flat();
  };
  return { values, forAll };
}

function statementRows({ values }: Asking): Pick<LedgerRows, "about" | "ofKinds" | "hidings" | "hiddenAwards"> {
  const paged = async (sql: string, kind: FactKind, position: number, ...params: Parameter[]) => {
    const found: StatementRow[] = [];
    for (let after = 0; ; after = found.at(-1)!.seq) {
      const part = await values<StatementValues>(sql, ...params, after, position, page);
      for (const each of part) found.push(statementOf(each, kind));
      if (part.length < page) return found;
    }
  };
  return {
    about: async (subjects, position, most, by) => {
      const [list, limit] = [JSON.stringify(subjects), most.all + unaskedRoom];
      const whole = await Promise.all([
        values<DetailValues>(attestationsAbout(""), list, position, limit),
        values<DetailValues>(awardsAbout(""), list, position, position, limit),
        values<DetailValues>(endorsementsAbout(""), list, position, position, position, limit),
      ]);
      const rows = knownBy(
        whole.flatMap((part) => part.map(detailOf)),
        by,
      );
      const counted = rows.filter(({ standing }) => standing !== "unsolicited").length;
      if (counted <= most.all && whole.every(({ length }) => length < limit)) return latestOf(rows, most);
      return latestAbout(values, { list, position, by }, most);
    },
    hiddenAwards: async (subjects, position) => {
      const [list, at] = [JSON.stringify(subjects), [position, position]];
      const found = await values<[Did, string]>(hiddenAwards, list, ...at, list, ...at, position);
      return found.map(([subject, operation]) => ({ subject, operation }));
    },
    ofKinds: async (kinds, position, authorities) => {
      const found: StatementRow[][] = [];
      const standing = [position, position];
      for (const kind of kinds) {
        found.push(await paged(attestationsOf(authorities), kind, position, kind));
        if (kind === "badge") found.push(await paged(awardsOf, kind, position, ...standing));
        if (kind === "endorsement") found.push(await paged(endorsementsOf, kind, position, ...standing));
      }
      return found.flat();
    },
    hidings: async (subjects, position) => {
      const found = await values<[Did, string, number]>(hidingsOf, JSON.stringify(subjects), position);
      return found.map(([subject, evidence, hidden]) => ({ subject, evidence, hidden: hidden === 1 }));
    },
  };
}

/** Where there is more than is taken, the database says first which, so that nobody makes a process read without end. */
async function latestAbout(
  values: Asking["values"],
  { list, position, by }: { list: string; position: number; by: Millis },
  { each, all }: Most,
): Promise<About> {
  const at = [position, position] as const;
  const places = [list, position, list, ...at, by, list, ...at, position, by];
  const taken = await values<[number, number]>(latestPlaces, ...places, each, all);
  const seqs = JSON.stringify(taken.map(([seq]) => seq));
  const found = await Promise.all([
    values<DetailValues>(attestationsAbout(among), list, position, seqs, all),
    values<DetailValues>(awardsAbout(among), list, ...at, seqs, all),
    values<DetailValues>(endorsementsAbout(among), list, ...at, position, seqs, all),
    values<DetailValues>(attestationsAbout(unasked), list, position, unaskedRoom),
  ]);
  const stated = taken[0]?.[1] ?? 0;
  return { rows: found.flatMap((part) => part.map(detailOf)), beyond: stated - taken.length };
}

function walletRows({ values, forAll }: Asking): Pick<LedgerRows, "links" | "closures"> {
  return {
    links: async (accounts, position) => {
      const at = [position, position] as const;
      const ask = (list: string) => values<LinkValues>(linksOf(), list, ...at, list, ...at);
      return (await (accounts ? forAll(accounts, ask) : values<LinkValues>(allLinks(), ...at))).map(linkOf);
    },
    closures: async (subjects, position) => {
      const found = await values<[Did, number]>(closuresOf, JSON.stringify(subjects), position);
      return found.map(([subject, at]) => ({ subject, at }));
    },
  };
}

function organizationRows({ values, forAll }: Asking): Pick<LedgerRows, "roles" | "closings" | "compromises"> {
  return {
    roles: async (organizations, accounts, position) => {
      const ask = (list: string) =>
        organizations
          ? values<RoleValues>(rolesIn, JSON.stringify(organizations), list, position)
          : values<RoleValues>(rolesOf, list, position);
      const found = await forAll(accounts, ask);
      return found.map(([organization, user, seq, ended]): RoleRow => ({ organization, user, seq, ended }));
    },
    closings: async (organizations, position) => {
      const found = await forAll(organizations, (list) => values<[string, number]>(closingsOf, list, position));
      return found.map(([organization, at]) => ({ organization, at }));
    },
    compromises: async (authorities, position) => {
      const ask = (filter: string, ...list: string[]) =>
        values<[string, number]>(compromised(filter), ...list, position, ...list, position);
      const found = await (authorities ? forAll(authorities, (list) => ask(listed("entry"), list)) : ask("true"));
      return found.map(([authority, from]) => ({ authority, from }));
    },
  };
}

type StatementValues = [
  seq: number,
  subject: Did,
  rater: string,
  context: string,
  authority: string,
  field: string,
  kind: FactKind | null,
  value: string,
  standing: StatementRow["standing"],
  admittedAt: number,
  changes: string | null,
];

type DetailValues = [
  ...StatementValues,
  operation: string,
  document: string,
  entry: string,
  claimedAt: string,
  workType: DetailRow["workType"],
  workId: string,
  hidden: number,
];

type LinkValues = [
  ...[one: Did, other: Did, seq: number, at: number, authority: string, ended: number | null],
  ...[backSeq: number, backAt: number, backAuthority: string, backEnded: number | null],
  ...[oneClosed: number | null, otherClosed: number | null],
];
type RoleValues = [string, Did, number, number | null];

function statementOf(values: StatementValues | DetailValues, kind: FactKind): StatementRow {
  const [seq, subject, rater, context, authority, field, , value, standing, admittedAt, changes] = values;
  const changed = changes === null ? null : (JSON.parse(changes) as Changes);
  return { seq, subject, rater, context, authority, field, kind, value, standing, admittedAt, changes: changed };
}

function detailOf(values: DetailValues): DetailRow {
  const [, , , , , , , , , , , operation, document, entry, claimedAt, workType, workId, hidden] = values;
  const named = { operation, document, entry, claimedAt, workType, workId };
  return { ...statementOf(values, values[6]!), ...named, hidden: hidden === 1 };
}

function linkOf([one, other, seq, at, authority, ended, ...back]: LinkValues): LinkPair {
  const [backSeq, backAt, backAuthority, backEnded, oneClosed, otherClosed] = back;
  const answered = { backSeq, backAt, backAuthority, backEnded };
  return { one, other, seq, at, authority, ended, ...answered, oneClosed, otherClosed };
}

// `IN (?)` and `LIMIT ? + 0` for the reason that stands in `operation-store.ts`.
const listed = (column: string) => `${column} IN (SELECT value FROM json_each(?))`;

/** Most have none of them, so they are one column, in the order of `Changes`. */
const changes = (columns: string, unless: string) => `CASE WHEN ${unless} IS NOT NULL THEN json_array(${columns}) END`;

/** What is known already, or not needed, is left out: each text costs a twentieth of reading a hundred thousand rows. */
const attested = (authority: string, kind: string) =>
  `s.seq, s.subject, s.rater, s.context, ${authority}, s.field, ${kind}, s.value, s.standing, s.admitted_at, ` +
  changes(
    "s.valid_from, s.valid_until, NULL, s.retracted_seq, s.retracted_at, 'retracted', s.retracted_by, s.disputed_seq, " +
      "s.disputed_at, s.dispute, s.ruled_seq, s.ruled_at, s.ruling, s.outcome, s.retract_authority, s.dispute_authority, " +
      "s.ruling_authority, s.ruled_by",
    "coalesce(s.retracted_seq, s.disputed_seq, s.valid_from, s.valid_until)",
  );
const attestationsAbout = (which: string) =>
  `SELECT ${attested("s.authority", "s.kind")}, s.operation, s.document, s.entry, s.claimed_at, s.work_type, s.work_id, 0 FROM attestations s ` +
  `WHERE ${listed("s.subject")} AND s.seq <= ?${which} LIMIT ? + 0`;
const among = ` AND ${listed("s.seq")}`;
const unasked = " AND s.standing = 'unsolicited'";
const attestationsOf = (authorities: boolean) =>
  `SELECT ${attested(authorities ? "s.authority" : "''", "NULL")} FROM attestations s ` +
  "WHERE s.kind IN (?) AND s.seq > ? AND s.seq <= ? ORDER BY s.seq LIMIT ? + 0";

/** What an award or an endorsement `s` of an award as it stood (`a`) states. A dispute is its own subject's. */
const awarded = (kind: string) =>
  `s.seq, a.subject, s.organization, '', s.authority, a.field, '${kind}', '1', 'organization', s.admitted_at, ` +
  changes(
    "a.valid_from, a.valid_until, a.held_until, a.ended_seq, a.ended_at, a.ended_as, a.ended_by, d.disputed_seq, " +
      "d.disputed_at, d.dispute, d.ruled_seq, d.ruled_at, d.ruling, d.outcome, a.ended_authority, d.dispute_authority, " +
      "d.ruling_authority, d.ruled_by",
    "coalesce(a.ended_seq, d.disputed_seq, a.valid_from, a.valid_until, a.held_until)",
  );
const shown = (document: string) => `s.operation, ${document}, s.entry, s.claimed_at, 'badge', ${document}, a.hidden`;
const disputed =
  "LEFT JOIN evidence_disputes d ON d.evidence = s.operation AND EXISTS " +
  "(SELECT 1 FROM reputations r WHERE r.document = d.document AND r.subject = a.subject)";
const standing = "a.subject <> '' AND a.since <= ? AND (a.until IS NULL OR a.until > ?)";

/** One row under both names, so that awards are asked for as endorsements are. */
const awardRows = `award_evidence a JOIN award_evidence s ON s.document = a.document AND s.since = a.since ${disputed}`;
const awardsAbout = (which: string) =>
  `SELECT ${awarded("badge")}, ${shown("a.document")} FROM ${awardRows} ` +
  `WHERE ${listed("a.subject")} AND ${standing}${which} LIMIT ? + 0`;
const awardsOf = `SELECT ${awarded("badge")} FROM ${awardRows} WHERE ${standing} AND a.seq > ? AND a.seq <= ? ORDER BY a.seq LIMIT ? + 0`;

const endorsementRows = `award_evidence a JOIN award_endorsements s ON s.award = a.document ${disputed}`;
const endorsementsAbout = (which: string) =>
  `SELECT ${awarded("endorsement")}, ${shown("a.document")} FROM ${endorsementRows} ` +
  `WHERE ${listed("a.subject")} AND ${standing} AND s.seq <= ?${which} LIMIT ? + 0`;
const endorsementsOf =
  `SELECT ${awarded("endorsement")} FROM ${endorsementRows} WHERE ${standing} AND s.seq > ? AND s.seq <= ? ` +
  "ORDER BY s.seq LIMIT ? + 0";

/** The same choice as `latestOf`: awards and endorsements are organisations', and attestations name a person by wallet. */
const awardsOfThem = `award_evidence a WHERE ${listed("a.subject")} AND ${standing}`;
const endorsementsOfThem = `award_evidence a JOIN award_endorsements s ON s.award = a.document WHERE ${listed("a.subject")} AND ${standing} AND s.seq <= ?`;
const known = "(a.held_until IS NULL OR a.held_until <= ?)";
const latestPlaces =
  "WITH stated (seq, teller) AS (SELECT s.seq, CASE WHEN s.standing <> 'organization' AND s.rater LIKE 'did:pkh:eip155:%' " +
  `THEN substr(s.rater, -42) ELSE s.rater END FROM attestations s WHERE ${listed("s.subject")} AND s.seq <= ? ` +
  "AND s.standing <> 'unsolicited' " +
  `UNION ALL SELECT a.seq, a.organization FROM ${awardsOfThem} AND ${known} ` +
  `UNION ALL SELECT s.seq, s.organization FROM ${endorsementsOfThem} AND ${known}), ` +
  "ranked AS (SELECT seq, row_number() OVER (PARTITION BY teller ORDER BY seq DESC) AS nth, " +
  "min(seq) OVER (PARTITION BY teller) AS first, count(*) OVER () AS stated FROM stated) " +
  "SELECT seq, stated FROM ranked WHERE nth <= ? + 0 ORDER BY nth, first LIMIT ? + 0";
const hiddenAwards =
  `SELECT a.subject, a.operation FROM ${awardsOfThem} AND a.hidden = 1 ` +
  `UNION ALL SELECT a.subject, s.operation FROM ${endorsementsOfThem} AND a.hidden = 1`;

const closuresOf = `SELECT subject, closed_at FROM reputations WHERE ${listed("subject")} AND closed_seq <= ?`;
const hidingsOf =
  "SELECT r.subject, h.evidence, h.hidden FROM reputations r JOIN hidden_evidence h ON h.document = r.document " +
  `WHERE ${listed("r.subject")} AND h.seq <= ? ORDER BY h.seq`;

/** A member's DID ends with its address; by it a wallet is known on every chain. */
const roles =
  "SELECT r.organization, r.user, g.seq, g.ended FROM organization_roles r JOIN grants g ON g.entry = r.entry " +
  "WHERE r.role IN ('owner', 'admin', 'issuer')";
const byAccount = `${listed("substr(r.user, -42)")} AND g.seq <= ?`;
const rolesIn = `${roles} AND ${listed("r.organization")} AND ${byAccount}`;
const rolesOf = `${roles} AND ${byAccount}`;

const closingsOf = `SELECT document, closed_at FROM organizations WHERE ${listed("document")} AND closed_seq <= ?`;

const compromised = (filter: string) =>
  `SELECT entry, compromised_from FROM delegations WHERE ${filter} AND compromised_seq IS NOT NULL AND compromised_seq <= ? ` +
  `UNION ALL SELECT entry, compromised_from FROM organization_keys WHERE ${filter} AND compromised_from IS NOT NULL ` +
  "AND compromised_seq <= ?";
