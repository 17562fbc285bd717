// Checks P-256 signatures on other threads (Node only). Threads own their input: whole batches of bytes are handed over,
// because posting objects one by one costs more than a second core gains.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { p256Verifier } from "./primitives-node.ts";

type Check = (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
type Waiting = {
  key: number;
  message: Uint8Array;
  signature: Uint8Array;
  settle(good: boolean): void;
  fail(error: unknown): void;
};
type Thread = { worker: Worker; keys: Set<number>; batches: Map<number, Waiting[]> };

/** Checks that one batch carries: about 4 ms of work, so that threads end together. */
const batchSize = 64;
/** Fewer than these are checked at once and here: a hop to another thread and back costs as much. */
const worthwhile = 4;
/** Keys that threads keep. Beyond them a key is checked on this thread. */
const maxKeys = 16_384;
/** Bytes of a signature, and of the two lengths before each message. */
const overhead = 64 + 8;

/** What a batch is on its way to a thread: keys that it has not seen (index, point), then checks, packed. */
export type Batch = { id: number; keys: [number, Uint8Array][]; count: number; packed: Uint8Array<ArrayBuffer> };
export type BatchResult = { id: number; good: Uint8Array<ArrayBuffer> };

export type P256Threads = {
  /** The check of a key by its point (65 bytes); batches form among the checks of one turn of the event loop. */
  checkOf(point: Uint8Array): Check;
  close(): Promise<void>;
};

export function openP256Threads(count: number = availableParallelism()): P256Threads {
  const points: Uint8Array[] = [];
  let threads: Thread[] | undefined;
  let waiting: Waiting[] = [];
  let batches = 0;

  const send = (batch: Waiting[]) => {
    threads ??= Array.from({ length: count }, startThread);
    const thread = threads.reduce((least, each) => (each.batches.size < least.batches.size ? each : least));
    const id = ++batches;
    thread.batches.set(id, batch);
    const message = pack(id, batch, points, thread.keys);
    thread.worker.postMessage(message, [message.packed.buffer]);
  };

  const flush = () => {
    const batch = waiting;
    waiting = [];
    if (batch.length >= worthwhile) send(batch);
    else for (const each of batch) settleHere(each, points);
  };

  return {
    checkOf: (point) => {
      if (points.length >= maxKeys) return p256Verifier(point);
      const key = points.push(point) - 1;
      return (message, signature) =>
        new Promise((settle, fail) => {
          if (waiting.length === 0) setImmediate(flush);
          // A full batch goes at once, so that the others work while this thread gathers the next.
          if (waiting.push({ key, message, signature, settle, fail }) === batchSize) flush();
        });
    },
    close: async () => {
      await Promise.all((threads ?? []).map(({ worker }) => worker.terminate()));
      threads = undefined;
    },
  };
}

function startThread(): Thread {
  const file = import.meta.url.endsWith(".ts") ? "./p256-thread.ts" : "./p256-thread.js";
  const worker = new Worker(new URL(file, import.meta.url));
  const thread: Thread = { worker, keys: new Set(), batches: new Map() };
  worker.unref();
  worker.on("message", ({ id, good }: BatchResult) => {
    const batch = thread.batches.get(id) ?? [];
    thread.batches.delete(id);
    for (const [i, each] of batch.entries()) each.settle(good[i] === 1);
  });
  worker.on("error", (error) => {
    const lost = [...thread.batches.values()].flat();
    thread.batches.clear();
    for (const each of lost) each.fail(error);
  });
  return thread;
}

function pack(id: number, batch: readonly Waiting[], points: readonly Uint8Array[], known: Set<number>): Batch {
  const size = batch.reduce((sum, each) => sum + overhead + each.message.length, 0);
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  const keys: Batch["keys"] = [];
  let at = 0;
  for (const { key, message, signature } of batch) {
    if (!known.has(key)) {
      known.add(key);
      keys.push([key, points[key]!]);
    }
    view.setUint32(at, key);
    view.setUint32(at + 4, message.length);
    packed.set(signature.subarray(0, 64), at + 8);
    packed.set(message, at + overhead);
    at += overhead + message.length;
  }
  return { id, keys, count: batch.length, packed };
}

function settleHere({ key, message, signature, settle, fail }: Waiting, points: readonly Uint8Array[]): void {
  try {
    settle(p256Verifier(points[key]!)(message, signature));
  } catch (error) {
    fail(error);
  }
}
