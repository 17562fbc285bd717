import { CompiledQuery, type Kysely, type Selectable } from "kysely";
import { limitNames, parseLimits } from "../identity/delegation.ts";
import type { DelegationTerms, Nonce, NonceStore } from "../identity/nonce.ts";
import type { RefreshToken, Session, SessionStore } from "../identity/session.ts";
import { day, type Millis } from "../kernel/time.ts";
import type { Tables } from "./tables.ts";

type Database = Kysely<Tables>;

/** Rows forgotten with each one that is added: more than come in, so the table shrinks. */
const purgeLimit = 8;

/** Sessions are kept for a while past their end, so that a late refresh learns that it is late. */
const sessionRemembered = 7 * day;

export function nonceStore(db: Database): NonceStore {
  return {
    async add(nonce, now) {
      const old = db.selectFrom("nonces").select("nonce").where("expires_at", "<=", now).limit(purgeLimit);
      await db.deleteFrom("nonces").where("nonce", "in", old).execute();
      await db.insertInto("nonces").values(nonceRow(nonce)).execute();
    },
    async spend(nonce, now) {
      const row = await db
        .updateTable("nonces")
        .set({ spent_at: now })
        .where("nonce", "=", nonce)
        .where("spent_at", "is", null)
        .where("expires_at", ">", now)
        .returningAll()
        .executeTakeFirst();
      return row && nonceOf(row);
    },
  };
}

export function sessionStore(db: Database): SessionStore {
  return {
    open: (session, refreshHash) => open(db, session, refreshHash),
    async session(id) {
      const row = await db.selectFrom("sessions").selectAll().where("id", "=", id).executeTakeFirst();
      return row && sessionOf(row);
    },
    sessionsOf: (user, now, before, limit) => sessionsOf(db, user, now, before, limit),
    async refreshToken(hash) {
      const row = await db.selectFrom("refresh_tokens").selectAll().where("hash", "=", hash).executeTakeFirst();
      return row && tokenOf(row);
    },
    async addRefreshToken(hash, session, now) {
      const row = { hash, session, created_at: now, used_at: null };
      await db
        .insertInto("refresh_tokens")
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    spendRefreshToken: (hash, session, now) => spendRefreshToken(db, hash, session, now),
    async end(user, id, now) {
      const ended = await endingOf(db, user, now).where("id", "=", id).executeTakeFirst();
      return ended !== undefined;
    },
    async endAll(user, now) {
      return (await endingOf(db, user, now).execute()).length;
    },
  };
}

async function open(db: Database, session: Session, refreshHash: string): Promise<void> {
  const { id, user, method, agent, createdAt, usedAt, expiresAt } = session;
  await purge(db, createdAt);
  await db.executeQuery(CompiledQuery.raw(insertSession, [id, user, method, agent, createdAt, usedAt, expiresAt]));
  await db.executeQuery(CompiledQuery.raw(insertToken, [refreshHash, id, createdAt]));
}

/** Forgets sessions long past their end, their tokens first: no token may stand without its session. */
async function purge(db: Database, now: Millis): Promise<void> {
  const before = now - sessionRemembered;
  await db.executeQuery(CompiledQuery.raw(deleteOldTokens, [before]));
  await db.executeQuery(CompiledQuery.raw(deleteOldSessions, [before]));
}

// Sign-in waits for these, so their text is fixed instead of built each time.
const insertSession =
  "INSERT INTO sessions (id, user, method, agent, created_at, used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)";
const insertToken = "INSERT INTO refresh_tokens (hash, session, created_at) VALUES (?, ?, ?)";
const oldSessions = `SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ${purgeLimit}`;
const deleteOldTokens = `DELETE FROM refresh_tokens WHERE session IN (${oldSessions})`;
const deleteOldSessions = `DELETE FROM sessions WHERE id IN (${oldSessions})`;

async function sessionsOf(db: Database, user: string, now: Millis, before: string, limit: number): Promise<Session[]> {
  const rows = await db
    .selectFrom("sessions")
    .selectAll()
    .where("user", "=", user)
    .where("id", "<", before)
    .where("ended_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(sessionOf);
}

async function spendRefreshToken(db: Database, hash: string, session: string, now: Millis): Promise<boolean> {
  const used = await db
    .updateTable("refresh_tokens")
    .set({ used_at: now })
    .where("hash", "=", hash)
    .where("used_at", "is", null)
    .returning("hash")
    .executeTakeFirst();
  if (!used) return false;
  await db.updateTable("sessions").set({ used_at: now }).where("id", "=", session).execute();
  return true;
}

function endingOf(db: Database, user: string, now: Millis) {
  return db
    .updateTable("sessions")
    .set({ ended_at: now })
    .where("user", "=", user)
    .where("ended_at", "is", null)
    .where("expires_at", ">", now)
    .returning("id");
}

function nonceRow(nonce: Nonce): Selectable<Tables["nonces"]> {
  const { statement, purpose, expiresAt } = nonce;
  const terms = nonce.purpose === "delegate" ? termsText(nonce.terms) : null;
  return { nonce: nonce.nonce, purpose, statement, terms, expires_at: expiresAt, spent_at: null };
}

function nonceOf(row: Selectable<Tables["nonces"]>): Nonce {
  const base = { nonce: row.nonce, statement: row.statement, expiresAt: row.expires_at };
  return row.terms === null
    ? { ...base, purpose: "sign-in" }
    : { ...base, purpose: "delegate", terms: termsOf(row.terms) };
}

function termsText({ app, limits, until }: DelegationTerms): string {
  return JSON.stringify({ app, may: limitNames(limits), until });
}

function termsOf(text: string): DelegationTerms {
  const { app, may, until }: { app: string; may: string[]; until: string } = JSON.parse(text);
  const entries = may.map((name) => `renown:may:${name}`);
  return { app, limits: parseLimits(entries, "renown:may:"), until };
}

function sessionOf(row: Selectable<Tables["sessions"]>): Session {
  const { id, user, agent, created_at: createdAt, used_at: usedAt, expires_at: expiresAt } = row;
  const method = row.method === "contract" ? "contract" : "recovery";
  return { id, user, method, agent, createdAt, usedAt, expiresAt, endedAt: row.ended_at ?? undefined };
}

function tokenOf(row: Selectable<Tables["refresh_tokens"]>): RefreshToken {
  return { hash: row.hash, session: row.session, createdAt: row.created_at, usedAt: row.used_at ?? undefined };
}
