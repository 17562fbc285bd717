/** Tells those who follow the log of this process that something was committed; other processes are found by polling. */
export function openCommits() {
  let waiting = new Set<() => void>();
  return {
    announce: (): void => {
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    /** Resolves at the next commit, when `milliseconds` have passed, or when the signal aborts. */
    next: (milliseconds: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        waiting.add(done);
        if (signal.aborted) done();
        else signal.addEventListener("abort", done);
      }),
  };
}
