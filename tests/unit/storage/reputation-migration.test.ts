import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { migrateTo } from "./half-migrated.ts";

it("lets awards that stood before be disputed as those that come", () => {
  const database = new Database(":memory:");
  migrateTo(database, "0015");
  database.exec(
    "INSERT INTO documents (doc, id, kind) VALUES (1, 'a', 'renown/award'), (2, 'b', 'renown/badge-class')",
  );
  const insert = database.prepare(
    "INSERT INTO entries (seq, doc, scope, branch, idx, action_id, operation, digest, binding, authority_by, authority, " +
      "admitted_at, latest_at, action) VALUES (?, ?, 'global', 'main', ?, ?, ?, ?, 'full', 'delegation', 0, 1, 1, ?)",
  );
  // The text of one is gone.
  for (const [i, [doc, type]] of [
    [1, "AWARD"],
    [1, ""],
    [1, "REVOKE"],
    [1, "CLAIM"],
    [1, "ENDORSE"],
    [2, "AWARD"],
  ].entries() as ArrayIterator<[number, [number, string]]>) {
    const text = type === "" ? "" : JSON.stringify({ id: "x", type, input: {} });
    insert.run(i + 1, doc, i, Buffer.alloc(16, i), `operation ${i}`, `entry ${i}`, text);
  }
  migrateTo(database, "0016");
  expect(database.prepare("SELECT seq, ended FROM grants ORDER BY seq").all()).toEqual([
    { seq: 1, ended: null },
    { seq: 4, ended: null },
    { seq: 5, ended: null },
  ]);
  database.close();
});
