import type { Database } from "better-sqlite3";
import { Failure } from "../kernel/failure.ts";
import { refusalOf } from "./conflict.ts";
import type { Statement, Writer } from "./statement.ts";

/** Appends in one durable commit: what comes together, unless it would hold up all else. */
const maxGroup = 256;

/** Turns of the event loop that a group is waited for, as long as each brings more. */
const maxTurns = 4;

type Waiting = { statements: readonly Statement[]; resolve(places: number[]): void; reject(error: unknown): void };
type Outcome = { places: number[] } | { error: unknown };

/**
 * Gathers the appends of a turn of the event loop, and of the next ones while they bring more, into one transaction: one
 * durable write for all. Where one is
 * refused, the transaction is made again with a savepoint for each, and that one goes alone. Nobody is answered before
 * COMMIT; where that fails, all are refused.
 */
export function groupCommit(database: Database, run: Run) {
  const write = groupWriter(database, run);
  let waiting: Waiting[] = [];

  const gather = (before: number, turns: number): void => {
    const more = waiting.length > before && waiting.length < maxGroup && turns < maxTurns;
    if (more) setImmediate(gather, waiting.length, turns + 1);
    else flush();
  };

  const flush = (): void => {
    const group = waiting.slice(0, maxGroup);
    waiting = waiting.slice(maxGroup);
    if (waiting.length > 0) setImmediate(gather, 0, 1);
    if (group.length === 0) return;
    for (const [i, outcome] of write(group).entries()) settle(group[i]!, outcome);
  };

  const append: Writer = (statements) =>
    new Promise((resolve, reject) => {
      if (!database.open) return reject(new Failure("UNAVAILABLE"));
      if (waiting.length === 0) setImmediate(gather, 0, 1);
      waiting.push({ statements, resolve, reject });
    });

  return {
    /** Resolves once the statements are on disk. */
    append,
    /** Writes what waits, at once. */
    drain: (): void => {
      while (waiting.length > 0) flush();
    },
  };
}

type Run = (statement: Statement) => number | undefined;

/** Writes a group, together and durably; what became of each, in order. */
function groupWriter(database: Database, run: Run): (group: readonly Waiting[]) => Outcome[] {
  const [begin, commit, rollback, savepoint, release, rollbackTo] = controls.map((sql) => database.prepare(sql));

  const tryOne = ({ statements }: Waiting): Outcome => {
    savepoint!.run();
    try {
      const places = runAll(statements, run);
      release!.run();
      return { places };
    } catch (error) {
      // A full disk ends the transaction by itself: then nothing of the group stands.
      if (!database.inTransaction) throw error;
      rollbackTo!.run();
      release!.run();
      return { error: refusalOf(error) };
    }
  };

  /** Undefined, and nothing written, where one is refused. For a savepoint SQLite would copy each page that changes. */
  const tryAll = (group: readonly Waiting[]): Outcome[] | undefined => {
    try {
      return group.map(({ statements }) => ({ places: runAll(statements, run) }));
    } catch (error) {
      if (!database.inTransaction) throw error;
      rollback!.run();
      return undefined;
    }
  };

  return (group) => {
    try {
      begin!.run();
      let outcomes = tryAll(group);
      if (!outcomes) {
        begin!.run();
        outcomes = group.map(tryOne);
      }
      commit!.run();
      return outcomes;
    } catch (error) {
      if (database.inTransaction) rollback!.run();
      return group.map(() => ({ error: refusalOf(error) }));
    }
  };
}

const controls = ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT append", "RELEASE append", "ROLLBACK TO append"];

function runAll(statements: readonly Statement[], run: (statement: Statement) => number | undefined): number[] {
  const places: number[] = [];
  for (const statement of statements) {
    const place = run(statement);
    if (place !== undefined) places.push(place);
  }
  return places;
}

function settle(one: Waiting, outcome: Outcome): void {
  if ("places" in outcome) one.resolve(outcome.places);
  else one.reject(outcome.error);
}
