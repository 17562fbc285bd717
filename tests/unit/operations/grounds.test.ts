import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Did } from "../../../src/identity/did.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import { iso } from "../../../src/kernel/time.ts";
import { auditBundle } from "../../../src/operations/audit.ts";
import { type Bundle, makeBundle } from "../../../src/operations/bundle.ts";
import type { Receipt } from "../../../src/operations/receipt.ts";
import type { Previous } from "../../../src/operations/sign.ts";
import { alice, appKey, openHouse, operationKey, otherKey, userOf } from "../../harness.ts";
import { guildKind, guildKinds, workKind } from "./guild-kinds.ts";

const user = userOf(alice);
/** Names no user: a key of the guild's own. */
const guildKey = otherKey;

type Ground = { document: string; operation: string };
let house: ReturnType<typeof openHouse>;
let guildId: string;
let last: Previous | undefined;

beforeEach(async () => {
  house = openHouse(guildKinds);
  await house.delegate({ may: [guildKind, workKind] });
  const { document, action } = await house.opening(guildKind);
  await house.reactor.open(action, guildKind, []);
  guildId = document;
  last = undefined;
});
afterEach(() => house.close());

async function inGuild(type: "GIVE" | "END", key: Did): Promise<Ground> {
  const { submit, ground } = await signed(type, key);
  await submit();
  return ground;
}

async function signed(type: "GIVE" | "END", key: Did) {
  const intent = { document: guildId, kind: guildKind, type, input: { key }, user };
  const { action, previous, digest } = await house.sign(last ? { ...intent, previous: last } : intent);
  last = previous;
  return {
    submit: () => house.reactor.submit(guildId, [action]),
    ground: { document: guildId, operation: digest },
  };
}

/** Opens a document whose one action rests on `grounds`. */
async function opening(grounds: readonly Ground[], key = guildKey, who: Did | "" = "") {
  const opened = await house.opening(workKind, key, who);
  const input = { restsOn: [...grounds], what: "a wall" };
  const { action } = await house.sign({ document: opened.document, kind: workKind, type: "DO", input, user: who }, key);
  return { document: opened.document, submit: () => house.reactor.open(opened.action, workKind, [action]) };
}

const outcome = async (submitted: Promise<Receipt[]>) => {
  try {
    return (await submitted).length;
  } catch (error) {
    return error instanceof Failure ? error.code : error;
  }
};

async function audited(document: string, change: (bundle: Bundle) => void = () => {}) {
  const service = { did: "did:web:localhost%3A8787", operationKeys: [operationKey.did] };
  const made = await makeBundle(house.store, document, { realm: house.realm, now: iso(house.clock.now()), service });
  const bundle: Bundle = JSON.parse(JSON.stringify(made));
  change(bundle);
  return auditBundle(bundle, { kinds: house.kinds, operationKeys: [operationKey.did] });
}

const codesOf = (report: Awaited<ReturnType<typeof audited>>) =>
  report.findings.map(({ law, code }) => `${law} ${code}`);

describe("an operation that rests on entries of other documents", () => {
  it("is admitted while they stand, and its entry names the one that gives the key", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const { document, submit } = await opening([given]);
    expect(await outcome(submit())).toBe(2);
    const entries = await house.store.entriesOf(document, 0, 10);
    const giver = await house.store.entryOfOperation(guildId, given.operation);
    const authority = { by: "organization", entry: giver!.digest };
    expect(entries.map((each) => each.authority)).toEqual([authority, authority]);
  });

  it("is refused where what it rests on is not in the log, is in another document, or gives nothing", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const absent = { document: guildId, operation: "A".repeat(43) };
    const ended = await inGuild("END", appKey.did);
    for (const ground of [absent, { ...given, document: "elsewhere" }, ended])
      expect(await outcome((await opening([ground])).submit())).toBe("NOT_DELEGATED");
    expect(await outcome((await opening([given, absent])).submit())).toBe("NOT_DELEGATED");
  });

  it("is refused once what it rests on has ended", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    await inGuild("END", guildKey.did);
    expect(await outcome((await opening([given])).submit())).toBe("NOT_DELEGATED");
  });

  it("is refused by a key that nothing it rests on gives", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    expect(await outcome((await opening([given], appKey)).submit())).toBe("NOT_DELEGATED");
  });

  it("is not opened by a key without a user that rests on nothing", async () => {
    await inGuild("GIVE", guildKey.did);
    const { action } = await house.opening(workKind, guildKey, "");
    expect(await outcome(house.reactor.open(action, workKind, []))).toBe("NOT_DELEGATED");
  });

  it("rests on them beside the delegation where a person signs", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const { document, submit } = await opening([given], appKey, user);
    expect(await outcome(submit())).toBe(2);
    expect((await house.store.entriesOf(document, 0, 10))[1]!.authority.by).toBe("delegation");
    await inGuild("END", guildKey.did);
    expect(await outcome((await opening([given], appKey, user)).submit())).toBe("NOT_DELEGATED");
  });

  it("never stands behind the end of what it rests on, however they race", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const openings = await Promise.all(Array.from({ length: 100 }, () => opening([given])));
    const { submit } = await signed("END", guildKey.did);
    const end = submit();
    // Some in each turn of the event loop, so that the end comes somewhere among them.
    const apart = async (each: (typeof openings)[number], i: number) => {
      for (let turn = 0; turn < i / 5; turn++) await nextTurn();
      return outcome(each.submit());
    };
    const outcomes = await Promise.all(openings.map(apart));
    await end;
    expect(new Set(outcomes)).toEqual(new Set([2, "NOT_DELEGATED"]));
    const log = await house.store.entriesAfter(0, 1000);
    const ended = log.find(({ action }) => action.type === "END")!.seq;
    expect(log.filter(({ kind, seq }) => kind === workKind && seq > ended)).toEqual([]);
  });

  it("is refused by the commit alone where nobody looked in time", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const giver = await house.store.groundOf(guildId, given.operation);
    await inGuild("END", guildKey.did);
    const late = { ...house.store, groundOf: async () => giver };
    const { createReactor } = await import("../../../src/operations/reactor.ts");
    const { kinds, realm, clock, isServiceKey } = house;
    const reactor = createReactor({ store: late, kinds, realm, clock: clock.now, operationKey, isServiceKey });
    const opened = await house.opening(workKind, guildKey, "");
    const input = { restsOn: [given], what: "a wall" };
    const intent = { document: opened.document, kind: workKind, type: "DO", input, user: "" };
    const { action } = await house.sign(intent, guildKey);
    expect(await outcome(reactor.open(opened.action, workKind, [action]))).toBe("CONFLICT");
    expect(await house.store.holds(opened.document)).toBe(false);
  });
});

describe("an audit", () => {
  it("takes along the logs that a document rests on and needs nothing else", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const { document, submit } = await opening([given]);
    await submit();
    await inGuild("END", guildKey.did);
    const report = await audited(document, (bundle) => {
      expect(bundle.logs.map(({ document }) => document)).toEqual(expect.arrayContaining([document, guildId]));
    });
    expect([report.verdict, codesOf(report)]).toEqual(["valid", []]);
  });

  it("finds what rests on a log that was left out, or on what had ended before", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const { document, submit } = await opening([given]);
    await submit();
    const without = await audited(document, (bundle) => {
      bundle.logs = bundle.logs.filter((log) => log.document !== guildId);
    });
    expect(codesOf(without)).toEqual(expect.arrayContaining(["authority NOT_DELEGATED", "rules NOT_DELEGATED"]));
    await inGuild("END", guildKey.did);
    const reordered = await audited(document, (bundle) => {
      const [works, guilds] = [
        bundle.logs.find((log) => log.document === document)!,
        bundle.logs.find((log) => log.document === guildId)!,
      ];
      const end = guilds.entries.find(({ action }) => action.includes('"END"'))!;
      // The end is told to have come before the work.
      const places = works.entries.map(({ seq }) => seq);
      end.seq = places[0]!;
      for (const entry of works.entries) entry.seq += 1;
      bundle.asOf.seq += 1;
    });
    expect(codesOf(reordered)).toContain("rules NOT_DELEGATED");
  });

  it("finds a key that another entry gives than the one it is entered with", async () => {
    const given = await inGuild("GIVE", guildKey.did);
    const other = await inGuild("GIVE", appKey.did);
    const { document, submit } = await opening([given]);
    await submit();
    const giver = await house.store.entryOfOperation(guildId, other.operation);
    const report = await audited(document, (bundle) => {
      for (const entry of bundle.logs.find((log) => log.document === document)!.entries)
        entry.authority.entry = giver!.digest;
    });
    expect(codesOf(report)).toContain("authority NOT_DELEGATED");
  });
});
