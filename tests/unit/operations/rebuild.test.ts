import { afterEach, describe, expect, it } from "vitest";
import { iso, minute } from "../../../src/kernel/time.ts";
import { assignedId } from "../../../src/operations/document-id.ts";
import { partBytes } from "../../../src/operations/entry-size.ts";
import { apply, type Document, foldStored, openDocument, snapshotEvery } from "../../../src/operations/fold.ts";
import { createReactor } from "../../../src/operations/reactor.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import type { Previous } from "../../../src/operations/sign.ts";
import type { OperationStore } from "../../../src/operations/store.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, appKey, bob, openHouse, operationKey, otherKey, session, userOf } from "../../harness.ts";
import { firstSuite } from "./suite-1.ts";
import { accountKind, testKinds, testLimits } from "./test-kinds.ts";

let house: ReturnType<typeof openHouse>;
afterEach(() => house.close());

const user = userOf(alice);
const tables = ["snapshots", "grants", "claims", "delegations", "renown_credentials", "profiles"] as const;

/** Every row of every read model, in an order of its own. */
async function readModels(): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const table of tables) {
    const all = await house.storage.db.selectFrom(table).selectAll().execute();
    rows[table] = all.map((row) => JSON.stringify(row)).sort();
  }
  return rows;
}

async function openProfile(key = appKey, who = alice): Promise<string> {
  const { document, action } = await house.opening(profileKind, key, userOf(who));
  await house.reactor.open(action, profileKind, []);
  return document;
}

/** A house in which all has happened that the read models know of. */
async function livedIn(): Promise<string[]> {
  house = openHouse(testKinds);
  const first = await house.delegate({ may: [...testLimits, profileKind] });
  const second = await house.delegate({ wallet: bob, app: otherKey.did });
  await house.delegate({ app: otherKey.did, may: ["none"] });
  const mine = await openProfile();
  const bobs = await openProfile(otherKey, bob);
  let previous: Previous | undefined;
  for (const username of ["alice", "alicia", "Álice"]) {
    house.clock.advance(minute);
    const intent = { document: mine, kind: profileKind, type: "SET_USERNAME", input: { username }, user };
    const signed = await house.sign(previous ? { ...intent, previous } : intent);
    previous = signed.previous;
    await house.reactor.submit(mine, [signed.action]);
  }
  const image = { userImage: "https://image.example/a.png" };
  await house.reactor.submit(mine, [firstSuite({ type: "SET_USER_IMAGE", input: image, user }, house.clock.now())]);
  const attested = assignedId();
  const actor = { user: userOf(bob), app: "", method: "recovery" } as const;
  const actions = [{ type: "SET_ETH_ADDRESS", input: { ethAddress: bob.address } }];
  await house.reactor.attest({
    document: attested,
    kind: profileKind,
    actions,
    actor,
    authority: { by: "session", entry: "" },
  });
  await house.delegating.compromise(session(bob), second.document, iso(house.clock.now() - minute));
  await house.delegating.revoke(session(bob), second.document, "gone");
  await house.delegating.revoke({ by: "operator" }, first.document, null);
  return [first.document, second.document, mine, bobs, attested];
}

describe("what the log can make again", () => {
  it("is the same when every read model has been dropped and the log replayed", async () => {
    const documents = await livedIn();
    const before = await readModels();
    const states = await Promise.all(documents.map((id) => house.store.load(id)));
    expect(before.claims!.some((row) => row.includes('"suite1"'))).toBe(true);
    for (const table of ["grants", "delegations", "renown_credentials", "profiles", "claims"] as const)
      expect(before[table]!.length, table).toBeGreaterThan(1);
    expect(await rebuild(house.store, house.storage.readModels, house.kinds)).toBe(await house.store.lastSeq());
    expect(await readModels()).toEqual(before);
    expect(await Promise.all(documents.map((id) => house.store.load(id)))).toEqual(states);
    // Begun again, it ends the same.
    await rebuild(house.store, house.storage.readModels, house.kinds);
    expect(await readModels()).toEqual(before);
  });

  it("holds a signature of suite 1 to be used up after it was made again", async () => {
    await livedIn();
    await rebuild(house.store, house.storage.readModels, house.kinds);
    await house.delegate();
    const entries = await house.store.entriesAfter(0, 100);
    const used = entries.find((entry) => entry.binding === "content")!;
    const again = { ...used.action, id: crypto.randomUUID() };
    await expect(house.reactor.submit(used.document, [again])).rejects.toMatchObject({ code: "REPLAYED" });
  });

  it("is the same where entries are so large that few of them are read at once", async () => {
    await livedIn();
    const before = await readModels();
    const text = "x".repeat(partBytes / 2);
    const parts: number[] = [];
    const large: Pick<OperationStore, "entriesAfter"> = {
      entriesAfter: async (after, limit, bytes = Number.POSITIVE_INFINITY) => {
        const entries = await house.store.entriesAfter(after, Math.min(limit, Math.ceil(bytes / text.length)));
        parts.push(entries.length);
        return entries.map((entry) => ({ ...entry, text }));
      },
    };
    expect(await rebuild(large, house.storage.readModels, house.kinds)).toBe(await house.store.lastSeq());
    expect(await readModels()).toEqual(before);
    expect(Math.max(...parts)).toBe(2);
  });

  it("is nothing where the log is empty", async () => {
    house = openHouse();
    expect(await rebuild(house.store, house.storage.readModels, house.kinds)).toBe(0);
  });
});

describe("a document", () => {
  async function grown(entries: number): Promise<string> {
    house = openHouse(testKinds);
    await house.delegate({ may: testLimits });
    const { document, action } = await house.opening(accountKind);
    await house.reactor.open(action, accountKind, []);
    let previous: Previous | undefined;
    for (let done = 0; done < entries; ) {
      const run = [];
      for (let i = 0; i < 7 && done < entries; i++, done++) {
        const intent = { document, kind: accountKind, type: "ADD", input: { amount: done }, user };
        const signed = await house.sign(previous ? { ...intent, previous } : intent);
        previous = signed.previous;
        run.push(signed.action);
      }
      await house.reactor.submit(document, run);
    }
    return document;
  }

  it.each([0, 1, snapshotEvery - 1, snapshotEvery, snapshotEvery + 1, 3 * snapshotEvery + 5])(
    "of %i entries is the same from its snapshot and tail as from its whole log",
    async (entries) => {
      const document = await grown(entries);
      const stored = (await house.store.load(document))!;
      const loaded = foldStored(stored, house.kinds);
      const log = await house.store.entriesOf(document, 0, 1000);
      const whole = log.reduce<Document>(apply, openDocument(document, loaded.kind, undefined));
      const { snapshotLength, ...rest } = loaded;
      expect({ ...whole, ...rest }).toEqual({ ...whole });
      expect(loaded.state).toEqual({ opener: user, balance: Math.max(0, (entries * (entries - 1)) / 2) });
      expect(loaded.head.length).toBe(entries);
      expect(stored.tail.length).toBe(entries - snapshotLength);
      expect(stored.tail.length).toBeLessThan(snapshotEvery);
      expect(snapshotLength > 0).toBe(entries >= snapshotEvery);
    },
  );

  it("goes on in a process that has never seen it", async () => {
    const document = await grown(snapshotEvery + 3);
    const other = createReactor({
      store: house.store,
      kinds: house.kinds,
      realm: house.realm,
      clock: house.clock.now,
      operationKey,
      isServiceKey: house.isServiceKey,
    });
    const { head } = await other.document(document);
    const previous = { operation: head.operation, timestampUtcMs: head.timestampUtcMs };
    const { action } = await house.sign({
      document,
      kind: accountKind,
      type: "ADD",
      input: { amount: 1 },
      user,
      previous,
    });
    const [receipt] = await other.submit(document, [action]);
    expect(receipt!.index).toBe(snapshotEvery + 3);
  });
});
