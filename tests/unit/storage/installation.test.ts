import { readdirSync } from "node:fs";
import { sql } from "kysely";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeServiceKeys, operationDid, rotate, type ServiceKeys } from "../../../src/identity/service-keys.ts";
import { day, type Millis } from "../../../src/kernel/time.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { type Beginning, isBegun, keepBeginning, schema } from "../../../src/storage/installation-store.ts";
import { migrations } from "../../../src/storage/migrate.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";

const now = Date.parse("2026-11-20T12:00:00.000Z");

let keys: ServiceKeys;
let others: ServiceKeys;
let storage: Storage;
beforeAll(async () => {
  [keys, others] = await Promise.all([makeServiceKeys(now), makeServiceKeys(now)]);
});
beforeEach(() => {
  storage = openSqlite({ file: ":memory:", realm: "main" });
});
afterEach(() => storage.close());

const beginning = (change: Partial<Beginning> = {}): Beginning => {
  return { realm: "main", did: "did:web:renown.example", keys, clock: () => now, ...change };
};
const keep = (change: Partial<Beginning> = {}) => keepBeginning(storage.db, beginning(change));
const written = () => storage.db.selectFrom("installation").selectAll().orderBy("name").execute();

describe("a database that was begun", () => {
  test("goes on with the same realm, origin and keys, and with keys that came later", async () => {
    expect(await isBegun(storage.db)).toBe(false);
    await keep();
    expect(await isBegun(storage.db)).toBe(true);
    const first = await written();
    await keep();
    expect(await written()).toEqual(first);
    await keep({ keys: await rotate(keys, "operation", now) });
    await expect(keep()).rejects.toThrow("operation key");
  });

  test.each<[string, () => Partial<Beginning>, string]>([
    ["another realm", () => ({ realm: "test" }), "RENOWN_REALM is test"],
    ["another origin", () => ({ did: "did:web:other.example" }), "it has signed as did:web:renown.example"],
    ["other keys", () => ({ keys: others }), "keys.json"],
    [
      "another operation key",
      () => ({ keys: { ...keys, operation: others.operation } }),
      "lack operation key did:key:zDn",
    ],
    ["another signing key", () => ({ keys: { ...keys, signing: others.signing } }), "lack signing key "],
    ["another log key", () => ({ keys: { ...keys, log: others.log } }), "lack log key "],
    ["another secret", () => ({ keys: { ...keys, secret: others.secret } }), "lack secret "],
  ])("does not go on with %s, and writes nothing of it down", async (_, change, says) => {
    await keep();
    const before = await written();
    await expect(keep(change())).rejects.toThrow(says);
    expect(await written()).toEqual(before);
    await keep();
  });

  test.each(["operation", "signing"] as const)("does not go back behind a rotation of its %s key", async (which) => {
    await keep();
    const rotated = await rotate(keys, which, now);
    await keep({ keys: rotated });
    const [added] = rotated[which].slice(-1);
    const name = which === "operation" ? operationDid(added!) : added!.kid;
    await expect(keep()).rejects.toThrow(
      `${which} key ${name}, which this database was started with: bring back its latest keys.json, or RENOWN_KEYS`,
    );
    await keep({ keys: rotated });
  });

  test("demands every key of several rotations, and names three of them", async () => {
    let latest = keys;
    for (let i = 0; i < 4; i++) {
      latest = await rotate(latest, "operation", now + i);
      await keep({ keys: latest });
    }
    await expect(keep({ keys: { ...latest, operation: latest.operation.slice(1) } })).rejects.toThrow(
      "lack operation key",
    );
    await expect(keep()).rejects.toThrow(/(operation key did:key:\w+,? ?){3}and 1 more, /);
  });

  test("lets a signing key go seven days after its retirement, and no key of another sort", async () => {
    await keep();
    const rotated = await rotate(await rotate(keys, "signing", now), "operation", now);
    await keep({ keys: rotated });
    const at = (time: Millis, which: "signing" | "operation") =>
      keep({ keys: { ...rotated, [which]: rotated[which].slice(1) }, clock: () => time });
    await expect(at(now + 7 * day - 1, "signing")).rejects.toThrow(`signing key ${keys.signing[0]!.kid}`);
    await at(now + 7 * day, "signing");
    await expect(at(now + 700 * day, "operation")).rejects.toThrow(operationDid(keys.operation[0]!));
  });

  test("does not let go a signing key that it was never told to be retired", async () => {
    await keep();
    const rotated = await rotate(keys, "signing", now);
    const late = { keys: { ...rotated, signing: rotated.signing.slice(1) }, clock: () => now + 30 * day };
    await expect(keep(late)).rejects.toThrow("signing key");
  });

  test("knows nothing that would help who reads it to sign", async () => {
    await keep();
    const text = JSON.stringify(await written());
    const secrets = [keys.secret, keys.log.jwk.d, keys.operation[0]!.jwk.d, keys.signing[0]!.jwk.d];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  test("remembers nothing of a start that was refused", async () => {
    await storage.db.insertInto("installation").values({ name: "realm", value: "main" }).execute();
    await expect(keep({ realm: "test", keys: others })).rejects.toThrow("RENOWN_REALM");
    await keep();
  });

  test("takes one of two first starts with different keys, and what they share of two with the same", async () => {
    const both = await Promise.allSettled([keep(), keep({ keys: others })]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await Promise.all([keep(), keep()]);
    const [one, other] = [await rotate(keys, "operation", now), await rotate(keys, "operation", now)];
    const rotations = await Promise.allSettled([keep({ keys: one }), keep({ keys: other })]);
    expect(rotations.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await keep({ keys: one });
  });

  test.each([
    "did:web:localhost",
    "did:web:localhost%3A8787",
    "did:web:127.0.0.1%3A8787",
    "did:web:%5B%3A%3A1%5D%3A8787",
    "did:web:%5B%3A%3A1%5D",
    "did:web:[%3A:1]:8787",
  ])("moves from %s to where it is to stay, once", async (did) => {
    await keep({ did });
    await keep({ did: "did:web:localhost%3A9000" });
    await keep({ did });
    await keep();
    await expect(keep({ did })).rejects.toThrow("RENOWN_ORIGIN");
  });

  test.each(["did:web:localhost.example", "did:web:127.0.0.1.example", "did:web:127.0.0.10", "did:web:localhost:orgs"])(
    "does not take %s for a trial",
    async (did) => {
      await keep({ did });
      await expect(keep()).rejects.toThrow(`it has signed as ${did}`);
    },
  );
});

describe("the migrations", () => {
  const set = (value: string) =>
    sql`UPDATE installation SET value = ${value} WHERE name = 'schema'`.execute(storage.db);

  test("say in the database which was the last", async () => {
    const last = readdirSync(migrations).sort().at(-1)!;
    expect(last.slice(0, 4)).toBe(schema);
    expect(await written()).toEqual([{ name: "schema", value: schema }]);
  });

  test("are demanded before anything is written, and of a newer version are taken", async () => {
    await set("0026");
    await expect(keep()).rejects.toThrow("The database lacks migrations up to 0027: apply them");
    await sql`DELETE FROM installation`.execute(storage.db);
    await expect(keep()).rejects.toThrow("lacks migrations");
    expect(await written()).toEqual([]);
    await sql`INSERT INTO installation (name, value) VALUES ('schema', '0999')`.execute(storage.db);
    await keep();
  });
});
