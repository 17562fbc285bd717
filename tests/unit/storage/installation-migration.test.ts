import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { migrate, migrations } from "../../../src/storage/migrate.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "renown-migrations-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("goes on to demand the first key for operations of a database from before all were remembered", () => {
  const database = new Database(":memory:");
  for (const name of readdirSync(migrations))
    if (name.endsWith(".sql") && name < "0026") copyFileSync(new URL(name, migrations), join(folder, name));
  migrate(database, pathToFileURL(`${folder}/`));
  const insert = database.prepare("INSERT INTO installation (name, value) VALUES (?, ?)");
  insert.run("realm", "main");
  insert.run("operation key", "did:key:zDnFirst");
  migrate(database);
  expect(database.prepare("SELECT name, value FROM installation ORDER BY name").all()).toEqual([
    { name: "operation key did:key:zDnFirst", value: "" },
    { name: "realm", value: "main" },
  ]);
});
