import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwardAside, BadgeStore } from "../../src/badges/award-store.ts";
import { awardCountStore } from "../../src/storage/award-count-store.ts";
import { badgeStore } from "../../src/storage/badge-store.ts";
import type { Storage } from "../../src/storage/database.ts";

/** What every adapter that keeps badges must hold to. `open` gives an empty, migrated database. */
export function badgeStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`badges in ${name}`, () => {
    let storage: Storage;
    let store: BadgeStore;
    beforeAll(async () => {
      storage = await open();
      store = badgeStore(storage.db);
      await addClass(storage, "c1", { seq: 1 });
      await addClass(storage, "c2", { seq: 2, archived: 1, version: 2 });
      await addClass(storage, "c3", { seq: 3, organization: "o2" });
      for (let i = 1; i <= 5; i++)
        await addAward(storage, `a${i}`, i, { cohort: i > 2 ? "autumn" : null, class: i === 5 ? "c2" : "c1" });
      await addAward(storage, "a6", 6, { organization: "o2", subject: "did:web:a", test: 1, standing: "revoked" });
    });
    afterAll(() => storage.close());

    test("give a class in its latest version, and any version by its number", async () => {
      expect(await store.findClass("c2")).toMatchObject({ version: 2, archived: true, definition: { name: "c2 v2" } });
      expect(await store.findClass("c9")).toBeUndefined();
      expect(await store.findVersion("c2", 1)).toMatchObject({ version: 1, definition: { name: "c2 v1" } });
      expect(await store.findVersion("c2", 3)).toBeUndefined();
    });

    test("list an organisation's classes, archived ones only where asked for, page by page", async () => {
      const list = async (archived: boolean, after: number, limit = 9) =>
        (await store.classesOf("o1", { archived, after, limit })).map(({ document }) => document);
      expect(await list(false, 0)).toEqual(["c1"]);
      expect(await list(true, 0)).toEqual(["c1", "c2"]);
      expect(await list(true, 0, 1)).toEqual(["c1"]);
      expect(await list(true, 1)).toEqual(["c2"]);
    });

    test("find awards by all that is given, in order, after a place", async () => {
      const find = async (query: Parameters<BadgeStore["awards"]>[0], after = 0, limit = 9) =>
        (await store.awards(query, after, limit)).map(({ document }) => document);
      expect(await find({ organization: "o1" })).toEqual(["a1", "a2", "a3", "a4", "a5"]);
      expect(await find({ organization: "o1", cohort: "autumn" }, 3)).toEqual(["a4", "a5"]);
      expect(await find({ organization: "o1", cohort: "autumn", class: "c2" })).toEqual(["a5"]);
      expect(await find({ organization: "o1" }, 0, 2)).toEqual(["a1", "a2"]);
      expect(await find({ subject: "did:web:a", standing: "revoked", test: true })).toEqual(["a6"]);
      expect(await find({ subject: "did:web:a", test: false })).toEqual([]);
      const latest = async (before: number, limit: number) =>
        (await store.awards({ organization: "o1" }, before, limit, true)).map(({ document }) => document);
      expect(await latest(0, 2)).toEqual(["a5", "a4"]);
      expect(await latest(4, 9)).toEqual(["a3", "a2", "a1"]);
      expect(await store.findAward("a6")).toMatchObject({ organization: "o2", test: true, hidden: false, seq: 6 });
      expect(await store.findAward("a9")).toBeUndefined();
    });

    test("count the awards of classes that everybody may know of", async () => {
      const { countAwards } = awardCountStore(storage.db);
      const add = (seq: number, more: Parameters<typeof addAward>[3]) =>
        addAward(storage, `n${seq}`, seq, { class: "c4", ...more });
      await add(31, {});
      await add(32, { standing: "revoked" });
      await add(33, { standing: "cancelled" });
      await add(34, { hidden: 1 });
      await add(35, { test: 1 });
      await add(36, { held_until: 2000 });
      expect(await countAwards(["c4", "c5"], 1000)).toEqual(
        new Map([
          ["c4", 2],
          ["c5", 0],
        ]),
      );
      expect((await countAwards(["c4"], 2000)).get("c4")).toBe(3);
      expect(await countAwards([], 1000)).toEqual(new Map());
      await storage.db.deleteFrom("awards").where("class", "=", "c4").execute();
    });

    test("tell who holds which of many keys", async () => {
      const claim = { space: "award:o1", until: null };
      await storage.db
        .insertInto("claims")
        .values({ ...claim, key: "k1", holder: "a1" })
        .execute();
      const keys = ["k1", ...Array.from({ length: 300 }, (_, i) => `other-${i}`)];
      expect(await store.holders("award:o1", keys)).toEqual(new Map([["k1", "a1"]]));
      expect(await store.holders("award:o2", keys)).toEqual(new Map());
    });

    test("keep hundreds of faces, texts and contacts in a few statements", async () => {
      const asides = Array.from({ length: 300 }, (_, i) => aside(`m${i}`, { face: `face-m${i}` }));
      await store.keep(asides, 1000);
      expect(await store.documentOfFace("face-m299")).toBe("m299");
      expect(await store.personal("m299", "digest-m299")).toBe("sealed text");
      expect(await store.contact("m299", 1000)).toBe("sealed contact");
      expect((await store.facesOf(asides.map(({ document }) => document))).size).toBe(300);
    });

    test("give the latest face of an award, and forget the others", async () => {
      await store.keep([aside("f", { face: "face-z" })], 1000);
      await store.keep([{ document: "f", face: "face-a", fingerprint: "p" }], 2000);
      expect((await store.facesOf(["f"])).get("f")).toEqual({ face: "face-a", fingerprint: "p" });
      await store.keep([{ document: "f", face: "face-b", fingerprint: "p" }], 500);
      await store.dropFace("face-b");
      expect(await store.documentOfFace("face-b")).toBeUndefined();
      expect(await store.documentOfFace("face-z")).toBe("f");
      await store.dropFaces("f", "face-a");
      expect(await store.documentOfFace("face-z")).toBeUndefined();
      expect(await store.documentOfFace("face-a")).toBe("f");
    });

    test("give a face to awards that stand and have none, once", async () => {
      await store.keep([aside("a2", { face: "face-a2" })], 1000);
      const names = ["a1", "a2", "a9"].map((document) => ({ document, face: `outside-${document}` }));
      await store.nameAwards(names, 2000);
      await store.nameAwards([{ document: "a1", face: "outside-again" }], 3000);
      expect(await store.facesOf(["a1", "a2", "a9"])).toEqual(
        new Map([
          ["a1", { face: "outside-a1", fingerprint: "" }],
          ["a2", { face: "face-a2", fingerprint: "print" }],
        ]),
      );
      expect(await store.documentOfFace("outside-a1")).toBe("a1");
      expect(await store.documentOfFace("outside-again")).toBeUndefined();
      await store.nameAwards([], 2000);
    });

    test("erase what is said of a person, and tell erased from unknown", async () => {
      await store.keep([aside("p")], 1000);
      await store.keep(
        [{ document: "p", face: "face-p2", fingerprint: "", personal: { digest: "d2", sealed: "s2" } }],
        1000,
      );
      await store.erasePersonal("p", "digest-p");
      expect(await store.personal("p", "digest-p")).toBeNull();
      expect(await store.personal("p", "d2")).toBe("s2");
      await store.erase("p");
      expect(await store.personal("p", "d2")).toBeNull();
      expect(await store.personal("p", "d3")).toBeUndefined();
      expect(await store.contact("p", 1000)).toBeUndefined();
    });

    test("keep no text and no contact of an award that was erased after they were read", async () => {
      await store.keep([aside("e")], 1000);
      expect(await store.erasures(["e", "never"])).toEqual(new Map());
      await store.erase("e");
      await store.erase("e");
      expect(await store.erasures(["e", "never"])).toEqual(new Map([["e", 2]]));
      const late = { personal: { digest: "late", sealed: "late" }, face: "face-e2" };
      for (const erasures of [undefined, 0, 1, 3])
        await store.keep([aside("e", { ...late, ...(erasures !== undefined && { erasures }) })], 1000);
      expect(await store.personal("e", "late")).toBeUndefined();
      expect(await store.contact("e", 1000)).toBeUndefined();
      expect(await store.documentOfFace("face-e2")).toBe("e");
      await store.keep([aside("e", { ...late, erasures: 2 }), aside("e3")], 1000);
      expect(await store.personal("e", "late")).toBe("late");
      expect(await store.contact("e", 1000)).toBe("sealed contact");
      expect(await store.personal("e3", "digest-e3")).toBe("sealed text");
    });

    test("give of a day's allowance what is left, to each name, however many ask together", async () => {
      const day = 86_400_000;
      expect(await store.take(["a", "b", "a"], 2, 5 * day)).toEqual(
        new Map([
          ["a", 2],
          ["b", 1],
        ]),
      );
      expect(await store.take(["a", "b", "b", "b"], 2, 6 * day - 1)).toEqual(new Map([["b", 1]]));
      expect(await store.take(["a"], 3, 6 * day - 1)).toEqual(new Map([["a", 1]]));
      expect(await store.take(["a"], 2, 6 * day)).toEqual(new Map([["a", 1]]));
      expect(await store.take([], 2, 6 * day)).toEqual(new Map());
      await store.dropAllowances(6 * day + 5);
      const left = await storage.db.selectFrom("badge_allowances").selectAll().execute();
      expect(left).toEqual([{ day: 6, name: "a", used: 1 }]);
    });

    test("keep a contact until it is replaced, claimed, expired or dropped", async () => {
      await store.keep([aside("q"), aside("r"), aside("s")], 1000);
      expect(await store.contact("q", 8999)).toBe("sealed contact");
      expect(await store.contact("q", 9000)).toBeUndefined();
      const contact = { lookup: "l2", sealed: "new", expiresAt: 99_000 };
      await store.keep([{ document: "q", face: "face-q2", fingerprint: "", contact }], 2000);
      expect(await store.contact("q", 9000)).toBe("new");
      await addAward(storage, "q", 20, { unclaimed: 1 });
      expect((await store.awards({ organization: "o1", lookup: "l2" }, 0, 9)).map((each) => each.document)).toEqual([
        "q",
      ]);
      await storage.db.updateTable("awards").set({ unclaimed: 0 }).where("document", "=", "q").execute();
      expect(await store.awards({ organization: "o1", lookup: "l2" }, 0, 9)).toEqual([]);
      expect(await store.contact("q", 9000)).toBeUndefined();
      await store.erase("r");
      expect(await store.contact("r", 1000)).toBeUndefined();
      while ((await store.dropContacts(50_000, 100)) > 0);
      const left = await storage.db.selectFrom("award_contacts").select("document").execute();
      expect(left).toEqual([]);
    });

    test("forget all of an award that never came to stand", async () => {
      await store.keep([aside("x")], 1000);
      await store.dropAll("x");
      expect(await store.documentOfFace("face-x")).toBeUndefined();
      expect(await store.personal("x", "digest-x")).toBeUndefined();
      expect(await store.contact("x", 1000)).toBeUndefined();
    });

    test("keep an image once", async () => {
      const image = { digest: "d", type: "image/png" as const, bytes: "AAAA" };
      await store.keepImage(image, 1000);
      await store.keepImage({ ...image, bytes: "BBBB" }, 2000);
      expect(await store.findImage("d")).toEqual(image);
      expect(await store.findImage("e")).toBeUndefined();
    });
  });
}

function aside(document: string, more: Partial<AwardAside> = {}): AwardAside {
  return {
    document,
    face: `face-${document}`,
    fingerprint: "print",
    personal: { digest: `digest-${document}`, sealed: "sealed text" },
    contact: { lookup: "l1", sealed: "sealed contact", expiresAt: 9000 },
    ...more,
  };
}

type ClassTerms = { seq: number; organization?: string; version?: number; archived?: number };

async function addClass(storage: Storage, document: string, terms: ClassTerms): Promise<void> {
  const { seq, organization = "o1", version = 1, archived = 0 } = terms;
  const given = { entry: "e", operation: "op" };
  const row = { document, organization, name: document, version, archived, test: 0, ...given };
  const times = { created_seq: seq, created_at: 1000, updated_at: 2000 };
  await storage.db
    .insertInto("badge_classes")
    .values({ ...row, ...times })
    .execute();
  for (let each = 1; each <= version; each++) {
    const definition = JSON.stringify({ name: `${document} v${each}` });
    const values = { document, version: each, ...given, definition, created_at: 1000 };
    await storage.db.insertInto("badge_class_versions").values(values).execute();
  }
}

async function addAward(storage: Storage, document: string, seq: number, more: object): Promise<void> {
  const place = { status_list: "l", status_index: seq, status_purpose: "revocation" };
  const standing = { standing: "active", bit: 0, hidden: 0, held_until: null, unclaimed: 0 };
  const times = { awarded_seq: seq, changed_seq: seq, awarded_at: 1000, updated_at: 1000 };
  const row = { document, organization: "o1", class: "c1", version: 1, subject: "", cohort: null, test: 0 };
  await storage.db
    .insertInto("awards")
    .values({ ...row, ...place, ...standing, ...times, ...more })
    .execute();
}
