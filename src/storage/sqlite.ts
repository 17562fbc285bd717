import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { type Millis, second } from "../kernel/time.ts";
import { refusalOf } from "./conflict.ts";
import type { Storage } from "./database.ts";
import { groupCommit } from "./group-commit.ts";
import { migrate } from "./migrate.ts";
import { operationStore } from "./operation-store.ts";
import { readModelsOf } from "./read-models.ts";
import type { Reader, Statement, Writer } from "./statement.ts";
import type { Tables } from "./tables.ts";

export type SqliteOptions = {
  /** A path, or ":memory:". */
  file: string;
  realm: string;
  /** How long to wait for a lock that another process holds, before UNAVAILABLE. The event loop stands still. */
  busyTimeout?: Millis;
};

/**
 * Opens a SQLite database, made and migrated where needed. What it acknowledges has been synced to disk. Throws an Error
 * that names the file, and what helps, where it is damaged, locked or out of reach.
 */
export function openSqlite({ file, realm, busyTimeout = 2 * second }: SqliteOptions): Storage {
  const database = openFile(file, busyTimeout);
  const prepared = prepareOnce(database);
  const group = groupCommit(database, prepared.run);
  const together = database.transaction((statements: readonly Statement[]) => statements.map(prepared.rows));
  const versions = versionsOf(database);
  const version = oncePerTurn(versions.current);
  let appends = 0;
  const reader: Reader = {
    rows: <R>(statement: Statement) => prepared.rows(statement) as R[],
    values: <R>(statement: Statement) => prepared.values(statement) as R[],
    together,
    version,
    versionOfAll: async () => (await version()) + appends,
    versionAtOnce: () => versions.current() + appends,
  };
  const append: Writer = async (statements) => {
    try {
      return await group.append(statements);
    } finally {
      // Before anybody hears of it, and after a failure, too: what became of it may be unknown.
      appends++;
    }
  };
  const all = database.transaction((statements: readonly Statement[]) => void statements.map(prepared.run));
  const writeAll: Writer = async (statements) => {
    versions.next();
    try {
      all.immediate(statements);
    } catch (error) {
      throw refusalOf(error);
    }
    return [];
  };
  return {
    db: new Kysely<Tables>({
      dialect: new SqliteDialect({ database: withoutTransactions(database, prepared.prepare, versions.next) }),
    }),
    reader,
    operations: operationStore(reader, append, realm),
    readModels: readModelsOf(reader, writeAll),
    write: writeAll,
    close: async () => {
      group.drain();
      database.close();
    },
  };
}

function openFile(file: string, timeout: Millis): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout });
    for (const pragma of pragmas) database.pragma(pragma);
    migrate(database);
    // What may not be written is refused now, and not with the first operation.
    database.exec("DELETE FROM schema_migrations WHERE 0");
    return database;
  } catch (error) {
    database?.close();
    if (!(error instanceof Database.SqliteError)) throw error;
    const { code, message } = error;
    const helps = remedies.find(({ codes }) => codes.test(code))?.helps;
    throw new Error(`The database ${file} cannot be opened: ${message}${helps ? `. ${helps}` : ` (${code}).`}`, {
      cause: error,
    });
  }
}

const remedies: readonly { codes: RegExp; helps: string }[] = [
  {
    codes: /^SQLITE_(?:CORRUPT|NOTADB)/,
    helps: "It is damaged, or only a part of it is there: bring back a backup of it.",
  },
  { codes: /^SQLITE_(?:BUSY|LOCKED)/, helps: "Another process holds it: end that one first." },
  { codes: /^SQLITE_(?:CANTOPEN|READONLY|PERM|AUTH)/, helps: "Let this user read and write the file and its folder." },
  { codes: /^SQLITE_(?:FULL|IOERR)/, helps: "See that the disk works and has room." },
];

/** Entries take about a kilobyte: pages of 8 KB leave half as much room unused as the usual 4. */
const pragmas = [
  "page_size = 8192",
  "journal_mode = WAL",
  "synchronous = FULL",
  "foreign_keys = ON",
  "secure_delete = ON",
];

/** Shapes of statements that are kept prepared: a few dozen occur. */
const maxPrepared = 256;

/** Runs statements, preparing each text once: preparing costs more than running. */
function prepareOnce(database: Database.Database) {
  const keep = (make: (sql: string) => Database.Statement<unknown[]>) => {
    const kept = new Map<string, Database.Statement<unknown[]>>();
    return (sql: string) => {
      const known = kept.get(sql);
      if (known) return known;
      if (kept.size >= maxPrepared) kept.clear();
      const statement = make(sql);
      kept.set(sql, statement);
      return statement;
    };
  };
  const prepare = keep((sql) => database.prepare<unknown[]>(sql));
  const prepareValues = keep((sql) => database.prepare<unknown[]>(sql).raw());
  return {
    prepare,
    rows: ({ sql, params }: Statement): unknown[] => prepare(sql).all(params),
    values: ({ sql, params }: Statement): unknown[] => prepareValues(sql).all(params),
    /** The place of the entry, where the statement writes one: it is the rowid, and RETURNING takes twice as long. */
    run: ({ sql, params, writesEntry }: Statement): number | undefined => {
      const { lastInsertRowid } = prepare(sql).run(params);
      return writesEntry ? Number(lastInsertRowid) : undefined;
    },
  };
}

/** Counts what changes the database, except for appends: what others commit, and what is announced here. */
function versionsOf(database: Database.Database) {
  const byOthers = database.prepare<[], number>("PRAGMA data_version").pluck();
  const told = () => {
    try {
      return byOthers.get();
    } catch (error) {
      throw refusalOf(error);
    }
  };
  let seen = told();
  let version = 0;
  return {
    current: (): number => {
      const now = told();
      if (now !== seen) version++;
      seen = now;
      return version;
    },
    next: (): void => void version++,
  };
}

/**
 * Asks once for all who want to know in one turn of the event loop, and when all of them have come: so what is answered
 * is never older than the question. Each asking takes locks, which costs more than nearly all else in a request.
 */
function oncePerTurn<T>(ask: () => T): () => Promise<T> {
  let waiting: Promise<T> | undefined;
  return () => {
    waiting ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        waiting = undefined;
        try {
          resolve(ask());
        } catch (error) {
          reject(error);
        }
      });
    });
    return waiting;
  };
}

/** Kysely shares the connection with the group commit, and a transaction of its own would stay open across turns. */
function withoutTransactions(
  database: Database.Database,
  prepare: ReturnType<typeof prepareOnce>["prepare"],
  beforeWriting: () => void,
) {
  return {
    close: () => void database.close(),
    prepare: (sql: string) => {
      if (/^\s*(begin|savepoint)\b/i.test(sql)) throw new Error("There are no transactions here: write one statement.");
      const statement = prepare(sql);
      // Kysely runs at once what it has prepared.
      if (!statement.readonly) beforeWriting();
      return statement;
    },
  };
}
