import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FormStore } from "../../src/badges/form-store.ts";
import type { ListStore } from "../../src/badges/organization-lists.ts";
import { formStore } from "../../src/storage/award-form-store.ts";
import { badgeStore } from "../../src/storage/badge-store.ts";
import type { Storage } from "../../src/storage/database.ts";
import { organizationListStore } from "../../src/storage/organization-list-store.ts";

/** What every adapter that keeps the forms of awards must hold to. `open` gives an empty, migrated database. */
export function formStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`forms of awards in ${name}`, () => {
    let storage: Storage;
    let store: FormStore;
    beforeAll(async () => {
      storage = await open();
      store = formStore(storage);
    });
    afterAll(() => storage.close());

    test("are found as they were written, byte for byte", async () => {
      const forms = { jwt: "e30.e30.c2ln", json: '{"z":1,"a":"é \\u0000 \u{1f3c5} \' \\""}', eip712: "{}" };
      await store.keep([{ award: "one", revision: 1, forms, erasures: 0 }]);
      expect(await store.find("one", 1)).toEqual(forms);
      expect(await store.find("one", 2)).toBeUndefined();
      expect(await store.find("none", 1)).toBeUndefined();
    });

    test("stay what they were when the same is made again", async () => {
      await store.keep([{ award: "again", revision: 1, forms: { json: "first" }, erasures: 0 }]);
      await store.keep([{ award: "again", revision: 1, forms: { json: "second", jwt: "late" }, erasures: 0 }]);
      expect((await store.find("again", 1))!.json).toBe("first");
    });

    test("are kept of many awards at once, and of each revision", async () => {
      const awards = Array.from({ length: 250 }, (_, i) => ({
        award: `many-${i}`,
        revision: 1 + (i % 2),
        forms: { json: `${i}`.repeat(500), jwt: `${i}` },
        erasures: 0,
      }));
      await store.keep(awards);
      for (const { award, revision, forms } of [awards[0]!, awards[249]!])
        expect(await store.find(award, revision)).toEqual(forms);
      expect(await store.find("many-0", 2)).toBeUndefined();
      await store.keep([]);
    });

    test("of endorsements are kept by organisation", async () => {
      await store.keepEndorsement({
        award: "endorsed",
        organization: "b",
        forms: { json: "{}", jwt: "e30.e30.x" },
        erasures: 0,
      });
      await store.keepEndorsement({ award: "endorsed", organization: "a", forms: { json: "[]" }, erasures: 0 });
      await store.keepEndorsement({ award: "endorsed", organization: "a", forms: { json: "another" }, erasures: 0 });
      expect(await store.endorsements("endorsed")).toEqual([
        { award: "endorsed", organization: "a", forms: { json: "[]" } },
        { award: "endorsed", organization: "b", forms: { json: "{}", jwt: "e30.e30.x" } },
      ]);
      expect(await store.endorsements("one")).toEqual([]);
    });

    test("are erased of one award, every revision and endorsement", async () => {
      const forms = { json: "personal" };
      await store.keep([1, 2].map((revision) => ({ award: "erased", revision, forms, erasures: 0 })));
      await store.keep([{ award: "kept", revision: 1, forms, erasures: 0 }]);
      await store.keepEndorsement({ award: "erased", organization: "a", forms, erasures: 0 });
      await store.erase("erased");
      expect(await Promise.all([store.find("erased", 1), store.find("erased", 2)])).toEqual([undefined, undefined]);
      expect(await store.endorsements("erased")).toEqual([]);
      expect(await store.find("kept", 1)).toEqual(forms);
    });

    test("are not kept where the award was erased after what is in them was read", async () => {
      const forms = { json: "personal" };
      expect(await store.erasures(["late", "never"])).toEqual(new Map());
      await badgeStore(storage.db).erase("late");
      expect(await store.erasures(["late", "never"])).toEqual(new Map([["late", 1]]));
      await store.keep(["late", "never"].map((award) => ({ award, revision: 1, forms, erasures: 0 })));
      await store.keepEndorsement({ award: "late", organization: "a", forms, erasures: 0 });
      expect(await store.find("late", 1)).toBeUndefined();
      expect(await store.endorsements("late")).toEqual([]);
      expect(await store.find("never", 1)).toEqual(forms);
      await store.keep([{ award: "late", revision: 1, forms: { json: "what is left" }, erasures: 1 }]);
      await store.keepEndorsement({ award: "late", organization: "a", forms: { json: "left" }, erasures: 1 });
      expect(await store.find("late", 1)).toEqual({ json: "what is left" });
      expect(await store.endorsements("late")).toHaveLength(1);
    });
  });

  describe(`status lists of organisations in ${name}`, () => {
    let storage: Storage;
    let store: ListStore;
    let seq = 0;
    beforeAll(async () => {
      storage = await open();
      store = organizationListStore(storage);
    });
    afterAll(() => storage.close());

    /** An award as the log projects it: its list, its claim to a place, its row. */
    const stand = async (list: string, place: number, organization = "academy") => {
      await storage.db
        .insertInto("award_lists")
        .values({ id: list, organization, purpose: "revocation" })
        .onConflict((on) => on.doNothing())
        .execute();
      const claim = { space: `status:${list}`, key: String(place), holder: `${list} ${place}`, until: null };
      await storage.db.insertInto("claims").values(claim).execute();
      const changing = { standing: "active", bit: 0, hidden: 0, changed_seq: ++seq, updated_at: 1 };
      await storage.db
        .insertInto("awards")
        .values({
          document: `${list} ${place}`,
          organization,
          class: "class",
          version: 1,
          subject: "did:key:z6Mk",
          unclaimed: 0,
          status_list: list,
          status_index: place,
          status_purpose: "revocation",
          held_until: null,
          cohort: null,
          test: 0,
          awarded_seq: seq,
          awarded_at: 1,
          ...changing,
        })
        .execute();
    };
    const setBit = (list: string, place: number, bit: 0 | 1) =>
      storage.db
        .updateTable("awards")
        .set({ bit, changed_seq: ++seq })
        .where("document", "=", `${list} ${place}`)
        .execute();

    test("are known by their awards, with the places that are taken", async () => {
      for (const place of [7, 131_071, 0]) await stand("one", place);
      await stand("theirs", 7, "guild");
      expect(await store.findList("one")).toEqual({ organization: "academy", purpose: "revocation" });
      expect(await store.findList("none")).toBeUndefined();
      expect((await store.takenPlaces("one")).sort((a, b) => a - b)).toEqual([0, 7, 131_071]);
      expect(await store.setPlaces("one")).toEqual([]);
    });

    test("are filled one after the other: the fullest that has room, of this organisation and purpose", async () => {
      await stand("two", 1);
      expect(await store.roomiestList("academy", "revocation", 10)).toBe("one");
      expect(await store.roomiestList("academy", "revocation", 3)).toBe("two");
      expect(await store.roomiestList("academy", "revocation", 1)).toBeUndefined();
      expect(await store.roomiestList("academy", "suspension", 10)).toBeUndefined();
      expect(await store.roomiestList("guild", "revocation", 10)).toBe("theirs");
    });

    test("say something else with every bit that is set or taken back, and with nothing else", async () => {
      const revisions = [await store.listRevision("one")];
      const change = async (place: number, bit: 0 | 1) => {
        await setBit("one", place, bit);
        revisions.push(await store.listRevision("one"));
      };
      await change(7, 1);
      expect(await store.setPlaces("one")).toEqual([7]);
      await change(0, 1);
      await change(7, 0);
      expect(await store.setPlaces("one")).toEqual([0]);
      await change(7, 1);
      await change(0, 0);
      expect(new Set(revisions).size).toBe(revisions.length);
      await stand("one", 99);
      await setBit("two", 1, 1);
      expect(await store.listRevision("one")).toBe(revisions.at(-1));
    });
  });
}
