import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../../src/operations/kind.ts";
import type { Append } from "../../src/operations/store.ts";
import type { OrganizationStore } from "../../src/organizations/directory.ts";
import type { Storage } from "../../src/storage/database.ts";
import { membershipStore } from "../../src/storage/membership-store.ts";
import { organizationStore } from "../../src/storage/organization-store.ts";
import { appendOf, entryOf, freshId } from "./synthetic.ts";

/** What every adapter that keeps organisations must hold to. `open` gives an empty, migrated database. */
export function organizationStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`organisations in ${name}`, () => {
    let storage: Storage;
    let store: OrganizationStore;
    beforeAll(async () => {
      storage = await open();
      store = organizationStore(storage);
      for (const [slug, title, domain] of [
        ["alpha", "Zeta School", "alpha.example"],
        ["beta-one", "Alpha Academy", null],
        ["beta-two", "Éclair", "two.example"],
      ] as const)
        await addOrganization(storage, slug, title, domain);
    });
    afterAll(() => storage.close());

    test("are found by document and by slug", async () => {
      const found = await store.bySlug("alpha");
      expect(found).toMatchObject({
        document: "r1alpha",
        slug: "alpha",
        profile: { name: "Zeta School", url: null },
        domain: { name: "alpha.example", verified: false, since: null, checkedAt: null },
        createdAt: 1000,
      });
      expect(await store.find("r1alpha")).toEqual(found);
      expect(await store.find("alpha")).toBeUndefined();
      expect(await store.bySlug("r1alpha")).toBeUndefined();
    });

    test("are listed by slug, by how slug or name begins, page by page", async () => {
      const slugs = async (slug: string, after = "", limit = 9) =>
        (await store.list({ slug, name: slug }, after, limit)).map((each) => each.slug);
      expect(await slugs("")).toEqual(["alpha", "beta-one", "beta-two"]);
      expect(await slugs("alpha")).toEqual(["alpha", "beta-one"]);
      expect(await slugs("beta")).toEqual(["beta-one", "beta-two"]);
      expect(await slugs("éclair")).toEqual(["beta-two"]);
      expect(await slugs("", "alpha", 1)).toEqual(["beta-one"]);
      expect(await slugs("gamma")).toEqual([]);
      expect(await slugs("%")).toEqual([]);
    });

    test("have the members in office", async () => {
      for (const [user, role] of [
        ["did:pkh:eip155:1:0xa", "owner"],
        ["did:pkh:eip155:1:0xb", null],
        ["did:pkh:eip155:1:0xc", "viewer"],
      ] as const)
        await storage.db
          .insertInto("organization_members")
          .values({ document: "r1alpha", user, address: "0xa", role, entry: "e", operation: "o", since: 5 })
          .execute();
      const all = await store.members("r1alpha", "", 9);
      expect(all.map(({ role }) => role)).toEqual(["owner", "viewer"]);
      expect(await store.members("r1alpha", all[0]!.user, 9)).toEqual(all.slice(1));
      expect(await store.members("r1alpha", "", 1)).toEqual(all.slice(0, 1));
      expect(await store.members("r1beta-one", "", 9)).toEqual([]);
    });

    test("are found by the address of a member in office", async () => {
      const { membershipsOf } = membershipStore(storage.db);
      const found = await membershipsOf("0xa", 9);
      expect(found.map(({ slug, role }) => [slug, role])).toEqual([
        ["alpha", "owner"],
        ["alpha", "viewer"],
      ]);
      expect(found[0]).toMatchObject({ document: "r1alpha", name: "Zeta School", operation: "o", since: 5 });
      expect(await membershipsOf("0xa", 1)).toEqual(found.slice(0, 1));
      expect(await membershipsOf("0xa", 9, "r1alpha")).toEqual(found);
      expect(await membershipsOf("0xa", 9, "r1beta-one")).toEqual([]);
      expect(await membershipsOf("0xb", 9)).toEqual([]);
    });

    test("attest in the fields of the latest entry, and keep the names of those before", async () => {
      const codes = JSON.stringify(["onet:25-1022.00"]);
      for (const [field, given, operation] of [
        ["teaching", null, "o2"],
        ["teaching/mathematics", codes, "o2"],
        ["sports", null, null],
      ] as const)
        await storage.db
          .insertInto("organization_fields")
          .values({ document: "r1alpha", field, name: `In ${field}`, codes: given, entry: operation, operation })
          .execute();
      const all = await store.fields("r1alpha", "", 9);
      expect(all).toEqual([
        { id: "teaching", name: "In teaching", codes: [], operation: "o2" },
        { id: "teaching/mathematics", name: "In teaching/mathematics", codes: ["onet:25-1022.00"], operation: "o2" },
      ]);
      expect(await store.fields("r1alpha", "teaching", 9)).toEqual(all.slice(1));
      expect(await store.fields("r1alpha", "", 1)).toEqual(all.slice(0, 1));
      expect(await store.fields("r1beta-one", "", 9)).toEqual([]);
      expect(await store.field("r1alpha", "teaching")).toEqual(all[0]);
      expect(await store.field("r1alpha", "sports")).toMatchObject({ name: "In sports", operation: null });
      expect(await store.field("r1beta-one", "teaching")).toBeUndefined();
    });

    test("say when and by whom they were closed", async () => {
      expect((await store.find("r1beta-two"))!.closed).toBeNull();
      const closing = { closed_at: 2000, closed_by: "owner", closed_reason: "Merged.", closed_seq: 9 };
      await storage.operations.commit(closedBy("r1beta-two", closing));
      expect((await store.find("r1beta-two"))!.closed).toEqual({ at: 2000, by: "owner", reason: "Merged." });
      expect((await store.bySlug("beta-two"))!.closed).toMatchObject({ reason: "Merged." });
      expect((await store.list({ slug: "beta", name: "beta" }, "", 9)).map(({ closed }) => closed?.at)).toEqual([
        undefined,
        2000,
      ]);
    });

    test("hold private halves of keys in use alone, and those of no other", async () => {
      const keep = (organization: string, key: string) =>
        store.keepKey({ organization, key, sealed: `sealed ${key}`, createdAt: 100 }, 3);
      for (const key of ["used", "retired", "brought"]) expect(await keep("r1alpha", key)).toBe(true);
      expect(await keep("r1alpha", "too many")).toBe(false);
      expect(await keep("r1beta-one", "used")).toBe(true);
      await addKey(storage, "r1alpha", "used", {});
      await addKey(storage, "r1alpha", "retired", { retired_at: 200 });
      await addKey(storage, "r1alpha", "brought", { made: 0 });
      expect(await store.heldKeys("r1alpha")).toEqual([
        { key: "used", type: "P-256", operation: "o", sealed: "sealed used" },
      ]);
      expect(await store.heldKeys("r1beta-one")).toEqual([]);
      expect(await keep("r1alpha", "another")).toBe(true);
      await expect(keep("r1alpha", "another")).rejects.toThrow();
    });

    test("forget private halves that wait no longer or were retired", async () => {
      expect(await store.forgetKeys(100, 9)).toBe(0);
      expect(await store.forgetKeys(150, 9)).toBe(2);
      expect(await store.forgetKeys(300, 9)).toBe(1);
      expect((await store.heldKeys("r1alpha")).length).toBe(1);
    });

    test("are asked for their domain by one at a time", async () => {
      expect(await store.dueChecks(500, 9)).toEqual(["r1alpha", "r1beta-two"]);
      expect(await store.beginCheck("r1alpha", "alpha.example", 600, 500)).toBe(true);
      expect(await store.beginCheck("r1alpha", "alpha.example", 601, 599)).toBe(false);
      expect(await store.dueChecks(599, 9)).toEqual(["r1beta-two"]);
      expect(await store.dueChecks(600, 1)).toEqual(["r1beta-two"]);
      expect((await store.find("r1alpha"))!.domain!.checkedAt).toBe(600);
      await store.confirmDomain("r1alpha", "alpha.example", 610);
      await store.confirmDomain("r1alpha", "other.example", 620);
      expect(await store.confirmedAt("r1alpha", "alpha.example")).toBe(610);
      expect(await store.beginCheck("r1alpha", "alpha.example", 700, 600)).toBe(true);
      expect(await store.confirmedAt("r1alpha", "alpha.example")).toBe(610);
      expect(await store.beginCheck("r1alpha", "other.example", 800, 700)).toBe(true);
      expect(await store.confirmedAt("r1alpha", "other.example")).toBeUndefined();
    });
  });
}

/** An entry that does nothing else: what is kept in memory is read again behind it. */
function closedBy(document: string, set: Row["set"]): Append {
  const entry = entryOf({ document: freshId() });
  return appendOf([entry], { rows: [{ table: "organizations", key: { document }, set }] });
}

async function addOrganization({ db }: Storage, slug: string, name: string, domain: string | null): Promise<void> {
  const unsaid = { description: null, url: null, email: null, image: null };
  const domains = { domain, domain_set_at: null, domain_verified: 0, domain_since: null, domain_checked_at: null };
  const row = { document: `r1${slug}`, slug, name, name_folded: name.toLowerCase(), ...unsaid, ...domains };
  const times = { created_at: 1000, updated_at: 1000 };
  await db
    .insertInto("organizations")
    .values({ ...row, domain_method: null, domain_code: null, ...times })
    .execute();
}

async function addKey({ db }: Storage, document: string, key: string, more: { retired_at?: number; made?: number }) {
  const given = { type: "P-256", made: 1, entry: "e", operation: "o", since: 5, retired_at: null };
  const row = { document, key, ...given, compromised_from: null, ...more };
  await db.insertInto("organization_keys").values(row).execute();
}
