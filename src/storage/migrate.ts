import { readdirSync, readFileSync } from "node:fs";
import type { Database } from "better-sqlite3";

/** The plain SQL that SQLite and D1 both run; D1 is migrated by wrangler, which keeps books of its own. */
export const migrations = new URL("../../migrations/", import.meta.url);

/**
 * Brings a SQLite database up to date and returns the names of the files that it ran. Each file is one transaction, so
 * a start that is killed leaves a whole step done or undone, and of two starts at once each step is done by one.
 * Throws where the database has been used by a version that knows more migrations than `folder` has.
 */
export function migrate(database: Database, folder: URL = migrations): string[] {
  database.exec("CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY)");
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const unknown = appliedNames(database).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`The database is newer than this version: it has ${unknown.join(", ")}.`);
  const step = database.transaction((name: string): boolean => {
    if (appliedNames(database).includes(name)) return false;
    database.exec(readFileSync(new URL(name, folder), "utf8"));
    database.prepare("INSERT INTO schema_migrations (name) VALUES (?)").run(name);
    return true;
  });
  return names.filter((name) => step.immediate(name));
}

function appliedNames(database: Database): string[] {
  return database.prepare<[], string>("SELECT name FROM schema_migrations ORDER BY name").pluck().all();
}
