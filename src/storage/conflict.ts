import { Failure } from "../kernel/failure.ts";
import { CommitConflict, type ConflictReason } from "../operations/store.ts";

/** A constraint that a statement broke, as the database names it: `entries.doc, entries.action_id`. */
export type Constraint = { type: "unique" | "not null"; columns: string };

/** SQLite and D1 word it alike; D1 gives nothing but the message, wrapped in words of its own. */
const constraintMessage = /(UNIQUE|NOT NULL) constraint failed: ([a-z0-9_]+\.[a-z0-9_]+(?:, [a-z0-9_]+\.[a-z0-9_]+)*)/;

/** SQLite's codes for a lock that another process holds, and D1's words for what passes by itself. */
const passing = /^SQLITE_(?:BUSY|LOCKED)/;
const passingMessage = /^D1_ERROR: (?:D1 DB is overloaded|Network connection lost|D1 DB storage operation exceeded)/;

const reasons: Record<string, ConflictReason> = {
  "unique entries.doc, entries.scope, entries.branch, entries.idx": "head",
  "not null entries.idx": "head",
  "not null entries.doc": "head",
  "unique entries.doc, entries.action_id": "action",
  "not null entries.authority": "authority",
  "not null claims.holder": "claim",
};

/** The constraint that a statement broke; undefined where it failed for another reason. */
export function constraintOf(error: unknown): Constraint | undefined {
  const parts = error instanceof Error ? constraintMessage.exec(error.message) : null;
  if (!parts) return undefined;
  return { type: parts[1] === "UNIQUE" ? "unique" : "not null", columns: parts[2]! };
}

/** True where a row with the same key stands already: `sessions.id`, or `a.b, a.c` for a key of two. */
export function isDuplicate(error: unknown, columns: string): boolean {
  const constraint = constraintOf(error);
  return constraint?.type === "unique" && constraint.columns === columns;
}

/** What a failed commit is to its caller: a conflict, UNAVAILABLE, or the error itself where it is nobody's doing. */
export function refusalOf(error: unknown): unknown {
  const constraint = constraintOf(error);
  const reason = constraint && reasons[`${constraint.type} ${constraint.columns}`];
  if (reason) return new CommitConflict(reason);
  return isPassing(error) ? new Failure("UNAVAILABLE") : error;
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return passing.test(code) || passingMessage.test(error.message);
}
