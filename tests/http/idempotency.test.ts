import fc from "fast-check";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { digestOf } from "#primitives";
import { openDoor } from "../../src/http/call.ts";
import { frame } from "../../src/http/frame.ts";
import { keyOf, withIdempotency } from "../../src/http/idempotency.ts";
import { createLog } from "../../src/http/log.ts";
import type { Reply } from "../../src/http/reply.ts";
import { route } from "../../src/http/route.ts";
import { Failure } from "../../src/kernel/failure.ts";
import { canonicalJson } from "../../src/kernel/json.ts";
import { day, minute } from "../../src/kernel/time.ts";
import type { Once } from "../../src/organizations/idempotency.ts";
import type { Party } from "../../src/services.ts";
import type { Storage } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { ask, expectProblem } from "./client.ts";
import { type LocalService, type Service, startLocal, wideLimits } from "./server.ts";

let local: LocalService;
let storage: Storage;
/** A service of one route, which does what a test tells it. */
let service: Service;
let party: Party;
let work: (once: Once) => Promise<Reply>;
const told: Once[] = [];

const clientOf = (client: string): Party => {
  return { by: "client", client, organization: "o", operation: "d", scopes: [], mode: "live" };
};

beforeAll(async () => {
  storage = openSqlite({ file: ":memory:", realm: "test" });
  local = await startLocal({ parts: () => ({ storage }) });
  const { services, clock } = local;
  const runtime = { peerAddress: () => "192.0.2.1", pause: async () => {} };
  const log = createLog("silent", () => {}, clock.now);
  const door = openDoor({ services, limits: wideLimits, clock: clock.now, log, runtime });
  const things = route("post", "/v1/things", {
    tag: "",
    summary: "",
    answers: {},
    refusals: [],
    query: z.object({ dry: z.string().optional() }),
    body: { schema: z.object({ n: z.number() }), example: { n: 1 } },
    handle: (call, { body }) =>
      withIdempotency(door, call, party, canonicalJson(body), (once) => {
        told.push(once);
        return work(once);
      }),
  });
  const app = new Hono();
  for (const path of ["/v1/things", "/v1/other"]) app.on("POST", path, frame(door, { ...things, path }));
  service = { ...local, fetch: async (path, init) => app.request(path, init) };
});
afterAll(async () => {
  await local.close();
  await storage.close();
});

let keys = 0;
const freshKey = () => `key-${++keys}`;
const send = (key: string | undefined, n = 1, path = "/v1/things") =>
  ask(service, "POST", path, { body: { n }, ...(key !== undefined && { headers: { "idempotency-key": key } }) });

/** Answers with how often anything has been done. */
function counting() {
  let done = 0;
  party = clientOf("c");
  work = async () => ({
    status: 201,
    headers: { "content-type": "application/json", "x-n": `${++done}` },
    body: `{"n": ${done}}`,
  });
  return () => done;
}

describe("a write with an Idempotency-Key", () => {
  test("is done once, and answered again byte for byte, however the key is written", async () => {
    const done = counting();
    const key = freshKey();
    const first = await send(key);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    for (const again of [await send(key), await send(`"${key}"`), await send(` ${key} `)]) {
      expect([again.status, again.text, again.headers.get("x-n")]).toEqual([201, first.text, "1"]);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    }
    expect(done()).toBe(1);
    await send(freshKey());
    expect(done()).toBe(2);
  });

  test("leaves neither the request nor the answer to read in the database", async () => {
    party = clientOf("c");
    work = async () => ({ status: 200, headers: {}, body: "a claim link" });
    await send("key-to-read");
    const kept = JSON.stringify(await storage.db.selectFrom("idempotent_answers").selectAll().execute());
    for (const text of ["claim link", "key-to-read", '"n":1']) expect(kept).not.toContain(text);
    // Whoever guesses the request cannot tell that it was this one.
    expect(kept).not.toContain(digestOf('POST\n/v1/things\n{"n":1}'));
  });

  test("keeps answers of bytes and answers of nothing", async () => {
    counting();
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const body of [bytes, null, ""] as const) {
      work = async () => ({ status: body === null ? 204 : 200, headers: {}, body });
      const key = freshKey();
      const ask = async () => {
        const init = {
          method: "POST",
          body: '{"n":1}',
          headers: { "content-type": "application/json", "idempotency-key": key },
        };
        const response = await service.fetch("/v1/things", init);
        return [response.status, new Uint8Array(await response.arrayBuffer())];
      };
      const first = await ask();
      expect(first[1]).toEqual(body === bytes ? bytes : new Uint8Array());
      expect(await ask()).toEqual(first);
    }
  });

  test("is refused without a key, and with one of another form", async () => {
    const done = counting();
    for (const key of [undefined, "", "  "]) expectProblem(await send(key), "IDEMPOTENCY_KEY_MISSING", 400);
    for (const key of ['""', "a b", "a, b", '"a', 'a"b', '"a"b"', "a\\b", "x".repeat(256), '"\\x"'])
      expectProblem(await send(key), "INVALID_REQUEST", 400);
    expect(done()).toBe(0);
    expect((await send(`"${"x".repeat(255)}"`)).status).toBe(201);
  });

  test("is refused with another body, path or query under the same key", async () => {
    const done = counting();
    const key = freshKey();
    await send(key);
    for (const other of [await send(key, 2), await send(key, 1, "/v1/other"), await send(key, 1, "/v1/things?dry=1")])
      expectProblem(other, "IDEMPOTENCY_KEY_REUSED", 422);
    expect(done()).toBe(1);
  });

  test("is another's under another party", async () => {
    const done = counting();
    const key = freshKey();
    const user = "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
    const parties: Party[] = [
      clientOf("c"),
      clientOf("d"),
      { by: "session", user, session: "s", method: "recovery" },
      { by: "token", user, app: "did:key:z" },
      { by: "operator" },
    ];
    for (const each of parties) {
      party = each;
      expect((await send(key)).headers.get("idempotency-replayed")).toBeNull();
    }
    expect(done()).toBe(parties.length);
    party = { by: "session", user, session: "another session of the same wallet", method: "recovery" };
    expect((await send(key)).headers.get("idempotency-replayed")).toBe("true");
  });

  test("is refused while the first is at work, and answered when that is done", async () => {
    counting();
    const { promise, resolve } = Promise.withResolvers<Reply>();
    work = () => promise;
    const key = freshKey();
    const before = told.length;
    const first = send(key);
    await expect.poll(() => told.length).toBe(before + 1);
    expectProblem(await send(key), "IDEMPOTENCY_KEY_BUSY", 409);
    expectProblem(await send(key, 2), "IDEMPOTENCY_KEY_REUSED", 422);
    resolve({ status: 200, headers: {}, body: "done" });
    expect((await first).text).toBe("done");
    expect((await send(key)).text).toBe("done");
    expect(told.length).toBe(before + 1);
  });

  test("is done by one of many that come at once", async () => {
    const done = counting();
    const key = freshKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(key)));
    expect(done()).toBe(1);
    for (const { status } of answers) expect([201, 409]).toContain(status);
  });

  test("that was refused may be sent again", async () => {
    const done = counting();
    const succeed = work;
    const key = freshKey();
    work = async () => Promise.reject(new Failure("FORBIDDEN"));
    expectProblem(await send(key), "FORBIDDEN", 403);
    work = succeed;
    expect((await send(key)).status).toBe(201);
    expect(done()).toBe(1);
  });

  test("that died is taken over after a minute, under the name of the first attempt", async () => {
    const done = counting();
    const succeed = work;
    const key = freshKey();
    work = async () => Promise.reject(new Error("The process ends here."));
    expectProblem(await send(key), "INTERNAL", 500);
    work = succeed;
    local.clock.advance(minute - 1);
    expectProblem(await send(key), "IDEMPOTENCY_KEY_BUSY", 409);
    local.clock.advance(1);
    expectProblem(await send(key, 2), "IDEMPOTENCY_KEY_REUSED", 422);
    expect((await send(key)).status).toBe(201);
    expect(done()).toBe(1);
    const [first, second] = told.slice(-2) as [Once, Once];
    expect([first.again, second.again]).toEqual([false, true]);
    expect(second.name).toBe(first.name);
    await send(freshKey());
    expect(told.at(-1)!.name).not.toBe(first.name);
  });

  test("that was too slow tells its own client, and leaves the key to the one that took over", async () => {
    counting();
    const { promise, resolve } = Promise.withResolvers<Reply>();
    work = () => promise;
    const key = freshKey();
    const before = told.length;
    const slow = send(key);
    await expect.poll(() => told.length).toBe(before + 1);
    local.clock.advance(minute);
    work = async () => ({ status: 200, headers: {}, body: "second" });
    expect((await send(key)).text).toBe("second");
    resolve({ status: 200, headers: {}, body: "first" });
    expect((await slow).text).toBe("first");
    expect((await send(key)).text).toBe("second");
  });

  test("is remembered for a day", async () => {
    const done = counting();
    const key = freshKey();
    await send(key);
    local.clock.advance(day - 1);
    await send(key);
    expect(done()).toBe(1);
    local.clock.advance(1);
    await send(key, 2);
    expect(done()).toBe(2);
  });
});

describe("an Idempotency-Key", () => {
  test("means the same as a string of a structured field and bare", () => {
    const text = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_:.;=/"), minLength: 1, maxLength: 255 });
    fc.assert(fc.property(text, (key) => keyOf(key) === keyOf(`"${key}"`)));
  });

  test("in quotes is read as RFC 9651 has it", () => {
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const text = fc.string({ unit: fc.constantFrom(...ascii), minLength: 1, maxLength: 255 });
    fc.assert(fc.property(text, (key) => keyOf(`"${key.replaceAll(/["\\]/g, "\\$&")}"`) === key));
  });
});
