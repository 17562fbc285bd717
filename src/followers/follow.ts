import { ensure } from "../kernel/failure.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import { isCut, partBytes } from "../operations/entry-size.ts";
import type { OperationStore } from "../operations/store.ts";

/** How far a follower has come; `turn` changes with everything that is written, so that nobody writes over another. */
export type Cursor = { seq: number; turn: number };

/** Where a follower keeps what it makes of the log, and how far it has come. */
export type FollowerStore<Change> = {
  cursor(): Promise<Cursor>;
  /** Writes a change, and the place that it brings the follower to, together; false where another has written since. */
  advance(from: Cursor, seq: number, change: Change | undefined): Promise<boolean>;
  /** Forgets all that was made and goes back to the beginning, together. */
  clear(): Promise<void>;
};

export type FollowParts<Change> = {
  log: Pick<OperationStore, "entriesAfter" | "lastSeq">;
  store: FollowerStore<Change>;
  /** What entries change, in the order of the log, given all that came before them; undefined for nothing. */
  read(entries: readonly LoggedEntry[]): Promise<Change | undefined>;
};

export type Follower = {
  /** Follows the log for at most `budget` entries; says how far it has come and how many are left. */
  run(budget: number): Promise<{ seq: number; behind: number }>;
  /** Resolves once the log has been followed up to a place. Refuses with UNAVAILABLE where that takes too long. */
  ensureAt(position: number): Promise<void>;
  /** The same, but answers with the place that it has come to where that takes too long. */
  reach(position: number): Promise<number>;
  /** Makes everything again from nothing. Refuses with UNAVAILABLE where others keep writing first. */
  rebuild(): Promise<void>;
};

/** Entries that are read and written together, fewer of large ones: a hundredth of a second of work. */
const page = 500;

/** Entries that change nothing and are passed over before it is written down how far they were. */
const unwritten = 2_000;

/** Entries that a question waits for. */
const maxWaited = 5_000;

/** Tries where others keep writing first: each of them has brought the follower further. */
const maxTries = 16;

/**
 * Follows the log from a cursor. Cut off at any point, or run by several processes, it comes to what one run from the
 * beginning comes to: what is made of a part is written with the cursor, or not at all.
 */
export function follow<Change>({ log, store, read }: FollowParts<Change>): Follower {
  // What was passed over behind the cursor that is written, until anybody writes.
  let passed: Cursor = { seq: 0, turn: -1 };
  const place = async () => {
    const cursor = await store.cursor();
    const seq = cursor.turn === passed.turn ? Math.max(cursor.seq, passed.seq) : cursor.seq;
    return { cursor, seq };
  };
  const step = async ({ cursor, seq }: Awaited<ReturnType<typeof place>>, limit: number) => {
    const entries = await log.entriesAfter(seq, limit, partBytes);
    const last = entries.at(-1)?.seq ?? seq;
    const change = await read(entries);
    if (change === undefined && last - cursor.seq < unwritten) passed = { seq: last, turn: cursor.turn };
    else if (!(await store.advance(cursor, last, change))) return undefined;
    return { seq: last, read: entries.length, end: !isCut(entries, limit, partBytes) };
  };
  /** `end` where there was no more to read. Where others keep writing first, the place is that to which they came. */
  const run = async (budget: number, until: number): Promise<{ seq: number; end: boolean }> => {
    let tries = 0;
    for (let left = budget; ; ) {
      const from = await place();
      const limit = Math.min(page, left);
      if (from.seq >= until) return { seq: from.seq, end: false };
      if (limit <= 0) {
        // Where more is to come, the next may be another process.
        if (from.seq > from.cursor.seq) await store.advance(from.cursor, from.seq, undefined);
        return { seq: from.seq, end: false };
      }
      const done = await step(from, limit);
      if (!done && ++tries === maxTries) return { seq: (await place()).seq, end: false };
      if (done?.end) return { seq: done.seq, end: true };
      left -= done?.read ?? 0;
    }
  };
  const inTurn = oneByOne();
  const comeTo = async (position: number): Promise<number> => {
    if ((await place()).seq >= position) return position;
    const { seq, end } = await inTurn(() => run(maxWaited, position));
    return end ? position : Math.min(seq, position);
  };
  const seen = rememberFurthest(comeTo);
  return {
    run: async (budget) => {
      const { seq } = await inTurn(() => run(budget, Number.POSITIVE_INFINITY));
      return { seq, behind: Math.max(0, (await log.lastSeq()) - seq) };
    },
    ensureAt: async (position) => {
      ensure((await comeTo(position)) >= position, "UNAVAILABLE", "The log is still being followed up to there.");
    },
    reach: seen.reach,
    rebuild: () =>
      inTurn(async () => {
        seen.forget();
        await store.clear();
        const { end } = await run(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        ensure(end, "UNAVAILABLE", "Others follow the log at the same time.");
      }),
  };
}

/** What is asked of a place that was reached before asks nobody again. */
function rememberFurthest(comeTo: (position: number) => Promise<number>) {
  let furthest = 0;
  return {
    reach: async (position: number): Promise<number> => {
      if (furthest >= position) return position;
      const reached = await comeTo(position);
      furthest = Math.max(furthest, reached);
      return reached;
    },
    forget: (): void => {
      furthest = 0;
    },
  };
}

/** One after the other within this process: two at once would do the same work, and one of them in vain. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
