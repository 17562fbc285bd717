import { iso } from "../../src/kernel/time.ts";
import { type Authority, type Entry, entryDigest, operationDigest } from "../../src/operations/entry.ts";
import type { Claim, Projection, Row } from "../../src/operations/kind.ts";
import type { Append } from "../../src/operations/store.ts";

export const realm = "contract";
export const kind = "test/note";

/** Nothing is projected. */
export const nothing: Projection = { rows: [], claims: [] };

let counter = 0;

/** Ids that never repeat within a run of the tests and are the same in each. */
export function freshId(): string {
  counter++;
  return `00000000-0000-4000-8000-${counter.toString(16).padStart(12, "0")}`;
}

/** A clock of the suite: later at each call, so that the log of all its tests is in order of time. */
export function tick(): number {
  return Date.UTC(2026, 10, 20) + 1000 * ++counter;
}

export type Draft = {
  document: string;
  /** The entry before in the stream; undefined for the first. */
  after?: Entry | undefined;
  actionId?: string;
  scope?: "document" | "global";
  authority?: Authority;
  at?: number;
  text?: string;
};

/** An entry that follows another, its digests computed, of a kind that no code knows. */
export function entryOf(draft: Draft): Entry {
  const { document, after, actionId = freshId(), scope = "global", at = tick(), text = "a note" } = draft;
  const timestampUtcMs = iso(at);
  const action = { type: "NOTE", id: actionId, timestampUtcMs, scope, input: { text, "10": 1, "a b": null } };
  const operation = { document, kind, branch: "main", action, text: JSON.stringify(action) };
  const entry = {
    ...operation,
    realm,
    index: after ? after.index + 1 : 0,
    prev: after?.digest ?? "",
    operation: operationDigest(operation),
    binding: "attested" as const,
    authority: draft.authority ?? { by: "service" as const, entry: "" },
    admittedAt: iso(at),
  };
  return { ...entry, digest: entryDigest(entry) };
}

/** Entries of a stream, each following the one before. */
export function chain(document: string, length: number, after?: Entry): Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i < length; i++) entries.push(entryOf({ document, after: entries.at(-1) ?? after }));
  return entries;
}

/** Entries written together, the last with what is projected. */
export function appendOf(entries: readonly Entry[], projection: Partial<Projection> = {}): Append {
  const last = entries.length - 1;
  const projected = { ...nothing, ...projection };
  return {
    document: entries[0]!.document,
    kind,
    entries: entries.map((entry, i) => ({ entry, projection: i === last ? projected : nothing })),
  };
}

/** A claim for ever, unless it says otherwise. */
export function claimOf(key: string, holder: string, until: number | null = null): Claim {
  return { space: "contract", key, holder, until, refusal: "NAME_TAKEN" };
}

/** The row of a profile, as a row that names all its table demands. */
export function profileRow(document: string, username: string): Row {
  const set = { owner: "somebody", username, created_at: "then", updated_at: "then" };
  return { table: "profiles", key: { document }, set };
}
