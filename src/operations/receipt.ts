import type { Authority, Binding, Entry } from "./entry.ts";

/** What whoever submits an operation is told, the same each time. */
export type Receipt = {
  document: string;
  kind: string;
  scope: string;
  /** Place in the stream, from 0. */
  index: number;
  /** Place in the log, from 1. */
  seq: number;
  /** The operation digest. */
  operation: string;
  /** The entry digest. */
  entry: string;
  binding: Binding;
  authority: Authority;
  admittedAt: string;
};

export function receiptOf(entry: Entry, seq: number): Receipt {
  const { document, kind, index, operation, binding, authority, admittedAt } = entry;
  return {
    document,
    kind,
    scope: entry.action.scope,
    index,
    seq,
    operation,
    entry: entry.digest,
    binding,
    authority,
    admittedAt,
  };
}
