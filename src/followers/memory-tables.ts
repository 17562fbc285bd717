import type { LoggedEntry } from "../operations/entry.ts";
import { apply, type Document, type Kinds, openDocument } from "../operations/fold.ts";
import { here, type Row } from "../operations/kind.ts";
import { projectionOf } from "../operations/projection.ts";

/** A row as the read models would have it; columns that nobody has set are missing. */
export type TableRow = Record<string, string | number | null>;

/** The read models of some tables in memory, made by folding a log as the database makes them. */
export class MemoryTables {
  readonly #tables: ReadonlyMap<string, Map<string, TableRow>>;
  readonly #kinds: Kinds;
  readonly #documents = new Map<string, Document>();

  /** Rows of other tables than these are passed over. */
  constructor(kinds: Kinds, tables: readonly string[]) {
    this.#kinds = kinds;
    this.#tables = new Map(tables.map((table) => [table, new Map()]));
  }

  /** Folds one more entry, later than all before; of a kind that is not known here it changes nothing. */
  add(entry: LoggedEntry): void {
    const kind = this.#kinds.get(entry.kind);
    if (!kind) return;
    const before = this.#documents.get(entry.document) ?? openDocument(entry.document, kind, undefined);
    const document = apply(before, entry);
    this.#documents.set(entry.document, document);
    for (const row of projectionOf(document, entry).rows) this.#set(row, entry.seq);
  }

  /** All rows of a table, in the order in which they came. */
  rows(table: string): TableRow[] {
    return [...(this.#tables.get(table)?.values() ?? [])];
  }

  #set({ table, key, set }: Row, seq: number): void {
    const rows = this.#tables.get(table);
    if (!rows) return;
    const name = Object.values(key).join(" ");
    const row = rows.get(name) ?? { ...key };
    for (const [column, value] of Object.entries(set)) row[column] = value === here ? seq : value;
    rows.set(name, row);
  }
}
