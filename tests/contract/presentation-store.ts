import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type KeptPresentation,
  maxKept,
  type Owner,
  type PresentationStore,
} from "../../src/credentials/presenting.ts";
import type { Did } from "../../src/identity/did.ts";
import { day } from "../../src/kernel/time.ts";
import type { Storage } from "../../src/storage/database.ts";
import { presentationStore } from "../../src/storage/presentation-store.ts";

const noon = Date.UTC(2026, 10, 20, 12);
let ids = 0;

/** What every adapter that keeps presentations must hold to. `open` gives an empty, migrated database. */
export function presentationStoreContract(name: string, open: () => Promise<Storage>): void {
  let storage: Storage;
  let store: PresentationStore;
  beforeAll(async () => {
    storage = await open();
    store = presentationStore(storage);
  });
  afterAll(() => storage.close());

  const never = new Map<string, number>();
  const insert = (one: KeptPresentation, erasures: ReadonlyMap<string, number> = never) => store.insert(one, erasures);
  const subject = (): Did => `did:pkh:eip155:1:0x${(++ids).toString(16).padStart(40, "0")}`;
  const on = (did: Did, chain: number): Did => did.replace("eip155:1:", `eip155:${chain}:`);
  const recovered = (user: Did): Owner => ({ user, method: "recovery" });
  const contract = (user: Did): Owner => ({ user, method: "contract" });
  const listed = async (owner: Owner, now = noon) => (await store.ofOwner(owner, now)).map(({ id }) => id);
  const presentation = (change: Partial<KeptPresentation> = {}): KeptPresentation => {
    const id = `p${++ids}`;
    const made = {
      id,
      subject: subject(),
      method: "recovery" as const,
      key: "did:key:zDna" as Did,
      jwt: `a.${id}.c`,
      scores: 1,
      awards: ["r1a", "r1b"],
    };
    return { ...made, keptSeq: 7, keptAt: noon, expiresAt: noon + day, ...change };
  };
  const leave = (did: Did) =>
    storage.db
      .insertInto("reputations")
      .values({ document: `r1${did}`, subject: did, attestations: 0, closed_seq: 9, closed_at: noon })
      .execute();
  const awardsLeft = async (id: string) =>
    (await storage.db.selectFrom("presented_awards").selectAll().where("presentation", "=", id).execute()).length;

  describe(`presentations in ${name}`, () => {
    test("are found as they were kept, until they end", async () => {
      const one = presentation();
      expect(await insert(one)).toBe("kept");
      expect(await store.find(one.id, noon)).toEqual(one);
      expect(await store.find(one.id, one.expiresAt - 1)).toEqual(one);
      expect(await store.find(one.id, one.expiresAt)).toBeUndefined();
      expect(await store.find("nowhere", noon)).toBeUndefined();
    });

    test("are kept once: the same again changes nothing, another under the id is told", async () => {
      const one = presentation();
      expect(await insert(one)).toBe("kept");
      expect(await insert({ ...one, keptAt: noon + 5, awards: ["r1z"] })).toBe("kept");
      expect((await store.find(one.id, noon))?.keptAt).toBe(noon);
      expect(await insert({ ...one, jwt: "x.y.z" })).toBe("taken");
      expect((await store.find(one.id, noon))?.jwt).toBe(one.jwt);
    });

    test("are so many of a subject at once, and those that have ended do not count", async () => {
      const did = subject();
      const wishes = Array.from({ length: maxKept + 3 }, () => insert(presentation({ subject: did })));
      const answers = await Promise.all(wishes);
      expect(answers.filter((each) => each === "kept")).toHaveLength(maxKept);
      expect(answers.filter((each) => each === "full")).toHaveLength(3);
      const later = { subject: did, keptAt: noon + 2 * day, expiresAt: noon + 3 * day };
      expect(await insert(presentation(later))).toBe("kept");
    });

    test("are counted, listed and deleted for a wallet with its own key on every chain there is", async () => {
      const did = subject();
      const chains = [1, 5, 7, 56, 2 ** 31 - 1].map((chain) => on(did, chain));
      for (let kept = 0; kept < maxKept; kept++)
        expect(await insert(presentation({ subject: chains[kept % chains.length]! }))).toBe("kept");
      for (const each of [...chains, on(did, 99)]) {
        expect(await insert(presentation({ subject: each }))).toBe("full");
        expect(await listed(recovered(each))).toHaveLength(maxKept);
      }
      expect(await listed(recovered(subject()))).toEqual([]);
      const [one] = await listed(recovered(on(did, 99)));
      expect(await store.remove(one!, recovered(on(did, 99)))).toBe(true);
      expect(await insert(presentation({ subject: on(did, 99) }))).toBe("kept");
      await store.removeOf(recovered(on(did, 5)));
      expect(await listed(recovered(did))).toEqual([]);
    });

    test("are a contract's on its own chain alone", async () => {
      const did = subject();
      const [here, there] = [on(did, 10), on(did, 137)];
      const kept = Array.from({ length: maxKept }, () => presentation({ subject: here, method: "contract" }));
      for (const each of kept) expect(await insert(each)).toBe("kept");
      expect(await insert(presentation({ subject: here, method: "contract" }))).toBe("full");
      const other = presentation({ subject: there, method: "contract" });
      expect(await insert(other)).toBe("kept");
      expect(await listed(contract(there))).toEqual([other.id]);
      expect(await store.remove(kept[0]!.id, contract(there))).toBe(false);
      await store.removeOf(contract(there));
      expect(await listed(contract(here))).toHaveLength(maxKept);
      await leave(there);
      expect(await store.find(kept[0]!.id, noon)).toEqual(kept[0]);
      await store.tidy(noon, 1000);
      expect(await listed(contract(here))).toHaveLength(maxKept);
      await leave(here);
      expect(await store.find(kept[0]!.id, noon)).toBeUndefined();
    });

    test("are listed for their subject, the latest first, without what is in them", async () => {
      const did = subject();
      const [one, other] = [presentation({ subject: did }), presentation({ subject: did, keptAt: noon + 1 })];
      await insert(one);
      await insert(other);
      const all = await store.ofOwner(recovered(did), noon + 1);
      expect(all.map(({ id }) => id)).toEqual([other.id, one.id]);
      expect(all[0]).toEqual({
        id: other.id,
        subject: did,
        key: other.key,
        scores: 1,
        badges: 2,
        keptAt: noon + 1,
        expiresAt: other.expiresAt,
        left: false,
        hidden: false,
        moved: true,
      });
      expect(await listed(recovered(did), noon + 2 * day)).toEqual([]);
    });

    test("tell in the list what is hidden, and what has moved since they were taken in", async () => {
      const did = subject();
      const award = (document: string, changed_seq: number, more: object = {}) =>
        storage.db
          .insertInto("awards")
          .values({
            ...{ document, organization: "o", class: "c", version: 1, subject: did, unclaimed: 0, bit: 0, hidden: 0 },
            ...{ status_list: "l", status_index: changed_seq, status_purpose: "revocation", standing: "active" },
            ...{ held_until: null, cohort: null, test: 0, awarded_seq: 1, awarded_at: noon, updated_at: noon },
            ...{ changed_seq, ...more },
          })
          .execute();
      await award("r1 still", 7);
      await award("r1 moved", 8);
      await award("r1 hidden", 9, { hidden: 1 });
      await award("r1 cancelled", 10, { standing: "cancelled" });
      const shows = async (...awards: string[]) => {
        const one = presentation({ subject: did, awards });
        await insert(one);
        const { hidden, moved } = (await store.ofOwner(recovered(did), noon)).find(({ id }) => id === one.id)!;
        return { hidden, moved, found: (await store.find(one.id, noon)) !== undefined };
      };
      expect(await shows("r1 still")).toEqual({ hidden: false, moved: false, found: true });
      expect(await shows()).toEqual({ hidden: false, moved: false, found: true });
      expect(await shows("r1 still", "r1 moved")).toEqual({ hidden: false, moved: true, found: true });
      expect(await shows("r1 still", "r1 hidden")).toEqual({ hidden: true, moved: true, found: false });
      expect(await shows("r1 cancelled")).toEqual({ hidden: true, moved: true, found: false });
      expect(await shows("r1 unknown")).toEqual({ hidden: false, moved: true, found: true });
    });

    test("are deleted by their subject alone, with all that is known of them", async () => {
      const one = presentation();
      await insert(one);
      expect(await store.remove(one.id, recovered(subject()))).toBe(false);
      expect(await store.remove(one.id, recovered(one.subject))).toBe(true);
      expect(await store.find(one.id, noon)).toBeUndefined();
      expect(await awardsLeft(one.id)).toBe(0);
      expect(await store.remove(one.id, recovered(one.subject))).toBe(false);
    });

    test("are forgotten with their subject, and with an award that stands in them", async () => {
      const [one, other, third] = [
        presentation({ awards: ["r1x"] }),
        presentation({ awards: ["r1x", "r1y"] }),
        presentation(),
      ];
      for (const each of [one, other, third]) await insert(each);
      await store.removeWith("r1x");
      expect(await store.find(one.id, noon)).toBeUndefined();
      expect(await store.find(other.id, noon)).toBeUndefined();
      expect(await awardsLeft(other.id)).toBe(0);
      expect(await store.find(third.id, noon)).toEqual(third);
      await store.removeOf(recovered(third.subject));
      expect(await store.find(third.id, noon)).toBeUndefined();
    });

    test("are not kept where an award in them was erased since it was asked", async () => {
      const one = presentation({ awards: ["r1 erased", "r1 other"] });
      const erase = (times: number) =>
        storage.db
          .insertInto("award_erasures")
          .values({ document: "r1 erased", times })
          .onConflict((known) => known.column("document").doUpdateSet({ times }))
          .execute();
      const before = await store.erasures(one.awards);
      await erase(1);
      expect(await insert(one, before)).toBe("erased");
      expect(await store.find(one.id, noon)).toBeUndefined();
      expect(await awardsLeft(one.id)).toBe(0);
      const since = await store.erasures(one.awards);
      expect([...since]).toEqual([["r1 erased", 1]]);
      expect(await insert(one, since)).toBe("kept");
      expect((await store.find(one.id, noon))?.awards).toEqual(one.awards);
    });

    test.each([1, 5])("are gone when their subject has left on chain %i, and none is kept then", async (chain) => {
      const one = presentation();
      const other = presentation();
      await insert(one);
      await insert(other);
      await leave(on(one.subject, chain));
      expect(await store.find(one.id, noon)).toBeUndefined();
      expect(await store.ofOwner(recovered(one.subject), noon)).toMatchObject([{ id: one.id, left: true }]);
      for (const here of [1, 5, 7])
        expect(await insert(presentation({ subject: on(one.subject, here) }))).toBe("closed");
      await store.tidy(noon, 1000);
      expect(await listed(recovered(one.subject))).toEqual([]);
      expect(await awardsLeft(one.id)).toBe(0);
      expect(await store.find(other.id, noon)).toEqual(other);
    });

    test("are tidied away when they have ended, a bounded number at a time", async () => {
      const rows = async () => (await storage.db.selectFrom("presentations").select("id").execute()).length;
      const before = await rows();
      const old = [1, 2, 3].map(() => presentation({ keptAt: noon - 2 * day, expiresAt: noon - day }));
      for (const each of old) await insert(each);
      await store.tidy(noon - day, 2);
      expect(await rows()).toBeGreaterThanOrEqual(before + 1);
      await store.tidy(noon - day, 1000);
      for (const { id } of old) expect(await awardsLeft(id)).toBe(0);
      expect(await listed(recovered(old[0]!.subject), 0)).toEqual([]);
    });
  });
}
