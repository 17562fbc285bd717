import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiRoutes } from "../../src/http/app.ts";
import { openDoor } from "../../src/http/call.ts";
import { examples } from "../../src/http/examples.ts";
import { createLog } from "../../src/http/log.ts";
import { refusalsOf } from "../../src/http/openapi.ts";
import { statuses } from "../../src/http/problem.ts";
import type { Route } from "../../src/http/route.ts";
import { type Answer, ask, get, openProfile, post, signIn, withContext } from "./client.ts";
import { addMadeKey, openOrganization } from "./org-client.ts";
import { type LocalService, startLocal, wideLimits } from "./server.ts";

let service: LocalService;
let routes: Route[];
let document: Answer["body"];
beforeAll(async () => {
  service = await startLocal();
  const { services, clock } = service;
  const log = createLog("silent", () => {}, clock.now);
  const runtime = { peerAddress: () => "", pause: async () => {} };
  routes = apiRoutes(openDoor({ services, limits: wideLimits, clock: clock.now, log, runtime }));
  document = (await get(service, "/openapi.json")).body;
});
afterAll(() => service.close());

describe("the description of the API", () => {
  test("is OpenAPI 3.1 of this origin, with every route of /v1", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.servers).toEqual([{ url: service.origin }]);
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  test("names operations once, and only tags that it explains", () => {
    const operations = Object.values<object>(document.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map((tag: { name: string }) => tag.name);
    for (const operation of operations) {
      expect(tags).toContain(operation.tags[0]);
      expect(operation.summary).not.toBe("");
    }
  });

  test("refers to nothing that is not there", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name!);
    for (const { callers = [] } of routes)
      for (const caller of callers) expect(document.components.securitySchemes).toHaveProperty(caller);
  });

  test("tells every refusal of a route under its status, as a problem", () => {
    for (const each of routes) {
      const { responses } = document.paths[each.path][each.method];
      for (const code of refusalsOf(each)) {
        const told = responses[statuses[code]];
        expect(told, `${each.method} ${each.path} ${code}`).toBeDefined();
        if (each.refuse) continue;
        expect(told.description).toContain(code);
        expect(told.content["application/problem+json"].schema.$ref).toBe("#/components/schemas/Problem");
      }
    }
  });

  test("shows an example of every body, which its route would read", () => {
    for (const { path, body, takes = {} } of routes) {
      for (const { schema, example } of [...(body ? [body] : []), ...Object.values(takes)]) {
        expect(example, path).toBeDefined();
        expect(schema.safeParse(example).error, path).toBeUndefined();
      }
    }
  });

  test("describes every part of a path, with an example", () => {
    for (const each of routes) {
      const parts = [...each.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
      expect(Object.keys(each.parts ?? {})).toEqual(parts);
      const told = document.paths[each.path][each.method].parameters ?? [];
      for (const name of parts)
        expect(told).toContainEqual(
          expect.objectContaining({ name, in: "path", required: true, example: expect.any(String) }),
        );
    }
  });

  test("describes answers as they are", async () => {
    const { token, answer } = await signIn(service);
    const { document: id, first } = await openProfile(service);
    const mine = withContext(id, first.action);
    const organization = await openOrganization(service);
    await addMadeKey(service, organization, "P-256");
    const { slug } = organization;
    const asked: [Route["method"], string, string, unknown?][] = [
      ["get", "/v1/me", "/v1/me"],
      ["get", "/v1/me/sessions", "/v1/me/sessions"],
      ["get", "/v1/me/delegations", "/v1/me/delegations"],
      ["get", "/v1/documents/{id}", `/v1/documents/${id}`],
      ["get", "/v1/documents/{id}/operations", `/v1/documents/${id}/operations`],
      ["get", "/v1/documents/{id}/audit", `/v1/documents/${id}/audit`],
      ["get", "/v1/documents/{id}/audit", `/v1/documents/${id}/audit?bundle=1`],
      ["get", "/v1/operations", "/v1/operations"],
      ["get", "/v1/log", "/v1/log"],
      ["get", "/v1/log/inclusion", "/v1/log/inclusion?seq=1"],
      ["get", "/v1/log/consistency", "/v1/log/consistency?from=1"],
      ["get", "/v1/orgs", "/v1/orgs"],
      ["get", "/v1/orgs/{org}", `/v1/orgs/${slug}`],
      ["get", "/v1/orgs/{org}/members", `/v1/orgs/${slug}/members`],
      ["get", "/v1/orgs/{org}/keys", `/v1/orgs/${slug}/keys`],
      ["get", "/v1/policies", "/v1/policies"],
      ["get", "/v1/policies/{id}", "/v1/policies/open-work"],
      ["get", "/v1/policies/{id}/{version}", "/v1/policies/open-work/1"],
      ["post", "/v1/policies", "/v1/policies", examples.policyCheck],
      ["get", "/health/live", "/health/live"],
      ["get", "/health/ready", "/health/ready"],
      ["post", "/v1/auth/nonce", "/v1/auth/nonce", { purpose: "sign-in" }],
      ["post", "/v1/auth/refresh", "/v1/auth/refresh", { refreshToken: answer.refreshToken }],
      ["post", "/v1/operations/verify", "/v1/operations/verify", mine],
      ["post", "/v1/operations/verify", "/v1/operations/verify", { operations: [{ operation: {}, context: {} }] }],
      ["post", "/v1/credentials/verify", "/v1/credentials/verify", { credential: answer.credential }],
      ["post", "/v1/credentials/verify", "/v1/credentials/verify", { credential: {} }],
      ["get", "/1.0/identifiers/{did}", `/1.0/identifiers/${answer.user}`],
    ];
    for (const [method, pattern, path, body] of asked) {
      const got = await ask(service, method.toUpperCase(), path, { token, ...(body !== undefined && { body }) });
      const { answers } = routes.find((each) => each.method === method && each.path === pattern)!;
      const { schema } = Object.values(answers[200]!.content!)[0]!;
      expect(got.status, path).toBe(200);
      expect(strictly(schema, got.body), path).toEqual(got.body);
    }
  });

  test("is the same each time, and not sent again", async () => {
    const { headers } = await get(service, "/openapi.json");
    const known = { "if-none-match": headers.get("etag")! };
    expect((await get(service, "/openapi.json", { headers: known })).status).toBe(304);
    expect((await post(service, "/openapi.json", {})).status).toBe(405);
  });
});

/** What a schema leaves of a value: members that it does not know fall out and show in the comparison. */
function strictly(schema: { parse(value: unknown): unknown }, value: unknown): unknown {
  return schema.parse(value);
}
