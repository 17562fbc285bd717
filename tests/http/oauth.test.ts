import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireScope } from "../../src/http/authentication.ts";
import { base64, base64url, utf8 } from "../../src/kernel/bytes.ts";
import { minute } from "../../src/kernel/time.ts";
import type { Party } from "../../src/services.ts";
import { appKey } from "../harness.ts";
import { appToken, ask, expectProblem, freshWallet, get, remove, signIn } from "./client.ts";
import { act, addClient, askToken, basic, clientToken, openOrganization, type TestOrganization } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let organization: TestOrganization;
let client: Awaited<ReturnType<typeof addClient>>;
beforeAll(async () => {
  service = await startLocal();
  organization = await openOrganization(service);
  client = await addClient(service, organization);
});
afterAll(() => service.close());

const hour = 60 * minute;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const secrets = () => ({ client_id: client.client, client_secret: client.secret });
const identify = (token: string): Promise<Party | string> =>
  service.services.auth.identify(token).catch((error) => error.code);

function expectRefusal(answer: Awaited<ReturnType<typeof askToken>>, error: string, status = 400): void {
  expect([answer.status, answer.body?.error], answer.text).toEqual([status, error]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("pragma")).toBe("no-cache");
  expect(answer.body.error_description ?? "").toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
  const challenge = answer.headers.get("www-authenticate");
  expect(challenge).toEqual(status === 401 ? expect.stringMatching(/^Basic /) : null);
}

describe("a token by a secret", () => {
  test("comes by HTTP Basic and by the form, for all scopes or for those asked for", async () => {
    const byHeader = await askToken(service, {}, basic(client.client, client.secret));
    expect(byHeader.status, byHeader.text).toBe(200);
    expect(byHeader.body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 3600,
      scope: "awards:write awards:read",
    });
    expect(byHeader.headers.get("cache-control")).toBe("no-store");
    const byForm = await askToken(service, { ...secrets(), scope: "awards:read" });
    expect(byForm.body.scope).toBe("awards:read");
    expect(await identify(byForm.body.access_token)).toEqual({
      by: "client",
      client: client.client,
      organization: organization.document,
      operation: client.operation,
      scopes: ["awards:read"],
      mode: "live",
    });
  });

  test("is refused alike, whatever is wrong with the client or its secret", async () => {
    const right = client.secret;
    const wrong = `${right[0] === "A" ? "B" : "A"}${right.slice(1)}`;
    const waiting = await addPending();
    const told = new Set<string>();
    for (const [id, secret] of [
      [client.client, wrong],
      [client.client, ""],
      [client.client, "x".repeat(500)],
      ["AAAAAAAAAAAAAAAAAAAAAA", right],
      [waiting.client, waiting.secret],
    ] as const) {
      const answer = await askToken(service, {}, basic(id, secret));
      expectRefusal(answer, "invalid_client", 401);
      told.add(answer.body.error_description);
    }
    expect(told.size).toBe(1);
  });

  test("is refused where the client does not prove itself, or in two ways", async () => {
    expectRefusal(await askToken(service, {}), "invalid_client", 401);
    expectRefusal(await askToken(service, { client_id: client.client }), "invalid_client", 401);
    for (const authorization of [
      "Bearer x",
      "Basic ä",
      "Basic !!",
      `Basic ${btoa("no colon")}`,
      `Basic ${btoa("%:%")}`,
    ])
      expectRefusal(await askToken(service, {}, { authorization }), "invalid_client", 401);
    const header = basic(client.client, client.secret);
    expectRefusal(await askToken(service, secrets(), header), "invalid_request");
    expectRefusal(await askToken(service, { client_id: "another" }, header), "invalid_request");
    const assertion = { client_assertion_type: assertionType, client_assertion: "x" };
    expectRefusal(await askToken(service, { ...secrets(), ...assertion }), "invalid_request");
    expectRefusal(await askToken(service, { ...assertion, client_assertion_type: "other" }), "invalid_request");
  });

  test("is refused for another grant, a missing one, and scopes that the client has not", async () => {
    expectRefusal(await askToken(service, { ...secrets(), grant_type: "password" }), "unsupported_grant_type");
    expectRefusal(await askToken(service, { ...secrets(), grant_type: "" }), "invalid_request");
    for (const scope of ["classes:write", "awards:read classes:write", "openid", " "])
      expectRefusal(await askToken(service, { ...secrets(), scope }), "invalid_scope");
    const unknown = await askToken(service, { ...secrets(), scope: "openid" });
    expect(unknown.body.error_description).toMatch(/^No such scope; there are classes:write, .*awards:read/);
    const twice = `grant_type=client_credentials&scope=awards:read&scope=awards:read`;
    const headers = { "content-type": "application/x-www-form-urlencoded", ...basic(client.client, client.secret) };
    expectRefusal(await ask(service, "POST", "/oauth/token", { body: twice, headers }), "invalid_request");
    const json = await ask(service, "POST", "/oauth/token", { body: secrets() });
    expectRefusal(json, "invalid_request", 415);
  });

  test("does not come more often than one may fail", async () => {
    const strict = await startLocal({ limits: { failures: { perAddress: 100, perKey: 3 } } });
    const own = await openOrganization(strict);
    const given = await addClient(strict, own);
    for (let i = 0; i < 3; i++)
      expectRefusal(await askToken(strict, {}, basic(given.client, "x")), "invalid_client", 401);
    const answer = await askToken(strict, {}, basic(given.client, given.secret));
    expect([answer.status, answer.body.error]).toEqual([429, "slow_down"]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    strict.clock.advance(minute);
    await clientToken(strict, given);
    await strict.close();
  });

  test("never fails otherwise, whatever comes in", async () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(client.client, client.secret, "a b", "%", ""),
    );
    const names = ["grant_type", "scope", "client_id", "client_secret", "client_assertion", "client_assertion_type"];
    const form = fc.dictionary(fc.constantFrom(...names), value);
    const header = fc.option(
      fc.string().map((text) => `Basic ${base64(utf8(text))}`),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(form, header, async (parameters, authorization) => {
        const answer = await askToken(service, parameters, authorization === undefined ? {} : { authorization });
        if (answer.status !== 200) expectRefusal(answer, answer.body.error, answer.status === 401 ? 401 : 400);
      }),
      { numRuns: 300 },
    );
  });

  const addPending = async () =>
    (await ask(service, "POST", `/v1/orgs/${organization.slug}/clients`, { token: organization.token })).body;
});

describe("a token by an assertion", () => {
  const algorithms = {
    ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
    EdDSA: { name: "Ed25519" },
  } as const;
  type Key = { alg: keyof typeof algorithms; client: string; privateKey: CryptoKey };
  type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
  const keys = {} as Record<keyof typeof algorithms, Key>;

  beforeAll(async () => {
    for (const alg of ["ES256", "EdDSA"] as const) {
      const pair = (await crypto.subtle.generateKey(algorithms[alg], true, ["sign", "verify"])) as {
        privateKey: CryptoKey;
        publicKey: CryptoKey;
      };
      const { kty, crv, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as Record<string, string>;
      const jwk = { kty: kty!, crv: crv!, x: x!, ...(y && { y }) };
      const { client } = await addClient(service, organization, { jwk });
      keys[alg] = { alg, client, privateKey: pair.privateKey };
    }
  });

  const seconds = () => Math.floor(service.now() / 1000);
  const assert = async (key: Key, claims: object = {}, header: object = {}) => {
    const usual = { iss: key.client, sub: key.client, aud: service.origin, jti: crypto.randomUUID() };
    const times = { iat: seconds(), exp: seconds() + 60 };
    const parts = [
      { alg: key.alg, typ: "JWT", ...header },
      { ...usual, ...times, ...claims },
    ];
    const signed = parts.map((part) => base64url(utf8(JSON.stringify(part)))).join(".");
    const signature = await crypto.subtle.sign(algorithms[key.alg], key.privateKey, utf8(signed));
    return `${signed}.${base64url(new Uint8Array(signature))}`;
  };
  const present = (client_assertion: string, more: Record<string, string> = {}) =>
    askToken(service, { client_assertion_type: assertionType, client_assertion, ...more });

  test("may live for five minutes", async () => {
    const answer = await present(await assert(keys.ES256, { iat: seconds() + 300, exp: seconds() + 300 }));
    expect(answer.status, answer.text).toBe(200);
  });

  test("comes for ES256 and EdDSA, for the issuer and the token endpoint", async () => {
    for (const key of Object.values(keys))
      for (const aud of [service.origin, `${service.origin}/oauth/token`, [service.origin]]) {
        const answer = await present(await assert(key, { aud }), { client_id: key.client });
        expect(answer.status, answer.text).toBe(200);
        expect(await identify(answer.body.access_token)).toMatchObject({ by: "client", client: key.client });
      }
  });

  test("comes once for each jti, and a spoilt copy does not use it up", async () => {
    const key = keys.ES256;
    const assertion = await assert(key);
    const spoilt = `${assertion.slice(0, assertion.lastIndexOf("."))}.${"A".repeat(86)}`;
    expectRefusal(await present(spoilt), "invalid_client", 401);
    const answers = await Promise.all(Array.from({ length: 4 }, () => present(assertion)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    // The ids of one client say nothing about those of another.
    const jti = "shared";
    expect((await present(await assert(key, { jti }))).status).toBe(200);
    expect((await present(await assert(keys.EdDSA, { jti }))).status).toBe(200);
    expectRefusal(await present(await assert(key, { jti })), "invalid_client", 401);
  });

  test.each<[string, object, object?]>([
    ["another audience", { aud: "https://elsewhere.example" }],
    ["several audiences", { aud: ["http://localhost:8787", "https://elsewhere.example"] }],
    ["no audience", { aud: undefined }],
    ["the audience of clients' tokens", { aud: "http://localhost:8787/v1" }],
    ["no expiry", { exp: undefined }],
    ["an expiry as text", { exp: "9999999999" }],
    ["an expiry that has passed", { exp: 1_700_000_000 }],
    ["a life of more than five minutes", { exp: 1_795_176_000 + 301 }],
    ["an issue in the future", { iat: 1_795_176_000 + 301 }],
    ["a beginning in the future", { nbf: 1_795_176_000 + 301 }],
    ["no jti", { jti: undefined }],
    ["an empty jti", { jti: "" }],
    ["a jti that is too long", { jti: "x".repeat(257) }],
    ["another issuer", { iss: "another" }],
    ["another algorithm in the header", {}, { alg: "EdDSA" }],
    ["no algorithm", {}, { alg: "none" }],
    ["a symmetric algorithm", {}, { alg: "HS256" }],
    ["an extension", {}, { crit: ["x"] }],
  ])("is refused with %s", async (_name, claims, header) => {
    expect(seconds()).toBe(1_795_176_000);
    expectRefusal(await present(await assert(keys.ES256, claims, header)), "invalid_client", 401);
  });

  test("is refused by another client's key, for a client without one, and under another's name", async () => {
    const { client: other } = keys.EdDSA;
    const foreign = { iss: other, sub: other };
    expectRefusal(await present(await assert(keys.ES256, foreign)), "invalid_client", 401);
    const keyless = { iss: client.client, sub: client.client };
    expectRefusal(await present(await assert(keys.ES256, keyless)), "invalid_client", 401);
    expectRefusal(await present(await assert(keys.ES256), { client_id: other }), "invalid_client", 401);
    for (const text of ["", "x", "a.b.c", "x".repeat(9_000)])
      expect((await present(text)).body.error).toMatch(/^invalid_(client|request)$/);
  });

  test("ends with the client", async () => {
    const key = keys.EdDSA;
    const token = (await present(await assert(key))).body.access_token;
    await act(service, organization, "REVOKE_CLIENT", { client: key.client });
    expect(await identify(token)).toBe("UNAUTHENTICATED");
    expectRefusal(await present(await assert(key)), "invalid_client", 401);
  });
});

describe("a scope", () => {
  test("is had by a client alone, and the one that is missing is named", () => {
    const user = organization.user;
    const party: Party = {
      by: "client",
      client: client.client,
      organization: organization.document,
      operation: client.operation,
      scopes: ["awards:read"],
      mode: "live",
    };
    expect(requireScope(party, "awards:read")).toBe(party);
    expect(() => requireScope(party, "awards:write")).toThrow(
      expect.objectContaining({ code: "FORBIDDEN", detail: "The token lacks the scope awards:write." }),
    );
    const others: Party[] = [
      { by: "session", user, session: "s", method: "recovery" },
      { by: "token", user, app: appKey.did },
      { by: "operator" },
    ];
    for (const each of others)
      expect(() => requireScope(each, "awards:read")).toThrow(expect.objectContaining({ code: "FORBIDDEN" }));
  });
});

describe("a client's token", () => {
  test("is no session's, and a session's is no client's", async () => {
    const token = await clientToken(service, client);
    for (const path of ["/v1/me", "/v1/me/sessions", "/v1/me/delegations", `/v1/orgs/${organization.slug}/clients`])
      expectProblem(await get(service, path, { token }), "FORBIDDEN", 403);
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    expect(claims).toMatchObject({ iss: service.origin, aud: `${service.origin}/v1`, sub: client.client });
    expect(claims).not.toHaveProperty("sid");
    const other = base64url(utf8(JSON.stringify({ ...claims, aud: service.origin })));
    expect(await identify(`${header}.${other}.${signature}`)).toBe("INVALID_TOKEN");
    expect(await identify(`${header}.${payload}.${"A".repeat(86)}`)).toBe("INVALID_TOKEN");
    const wider = base64url(utf8(JSON.stringify({ ...claims, scope: "classes:write" })));
    expect(await identify(`${header}.${wider}.${signature}`)).toBe("INVALID_TOKEN");
    const { token: session } = await signIn(service);
    expect(await identify(session)).toMatchObject({ by: "session" });
    expect(await identify(await appToken(service, freshWallet(), appKey))).toMatchObject({ by: "token" });
  });

  test("ends nothing that a wallet gave, and enters nothing in its name", async () => {
    const token = await clientToken(service, client);
    const { delegations } = service.services;
    const party = (await identify(token)) as Party;
    const mine = await service.services.auth.identify(organization.token);
    const id = (await delegations.mine(mine, { limit: 1 })).items[0]!.id;
    expectProblem(await remove(service, `/v1/delegations/${id}`, { token }), "NOT_FOUND", 404);
    await expect(delegations.revoke(party, id, null)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("lives for an hour, and less where its client is revoked", async () => {
    const own = await openOrganization(service);
    const given = await addClient(service, own, { scopes: ["awards:read"], mode: "test" });
    const token = await clientToken(service, given);
    expect(await identify(token)).toMatchObject({ by: "client", mode: "test", scopes: ["awards:read"] });
    await act(service, own, "REVOKE_CLIENT", { client: given.client });
    expect(await identify(token)).toBe("UNAUTHENTICATED");
    expectRefusal(await askToken(service, {}, basic(given.client, given.secret)), "invalid_client", 401);
    const lasting = await clientToken(service, client);
    service.clock.advance(hour - 1000);
    expect(await identify(lasting)).toMatchObject({ by: "client" });
    service.clock.advance(1000);
    expect(await identify(lasting)).toBe("TOKEN_EXPIRED");
    service.clock.advance(-hour);
  });
});
