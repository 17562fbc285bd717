import type { LoggedEntry } from "./entry.ts";
import { isCut, partBytes } from "./entry-size.ts";
import { apply, type Document, type Kinds, kindOf, openDocument, snapshotEvery } from "./fold.ts";
import type { Projection } from "./kind.ts";
import { projectionOf } from "./projection.ts";
import type { Append, OperationStore } from "./store.ts";

/** The tables that the log can make again. */
export type Rebuilt = {
  clear(): Promise<void>;
  replay(part: readonly Replayed[]): Promise<void>;
};

type Replayed = { entry: LoggedEntry; projection: Projection; snapshot?: NonNullable<Append["snapshot"]> };

/** Entries that are read and written together, fewer of large ones. */
const page = 500;

/**
 * Drops every read model and makes it again from the log; returns how many entries that took. Nothing may be appended
 * meanwhile, and every document that is folded stays in memory. Begun again, it ends as if it had not been broken off.
 */
export async function rebuild(
  store: Pick<OperationStore, "entriesAfter">,
  readModels: Rebuilt,
  kinds: Kinds,
): Promise<number> {
  await readModels.clear();
  const documents = new Map<string, Document>();
  let after = 0;
  for (;;) {
    const entries = await store.entriesAfter(after, page, partBytes);
    await readModels.replay(entries.map((entry) => replayed(documents, entry, kinds)));
    after = entries.at(-1)?.seq ?? after;
    if (!isCut(entries, page, partBytes)) return after;
  }
}

function replayed(documents: Map<string, Document>, entry: LoggedEntry, kinds: Kinds): Replayed {
  const before = documents.get(entry.document) ?? openDocument(entry.document, kindOf(kinds, entry.kind), undefined);
  const document = apply(before, entry);
  const projection = projectionOf(document, entry);
  const { head, snapshotLength, state } = document;
  const full = head.length - snapshotLength >= snapshotEvery;
  documents.set(entry.document, full ? { ...document, snapshotLength: head.length } : document);
  if (!full) return { entry, projection };
  return { entry, projection, snapshot: { state: JSON.stringify(state), length: head.length } };
}
