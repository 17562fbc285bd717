import type { JsonObject } from "../kernel/json.ts";
import { type Document, viewOf } from "./fold.ts";

/** A document as the API shows it. */
export type DocumentView = {
  id: string;
  kind: string;
  realm: string;
  /** What clients of the kind know as its state. */
  state: JsonObject;
  /** Entries per scope. */
  revision: Record<string, number>;
  /** What the next signature of suite 2 names as its previous, "" in an empty stream; and the digest of its entry. */
  head: { operation: string; entry: string; timestampUtcMs: string };
};

/** Makes the view of a document once: documents in memory are replaced, never changed. */
export function documentViews(realm: string): (document: Document) => DocumentView {
  const kept = new WeakMap<Document, DocumentView>();
  return (document) => {
    const known = kept.get(document);
    if (known) return known;
    const view = documentView(document, realm);
    kept.set(document, view);
    return view;
  };
}

function documentView(document: Document, realm: string): DocumentView {
  const { id, kind, genesis, head } = document;
  const { operation, entry, timestampUtcMs } = head;
  return {
    id,
    kind: kind.name,
    realm,
    state: viewOf(document),
    revision: { document: genesis.length, global: head.length },
    head: { operation, entry, timestampUtcMs },
  };
}
