import { CompiledQuery } from "kysely";
import type { TextStore } from "../reputation/texts.ts";
import type { Storage } from "./database.ts";
import type { Parameter } from "./statement.ts";

/** Personal text of reputation, in SQLite or D1. */
export function reputationTextStore({ db, reader }: Pick<Storage, "db" | "reader">): TextStore {
  const run = async <R>(sql: string, ...params: Parameter[]): Promise<R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(sql, params))).rows;
  return {
    async keyOf(document, fresh, now) {
      await run(insertKey, fresh.id, document, fresh.sealed, now);
      // Destroyed between the two, it is asked for again by whoever has nothing to seal under.
      return (await run<{ id: string; sealed: string }>(keyOf, document))[0] ?? fresh;
    },
    keep: async (texts) => {
      const rows = texts.map(({ document, digest, key, sealed }) => [document, digest, key, sealed]);
      await run(insertTexts, JSON.stringify(rows));
    },
    async find(document, digests) {
      const rows = await reader.rows<FoundRow>({ sql: findTexts, params: [document, JSON.stringify(digests)] });
      return rows.map(({ digest, sealed, id, key }) => ({ digest, sealed, key: { id, sealed: key } }));
    },
    drop: async (document, digests) => {
      await run(dropTexts, document, JSON.stringify(digests));
    },
    erasedAt: async (document) =>
      (await reader.rows<{ erased_at: number }>({ sql: erasedAt, params: [document] }))[0]?.erased_at,
    async erase(document, now) {
      // Marked before the key goes: broken off in between, it is done again.
      await run(markErasure, document, now);
      await run(dropKey, document);
      await run(dropAll, document);
    },
  };
}

type FoundRow = { digest: string; sealed: string; id: string; key: string };

const insertKey =
  "INSERT INTO reputation_text_keys (id, document, sealed, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
const keyOf = "SELECT id, sealed FROM reputation_text_keys WHERE document = ?";
const insertTexts =
  "INSERT INTO reputation_texts (document, digest, key, sealed) " +
  "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) " +
  "WHERE EXISTS (SELECT 1 FROM reputation_text_keys k WHERE k.id = value ->> 2) ON CONFLICT DO NOTHING";
const findTexts =
  "SELECT t.digest, t.sealed, k.id, k.sealed AS key FROM reputation_texts t JOIN reputation_text_keys k ON k.id = t.key " +
  "WHERE t.document = ? AND t.digest IN (SELECT value FROM json_each(?))";
const dropTexts = "DELETE FROM reputation_texts WHERE document = ? AND digest IN (SELECT value FROM json_each(?))";
const erasedAt = "SELECT erased_at FROM reputation_erasures WHERE document = ?";
const markErasure =
  "INSERT INTO reputation_erasures (document, erased_at) VALUES (?, ?) " +
  "ON CONFLICT (document) DO UPDATE SET erased_at = excluded.erased_at";
const dropKey = "DELETE FROM reputation_text_keys WHERE document = ?";
const dropAll = "DELETE FROM reputation_texts WHERE document = ?";
