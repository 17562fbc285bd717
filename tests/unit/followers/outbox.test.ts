import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Handlers,
  leaseLife,
  maxAttempts,
  type Outbox,
  openOutbox,
  rememberedFor,
  Undeliverable,
  waitAfter,
} from "../../../src/followers/outbox.ts";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import { hour, minute, second } from "../../../src/kernel/time.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { outboxStore } from "../../../src/storage/outbox-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { start, testClock } from "../../harness.ts";

const budget = { jobs: 100, time: minute };
const keys = await makeServiceKeys(start);

let storage: Storage;
let clock: ReturnType<typeof testClock>;
let outbox: Outbox;
beforeEach(() => {
  storage = openSqlite({ file: ":memory:", realm: "test" });
  clock = testClock();
  outbox = openOutbox({ store: outboxStore(storage.db), keys, clock: clock.now });
});
afterEach(() => storage.close());

const job = (payload: object = {}, terms: object = {}) => ({
  kind: "mail",
  payload: payload as Record<string, string>,
  dueAt: clock.now(),
  ...terms,
});
const failing = (error: unknown): Handlers => ({ mail: () => Promise.reject(error) });
/** Handlers that write down what they are given. */
function writing() {
  const done: { payload: object; id: string; attempt: number }[] = [];
  const handlers: Handlers = { mail: async (payload, { id, attempt }) => void done.push({ payload, id, attempt }) };
  return { done, handlers };
}

describe("the outbox", () => {
  test("does what is due, once, and tells it what it was given", async () => {
    const { done, handlers } = writing();
    expect(await outbox.add(job({ to: "ada@example.org" }), job({ n: "2" }, { dueAt: start + hour }))).toBe(2);
    expect(await outbox.drain(handlers, budget)).toEqual({ done: 1, postponed: 0, failed: [] });
    expect(done).toEqual([
      { payload: { to: "ada@example.org" }, id: expect.stringMatching(/^[\w-]{22}$/), attempt: 1 },
    ]);
    expect(await outbox.drain(handlers, budget)).toEqual({ done: 0, postponed: 0, failed: [] });
    clock.advance(hour);
    await outbox.drain(handlers, budget);
    expect(done).toHaveLength(2);
  });

  test("leaves nothing to read in the database, before and after", async () => {
    await outbox.add(job({ to: "ada@example.org" }));
    const kept = async () => JSON.stringify(await storage.db.selectFrom("outbox").selectAll().execute());
    expect(await kept()).not.toContain("ada");
    await outbox.drain(failing(new Error("550 <ada@example.org> unknown")), budget);
    expect(await kept()).not.toContain("ada");
  });

  test("takes a key once, also after the job is done, until it is forgotten", async () => {
    const { handlers } = writing();
    expect(await outbox.add(job({}, { key: "k" }), job({}, { key: "k" }))).toBe(1);
    await outbox.drain(handlers, budget);
    expect(await outbox.add(job({}, { key: "k" }))).toBe(0);
    clock.advance(rememberedFor + 1);
    await outbox.drain(handlers, budget);
    expect(await outbox.add(job({}, { key: "k" }))).toBe(1);
  });

  test("tries again with the same id, after longer and longer waits, and gives up visibly", async () => {
    await outbox.add(job());
    const ids = new Set<string>();
    const handlers: Handlers = {
      mail: async (_payload, { id }) => {
        ids.add(id);
        throw new Failure("UNAVAILABLE");
      },
    };
    const waits: number[] = [];
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      expect(await outbox.drain(handlers, budget)).toMatchObject({ postponed: 1, failed: [] });
      waits.push(waitAfter(attempt));
      clock.advance(waitAfter(attempt) - 1);
      expect(await outbox.drain(handlers, budget)).toMatchObject({ postponed: 0 });
      clock.advance(1);
    }
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(0)).toBe(minute);
    expect(waits.at(-1)).toBe(6 * hour);
    const { failed } = await outbox.drain(handlers, budget);
    expect(failed).toMatchObject([{ kind: "mail", attempts: maxAttempts, error: "UNAVAILABLE" }]);
    expect(await outbox.failed(9)).toEqual(failed);
    expect(ids).toEqual(new Set([failed[0]!.id]));
    const after = writing();
    expect(await outbox.drain(after.handlers, budget)).toMatchObject({ done: 0 });
    expect(await outbox.retry(failed[0]!.id)).toBe(true);
    await outbox.drain(after.handlers, budget);
    expect(after.done).toMatchObject([{ id: failed[0]!.id, attempt: 1 }]);
    expect(await outbox.failed(9)).toEqual([]);
  });

  test("gives up at once where trying again cannot help", async () => {
    await outbox.add(job());
    const report = await outbox.drain(failing(new Undeliverable("The mail server refused it with 550.")), budget);
    expect(report.failed).toMatchObject([{ attempts: 1, error: "The mail server refused it with 550." }]);
  });

  test("leaves what nobody here can do to those who can", async () => {
    const { done, handlers } = writing();
    await outbox.add(job({}, { kind: "of another version" }), job());
    expect(await outbox.drain({}, budget)).toEqual({ done: 0, postponed: 0, failed: [] });
    expect(await outbox.drain(handlers, budget)).toMatchObject({ done: 1 });
    await outbox.drain({ "of another version": handlers.mail! }, budget);
    expect(done).toHaveLength(2);
  });

  test("does no more than its budget, in number and in time", async () => {
    const { done, handlers } = writing();
    await outbox.add(...Array.from({ length: 30 }, () => job()));
    expect(await outbox.drain(handlers, { jobs: 11, time: minute })).toMatchObject({ done: 11 });
    const slow: Handlers = { mail: async () => clock.advance(second) };
    const before = done.length;
    expect((await outbox.drain(slow, { jobs: 100, time: second })).done).toBeLessThan(19);
    await outbox.drain(handlers, budget);
    expect(done.length).toBeGreaterThan(before);
  });

  test("has each of many jobs done by one of two processes", async () => {
    const { done, handlers } = writing();
    await outbox.add(...Array.from({ length: 100 }, () => job()));
    const other = openOutbox({ store: outboxStore(storage.db), keys, clock: clock.now });
    await Promise.all([outbox, other, outbox, other].map((each) => each.drain(handlers, budget)));
    expect(done).toHaveLength(100);
    expect(new Set(done.map(({ id }) => id)).size).toBe(100);
  });

  test("gives a job whose process died to the next, after its lease, with the same id", async () => {
    await outbox.add(job());
    const { promise: never } = Promise.withResolvers<void>();
    let first = "";
    const hanging: Handlers = {
      mail: (_payload, { id }) => {
        first = id;
        return never;
      },
    };
    void outbox.drain(hanging, budget);
    await expect.poll(() => first).not.toBe("");
    const { done, handlers } = writing();
    clock.advance(leaseLife - 1);
    await outbox.drain(handlers, budget);
    expect(done).toEqual([]);
    clock.advance(1);
    await outbox.drain(handlers, budget);
    expect(done).toMatchObject([{ id: first, attempt: 2 }]);
  });

  test("gives up what was sealed under keys that are gone", async () => {
    await outbox.add(job());
    const other = openOutbox({ store: outboxStore(storage.db), keys: await makeServiceKeys(start), clock: clock.now });
    const { done, handlers } = writing();
    expect((await other.drain(handlers, budget)).failed).toMatchObject([{ error: expect.stringContaining("keys") }]);
    expect(done).toEqual([]);
  });
});
