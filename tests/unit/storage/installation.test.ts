import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Storage } from "../../../src/storage/database.ts";
import { type Beginning, keepBeginning } from "../../../src/storage/installation-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";

const begun: Beginning = { realm: "main", did: "did:web:renown.example", operationKeys: [{ key: "did:key:zDnFirst" }] };

let storage: Storage;
beforeEach(() => {
  storage = openSqlite({ file: ":memory:", realm: "main" });
});
afterEach(() => storage.close());

const keep = (change: Partial<Beginning> = {}) => keepBeginning(storage.db, { ...begun, ...change });

describe("a database that was begun", () => {
  test("goes on with the same realm, origin and keys, and with a key that came later", async () => {
    await keep();
    await keep();
    await keep({ operationKeys: [...begun.operationKeys, { key: "did:key:zDnSecond" }] });
  });

  test.each<[string, Partial<Beginning>, string]>([
    ["another realm", { realm: "test" }, "RENOWN_REALM is test"],
    ["another origin", { did: "did:web:other.example" }, "it has signed as did:web:renown.example"],
    ["other keys", { operationKeys: [{ key: "did:key:zDnOther" }] }, "keys.json"],
  ])("does not go on with %s", async (_, change, says) => {
    await keep();
    await expect(keep(change)).rejects.toThrow(says);
    await keep();
  });

  test("remembers nothing of a start that was refused", async () => {
    await storage.db.insertInto("installation").values({ name: "realm", value: "main" }).execute();
    await expect(keep({ realm: "test", operationKeys: [{ key: "did:key:zDnOther" }] })).rejects.toThrow("RENOWN_REALM");
    await keep();
  });

  test("moves from localhost to where it is to stay, once", async () => {
    await keep({ did: "did:web:localhost%3A8787" });
    await keep({ did: "did:web:localhost%3A9000" });
    await keep();
    await expect(keep({ did: "did:web:localhost%3A8787" })).rejects.toThrow("RENOWN_ORIGIN");
  });
});
