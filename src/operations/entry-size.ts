import { utf8 } from "../kernel/bytes.ts";
import type { LoggedEntry } from "./entry.ts";

/** Bytes of an action's text (UTF-8) that make one entry where entries are counted: a larger one counts for several. */
export const entryBytes = 3_072;

/** Bytes of actions' texts that are read at once, or shown in a page: whatever goes beyond ends it. */
export const partBytes = 4_000_000;

type Sized = Pick<LoggedEntry, "text">;

/** For how many an entry counts. */
export function weightOf({ text }: Sized): number {
  // A character has three bytes at most: nearly all need no counting.
  if (text.length * 3 <= entryBytes) return 1;
  return Math.max(1, Math.ceil(utf8(text).length / entryBytes));
}

/** Bytes of the actions' texts, as the store counts them. */
export function sizeOf(entries: readonly Sized[]): number {
  return entries.reduce((sum, { text }) => sum + utf8(text).length, 0);
}

/** Whether a part that was asked for by count and bytes ends for one of them, so that more may come behind it. */
export function isCut(part: readonly Sized[], limit: number, bytes: number): boolean {
  return part.length >= limit || sizeOf(part) >= bytes;
}

/**
 * A page of a part that was read as `limit` and one more, within `bytes`: what is behind it begins at its end. `more` is
 * whether there is anything. The one that went beyond comes with the next page, unless it stands alone.
 */
export function pageOfPart<Entry extends Sized>(
  part: readonly Entry[],
  limit: number,
  bytes: number,
): { page: readonly Entry[]; more: boolean } {
  if (!isCut(part, limit + 1, bytes)) return { page: part, more: false };
  return { page: part.slice(0, Math.max(1, part.length - 1)), more: true };
}
