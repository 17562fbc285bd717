import { digestOf } from "#primitives";
import { hour, type Millis, minute } from "../kernel/time.ts";

/** A status list as it is served. */
export type SignedList = {
  text: string;
  /** Strong entity tag, with its quotes. */
  etag: string;
  madeAt: Millis;
  /** Until then it is served as it is, unless a revocation comes first. */
  freshUntil: Millis;
};

/** What has been signed and still holds, by name. */
export type KeptLists = Map<string, { revision: string; key: string; list: SignedList }>;

/** How long a signed list is served without being made again, and for how long verifiers may keep it. */
export const listFreshness = 5 * minute;

/** How long a signed list holds: whoever cuts a verifier off from us can show it an old one for so long. */
export const listLife = hour;

/** Lists kept signed; one takes 65,536 credentials, so a service has few that are still asked for. */
const maxKept = 64;

/**
 * A list signed with every change that was acknowledged before the call: the one that is kept under `name`, unless its
 * revision, its key or the time has moved on. `make` gives the text to serve, or refuses.
 */
export async function signedList(
  kept: KeptLists,
  name: string,
  now: Millis,
  asked: { revision(): Promise<string>; key: string; make(): Promise<string> },
): Promise<SignedList> {
  const { key } = asked;
  // The revision is read before the indexes: what changes in between shows now and is asked for again next time.
  const revision = await asked.revision();
  const last = kept.get(name);
  if (last && last.revision === revision && last.key === key && holds(last.list, now)) return last.list;
  const text = await asked.make();
  const list = { text, etag: `"${digestOf(text)}"`, madeAt: now, freshUntil: now + listFreshness };
  kept.delete(name);
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(name, { revision, key, list });
  return list;
}

function holds(list: SignedList, now: Millis): boolean {
  return list.madeAt <= now && now < list.freshUntil;
}
