import { iso } from "../kernel/time.ts";
import type { Authority, Binding, LoggedEntry } from "../operations/entry.ts";
import { entryBytes } from "../operations/entry-size.ts";
import type { OperationStore, StoredDocument } from "../operations/store.ts";
import { appendStatements, uuidHex } from "./append.ts";
import { delegationQueries } from "./delegation-rows.ts";
import { keepAnswers } from "./kept-answers.ts";
import type { Parameter, Reader, Writer } from "./statement.ts";

/** The store of one realm over a database: what is asked is the same in all, how it is asked is the adapter's. */
export function operationStore(reader: Reader, commit: Writer, realm: string): OperationStore {
  const entries = async (sql: string, ...params: Parameter[]): Promise<LoggedEntry[]> => {
    const rows = await reader.rows<EntryRow>({ sql, params });
    return rows.map((row) => entryOf(row, realm));
  };
  const one = async <R>(sql: string, ...params: Parameter[]): Promise<R | undefined> =>
    (await reader.rows<R>({ sql, params }))[0];

  const heads = keepAnswers(reader, maxKept, ([head]: { digest: string }[]) => head?.digest ?? "");
  const delegations = delegationQueries(reader, maxKept);

  return {
    ...delegations.queries,
    commit: async (append) => {
      try {
        return await commit(appendStatements(append));
      } finally {
        // After a failure, too: what became of it may be unknown.
        heads.forget(append.document);
        delegations.heed(append);
      }
    },
    load: async (document) => {
      const statements = [
        { sql: documentRow, params: [document] },
        { sql: loadedEntries, params: [document, document, document] },
      ];
      const [documents, rows] = await reader.together(statements);
      const row = documents![0] as DocumentRow | undefined;
      return (
        row &&
        storedDocument(
          document,
          row,
          (rows as EntryRow[]).map((each) => entryOf(each, realm)),
        )
      );
    },
    entryOfAction: async (document, actionId) => (await entries(ofAction, document, uuidHex(actionId)))[0],
    entryOfOperation: async (document, operation) => (await entries(ofOperation, document, operation, operation))[0],
    groundOf: async (document, operation) => (await entries(standing, document, operation, operation))[0],
    entryAt: async (seq) => (await entries(atSeq, seq))[0],
    holds: async (document) => (await one("SELECT doc FROM documents WHERE id = ?", document)) !== undefined,
    entriesOf: (document, after, limit, bytes) => {
      const page = ["document", "global"].flatMap((scope) => streamPage(scope, document, after, limit));
      return bytes === undefined ? entries(ofDocument, ...page, limit) : entries(someOfDocument, ...page, limit, bytes);
    },
    entriesAfter: (after, limit, bytes) =>
      bytes === undefined ? entries(afterSeq, after, limit) : entries(someAfterSeq, after, limit, bytes),
    weightOf: async (document, most) => (await one<{ weight: number }>(weight, document, most))!.weight,
    documentOfGrant: async (entry) => (await one<{ id: string }>(grantor, entry))?.id,
    holderOf: async (space, key, now) => (await one<{ holder: string }>(holder, space, key, now))?.holder,
    momentAt: async (time) => ({ time, seq: (await one<{ seq: number }>(seqAt, time, time))!.seq }),
    lastUseOf: async (seq) => (await one<{ at: number | null }>(lastUse, seq))?.at ?? undefined,
    latestTime: async () => (await one<{ latest_at: number }>(latest))?.latest_at ?? 0,
    headOf: async (document) => heads.ask(document, () => ({ sql: headOf, params: [document] })),
    lastSeq: async () => (await one<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM entries"))!.seq,
  };
}

/** Answers of a kind that are kept in memory: of delegations, some kilobytes each at most. */
const maxKept = 4096;

type DocumentRow = { kind: string; length: number | null; state: string | null };

type EntryRow = {
  seq: number;
  document: string;
  kind: string;
  branch: string;
  idx: number;
  prev: string;
  operation: string;
  digest: string;
  binding: Binding;
  by: Authority["by"];
  authority: string;
  admitted_at: number;
  action: string;
};

/** The entry before in the stream and the entry that gives the right stand in the log once, so they are joined. */
const columns =
  "e.seq, d.id AS document, d.kind, e.branch, e.idx, coalesce(p.digest, '') AS prev, e.operation, e.digest, e.binding, " +
  "e.authority_by AS by, coalesce(a.digest, '') AS authority, e.admitted_at, e.action";
const joined =
  "JOIN documents d ON d.doc = e.doc " +
  "LEFT JOIN entries p ON p.doc = e.doc AND p.scope = e.scope AND p.branch = e.branch AND p.idx = e.idx - 1 " +
  "LEFT JOIN entries a ON a.seq = e.authority";
const entryRows = `SELECT ${columns} FROM entries e ${joined}`;
const documentOf = "(SELECT doc FROM documents WHERE id IN (?))";

const documentRow =
  "SELECT d.kind, s.length, s.state FROM documents d LEFT JOIN snapshots s ON s.doc = d.doc WHERE d.id = ?";
/** The genesis, and of `global` the last entry that the snapshot covers and all behind it. */
const loadedEntries =
  `SELECT * FROM (${entryRows} WHERE e.doc = ${documentOf} AND e.branch = 'main' AND e.scope = 'document' AND e.idx = 0) ` +
  `UNION ALL SELECT * FROM (${entryRows} WHERE e.doc = ${documentOf} AND e.branch = 'main' AND e.scope = 'global' ` +
  `AND e.idx >= coalesce((SELECT length - 1 FROM snapshots WHERE doc = ${documentOf}), 0) ORDER BY e.idx)`;

const ofAction = `${entryRows} WHERE e.doc = ${documentOf} AND e.action_id = unhex(?)`;
/** The first characters are what the index has; joined with the rest in one query it takes ten times as long. */
const ofOperation =
  `${entryRows} WHERE e.seq = (SELECT seq FROM entries WHERE doc = ${documentOf} ` +
  "AND substr(operation, 1, 12) = substr(?, 1, 12) AND operation = ?)";
const standing = `${ofOperation} AND EXISTS (SELECT 1 FROM grants WHERE entry = e.digest AND ended IS NULL)`;
const atSeq = `${entryRows} WHERE e.seq = ?`;

// Beside an order, SQLite plans anew for each value of `= ?`, and everywhere for each of `LIMIT ?`, which takes ten times
// what running does. `IN (?)` and `LIMIT ? + 0` ask the same and are planned once.
const afterSeq = `${entryRows} WHERE e.seq > ? ORDER BY e.seq LIMIT ? + 0`;

const sizes = "SELECT e.seq AS seq, octet_length(e.action) AS size FROM entries e";
/** Sizes are known without the texts, so that what is too much is never read. */
const upToBytes = (sized: string) =>
  `WITH fits AS (SELECT seq, sum(size) OVER (ORDER BY seq) - size AS before FROM (${sized})) ` +
  `${entryRows} WHERE e.seq IN (SELECT seq FROM fits WHERE before < ?) ORDER BY e.seq`;
const someAfterSeq = upToBytes(`${sizes} WHERE e.seq > ? ORDER BY e.seq LIMIT ? + 0`);

/** Streams are merged by place. Where `after` is an entry of the stream, its index says at once where to go on. */
const streamAfter = (rows: string) =>
  `SELECT * FROM (${rows} WHERE e.doc = ${documentOf} AND e.scope IN (?) AND e.branch = 'main' AND e.seq > ? ` +
  `AND e.idx > coalesce((SELECT idx FROM entries WHERE seq IN (?) AND doc = ${documentOf} AND scope IN (?)), -1) ` +
  "ORDER BY e.idx LIMIT ? + 0)";
const streamsAfter = (rows: string) => `${streamAfter(rows)} UNION ALL ${streamAfter(rows)} ORDER BY seq LIMIT ? + 0`;
const ofDocument = streamsAfter(entryRows);
const someOfDocument = upToBytes(streamsAfter(sizes));
const weight =
  `SELECT coalesce(sum(max(1, (octet_length(action) + ${entryBytes - 1}) / ${entryBytes})), 0) AS weight ` +
  `FROM (SELECT action FROM entries WHERE doc = ${documentOf} LIMIT ? + 0)`;

const latest = "SELECT latest_at FROM entries ORDER BY seq DESC LIMIT 1";
/** `authority > 0` is what the partial index says. */
const lastUse = "SELECT max(admitted_at) AS at FROM entries WHERE authority = ? AND authority > 0";
const headOf = `SELECT digest FROM entries WHERE doc = ${documentOf} AND scope = 'global' AND branch = 'main' ORDER BY idx DESC LIMIT 1`;

const grantor =
  "SELECT d.id FROM grants g JOIN entries e ON e.seq = g.seq JOIN documents d ON d.doc = e.doc WHERE g.entry = ?";
const holder = "SELECT holder FROM claims WHERE space = ? AND key = ? AND (until IS NULL OR until > ?)";
/** Bisects, since places have no gaps and `latest_at` never falls. */
const seqAt =
  "WITH RECURSIVE search (low, high) AS (SELECT 0, coalesce(max(seq), 0) FROM entries UNION ALL SELECT " +
  "CASE WHEN latest_at <= ? THEN seq ELSE low END, CASE WHEN latest_at <= ? THEN high ELSE seq - 1 END " +
  "FROM search JOIN entries ON seq = (low + high + 1) / 2 WHERE low < high) SELECT low AS seq FROM search WHERE low = high";

function streamPage(scope: string, document: string, after: number, limit: number): Parameter[] {
  return [document, scope, after, after, document, scope, limit];
}

function storedDocument(id: string, row: DocumentRow, entries: LoggedEntry[]): StoredDocument {
  const { kind, length, state } = row;
  const genesis = entries.find((entry) => entry.action.scope === "document");
  const stream = entries.filter((entry) => entry.action.scope === "global");
  const snapshot = length === null || state === null ? undefined : { state, length };
  const tail = stream.filter((entry) => entry.index >= (snapshot?.length ?? 0));
  return { id, kind, genesis, snapshot, tail, last: stream.at(-1) };
}

/** The text was written by us from an action that had been parsed, so it is read, not parsed again. */
function entryOf(row: EntryRow, realm: string): LoggedEntry {
  return {
    seq: row.seq,
    document: row.document,
    kind: row.kind,
    branch: row.branch,
    action: JSON.parse(row.action),
    text: row.action,
    realm,
    index: row.idx,
    prev: row.prev,
    operation: row.operation,
    binding: row.binding,
    authority: { by: row.by, entry: row.authority },
    admittedAt: iso(row.admitted_at),
    digest: row.digest,
  };
}
