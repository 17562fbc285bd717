import type { Clock, Millis } from "../kernel/time.ts";
import type { OperationStore } from "./store.ts";

/**
 * The time that admission goes by: the clock's, but never before what the log has admitted. A clock that is set back
 * would otherwise bring keys back to life that had expired.
 */
export function openLogTime(store: OperationStore, clock: Clock): () => Promise<Millis> {
  let latest: Millis | undefined;
  return async () => {
    const known = latest ?? (await store.latestTime());
    latest = Math.max(latest ?? 0, known, clock());
    return latest;
  };
}
