import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "../../src/kernel/failure.ts";
import type { Services } from "../../src/services.ts";
import { ask, expectProblem, get, post, signIn, signInProof } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
afterEach(() => service.close());

/** A service whose documents cannot be read. */
const broken = (error: () => unknown) => ({
  services: (services: Services) => ({
    ...services,
    documents: { ...services.documents, get: () => Promise.reject(error()) },
    ready: () => Promise.reject(new Error("SQLITE_IOERR: /secret/path")),
  }),
});

describe("what goes wrong here", () => {
  test("is told as one sentence, and written down once with the request id", async () => {
    service = await startLocal(broken(() => new TypeError("no such column: secret")));
    const answer = await get(service, "/v1/documents/x");
    expectProblem(answer, "INTERNAL", 500);
    expect(answer.text).not.toContain("secret");
    const id = answer.headers.get("x-request-id");
    const faults = service.lines.filter((line) => line.level === "error");
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ id, message: "request failed", error: "TypeError" });
    expect(faults[0]!.stack).toContain("no such column");
  });

  test("is no fault when it is a refusal", async () => {
    service = await startLocal(broken(() => new Failure("UNAVAILABLE")));
    const answer = await get(service, "/v1/documents/x");
    expectProblem(answer, "UNAVAILABLE", 503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(service.lines.filter((line) => line.level === "error")).toEqual([]);
  });

  test("even where nothing that was thrown is an error", async () => {
    service = await startLocal(broken(() => "text"));
    expectProblem(await get(service, "/v1/documents/x"), "INTERNAL", 500);
  });

  test("shows in readiness without its reasons", async () => {
    service = await startLocal(broken(() => new Error()));
    const answer = await get(service, "/health/ready");
    expectProblem(answer, "UNAVAILABLE", 503);
    expect(answer.text).not.toContain("SQLITE");
    expect((await get(service, "/health/live")).status).toBe(200);
  });

  test("shows in readiness when the process is about to end", async () => {
    const closing = new AbortController();
    service = await startLocal({ runtime: { closing: closing.signal } });
    expect((await get(service, "/health/ready")).status).toBe(200);
    closing.abort();
    expectProblem(await get(service, "/health/ready"), "UNAVAILABLE", 503);
  });

  test("in one operation of a batch spoils no other", async () => {
    let asked = 0;
    service = await startLocal({
      services: (services) => ({
        ...services,
        verify: {
          ...services.verify,
          operations: async () => async () => {
            if (++asked === 2) throw new TypeError("secret");
            return { verdict: "valid" } as never;
          },
        },
      }),
    });
    const { body, text } = await post(service, "/v1/operations/verify", { operations: [{}, {}, {}] });
    expect(body.results).toEqual([
      { verdict: "valid" },
      { error: { code: "INTERNAL", title: expect.any(String) } },
      { verdict: "valid" },
    ]);
    expect(text).not.toContain("secret");
    expect(service.lines.filter((line) => line.level === "error")).toHaveLength(1);
  });
});

describe("the log of requests", () => {
  test("has one line for each, with the route for a pattern", async () => {
    service = await startLocal();
    const answer = await get(service, "/v1/documents/some-document?secret=1");
    expect(service.lines).toEqual([
      {
        time: "2026-11-20T12:00:00.000Z",
        level: "info",
        message: "request",
        id: answer.headers.get("x-request-id"),
        method: "GET",
        route: "/v1/documents/{id}",
        status: 400,
        ms: 0,
        code: "INVALID_REQUEST",
      },
    ]);
  });

  test("holds no secret of a whole sign-in and what follows", async () => {
    service = await startLocal();
    const { wallet, token, cookie, answer } = await signIn(service);
    await get(service, "/v1/me", { token });
    await post(service, "/v1/auth/refresh", { refreshToken: answer.refreshToken });
    await post(service, "/v1/auth/siwe", await signInProof(service, wallet));
    await ask(service, "POST", "/v1/auth/sign-out", { headers: { cookie, "sec-fetch-site": "same-origin" } });
    const written = JSON.stringify(service.lines);
    for (const secret of [token, answer.refreshToken, cookie.split("=")[1]!, answer.credential, wallet.address])
      expect(written).not.toContain(secret);
    expect(service.lines.length).toBeGreaterThan(5);
  });
});

describe("the headers of an answer", () => {
  test("bind browsers to https where the origin is https, and only there", async () => {
    service = await startLocal({ origin: "https://renown.example" });
    const { headers } = await get(service, "/health/live");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    await service.close();
    service = await startLocal();
    expect((await get(service, "/health/live")).headers.get("strict-transport-security")).toBeNull();
  });

  test("never take the origin from the request", async () => {
    service = await startLocal({ origin: "https://renown.example" });
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example", forwarded: "host=evil.example" };
    const answer = await get(service, "/nowhere", { headers });
    expect(answer.body.type).toBe("https://renown.example/problems/NOT_FOUND");
    expect((await get(service, "/.well-known/did.json", { headers })).text).not.toContain("evil");
    expect((await get(service, "/openapi.json", { headers })).body.servers).toEqual([
      { url: "https://renown.example" },
    ]);
  });
});
