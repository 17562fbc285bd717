import { ensure } from "../kernel/failure.ts";
import { clockSkew, day, iso, type Millis, parseTime, second } from "../kernel/time.ts";
import { type Authority, type Binding, type Entry, entryDigest } from "./entry.ts";
import { decidingTuple, type SignedOperation, suiteOf } from "./operation.ts";
import type { Head } from "./store.ts";

/** How long after `signedAt` a signature of suite 1 is admitted: its bytes fit other documents too. */
export const suite1Life = day;

/** The entry in the stream that an operation's `prev` names, as far as it was found. */
export type Predecessor = { timestampUtcMs: string } | undefined;

/** Refuses times that lie ahead (FROM_THE_FUTURE) and signatures of suite 1 that have grown old (STALE). */
export function admitTime(operation: SignedOperation, now: Millis): void {
  const tuple = decidingTuple(operation.action);
  const signedAt = tuple ? Number(tuple[0]) * second : now;
  ensure(parseTime(operation.action.timestampUtcMs) <= now + clockSkew, "FROM_THE_FUTURE");
  ensure(signedAt <= now + clockSkew, "FROM_THE_FUTURE");
  if (tuple && suiteOf(tuple) === 1) ensure(signedAt + suite1Life > now, "STALE");
}

/**
 * Refuses an operation of suite 2 that does not continue its stream: HEAD_MOVED where the order is strict,
 * OUT_OF_ORDER where it is causal or its time is not later than that of its predecessor. `named` is what `prev` names
 * where that is not the head.
 */
export function admitOrder(
  operation: SignedOperation,
  head: Head,
  order: "strict" | "causal",
  named: Predecessor,
): void {
  const tuple = decidingTuple(operation.action);
  if (!tuple || suiteOf(tuple) !== 2) return;
  const prev = tuple[3];
  const predecessor = prev === head.operation && head.length > 0 ? head : named;
  if (order === "strict") ensure(prev === head.operation, "HEAD_MOVED");
  else ensure(prev === "" || predecessor, "OUT_OF_ORDER", "Its prev is no entry of this stream.");
  if (prev === "" || !predecessor) return;
  const later = parseTime(operation.action.timestampUtcMs) > parseTime(predecessor.timestampUtcMs);
  ensure(later, "OUT_OF_ORDER", "Its time is not later than that of the operation it follows.");
}

/** The entry that an operation becomes behind `head`. */
export function admit(
  operation: SignedOperation,
  context: {
    realm: string;
    head: Head;
    text: string;
    digest: string;
    binding: Binding;
    authority: Authority;
    now: Millis;
  },
): Entry {
  const { realm, head, text, digest, binding, authority, now } = context;
  const entry = {
    document: operation.document,
    kind: operation.kind,
    branch: operation.branch,
    action: operation.action,
    text,
    realm,
    index: head.length,
    prev: head.entry,
    operation: digest,
    binding,
    authority,
    admittedAt: iso(now),
  };
  return { ...entry, digest: entryDigest(entry) };
}
