import type { AudienceStore } from "../reputation/audience.ts";
import type { Storage } from "./database.ts";
import type { Tables } from "./tables.ts";

/** Whom subjects show their scores to, in SQLite or D1. */
export function audienceStore({ reader }: Pick<Storage, "reader">): AudienceStore {
  return {
    async find(document, policy) {
      const [row] = await reader.rows<AudienceRow>({ sql: byPolicy, params: [document, policy] });
      return row && { audience: row.audience as "all" | "named" | "nobody", texts: JSON.parse(row.texts) as string[] };
    },
  };
}

type AudienceRow = Pick<Tables["score_audiences"], "audience" | "texts">;

const byPolicy = "SELECT audience, texts FROM score_audiences WHERE document = ? AND policy = ?";
