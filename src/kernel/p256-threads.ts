// Checks P-256 signatures on other threads (Node only). Threads own their input: whole batches of bytes are handed over,
// because posting objects one by one costs more than a second core gains.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { p256Verifier } from "./primitives-node.ts";

type Check = (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
/** A key by its point. Threads know it by `index` in one round; its check on this thread is made when it is first needed. */
type Key = { point: Uint8Array; round: number; index: number; check?: Check };
type Waiting = {
  key: Key;
  message: Uint8Array;
  signature: Uint8Array;
  settle(good: boolean): void;
  fail(error: unknown): void;
};
type Thread = { worker: Worker; known: Set<Key>; batches: Map<number, Waiting[]> };

/** Checks that one batch carries: about 6 ms of work, so that threads end together and handing it over weighs little. */
const batchSize = 96;
/** Fewer than these are checked at once and here: a hop to another thread and back costs as much. */
const worthwhile = 4;
/** Keys that threads keep, about 1 KB each; beyond them a new round begins, in which new keys take the places of old ones. */
const maxKept = 4096;
/** Bytes of a signature, and of the two numbers before each message. */
const overhead = 64 + 8;

/** What a batch is on its way to a thread: keys that it has not seen in this round (index, point), then checks, packed. */
export type Batch = { id: number; keys: [number, Uint8Array][]; count: number; packed: Uint8Array<ArrayBuffer> };
export type BatchResult = { id: number; good: Uint8Array<ArrayBuffer> };

export type P256Threads = {
  /**
   * The check of a key by its point (65 bytes); batches form among the checks of one turn of the event loop. A check
   * rejects where the thread that had it was lost.
   */
  checkOf(point: Uint8Array): Check;
  /** Ends the threads; what they have not answered is rejected, and what is asked later is checked here. */
  close(): Promise<void>;
};

export function openP256Threads(count: number = availableParallelism(), maxKeys: number = maxKept): P256Threads {
  const threads = new Set<Thread>();
  let most = count;
  let round = 0;
  let keys = 0;
  let waiting: Waiting[] = [];
  let batches = 0;

  const placeKeys = (batch: readonly Waiting[]) => {
    if (keys + batch.length > maxKeys) {
      round++;
      keys = 0;
      for (const { known } of threads) known.clear();
    }
    for (const { key } of batch) if (key.round !== round) Object.assign(key, { round, index: keys++ });
  };

  const send = (batch: Waiting[]) => {
    placeKeys(batch);
    while (threads.size < most) threads.add(startThread((lost) => threads.delete(lost)));
    const [first, ...others] = threads;
    const thread = others.reduce((least, each) => (each.batches.size < least.batches.size ? each : least), first!);
    const id = ++batches;
    thread.batches.set(id, batch);
    const message = pack(id, batch, thread.known);
    thread.worker.postMessage(message, [message.packed.buffer]);
  };

  const flush = () => {
    const batch = waiting;
    waiting = [];
    if (batch.length >= worthwhile && most > 0) send(batch);
    else for (const each of batch) settleHere(each);
  };

  return {
    checkOf: (point) => {
      const key: Key = { point, round: -1, index: -1 };
      return (message, signature) =>
        signature.length === 64 &&
        new Promise((settle, fail) => {
          if (waiting.length === 0) setImmediate(flush);
          // A full batch goes at once, so that others work while this thread gathers the next.
          if (waiting.push({ key, message, signature, settle, fail }) === batchSize) flush();
        });
    },
    close: async () => {
      most = 0;
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

/** `leave` is told when the thread has ended, whatever ended it. */
function startThread(leave: (thread: Thread) => void): Thread {
  const file = import.meta.url.endsWith(".ts") ? "./p256-thread.ts" : "./p256-thread.js";
  const worker = new Worker(new URL(file, import.meta.url));
  const thread: Thread = { worker, known: new Set(), batches: new Map() };
  let reason: unknown = new Error("The thread that checks signatures has ended.");
  worker.unref();
  worker.on("message", ({ id, good }: BatchResult) => {
    const batch = thread.batches.get(id) ?? [];
    thread.batches.delete(id);
    for (const [i, each] of batch.entries()) each.settle(good[i] === 1);
  });
  worker.on("error", (error) => {
    reason = error;
  });
  worker.on("exit", () => {
    leave(thread);
    for (const each of [...thread.batches.values()].flat()) each.fail(reason);
  });
  return thread;
}

function pack(id: number, batch: readonly Waiting[], known: Set<Key>): Batch {
  const size = batch.reduce((sum, each) => sum + overhead + each.message.length, 0);
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  const keys: Batch["keys"] = [];
  let at = 0;
  for (const { key, message, signature } of batch) {
    if (!known.has(key)) {
      known.add(key);
      keys.push([key.index, key.point]);
    }
    view.setUint32(at, key.index);
    view.setUint32(at + 4, message.length);
    packed.set(signature, at + 8);
    packed.set(message, at + overhead);
    at += overhead + message.length;
  }
  return { id, keys, count: batch.length, packed };
}

function settleHere({ key, message, signature, settle, fail }: Waiting): void {
  try {
    key.check ??= p256Verifier(key.point);
    settle(key.check(message, signature) as boolean);
  } catch (error) {
    fail(error);
  }
}
