// The other side of `p256-threads.ts`: takes packed batches of checks, answers with a byte for each.
import { parentPort } from "node:worker_threads";
import type { Batch, BatchResult } from "./p256-threads.ts";
import { p256Verifier } from "./primitives-node.ts";

const checks = new Map<number, (message: Uint8Array, signature: Uint8Array) => boolean>();

parentPort?.on("message", ({ id, keys, count, packed }: Batch) => {
  for (const [key, point] of keys) checks.set(key, p256Verifier(point));
  const good = new Uint8Array(count);
  const view = new DataView(packed.buffer);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const check = checks.get(view.getUint32(at))!;
    const length = view.getUint32(at + 4);
    const message = packed.subarray(at + 72, at + 72 + length);
    good[i] = check(message, packed.subarray(at + 8, at + 72)) ? 1 : 0;
    at += 72 + length;
  }
  const result: BatchResult = { id, good };
  parentPort?.postMessage(result, [good.buffer]);
});
