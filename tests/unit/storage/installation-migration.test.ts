import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { migrate } from "../../../src/storage/migrate.ts";
import { migrateTo } from "./half-migrated.ts";

it("goes on to demand the first key for operations of a database from before all were remembered", () => {
  const database = new Database(":memory:");
  migrateTo(database, "0025");
  const insert = database.prepare("INSERT INTO installation (name, value) VALUES (?, ?)");
  insert.run("realm", "main");
  insert.run("operation key", "did:key:zDnFirst");
  migrate(database);
  expect(database.prepare("SELECT name, value FROM installation ORDER BY name").all()).toEqual([
    { name: "operation key did:key:zDnFirst", value: "" },
    { name: "realm", value: "main" },
  ]);
});
