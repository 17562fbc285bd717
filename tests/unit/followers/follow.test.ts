import { describe, expect, test } from "vitest";
import { follow } from "../../../src/followers/follow.ts";
import type { LoggedEntry } from "../../../src/operations/entry.ts";
import { chain } from "../../contract/synthetic.ts";

const page = 500;
const entries: LoggedEntry[] = chain("r1long", 1).flatMap((entry) =>
  Array.from({ length: 20 * page }, (_, i) => ({ ...entry, seq: i + 1 })),
);
const last = entries.length;

/** A follower that others always come before: whatever it would write, they have written. */
function overtaken() {
  let cursor = { seq: 0, turn: 0 };
  const made: number[] = [];
  const follower = follow<number>({
    log: {
      entriesAfter: async (after, limit) => entries.slice(after, after + limit),
      lastSeq: async () => last,
    },
    store: {
      cursor: async () => cursor,
      advance: async (from, seq, change) => {
        made.push(change!);
        cursor = { seq, turn: from.turn + 1 };
        return false;
      },
      clear: async () => {
        cursor = { seq: 0, turn: cursor.turn + 1 };
      },
    },
    read: async (read) => read.length,
  });
  return { follower, made, place: () => cursor.seq };
}

describe("a follower that loses every turn", () => {
  test("answers with the place that others have brought it to", async () => {
    const { follower, place } = overtaken();
    const reached = await follower.reach(last);
    expect(reached).toBe(place());
    expect(reached).toBeGreaterThan(0);
    expect(reached).toBeLessThan(last);
  });

  test("goes on from there when it is asked again, and comes to the end", async () => {
    const { follower, made } = overtaken();
    await follower.reach(last);
    expect(await follower.reach(last)).toBe(last);
    expect(made).toHaveLength(last / page);
  });

  test("says how far it has come and how much is left", async () => {
    const { follower, place } = overtaken();
    const { seq, behind } = await follower.run(Number.MAX_SAFE_INTEGER);
    expect([seq, behind]).toEqual([place(), last - place()]);
  });

  test("refuses whoever needs a place that it has not come to, and nobody else", async () => {
    await expect(overtaken().follower.ensureAt(last)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(overtaken().follower.ensureAt(page)).resolves.toBeUndefined();
  });

  test("does not say that all was made again", async () => {
    await expect(overtaken().follower.rebuild()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
