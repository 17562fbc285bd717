import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bake } from "../../src/badges/baking.ts";
import { base64, utf8 } from "../../src/kernel/bytes.ts";
import { Failure } from "../../src/kernel/failure.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { makePng } from "../unit/badges/png-files.ts";
import {
  badgeBody,
  jwtOf,
  learner,
  listBody,
  listUrl,
  now,
  proved,
  schoolDocument,
  schoolEd,
  statusOf,
} from "../unit/verify/badge-scene.ts";
import { ask, expectProblem, post } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

/** What stands in the web, and which addresses were called. */
const web = new Map<string, string>();
const calls: string[] = [];
const called = (url: string) => {
  calls.push(url);
  return web.get(url);
};

let service: LocalService;
beforeAll(async () => {
  service = await startLocal({
    parts: () => ({
      fetchDidWeb: async (url) => {
        const body = called(url);
        if (body === undefined) throw new Failure("DID_UNREACHABLE");
        return { status: 200, contentType: "application/json", body };
      },
      fetchStatusList: async (url) => {
        const body = called(url);
        if (body === undefined) throw new Failure("STATUS_UNAVAILABLE");
        return body;
      },
    }),
  });
  web.set("https://school.example/.well-known/did.json", JSON.stringify(schoolDocument));
});
afterAll(() => service.close());

const path = "/v1/badges/verify";
const at = new Date(now).toISOString();
const verify = (body: JsonObject) => post(service, path, { at, ...body });
const send = (body: Uint8Array | string, type: string, query = `?at=${at}`) =>
  ask(service, "POST", `${path}${query}`, { body, headers: { "content-type": type } });
const svg = utf8('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>');

describe("a badge as a member of the body", () => {
  test("is judged as JWT, as JSON, at a URL and in a data: URL", async () => {
    const jwt = await jwtOf(badgeBody);
    const json = await proved(badgeBody);
    web.set("https://school.example/b/1", JSON.stringify(json));
    const image = bake({ type: "image/png", bytes: makePng() }, jwt);
    for (const [badge, carrier] of [
      [jwt, "jwt"],
      [json, "json"],
      ["https://school.example/b/1", "url"],
      [`data:image/png;base64,${base64(image)}`, "image/png"],
    ] as const) {
      const { status, body } = await verify({ badge });
      expect(status).toBe(200);
      expect(body).toMatchObject({ verdict: "valid", carrier, issuer: "did:web:school.example", at });
    }
  });

  test("is compared with a person, by DID or by e-mail address", async () => {
    const badge = await jwtOf(badgeBody);
    expect((await verify({ badge, recipient: { did: learner } })).body.verdict).toBe("valid");
    expect((await verify({ badge, recipient: { did: "did:web:else.example" } })).body.verdict).toBe("invalid");
    expect((await verify({ badge, recipient: { email: "ada@example.org" } })).body.verdict).toBe("undetermined");
  });

  test("is asked about with its domain", async () => {
    const badge = await jwtOf(badgeBody);
    web.set("https://example.edu/.well-known/renown-organization.txt", "did:web:school.example\n");
    web.set("https://example.edu/.well-known/did-configuration.json", "{}");
    const named = await verify({ badge, domain: "example.edu" });
    expect(named.body).toMatchObject({ verdict: "valid", domain: "example.edu" });
    web.set("https://example.edu/.well-known/renown-organization.txt", "did:web:other.example\n");
    expect((await verify({ badge, domain: "example.edu" })).body).toMatchObject({ verdict: "invalid", domain: null });
    expect((await verify({ badge, domain: "silent.example" })).body).toMatchObject({ verdict: "undetermined" });
  });

  test("of Open Badges 2 is told by a code", async () => {
    const badge = { "@context": "https://w3id.org/openbadges/v2", type: "Assertion", badge: "https://a.example" };
    for (const answer of [await verify({ badge }), await post(service, path, badge)]) {
      expect(answer.body.verdict).toBe("undetermined");
      expect(answer.body.checks[0]).toMatchObject({ name: "reading", code: "UNSUPPORTED_BADGE" });
    }
  });

  test("causes eight calls at most, each address once", async () => {
    const credentialStatus = Array.from({ length: 4 }, (_, i) =>
      statusOf({ id: `urn:x:${i}`, statusListCredential: `${listUrl}${i}` }),
    );
    for (let i = 0; i < 4; i++) web.set(`${listUrl}${i}`, await jwtOf(await listBody({ id: `${listUrl}${i}` })));
    const endorsementBy = (issuer: string) => proved({ ...badgeBody, issuer }, { ...schoolEd, method: `${issuer}#ed` });
    const endorsement = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => endorsementBy(`did:web:issuer-${i}.example`)));
    calls.length = 0;
    const { body } = await verify({ badge: await jwtOf({ ...badgeBody, credentialStatus, endorsement }) });
    expect(body.status).toBe("active");
    expect(new Set(calls).size).toBe(calls.length);
    expect(calls).toHaveLength(8);
    const codes = body.checks.filter(({ name }: { name: string }) => name.startsWith("endorsement"));
    expect(codes.map(({ code }: { code: string }) => code)).toContain("QUOTA_EXCEEDED");
  });

  test.each([
    ["nothing", {}],
    ["an empty text", { badge: "" }],
    ["a number", { badge: 7 }],
    ["something beside", { badge: "x", more: 1 }],
    ["a person without a name", { badge: "x", recipient: { name: "Ada" } }],
    ["a domain that is an address", { badge: "x", domain: "https://example.edu" }],
  ])("is refused with %s", async (_name, body) => {
    expectProblem(await post(service, path, body), "INVALID_REQUEST", 400);
  });

  test("is refused with a moment that cannot be read", async () => {
    expectProblem(await post(service, path, { badge: "x", at: "soon" }), "UNREADABLE_DATE", 400);
  });
});

describe("a badge as a file", () => {
  test("is read by what it is", async () => {
    const jwt = await jwtOf(badgeBody);
    const json = await proved(badgeBody);
    const text = JSON.stringify(json);
    for (const [body, type, carrier] of [
      [bake({ type: "image/png", bytes: makePng() }, json), "image/png", "image/png"],
      [bake({ type: "image/svg+xml", bytes: svg }, jwt), "image/svg+xml", "image/svg+xml"],
      [bake({ type: "image/png", bytes: makePng() }, jwt), "application/octet-stream", "image/png"],
      [jwt, "application/vc+jwt", "jwt"],
      [text, "application/vc", "json"],
      [text, "application/ld+json", "json"],
      [text, "application/json", "json"],
    ] as const) {
      const answer = await send(body, type);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toMatchObject({ verdict: "valid", carrier });
    }
  });

  test("is compared with the DID in the query", async () => {
    const jwt = await jwtOf(badgeBody);
    const query = (did: string) => `?at=${at}&did=${encodeURIComponent(did)}`;
    expect((await send(jwt, "application/vc+jwt", query(learner))).body.verdict).toBe("valid");
    expect((await send(jwt, "application/vc+jwt", query("did:web:else.example"))).body.verdict).toBe("invalid");
  });

  test("is refused where it is of another type, too large, or packed", async () => {
    expectProblem(await send("x", "text/plain"), "UNSUPPORTED_MEDIA_TYPE", 415);
    expectProblem(await send(new Uint8Array(3 * 2 ** 20), "image/png"), "TOO_LARGE", 413);
    const headers = { "content-type": "image/png", "content-encoding": "gzip" };
    expectProblem(await ask(service, "POST", path, { body: "x", headers }), "UNSUPPORTED_MEDIA_TYPE", 415);
  });

  test("that carries no badge is answered, and not valid", async () => {
    const answer = await send(makePng(), "image/png");
    expect(answer.body).toMatchObject({ verdict: "invalid", carrier: null });
    expect(answer.body.checks[0]).toMatchObject({ name: "reading", code: "NOT_BAKED" });
  });
});
