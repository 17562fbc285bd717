import { asText, isObject } from "../kernel/json.ts";
import { type Check, fail, pass, unknown } from "../kernel/report.ts";
import { clockSkew, iso, type Millis, parseNamedTime } from "../kernel/time.ts";
import { isSignedBy, readCheckpoint } from "../operations/checkpoint.ts";
import { isLeaf, rootOf } from "../operations/log-tree.ts";

/** The log as its service signed it: the answer of `GET /v1/log`, and the log key (`#log` of the DID document) as a did:key. */
export type SignedRoot = { checkpoint: unknown; key: string };

/** What a root says of entries: `covered` is up to which place it is over them, 0 where it is not; `time` when it was signed. */
export type HeldToRoot = { check: Check; covered: number; time: Millis };

/**
 * Holds entries, as they came, to a signed root. Refuses with INVALID_INPUT what is no checkpoint and a key that is not of
 * Ed25519, with UNREADABLE_DATE a root of no time.
 * @see RFC 6962, section 2.1
 */
export async function checkRoot(
  wire: readonly unknown[],
  realm: string,
  { checkpoint, key }: SignedRoot,
): Promise<HeldToRoot> {
  const told = readCheckpoint(checkpoint, "root");
  const signed = await isSignedBy(told, key);
  const time = parseNamedTime("root.time", told.time);
  const none = (check: Check) => ({ check, covered: 0, time });
  if (!signed) return none(fail(name, "BAD_SIGNATURE", "The log key has not signed this root."));
  if (told.realm !== realm) return none(fail(name, "CONTENT_MISMATCH", `The root is of the realm ${told.realm}.`));
  const digests = digestsUpTo(wire, told.size);
  if (!digests) return none(fail(name, "CONTENT_MISMATCH", "Two entries claim the same place."));
  const missing = digests.indexOf(undefined);
  if (missing >= 0) {
    const detail = `The root is over ${told.size} places, and the one at ${missing + 1} is not there.`;
    return none(unknown(name, "NOT_COMPLETE", detail));
  }
  const broken = digests.findIndex((digest) => !isLeaf(digest)) + 1;
  if (broken > 0)
    return none(fail(name, "INVALID_OPERATION", `The entry at the place ${broken} tells no digest of 32 bytes.`));
  const reader = {
    leaves: async (from: number, to: number) => digests.slice(from - 1, to) as string[],
    node: async () => undefined,
    keep: async () => {},
  };
  if ((await rootOf(reader, told.size)) !== told.root)
    return none(fail(name, "CONTENT_MISMATCH", "These are not the entries that the root was signed over."));
  const detail = `All ${told.size} places are the ones that the log key signed at ${told.time}.`;
  return { check: pass(name, detail), covered: told.size, time };
}

/** Whether a root is from before a moment: what was admitted from then on is under none. */
export function isStale({ time }: HeldToRoot, at: Millis): boolean {
  return time < at - clockSkew;
}

/** What such a root leaves open, and what to fetch. */
export function staleCheck({ time }: HeldToRoot, at: Millis): Check {
  const between = `The root was signed at ${iso(time)}, and the question is about ${iso(at)}: what was admitted between is not told.`;
  return unknown(name, "NOT_COMPLETE", `${between} Fetch GET /v1/log after that moment, and the whole log behind it.`);
}

const name = "root";

/** The digests of the places 1 to `size`; undefined for one that is not there, and for all where one is there twice. */
function digestsUpTo(wire: readonly unknown[], size: number): (string | undefined)[] | undefined {
  const held = wire.flatMap((entry) => {
    const { seq, digest } = isObject(entry) ? entry : {};
    return typeof seq === "number" && seq <= size ? [[seq, asText(digest)] as const] : [];
  });
  const places = new Map(held);
  if (places.size !== held.length) return undefined;
  // No more than there are entries are looked for, whatever size the root is of.
  const most = Math.min(size, held.length + 1);
  return Array.from({ length: most }, (_, i) => places.get(i + 1));
}
