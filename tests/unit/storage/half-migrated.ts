// A database as an older version left it, to be brought to a newer one.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type Database from "better-sqlite3";
import { migrate, migrations } from "../../../src/storage/migrate.ts";

/** Applies the migrations up to a number, of four digits, and no later one. */
export function migrateTo(database: Database.Database, last: string): void {
  const folder = mkdtempSync(join(tmpdir(), "renown-migrations-"));
  try {
    for (const name of readdirSync(migrations))
      if (name.endsWith(".sql") && name.slice(0, 4) <= last)
        copyFileSync(new URL(name, migrations), join(folder, name));
    migrate(database, pathToFileURL(`${folder}/`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
