import Database from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { groupCommit } from "../../../src/storage/group-commit.ts";
import type { Statement } from "../../../src/storage/statement.ts";

describe("groupCommit", () => {
  let database: Database.Database;
  let transactions: number;
  let group: ReturnType<typeof groupCommit>;
  beforeEach(() => {
    database = new Database(":memory:");
    database.exec(`
      CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE things (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`);
    transactions = 0;
    let within = false;
    group = groupCommit(database, ({ sql, params }: Statement) => {
      if (!within) queueMicrotask(() => (within = false));
      if (!within) transactions++;
      within = true;
      return Number(database.prepare(sql).run(params).lastInsertRowid);
    });
  });

  const insert = (id: number, parent: number | null = null): Statement => ({
    sql: "INSERT INTO things (id, parent) VALUES (?, ?)",
    params: [id, parent],
  });
  const things = () => database.prepare("SELECT id FROM things ORDER BY id").pluck().all();

  it("answers nobody before COMMIT, and writes what one turn brings in one transaction", async () => {
    let answered = 0;
    const appends = [1, 2, 3].map((id) => group.append([insert(id)]).then(() => answered++));
    await Promise.resolve();
    expect([answered, things()]).toEqual([0, []]);
    await Promise.all(appends);
    expect([transactions, things()]).toEqual([1, [1, 2, 3]]);
    expect(database.inTransaction).toBe(false);
  });

  it("waits for those that come while it gathers, and not for ever", async () => {
    const appends: Promise<number[]>[] = [];
    for (let id = 1; id <= 8; id++) {
      appends.push(group.append([insert(id)]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(appends);
    expect([transactions, things()]).toEqual([2, [1, 2, 3, 4, 5, 6, 7, 8]]);
  });

  it("takes back the whole of a refused append, and nothing of the others", async () => {
    const outcomes = await Promise.allSettled([
      group.append([insert(1)]),
      group.append([insert(2), insert(1)]),
      group.append([insert(3)]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(things()).toEqual([1, 3]);
  });

  it("refuses the whole group where COMMIT fails, and takes the next one", async () => {
    const outcomes = await Promise.allSettled([group.append([insert(1)]), group.append([insert(2, 99)])]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(things()).toEqual([]);
    expect(database.inTransaction).toBe(false);
    expect(await group.append([insert(3)])).toEqual([3]);
  });

  it("writes more than one group where a turn brings very many, in order", async () => {
    const ids = Array.from({ length: 600 }, (_, i) => i + 1);
    const answered: number[] = [];
    await Promise.all(ids.map(async (id) => answered.push((await group.append([insert(id)]))[0]!)));
    expect(answered).toEqual(ids);
    expect(transactions).toBe(3);
  });

  it("writes what waits when it is drained", async () => {
    const appends = Array.from({ length: 300 }, (_, i) => group.append([insert(i + 1)]));
    group.drain();
    expect(things()).toHaveLength(300);
    await Promise.all(appends);
  });

  it("is UNAVAILABLE when the database is closed", async () => {
    database.close();
    await expect(group.append([insert(1)])).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
