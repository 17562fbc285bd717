import { Kysely, SqliteAdapter } from "kysely";
import { D1Dialect } from "kysely-d1";
import { refusalOf } from "./conflict.ts";
import type { Storage } from "./database.ts";
import { operationStore } from "./operation-store.ts";
import { readModelsOf } from "./read-models.ts";
import type { Reader, Statement, Writer } from "./statement.ts";
import type { Tables } from "./tables.ts";

export type D1Result<R = unknown> = { results: R[] };

export type D1PreparedStatement = {
  bind(...values: unknown[]): D1PreparedStatement;
  first<R = unknown>(): Promise<R | null>;
  all<R = unknown>(): Promise<D1Result<R>>;
  raw<R extends readonly unknown[]>(): Promise<R[]>;
  run(): Promise<D1Result>;
};

/** Cloudflare's D1 as far as it is used here; a batch is one transaction. */
export type D1Database = {
  prepare(sql: string): D1PreparedStatement;
  batch<R = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<R>[]>;
  exec(sql: string): Promise<unknown>;
};

/** Kysely has queries of SQLite wait for one another, for ever where the runtime drops an invocation amid its query. */
class FreeAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class FreeD1Dialect extends D1Dialect {
  override createAdapter(): SqliteAdapter {
    return new FreeAdapter();
  }
}

/** A D1 database that wrangler has migrated. Each append is one batch, written together or not at all. */
export function openD1(database: D1Database, realm: string): Storage {
  const bound = ({ sql, params, writesEntry }: Statement) =>
    database.prepare(writesEntry ? `${sql} RETURNING seq` : sql).bind(...params);
  const batch = async (statements: readonly Statement[]) => {
    if (statements.length === 0) return [];
    return (await database.batch<{ seq?: number }>(statements.map(bound))).map(({ results }) => results);
  };
  const write: Writer = async (statements) => {
    try {
      return (await batch(statements)).flatMap((rows) => rows[0]?.seq ?? []);
    } catch (error) {
      throw refusalOf(error);
    }
  };
  const reader: Reader = {
    rows: async <R>(statement: Statement) => (await bound(statement).all<R>()).results,
    values: <R extends readonly unknown[]>(statement: Statement) => bound(statement).raw<R>(),
    together: batch,
  };
  return {
    db: new Kysely<Tables>({ dialect: new FreeD1Dialect({ database }) }),
    reader,
    operations: operationStore(reader, write, realm),
    readModels: readModelsOf(reader, write),
    write,
    close: async () => {},
  };
}
