import type { Delegation, Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { Entry, LoggedEntry } from "./entry.ts";
import type { Projection } from "./kind.ts";

/** Where a stream ends. */
export type Head = { length: number; operation: string; entry: string; timestampUtcMs: string };

/** A document as stored: the latest snapshot, if any, and the entries of `global` behind it, in order. */
export type StoredDocument = {
  id: string;
  kind: string;
  /** The entry of CREATE_DOCUMENT; undefined for derived documents, which have none. */
  genesis: LoggedEntry | undefined;
  snapshot: { state: string; length: number } | undefined;
  tail: LoggedEntry[];
  /** The last entry of `global`, undefined while there is none. */
  last: LoggedEntry | undefined;
};

/**
 * An entry with what it projects. `rests` are digests of entries of other logs that it was decided on beside its
 * authority: each gives something that must not have ended when it is written.
 */
export type Written = { entry: Entry; projection: Projection; rests?: readonly string[] };

/** One commit: entries with what they project, in order, written together or not at all. */
export type Append = {
  document: string;
  kind: string;
  entries: Written[];
  /** The state after the last entry as JSON, written as the new snapshot. */
  snapshot?: { state: string; length: number };
};

/** Why a commit failed; nothing of it has been written. */
export type ConflictReason =
  /** Another entry stands at an index, or the one before is missing. */
  | "head"
  /** The action id is in the document already. */
  | "action"
  /** The delegation (or role) that an entry rests on is no longer live. */
  | "authority"
  /** A claim is held by another. */
  | "claim";

/** A delegation as its holder sees it in a list. */
export type DelegationRecord = Delegation & {
  kind: string;
  /** What the proof calls the app. */
  label: string;
  revokedBy: string | undefined;
  revocationReason: string | undefined;
};

export class CommitConflict extends Error {
  readonly reason: ConflictReason;
  override readonly name = "CommitConflict";

  constructor(reason: ConflictReason) {
    super(`The commit lost a race (${reason}).`);
    this.reason = reason;
  }
}

/** The log and what the corridor reads of it. Adapters implement it; a contract suite holds them to it. */
export type OperationStore = {
  load(document: string): Promise<StoredDocument | undefined>;
  /**
   * Appends durably: resolves with the entries' places once they are on disk, or rejects with CommitConflict. Each
   * entry is written on condition that its predecessor stands before it and that neither the grant of its authority nor
   * any that it rests on has ended.
   */
  commit(append: Append): Promise<number[]>;
  entryOfAction(document: string, actionId: string): Promise<LoggedEntry | undefined>;
  entryOfOperation(document: string, operation: string): Promise<LoggedEntry | undefined>;
  /** The entry of an operation that gives something to others, as long as that has not ended. */
  groundOf(document: string, operation: string): Promise<LoggedEntry | undefined>;
  entryAt(seq: number): Promise<LoggedEntry | undefined>;
  /** Whether the log has entries of a document. */
  holds(document: string): Promise<boolean>;
  /**
   * Entries of a document in commit order, both scopes, after a place; at most `limit`, and none behind the one with
   * which their actions' texts come to `bytes` (UTF-8).
   */
  entriesOf(document: string, after: number, limit: number, bytes?: number): Promise<LoggedEntry[]>;
  /** All entries in commit order after a place; at most `limit` and `bytes`, as with those of a document. */
  entriesAfter(after: number, limit: number, bytes?: number): Promise<LoggedEntry[]>;
  /** For how many entries those of a document count (`weightOf`), of which `most` are looked at. */
  weightOf(document: string, most: number): Promise<number>;
  /**
   * Delegations of a key that speak for a user, latest first, at most 16: live, ended, whatever they are. One proved by
   * recovery speaks for its address on every chain, one proved by contract for exactly its DID.
   * With `upTo` those given later do not count: a question about the past finds what there was then.
   */
  delegationsOf(user: Did, key: Did, upTo?: number): Promise<Delegation[]>;
  /** All that speak for a user, in the order of their document ids, after one. */
  delegationsByUser(user: Did, after: string, limit: number): Promise<DelegationRecord[]>;
  delegationByDocument(document: string): Promise<DelegationRecord | undefined>;
  /** The document in whose log the entry stands that gives an authority; undefined where no grant has this digest. */
  documentOfGrant(entry: string): Promise<string | undefined>;
  /** Who holds a claim now. */
  holderOf(space: string, key: string, now: Millis): Promise<string | undefined>;
  /** The last place admitted by then, where an entry's time is the latest `admittedAt` up to its place. */
  momentAt(time: Millis): Promise<Moment>;
  /** When an entry was last admitted that rests on the one at this place; undefined where none does. */
  lastUseOf(seq: number): Promise<Millis | undefined>;
  /** The latest `admittedAt` in the log, 0 in an empty one. */
  latestTime(): Promise<Millis>;
  /** The digest of the last entry of the document's `global`, "" where there is none. */
  headOf(document: string): Promise<string>;
  /** The last place, 0 in an empty log. */
  lastSeq(): Promise<number>;
};
