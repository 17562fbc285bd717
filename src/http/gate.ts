import type { Code, Failure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { createLimiter, type Limiter } from "./limiter.ts";
import { Busy } from "./problem.ts";

/** Whom requests and failures are counted by. */
export type Visitor = {
  address: string;
  now: Millis;
  /** The key or wallet that failures are counted against beside the address. */
  about: string | undefined;
};

/** Refuses with TOO_MANY_REQUESTS before anything dear is done. */
export type Gate = {
  /** Lets one request of an address through. */
  admit(visitor: Visitor): Promise<void>;
  /** Lets nobody through from whose address too many signatures and tokens have failed. */
  guard(visitor: Visitor): Promise<void>;
  /** The same for one key or wallet at this address; its failures count against it from here on. */
  guardKey(visitor: Visitor, key: string): Promise<void>;
  /** Takes from the operations that an address may have checked; `now` for work that lasts. */
  spend(visitor: Visitor, operations: number, now?: Millis): Promise<void>;
  /** Counts a refusal, if it is of those that somebody provokes who tries out signatures or tokens. */
  count(visitor: Visitor, failure: Failure): Promise<void>;
};

type Allowance = { burst: number; window: Millis };

export function createGate(allowances: {
  requests: Allowance;
  operations: Allowance;
  failures: Allowance;
  keyFailures: Allowance;
}): Gate {
  const requests = createLimiter(allowances.requests);
  const operations = createLimiter(allowances.operations);
  const failures = createLimiter(allowances.failures);
  const keyFailures = createLimiter(allowances.keyFailures);
  return {
    admit: (visitor) => take(requests, visitor, 1),
    spend: ({ address, now }, count, later = now) => take(operations, { address, now: later }, count),
    guard: async ({ address, now }) => refuseFor(await failures.ask(address, now), "Too many signatures failed."),
    guardKey: async (visitor, key) => {
      visitor.about = keyAt(visitor, key);
      refuseFor(await keyFailures.ask(visitor.about, visitor.now), "Too many signatures of this key failed.");
    },
    count: async ({ address, about, now }, { code }) => {
      if (!counted.has(code)) return;
      await failures.take(address, 1, now);
      if (about !== undefined) await keyFailures.take(about, 1, now);
    },
  };
}

/** Refusals that cost a signature check or guess at something secret. */
const counted: ReadonlySet<Code> = new Set<Code>([
  "BAD_SIGNATURE",
  "CONTRACT_WALLET",
  "CONTENT_MISMATCH",
  "INVALID_TOKEN",
  "INVALID_CLIENT",
  "WRONG_AUDIENCE",
  "TOKEN_REUSED",
  "NONCE_UNKNOWN",
  "NONCE_PURPOSE",
  "NOT_DELEGATED",
]);

/** Characters of a key that tell it from others. */
const maxKey = 128;

// With the address, so that nobody can lock a key out by failing in its name from elsewhere.
function keyAt({ address }: Visitor, key: string): string {
  return `${address} ${key.slice(0, maxKey)}`;
}

async function take(limiter: Limiter, { address, now }: Pick<Visitor, "address" | "now">, cost: number): Promise<void> {
  refuseFor(await limiter.take(address, cost, now));
}

function refuseFor(wait: Millis, detail?: string): void {
  if (wait > 0) throw new Busy(wait, detail);
}
