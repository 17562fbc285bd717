// Whether what is kept is shown now: while its holder stays, and all badges in it are for everybody and say what they said.
import type { KeptPresentation, ListedPresentation, PresentationStore, ServedCode } from "../credentials/presenting.ts";
import type { Clock } from "../kernel/time.ts";
import type { Spend } from "../reputation/score-asking.ts";
import { type PresentableParts, standsUnchanged } from "./presentable.ts";

export type StandingParts = PresentableParts & {
  clock: Clock;
  presentations: Pick<PresentationStore, "find">;
};

/** Badges that are read again for one list, some five questions to the database each; and what each of them costs. */
const maxReadAgain = 64;
const readCost = 2;

/** One as whoever has its address is shown it; undefined where there is none, or nobody is shown it now. */
export async function findShown(parts: StandingParts, id: string): Promise<KeptPresentation | undefined> {
  const found = await parts.presentations.find(id, parts.clock());
  return found && (await standsUnchanged(parts, found)) ? found : undefined;
}

/**
 * How each of these stands, in their order. A badge in whose log nothing stands that is later than the presentation says
 * what it said; only others are read again, and of presentations with too many of these it is not said.
 */
export async function standingsOf(
  parts: StandingParts,
  listed: readonly ListedPresentation[],
  spend?: Spend,
): Promise<ServedCode[]> {
  let room = maxReadAgain;
  const known = listed.map((each): ServedCode | undefined => {
    if (each.left) return "LEFT";
    if (each.hidden) return "BADGE_HIDDEN";
    if (!each.moved) return "SHARED";
    if (each.badges > room) return "NOT_CHECKED";
    room -= each.badges;
    return undefined;
  });
  if (room < maxReadAgain) await spend?.((maxReadAgain - room) * readCost);
  const codes: ServedCode[] = [];
  // One after the other: each may be a quarter of a megabyte.
  for (const [place, { id }] of listed.entries())
    codes.push(known[place] ?? ((await findShown(parts, id)) ? "SHARED" : "BADGE_CHANGED"));
  return codes;
}
