import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatherLogs, type Wanted } from "../../../src/operations/bundle-gathering.ts";
import type { LoggedEntry } from "../../../src/operations/entry.ts";
import { entryBytes, partBytes } from "../../../src/operations/entry-size.ts";

/** Logs by their names: how long each is, what its entries rest on, and for how many each of them counts; one unless given. */
type Logs = Record<string, { length: number; sources?: readonly string[]; counts?: number }>;

const most = 4_000;
const last = 1_000_000;

/** As much of a store as gathering reads; every log's places are its own. */
function storeOf(logs: Logs) {
  const places = new Map(Object.keys(logs).map((name, i) => [name, i * 10_000]));
  let read = 0;
  const bytesOf = ({ counts = 1 }: Logs[string]) => (counts === 1 ? 1 : counts * entryBytes);
  const entry = (document: string, i: number) => {
    const sources = logs[document]!.sources ?? [];
    const restsOn = sources[i] === undefined ? [] : [{ document: sources[i], operation: "" }];
    const authority = { by: "proof", entry: "" };
    return {
      seq: places.get(document)! + i + 1,
      document,
      index: i,
      authority,
      action: { input: { restsOn } },
      text: "x".repeat(bytesOf(logs[document]!)),
    };
  };
  return {
    read: () => read,
    entriesOf: async (document: string, after: number, limit: number, bytes = Number.POSITIVE_INFINITY) => {
      const from = Math.max(0, after - places.get(document)!);
      const counts = logs[document]!.counts ?? 1;
      const some = Math.min(limit, Math.ceil(bytes / bytesOf(logs[document]!)), logs[document]!.length - from);
      const found = Array.from({ length: Math.max(0, some) }, (_, i) => entry(document, from + i));
      read += found.length * counts;
      return found as unknown as LoggedEntry[];
    },
    weightOf: async (document: string, most: number) =>
      Math.min(most, logs[document]!.length) * (logs[document]!.counts ?? 1),
    documentOfGrant: async () => undefined,
  };
}

async function gather(logs: Logs, wanted: readonly Wanted[]) {
  const store = storeOf(logs);
  const { taken, left } = await gatherLogs(store, { wanted, last, most });
  return { names: taken.map(({ document }) => document), taken, left, read: store.read() };
}

const total = (lengths: readonly number[]) => lengths.reduce((sum, each) => sum + each, 0);

/** What strangers write: a few logs of any length, each resting on others of theirs. */
const strangers = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 2 * most }), rests: fc.array(fc.nat(30), { maxLength: 8 }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((all) =>
    Object.fromEntries(
      all.map(({ length, rests }, i) => {
        const sources = rests.map((n) => `stranger-${n % all.length}`);
        return [`stranger-${i}`, { length, sources }];
      }),
    ),
  );

/** Logs of such a length that all of them come to half of the whole. */
const shortLogs = fc.array(fc.integer({ min: 1, max: most / 40 }), { minLength: 1, maxLength: 20 });
const longLogs = fc
  .array(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: 20 })
  .filter((lengths) => total(lengths) <= most);

const named = (prefix: string, lengths: readonly number[]): Logs =>
  Object.fromEntries(lengths.map((length, i) => [`${prefix}-${i}`, { length }]));

const wants = (logs: Logs, rank: Wanted["rank"]): Wanted[] => Object.keys(logs).map((document) => ({ document, rank }));

describe("a bundle", () => {
  test("takes logs whole or names them, and no more than it has room for, whatever it reads in vain", async () => {
    await fc.assert(
      fc.asyncProperty(strangers, async (logs) => {
        const { names, taken, left, read } = await gather(logs, wants(logs, 1));
        expect([...names, ...left].sort()).toEqual(Object.keys(logs).sort());
        for (const { document, entries } of taken) expect(entries).toHaveLength(logs[document]!.length);
        expect(total(taken.map(({ entries }) => entries.length))).toBeLessThanOrEqual(most);
        expect(read).toBeLessThan(4 * most);
      }),
    );
  });

  test("has all that its subject and who spoke for it before need, whatever strangers write behind them", async () => {
    await fc.assert(
      fc.asyncProperty(strangers, shortLogs, fc.integer({ min: 1, max: most / 4 }), async (noise, lengths, length) => {
        const honest = named("honest", lengths);
        const logs = { own: { length, sources: Object.keys(noise) }, ...honest, ...noise };
        const wanted: Wanted[] = [{ document: "own", rank: 0 }, ...wants(honest, 1), ...wants(noise, 1)];
        const { names } = await gather(logs, wanted);
        expect(names).toEqual(expect.arrayContaining(["own", ...Object.keys(honest)]));
      }),
    );
  });

  test("has them, too, where a stranger with all that its log rests on was there before", async () => {
    await fc.assert(
      fc.asyncProperty(strangers, shortLogs, async (noise, lengths) => {
        const honest = named("honest", lengths);
        const [first] = wants(noise, 1);
        const { names } = await gather({ ...noise, ...honest }, [first!, ...wants(honest, 1)]);
        expect(names).toEqual(expect.arrayContaining(Object.keys(honest)));
      }),
    );
  });

  test("lets what counts for nothing take no room from what counts, however long that is", async () => {
    await fc.assert(
      fc.asyncProperty(strangers, longLogs, async (noise, lengths) => {
        const honest = named("honest", lengths);
        const { names } = await gather({ ...noise, ...honest }, [...wants(noise, 3), ...wants(honest, 1)]);
        expect(names).toEqual(expect.arrayContaining(Object.keys(honest)));
      }),
    );
  });

  test("takes a log where it matters most, though it was found before where it matters less", async () => {
    const logs = { own: { length: 1, sources: ["needed"] }, noise: { length: most - 10 }, needed: { length: 5 } };
    const wanted: Wanted[] = [
      { document: "own", rank: 0 },
      { document: "needed", rank: 3 },
      { document: "noise", rank: 2 },
    ];
    const { names, left } = await gather(logs, wanted);
    expect(left).toEqual([]);
    expect(names).toContain("needed");
    const full = await gather({ ...logs, noise: { length: most } }, wanted);
    expect(full.left).toEqual(["noise"]);
  });

  test("reads a page of its own log, and the rest as far as there is room", async () => {
    const store = storeOf({ own: { length: 30, sources: ["other"] }, other: { length: 3 } });
    const terms = { wanted: [{ document: "own", rank: 0 } as const], last, most: 10 };
    const { taken } = await gatherLogs(store, { ...terms, page: { after: 0, limit: 5 } });
    expect(taken.map(({ entries }) => entries.map(({ seq }) => seq))).toEqual([
      [1, 2, 3, 4, 5],
      [10_001, 10_002, 10_003],
    ]);
    const next = await gatherLogs(store, { ...terms, page: { after: 28, limit: 5 } });
    expect(next.taken.map(({ entries }) => entries.map(({ seq }) => seq))).toEqual([[29, 30]]);
    expect((await gatherLogs(store, terms)).left).toEqual(["own"]);
  });

  test("counts large entries for as many as their text makes, in what it takes, spends and reads in vain", async () => {
    const logs = { own: { length: 3 }, large: { length: 61, counts: 20 }, larger: { length: 200, counts: 20 } };
    const store = storeOf(logs);
    const spent: number[] = [];
    const spend = async (entries: number) => void spent.push(entries);
    const { taken, left } = await gatherLogs(store, { wanted: wants(logs, 1), last, most: 3_000, spend });
    expect(taken.map(({ document }) => document)).toEqual(["own", "large"]);
    expect(left).toEqual(["larger"]);
    expect(spent).toEqual([3, 61 * 20]);
    expect(store.read()).toBeLessThan(3 + 61 * 20 * 2 + 1_000);
  });

  test("ends a page where its entries are too large, and says where the next one begins", async () => {
    const store = storeOf({ own: { length: 150, counts: 20 } });
    const wanted = [{ document: "own", rank: 0 } as const];
    const pages: number[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page = { after, limit: 2_000 };
      const { taken, next, left } = await gatherLogs(store, { wanted, last, most: 20_000, page });
      expect(left).toEqual([]);
      pages.push(taken[0]!.entries.length);
      after = next;
    }
    const each = Math.ceil(partBytes / (20 * entryBytes));
    expect(pages).toEqual([each, each, 150 - 2 * each]);
  });

  test("has an entry in each page, however little room there is", async () => {
    const store = storeOf({ own: { length: 3, counts: 20 } });
    const wanted = [{ document: "own", rank: 0 } as const];
    const gathered = async (after: number) => gatherLogs(store, { wanted, last, most: 10, page: { after, limit: 10 } });
    expect(await gathered(0)).toMatchObject({ taken: [{ entries: [{ seq: 1 }] }], next: 1 });
    expect(await gathered(2)).toMatchObject({ taken: [{ entries: [{ seq: 3 }] }], left: [], next: null });
    const roomy = await gatherLogs(store, { wanted, last, most: 45, page: { after: 0, limit: 10 } });
    expect(roomy).toMatchObject({ taken: [{ entries: [{ seq: 1 }, { seq: 2 }] }], next: 2 });
  });
});
