import type { Millis } from "../kernel/time.ts";

/** Awards that are counted one by one; of more it is said that they are more. */
export const mostCounted = 10_000;

/** How many awards of classes everybody may know of. */
export type AwardCounts = {
  /**
   * By class, at most one more than `mostCounted`; those for trying out, hidden, cancelled or held back at `now` do not
   * count.
   */
  countAwards(classes: readonly string[], now: Millis): Promise<Map<string, number>>;
};
