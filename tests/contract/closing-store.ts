import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Closing } from "../../src/followers/closed-subjects.ts";
import type { Did } from "../../src/identity/did.ts";
import { closingStore, revokeScores } from "../../src/storage/closing-store.ts";
import { credentialStore } from "../../src/storage/credential-store.ts";
import type { Storage } from "../../src/storage/database.ts";

const address = (digit: string) => `0x${digit.repeat(40)}`;
const wallet = (digit: string, chain = 1) => `did:pkh:eip155:${chain}:${address(digit)}` as const;
const list = { id: "list", purpose: "revocation", size: 131_072, createdAt: 0 };

/** What every adapter that revokes what was vouched for must hold to. `open` gives an empty, migrated database. */
export function closingStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`closings in ${name}`, () => {
    let storage: Storage;
    const at = 10_000_000;
    const issue = (id: string, index: number, about: Did | undefined, more: object = {}) => {
      const times = { issuedAt: at - 1, expiresAt: at + 86_400_000 };
      const named = about === undefined ? {} : { about };
      const subject = about ?? wallet("a");
      const made = { id, subject, ...named, type: "ReputationScoreCredential", jwt: "jwt", ...times, ...more };
      return credentialStore(storage).insert({ ...made, statusList: list.id, statusIndex: index });
    };
    const revoked = async () => (await credentialStore(storage).revokedIndexes(list.id)).sort((a, b) => a - b);
    const members = [wallet("a"), wallet("b", 10)];
    const closing: Closing = { subject: wallet("a"), members, everywhere: false, at };
    beforeAll(async () => {
      storage = await open();
      await credentialStore(storage).insertList(list);
      await issue("own", 1, wallet("a"));
      await issue("linked", 2, wallet("b", 10));
      await issue("others", 3, wallet("c"));
      await issue("identity", 4, undefined, { type: "RenownIdentityCredential" });
      await issue("later", 5, wallet("a"), { issuedAt: at + 3_600_000 });
      await issue("before", 6, wallet("a"));
      await issue("of the owner there", 7, wallet("a"), { subject: wallet("a", 10) });
      await issue("there", 8, wallet("a", 10));
      await issue("there of the owner here", 9, wallet("a", 10), { subject: wallet("a") });
      await issue("linked elsewhere", 10, wallet("b"));
      await issue("unsaid", 11, undefined);
      await issue("unsaid there", 12, undefined, { subject: wallet("b", 137) });
      await issue("unsaid of others", 13, undefined, { subject: wallet("c") });
      await credentialStore(storage).revoke("before", wallet("a"), 5);
    });
    afterAll(() => storage.close());

    test("revoke the credentials of the scores that ended, once, and what does not say of whom it speaks", async () => {
      const store = closingStore(storage);
      const from = await store.cursor();
      expect(await store.advance(from, 7, [closing])).toBe(true);
      expect(await revoked()).toEqual([1, 2, 6, 7, 11, 12]);
      const { revokedAt, revokedBy } = (await credentialStore(storage).find("linked"))!;
      expect({ revokedAt, revokedBy }).toEqual({ revokedAt: at, revokedBy: wallet("a") });
      expect((await credentialStore(storage).find("before"))!.revokedAt).toBe(5);
      expect(await store.cursor()).toMatchObject({ seq: 7 });
    });

    test("are written by one of two that come from the same place, with how far it came", async () => {
      const store = closingStore(storage);
      const from = await store.cursor();
      expect(await store.advance(from, 8, undefined)).toBe(true);
      const other = { ...closing, subject: wallet("c"), members: [wallet("c")] };
      expect(await store.advance(from, 9, [other])).toBe(false);
      expect(await revoked()).toEqual([1, 2, 6, 7, 11, 12]);
      await store.clear();
      expect(await store.cursor()).toMatchObject({ seq: 0 });
    });

    test("of one who leaves by a key of its own reach it on every chain, and nobody that was one with it", async () => {
      const store = closingStore(storage);
      expect(await store.advance(await store.cursor(), 7, [{ ...closing, everywhere: true }])).toBe(true);
      expect(await revoked()).toEqual([1, 2, 6, 7, 8, 9, 11, 12]);
      expect((await credentialStore(storage).find("there"))!.revokedBy).toBe(wallet("a"));
    });

    test("find what they revoke by an index, whatever else was issued", async () => {
      const plan = await storage.reader.rows<{ detail: string }>({
        sql: `EXPLAIN QUERY PLAN ${revokeScores}`,
        params: [JSON.stringify([])],
      });
      const steps = plan.map(({ detail }) => detail).filter((each) => each.includes("issued_credentials"));
      expect(steps).toHaveLength(1);
      expect(steps[0]).toContain("USING INDEX issued_credentials_scores");
    });
  });
}
