import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AwardBook, type AwardChange, followAwards } from "../../../src/followers/award-evidence.ts";
import type { FollowerStore } from "../../../src/followers/follow.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { LoggedEntry } from "../../../src/operations/entry.ts";
import { partBytes, sizeOf } from "../../../src/operations/entry-size.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { evidenceStore } from "../../../src/storage/evidence-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { logOf } from "../../contract/reputation-ledger.ts";
import { playScenario, type Scenario } from "../../contract/reputation-scenario.ts";
import { chain } from "../../contract/synthetic.ts";

const folder = mkdtempSync(join(tmpdir(), "renown-evidence-"));
const child = fileURLToPath(new URL("./award-evidence-child.ts", import.meta.url));
let scenario: Scenario;
let storage: Storage;
let whole: Awaited<ReturnType<typeof rowsOf>>;
beforeAll(async () => {
  scenario = await playScenario();
  const fresh = openSqlite({ file: ":memory:", realm: "test" });
  await follower(fresh).run(10_000);
  whole = await rowsOf(fresh);
  await fresh.close();
});
beforeEach(() => {
  storage = openSqlite({ file: ":memory:", realm: "test" });
});
afterEach(() => storage.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function follower(over: Storage, entries: readonly LoggedEntry[] = scenario.entries) {
  return followAwards({ log: logOf(entries), store: evidenceStore(over) });
}

async function rowsOf({ db }: Storage) {
  return {
    periods: await db.selectFrom("award_evidence").selectAll().orderBy("document").orderBy("since").execute(),
    endorsements: await db.selectFrom("award_endorsements").selectAll().orderBy("operation").execute(),
    classes: await db.selectFrom("evidence_classes").selectAll().orderBy("class").orderBy("version").execute(),
  };
}

/** Entries of a kind that nobody follows, behind the scenario's. */
function idle(count: number): LoggedEntry[] {
  const last = scenario.entries.length;
  return chain("r1idle", count).map((entry, i) => ({ ...entry, seq: last + i + 1 }));
}

describe("evidence of awards", () => {
  it("is what the entries of each award make it, one period after the other", () => {
    const { document } = scenario.entries[scenario.at("W1") - 1]!;
    const periods = whole.periods.filter((each) => each.document === document);
    const steps = ["W1", "suspended", "reinstated", "award hidden", "award shown", "amended", "revoked"];
    expect(periods.map(({ since }) => since)).toEqual(steps.map(scenario.at));
    expect(periods.map(({ until }) => until)).toEqual([...steps.slice(1).map(scenario.at), null]);
    expect(new Set(periods.map(({ operation }) => operation))).toEqual(new Set([scenario.operation("W1")]));
    expect(periods.at(-1)).toMatchObject({ ended_as: "revoked", ended_by: scenario.operation("revoked") });
  });

  it("is nothing for an award for trying out, and ends where one is cancelled", () => {
    const seqs = whole.periods.map(({ seq }) => seq);
    expect(seqs).not.toContain(scenario.at("W5"));
    const [cancelled, ...more] = whole.periods.filter(({ seq }) => seq === scenario.at("W3"));
    expect([cancelled?.until, more]).toEqual([scenario.at("cancelled"), []]);
  });

  it("is the same in memory", () => {
    const book = new AwardBook();
    for (const entry of scenario.entries) book.add(entry);
    const periods = [...book.periods.values()].flat();
    expect(periods.length).toBe(whole.periods.length);
    for (const row of whole.periods) expect(periods).toContainEqual(row);
    expect(book.endorsements).toEqual(whole.endorsements);
  });

  it("is the same however often the following was broken off", async () => {
    const budgets = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(budgets, async (list) => {
        await evidenceStore(storage).clear();
        // Another follower each time, as after a restart.
        for (const budget of list) await follower(storage).run(budget);
        await follower(storage).run(10_000);
        expect(await rowsOf(storage)).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it("is the same where the process is killed in the middle", async () => {
    const file = join(folder, "killed.sqlite");
    const log = join(folder, "log.json");
    writeFileSync(log, JSON.stringify(scenario.entries));
    const running = spawn(process.execPath, [child, file, log], { stdio: ["pipe", "pipe", "inherit"] });
    const exit = once(running, "exit");
    const last = scenario.at("award hidden");
    let followed = 0;
    running.stdin.write("\n");
    for await (const _ of createInterface({ input: running.stdout })) {
      // It is at the next entry when it is killed.
      running.stdin.write("\n");
      if (++followed === last) running.kill("SIGKILL");
    }
    expect(await exit).toEqual([null, "SIGKILL"]);
    const left = openSqlite({ file, realm: "test" });
    const { seq } = await evidenceStore(left).cursor();
    expect([last, last + 1]).toContain(seq);
    await follower(left).run(10_000);
    expect(await rowsOf(left)).toEqual(whole);
    await left.close();
  });

  it("is the same where several processes follow at once", async () => {
    const file = join(folder, "several.sqlite");
    const others = Array.from({ length: 3 }, () => openSqlite({ file, realm: "test" }));
    const followers = others.map((each) => follower(each));
    while ((await evidenceStore(others[0]!).cursor()).seq < scenario.at("revoked"))
      await Promise.all(followers.flatMap((each) => [each.run(3), each.run(2)]));
    await Promise.all(followers.map((each) => each.run(10_000)));
    expect(await rowsOf(others[1]!)).toEqual(whole);
    for (const each of others) await each.close();
  });

  it("is made again from nothing, also after the read models were dropped", async () => {
    const following = follower(storage);
    await following.run(10_000);
    await storage.db.deleteFrom("award_endorsements").execute();
    await following.rebuild();
    expect(await rowsOf(storage)).toEqual(whole);
    await storage.readModels.clear();
    expect((await rowsOf(storage)).periods).toEqual([]);
    await following.run(10_000);
    expect(await rowsOf(storage)).toEqual(whole);
  });
});

describe("a follower", () => {
  it("says how far it has come and how much is left", async () => {
    const following = follower(storage);
    const { length } = scenario.entries;
    expect(await following.run(10)).toEqual({ seq: 10, behind: length - 10 });
    expect(await following.run(0)).toEqual({ seq: 10, behind: length - 10 });
    expect(await following.run(10_000)).toEqual({ seq: length, behind: 0 });
  });

  it("writes nothing over what another has written since", async () => {
    const store = evidenceStore(storage);
    const before = await store.cursor();
    const endorsement = { ...whole.endorsements[0]!, operation: "late" };
    const change: AwardChange = { classes: [], closed: [], opened: [], endorsements: [endorsement] };
    expect(await store.advance(before, 5, undefined)).toBe(true);
    expect(await store.advance(before, 9, change)).toBe(false);
    expect(await rowsOf(storage)).toMatchObject({ endorsements: [] });
    expect((await store.cursor()).seq).toBe(5);
  });

  it("counts on after everything was forgotten, so that whoever read before writes nothing any more", async () => {
    const store = evidenceStore(storage);
    await store.advance(await store.cursor(), 5, undefined);
    const before = await store.cursor();
    await store.clear();
    expect(await store.cursor()).toEqual({ seq: 0, turn: before.turn + 1 });
    expect(await store.advance(before, 9, undefined)).toBe(false);
  });

  it("goes on behind large entries, of which it reads fewer at once", async () => {
    const large = (entry: LoggedEntry) => ({ ...entry, text: "x".repeat(partBytes / 2 - 1) });
    const entries = scenario.entries.map((entry, i) => (i < 8 ? large(entry) : entry));
    const parts: number[] = [];
    const entriesAfter = async (after: number, limit: number, bytes = Number.POSITIVE_INFINITY) => {
      const part: LoggedEntry[] = [];
      while (part.length < limit && after + part.length < entries.length && sizeOf(part) < bytes)
        part.push(entries[after + part.length]!);
      parts.push(part.length);
      return part;
    };
    const following = followAwards({ log: { ...logOf(entries), entriesAfter }, store: evidenceStore(storage) });
    expect(await following.run(10_000)).toEqual({ seq: entries.length, behind: 0 });
    expect(parts).toEqual([3, 3, 3, entries.length - 9]);
    expect(await rowsOf(storage)).toEqual(whole);
  });

  it("passes over what changes nothing, and writes that down only now and then", async () => {
    const entries = [...scenario.entries, ...idle(2_600)];
    const following = follower(storage, entries);
    const cursor = async () => (await evidenceStore(storage).cursor()).seq;
    await following.run(scenario.entries.length);
    const written = await cursor();
    await following.ensureAt(written + 1);
    expect(await cursor()).toBe(written);
    expect(await following.run(10_000)).toMatchObject({ behind: 0 });
    expect(await cursor()).toBeGreaterThan(written + 1_999);
    expect(await cursor()).toBeLessThan(entries.length);
  });

  it("comes further with each run, however small, though each is another process's", async () => {
    const entries = [...idle(50).map((entry, i) => ({ ...entry, seq: i + 1 }))];
    for (let i = 1; i <= 5; i++) expect(await follower(storage, entries).run(10)).toMatchObject({ seq: 10 * i });
  });

  it("is brought to a place before a question is answered, unless that takes too long", async () => {
    const entries = [...scenario.entries, ...idle(6_000)];
    const following = follower(storage, entries);
    await following.ensureAt(scenario.at("W1"));
    expect((await following.run(0)).seq).toBeGreaterThanOrEqual(scenario.at("W1"));
    const refusal = await follower(storage, entries)
      .ensureAt(entries.length)
      .catch((error) => error);
    expect(refusal).toBeInstanceOf(Failure);
    expect(refusal.code).toBe("UNAVAILABLE");
    // What it has read counts, so that asking again comes further.
    await follower(storage, entries).ensureAt(entries.length);
  });

  it("comes as far as there is time for, where an earlier place will do", async () => {
    const entries = [...scenario.entries, ...idle(6_000)];
    const following = follower(storage, entries);
    expect(await following.reach(scenario.at("W1"))).toBe(scenario.at("W1"));
    const first = await follower(storage, entries).reach(entries.length);
    expect(first).toBeGreaterThanOrEqual(5_000);
    expect(first).toBeLessThan(entries.length);
    expect(await rowsOf(storage)).toEqual(whole);
    expect(await follower(storage, entries).reach(entries.length)).toBe(entries.length);
  });

  it("gives up where others always write first", async () => {
    const store: FollowerStore<AwardChange> = {
      cursor: async () => ({ seq: 0, turn: 0 }),
      advance: async () => false,
      clear: async () => {},
    };
    const losing = followAwards({ log: logOf(scenario.entries), store: { ...evidenceStore(storage), ...store } });
    expect(await losing.run(10_000)).toEqual({ seq: 0, behind: scenario.entries.length });
    await expect(losing.ensureAt(1)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
