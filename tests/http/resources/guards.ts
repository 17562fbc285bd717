import { beforeAll, describe, expect, test } from "vitest";
import { appKey } from "../../harness.ts";
import {
  type Answer,
  appToken,
  ask,
  delegate,
  expectProblem,
  freshWallet,
  get,
  post,
  signIn,
  signJwt,
} from "../client.ts";
import type { Service } from "../server.ts";

type Described = {
  method: string;
  /** With examples in the place of its parts. */
  path: string;
  pattern: string;
  bodyTypes: string[];
  needsBody: boolean;
  example: unknown;
  security: string[];
};

/** What holds for every route, as the service's own description lists them. */
export function guardContract(open: () => Promise<Service>): void {
  let service: Service;
  let routes: Described[];
  let token: string;
  beforeAll(async () => {
    service = await open();
    const { body } = await get(service, "/openapi.json");
    routes = describedRoutes(body);
    token = (await signIn(service)).token;
  });
  const withBody = () => routes.filter((each) => each.bodyTypes.includes("application/json"));
  const send = (route: Described, body: unknown, headers: Record<string, string> = {}) =>
    ask(service, route.method, route.path, { body, headers, token });
  const takes = (method: string, path: string) =>
    routes.some((each) => each.method === method && placeOf(each.pattern).test(path));
  const everywhere = async (check: (route: Described) => Promise<void>) => {
    expect(withBody().length).toBeGreaterThan(10);
    for (const each of withBody()) await check(each);
  };

  describe("every route with a body", () => {
    test("refuses one that is too large", () =>
      everywhere(async (each) => {
        const most = each.path === "/v1/operations/verify" ? 16_777_216 : 1_048_576;
        expectProblem(await send(each, `"${"a".repeat(most)}"`), "TOO_LARGE", 413);
      }));

    test("refuses another content type", () =>
      everywhere(async (each) => {
        const type = { "content-type": "text/plain" };
        expectProblem(await send(each, JSON.stringify(each.example), type), "UNSUPPORTED_MEDIA_TYPE", 415);
        const form = { "content-type": "application/x-www-form-urlencoded" };
        expectProblem(await send(each, "a=b", form), "UNSUPPORTED_MEDIA_TYPE", 415);
      }));

    test("refuses a compressed body", () =>
      everywhere(async (each) => {
        const packed = { "content-encoding": "gzip" };
        expectProblem(await send(each, JSON.stringify(each.example), packed), "UNSUPPORTED_MEDIA_TYPE", 415);
      }));

    test.each([
      ["malformed JSON", '{"a":', "MALFORMED_JSON"],
      ["duplicate names", '{"a":1,"a":2}', "MALFORMED_JSON"],
      ["duplicate names, one escaped", '{"a":1,"\\u0061":2}', "MALFORMED_JSON"],
      ["lone surrogates", '{"a":"\\ud800"}', "MALFORMED_JSON"],
      ["NUL", '{"a":"\\u0000"}', "MALFORMED_JSON"],
      ["numbers beyond 2^53", '{"a":9007199254740993}', "MALFORMED_JSON"],
      ["numbers beyond all", '{"a":1e999}', "MALFORMED_JSON"],
      ["__proto__", '{"__proto__":{"a":1}}', "MALFORMED_JSON"],
      ["a comment", '{/* */"a":1}', "MALFORMED_JSON"],
      ["deep nesting", `{"a":${"[".repeat(50)}${"]".repeat(50)}}`, "TOO_DEEP"],
    ])("refuses %s", (_name, text, code) =>
      everywhere(async (each) => {
        const answer = await send(each, text);
        expectProblem(answer, code, 400);
      }),
    );

    test("refuses bytes that are no UTF-8", () =>
      everywhere(async (each) => {
        expectProblem(await send(each, Uint8Array.of(0x22, 0xc3, 0x28, 0x22)), "MALFORMED_JSON", 400);
      }));

    test("refuses unknown fields and other values than objects", () =>
      everywhere(async (each) => {
        const more = { ...(each.example as object), "unknown field": 1 };
        const answer = await send(each, more);
        expectProblem(answer, answer.body.code, 400);
        expect(["INVALID_REQUEST", "INVALID_OPERATION"]).toContain(answer.body.code);
        for (const value of [[], 7, '"text"', null]) expectProblem(await send(each, value), "INVALID_REQUEST", 400);
      }));

    test("refuses nothing at all, where it needs something", () =>
      everywhere(async (each) => {
        if (!each.needsBody) return;
        const answer = await ask(service, each.method, each.path, { token });
        expectProblem(answer, "UNSUPPORTED_MEDIA_TYPE", 415);
        expectProblem(await send(each, ""), "MALFORMED_JSON", 400);
      }));
  });

  describe("every route", () => {
    test("refuses unknown parameters, and known ones twice", async () => {
      for (const each of routes.filter(({ path }) => path.startsWith("/v1/"))) {
        const unknown = await ask(service, each.method, `${each.path}?unknown=1`, bodyFor(each));
        expectProblem(unknown, "INVALID_REQUEST", 400);
        const twice = await ask(service, each.method, `${each.path}?after=1&after=1`, bodyFor(each));
        expectProblem(twice, "INVALID_REQUEST", 400);
      }
    });

    test("refuses methods that it has not, and names those that it has", async () => {
      for (const [path, own] of Map.groupBy(routes, (each) => each.path)) {
        for (const method of ["PUT", "PATCH", "POST", "DELETE", "GET"]) {
          if (takes(method, path)) continue;
          const answer = await ask(service, method, path);
          expectProblem(answer, "METHOD_NOT_ALLOWED", 405);
          const allowed = answer.headers.get("allow")!.split(", ");
          for (const each of own) expect(allowed).toContain(each.method);
          expect(allowed).not.toContain(method);
        }
      }
    });

    test("answers OPTIONS, and lets other origins in without cookies or not at all", async () => {
      for (const [path, own] of Map.groupBy(routes, (each) => each.path)) {
        const answer = await ask(service, "OPTIONS", path, { headers: { origin: "https://app.example" } });
        expect(answer.status).toBe(204);
        expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
        const personal = /^\/v1\/(me|auth\/(siwe|refresh|sign-out))/.test(path) || path.startsWith("/health");
        expect(answer.headers.get("access-control-allow-origin"), path).toBe(personal ? null : "*");
        if (personal) continue;
        expect(answer.headers.get("access-control-allow-headers")).toContain("authorization");
        const methods = answer.headers.get("access-control-allow-methods")!.split(", ");
        for (const each of own) expect(methods).toContain(each.method);
      }
    });

    test("has an id and the headers of safety in every answer, refusals too", async () => {
      const ids = new Set<string>();
      const check = ({ headers }: Answer) => {
        const id = headers.get("x-request-id")!;
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
        ids.add(id);
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        expect(headers.get("referrer-policy")).toBe("no-referrer");
        expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      };
      const before = routes.filter((each) => each.method === "GET");
      for (const each of before) check(await get(service, each.path));
      check(await get(service, "/nowhere"));
      check(await ask(service, "PATCH", "/v1/me"));
      expect(ids.size).toBe(before.length + 2);
    });

    test("makes its own request ids", async () => {
      const headers = { "x-request-id": "mine" };
      expect((await get(service, "/health/live", { headers })).headers.get("x-request-id")).not.toBe("mine");
    });

    test("needs a token where it says so", async () => {
      const guarded = routes.filter((each) => each.security.length > 0);
      expect(guarded.length).toBeGreaterThan(8);
      for (const each of guarded) {
        const body = bodyFor(each);
        expectProblem(await ask(service, each.method, each.path, body), "UNAUTHENTICATED", 401);
        const nonsense = await ask(service, each.method, each.path, { ...body, token: "nonsense" });
        expectProblem(nonsense, "INVALID_TOKEN", 401);
        const basic = { ...body, headers: { ...body.headers, authorization: "Basic YTpi" } };
        expectProblem(await ask(service, each.method, each.path, basic), "INVALID_TOKEN", 401);
      }
    });

    test("is not there where nothing is", async () => {
      for (const path of ["/v1", "/v1/nothing", "/v1/me/", "/v2/me", "/.env", "/v1/documents"])
        expectProblem(await get(service, path), path === "/v1/documents" ? "METHOD_NOT_ALLOWED" : "NOT_FOUND");
    });
  });

  describe("a token", () => {
    const me = (bearer: string) => get(service, "/v1/me", { token: bearer });
    const parts = (jwt: string) => jwt.split(".") as [string, string, string];
    const encode = (value: unknown) =>
      btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");

    test("with alg none is refused, with and without a signature", async () => {
      const wallet = freshWallet();
      await delegate(service, wallet);
      for (const made of [token, await appToken(service, wallet)]) {
        const [, payload, signature] = parts(made);
        for (const alg of ["none", "None", "HS256", "ES256K", ""])
          for (const typ of ["JWT", "at+jwt"])
            for (const end of ["", signature])
              expectProblem(await me(`${encode({ alg, typ })}.${payload}.${end}`), "INVALID_TOKEN", 401);
      }
    });

    test("for another audience is refused", async () => {
      const wallet = freshWallet();
      const { id } = await delegate(service, wallet);
      for (const aud of ["https://elsewhere.example", [`${service.origin}.evil.example`], "", 7]) {
        const foreign = await appToken(service, wallet, appKey, { aud });
        expectProblem(await me(foreign), "WRONG_AUDIENCE", 401);
        const revoked = await ask(service, "DELETE", `/v1/delegations/${id}`, { token: foreign });
        expectProblem(revoked, "WRONG_AUDIENCE", 401);
      }
    });

    test("that is spoilt, expired or endless is refused", async () => {
      const [header, payload] = parts(token);
      expectProblem(await me(`${header}.${payload}.${"A".repeat(86)}`), "INVALID_TOKEN", 401);
      const wallet = freshWallet();
      const past = Math.floor(service.now() / 1000) - 3_600;
      expectProblem(await me(await appToken(service, wallet, appKey, { exp: past })), "TOKEN_EXPIRED", 401);
      const endless = await signJwt(appKey, { iss: appKey.did, sub: appKey.did });
      expectProblem(await me(endless), "INVALID_TOKEN", 401);
      const [appHeader, appPayload] = parts(await appToken(service, wallet));
      expectProblem(await me(`${appHeader}.${appPayload}.${"A".repeat(86)}`), "INVALID_TOKEN", 401);
      expectProblem(await me("x".repeat(10_000)), "INVALID_TOKEN", 401);
    });
  });

  describe("DIDs of unknown methods", () => {
    test("are refused wherever one is named", async () => {
      const until = new Date(service.now() + 3_600_000).toISOString();
      for (const app of ["did:example:1", "did:ethr:0x1", "did:web:app.example", "did:key:z6Mk", "did:key:zDna"])
        expectProblem(await post(service, "/v1/auth/nonce", { purpose: "delegate", app, until }), "INVALID_DID", 400);
    });
  });
}

/** A body that the route would read, where it needs one. */
function bodyFor(each: Described): { body?: unknown; headers?: Record<string, string> } {
  return each.needsBody ? { body: each.example } : {};
}

function describedRoutes(document: Answer["body"]): Described[] {
  const entries = Object.entries<Answer["body"]>(document.paths);
  return entries.flatMap(([pattern, methods]) =>
    Object.entries<Answer["body"]>(methods).map(([method, operation]) => {
      const content = operation.requestBody?.content ?? {};
      return {
        method: method.toUpperCase(),
        pattern,
        path: pathOf(pattern, operation.parameters ?? []),
        bodyTypes: Object.keys(content),
        needsBody: operation.requestBody?.required === true,
        example: content["application/json"]?.example,
        security: (operation.security ?? []).flatMap((each: object) => Object.keys(each)),
      };
    }),
  );
}

/** Paths that a route with parts takes too: `/v1/credentials/verify` is also the place of a credential. */
function placeOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

function pathOf(pattern: string, parameters: { name: string; in: string; example?: string }[]): string {
  return pattern.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const part = parameters.find((each) => each.in === "path" && each.name === name);
    return encodeURIComponent(part!.example!);
  });
}
