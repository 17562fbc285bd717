import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IssuedCredential, IssuedStore } from "../../src/credentials/issued.ts";
import { credentialStore, renownEndings } from "../../src/storage/credential-store.ts";
import type { Storage } from "../../src/storage/database.ts";

/** What every adapter that keeps credentials must hold to. `open` gives an empty, migrated database. */
export function credentialStoreContract(name: string, open: () => Promise<Storage>): void {
  const alice = "did:pkh:eip155:1:0x1111111111111111111111111111111111111111";
  const bob = "did:pkh:eip155:1:0x2222222222222222222222222222222222222222";
  const list = { id: "list-a", purpose: "revocation", size: 131_072, createdAt: 1000 };
  const first: IssuedCredential = {
    id: "00000000-0000-4000-8000-000000000001",
    subject: alice,
    type: "RenownIdentityCredential",
    jwt: "eyJ.eyJ.sig",
    issuedAt: 5000,
    expiresAt: 9000,
    statusList: list.id,
    statusIndex: 77,
  };

  describe(`issued credentials in ${name}`, () => {
    let storage: Storage;
    let store: IssuedStore;
    beforeAll(async () => {
      storage = await open();
      store = credentialStore(storage);
      await store.insertList(list);
    });
    afterAll(() => storage.close());

    test("are found as they were written", async () => {
      expect(await store.insert(first)).toBe(true);
      expect(await store.find(first.id)).toEqual(first);
      expect(await store.find("00000000-0000-4000-8000-00000000ffff")).toBeUndefined();
    });

    test("share no place in a list: the second is told so and leaves nothing behind", async () => {
      const second = { ...first, id: "00000000-0000-4000-8000-000000000002" };
      expect(await store.insert(second)).toBe(false);
      expect(await store.find(second.id)).toBeUndefined();
      expect(await store.find(first.id)).toEqual(first);
    });

    test("of a score keep of whose it speaks", async () => {
      const scored = { ...first, id: "00000000-0000-4000-8000-000000000005", about: bob, statusIndex: 78 } as const;
      expect(await store.insert(scored)).toBe(true);
      expect(await store.find(scored.id)).toEqual(scored);
    });

    test("may have the same index in another list", async () => {
      await store.insertList({ ...list, id: "list-b", createdAt: 2000 });
      const other = { ...first, id: "00000000-0000-4000-8000-000000000003", statusList: "list-b" };
      expect(await store.insert(other)).toBe(true);
    });

    test("need a list that exists", async () => {
      const stray = { ...first, id: "00000000-0000-4000-8000-000000000004", statusList: "list-z" };
      await expect(store.insert(stray)).rejects.toThrow();
    });

    test("are listed by subject, latest first, page by page", async () => {
      const times = [100, 300, 200, 300];
      const ids = times.map((_, i) => `00000000-0000-4000-8000-00000000001${i}`);
      for (const [i, issuedAt] of times.entries())
        await store.insert({ ...first, id: ids[i]!, subject: bob, issuedAt, statusIndex: 1000 + i });
      const page = await store.ofSubject(bob, undefined, 3);
      expect(page.map((each) => each.id)).toEqual([ids[3], ids[1], ids[2]]);
      expect((await store.ofSubject(bob, page[0], 3)).map((each) => each.id)).toEqual([ids[1], ids[2], ids[0]]);
      expect(await store.ofSubject(bob, page[2], 3)).toHaveLength(1);
    });

    test("are revoked once, by one", async () => {
      const before = await store.revisionOf(list.id);
      expect(await store.revokedIndexes(list.id)).toEqual([]);
      const answers = await Promise.all([store.revoke(first.id, alice, 7000), store.revoke(first.id, bob, 7000)]);
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.revoke(first.id, alice, 8000)).toBe(false);
      expect(await store.find(first.id)).toMatchObject({ revokedAt: 7000, revokedBy: answers[0] ? alice : bob });
      expect(await store.revokedIndexes(list.id)).toEqual([77]);
      expect(await store.revisionOf(list.id)).not.toBe(before);
      expect(await store.revokedIndexes("list-b")).toEqual([]);
    });

    test("give their list another revision by every revocation, even within one millisecond", async () => {
      const before = await store.revisionOf(list.id);
      await store.revoke("00000000-0000-4000-8000-000000000010", bob, 7000);
      expect(await store.revisionOf(list.id)).not.toBe(before);
    });

    test("fill the latest list of a purpose, which tells how many it holds", async () => {
      expect(await store.latestList("revocation")).toEqual({ id: "list-b", size: 131_072, taken: 1 });
      expect(await store.latestList("suspension")).toBeUndefined();
      expect(await store.findList(list.id)).toEqual(list);
      expect(await store.findList("list-z")).toBeUndefined();
    });
  });

  describe(`the end of Renown credentials in ${name}`, () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = await open();
    });
    afterAll(() => storage.close());

    /** Rows as the log's projections write them. */
    async function keep(document: string, credentialId: string, revokedAt: string | null): Promise<void> {
      const row = {
        document,
        credential_id: credentialId,
        issuer_address: alice.slice(-42),
        issuer_chain: 1,
        subject_id: "did:key:zDn",
        subject_app: "app",
        issuance_date: "2026-01-01T00:00:00.000Z",
        issued_at: 0,
        expires_at: 1,
        body: "{}",
        revoked_at: revokedAt,
        revocation_reason: null,
        created_at: "",
        updated_at: "",
      };
      await storage.db.insertInto("renown_credentials").values(row).execute();
    }

    test("is unknown of what is not kept, or kept of another issuer", async () => {
      await keep("document-a", "urn:uuid:a", null);
      const endingOf = renownEndings(storage.db);
      expect(await endingOf("urn:uuid:z", alice)).toBeUndefined();
      expect(await endingOf("urn:uuid:a", bob)).toBeUndefined();
      expect(await endingOf("urn:uuid:a", alice.replace(":1:", ":10:"))).toBeUndefined();
    });

    test("is the admission of its revocation", async () => {
      await keep("document-b", "urn:uuid:b", "2026-02-03T04:05:06.007Z");
      const endingOf = renownEndings(storage.db);
      expect(await endingOf("urn:uuid:a", alice)).toEqual({ revokedAt: undefined, compromise: undefined });
      const revokedAt = Date.UTC(2026, 1, 3, 4, 5, 6, 7);
      expect(await endingOf("urn:uuid:b", alice)).toEqual({ revokedAt, compromise: undefined });
    });

    test("is also what the wallet said later of its key, dated by the entry that said so", async () => {
      await keep("document-c", "urn:uuid:c", null);
      const entry = {
        seq: 1,
        doc: 1,
        scope: "global",
        branch: "main",
        idx: 0,
        action_id: new Uint8Array(16),
        operation: "o",
      };
      const rest = {
        digest: "d",
        binding: "full",
        authority_by: "session",
        authority: 0,
        admitted_at: 800,
        latest_at: 900,
        action: "{}",
      };
      const granted = { document: "document-c", kind: "k", entry: "e", subject: alice, app: "did:key:zDn", label: "" };
      const terms = { limits: "null", method: "recovery", granted_seq: 1, granted_at: 0, expires_at: 1 };
      const said = { address: alice.slice(-42), compromised_from: 500, compromised_seq: 1 };
      await storage.db.insertInto("documents").values({ doc: 1, id: "document-c", kind: "k" }).execute();
      await storage.db
        .insertInto("entries")
        .values({ ...entry, ...rest })
        .execute();
      const none = { revoked_seq: null, revoked_at: null, revoked_by: null, revocation_reason: null };
      await storage.db
        .insertInto("delegations")
        .values({ ...granted, ...terms, ...said, ...none })
        .execute();
      const ending = await renownEndings(storage.db)("urn:uuid:c", alice);
      expect(ending).toEqual({ revokedAt: undefined, compromise: { from: 500, saidAt: 900 } });
    });
  });
}
