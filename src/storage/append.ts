import { type Millis, parseTime } from "../kernel/time.ts";
import type { Entry } from "../operations/entry.ts";
import type { Append } from "../operations/store.ts";
import { projectionStatements, snapshotStatement } from "./read-models.ts";
import type { Statement } from "./statement.ts";

/**
 * The statements of one commit, to be run in order, together or not at all. Every condition is one that breaks a
 * constraint where it does not hold: D1 goes on after a statement that matches nothing.
 */
export function appendStatements(append: Append): Statement[] {
  const statements: Statement[] = [];
  if (append.entries.some(({ entry }) => entry.index === 0)) statements.push(openDocument(append));
  for (const { entry, projection, rests = [] } of append.entries) {
    const admittedAt = parseTime(entry.admittedAt);
    statements.push(insertEntry(entry, rests, admittedAt), ...projectionStatements(projection, admittedAt));
  }
  if (append.snapshot) statements.push(snapshotStatement(append.document, append.snapshot));
  return statements;
}

/** What `unhex` turns into the 16 bytes that are kept of an action id. */
export function uuidHex(id: string): string {
  return id.replaceAll("-", "");
}

/** A document that stands already fails at its entry of index 0, not here. */
function openDocument(append: Append): Statement {
  const sql = "INSERT INTO documents (id, kind) VALUES (?, ?) ON CONFLICT (id) DO NOTHING";
  return { sql, params: [append.document, append.kind] };
}

const documentOf = "(SELECT doc FROM documents WHERE id = ?)";

const conditions = {
  first: "0",
  next: `(SELECT idx + 1 FROM entries WHERE doc = ${documentOf} AND scope = ? AND branch = ? AND idx = ? AND digest = ?)`,
  free: "0",
  granted: "(SELECT seq FROM grants WHERE entry = ? AND ended IS NULL)",
};

/** By how an entry begins, by what right it stands, and how many more it rests on: a few dozen texts, each made once. */
const insertions = new Map<string, string>();

function insertionOf(first: boolean, free: boolean, rests: number): string {
  const form = `${first} ${free} ${rests}`;
  const known = insertions.get(form);
  if (known !== undefined) return known;
  const right = free ? conditions.free : conditions.granted;
  const sql = insertion(first ? conditions.first : conditions.next, rests === 0 ? right : resting(right, rests));
  insertions.set(form, sql);
  return sql;
}

/** The right where all that it rests on stands too, else NULL, which the column refuses. */
function resting(right: string, rests: number): string {
  const stand = Array.from({ length: rests }, () => "EXISTS (SELECT 1 FROM grants WHERE entry = ? AND ended IS NULL)");
  return `CASE WHEN ${stand.join(" AND ")} THEN ${right} END`;
}

function insertion(idx: string, authority: string): string {
  return (
    "INSERT INTO entries (doc, scope, branch, idx, action_id, operation, digest, binding, authority_by, authority, " +
    `admitted_at, latest_at, action) VALUES (${documentOf}, ?, ?, ${idx}, unhex(?), ?, ?, ?, ?, ${authority}, ?, ` +
    "max(?, coalesce((SELECT latest_at FROM entries ORDER BY seq DESC LIMIT 1), 0)), ?)"
  );
}

function insertEntry(entry: Entry, rests: readonly string[], admittedAt: Millis): Statement {
  const { document, branch, index, prev, authority } = entry;
  const { scope, id } = entry.action;
  const before = index === 0 ? [] : [document, scope, branch, index - 1, prev];
  const right = authority.entry === "" ? rests : [...rests, authority.entry];
  const sql = insertionOf(index === 0, authority.entry === "", rests.length);
  const digests = [uuidHex(id), entry.operation, entry.digest, entry.binding, authority.by];
  return {
    sql,
    params: [document, scope, branch, ...before, ...digests, ...right, admittedAt, admittedAt, entry.text],
    writesEntry: true,
  };
}
