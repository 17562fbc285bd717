import type { Millis } from "../kernel/time.ts";

/**
 * Counts what an address or a key has used up. The answers are how many milliseconds to wait, 0 for none; an adapter
 * that asks another process answers with a promise.
 */
export type Limiter = {
  /** Takes `cost` from the allowance of `key`; takes nothing where it does not suffice. */
  take(key: string, cost: number, now: Millis): Millis | Promise<Millis>;
  /** Whether a cost of 1 would be taken. */
  ask(key: string, now: Millis): Millis | Promise<Millis>;
};

/** A limiter that knows at once. */
export type MemoryLimiter = {
  take(key: string, cost: number, now: Millis): Millis;
  ask(key: string, now: Millis): Millis;
};

/** Keys that are remembered at once: about 10 MB. */
export const maxKeys = 65_536;

/**
 * Token buckets in memory: an allowance of `burst` that comes back evenly within `window` milliseconds. A cost above
 * the burst takes all of it. Of more than `most` keys the one unused for longest is forgotten.
 */
export function createLimiter(
  { burst, window }: { burst: number; window: Millis },
  most: number = maxKeys,
): MemoryLimiter {
  const buckets = new Map<string, { level: number; at: Millis }>();
  const perMilli = burst / window;

  const levelOf = (key: string, now: Millis): number => {
    const bucket = buckets.get(key);
    if (!bucket) return burst;
    return Math.min(burst, bucket.level + Math.max(0, now - bucket.at) * perMilli);
  };

  const keep = (key: string, level: number, now: Millis): void => {
    // Taken out and put back, so that the order of the map is the order of use.
    if (!buckets.delete(key) && buckets.size >= most) buckets.delete(buckets.keys().next().value!);
    buckets.set(key, { level, at: now });
  };

  const waitFor = (missing: number): Millis => (missing <= 0 ? 0 : Math.max(1, Math.ceil(missing / perMilli)));

  return {
    take: (key, cost, now) => {
      const level = levelOf(key, now);
      const wait = waitFor(Math.min(cost, burst) - level);
      if (wait === 0) keep(key, level - Math.min(cost, burst), now);
      return wait;
    },
    ask: (key, now) => waitFor(1 - levelOf(key, now)),
  };
}
