import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../../src/storage/migrate.ts";

describe("migrate", () => {
  let path: string;
  let folder: URL;
  beforeEach(() => {
    path = mkdtempSync(`${tmpdir()}/renown-migrate-`);
    folder = pathToFileURL(`${path}/`);
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  const put = (name: string, sql: string) => writeFileSync(new URL(name, folder), sql);
  const tablesOf = (database: Database.Database) =>
    database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();

  it("runs the files in the order of their names, each once", () => {
    const database = new Database(":memory:");
    put("0002_rows.sql", "INSERT INTO a VALUES (1);");
    put("0001_table.sql", "CREATE TABLE a (x);");
    put("notes.txt", "not SQL");
    expect(migrate(database, folder)).toEqual(["0001_table.sql", "0002_rows.sql"]);
    expect(migrate(database, folder)).toEqual([]);
    put("0003_more.sql", "INSERT INTO a VALUES (2);");
    expect(migrate(database, folder)).toEqual(["0003_more.sql"]);
    expect(database.prepare("SELECT x FROM a ORDER BY x").pluck().all()).toEqual([1, 2]);
  });

  it("leaves nothing of a file that fails, and what came before it", () => {
    const database = new Database(":memory:");
    put("0001_good.sql", "CREATE TABLE good (x);");
    put("0002_bad.sql", "CREATE TABLE half (x); CREATE TABLE good (x);");
    expect(() => migrate(database, folder)).toThrow(/already exists/);
    expect(tablesOf(database)).toEqual(["good", "schema_migrations"]);
    put("0002_bad.sql", "CREATE TABLE half (x);");
    expect(migrate(database, folder)).toEqual(["0002_bad.sql"]);
  });

  it("refuses a database that a newer version has used, and changes nothing in it", () => {
    const database = new Database(":memory:");
    put("0001_old.sql", "CREATE TABLE old (x);");
    migrate(database, folder);
    database.prepare("INSERT INTO schema_migrations (name) VALUES ('0009_new.sql')").run();
    put("0002_mine.sql", "CREATE TABLE mine (x);");
    expect(() => migrate(database, folder)).toThrow(/0009_new\.sql/);
    expect(tablesOf(database)).not.toContain("mine");
  });
});
