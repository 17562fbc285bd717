import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StoredCredential } from "../../src/credentials/credential-row.ts";
import type { ConsoleRecord } from "../../src/identity/console-session.ts";
import type { DeviceRecord } from "../../src/identity/device.ts";
import { iso } from "../../src/kernel/time.ts";
import { here, type Projection, type Row } from "../../src/operations/kind.ts";
import { askedStore, credentialRows, profileRows } from "../../src/storage/client-store.ts";
import { consoleStore, deviceStore } from "../../src/storage/console-store.ts";
import type { Storage } from "../../src/storage/database.ts";
import { entryOf, freshId, kind } from "./synthetic.ts";

const noon = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const key = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
const addressOf = (digit: string) => `0x${digit.repeat(40)}`;

/** What every adapter that keeps what clients leave must hold to. `open` gives an empty, migrated database. */
export function clientStoreContract(name: string, open: () => Promise<Storage>): void {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  /** Writes rows as an entry of a document of their own would project them. */
  const project = async (document: string, rows: Row[]) => {
    const projection: Projection = { rows, claims: [] };
    await storage.operations.commit({ document, kind, entries: [{ entry: entryOf({ document }), projection }] });
  };

  describe(`documents that were asked for in ${name}`, () => {
    test("are remembered until their time is over", async () => {
      const asked = askedStore(storage.db);
      const empty = { id: freshId(), kind: "a/b", askedAt: noon };
      await asked.add(empty, noon + minute);
      expect(await asked.find(empty.id, noon + minute - 1)).toEqual(empty);
      expect(await asked.find(empty.id, noon + minute)).toBeUndefined();
      expect(await asked.find(freshId(), noon)).toBeUndefined();
    });

    test("are forgotten a few at a time when others come", async () => {
      const asked = askedStore(storage.db);
      const old = Array.from({ length: 10 }, () => ({ id: freshId(), kind: "a/b", askedAt: 0 }));
      for (const each of old) await asked.add(each, 1);
      const left = async () =>
        (await storage.db.selectFrom("asked_documents").select("id").where("expires_at", "=", 1).execute()).length;
      await asked.add({ id: freshId(), kind: "a/b", askedAt: noon }, noon + minute);
      expect(await left()).toBe(2);
      await asked.add({ id: freshId(), kind: "a/b", askedAt: noon }, noon + minute);
      expect(await left()).toBe(0);
    });
  });

  describe(`credentials in ${name}`, () => {
    const credential = async (
      terms: { address?: string; chain?: number; issued?: number; expires?: number; id?: string } = {},
    ) => {
      const { address = addressOf("a"), chain = 1, issued = noon, expires = noon + minute } = terms;
      const document = freshId();
      const set = {
        credential_id: terms.id ?? `urn:uuid:${document}`,
        issuer_address: address,
        issuer_chain: chain,
        subject_id: key,
        subject_app: "app",
        issuance_date: iso(issued),
        issued_at: issued,
        expires_at: expires,
        body: `{"id":"${document}"}`,
        created_at: iso(noon),
        updated_at: iso(noon),
      };
      const delegation = {
        kind,
        entry: document,
        subject: `did:pkh:eip155:${chain}:${address}`,
        address,
        app: key,
        label: "",
        limits: "null",
        method: "recovery",
        granted_seq: here,
        granted_at: noon,
        expires_at: expires,
      } as const;
      const keyed = { document };
      await project(document, [
        { table: "renown_credentials", key: keyed, set },
        { table: "delegations", key: keyed, set: delegation },
      ]);
      return document;
    };
    const ids = (found: StoredCredential[]) => found.map(({ document }) => document);

    test("are found by whole values, all of which count, the newest first", async () => {
      const address = addressOf("b");
      const rows = credentialRows(storage.db);
      const first = await credential({ address, issued: noon - 2 });
      const second = await credential({ address, issued: noon - 1 });
      const elsewhere = await credential({ address, chain: 10, issued: noon - 3 });
      const found = async (query: object, limit = 9) => ids(await rows.find({ ethAddress: address, ...query }, limit));
      expect(await found({})).toEqual([second, first, elsewhere]);
      expect(await found({ chainId: 10 })).toEqual([elsewhere]);
      expect(await found({ issuer: `did:pkh:eip155:1:${address.toUpperCase().replace("0X", "0x")}` })).toEqual([
        second,
        first,
      ]);
      expect(await found({ did: key, credentialId: `urn:uuid:${first}` })).toEqual([first]);
      expect(await found({ document: second })).toEqual([second]);
      expect(await found({}, 1)).toEqual([second]);
      for (const none of [
        { did: "x" },
        { did: "%" },
        { chainId: 2 },
        { issuer: "x" },
        { issuer: address },
        { document: "" },
      ])
        expect(await found(none)).toEqual([]);
      expect(await rows.find({}, 9)).toEqual([]);
      expect(await rows.find({ includeRevoked: true, unexpiredAt: 0 }, 9)).toEqual([]);
    });

    test("tell how they were checked, and of revocation, compromise and expiry", async () => {
      const address = addressOf("c");
      const rows = credentialRows(storage.db);
      const live = await credential({ address, issued: noon + 3 });
      const revoked = await credential({ address, issued: noon + 2 });
      const compromised = await credential({ address, issued: noon + 1 });
      const expired = await credential({ address, expires: noon - 1 });
      const end = { revoked_at: iso(noon + 1), revocation_reason: "why", updated_at: iso(noon + 1) };
      const said = { compromised_seq: here, compromised_from: noon } as const;
      const next = async (document: string, row: Row) => {
        const [before] = await storage.operations.entriesOf(document, 0, 1);
        const projection = { rows: [row], claims: [] };
        const entry = entryOf({ document, after: before });
        await storage.operations.commit({ document, kind, entries: [{ entry, projection }] });
      };
      await next(revoked, { table: "renown_credentials", key: { document: revoked }, set: end });
      await next(compromised, { table: "delegations", key: { document: compromised }, set: said });
      const all = await rows.find({ ethAddress: address }, 9);
      expect(ids(all)).toEqual([live, revoked, compromised, expired]);
      expect(all[0]).toMatchObject({ method: "recovery", revokedAt: null, compromiseSaidAt: undefined });
      expect(all[1]).toMatchObject({ revokedAt: iso(noon + 1), revocationReason: "why" });
      expect(all[2]!.compromiseSaidAt).toBeGreaterThan(0);
      const standing = { ethAddress: address, includeRevoked: false, unexpiredAt: noon };
      expect(ids(await rows.find(standing, 9))).toEqual([live]);
    });
  });

  describe(`profiles in ${name}`, () => {
    const profile = async (owner: string, address: string | null, username: string, chain: number | null = null) => {
      const document = freshId();
      const set = {
        owner,
        eth_address: address,
        address_folded: address?.toLowerCase() ?? null,
        chain_id: chain,
        username,
        username_folded: username.toLowerCase(),
        user_image: null,
        created_at: iso(noon),
        updated_at: iso(noon),
      };
      await project(document, [{ table: "profiles", key: { document }, set }]);
      return document;
    };

    test("are found by any of the values, names as they are shown or folded", async () => {
      const rows = profileRows(storage.db);
      const address = addressOf("D");
      const one = await profile(address.toLowerCase(), address, "Dora");
      const two = await profile("did:pkh:eip155:1:0x1", null, "Dorian");
      const found = async (query: object) => (await rows.find(query)).map(({ document }) => document).sort();
      expect(await found({ ethAddresses: [address.toLowerCase()] })).toEqual([one]);
      expect(await found({ phids: [two], usernames: ["Dora"] })).toEqual([one, two].sort());
      expect(await found({ usernames: ["dora", "Dor%", "%"] })).toEqual([]);
      expect(await found({})).toEqual([]);
      expect(await found({ phids: [], ethAddresses: [] })).toEqual([]);
      expect(await rows.named("dorian")).toMatchObject([{ document: two, ethAddress: null, username: "Dorian" }]);
      expect(await rows.named("dor")).toEqual([]);
    });

    test("show an ENS name only once that was asked for", async () => {
      const rows = profileRows(storage.db);
      expect(await rows.showsEns("d")).toBe(false);
      await rows.setShowsEns("d", true);
      await rows.setShowsEns("d", true);
      expect(await rows.showsEns("d")).toBe(true);
      expect(await rows.showsEns("e")).toBe(false);
      await rows.setShowsEns("d", false);
      expect(await rows.showsEns("d")).toBe(false);
    });
  });

  describe(`console sessions in ${name}`, () => {
    const session = (more: Partial<ConsoleRecord> = {}): ConsoleRecord => ({
      id: freshId(),
      connect: undefined,
      app: undefined,
      status: "pending",
      credential: undefined,
      createdAt: noon,
      expiresAt: noon + minute,
      ...more,
    });

    test("are added once while they last, and anew when they have run out", async () => {
      const store = consoleStore(storage.db);
      const kept = session();
      const added = await Promise.all([store.add(kept, noon), store.add(kept, noon)]);
      expect(added.toSorted()).toEqual([false, true]);
      expect(await store.find(kept.id, noon)).toEqual(kept);
      const later = { ...kept, createdAt: noon + minute, expiresAt: noon + 2 * minute };
      expect(await store.find(kept.id, noon + minute)).toBeUndefined();
      expect(await store.add(later, noon + minute)).toBe(true);
      expect(await store.find(kept.id, noon + minute)).toEqual(later);
    });

    test("are bound once, to one key", async () => {
      const store = consoleStore(storage.db);
      const { id } = session();
      await store.add(session({ id }), noon);
      await Promise.all([store.bind(id, "did:key:one", "first"), store.bind(id, "did:key:two", undefined)]);
      const bound = await store.find(id, noon);
      await store.bind(id, "did:key:three", "third");
      expect(await store.find(id, noon)).toEqual(bound);
      expect(["did:key:one", "did:key:two"]).toContain(bound!.connect);
    });

    test("are completed by one of many, and read by one of many", async () => {
      const store = consoleStore(storage.db);
      const { id } = session();
      await store.add(session({ id }), noon);
      expect(await store.take(id, noon)).toBeUndefined();
      const completed = await Promise.all(["c1", "c2", "c3"].map((document) => store.complete(id, document, noon)));
      expect(completed.filter(Boolean)).toHaveLength(1);
      const taken = await Promise.all([1, 2, 3].map(() => store.take(id, noon)));
      expect(taken.filter(Boolean)).toEqual([["c1", "c2", "c3"][completed.indexOf(true)]]);
      expect((await store.find(id, noon))!.status).toBe("read");
      expect(await store.complete(id, "c4", noon)).toBe(false);
      expect(await store.end(id, "closed", noon)).toBe(false);
    });

    test("are denied while they are pending, closed until they are read, and done for in the end", async () => {
      const store = consoleStore(storage.db);
      const [denied, ready, late] = [session(), session(), session()];
      for (const each of [denied, ready, late]) await store.add(each, noon);
      expect(await store.end(denied.id, "denied", noon)).toBe(true);
      expect(await store.end(denied.id, "denied", noon)).toBe(false);
      expect(await store.complete(denied.id, "c", noon)).toBe(false);
      await store.complete(ready.id, "c", noon);
      expect(await store.end(ready.id, "denied", noon)).toBe(false);
      expect(await store.end(ready.id, "closed", noon)).toBe(true);
      expect(await store.take(ready.id, noon)).toBeUndefined();
      expect(await store.complete(late.id, "c", noon + minute)).toBe(false);
    });
  });

  describe(`device codes in ${name}`, () => {
    let codes = 0;
    const request = (more: Partial<DeviceRecord> = {}): DeviceRecord => ({
      hash: freshId(),
      userCode: `CODE${String(++codes).padStart(4, "0")}`,
      app: key,
      may: ["a/b"],
      label: "A device",
      status: "pending",
      delegation: undefined,
      wait: 5,
      expiresAt: noon + minute,
      ...more,
    });

    test("come back as they were kept, and their user code stands for one at a time", async () => {
      const store = deviceStore(storage.db);
      const kept = request();
      const unsaid = request({ may: undefined });
      expect(await store.add(kept, noon)).toBe(true);
      expect(await store.add(unsaid, noon)).toBe(true);
      expect(await store.add(request({ userCode: kept.userCode }), noon)).toBe(false);
      expect(await store.byUserCode(kept.userCode, noon)).toEqual(kept);
      expect(await store.byHash(unsaid.hash)).toEqual(unsaid);
      expect(await store.byUserCode(kept.userCode, noon + minute)).toBeUndefined();
      expect(await store.byHash(kept.hash)).toEqual(kept);
    });

    test("are decided once and spent once", async () => {
      const store = deviceStore(storage.db);
      const kept = request();
      await store.add(kept, noon);
      expect(await store.spend(kept.hash, noon)).toBe(false);
      const decided = await Promise.all([
        store.decide(kept.userCode, "approved", "d1", noon),
        store.decide(kept.userCode, "denied", undefined, noon),
      ]);
      expect(decided.filter(Boolean)).toHaveLength(1);
      const approved = request();
      await store.add(approved, noon);
      expect(await store.decide(approved.userCode, "approved", "d1", noon + minute)).toBe(false);
      expect(await store.decide(approved.userCode, "approved", "d1", noon)).toBe(true);
      expect(await store.byHash(approved.hash)).toMatchObject({ status: "approved", delegation: "d1" });
      const spent = await Promise.all([1, 2, 3].map(() => store.spend(approved.hash, noon)));
      expect(spent.filter(Boolean)).toHaveLength(1);
    });

    test("make who polls too early wait longer", async () => {
      const store = deviceStore(storage.db);
      const { hash, ...rest } = request();
      await store.add({ hash, ...rest }, noon);
      const polls = [0, 3_900, 7_900, 8_000, 21_000, 36_000].map((after) => noon + after);
      const allowed = [];
      for (const at of polls) allowed.push(await store.poll(hash, at));
      expect(allowed).toEqual([true, false, false, false, false, false]);
      expect(await store.poll(hash, noon + 36_000 + 29_000)).toBe(true);
      expect((await store.byHash(hash))!.wait).toBe(30);
    });
  });
}
