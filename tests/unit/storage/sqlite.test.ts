import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import Database from "better-sqlite3";
import fc from "fast-check";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/operations/entry.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { appendOf, chain, entryOf, freshId, realm } from "../../contract/synthetic.ts";

describe("a SQLite file", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/renown-sqlite-`);
    file = `${folder}/renown.db`;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("writes ahead, and syncs at each commit", async () => {
    const storage = openSqlite({ file, realm });
    const { rows: journal } = await sql<{ journal_mode: string }>`PRAGMA journal_mode`.execute(storage.db);
    const { rows: syncing } = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(storage.db);
    expect([journal[0]!.journal_mode, syncing[0]!.synchronous]).toEqual(["wal", 2]);
    await storage.close();
  });

  it("keeps what it acknowledged and what it was handed before it was closed", async () => {
    const document = freshId();
    const [first, second] = chain(document, 2);
    const storage = openSqlite({ file, realm });
    await storage.operations.commit(appendOf([first!]));
    const handed = storage.operations.commit(appendOf([second!]));
    await storage.close();
    await handed;
    const again = openSqlite({ file, realm });
    expect((await again.operations.load(document))!.last).toEqual({ ...second, seq: 2 });
    await again.close();
  });

  it("answers UNAVAILABLE while another process holds the lock, and goes on behind it", async () => {
    const storage = openSqlite({ file, realm, busyTimeout: 1 });
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    const append = appendOf(chain(freshId(), 1));
    await expect(storage.operations.commit(append)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    other.exec("ROLLBACK");
    other.close();
    expect(await storage.operations.commit(append)).toEqual([1]);
    await storage.close();
  });

  it("sees what another process has committed", async () => {
    const [mine, theirs] = [openSqlite({ file, realm }), openSqlite({ file, realm })];
    const document = freshId();
    const [first, second] = chain(document, 2);
    await mine.operations.commit(appendOf([first!]));
    await theirs.operations.commit(appendOf([second!]));
    expect(await mine.operations.lastSeq()).toBe(2);
    const behind = entryOf({ document, after: first });
    await expect(mine.operations.commit(appendOf([behind]))).rejects.toMatchObject({ reason: "head" });
    await Promise.all([mine.close(), theirs.close()]);
  });
});

describe("momentAt", () => {
  it("finds the last place whose time, the latest up to it, is not behind the moment", async () => {
    const times = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 0, max: 51 }), async (admitted, moment) => {
        const storage = openSqlite({ file: ":memory:", realm });
        const document = freshId();
        const entries: Entry[] = [];
        for (const at of admitted) entries.push(entryOf({ document, after: entries.at(-1), at }));
        await storage.operations.commit(appendOf(entries));
        const ahead = admitted.findIndex((at) => at > moment);
        expect((await storage.operations.momentAt(moment)).seq).toBe(ahead < 0 ? admitted.length : ahead);
        await storage.close();
      }),
      { numRuns: 40 },
    );
  });
});
