import type { Kysely } from "kysely";
import type { OperationStore } from "../operations/store.ts";
import type { ReadModels } from "./read-models.ts";
import type { Reader, Writer } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** An open database. `db` writes one statement at a time: neither adapter has transactions to give. */
export type Storage = {
  db: Kysely<Tables>;
  /** For what is asked so often that building its text would show. */
  reader: Reader;
  operations: OperationStore;
  readModels: ReadModels;
  /** Writes a list together or not at all, other than entries of the log. */
  write: Writer;
  /** Resolves when what was handed over has been written and the database is closed. */
  close(): Promise<void>;
};
