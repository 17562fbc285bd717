import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { migrateTo } from "./half-migrated.ts";

it("knows presentations from before by how their holders were proved to let the key act, on whatever chain", () => {
  const database = new Database(":memory:");
  migrateTo(database, "0024");
  const account = (digit: string) => `0x${digit.repeat(40)}`;
  const did = (digit: string, chain: number) => `did:pkh:eip155:${chain}:${account(digit)}`;
  const share = database.prepare(
    "INSERT INTO presentations (id, subject, key, jwt, scores, badges, kept_seq, kept_at, expires_at) " +
      "VALUES (?, ?, ?, 'jwt', 1, 0, 1, 1, 2)",
  );
  const give = database.prepare(
    "INSERT INTO delegations (document, kind, entry, subject, address, app, label, limits, method, granted_seq, granted_at, " +
      "expires_at) VALUES (?, 'renown/app', ?, ?, ?, ?, '', 'null', ?, 1, 1, 2)",
  );
  give.run("d1", "e1", did("a", 1), account("a"), "did:key:one", "recovery");
  give.run("d2", "e2", did("a", 1), account("a"), "did:key:other", "contract");
  give.run("d3", "e3", did("b", 10), account("b"), "did:key:one", "contract");
  share.run("own", did("a", 1), "did:key:one");
  share.run("own elsewhere", did("a", 5), "did:key:one");
  share.run("by another key", did("a", 1), "did:key:other");
  share.run("of a contract", did("b", 10), "did:key:one");
  migrateTo(database, "0025");
  expect(database.prepare("SELECT id, method FROM presentations ORDER BY rowid").all()).toEqual([
    { id: "own", method: "recovery" },
    { id: "own elsewhere", method: "recovery" },
    { id: "by another key", method: "contract" },
    { id: "of a contract", method: "contract" },
  ]);
  database.close();
});
