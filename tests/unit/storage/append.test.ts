import { describe, expect, it } from "vitest";
import { here, type Row } from "../../../src/operations/kind.ts";
import { appendStatements } from "../../../src/storage/append.ts";
import { projected } from "../../../src/storage/read-models.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { appendOf, chain, claimOf, entryOf, freshId, profileRow } from "../../contract/synthetic.ts";

/** What D1 takes in one statement. */
const maxParameters = 100;
const maxLength = 100_000;

const statementsWith = (...rows: Row[]) => appendStatements(appendOf([entryOf({ document: freshId() })], { rows }));

describe("appendStatements", () => {
  it("stays within what D1 takes, for the widest rows there can be", () => {
    const rows = Object.entries(projected).map(([table, columns]): Row => {
      const [keys, others] = [true, false].map((key) =>
        Object.keys(columns).filter((name) => ((columns as Record<string, string>)[name] === "key") === key),
      ) as [string[], string[]];
      const key = Object.fromEntries(keys.map((name) => [name, "key"]));
      return { table, key, set: Object.fromEntries(others.map((name) => [name, "x".repeat(1000)])) };
    });
    const run = chain(freshId(), 3);
    const append = {
      ...appendOf(run, { rows, claims: [claimOf("key", "holder")] }),
      snapshot: { state: "{}", length: 3 },
    };
    const statements = appendStatements(append);
    expect(statements).toHaveLength(1 + run.length + 1 + rows.length + 1);
    for (const { sql, params } of statements) {
      expect(params.length).toBe(sql.split("?").length - 1);
      expect(params.length).toBeLessThanOrEqual(maxParameters);
      expect(sql.length).toBeLessThanOrEqual(maxLength);
    }
  });

  it("has the same text for rows of the same shape, so that it is prepared once", () => {
    const texts = ["first", "second"].map((name) => statementsWith(profileRow(name, name)).map(({ sql }) => sql));
    expect(texts[0]).toEqual(texts[1]);
  });

  it("takes no name of a table, a key or a column but those it lists", () => {
    const set: Row["set"] = { ended: here };
    expect(() => statementsWith({ table: "entries", key: { seq: "1" }, set: {} })).toThrow("no read model entries");
    expect(() => statementsWith({ table: "toString", key: {}, set: {} })).toThrow("no read model toString");
    expect(() => statementsWith({ table: "grants", key: { seq: "1" }, set })).toThrow("key of grants is entry");
    expect(() => statementsWith({ table: "grants", key: { entry: "a" }, set: { entry: "b" } })).toThrow(
      "no column entry",
    );
    const injected = { "seq = 1; DROP TABLE entries; --": 1 };
    expect(() => statementsWith({ table: "grants", key: { entry: "a" }, set: injected })).toThrow("no column");
  });

  it("refuses an admission time that cannot be read", () => {
    const entry = { ...entryOf({ document: freshId() }), admittedAt: "soon" };
    expect(() => appendStatements(appendOf([entry]))).toThrow(expect.objectContaining({ code: "UNREADABLE_DATE" }));
  });
});

describe("the list of read models", () => {
  it("has every column of its tables, and knows which are demanded", async () => {
    const storage = openSqlite({ file: ":memory:", realm: "main" });
    for (const [table, columns] of Object.entries(projected)) {
      const meta = await storage.db.introspection.getTables();
      const real = meta.find(({ name }) => name === table)!.columns;
      const roles = Object.entries(columns).map(([name, role]) => [name, role === "required"]);
      const keys = Object.entries(columns).flatMap(([name, role]) => (role === "key" ? [name] : []));
      const demanded = real.map(({ name, isNullable }) => [name, !isNullable && !keys.includes(name)]);
      expect(demanded, table).toEqual(roles);
    }
    await storage.close();
  });
});
