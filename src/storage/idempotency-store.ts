import { CompiledQuery, type Kysely } from "kysely";
import type { IdempotencyStore } from "../organizations/idempotency.ts";
import type { Tables } from "./tables.ts";

/** Rows forgotten with each one that is added: more than come in, so the table shrinks. */
const purgeLimit = 8;

/** Answers under Idempotency-Keys in SQLite or D1; the lock is one INSERT. */
export function idempotencyStore(db: Kysely<Tables>): IdempotencyStore {
  const rows = async <R>(sql: string, ...params: unknown[]): Promise<R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(sql, params))).rows;
  return {
    begin: async ({ party, key, fingerprint, attempt, startedAt, expiresAt }, deadBefore) => {
      await rows(purge, startedAt);
      const values = [party, key, fingerprint, attempt, startedAt, expiresAt];
      const [row] = await rows<{ attempts: number }>(begin, ...values, startedAt, startedAt, deadBefore);
      return row?.attempts;
    },
    find: async (party, key, now) => {
      const [row] = await rows<{ fingerprint: string; answer: string | null }>(find, party, key, now);
      return row && { fingerprint: row.fingerprint, answer: row.answer ?? undefined };
    },
    finish: async ({ party, key, attempt }, answer) => void (await rows(finish, answer, party, key, attempt)),
    release: async ({ party, key, attempt }) => void (await rows(release, party, key, attempt)),
  };
}

const begin = `INSERT INTO idempotent_answers (party, key, fingerprint, attempt, attempts, started_at, expires_at)
  VALUES (?, ?, ?, ?, 1, ?, ?)
  ON CONFLICT (party, key) DO UPDATE SET
    attempts = CASE WHEN idempotent_answers.expires_at <= ? THEN 1 ELSE attempts + 1 END,
    fingerprint = excluded.fingerprint, attempt = excluded.attempt,
    started_at = excluded.started_at, expires_at = excluded.expires_at, answer = NULL
  WHERE idempotent_answers.expires_at <= ?
    OR (answer IS NULL AND idempotent_answers.started_at <= ? AND idempotent_answers.fingerprint = excluded.fingerprint)
  RETURNING attempts`;

const find = "SELECT fingerprint, answer FROM idempotent_answers WHERE party = ? AND key = ? AND expires_at > ?";

const mine = "WHERE party = ? AND key = ? AND attempt = ? AND answer IS NULL";
const finish = `UPDATE idempotent_answers SET answer = ? ${mine}`;
const release = `DELETE FROM idempotent_answers ${mine}`;

const purge = `DELETE FROM idempotent_answers WHERE (party, key) IN (
  SELECT party, key FROM idempotent_answers WHERE expires_at <= ? ORDER BY expires_at LIMIT ${purgeLimit})`;
