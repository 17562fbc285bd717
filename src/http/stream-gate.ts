import { second } from "../kernel/time.ts";
import type { Visitor } from "./gate.ts";
import { Busy } from "./problem.ts";

/** Counts the answers that are open for as long as their clients like, because each holds a connection and what waits for it. */
export type StreamGate = {
  /** Lets one in and says how it leaves, once; refuses with TOO_MANY_REQUESTS. */
  enter(visitor: Pick<Visitor, "address">): () => void;
};

/** Lets in so many of one address, and altogether. */
export function createStreamGate(most: { perAddress: number; total: number }): StreamGate {
  const open = new Map<string, number>();
  let total = 0;
  return {
    enter: ({ address }) => {
      const count = open.get(address) ?? 0;
      if (count >= most.perAddress || total >= most.total) throw new Busy(30 * second, "Too many streams are open.");
      open.set(address, count + 1);
      total++;
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        total--;
        const left = (open.get(address) ?? 1) - 1;
        if (left > 0) open.set(address, left);
        else open.delete(address);
      };
    },
  };
}
