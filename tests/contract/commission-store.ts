import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommissionList, CommissionPlace, CommissionStore } from "../../src/credentials/commission.ts";
import { commissionStore } from "../../src/storage/commission-store.ts";
import type { Storage } from "../../src/storage/database.ts";

const noon = Date.UTC(2026, 10, 20, 12);
const academy = "r1academy";
const issuer = "did:web:renown.example:orgs:academy";
let ids = 0;

/** What every adapter that keeps commissioned credentials must hold to. `open` gives an empty, migrated database. */
export function commissionStoreContract(name: string, open: () => Promise<Storage>): void {
  let storage: Storage;
  let store: CommissionStore;
  beforeAll(async () => {
    storage = await open();
    store = commissionStore(storage.db);
  });
  afterAll(() => storage.close());

  const credential = (organization = academy) => ({ organization, id: `urn:x:${++ids}` });
  const placeIn = (list: string, place: number, purpose: CommissionPlace["purpose"] = "revocation") => ({
    purpose,
    list,
    place,
  });
  const newList = (): string => `list-${++ids}`;

  describe(`commissioned credentials in ${name}`, () => {
    test("are kept with all their places, or with none", async () => {
      const [one, other] = [newList(), newList()];
      const first = credential();
      const places = [placeIn(one, 7), placeIn(other, 9, "suspension")];
      expect(await store.insert(first, places, noon)).toBe("kept");
      expect(await store.find(academy, first.id)).toEqual(
        expect.arrayContaining(places.map((each) => ({ ...each, set: false }))),
      );
      const second = credential();
      expect(await store.insert(second, [placeIn(one, 8), placeIn(other, 9, "suspension")], noon)).toBe("taken");
      expect(await store.find(academy, second.id)).toEqual([]);
      expect(await store.places(one)).toEqual([7]);
    });

    test("are known by their ids within their organisation", async () => {
      const { id } = credential();
      const list = newList();
      expect(await store.insert({ organization: academy, id }, [placeIn(list, 1)], noon)).toBe("kept");
      expect(await store.insert({ organization: academy, id }, [placeIn(list, 2)], noon)).toBe("known");
      expect(await store.insert({ organization: "r1other", id }, [placeIn(list, 3)], noon)).toBe("kept");
      expect((await store.find("r1other", id)).map(({ place }) => place)).toEqual([3]);
    });

    test("give one of many who want a place at once what they want", async () => {
      const place = placeIn(newList(), 5);
      const wishes = Array.from({ length: 8 }, () => store.insert(credential(), [place], noon));
      const answers = await Promise.all(wishes);
      expect(answers.filter((each) => each === "kept")).toHaveLength(1);
      expect(answers.filter((each) => each === "taken")).toHaveLength(7);
    });

    test("show in their list what is set, and count every change once", async () => {
      const list = newList();
      const [one, other] = [credential(), credential()];
      await store.insert(one, [placeIn(list, 1)], noon);
      await store.insert(other, [placeIn(list, 2)], noon);
      expect(await store.revisionOf(list)).toBe(0);
      await store.setBit(academy, one.id, placeIn(list, 1), true, noon);
      await store.setBit(academy, one.id, placeIn(list, 1), true, noon);
      expect(await store.places(list, "set")).toEqual([1]);
      expect(await store.revisionOf(list)).toBe(1);
      await store.setBit(academy, other.id, placeIn(list, 2), true, noon);
      await store.setBit(academy, one.id, placeIn(list, 1), false, noon);
      expect(await store.places(list, "set")).toEqual([2]);
      expect((await store.places(list)).toSorted()).toEqual([1, 2]);
      expect(await store.revisionOf(list)).toBe(3);
    });

    test("change for their own organisation alone", async () => {
      const list = newList();
      const one = credential();
      await store.insert(one, [placeIn(list, 1)], noon);
      await store.setBit("r1other", one.id, placeIn(list, 1), true, noon);
      expect(await store.places(list, "set")).toEqual([]);
    });
  });

  describe(`lists of commissioned credentials in ${name}`, () => {
    test("are found by their id, and the latest by its issuer and purpose", async () => {
      const list = (id: string, change: Partial<CommissionList> = {}): CommissionList => {
        return { id, organization: academy, issuer, purpose: "revocation", size: 131_072, ...change };
      };
      const [older, newer, suspended, keyed] = [newList(), newList(), newList(), newList()];
      expect(await store.latestList(academy, issuer, "revocation")).toBeUndefined();
      await store.insertList(list(older), noon);
      await store.insertList(list(newer), noon + 1);
      await store.insertList(list(suspended, { purpose: "suspension" }), noon + 2);
      await store.insertList(list(keyed, { issuer: "did:key:z6Mk" }), noon + 3);
      expect(await store.latestList(academy, issuer, "revocation")).toEqual(list(newer));
      expect(await store.latestList(academy, issuer, "suspension")).toEqual(list(suspended, { purpose: "suspension" }));
      expect(await store.latestList("r1other", issuer, "revocation")).toBeUndefined();
      expect(await store.findList(older)).toEqual(list(older));
      expect(await store.findList("nowhere")).toBeUndefined();
    });
  });
}
