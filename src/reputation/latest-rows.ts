import type { Millis } from "../kernel/time.ts";
import { accountOf } from "./accounts.ts";
import type { About, DetailRow, Most, StatementRow } from "./ledger-rows.ts";

/** What is not held back beyond a moment. */
export function knownBy(rows: readonly DetailRow[], by: Millis): readonly DetailRow[] {
  const isHeld = ({ changes }: DetailRow) => changes !== null && changes[2] !== null && changes[2] > by;
  return rows.some(isHeld) ? rows.filter((row) => !isHeld(row)) : rows;
}

/** Who states something: an organisation, or whoever has the address of a wallet, whatever its chain. */
export function tellerOf({ rater, standing }: Pick<StatementRow, "rater" | "standing">): string {
  return standing === "organization" ? rater : accountOf(rater);
}

/**
 * Takes of each rater the latest, as many rounds as there is room for: everybody's latest comes before anybody's second,
 * and within a round whoever stated something first. So a crowd that states much leaves room for those who come later.
 * What nobody asked for comes on top. `beyond` counts what is left out.
 */
export function latestOf(rows: readonly DetailRow[], { each, all }: Most): About {
  const byTeller = new Map<string, DetailRow[]>();
  let solicited = 0;
  for (const row of rows) {
    if (row.standing === "unsolicited") continue;
    const teller = tellerOf(row);
    const known = byTeller.get(teller);
    if (known) known.push(row);
    else byTeller.set(teller, [row]);
    solicited++;
  }
  const few = [...byTeller.values()].every(({ length }) => length <= each);
  if (few && solicited <= all) return { rows: [...rows], beyond: 0 };
  const tellers = [...byTeller.values()].map((stated) => stated.sort((a, b) => b.seq - a.seq));
  tellers.sort((a, b) => a.at(-1)!.seq - b.at(-1)!.seq);
  const ranked = tellers.flatMap((stated) => stated.slice(0, each).map((row, nth) => ({ row, nth })));
  // Sorting is stable: within a round the order of raters stays.
  const latest = ranked
    .sort((a, b) => a.nth - b.nth)
    .slice(0, all)
    .map(({ row }) => row);
  const unasked = rows.filter(({ standing }) => standing === "unsolicited");
  return { rows: [...latest, ...unasked], beyond: solicited - latest.length };
}
