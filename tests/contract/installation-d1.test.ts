import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServiceKeys, operationDid, rotate } from "../../src/identity/service-keys.ts";
import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import { type Beginning, isBegun, keepBeginning } from "../../src/storage/installation-store.ts";
import * as worker from "../worker/harness.ts";

const now = Date.parse("2026-11-20T12:00:00.000Z");

let opened: Awaited<ReturnType<typeof worker.openD1<D1Database>>>;
beforeAll(async () => {
  opened = await worker.openD1<D1Database>();
});
afterAll(() => opened.dispose());

test("D1 is held to what it was begun with, also by isolates that start at once", async () => {
  const { db } = openD1(opened.database, "main");
  const keys = await makeServiceKeys(now);
  const keep = (change: Partial<Beginning> = {}) =>
    keepBeginning(db, { realm: "main", did: "did:web:127.0.0.1%3A8787", keys, clock: () => now, ...change });
  expect(await isBegun(db)).toBe(false);
  await Promise.all([keep(), keep(), keep()]);
  expect(await isBegun(db)).toBe(true);
  const did = "did:web:renown.example";
  await keep({ did });
  await expect(keep()).rejects.toThrow("RENOWN_ORIGIN");
  const [one, other] = [await rotate(keys, "operation", now), await rotate(keys, "operation", now)];
  const both = [one, other].map((rotated) => keep({ did, keys: rotated }));
  expect((await Promise.allSettled(both)).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(keep({ did })).rejects.toThrow("bring back its latest keys.json, or RENOWN_KEYS");
  const names = (await db.selectFrom("installation").select("name").execute()).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("operation key "))).toHaveLength(2);
  expect(names).toContain(`operation key ${operationDid(keys.operation[0]!)}`);
});
