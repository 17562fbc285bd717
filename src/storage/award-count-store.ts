import { CompiledQuery, type Kysely } from "kysely";
import { type AwardCounts, mostCounted } from "../badges/award-count.ts";
import type { Tables } from "./tables.ts";

/** Counts awards by the index of classes, in SQLite or D1: one statement. */
export function awardCountStore(db: Kysely<Tables>): AwardCounts {
  return {
    countAwards: async (classes, now) => {
      const query = CompiledQuery.raw(counts, [now, mostCounted + 1, JSON.stringify(classes)]);
      const { rows } = await db.executeQuery<{ class: string; count: number }>(query);
      return new Map(rows.map((row) => [row.class, row.count]));
    },
  };
}

const counts =
  "SELECT c.value AS class, (SELECT count(*) FROM (SELECT 1 FROM awards a WHERE a.class = c.value AND a.test = 0 " +
  "AND a.hidden = 0 AND a.standing <> 'cancelled' AND (a.held_until IS NULL OR a.held_until <= ?) LIMIT ?)) AS count " +
  "FROM json_each(?) c";
