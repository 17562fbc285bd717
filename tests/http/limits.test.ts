import { afterEach, describe, expect, test } from "vitest";
import type { Limits } from "../../src/http/limits.ts";
import { maxAnswerStreams, maxDids, maxStream } from "../../src/http/limits.ts";
import {
  appToken,
  ask,
  expectProblem,
  freshWallet,
  get,
  openProfile,
  post,
  signInProof,
  signName,
  withContext,
} from "./client.ts";
import { type LocalOptions, type LocalService, startLocal, wideLimits } from "./server.ts";

let service: LocalService;
let peer = "192.0.2.1";

async function startWith(limits: Partial<Limits>, options: LocalOptions = {}): Promise<void> {
  peer = "192.0.2.1";
  service = await startLocal({ ...options, limits, runtime: { peerAddress: () => peer, ...options.runtime } });
}

afterEach(() => service.close());

const spoilt = `0x${"11".repeat(65)}`;
const narrow = { burst: 60, window: 10_000 };

describe("requests", () => {
  test("pass in a burst of 60, and then wait as long as they are told", async () => {
    await startWith({ requests: narrow });
    for (let i = 0; i < 60; i++) expect((await get(service, "/.well-known/did.json")).status).toBe(200);
    const refused = await get(service, "/.well-known/did.json");
    expectProblem(refused, "TOO_MANY_REQUESTS", 429);
    expect(refused.headers.get("retry-after")).toBe("1");
    service.clock.advance(1_000);
    expect((await get(service, "/.well-known/did.json")).status).toBe(200);
  });

  test("of one address are none of another's", async () => {
    await startWith({ requests: { burst: 1, window: 60_000 } });
    await get(service, "/");
    expectProblem(await get(service, "/"), "TOO_MANY_REQUESTS", 429);
    peer = "192.0.2.2";
    expect((await get(service, "/")).status).toBe(200);
  });

  test("count for what is not there, and never for health", async () => {
    await startWith({ requests: { burst: 1, window: 60_000 } });
    expectProblem(await get(service, "/nowhere"), "NOT_FOUND", 404);
    expectProblem(await get(service, "/nowhere"), "TOO_MANY_REQUESTS", 429);
    for (let i = 0; i < 5; i++) expect((await get(service, "/health/live")).status).toBe(200);
  });

  test("are counted by the address that a trusted proxy saw, and only then", async () => {
    await startWith({ requests: { burst: 1, window: 60_000 }, trustedProxies: 1 });
    const from = (address: string) => get(service, "/", { headers: { "x-forwarded-for": `203.0.113.7, ${address}` } });
    expect((await from("198.51.100.1")).status).toBe(200);
    expect((await from("198.51.100.2")).status).toBe(200);
    expectProblem(await from("198.51.100.1"), "TOO_MANY_REQUESTS", 429);
    await service.close();
    await startWith({ requests: { burst: 1, window: 60_000 } });
    expect((await from("198.51.100.1")).status).toBe(200);
    expectProblem(await from("198.51.100.2"), "TOO_MANY_REQUESTS", 429);
  });
});

describe("failures", () => {
  const failing = { failures: { perAddress: 3, perKey: 100 } };

  test("of signatures close the doors that check them, before the nonce is spent", async () => {
    await startWith(failing);
    for (let i = 0; i < 3; i++) {
      const { message } = await signInProof(service, freshWallet());
      expectProblem(await post(service, "/v1/auth/siwe", { message, signature: spoilt }), "BAD_SIGNATURE", 422);
    }
    const proof = await signInProof(service, freshWallet());
    const refused = await post(service, "/v1/auth/siwe", proof);
    expectProblem(refused, "TOO_MANY_REQUESTS", 429);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(20);
    expect((await get(service, "/.well-known/did.json")).status).toBe(200);
    peer = "192.0.2.2";
    expect((await post(service, "/v1/auth/siwe", proof)).status).toBe(200);
  });

  test("of tokens close every door to tokens", async () => {
    await startWith(failing);
    for (let i = 0; i < 3; i++)
      expectProblem(await get(service, "/v1/me", { token: `no.such.${i}` }), "INVALID_TOKEN", 401);
    expectProblem(await get(service, "/v1/me", { token: "no.such.token" }), "TOO_MANY_REQUESTS", 429);
    expectProblem(await ask(service, "DELETE", "/v1/credentials/x", { token: "a" }), "TOO_MANY_REQUESTS", 429);
    service.clock.advance(20_000);
    expectProblem(await get(service, "/v1/me", { token: "no.such.token" }), "INVALID_TOKEN", 401);
  });

  test("are not what a client meets that is only slow, late or nobody", async () => {
    await startWith(failing);
    const exp = Math.floor(service.now() / 1000) - 3_600;
    const old = await appToken(service, freshWallet(), undefined, { exp });
    for (let i = 0; i < 10; i++) {
      expectProblem(await get(service, "/v1/me", { token: old }), "TOKEN_EXPIRED", 401);
      expectProblem(await get(service, "/v1/me"), "UNAUTHENTICATED", 401);
    }
  });

  test("of one key close the door to that key at that address alone", async () => {
    await startWith({ failures: { perAddress: 100, perKey: 2 } });
    const profile = await openProfile(service);
    const { action } = await signName(service, profile, "ada", profile.first.previous);
    const bad = structuredClone(action);
    (bad.context!.signer!.signatures[0] as unknown as string[])[4] = `0x${"1".repeat(128)}`;
    const submit = (body: unknown) => post(service, `/v1/documents/${profile.document}/operations`, body);
    for (let i = 0; i < 2; i++) expectProblem(await submit(bad), "BAD_SIGNATURE", 422);
    expectProblem(await submit(action), "TOO_MANY_REQUESTS", 429);
    peer = "192.0.2.2";
    expect((await submit(action)).status).toBe(201);
  });

  test("of one wallet leave the others be", async () => {
    await startWith({ failures: { perAddress: 100, perKey: 1 } });
    const wallet = freshWallet();
    const { message } = await signInProof(service, wallet);
    expectProblem(await post(service, "/v1/auth/siwe", { message, signature: spoilt }), "BAD_SIGNATURE", 422);
    expectProblem(await post(service, "/v1/auth/siwe", await signInProof(service, wallet)), "TOO_MANY_REQUESTS", 429);
    expect((await post(service, "/v1/auth/siwe", await signInProof(service, freshWallet()))).status).toBe(200);
  });
});

describe("operations", () => {
  test("count one by one, in batches, lines and replays", async () => {
    await startWith({ operations: { burst: 100, window: 100_000 } });
    const { document, first } = await openProfile(service);
    const mine = withContext(document, first.action);
    const verify = (count: number) =>
      post(service, "/v1/operations/verify", { operations: Array.from({ length: count }, () => mine) });
    expect((await verify(90)).status).toBe(200);
    const refused = await verify(90);
    expectProblem(refused, "TOO_MANY_REQUESTS", 429);
    expect(Number(refused.headers.get("retry-after"))).toBe(82);
    const headers = { "content-type": "application/x-ndjson" };
    const lines = Array.from({ length: 20 }, () => JSON.stringify(mine)).join("\n");
    const stream = await post(service, "/v1/operations/verify", lines, { headers });
    const results = stream.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(results).toMatchObject([{ error: { code: "TOO_MANY_REQUESTS" } }]);
    expect((await verify(7)).status).toBe(200);
    expectProblem(await get(service, `/v1/documents/${document}/audit`), "TOO_MANY_REQUESTS", 429);
  });
});

describe("bodies", () => {
  test("are as large as configured", async () => {
    await startWith({ bytes: { ...wideLimits.bytes, batch: 500, stream: 1_000 } });
    const { document, first } = await openProfile(service);
    const mine = withContext(document, first.action);
    expectProblem(await post(service, "/v1/operations/verify", { operations: [mine] }), "TOO_LARGE", 413);
    const headers = { "content-type": "application/x-ndjson" };
    const stream = await post(service, "/v1/operations/verify", "{}\n".repeat(400), { headers });
    expect(JSON.parse(stream.text.trimEnd().split("\n").at(-1)!)).toMatchObject({ error: { code: "TOO_LARGE" } });
  });

  test("have so many lines, and the line beyond is told of where it stands", async () => {
    await startWith({ operations: { burst: 1_000_000, window: 100_000 } });
    const headers = { "content-type": "application/x-ndjson" };
    const { text } = await post(service, "/v1/operations/verify", "x\n".repeat(maxStream + 2), { headers });
    const results = text.trimEnd().split("\n");
    expect(results).toHaveLength(maxStream + 1);
    expect(JSON.parse(results.at(-2)!)).toMatchObject({ error: { code: "MALFORMED_JSON" } });
    expect(JSON.parse(results.at(-1)!)).toMatchObject({ error: { code: "QUOTA_EXCEEDED" } });
  });
});

describe("streams of operations", () => {
  const headers = { "content-type": "application/x-ndjson" };

  test("name so many keys, and the line that names one more is told", async () => {
    await startWith({});
    const lineOf = (i: number) => {
      const context = { signer: { app: { name: "", key: `did:key:zDn${i}` } } };
      return JSON.stringify({ operation: { action: { context } }, context: {} });
    };
    const lines = [...Array.from({ length: maxDids + 1 }, (_, i) => lineOf(i)), lineOf(0)].join("\n");
    const { text } = await post(service, "/v1/operations/verify", lines, { headers });
    const results = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(results).toHaveLength(maxDids + 2);
    expect(results[maxDids]).toMatchObject({ error: { code: "QUOTA_EXCEEDED" } });
    expect(results.filter(({ verdict }) => verdict === "invalid")).toHaveLength(maxDids + 1);
  });

  test("are open for one address so many at once, and again when one ends", async () => {
    await startWith({});
    const open = () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const init = { method: "POST", headers, body: readable, duplex: "half" };
      return { sending: writable.getWriter(), answer: service.fetch("/v1/operations/verify", init) };
    };
    const opened = Array.from({ length: maxAnswerStreams.perAddress }, open);
    const answers = await Promise.all(opened.map(({ answer }) => answer));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await open().answer;
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
    peer = "192.0.2.2";
    expect((await open().answer).status).toBe(200);
    peer = "192.0.2.1";
    await opened[0]!.sending.close();
    expect(await answers[0]!.text()).toBe("");
    await answers[1]!.body!.cancel();
    expect((await open().answer).status).toBe(200);
    expect((await open().answer).status).toBe(200);
    expect((await open().answer).status).toBe(429);
  });
});
