import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { migrate } from "../../../src/storage/migrate.ts";
import { migrateTo } from "./half-migrated.ts";

/** What becomes of rows that stood there before all keys were remembered. */
function migrated(...rows: [name: string, value: string][]) {
  const database = new Database(":memory:");
  migrateTo(database, "0025");
  const insert = database.prepare("INSERT INTO installation (name, value) VALUES (?, ?)");
  for (const row of rows) insert.run(...row);
  migrate(database);
  return database.prepare("SELECT name, value FROM installation WHERE name <> 'schema' ORDER BY name").all();
}

it("takes a database in which a Worker of this version has written before it was migrated", () => {
  const written: [string, string] = ["operation key did:key:zDnFirst", "2026-11-21T00:00:00.000Z"];
  expect(migrated(["operation key", "did:key:zDnFirst"], written)).toEqual([{ name: written[0], value: written[1] }]);
});

it("goes on to demand the first key for operations of a database from before all were remembered", () => {
  expect(migrated(["realm", "main"], ["operation key", "did:key:zDnFirst"])).toEqual([
    { name: "operation key did:key:zDnFirst", value: "" },
    { name: "realm", value: "main" },
  ]);
});
