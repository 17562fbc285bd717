import { type Kysely, type Selectable, sql } from "kysely";
import type { ConsoleRecord, ConsoleStatus, ConsoleStore } from "../identity/console-session.ts";
import type { DeviceRecord, DeviceStatus, DeviceStore } from "../identity/device.ts";
import { second } from "../kernel/time.ts";
import { isDuplicate } from "./conflict.ts";
import type { Tables } from "./tables.ts";

type Database = Kysely<Tables>;

/** Rows forgotten with each one that is added: more than come in, so the tables shrink. */
const purgeLimit = 8;

/** A poll may come a little early: a clock of a device and a network are not exact. */
const pollLeeway = second;

/** What a device that asks too often waits longer, in seconds (RFC 8628, section 3.5). */
const slowDown = 5;

/** Every change is one statement whose condition says what must still be the case. */
export function consoleStore(db: Database): ConsoleStore {
  return {
    async add(session, now) {
      const old = db.selectFrom("console_sessions").select("id").where("expires_at", "<=", now).limit(purgeLimit);
      await db.deleteFrom("console_sessions").where("id", "in", old).execute();
      // One that has run out and still stands gives way, however many others stood before it.
      await db.deleteFrom("console_sessions").where("id", "=", session.id).where("expires_at", "<=", now).execute();
      const insert = db.insertInto("console_sessions").values(consoleRow(session));
      const added = await insert
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst();
      return added !== undefined;
    },
    async find(id, now) {
      const of = db.selectFrom("console_sessions").selectAll().where("id", "=", id).where("expires_at", ">", now);
      const row = await of.executeTakeFirst();
      return row && consoleOf(row);
    },
    async bind(id, connect, app) {
      const update = db.updateTable("console_sessions").set({ connect, app: app ?? null });
      await update.where("id", "=", id).where("connect", "is", null).execute();
    },
    async complete(id, credential, now) {
      return (await change(db, id, "ready", ["pending"], now, credential)) !== undefined;
    },
    async end(id, status, now) {
      const from: ConsoleStatus[] = status === "denied" ? ["pending"] : ["pending", "ready", "denied"];
      return (await change(db, id, status, from, now)) !== undefined;
    },
    async take(id, now) {
      return (await change(db, id, "read", ["ready"], now)) ?? undefined;
    },
  };
}

export function deviceStore(db: Database): DeviceStore {
  return {
    async add(request, now) {
      const old = db.selectFrom("device_codes").select("hash").where("expires_at", "<=", now).limit(purgeLimit);
      await db.deleteFrom("device_codes").where("hash", "in", old).execute();
      try {
        await db.insertInto("device_codes").values(deviceRow(request)).execute();
        return true;
      } catch (error) {
        if (isDuplicate(error, "device_codes.user_code")) return false;
        throw error;
      }
    },
    async byUserCode(userCode, now) {
      const of = db.selectFrom("device_codes").selectAll().where("user_code", "=", userCode);
      const row = await of.where("expires_at", ">", now).executeTakeFirst();
      return row && deviceOf(row);
    },
    async byHash(hash) {
      const row = await db.selectFrom("device_codes").selectAll().where("hash", "=", hash).executeTakeFirst();
      return row && deviceOf(row);
    },
    async decide(userCode, status, delegation, now) {
      const update = db.updateTable("device_codes").set({ status, delegation: delegation ?? null });
      const pending = update.where("user_code", "=", userCode).where("status", "=", "pending");
      const decided = await pending.where("expires_at", ">", now).returning("hash").executeTakeFirst();
      return decided !== undefined;
    },
    poll: (hash, now) => poll(db, hash, now),
    async spend(hash, now) {
      const update = db.updateTable("device_codes").set({ status: "spent" }).where("hash", "=", hash);
      const approved = update.where("status", "=", "approved").where("expires_at", ">", now);
      return (await approved.returning("hash").executeTakeFirst()) !== undefined;
    },
  };
}

/** The credential of the session that was changed, null where it has none; undefined where nothing was changed. */
async function change(
  db: Database,
  id: string,
  status: ConsoleStatus,
  from: readonly ConsoleStatus[],
  now: number,
  credential?: string,
): Promise<string | null | undefined> {
  const set = credential === undefined ? { status } : { status, credential };
  const update = db.updateTable("console_sessions").set(set).where("id", "=", id).where("status", "in", from);
  const changed = await update.where("expires_at", ">", now).returning("credential").executeTakeFirst();
  return changed?.credential;
}

async function poll(db: Database, hash: string, now: number): Promise<boolean> {
  const early = await db
    .updateTable("device_codes")
    .set((row) => ({ polled_at: now, wait: row("wait", "+", slowDown) }))
    .where("hash", "=", hash)
    .where(sql<boolean>`polled_at + wait * 1000 > ${now + pollLeeway}`)
    .returning("hash")
    .executeTakeFirst();
  if (early) return false;
  await db.updateTable("device_codes").set({ polled_at: now }).where("hash", "=", hash).execute();
  return true;
}

function consoleRow(session: ConsoleRecord): Selectable<Tables["console_sessions"]> {
  const { id, connect, app, status, credential, createdAt, expiresAt } = session;
  const known = { connect: connect ?? null, app: app ?? null, credential: credential ?? null };
  return { id, ...known, status, created_at: createdAt, expires_at: expiresAt };
}

function consoleOf(row: Selectable<Tables["console_sessions"]>): ConsoleRecord {
  const { id, connect, app, status, credential, created_at: createdAt, expires_at: expiresAt } = row;
  const known = { connect: connect ?? undefined, app: app ?? undefined, credential: credential ?? undefined };
  return { id, ...known, status: status as ConsoleStatus, createdAt, expiresAt };
}

function deviceRow(request: DeviceRecord): Selectable<Tables["device_codes"]> {
  const { hash, userCode, app, may, label, status, delegation, wait, expiresAt } = request;
  return {
    hash,
    user_code: userCode,
    app,
    may: may === undefined ? null : JSON.stringify(may),
    label,
    status,
    delegation: delegation ?? null,
    wait,
    polled_at: null,
    expires_at: expiresAt,
  };
}

function deviceOf(row: Selectable<Tables["device_codes"]>): DeviceRecord {
  const { hash, user_code: userCode, app, may, label, delegation, wait, expires_at: expiresAt } = row;
  const limits = may === null ? undefined : (JSON.parse(may) as string[]);
  const status = row.status as DeviceStatus;
  return { hash, userCode, app, may: limits, label, status, delegation: delegation ?? undefined, wait, expiresAt };
}
