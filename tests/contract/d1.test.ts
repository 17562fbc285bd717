import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { afterAll } from "vitest";
import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import { migrations } from "../../src/storage/migrate.ts";
import { contract } from "./operation-store.ts";
import { contractOfReadModels } from "./read-models.ts";
import { realm } from "./synthetic.ts";

// Wrangler asks nobody, and nothing is fetched.
Object.assign(process.env, { CI: "1", CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" });

const scratch = new URL("../../.tmp/", import.meta.url).pathname;
const configPath = new URL("wrangler.d1.toml", import.meta.url).pathname;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

contract("D1", open);
contractOfReadModels("D1", open);

/** D1 as workerd has it, in a folder of its own, with the migrations applied. */
async function open() {
  const { getPlatformProxy } = await import("wrangler");
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(`${scratch}d1-`);
  folders.push(folder);
  const proxy = await getPlatformProxy<{ DB: D1Database }>({ configPath, persist: { path: folder } });
  const database = proxy.env.DB;
  for (const statement of migrationStatements()) await database.prepare(statement).run();
  return { ...openD1(database, realm), close: () => proxy.dispose() };
}

/** D1 takes one statement at a time; the migrations have no semicolon within one but in comments. */
function migrationStatements(): string[] {
  const files = readdirSync(migrations)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const sql = files.map((name) => readFileSync(new URL(name, migrations), "utf8")).join("\n");
  return sql
    .replace(/--.*$/gm, "")
    .split(";")
    .filter((statement) => statement.trim() !== "");
}
