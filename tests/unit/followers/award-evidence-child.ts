/** Follows the log in the file named second into the SQLite file named first, one entry for each line that it is sent. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { followAwards } from "../../../src/followers/award-evidence.ts";
import type { LoggedEntry } from "../../../src/operations/entry.ts";
import { evidenceStore } from "../../../src/storage/evidence-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";

const [file, log] = process.argv.slice(2) as [string, string];
const entries = JSON.parse(readFileSync(log, "utf8")) as LoggedEntry[];
const source = {
  entriesAfter: async (after: number, limit: number) => entries.filter(({ seq }) => seq > after).slice(0, limit),
  lastSeq: async () => entries.length,
};
const following = followAwards({ log: source, store: evidenceStore(openSqlite({ file, realm: "test" })) });
for await (const _ of createInterface({ input: process.stdin })) {
  const { seq } = await following.run(1);
  process.stdout.write(`${seq}\n`);
}
