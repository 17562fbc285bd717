import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepTexts, openTexts, type TextStore } from "../../src/reputation/texts.ts";
import { disclose } from "../../src/securing/disclosure.ts";
import type { Storage } from "../../src/storage/database.ts";
import { reputationTextStore } from "../../src/storage/reputation-text-store.ts";
import { appendOf, entryOf, freshId } from "./synthetic.ts";

const keys = { secret: "A".repeat(43) };
const now = 1_800_000_000_000;
const words = disclose("narrative", "Known for years.", "c2FsdHNhbHRzYWx0c2FsdA");
const title = disclose("title", "Parser", "c2FsdHNhbHRzYWx0c2FsdB");
const texts = [words.digest, title.digest];

/** What every adapter that keeps personal text must hold to. `open` gives an empty, migrated database. */
export function reputationTextStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`personal text in ${name}`, () => {
    let storage: Storage;
    let store: TextStore;
    beforeAll(async () => {
      storage = await open();
      store = reputationTextStore(storage);
    });
    afterAll(() => storage.close());

    const place = (document: string = freshId(), operation: string = freshId()) => ({ document, operation });
    const keep = (at: ReturnType<typeof place>, said = [words]) => keepTexts({ keys, store }, at, said, now);
    const read = async ({ document, operation }: ReturnType<typeof place>) =>
      (await openTexts({ keys, store }, document, [{ operation, texts }])).get(operation);

    test("is read by the operation that it came with, in the order of its digests, and by no other", async () => {
      const at = place();
      await keep(at, [title, words]);
      expect(await read(at)).toEqual([words.text, title.text]);
      expect(await read(place(at.document))).toEqual([]);
      expect(await read(place(freshId(), at.operation))).toEqual([]);
    });

    test("lies under one key for each document, and never in plain", async () => {
      const at = place();
      await keep(at);
      const key = await store.keyOf(at.document);
      await keep(place(at.document));
      expect(await store.keyOf(at.document)).toEqual(key);
      expect(JSON.stringify(await store.find(at.document, [at.operation]))).not.toContain(words.text);
    });

    test("is taken back with its key where what it came with is refused, and nobody else's with it", async () => {
      const [at, other] = [place(), place()];
      const kept = await keep(at);
      // Another attempt at the same, which finds it kept.
      await store.withdraw(await keep(at));
      expect(await read(at)).toEqual([words.text]);
      await store.withdraw(kept);
      expect(await read(at)).toEqual([]);
      expect(await store.keyOf(at.document)).toBeUndefined();
      await keep(other);
      await store.withdraw(await keep(place(other.document)));
      expect(await read(other)).toEqual([words.text]);
    });

    test("is kept again where it was taken back, and not where its subject has dropped it", async () => {
      const at = place();
      await store.withdraw(await keep(at));
      await keep(at, [words, title]);
      expect(await read(at)).toEqual([words.text, title.text]);
      const other = place(at.document);
      await keep(other, [title]);
      await store.drop(at.document, [at.operation]);
      expect([await read(at), await read(other)]).toEqual([[], [title.text]]);
      expect(await store.forgotten(at.document, [words.digest])).toEqual(new Set([words.digest]));
      await keep(at, [words]);
      expect(await read(at)).toEqual([]);
      const elsewhere = place();
      await keep(elsewhere, [words]);
      expect(await read(elsewhere)).toEqual([words.text]);
    });

    test("does not come back once it is erased, by whatever operation; what is said later is kept", async () => {
      const at = place();
      await keep(at);
      const before = await store.keyOf(at.document);
      expect(await store.forgotten(at.document, texts)).toEqual(new Set());
      await store.erase(at.document);
      expect(await store.forgotten(at.document, texts)).toEqual(new Set([words.digest]));
      expect(await store.forgotten(freshId(), texts)).toEqual(new Set());
      const again = place(at.document);
      for (const each of [at, again]) {
        await keep(each);
        expect(await read(each)).toEqual([]);
      }
      await keep(again, [title]);
      expect(await read(again)).toEqual([title.text]);
      expect((await store.keyOf(at.document))?.id).not.toBe(before?.id);
    });

    test("is kept under no key that has been destroyed meanwhile", async () => {
      const at = place();
      await keep(at);
      const { id } = (await store.keyOf(at.document))!;
      await store.erase(at.document);
      const late = { ...place(at.document), digest: title.digest, key: id, sealed: "sealed" };
      expect(await store.keep([late], undefined, now)).toBe(false);
      expect(await store.find(at.document, [late.operation])).toEqual([]);
    });

    test("of what stands in the log is neither kept any more nor taken back", async () => {
      const document = freshId();
      const [early, late] = [entryOf({ document: freshId() }), entryOf({ document })];
      const kept = await keep(early);
      for (const entry of [early, late]) await storage.operations.commit(appendOf([entry]));
      await store.withdraw(kept);
      expect(await read(early)).toEqual([words.text]);
      await keep(late);
      expect(await read(late)).toEqual([]);
    });
  });
}
