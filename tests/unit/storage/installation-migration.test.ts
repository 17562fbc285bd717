import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { migrate } from "../../../src/storage/migrate.ts";
import { migrateTo } from "./half-migrated.ts";

const rowsOf = (database: Database.Database) =>
  database.prepare("SELECT name, value FROM installation WHERE name <> 'schema' ORDER BY name").all();

it("takes a database in which a Worker of this version has written before it was migrated", () => {
  const database = new Database(":memory:");
  migrateTo(database, "0025");
  const insert = database.prepare("INSERT INTO installation (name, value) VALUES (?, ?)");
  insert.run("operation key", "did:key:zDnFirst");
  insert.run("operation key did:key:zDnFirst", "2026-11-21T00:00:00.000Z");
  migrate(database);
  expect(rowsOf(database)).toEqual([{ name: "operation key did:key:zDnFirst", value: "2026-11-21T00:00:00.000Z" }]);
});

it("goes on to demand the first key for operations of a database from before all were remembered", () => {
  const database = new Database(":memory:");
  migrateTo(database, "0025");
  const insert = database.prepare("INSERT INTO installation (name, value) VALUES (?, ?)");
  insert.run("realm", "main");
  insert.run("operation key", "did:key:zDnFirst");
  migrate(database);
  expect(rowsOf(database)).toEqual([
    { name: "operation key did:key:zDnFirst", value: "" },
    { name: "realm", value: "main" },
  ]);
});
