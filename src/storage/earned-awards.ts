import { CompiledQuery, type Kysely } from "kysely";
import type { EarnedAward, EarnedAwards } from "../badges/earned.ts";
import type { Tables } from "./tables.ts";

/** What earners ask of their awards, in SQLite or D1: one statement, by the index of subjects. */
export function earnedAwards(db: Kysely<Tables>): EarnedAwards {
  return {
    earned: async (subjects, before, limit, now) => {
      const params = [JSON.stringify(subjects), before, now, limit];
      return (await db.executeQuery<EarnedAward>(CompiledQuery.raw(earned, params))).rows;
    },
  };
}

const earned =
  "SELECT document, awarded_seq AS seq FROM awards WHERE subject <> '' AND subject IN (SELECT value FROM json_each(?)) " +
  "AND awarded_seq < ? AND standing <> 'cancelled' AND (held_until IS NULL OR held_until <= ?) " +
  "ORDER BY awarded_seq DESC LIMIT ?";
