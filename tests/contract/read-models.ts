import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry, LoggedEntry } from "../../src/operations/entry.ts";
import { here, type Projection, type Row } from "../../src/operations/kind.ts";
import { CommitConflict } from "../../src/operations/store.ts";
import { isDuplicate } from "../../src/storage/conflict.ts";
import type { Storage } from "../../src/storage/database.ts";
import { appendOf, claimOf, entryOf, freshId, nothing, profileRow, tick } from "./synthetic.ts";

const day = 86_400_000;
const address = "0xd8da6bf26964af9d7eed9e03e53415d37aa96045";
const [mainnet, optimism] = [`did:pkh:eip155:1:${address}`, `did:pkh:eip155:10:${address}`];

/** What every database does with the tables that the log can make again, and with Kysely beside it. */
export function contractOfReadModels(name: string, open: () => Promise<Storage>): void {
  describe(`the read models over ${name}`, () => {
    let storage: Storage;
    const written: { entry: LoggedEntry; projection: Projection; snapshot?: { state: string; length: number } }[] = [];
    beforeAll(async () => {
      storage = await open();
    });
    afterAll(() => storage.close());

    const write = async (
      projection: Partial<Projection>,
      entry = entryOf({ document: freshId() }),
    ): Promise<number> => {
      const snapshot = { state: JSON.stringify({ of: entry.document }), length: entry.index + 1 };
      const [seq] = await storage.operations.commit({ ...appendOf([entry], projection), snapshot });
      written.push({ entry: { ...entry, seq: seq! }, projection: { ...nothing, ...projection }, snapshot });
      return seq!;
    };
    const profileOf = (document: string) =>
      storage.db.selectFrom("profiles").selectAll().where("document", "=", document).executeTakeFirst();

    it("has every table of the migrations, empty", async () => {
      const tables = [
        "documents",
        "entries",
        "snapshots",
        "grants",
        "claims",
        "delegations",
        "renown_credentials",
      ] as const;
      const others = [
        "profiles",
        "nonces",
        "sessions",
        "refresh_tokens",
        "status_lists",
        "issued_credentials",
      ] as const;
      for (const table of [...tables, ...others]) {
        expect(await storage.db.selectFrom(table).selectAll().execute(), table).toEqual([]);
      }
    });

    it("leaves columns alone that a row does not name", async () => {
      const document = freshId();
      await write({ rows: [profileRow(document, "before")] });
      await write({ rows: [{ table: "profiles", key: { document }, set: { username: "after", chain_id: 10 } }] });
      expect(await profileOf(document)).toMatchObject({
        owner: "somebody",
        username: "after",
        chain_id: 10,
        created_at: "then",
      });
    });

    it("refuses, as a mistake and no conflict, to change a row that does not stand", async () => {
      const row: Row = { table: "profiles", key: { document: freshId() }, set: { username: "nobody" } };
      const entry = entryOf({ document: freshId() });
      const failure = await storage.operations.commit(appendOf([entry], { rows: [row] })).catch((error) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(CommitConflict);
      expect(await storage.operations.load(entry.document)).toBeUndefined();
    });

    it("writes the place of the very entry where several are committed together", async () => {
      const document = freshId();
      const first = entryOf({ document });
      const second = entryOf({ document, after: first });
      const grant = (entry: Entry): Projection => ({
        rows: [{ table: "grants", key: { entry: entry.digest }, set: { seq: here } }],
        claims: [],
      });
      const entries = [first, second].map((entry) => ({ entry, projection: grant(entry) }));
      const places = await storage.operations.commit({ ...appendOf([first]), entries });
      const query = storage.db.selectFrom("grants").select("seq").where("entry", "in", [first.digest, second.digest]);
      expect((await query.orderBy("seq").execute()).map((row) => row.seq)).toEqual(places);
      written.push(
        ...entries.map(({ entry, projection }, i) => ({ entry: { ...entry, seq: places[i]! }, projection })),
      );
    });

    it("writes a thousand rows of one entry, and changes what one of them names", async () => {
      const entries = Array.from({ length: 1000 }, () => freshId());
      const grants = (set: Row["set"]) => entries.map((entry): Row => ({ table: "grants", key: { entry }, set }));
      const first = await write({ rows: grants({ seq: here, ended: null }) });
      const renamed: Row = { table: "profiles", key: { document: entries[0]! }, set: profileRow("", "between").set };
      const [head, ...rest] = grants({ ended: here });
      const second = await write({ rows: [head!, renamed, ...rest] });
      const query = storage.db.selectFrom("grants").select(["entry", "seq", "ended"]).where("seq", "=", first);
      const rows = await query.execute();
      expect(rows.map(({ entry }) => entry).toSorted()).toEqual(entries.toSorted());
      expect(new Set(rows.map(({ ended }) => ended))).toEqual(new Set([second]));
      expect(await profileOf(entries[0]!)).toMatchObject({ username: "between" });
    });

    it("refuses them all where one does not stand", async () => {
      const [known, unknown] = [freshId(), freshId()];
      const row = (entry: string, set: Row["set"]): Row => ({ table: "grants", key: { entry }, set });
      await write({ rows: [row(known, { seq: here, ended: null })] });
      const rows = [row(known, { ended: here }), row(unknown, { ended: here })];
      const entry = entryOf({ document: freshId() });
      await expect(storage.operations.commit(appendOf([entry], { rows }))).rejects.toThrow();
      const query = storage.db.selectFrom("grants").select("ended").where("entry", "=", known);
      expect(await query.executeTakeFirst()).toEqual({ ended: null });
    });

    it("gives delegations of a key for a user, latest first, by recovery on every chain", async () => {
      const app = `did:key:${freshId()}`;
      const onMainnet = await delegate(mainnet!, app, "recovery");
      const byContract = await delegate(mainnet!, app, "contract");
      const onOptimism = await delegate(optimism!, app, "recovery");
      await delegate(mainnet!, "did:key:another", "recovery");
      const documents = async (user: string) =>
        (await storage.operations.delegationsOf(user, app)).map((delegation) => delegation.document);
      expect(await documents(mainnet!)).toEqual([onOptimism, byContract, onMainnet]);
      expect(await documents(optimism!)).toEqual([onOptimism, onMainnet]);
      expect(await documents(`did:pkh:eip155:1:0x${"0".repeat(40)}`)).toEqual([]);
      expect(await documents("")).toEqual([]);
    });

    it("gives the latest sixteen delegations of a key, and no more", async () => {
      const app = `did:key:${freshId()}`;
      for (let i = 0; i < 17; i++) await delegate(mainnet!, app, "recovery");
      const seqs = (await storage.operations.delegationsOf(mainnet!, app)).map((delegation) => delegation.grantedSeq);
      expect(seqs).toHaveLength(16);
      expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
    });

    it("tells a delegation as its row has it", async () => {
      const app = `did:key:${freshId()}`;
      const limits = JSON.stringify(["renown/badge", "renown/award:REVOKE"]);
      const document = await delegate(mainnet!, app, "recovery", { limits, expires_at: 5_000 });
      const revoked: Row["set"] = {
        revoked_seq: here,
        revoked_at: 4_000,
        revoked_by: "wallet",
        revocation_reason: "lost",
      };
      const set: Row["set"] = { ...revoked, compromised_from: 3_000, compromised_seq: here };
      const seq = await write({ rows: [{ table: "delegations", key: { document }, set }] });
      const delegation = {
        document,
        user: mainnet,
        key: app,
        limits: [{ kind: "renown/badge" }, { kind: "renown/award", action: "REVOKE" }],
        method: "recovery",
        expiresAt: 5_000,
        revokedSeq: seq,
        revokedAt: 4_000,
        compromisedFrom: 3_000,
        compromisedSeq: seq,
      };
      expect(await storage.operations.delegationsOf(mainnet!, app)).toMatchObject([delegation]);
      const record = {
        ...delegation,
        kind: "test/delegation",
        label: "an app",
        revokedBy: "wallet",
        revocationReason: "lost",
      };
      expect(await storage.operations.delegationByDocument(document)).toMatchObject(record);
      expect(await storage.operations.delegationByDocument(freshId())).toBeUndefined();
    });

    it("tells nothing said from logging in only", async () => {
      const app = `did:key:${freshId()}`;
      await delegate(mainnet!, app, "recovery", { limits: "null" });
      await delegate(mainnet!, app, "recovery", { limits: '["none"]' });
      const delegations = await storage.operations.delegationsOf(mainnet!, app);
      expect(delegations.map((delegation) => delegation.limits)).toEqual(["none", "unsaid"]);
      expect(delegations[0]).not.toHaveProperty("revokedSeq");
    });

    it("lists what speaks for a user by pages, in the order of documents", async () => {
      const user = `did:pkh:eip155:10:0x${"ab".repeat(20)}`;
      const documents = [];
      for (let i = 0; i < 3; i++)
        documents.push(await delegate(user, `did:key:${i}`, i === 1 ? "recovery" : "contract"));
      const first = await storage.operations.delegationsByUser(user, "", 2);
      const rest = await storage.operations.delegationsByUser(user, first[1]!.document, 2);
      expect([...first, ...rest].map((delegation) => delegation.document)).toEqual(documents.toSorted());
      const elsewhere = await storage.operations.delegationsByUser(user.replace(":10:", ":1:"), "", 9);
      expect(elsewhere.map((delegation) => delegation.document)).toEqual([documents[1]]);
    });

    it("names a duplicate key, whoever wrote the statement", async () => {
      const list = { id: freshId(), purpose: "revocation", size: 8, created_at: 0 };
      await storage.db.insertInto("status_lists").values(list).execute();
      const error = await storage.db
        .insertInto("status_lists")
        .values(list)
        .execute()
        .catch((error) => error);
      expect(isDuplicate(error, "status_lists.id")).toBe(true);
      expect(isDuplicate(error, "status_lists.purpose")).toBe(false);
    });

    it("has no transactions to give: a statement is written alone, a commit by the store", async () => {
      await expect(storage.db.transaction().execute(async () => {})).rejects.toThrow(/ransactions/);
    });

    it("makes the same tables again from the log", async () => {
      const [key, now] = [freshId(), tick()];
      const claiming = (holder: string, at: number) =>
        write({ claims: [claimOf(key, holder, at + 10)] }, entryOf({ document: freshId(), at }));
      await claiming("first", now);
      await claiming("second", now + 10);
      const before = await dump();
      expect(before.delegations.length).toBeGreaterThan(20);
      await storage.readModels.clear();
      expect(Object.values(await dump()).flat()).toEqual([]);
      await storage.readModels.replay(written);
      expect(await dump()).toEqual(before);
    });

    it("takes the log at its word when it replays: claims are not judged again", async () => {
      const [key, now] = [freshId(), tick()];
      const part = ["first", "second"].map((holder, i) => ({
        entry: { ...entryOf({ document: freshId(), at: now }), seq: i + 1 },
        projection: { rows: [], claims: [claimOf(key, holder)] },
      }));
      await storage.readModels.replay(part);
      expect(await storage.operations.holderOf("contract", key, now)).toBe("second");
    });

    it("drops claims that lapsed more than a day ago, no more at once than it is told", async () => {
      await storage.readModels.clear();
      const now = tick() + 100 * day;
      for (const until of [now - 3 * day, now - 2 * day, now - day, null])
        await write({ claims: [claimOf(freshId(), "holder", until)] });
      const untils = async () => (await dump()).claims.map(({ until }) => until ?? 0).toSorted((a, b) => a - b);
      expect(await storage.readModels.dropLapsedClaims(now, 1)).toBe(1);
      expect(await untils()).toEqual([0, now - 2 * day, now - day]);
      expect(await storage.readModels.dropLapsedClaims(now, 10)).toBe(1);
      expect(await untils()).toEqual([0, now - day]);
      expect(await storage.readModels.dropLapsedClaims(now, 10)).toBe(0);
    });

    async function delegate(subject: string, app: string, method: string, more: Row["set"] = {}): Promise<string> {
      const entry = entryOf({ document: freshId() });
      const set: Row["set"] = {
        kind: "test/delegation",
        entry: entry.digest,
        subject,
        address: subject.slice(-42),
        app,
        label: "an app",
        limits: "null",
        method,
        granted_seq: here,
        granted_at: Date.parse(entry.admittedAt),
        expires_at: 9_000,
        ...more,
      };
      await write({ rows: [{ table: "delegations", key: { document: entry.document }, set }] }, entry);
      return entry.document;
    }

    async function dump() {
      const { db } = storage;
      return {
        snapshots: await db.selectFrom("snapshots").selectAll().orderBy("doc").execute(),
        grants: await db.selectFrom("grants").selectAll().orderBy("entry").execute(),
        claims: await db.selectFrom("claims").selectAll().orderBy("space").orderBy("key").execute(),
        delegations: await db.selectFrom("delegations").selectAll().orderBy("document").execute(),
        profiles: await db.selectFrom("profiles").selectAll().orderBy("document").execute(),
      };
    }
  });
}
