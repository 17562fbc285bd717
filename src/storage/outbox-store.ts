import { CompiledQuery, type Kysely } from "kysely";
import { type FailedJob, maxAttempts, type OutboxStore } from "../followers/outbox.ts";
import { iso } from "../kernel/time.ts";
import type { Tables } from "./tables.ts";

/** The outbox in SQLite or D1: every call is one statement. */
export function outboxStore(db: Kysely<Tables>): OutboxStore {
  const rows = async <R>(sql: string, ...params: unknown[]): Promise<R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(sql, params))).rows;
  return {
    // One parameter carries any number of jobs.
    add: async (jobs, now) => (await rows(insert, now, JSON.stringify(jobs))).length,
    claim: async ({ kinds, now, lease, until, limit }) =>
      rows(claim, lease, until, now, now, maxAttempts, JSON.stringify(kinds), limit),
    settle: async (id, lease, outcome) => {
      const error = outcome.status === "done" ? null : outcome.error;
      const [due, ended] = outcome.status === "waiting" ? [outcome.dueAt, null] : [null, outcome.at];
      return (await rows(settle, outcome.status, due, error, ended, outcome.status, id, lease)).length === 1;
    },
    giveUp: async (now, error) => (await rows<FailedRow>(giveUp, error, now, maxAttempts, now)).map(failedJob),
    failed: async (limit) => (await rows<FailedRow>(failed, limit)).map(failedJob),
    retry: async (id, now) => (await rows(retry, now, id)).length === 1,
    purge: async (before, limit) => void (await rows(purge, before, limit)),
  };
}

const insert = `INSERT INTO outbox (id, kind, payload, key, status, due_at, attempts, created_at)
  SELECT value ->> '$.id', value ->> '$.kind', value ->> '$.payload', value ->> '$.key', 'waiting',
    value ->> '$.dueAt', 0, ?
  FROM json_each(?) WHERE true ON CONFLICT (key) DO NOTHING RETURNING id`;

// Whoever writes first holds the job: the choice and the mark are one statement.
const claim = `UPDATE outbox SET lease = ?, lease_until = ?, attempts = attempts + 1
  WHERE id IN (
    SELECT id FROM outbox
    WHERE status = 'waiting' AND due_at <= ? AND (lease_until IS NULL OR lease_until <= ?) AND attempts < ?
      AND kind IN (SELECT value FROM json_each(?))
    ORDER BY due_at LIMIT ? + 0)
  RETURNING id, kind, payload, attempts AS attempt`;

const settle = `UPDATE outbox
  SET status = ?, due_at = coalesce(?, due_at), error = ?, ended_at = ?, lease = NULL, lease_until = NULL,
    payload = CASE WHEN ? = 'done' THEN '' ELSE payload END
  WHERE id = ? AND lease = ? AND status = 'waiting' RETURNING id`;

const shown = "id, kind, attempts, error, ended_at";

const giveUp = `UPDATE outbox SET status = 'failed', error = ?, ended_at = ?, lease = NULL, lease_until = NULL
  WHERE status = 'waiting' AND attempts >= ? AND lease_until <= ? RETURNING ${shown}`;

const failed = `SELECT ${shown} FROM outbox WHERE ended_at IS NOT NULL AND status = 'failed'
  ORDER BY ended_at DESC, id LIMIT ? + 0`;

const retry = `UPDATE outbox SET status = 'waiting', attempts = 0, due_at = ?, ended_at = NULL
  WHERE id = ? AND status = 'failed' RETURNING id`;

const purge = `DELETE FROM outbox WHERE id IN (
  SELECT id FROM outbox WHERE ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at LIMIT ? + 0)`;

type FailedRow = { id: string; kind: string; attempts: number; error: string | null; ended_at: number };

function failedJob({ id, kind, attempts, error, ended_at }: FailedRow): FailedJob {
  return { id, kind, attempts, error: error ?? "", failedAt: iso(ended_at) };
}
