import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { CommitConflict } from "../../../src/operations/store.ts";
import { constraintOf, isDuplicate, refusalOf } from "../../../src/storage/conflict.ts";

const sqlite = (message: string, code = "SQLITE_CONSTRAINT") => Object.assign(new Error(message), { code });
const d1 = (message: string) => new Error(`D1_ERROR: ${message}: SQLITE_CONSTRAINT`);

describe("refusalOf", () => {
  const reasons = {
    "UNIQUE constraint failed: entries.doc, entries.scope, entries.branch, entries.idx": "head",
    "NOT NULL constraint failed: entries.idx": "head",
    "NOT NULL constraint failed: entries.doc": "head",
    "UNIQUE constraint failed: entries.doc, entries.action_id": "action",
    "NOT NULL constraint failed: entries.authority": "authority",
    "NOT NULL constraint failed: claims.holder": "claim",
  };
  for (const [message, reason] of Object.entries(reasons)) {
    it(`reads "${message}" as ${reason}, in the words of both databases`, () => {
      for (const error of [sqlite(message), d1(message)]) {
        const refusal = refusalOf(error);
        expect(refusal).toBeInstanceOf(CommitConflict);
        expect(refusal).toMatchObject({ reason });
      }
    });
  }

  it("calls a lock and an overload UNAVAILABLE", () => {
    const passing = [
      sqlite("database is locked", "SQLITE_BUSY"),
      sqlite("database is locked", "SQLITE_BUSY_SNAPSHOT"),
      new Error("D1_ERROR: D1 DB is overloaded. Too many requests queued."),
      new Error("D1_ERROR: Network connection lost."),
    ];
    for (const error of passing) {
      expect(refusalOf(error)).toBeInstanceOf(Failure);
      expect(refusalOf(error)).toMatchObject({ code: "UNAVAILABLE" });
    }
  });

  it("leaves alone what is nobody's doing", () => {
    const others = [
      sqlite("NOT NULL constraint failed: grants.seq"),
      sqlite("UNIQUE constraint failed: sessions.id"),
      sqlite("database or disk is full", "SQLITE_FULL"),
      new TypeError("The database connection is not open"),
      "a text that says UNIQUE constraint failed: entries.doc, entries.action_id",
    ];
    for (const error of others) expect(refusalOf(error)).toBe(error);
  });
});

describe("constraintOf", () => {
  it("names the columns of the key", () => {
    const error = d1("UNIQUE constraint failed: issued_credentials.status_list, issued_credentials.status_index");
    const columns = "issued_credentials.status_list, issued_credentials.status_index";
    expect(constraintOf(error)).toEqual({ type: "unique", columns });
    expect(isDuplicate(error, columns)).toBe(true);
    expect(isDuplicate(error, "issued_credentials.status_list")).toBe(false);
  });

  it("takes no missing value for a duplicate", () => {
    expect(isDuplicate(sqlite("NOT NULL constraint failed: sessions.id"), "sessions.id")).toBe(false);
    expect(constraintOf(new Error("FOREIGN KEY constraint failed"))).toBeUndefined();
  });
});
