/** How often awards were erased, by the texts of statements that SQLite and D1 both run. */
export type Erasures = { document: string; times: number };

/** The rows `Erasures` of those among a list, a JSON array, that were ever erased. */
export const erasuresOf =
  "SELECT document, times FROM award_erasures WHERE document IN (SELECT value FROM json_each(?))";

/** Whether an award has been erased so often and no more; the same statement writes what was read before. */
export const unerased = (document: string, times: string) =>
  `coalesce((SELECT times FROM award_erasures WHERE document = ${document}), 0) = ${times}`;

export const countErasure =
  "INSERT INTO award_erasures (document, times) VALUES (?, 1) ON CONFLICT (document) DO UPDATE SET times = times + 1";

export function erasuresBy(rows: readonly Erasures[]): Map<string, number> {
  return new Map(rows.map(({ document, times }) => [document, times]));
}
