import type { Millis } from "../kernel/time.ts";

/** What an installation may set. Times in milliseconds, sizes in bytes. */
export type Limits = {
  /** Requests that an address may send at once, and the time in which that allowance comes back. */
  requests: { burst: number; window: Millis };
  /** Operations that an address may have checked at once, and the time in which that allowance comes back. */
  operations: { burst: number; window: Millis };
  /** Failed signatures and tokens in a minute: of an address, and of one key or wallet at an address. */
  failures: { perAddress: number; perKey: number };
  /** An ordinary body, a batch of operations as JSON, a whole stream of operations. */
  bytes: { body: number; batch: number; stream: number };
  /** Rows of a batch of awards; `maxRows` unless set. */
  rows?: number | undefined;
  /** Entries of a bundle or an export; `maxBundleEntries` unless set. */
  bundle?: number | undefined;
  /** Proxies of our own before this process; each has added one address to X-Forwarded-For. */
  trustedProxies: number;
};

/** Bodies that name things only: a message of 8192 characters fits, each as an escape of six. */
export const maxSmallBody = 65_536;

/** Operations in one JSON batch: about half a second of work. */
export const maxBatch = 10_000;

/** Operations in one stream: for more, ask again. */
export const maxStream = 100_000;

/** Rows of a batch of awards: some seconds of work. */
export const maxRows = 10_000;

/** One line of a stream: an action has at most 65,536 characters, of up to three bytes. */
export const maxLine = 262_144;

/** Distinct DIDs in one batch: each may cost a lookup. */
export const maxDids = 1_000;

/** Results held for a client that sends everything before it reads; then its sending is held up. */
export const maxHeldResults = 4_194_304;

/** Checks in flight at once: more than two whole batches for each of two threads, so that none waits for the next. */
export const inFlight = 512;

/** Batches under way whose answers are streamed: of one address, and altogether; each may hold some megabytes. */
export const maxAnswerStreams = { perAddress: 16, total: 128 };

/** Event streams open at once: of one address, and altogether. */
export const maxEventStreams = { perAddress: 16, total: 1_024 };
