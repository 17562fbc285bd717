import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Closing } from "../../src/followers/closed-subjects.ts";
import { closingStore } from "../../src/storage/closing-store.ts";
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
    const issue = (id: string, index: number, more: object = {}) => {
      const times = { issuedAt: at - 1, expiresAt: at + 86_400_000 };
      const made = { id, subject: wallet("a"), type: "ReputationScoreCredential", jwt: "jwt", ...times, ...more };
      return credentialStore(storage).insert({ ...made, statusList: list.id, statusIndex: index });
    };
    const revoked = () => credentialStore(storage).revokedIndexes(list.id);
    const closing: Closing = { subject: wallet("a"), accounts: [address("a"), address("b")], at };
    beforeAll(async () => {
      storage = await open();
      await credentialStore(storage).insertList(list);
      await issue("own", 1);
      await issue("linked", 2, { subject: wallet("b", 10) });
      await issue("others", 3, { subject: wallet("c") });
      await issue("identity", 4, { type: "RenownIdentityCredential" });
      await issue("later", 5, { issuedAt: at + 3_600_000 });
      await issue("before", 6);
      await credentialStore(storage).revoke("before", wallet("a"), 5);
    });
    afterAll(() => storage.close());

    test("revoke the credentials of scores of all accounts that were one, once, and no others", async () => {
      const store = closingStore(storage);
      const from = await store.cursor();
      expect(await store.advance(from, 7, [closing])).toBe(true);
      expect((await revoked()).sort()).toEqual([1, 2, 6]);
      const { revokedAt, revokedBy } = (await credentialStore(storage).find("linked"))!;
      expect({ revokedAt, revokedBy }).toEqual({ revokedAt: at, revokedBy: wallet("a") });
      expect((await credentialStore(storage).find("before"))!.revokedAt).toBe(5);
      expect(await store.cursor()).toMatchObject({ seq: 7 });
    });

    test("are written by one of two that come from the same place, with how far it came", async () => {
      const store = closingStore(storage);
      const from = await store.cursor();
      expect(await store.advance(from, 8, undefined)).toBe(true);
      const other = { ...closing, subject: wallet("c"), accounts: [address("c")] };
      expect(await store.advance(from, 9, [other])).toBe(false);
      expect((await revoked()).sort()).toEqual([1, 2, 6]);
      await store.clear();
      expect(await store.cursor()).toMatchObject({ seq: 0 });
    });
  });
}
