import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { revokeScores } from "../../../src/storage/closing-store.ts";
import { migrateTo } from "./half-migrated.ts";

it("leaves credentials of scores from before to go with their address, whatever its chain", () => {
  const database = new Database(":memory:");
  migrateTo(database, "0023");
  database.exec("INSERT INTO status_lists (id, purpose, size, created_at) VALUES ('list', 'revocation', 131072, 0)");
  const insert = database.prepare(
    "INSERT INTO issued_credentials (id, subject, type, jwt, issued_at, expires_at, status_list, status_index) " +
      "VALUES (?, ?, 'ReputationScoreCredential', 'jwt', 1, 2, 'list', ?)",
  );
  const account = (digit: string) => `0x${digit.repeat(40)}`;
  const did = (digit: string, chain: number) => `did:pkh:eip155:${chain}:${account(digit)}`;
  insert.run("here", did("a", 1), 1);
  insert.run("there", did("a", 10), 2);
  insert.run("others", did("b", 1), 3);
  migrateTo(database, "0024");
  database.prepare(revokeScores).run(JSON.stringify([[account("a"), did("a", 1), 0, did("a", 1), 5]]));
  expect(database.prepare("SELECT id, about, revoked_at FROM issued_credentials ORDER BY status_index").all()).toEqual([
    { id: "here", about: null, revoked_at: 5 },
    { id: "there", about: null, revoked_at: 5 },
    { id: "others", about: null, revoked_at: null },
  ]);
  database.close();
});
