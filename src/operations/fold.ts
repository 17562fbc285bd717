import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Entry, signerOf } from "./entry.ts";
import type { DocumentKind } from "./kind.ts";
import type { Head, StoredDocument } from "./store.ts";

/** A document in memory: its state, and where its two streams end. */
export type Document = {
  id: string;
  kind: DocumentKind;
  state: unknown;
  /** The stream `document`: its one entry is CREATE_DOCUMENT, and derived documents have none. */
  genesis: Head;
  /** The stream `global`. */
  head: Head;
  /** Entries of `global` that the stored snapshot covers. */
  snapshotLength: number;
};

export type Kinds = ReadonlyMap<string, DocumentKind>;

export const emptyHead: Head = { length: 0, operation: "", entry: "", timestampUtcMs: "" };

/** Entries of `global` between two snapshots: a load reads at most this many, and a large state is rarely written. */
export const snapshotEvery = 64;

/** Snapshot and tail to a document. Refuses with UNKNOWN_KIND what was written by a service that knows more kinds. */
export function foldStored(stored: StoredDocument, kinds: Kinds): Document {
  const kind = kindOf(kinds, stored.kind);
  const opened = openDocument(stored.id, kind, stored.genesis);
  const snapshot = stored.snapshot;
  let state = snapshot ? JSON.parse(snapshot.state) : opened.state;
  for (const entry of stored.tail) state = kind.evolve(state, entry);
  return { ...opened, state, head: headAfter(stored.last), snapshotLength: snapshot?.length ?? 0 };
}

/** A document as its CREATE_DOCUMENT leaves it, or a derived one before its first entry. */
export function openDocument(id: string, kind: DocumentKind, genesis: Entry | undefined): Document {
  const state = kind.initial(genesis ? signerOf(genesis) : { user: "", app: "" });
  return { id, kind, state, genesis: headAfter(genesis), head: emptyHead, snapshotLength: 0 };
}

/** The document with one more entry folded in. Total: a log that was admitted always folds. */
export function apply(document: Document, entry: Entry): Document {
  if (entry.action.scope === "document")
    return { ...document, state: document.kind.initial(signerOf(entry)), genesis: headAfter(entry) };
  return { ...document, state: document.kind.evolve(document.state, entry), head: headAfter(entry) };
}

export function kindOf(kinds: Kinds, name: string): DocumentKind {
  const kind = kinds.get(name);
  ensure(kind, "UNKNOWN_KIND");
  return kind;
}

/** What the API shows of a document. */
export function viewOf(document: Document): JsonObject {
  return document.kind.view(document.state);
}

function headAfter(entry: Entry | undefined): Head {
  if (!entry) return emptyHead;
  const { index, operation, digest, action } = entry;
  return { length: index + 1, operation, entry: digest, timestampUtcMs: action.timestampUtcMs };
}
