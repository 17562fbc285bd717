import type { AudienceStore } from "../reputation/audience.ts";
import type { Storage } from "./database.ts";
import type { Tables } from "./tables.ts";

/** Whom subjects show their scores to, in SQLite or D1. */
export function audienceStore({ reader }: Pick<Storage, "reader">): AudienceStore {
  return {
    async find(document, policy) {
      const [row] = await reader.rows<AudienceRow>({ sql: byPolicy, params: [document, policy] });
      return row && saidIn(row);
    },
    async list(document) {
      return (await reader.rows<AudienceRow>({ sql: byDocument, params: [document] })).map(saidIn);
    },
  };
}

type AudienceRow = Pick<Tables["score_audiences"], "audience" | "operation" | "texts">;

const byDocument = "SELECT audience, operation, texts FROM score_audiences WHERE document = ?";
const byPolicy = `${byDocument} AND policy = ?`;

function saidIn({ audience, operation, texts }: AudienceRow) {
  return { audience: audience as "all" | "named" | "nobody", operation, texts: JSON.parse(texts) as string[] };
}
