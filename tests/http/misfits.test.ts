import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { apiRoutes } from "../../src/http/app.ts";
import { openDoor } from "../../src/http/call.ts";
import { createLog } from "../../src/http/log.ts";
import type { Route } from "../../src/http/route.ts";
import { walletCheck } from "../../src/identity/wallet.ts";
import { Failure } from "../../src/kernel/failure.ts";
import { isObject, type Json, type JsonObject } from "../../src/kernel/json.ts";
import { holdTo } from "../../src/kernel/misfit.ts";
import { policySchema } from "../../src/reputation/policy-schema.ts";
import { allKinds } from "../../src/verify/kinds.ts";
import { appKey } from "../harness.ts";
import { type Academy, makeClass, openAcademy, sendBatch, tryAward } from "./academy.ts";
import { openAttester, person, tryAttest } from "./attester.ts";
import { delegate, get, post, remove, signIn } from "./client.ts";
import { openOrganization, tryChange } from "./org-client.ts";
import { type LocalService, startLocal, wideLimits } from "./server.ts";

let service: LocalService;
let academy: Academy;
let klass: { id: string };
let routes: Route[];
beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
  const { services, clock } = service;
  const log = createLog("silent", () => {}, clock.now);
  const runtime = { peerAddress: () => "", pause: async () => {} };
  routes = apiRoutes(openDoor({ services, limits: wideLimits, clock: clock.now, log, runtime }));
});
afterAll(() => service.close());

/** A sentence of ours, and none of a library's. */
const plain =
  /^(?!.*(?:[Ii]nvalid (?:input|string|key|option|value|[a-z]+ value)|received|Too (?:big|small)|Unrecognized))[^\n]+\.$/;

/** What stands in a request where something else should. */
const junk = [undefined, null, true, -1, 1.5, 1e300, "", "x".repeat(20_000), [], [[]], {}, { "": { "": 1 } }];

/** The example with each of its members, however deep, replaced by something else. */
function* spoilt(value: Json): Generator<unknown, void> {
  yield* junk;
  if (Array.isArray(value))
    for (const [i, each] of value.entries()) for (const bad of spoilt(each)) yield value.with(i, bad as Json);
  else if (isObject(value)) {
    for (const [name, each] of Object.entries(value as JsonObject))
      for (const bad of spoilt(each)) yield { ...value, [name]: bad };
    yield { ...value, "no such member": 1 };
  }
}

function expectPlain(schema: z.ZodType, value: unknown, where: string): void {
  try {
    holdTo(schema, value, "INVALID_REQUEST");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.detail, where).toMatch(plain);
    expect(error.detail!.length, where).toBeLessThan(1_500);
  }
}

describe("every door", () => {
  test("says in words of its own what does not fit into its bodies and queries", () => {
    let bodies = 0;
    for (const { method, path, body, query } of routes) {
      const where = `${method} ${path}`;
      if (body) bodies++;
      if (body) for (const value of spoilt(body.example as Json)) expectPlain(body.schema, value, where);
      if (query) for (const value of junk) expectPlain(query, value, where);
      const names = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
      for (const name of names) for (const value of junk) expectPlain(query!, { [name]: value }, where);
    }
    expect(bodies).toBeGreaterThan(20);
  });

  test("says so of the inputs of every kind's actions, and of policies", () => {
    const rules = [...allKinds(walletCheck()).values()].flatMap((kind) => Object.entries(kind.actions));
    const schemas = rules.map(([type, { input }]) => [type, input] as const).concat([["policy", policySchema]]);
    expect(schemas.length).toBeGreaterThan(40);
    for (const [type, schema] of schemas) {
      const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
      for (const value of junk) expectPlain(schema, value, type);
      for (const name of names) for (const value of junk) expectPlain(schema, { [name]: value }, `${type}.${name}`);
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom("x", ...names), fc.jsonValue()), (value) =>
          expectPlain(schema, value, type),
        ),
        { numRuns: 20 },
      );
    }
  });
});

const did = "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const soon = "A time is given by RFC 3339, as 2026-11-20T11:41:04Z.";

type Told = { body: { code: string; detail: string } };

describe("a refusal says what helps", () => {
  const detailOf = async (ask: Promise<{ status: number; body: Told["body"] }>) => (await ask).body.detail;

  test("to whoever brings no token, or one that is not valid: where tokens come from", async () => {
    for (const token of [undefined, "abc"]) {
      const detail = await detailOf(get(service, "/v1/me", token === undefined ? {} : { token }));
      for (const source of ["POST /v1/auth/siwe", "POST /oauth/token", "RENOWN_OPERATOR_TOKEN"])
        expect(detail).toContain(source);
    }
  });

  test("of what is not there, by the parts of the address, and alike of what is hidden", async () => {
    const absent = await detailOf(get(service, "/v1/orgs/nobody-at-all"));
    expect(absent).toMatch(/slug.* What the request names is not here, or not for whoever asks\.$/);
    const { answer } = await signIn(service);
    const { id } = JSON.parse(Buffer.from(answer.credential.split(".")[1]!, "base64url").toString());
    const { token } = await signIn(service);
    const path = (name: string) => `/v1/credentials/${name}`;
    const others = await remove(service, path(id.split("/").at(-1)), { token });
    const nobodys = await remove(service, path("0f8fad5b-d9cb-469f-a165-70867728950e"), { token });
    expect([others.status, others.body.detail]).toEqual([404, nobodys.body.detail]);
    expect(others.body.detail).toContain("id: The last part of the credential's id.");
  });

  test("of an address that there is not nothing more than that", async () => {
    expect(await detailOf(get(service, "/v1/nothing/here"))).toBeUndefined();
  });

  test("of a delegation without its terms, by their names", async () => {
    const detail = await detailOf(post(service, "/v1/auth/nonce", { purpose: "delegate" }));
    expect(detail).toContain("`app`");
    expect(detail).toContain("`until`");
  });
});

test("a check of what is no JWS says so", async () => {
  for (const name of ["credential", "presentation"]) {
    const { body } = await post(service, `/v1/${name}s/verify`, { [name]: "abc" });
    const form = body.checks.find((check: { name: string }) => check.name === "form");
    expect(form).toMatchObject({
      code: "INVALID_TOKEN",
      detail: expect.stringMatching(/^It is no JWS in compact form/),
    });
  }
});

describe("a refusal names the member, and what it must be", () => {
  const nonce = (body: JsonObject) =>
    post(service, "/v1/auth/nonce", { purpose: "delegate", app: appKey.did, ...body });
  const award = (more: JsonObject) => tryAward(service, academy, { class: klass.id, recipient: { did }, ...more });
  const verify = (query: string, body: JsonObject = {}) => post(service, `/v1/operations/verify${query}`, body);
  const row = async (line: JsonObject | string) => {
    const { lines } = await sendBatch(service, academy, typeof line === "string" ? line : [line]);
    return { body: lines[0]!.problem } as Told;
  };

  test.each<[string, () => Promise<Told>, string]>([
    ["of a body", () => post(service, "/v1/auth/nonce", {}), 'purpose: It is missing: one of "sign-in", "delegate"'],
    ["of a query", () => get(service, "/v1/operations?limit=x"), "limit: A limit is a whole number from 1."],
    ["of a query without such a one", () => get(service, "/v1/operations?x=1"), 'There is no parameter "x" here.'],
    [
      "of a query that lacks a number",
      () => get(service, "/v1/log/consistency"),
      "from: It is missing: a number from 1",
    ],
    ["of a list in a query", () => verify("?require=foo"), 'require.0: One of "'],
    ["of a list in a body", () => verify("", { operations: [], require: ["foo"] }), 'require.0: One of "'],
    ["of a list of limits", () => nonce({ may: ["renown/x", "foo"] }), "may.1: A limit names a document kind"],
    ["of a policy", () => policy({}), "policy.name: It is missing: a text is expected."],
    ["of an action", change, "input.user: A text, in quotes, is expected."],
    [
      "of a form that was meant",
      () => award({ recipient: { did: 5 } }),
      "recipient.did: A text, in quotes, is expected.",
    ],
    [
      "of a row of NDJSON",
      () => row({ key: "1", class: 5, recipient: { did } }),
      "class: A text, in quotes, is expected.",
    ],
    ["of a row of CSV", () => row(`key,class,did,validUntil\n1,${klass.id},${did},soon\n`), `validUntil: ${soon}`],
    ["a time, of a nonce", () => nonce({ until: "soon" }), `until: ${soon}`],
    ["a time, of an award", () => award({ validFrom: "soon" }), `validFrom: ${soon}`],
    ["a time, of an attestation", () => attestation({ validUntil: "soon" }), `validUntil: ${soon}`],
    ["a time, of a compromise", () => compromise("soon"), `from: ${soon}`],
  ])("%s", async (_, ask, detail) => {
    const { body } = await ask();
    expect(body.detail).toContain(detail);
  });

  async function change(): Promise<Told> {
    return tryChange(service, await openOrganization(service), "REMOVE_MEMBER", { user: 5 });
  }

  async function policy(value: JsonObject): Promise<Told> {
    return post(service, "/v1/policies", { policy: value }, { token: (await signIn(service)).token });
  }

  async function attestation(more: JsonObject): Promise<Told> {
    return tryAttest(service, await openAttester(service), (await person(service)).did, more);
  }

  async function compromise(from: string): Promise<Told> {
    const { wallet, token } = await signIn(service);
    const { id } = await delegate(service, wallet);
    return post(service, `/v1/me/delegations/${id}/compromised`, { from }, { token });
  }
});
