import type { SealedText, TextStore } from "../reputation/texts.ts";
import type { Storage } from "./database.ts";

/** Personal text of reputation, in SQLite or D1. */
export function reputationTextStore({ reader, write }: Pick<Storage, "reader" | "write">): TextStore {
  const one = async <R>(sql: string, ...params: string[]) => (await reader.rows<R>({ sql, params }))[0];
  return {
    keyOf: (document) => one<{ id: string; sealed: string }>(keyOf, document),
    async keep(texts, fresh, now) {
      const [first] = texts;
      if (!first) return true;
      const { document, key } = first;
      await write([
        ...(fresh ? [{ sql: insertKey, params: [fresh.id, document, fresh.sealed, now] }] : []),
        { sql: insertTexts, params: [rowsOf(texts)] },
      ]);
      return (await one<{ id: string }>(keyOf, document))?.id === key;
    },
    async find(document, operations) {
      const rows = await reader.rows<FoundRow>({ sql: findTexts, params: [document, JSON.stringify(operations)] });
      return rows.map(({ id, key, ...row }) => ({ ...row, key: { id, sealed: key } }));
    },
    async withdraw(texts) {
      const rows = rowsOf(texts);
      await write([
        { sql: withdrawTexts, params: [rows] },
        { sql: dropIdleKeys, params: [rows] },
      ]);
    },
    async drop(document, operations) {
      const params = [document, JSON.stringify(operations)];
      await write([
        { sql: `${forget}${ofOperations} ON CONFLICT DO NOTHING`, params },
        { sql: `DELETE FROM reputation_texts ${ofOperations}`, params },
      ]);
    },
    async forgotten(document, digests) {
      const rows = await reader.rows<{ digest: string }>({
        sql: forgotten,
        params: [document, JSON.stringify(digests)],
      });
      return new Set(rows.map(({ digest }) => digest));
    },
    async erase(document) {
      await write([
        { sql: `${forget}${ofDocument} ON CONFLICT DO NOTHING`, params: [document] },
        { sql: "DELETE FROM reputation_text_keys WHERE document = ?", params: [document] },
        { sql: `DELETE FROM reputation_texts ${ofDocument}`, params: [document] },
      ]);
    },
  };
}

type FoundRow = { operation: string; digest: string; sealed: string; id: string; key: string };

function rowsOf(texts: readonly SealedText[]): string {
  return JSON.stringify(
    texts.map(({ document, operation, digest, key, sealed }) => [document, operation, digest, key, sealed]),
  );
}

/** Whether the log has an operation of a document: what it says was brought with it or never. */
const logged = (document: string, operation: string) =>
  "EXISTS (SELECT 1 FROM documents d JOIN entries e ON e.doc = d.doc " +
  `WHERE d.id = ${document} AND substr(e.operation, 1, 12) = substr(${operation}, 1, 12) AND e.operation = ${operation})`;

const keyOf = "SELECT id, sealed FROM reputation_text_keys WHERE document = ?";
const insertKey =
  "INSERT INTO reputation_text_keys (id, document, sealed, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
const insertTexts =
  "INSERT INTO reputation_texts (document, operation, digest, key, sealed) " +
  "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) " +
  "WHERE EXISTS (SELECT 1 FROM reputation_text_keys k WHERE k.id = value ->> 3) " +
  "AND NOT EXISTS (SELECT 1 FROM reputation_texts_forgotten f WHERE f.document = value ->> 0 AND f.digest = value ->> 2) " +
  `AND NOT ${logged("value ->> 0", "value ->> 1")} ON CONFLICT DO NOTHING`;
const findTexts =
  "SELECT t.operation, t.digest, t.sealed, k.id, k.sealed AS key " +
  "FROM reputation_texts t JOIN reputation_text_keys k ON k.id = t.key " +
  "WHERE t.document = ? AND t.operation IN (SELECT value FROM json_each(?))";
// Sealed twice, a text is never the same: so nobody takes back what another has kept.
const withdrawTexts =
  "DELETE FROM reputation_texts WHERE (document, operation, digest, sealed) IN " +
  "(SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 4 FROM json_each(?)) " +
  `AND NOT ${logged("reputation_texts.document", "reputation_texts.operation")}`;
const dropIdleKeys =
  "DELETE FROM reputation_text_keys WHERE id IN (SELECT value ->> 3 FROM json_each(?)) " +
  "AND NOT EXISTS (SELECT 1 FROM reputation_texts t WHERE t.key = reputation_text_keys.id)";
const forget =
  "INSERT INTO reputation_texts_forgotten (document, digest) SELECT DISTINCT document, digest FROM reputation_texts ";
const ofOperations = "WHERE document = ? AND operation IN (SELECT value FROM json_each(?))";
const ofDocument = "WHERE document = ?";
const forgotten =
  "SELECT digest FROM reputation_texts_forgotten WHERE document = ? AND digest IN (SELECT value FROM json_each(?))";
