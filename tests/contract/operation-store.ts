import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry, LoggedEntry } from "../../src/operations/entry.ts";
import { sizeOf, weightOf } from "../../src/operations/entry-size.ts";
import { here, type Row } from "../../src/operations/kind.ts";
import type { Append, CommitConflict } from "../../src/operations/store.ts";
import type { Storage } from "../../src/storage/database.ts";
import { appendOf, chain, claimOf, entryOf, freshId, kind, nothing, profileRow, tick } from "./synthetic.ts";

/** What every store of operations must do, whatever database it stands on. `open` gives a fresh, migrated one. */
export function contract(name: string, open: () => Promise<Storage>): void {
  describe(`the operation store over ${name}`, () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = await open();
    });
    afterAll(() => storage.close());

    const commit = (append: Append) => storage.operations.commit(append);
    const reasonOf = async (commit: Promise<unknown>): Promise<string> =>
      commit.then(
        () => "written",
        (error: CommitConflict) => error.reason ?? String(error),
      );
    /** A document with entries in `global`, and the last of them. */
    const started = async (length = 1): Promise<{ document: string; entries: Entry[]; last: Entry }> => {
      const document = freshId();
      const entries = chain(document, length);
      await commit(appendOf(entries));
      return { document, entries, last: entries.at(-1)! };
    };
    const usernameOf = async (document: string) => {
      const query = storage.db.selectFrom("profiles").select("username").where("document", "=", document);
      return (await query.executeTakeFirst())?.username;
    };

    describe("places", () => {
      it("begins at 1 in an empty log", async () => {
        const before = await storage.operations.lastSeq();
        expect(before).toBe(0);
        expect(await storage.operations.momentAt(tick())).toMatchObject({ seq: 0 });
        expect(await commit(appendOf(chain(freshId(), 1)))).toEqual([1]);
      });

      it("gives places without gaps, also behind refused commits", async () => {
        const { document, last } = await started();
        const before = await storage.operations.lastSeq();
        expect(await reasonOf(commit(appendOf(chain(document, 1))))).toBe("head");
        expect(await commit(appendOf(chain(document, 3, last)))).toEqual([before + 1, before + 2, before + 3]);
        expect(await storage.operations.lastSeq()).toBe(before + 3);
      });

      it("commits each of the appends of one turn alone: of two for one place one is refused, their neighbour stands", async () => {
        const { document, last } = await started();
        const before = await storage.operations.lastSeq();
        // Which of them comes first is the database's to say: on their way to D1 they may overtake each other.
        const rivals = [1, 2].map(() => reasonOf(commit(appendOf([entryOf({ document, after: last })]))));
        const other = await commit(appendOf(chain(freshId(), 1)));
        expect((await Promise.all(rivals)).toSorted()).toEqual(["head", "written"]);
        expect([before + 1, before + 2]).toContain(other[0]);
        expect(await storage.operations.lastSeq()).toBe(before + 2);
      });

      it("writes the appends of one turn in the order in which they came", async () => {
        const { document, last } = await started();
        const entries = chain(document, 5, last);
        const places = await Promise.all(entries.map((entry) => commit(appendOf([entry]))));
        expect(places.flat()).toEqual(places.flat().toSorted((a, b) => a - b));
        expect((await storage.operations.load(document))!.last).toMatchObject({ index: 5 });
      });
    });

    describe("the head", () => {
      it("gives the loser of a race the reason head and leaves the projection alone", async () => {
        const { document, last } = await started();
        const [first, second] = ["first", "second"].map((text) => entryOf({ document, after: last, text }));
        await commit(appendOf([first!], { rows: [profileRow(document, "first")] }));
        const lost = commit(appendOf([second!], { rows: [profileRow(document, "second")] }));
        expect(await reasonOf(lost)).toBe("head");
        expect(await usernameOf(document)).toBe("first");
      });

      it("refuses an entry whose predecessor is missing", async () => {
        const { document, last } = await started();
        const missing = entryOf({ document, after: last });
        expect(await reasonOf(commit(appendOf([entryOf({ document, after: missing })])))).toBe("head");
      });

      it("refuses an entry that follows another predecessor than the one that stands", async () => {
        const { document } = await started();
        const other = entryOf({ document });
        expect(await reasonOf(commit(appendOf([entryOf({ document, after: other })])))).toBe("head");
      });

      it("refuses to continue a document that does not exist", async () => {
        const document = freshId();
        const [, second] = chain(document, 2);
        expect(await reasonOf(commit(appendOf([second!])))).toBe("head");
        expect(await storage.operations.load(document)).toBeUndefined();
      });

      it("refuses to open a document twice", async () => {
        const { document } = await started();
        expect(await reasonOf(commit(appendOf(chain(document, 1))))).toBe("head");
      });

      it("refuses an action id that the document has, and takes it in another document", async () => {
        const { document, last } = await started();
        const { id } = last.action;
        expect(await reasonOf(commit(appendOf([entryOf({ document, after: last, actionId: id })])))).toBe("action");
        expect(await reasonOf(commit(appendOf([entryOf({ document: freshId(), actionId: id })])))).toBe("written");
      });

      it("names the action id, not the head, where the very same entry comes again", async () => {
        const { document, last } = await started();
        const append = appendOf([entryOf({ document, after: last })]);
        const outcomes = await Promise.all([reasonOf(commit(append)), reasonOf(commit(append))]);
        expect(outcomes).toEqual(["written", "action"]);
      });
    });

    describe("a run", () => {
      it("is written whole or not at all", async () => {
        const { document, last } = await started();
        const [first, second] = chain(document, 2, last);
        const forked = { ...second!, prev: last.digest };
        expect(await reasonOf(commit(appendOf([first!, forked])))).toBe("head");
        const stored = await storage.operations.load(document);
        expect(stored!.last!.digest).toBe(last.digest);
        expect(await storage.operations.entryOfAction(document, first!.action.id)).toBeUndefined();
      });

      it("opens a document with both its streams in one commit", async () => {
        const document = freshId();
        const genesis = entryOf({ document, scope: "document" });
        const run = chain(document, 2);
        const [place] = await commit(appendOf([genesis, ...run]));
        const stored = await storage.operations.load(document);
        expect(stored).toEqual({
          id: document,
          kind,
          genesis: { ...genesis, seq: place },
          snapshot: undefined,
          tail: run.map((entry, i) => ({ ...entry, seq: place! + 1 + i })),
          last: { ...run[1], seq: place! + 2 },
        });
      });

      it("leaves nothing of an opening whose second stream is refused", async () => {
        const document = freshId();
        const genesis = entryOf({ document, scope: "document" });
        const [, second] = chain(document, 2);
        expect(await reasonOf(commit(appendOf([genesis, second!])))).toBe("head");
        expect(await storage.operations.load(document)).toBeUndefined();
        expect(await storage.db.selectFrom("documents").select("doc").where("id", "=", document).execute()).toEqual([]);
      });
    });

    describe("authority", () => {
      const grantRow = (entry: Entry, set: Row["set"]): Row => ({ table: "grants", key: { entry: entry.digest }, set });
      const granted = async () => {
        const { document, last } = await started();
        const grant = entryOf({ document, after: last });
        await commit(appendOf([grant], { rows: [grantRow(grant, { seq: here, ended: null })] }));
        return { document, grant };
      };
      const resting = (grant: Entry) =>
        entryOf({ document: freshId(), authority: { by: "delegation", entry: grant.digest } });

      it("lets an entry rest on a grant that is live, and tells which it was", async () => {
        const { document, grant } = await granted();
        const entry = resting(grant);
        const [place] = await commit(appendOf([entry]));
        expect(await storage.operations.entryAt(place!)).toEqual({ ...entry, seq: place });
        expect(await storage.operations.documentOfGrant(grant.digest)).toBe(document);
      });

      it("refuses an entry that rests on a grant that has ended", async () => {
        const { document, grant } = await granted();
        const end = grantRow(grant, { ended: here });
        const [place] = await commit(appendOf([entryOf({ document, after: grant })], { rows: [end] }));
        expect(await reasonOf(commit(appendOf([resting(grant)])))).toBe("authority");
        const row = await storage.db
          .selectFrom("grants")
          .selectAll()
          .where("entry", "=", grant.digest)
          .executeTakeFirst();
        expect(row!.ended).toBe(place);
      });

      it("writes an entry that rests on several grants, with or without one of its own, while all of them stand", async () => {
        const [first, second] = [await granted(), await granted()];
        const rests = [first.grant.digest, second.grant.digest];
        const restingOn = (entry: Entry) => ({
          ...appendOf([entry]),
          entries: [{ entry, projection: nothing, rests }],
        });
        const later = await started();
        for (const make of [
          () => resting(first.grant),
          () => entryOf({ document: freshId() }),
          () => entryOf({ document: later.document, after: later.last }),
        ])
          expect(await commit(restingOn(make()))).toHaveLength(1);
        expect(await storage.operations.groundOf(second.document, second.grant.operation)).toMatchObject(second.grant);
        const end = grantRow(second.grant, { ended: here });
        await commit(appendOf([entryOf({ document: second.document, after: second.grant })], { rows: [end] }));
        const before = await storage.operations.lastSeq();
        for (const make of [() => resting(first.grant), () => entryOf({ document: freshId() })])
          expect(await reasonOf(commit(restingOn(make())))).toBe("authority");
        expect(await storage.operations.lastSeq()).toBe(before);
        expect(await storage.operations.groundOf(second.document, second.grant.operation)).toBeUndefined();
      });

      it("refuses an entry that rests on what never was a grant", async () => {
        const { last } = await started();
        expect(await reasonOf(commit(appendOf([resting(last)])))).toBe("authority");
        expect(await storage.operations.documentOfGrant(last.digest)).toBeUndefined();
      });
    });

    describe("claims", () => {
      const claiming = (key: string, holder: string, at: number, until: number | null = null) =>
        commit(appendOf([entryOf({ document: freshId(), at })], { claims: [claimOf(key, holder, until)] }));

      it("refuses a claim that another holds", async () => {
        const [key, now] = [freshId(), tick()];
        await claiming(key, "first", now);
        expect(await reasonOf(claiming(key, "second", now))).toBe("claim");
        expect(await storage.operations.holderOf("contract", key, now)).toBe("first");
        expect(await storage.operations.holderOf("another space", key, now)).toBeUndefined();
      });

      it("lets the holder claim again, with a new end", async () => {
        const [key, now] = [freshId(), tick()];
        await claiming(key, "holder", now);
        await claiming(key, "holder", now, now + 10);
        expect(await storage.operations.holderOf("contract", key, now + 9)).toBe("holder");
        expect(await storage.operations.holderOf("contract", key, now + 10)).toBeUndefined();
      });

      it("gives a claim that has lapsed to another, and not a moment earlier", async () => {
        const [key, now] = [freshId(), tick()];
        await claiming(key, "first", now, now + 10);
        expect(await reasonOf(claiming(key, "second", now + 9))).toBe("claim");
        expect(await reasonOf(claiming(key, "second", now + 10))).toBe("written");
        expect(await storage.operations.holderOf("contract", key, now + 10)).toBe("second");
      });
    });

    describe("reading", () => {
      it("gives back what was written, the text byte for byte", async () => {
        const document = freshId();
        const entry = entryOf({ document, text: "ünï ☃ 𝒳 \\ \" ' ; -- \u2028" });
        const [place] = await commit(appendOf([entry]));
        const logged = { ...entry, seq: place };
        expect(await storage.operations.entryAt(place!)).toEqual(logged);
        expect(await storage.operations.entryOfAction(document, entry.action.id)).toEqual(logged);
        expect(await storage.operations.entryOfOperation(document, entry.operation)).toEqual(logged);
      });

      it("finds nothing where there is nothing", async () => {
        const { document, last } = await started();
        const elsewhere = freshId();
        expect(await storage.operations.entryAt((await storage.operations.lastSeq()) + 1)).toBeUndefined();
        expect(await storage.operations.entryOfAction(document, freshId())).toBeUndefined();
        expect(await storage.operations.entryOfAction(elsewhere, last.action.id)).toBeUndefined();
        expect(await storage.operations.entryOfOperation(elsewhere, last.operation)).toBeUndefined();
        const alike = last.operation.slice(0, 12).padEnd(43, "A");
        expect(await storage.operations.entryOfOperation(document, alike)).toBeUndefined();
      });

      it("pages through a document in commit order, both streams, whatever else is written", async () => {
        const document = freshId();
        const entries = [entryOf({ document, scope: "document" }), ...chain(document, 2)];
        await commit(appendOf(entries));
        await started();
        const more = chain(document, 2, entries.at(-1));
        await commit(appendOf(more));
        const all = [...entries, ...more].map((entry) => entry.digest);
        const read: LoggedEntry[] = [];
        for (let page = 0; page < 4; page++) {
          read.push(...(await storage.operations.entriesOf(document, read.at(-1)?.seq ?? 0, 2)));
        }
        expect(read.map((entry) => entry.digest)).toEqual(all);
      });

      it("reads a document from any place on, also one that is not its own", async () => {
        const { document, entries } = await started(2);
        const foreign = await commit(appendOf(chain(freshId(), 1)));
        const more = chain(document, 1, entries[1]);
        await commit(appendOf(more));
        const page = await storage.operations.entriesOf(document, foreign[0]!, 10);
        expect(page.map((entry) => entry.digest)).toEqual([more[0]!.digest]);
      });

      it("reads the whole log in commit order from a place on", async () => {
        const before = await storage.operations.lastSeq();
        const first = await started(2);
        const second = await started(1);
        const entries = [...first.entries, ...second.entries];
        const page = await storage.operations.entriesAfter(before, 2);
        const rest = await storage.operations.entriesAfter(page[1]!.seq, 10);
        expect([...page, ...rest]).toEqual(entries.map((entry, i) => ({ ...entry, seq: before + 1 + i })));
      });

      it("ends with the entry with which the texts come to so many bytes, of a document and of the whole log", async () => {
        const { operations } = storage;
        const [before, document] = [await operations.lastSeq(), freshId()];
        const first = entryOf({ document, scope: "document", text: "☃".repeat(2_000) });
        const large = entryOf({ document, text: "x".repeat(7_000) });
        const entries = [first, large, ...chain(document, 2, large)];
        await commit(appendOf(entries));
        const wanted = entries.map(({ digest }) => digest);
        const digests = (part: LoggedEntry[]) => part.map(({ digest }) => digest);
        const [one, two] = [sizeOf([first]), sizeOf([first, large])];
        for (const [bytes, many] of Object.entries({
          1: 1,
          [one]: 1,
          [one + 1]: 2,
          [two]: 2,
          [two + 1]: 3,
          99999: 4,
        })) {
          const parts = [
            operations.entriesOf(document, 0, 10, Number(bytes)),
            operations.entriesAfter(before, 10, Number(bytes)),
          ];
          for (const part of await Promise.all(parts)) expect(digests(part)).toEqual(wanted.slice(0, many));
        }
        expect(digests(await operations.entriesOf(document, before + 1, 2, 99_999))).toEqual(wanted.slice(1, 3));
        expect(digests(await operations.entriesAfter(before + 1, 2, 99_999))).toEqual(wanted.slice(1, 3));
      });

      it("weighs the entries of a document by their texts, and not more of them than it is told", async () => {
        const document = freshId();
        const first = entryOf({ document, scope: "document", text: "☃".repeat(1_000) });
        const large = entryOf({ document, text: "x".repeat(7_000) });
        const entries = [first, large, ...chain(document, 2, large)];
        expect(entries.map(weightOf)).toEqual([2, 3, 1, 1]);
        await commit(appendOf(entries));
        expect(await storage.operations.weightOf(document, 10)).toBe(7);
        expect(await storage.operations.weightOf(document, 0)).toBe(0);
        expect(await storage.operations.weightOf(freshId(), 10)).toBe(0);
      });

      it("dates places by the latest time up to them where clocks go back", async () => {
        const { document, last } = await started();
        const before = await storage.operations.lastSeq();
        const base = tick() + 1000;
        const entries: Entry[] = [];
        for (const at of [base, base + 20, base + 10, base + 30]) {
          entries.push(entryOf({ document, after: entries.at(-1) ?? last, at }));
        }
        await commit(appendOf(entries));
        const places = [];
        for (const time of [base - 1, base, base + 10, base + 19, base + 20, base + 29, base + 30])
          places.push(((await storage.operations.momentAt(time)).seq - before).toString());
        expect(places.join(" ")).toBe("0 1 1 1 3 3 4");
        expect(await storage.operations.momentAt(base)).toEqual({ time: base, seq: before + 1 });
      });
    });

    describe("snapshots", () => {
      it("loads the latest snapshot and the entries behind it", async () => {
        const { document, last } = await started(3);
        const more = chain(document, 2, last);
        await commit({ ...appendOf([more[0]!]), snapshot: { state: '{"b":1,"a":2}', length: 4 } });
        await commit(appendOf([more[1]!]));
        const stored = await storage.operations.load(document);
        expect(stored!.snapshot).toEqual({ state: '{"b":1,"a":2}', length: 4 });
        expect(stored!.tail.map((entry) => entry.digest)).toEqual([more[1]!.digest]);
        expect(stored!.last!.digest).toBe(more[1]!.digest);
        expect(stored!.genesis).toBeUndefined();
      });

      it("knows the last entry where the snapshot covers all", async () => {
        const { document, last } = await started(2);
        const [next] = chain(document, 1, last);
        await commit({ ...appendOf([next!]), snapshot: { state: "1", length: 3 } });
        const stored = await storage.operations.load(document);
        expect(stored).toMatchObject({ snapshot: { state: "1", length: 3 }, tail: [], last: { digest: next!.digest } });
      });

      it("keeps the snapshot that stands where the commit is refused", async () => {
        const { document } = await started(2);
        const refused = { ...appendOf(chain(document, 1)), snapshot: { state: "lost", length: 1 } };
        expect(await reasonOf(commit(refused))).toBe("head");
        expect((await storage.operations.load(document))!.snapshot).toBeUndefined();
      });
    });
  });
}
