import { type Millis, minute } from "../kernel/time.ts";

/** Told once what became of what was counted: whether it stands in the log. Else it is given back. */
export type Settle = (stands: boolean) => void;

/** What has been used of a limit: by what stands, and by what this process is writing. */
export type Tally = {
  used(): number;
  take(amount: number): Settle;
};

/** What is kept of names that nothing is being written for. */
const maxKept = 1_024;

/** So long what is being written is waited for: of a request that was cut off nobody hears again. */
const heldFor = minute;

type Hold = { amount: number; at: Millis };
/** `stood` was read at `readAt`, `written` of it is in it; all that was written since this was opened is `total`. */
type Count = { stood: number; readAt: Millis; written: number; total: number; held: Set<Hold> };

/**
 * Counts per name within a process, so that what is sent at once finds what the others use: a store only tells what has
 * been written. `keptFor` is how long a count goes on from what was read; it is read again then. What other processes
 * write since is not counted before that.
 */
export function keepTallies(keptFor: Millis) {
  const kept = new Map<string, Count>();
  const keep = (name: string, count: Count): Count => {
    kept.delete(name);
    kept.set(name, count);
    if (kept.size > maxKept) dropOldest(kept);
    return count;
  };
  /** `read` asks for what stands; `now` is when it is asked. */
  return async (name: string, now: Millis, read: () => Promise<number>): Promise<Tally> => {
    const known = kept.get(name);
    let count = known;
    if (!count || !isWithin(count, now, keptFor)) {
      const before = { known, quiet: known?.held.size === 0, total: known?.total ?? 0 };
      const stood = await read();
      // Nothing is awaited from here on, so one count is kept of a name.
      count = countOn(kept.get(name) ?? known, before, { stood, readAt: now });
    }
    keep(name, count);
    // What is not in use may have been dropped since, and opened again: all count in one.
    const current = () => kept.get(name) ?? keep(name, count);
    return {
      used: () => usedOf(current()),
      take: (amount) => takeFrom(current(), { amount, at: now }),
    };
  };
}

type Before = { known: Count | undefined; quiet: boolean; total: number };

/** A count with what has been read, `before` being how it was when that was asked. */
function countOn(count: Count | undefined, before: Before, read: Pick<Count, "stood" | "readAt">): Count {
  if (!count) return { ...read, written: 0, total: 0, held: new Set() };
  // Opened meanwhile, it has been read as lately.
  if (count !== before.known) return count;
  const now = read.readAt;
  const old = !isWithin(count, now, heldFor);
  if (old) for (const hold of count.held) if (now - hold.at >= heldFor) count.held.delete(hold);
  // What was written during the question may be in the answer: it is not counted twice, unless that lasts.
  const exact = before.quiet && count.held.size === 0 && count.total === before.total;
  if (exact || old) Object.assign(count, read, { written: before.total });
  return count;
}

function usedOf({ stood, written, total, held }: Count): number {
  let used = stood + total - written;
  for (const { amount } of held) used += amount;
  return used;
}

function takeFrom(count: Count, hold: Hold): Settle {
  count.held.add(hold);
  return (stands) => {
    count.held.delete(hold);
    if (stands) count.total += hold.amount;
  };
}

/** Before or after: whoever asks later may have looked at the clock earlier. */
function isWithin({ readAt }: Count, now: Millis, life: Millis): boolean {
  return Math.abs(now - readAt) < life;
}

/** Never what something is being written for: nobody else would count it. */
function dropOldest(kept: Map<string, Count>): void {
  for (const [name, { held }] of kept) {
    if (held.size > 0) continue;
    kept.delete(name);
    return;
  }
}
