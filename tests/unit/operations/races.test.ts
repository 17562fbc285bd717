import { afterEach, describe, expect, it } from "vitest";
import { credentialKind } from "../../../src/credentials/renown-credential.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import { auditBundle } from "../../../src/operations/audit.ts";
import { makeBundle } from "../../../src/operations/bundle.ts";
import { derivedId } from "../../../src/operations/document-id.ts";
import { createReactor } from "../../../src/operations/reactor.ts";
import type { Receipt } from "../../../src/operations/receipt.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, appKey, bob, openHouse, operationKey, otherKey, session, userOf } from "../../harness.ts";
import { firstSuite } from "./suite-1.ts";
import { accountKind, tallyKind, testKinds, testLimits } from "./test-kinds.ts";

let house: ReturnType<typeof openHouse>;
afterEach(() => house.close());

const user = userOf(alice);
type Outcome = Receipt | string;

/** The receipt, or the code of the refusal. */
const outcome = async (submitted: Promise<Receipt[]>): Promise<Outcome> => {
  try {
    return (await submitted).at(-1)!;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};
const admitted = (outcomes: readonly Outcome[]) => outcomes.filter((each): each is Receipt => typeof each !== "string");
const refusals = (outcomes: readonly Outcome[]) => outcomes.filter((each): each is string => typeof each === "string");
const previousOf = ({ operation, timestampUtcMs }: { operation: string; timestampUtcMs: string }) => ({
  operation,
  timestampUtcMs,
});

async function openAccount(): Promise<string> {
  house = openHouse(testKinds);
  await house.delegate({ may: [...testLimits, profileKind] });
  const { document, action } = await house.opening(accountKind);
  await house.reactor.open(action, accountKind, []);
  return document;
}

async function openProfile(key = appKey, who = alice): Promise<string> {
  const { document, action } = await house.opening(profileKind, key, userOf(who));
  await house.reactor.open(action, profileKind, []);
  return document;
}

/** A second reactor over the same store, as another process has it. */
const anotherProcess = (store = house.store) =>
  createReactor({
    store,
    kinds: house.kinds,
    realm: house.realm,
    clock: house.clock.now,
    operationKey,
    isServiceKey: house.isServiceKey,
  });

describe("of many that follow the same operation in a strict stream", () => {
  const add = (document: string, amount: number, previous?: { operation: string; timestampUtcMs: string }) =>
    house.sign({ document, kind: accountKind, type: "ADD", input: { amount }, user, ...(previous && { previous }) });

  it("one is admitted and the others are HEAD_MOVED", async () => {
    const document = await openAccount();
    const signed = await Promise.all(Array.from({ length: 30 }, (_, i) => add(document, i + 1)));
    const outcomes = await Promise.all(signed.map(({ action }) => outcome(house.reactor.submit(document, [action]))));
    expect(admitted(outcomes)).toHaveLength(1);
    expect(new Set(refusals(outcomes))).toEqual(new Set(["HEAD_MOVED"]));
    const winner = signed.find(({ digest }) => digest === admitted(outcomes)[0]!.operation)!;
    expect((await house.reactor.document(document)).state).toMatchObject({ balance: winner.action.input.amount });
  });

  it("one is admitted where they come through two processes", async () => {
    const document = await openAccount();
    const other = anotherProcess();
    await other.document(document);
    const signed = await Promise.all(Array.from({ length: 10 }, (_, i) => add(document, i + 1)));
    const outcomes = await Promise.all(
      signed.map(({ action }, i) => outcome((i % 2 ? house.reactor : other).submit(document, [action]))),
    );
    expect(admitted(outcomes)).toHaveLength(1);
    expect(new Set(refusals(outcomes))).toEqual(new Set(["HEAD_MOVED"]));
  });

  it("none is refused for what another process has written since", async () => {
    const document = await openAccount();
    const other = anotherProcess();
    await other.document(document);
    const first = await add(document, 1);
    await house.reactor.submit(document, [first.action]);
    const second = await add(document, 2, first.previous);
    expect(await outcome(other.submit(document, [second.action]))).toMatchObject({ index: 1 });
  });
});

describe("the same operation sent many times at once", () => {
  it("is entered once and has one receipt, in a strict stream too", async () => {
    const document = await openAccount();
    const { action } = await house.sign({ document, kind: accountKind, type: "ADD", input: { amount: 1 }, user });
    const other = anotherProcess();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => outcome((i % 2 ? house.reactor : other).submit(document, [action]))),
    );
    expect(refusals(outcomes)).toEqual([]);
    expect(new Set(admitted(outcomes).map((receipt) => receipt.entry)).size).toBe(1);
    expect((await house.reactor.document(document)).state).toMatchObject({ balance: 1 });
  });

  it("opens its document once", async () => {
    await openAccount();
    const { document, action } = await house.opening(accountKind);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => outcome(house.reactor.open(action, accountKind, []))),
    );
    expect(refusals(outcomes)).toEqual([]);
    expect(await house.store.entriesOf(document, 0, 10)).toHaveLength(1);
  });

  it("under one action id with other words is refused, whichever came first", async () => {
    house = openHouse();
    await house.delegate();
    const document = await openProfile();
    const id = crypto.randomUUID();
    const signed = await Promise.all(
      ["one", "two", "three"].map((username) =>
        house.sign({ document, kind: profileKind, type: "SET_USERNAME", input: { username }, user, id }),
      ),
    );
    const outcomes = await Promise.all(signed.map(({ action }) => outcome(house.reactor.submit(document, [action]))));
    expect(admitted(outcomes)).toHaveLength(1);
    expect(refusals(outcomes)).toEqual(["ACTION_ID_REUSED", "ACTION_ID_REUSED"]);
  });
});

describe("many that write into a causal stream at once", () => {
  it("are all admitted, each at its own place", async () => {
    house = openHouse(testKinds);
    await house.delegate({ may: testLimits });
    const document = derivedId(house.realm, tallyKind, user);
    const signed = await Promise.all(
      Array.from({ length: 200 }, () =>
        house.sign({ document, kind: tallyKind, type: "ADD", input: { subject: user, amount: 1 }, user }),
      ),
    );
    const outcomes = await Promise.all(
      signed.map(({ action }) => outcome(house.reactor.submit(document, [action], tallyKind))),
    );
    expect(refusals(outcomes)).toEqual([]);
    expect(
      admitted(outcomes)
        .map(({ index }) => index)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect((await house.reactor.document(document)).state).toEqual({ subject: user, total: 200, count: 200 });
  });

  it("are admitted through two processes, or told to try again, and none is lost or entered twice", async () => {
    house = openHouse(testKinds);
    await house.delegate({ may: testLimits });
    const document = derivedId(house.realm, tallyKind, user);
    const other = anotherProcess();
    const signed = await Promise.all(
      Array.from({ length: 40 }, () =>
        house.sign({ document, kind: tallyKind, type: "ADD", input: { subject: user, amount: 1 }, user }),
      ),
    );
    const outcomes = await Promise.all(
      signed.map(({ action }, i) => outcome((i % 2 ? house.reactor : other).submit(document, [action], tallyKind))),
    );
    expect(new Set([...refusals(outcomes), "CONFLICT"])).toEqual(new Set(["CONFLICT"]));
    expect(admitted(outcomes).length).toBeGreaterThan(0);
    const entries = await house.store.entriesOf(document, 0, 100);
    expect(entries.map(({ operation }) => operation).sort()).toEqual(
      admitted(outcomes)
        .map(({ operation }) => operation)
        .sort(),
    );
  });
});

describe("many that claim the same", () => {
  it("name: one has it and the others are told so, their documents left alone", async () => {
    house = openHouse();
    await house.delegate();
    await house.delegate({ wallet: bob, app: otherKey.did });
    const [mine, bobs] = [await openProfile(), await openProfile(otherKey, bob)];
    const [a, b] = await Promise.all([
      house.sign({ document: mine, kind: profileKind, type: "SET_USERNAME", input: { username: "Same" }, user }),
      house.sign(
        { document: bobs, kind: profileKind, type: "SET_USERNAME", input: { username: "sAME" }, user: userOf(bob) },
        otherKey,
      ),
    ]);
    const outcomes = await Promise.all([
      outcome(house.reactor.submit(mine, [a.action])),
      outcome(house.reactor.submit(bobs, [b.action])),
    ]);
    expect(admitted(outcomes)).toHaveLength(1);
    expect(refusals(outcomes)).toEqual(["NAME_TAKEN"]);
    const states = [await house.reactor.document(mine), await house.reactor.document(bobs)].map((each) => each.state);
    expect(states.filter((state) => (state as { username: string | null }).username !== null)).toHaveLength(1);
    const loser = states.findIndex((state) => (state as { username: string | null }).username === null);
    expect((await house.store.load([mine, bobs][loser]!))!.last).toBeUndefined();
  });

  it("signature of suite 1: it is admitted on one document", async () => {
    house = openHouse();
    await house.delegate();
    const documents = [await openProfile(), await openProfile(), await openProfile()];
    const action = firstSuite(
      { type: "SET_USER_IMAGE", input: { userImage: "https://image.example/a.png" }, user },
      house.clock.now(),
    );
    const outcomes = await Promise.all(documents.map((document) => outcome(house.reactor.submit(document, [action]))));
    expect(admitted(outcomes)).toHaveLength(1);
    expect(refusals(outcomes)).toEqual(["REPLAYED", "REPLAYED"]);
  });

  it("credential: it is one delegation", async () => {
    house = openHouse();
    const given = await Promise.all(Array.from({ length: 10 }, () => house.delegate({ id: "urn:uuid:one" })));
    expect(new Set(given.map((each) => each.document)).size).toBe(1);
  });
});

describe("a thousand operations and the revocation of their key", () => {
  it("let none be admitted behind it in commit order", async () => {
    house = openHouse(testKinds);
    const [delegation, account] = [await house.delegate({ may: [...testLimits, profileKind] }), await openProfile()];
    const document = derivedId(house.realm, tallyKind, user);
    const input = { subject: user, amount: 1 };
    const signed = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        i % 10 === 0
          ? house.sign({
              document: account,
              kind: profileKind,
              type: "SET_USER_IMAGE",
              input: { userImage: `https://image.example/${i}` },
              user,
            })
          : house.sign({ document, kind: tallyKind, type: "ADD", input, user }),
      ),
    );
    const running: Promise<Outcome>[] = [];
    for (let i = 0; i < signed.length; i += 20) {
      for (const { action, operation } of signed.slice(i, i + 20))
        running.push(outcome(house.reactor.submit(operation.document, [action], operation.kind)));
      if (i === 500)
        running.push(outcome(house.delegating.revoke(session(alice), delegation.document, "lost").then(() => [])));
      // The turn ends, so that commits come in between.
      await new Promise(setImmediate);
    }
    const outcomes = (await Promise.all(running)).filter((each) => each !== undefined);
    const entries = await house.store.entriesAfter(0, 2000);
    const revocation = entries.find(({ action }) => action.type === "REVOKE")!;
    const resting = entries.filter(({ authority }) => authority.entry === delegation.entry);
    expect(Math.max(...resting.map(({ seq }) => seq))).toBeLessThan(revocation.seq);
    expect(admitted(outcomes).length).toBe(resting.length - 1);
    expect(admitted(outcomes).length).toBeGreaterThan(0);
    expect(refusals(outcomes).length).toBeGreaterThan(0);
    expect(new Set(refusals(outcomes))).toEqual(new Set(["NOT_DELEGATED"]));
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: entries.length }, (_, i) => i + 1));
    const about = {
      realm: house.realm,
      now: "2026-11-20T12:00:00.000Z",
      service: { did: "did:web:localhost", operationKeys: [operationKey.did] },
    };
    for (const id of [document, account]) {
      const bundle = await makeBundle(house.store, id, about);
      expect((await auditBundle(bundle, { kinds: house.kinds, operationKeys: [operationKey.did] })).findings).toEqual(
        [],
      );
    }
  });

  it("meet it in the commit itself, where it was not there yet when they were decided", async () => {
    house = openHouse(testKinds);
    const delegation = await house.delegate({ may: testLimits });
    // Between decision and write some turns go by, as in a database that is far away.
    let commits = 0;
    const commit: typeof house.store.commit = async (append) => {
      for (let turns = commits++ % 8; turns > 0; turns--) await new Promise(setImmediate);
      return house.store.commit(append);
    };
    const far = anotherProcess({ ...house.store, commit });
    const openings = await Promise.all(Array.from({ length: 1000 }, () => house.opening(accountKind)));
    const running: Promise<Outcome>[] = [];
    let revoked: Promise<unknown> = Promise.resolve();
    for (const [i, { action }] of openings.entries()) {
      running.push(outcome(far.open(action, accountKind, [])));
      if (i === 500) revoked = house.delegating.revoke(session(alice), delegation.document, "lost");
      if (i % 20 === 0) await new Promise(setImmediate);
    }
    const outcomes = await Promise.all(running);
    await revoked;
    const ended = (await house.store.delegationByDocument(delegation.document))!.revokedSeq!;
    const entries = await house.store.entriesAfter(0, 2000);
    const resting = entries.filter(({ authority }) => authority.entry === delegation.entry);
    expect(resting).toHaveLength(admitted(outcomes).length);
    expect(resting.every(({ seq }) => seq < ended)).toBe(true);
    expect(resting.length).toBeGreaterThan(100);
    expect(refusals(outcomes).length).toBeGreaterThan(100);
    expect(new Set(refusals(outcomes))).toEqual(new Set(["NOT_DELEGATED"]));
    // Some had been decided before the revocation was written, and were stopped by the write alone.
    expect(commits).toBeGreaterThan(resting.length);
    expect(await house.store.lastSeq()).toBe(entries.length);
  });

  it("do not meet the revocation of another key", async () => {
    house = openHouse();
    await house.delegate();
    const other = await house.delegate({ app: otherKey.did });
    const document = await openProfile();
    const { action } = await house.sign({
      document,
      kind: profileKind,
      type: "SET_USERNAME",
      input: { username: "alice" },
      user,
    });
    const [receipt] = await Promise.all([
      outcome(house.reactor.submit(document, [action])),
      house.delegating.revoke(session(alice), other.document, null),
    ]);
    expect(receipt).toMatchObject({ authority: { by: "delegation" } });
  });
});

describe("a key that revokes itself", () => {
  it("ends its own right with the entry that rests on it", async () => {
    house = openHouse();
    const delegation = await house.delegate();
    const document = await house.reactor.document(delegation.document);
    const intent = {
      document: delegation.document,
      kind: credentialKind,
      type: "REVOKE",
      input: { reason: "done" },
      user,
    };
    const { action } = await house.sign({ ...intent, previous: previousOf(document.head) });
    const [receipt] = await house.reactor.submit(delegation.document, [action]);
    expect(receipt!.authority).toEqual({ by: "delegation", entry: delegation.entry });
    const next = await house.sign({
      ...intent,
      previous: { operation: receipt!.operation, timestampUtcMs: action.timestampUtcMs },
    });
    expect(await outcome(house.reactor.submit(delegation.document, [next.action]))).toBe("NOT_DELEGATED");
  });
});
