import { expect, test } from "vitest";
import { here, type Row } from "../../../src/operations/kind.ts";
import { projectionStatements } from "../../../src/storage/read-models.ts";

const row = (entry: string, set: Row["set"]): Row => ({ table: "grants", key: { entry }, set });
const statements = (rows: Row[], place?: number) => projectionStatements({ rows, claims: [] }, 0, place);

test("rows of one form that follow each other share statements of a hundred parameters", () => {
  const rows = Array.from({ length: 1101 }, (_, n) => row(`e${n}`, { ended: here }));
  for (const place of [undefined, 7]) {
    const made = statements(rows, place);
    expect(made.length).toBeLessThan(40);
    expect(Math.max(...made.map(({ params }) => params.length))).toBeLessThanOrEqual(100);
    for (const { sql, params } of made) expect(sql.split("?").length - 1).toBe(params.length);
    const named = made.flatMap(({ params }) => params.filter((each) => String(each).startsWith("e")));
    expect(new Set(named).size).toBe(rows.length);
  }
});

test("rows of another form, or of another table, stand alone and in their order", () => {
  const member: Row = { table: "organization_members", key: { document: "d", user: "u" }, set: { role: null } };
  const made = statements([row("a", { ended: here }), member, row("b", { ended: here }), row("c", { ended: 3 })]);
  expect(made.map(({ params }) => params[0])).toEqual(["a", "d", "b", "c"]);
  expect(made).toHaveLength(4);
});
