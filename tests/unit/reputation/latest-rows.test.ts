import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latestOf } from "../../../src/reputation/latest-rows.ts";
import type { DetailRow } from "../../../src/reputation/ledger-rows.ts";

const wallet = (n: number, chain = 1) => `did:pkh:eip155:${chain}:0x${n.toString(16).padStart(40, "0")}`;

function rowOf(seq: number, rater: string, standing: DetailRow["standing"] = "work"): DetailRow {
  const said = { seq, subject: wallet(9), rater, context: "", authority: "a", field: "f", kind: "vouch", value: "1" };
  const named = { operation: `op-${seq}`, document: "r1", entry: `e-${seq}`, claimedAt: "" } as const;
  return {
    ...said,
    ...named,
    standing,
    admittedAt: seq,
    changes: null,
    workType: "",
    workId: "",
    hidden: false,
  } as const as DetailRow;
}

const places = (rows: readonly DetailRow[]) => rows.map(({ seq }) => seq).sort((a, b) => a - b);

describe("what a score takes of all that is stated", () => {
  test("is the latest of each rater, a wallet being one on every chain", () => {
    const rows = [rowOf(1, wallet(1)), rowOf(2, wallet(1, 137)), rowOf(3, wallet(1)), rowOf(4, wallet(2))];
    const { rows: taken, beyond } = latestOf(rows, { each: 2, all: 10 });
    expect([places(taken), beyond]).toEqual([[2, 3, 4], 1]);
  });

  test("is the latest of those first who stated something first, and nobody's second before anybody's latest", () => {
    const crowd = Array.from({ length: 50 }, (_, i) => rowOf(10 + i, `org-${i}`, "organization"));
    const rows = [...crowd, rowOf(1, "early", "organization"), rowOf(99, "early", "organization")];
    const { rows: taken, beyond } = latestOf(rows, { each: 5, all: 4 });
    expect([places(taken), beyond]).toEqual([[10, 11, 12, 99], 48]);
  });

  test("leaves room for who comes after a few that state much", () => {
    const much = Array.from({ length: 60 }, (_, i) => rowOf(1 + i, `org-${i % 3}`, "organization"));
    const { rows: taken } = latestOf([...much, rowOf(100, "late", "organization")], { each: 20, all: 30 });
    expect(places(taken)).toContain(100);
  });

  test("is the same whatever the order in which it is read, and never more than there is room for", () => {
    const rater = fc.integer({ min: 0, max: 5 });
    const standing = fc.constantFrom("work", "unsolicited" as const);
    const list = fc.array(fc.tuple(rater, standing), { maxLength: 40 });
    const most = fc.record({ each: fc.integer({ min: 1, max: 6 }), all: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(list, most, fc.infiniteStream(fc.nat()), (said, { each, all }, turns) => {
        const rows = said.map(([n, how], i) => rowOf(i + 1, wallet(n), how));
        const mixed = rows.map((row) => ({ row, turn: turns.next().value })).sort((a, b) => a.turn - b.turn);
        const [taken, again] = [
          latestOf(rows, { each, all }),
          latestOf(
            mixed.map(({ row }) => row),
            { each, all },
          ),
        ];
        expect([places(again.rows), again.beyond]).toEqual([places(taken.rows), taken.beyond]);
        const asked = taken.rows.filter((row) => row.standing !== "unsolicited");
        expect(asked.length).toBeLessThanOrEqual(all);
        for (const one of Map.groupBy(asked, (row) => row.rater).values()) expect(one.length).toBeLessThanOrEqual(each);
        expect(taken.rows.length + taken.beyond).toBe(rows.length);
      }),
    );
  });
});
