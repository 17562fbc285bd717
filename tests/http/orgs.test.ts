import { calculateJwkThumbprint } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso, minute } from "../../src/kernel/time.ts";
import { jwkOfApp } from "../../src/securing/public-jwk.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { plainDefinition } from "../unit/badges/facts.ts";
import { appToken, delegate, expectProblem, freshWallet, get, post, signIn } from "./client.ts";
import { addClient, clientToken } from "./org-access.ts";
import {
  addMadeKey,
  addMember,
  change,
  openOrganization,
  organizationKind,
  type TestOrganization,
  tryChange,
} from "./org-client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const host = "did:web:localhost%3A8787:orgs";
const absent = ["no-such-academy", `r1${"A".repeat(43)}`, "x", "%", "a".repeat(300)];

describe("GET /v1/orgs", () => {
  test("shows an organisation by its slug and by its document", async () => {
    const { id, slug } = await openOrganization(service, freshWallet(), { slug: "shown-academy", name: "Shown" });
    for (const name of [slug, id]) {
      const answer = await get(service, `/v1/orgs/${name}`);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.body).toEqual({
        id,
        slug,
        did: `${host}:${slug}`,
        name: "Shown",
        description: null,
        url: null,
        email: null,
        image: null,
        domain: null,
        closed: null,
        createdAt: iso(service.now()),
        updatedAt: iso(service.now()),
      });
    }
  });

  test("lists by slug or name, page by page", async () => {
    for (const [slug, name] of [
      ["listed-b", "First"],
      ["listed-a", "Second"],
      ["zzz-other", "LISTED  too"],
    ] as const)
      await openOrganization(service, freshWallet(), { slug, name });
    const page = await get(service, "/v1/orgs?prefix=listed&limit=2");
    expect(page.body.items.map((each: { slug: string }) => each.slug)).toEqual(["listed-a", "listed-b"]);
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link")!)!;
    const { body } = await get(service, next!);
    expect(body.items.map((each: { slug: string }) => each.slug)).toEqual(["zzz-other"]);
    expect(body.next).toBeNull();
    expect((await get(service, "/v1/orgs?prefix=nobody-is-called-so")).body.items).toEqual([]);
  });

  test("answers alike for what is absent, what is no organisation and what has not begun", async () => {
    const stranger = await openOrganization(service);
    const { body: profile } = await get(service, `/v1/documents/${stranger.id}`);
    expect(profile.kind).toBe(organizationKind);
    const { body } = await post(service, "/v1/documents:prepare", {
      kind: organizationKind,
      user: userOf(stranger.owner),
      app: appKey.did,
      operations: [],
    });
    for (const name of [...absent, body.document])
      for (const path of ["", "/members", "/keys"])
        expectProblem(await get(service, `/v1/orgs/${encodeURIComponent(name)}${path}`), "NOT_FOUND", 404);
    for (const slug of absent)
      expectProblem(await get(service, `/orgs/${encodeURIComponent(slug)}/did.json`), "NOT_FOUND", 404);
  });

  test("shows the members in office, with what their operations rest on", async () => {
    const organization = await openOrganization(service);
    const { wallet, operation } = await addMember(service, organization, "issuer");
    const gone = await addMember(service, organization, "viewer");
    await change(service, organization, "REMOVE_MEMBER", { user: userOf(gone.wallet) }, { wallet: gone.wallet });
    const { body } = await get(service, `/v1/orgs/${organization.slug}/members`);
    const since = iso(service.now());
    const members = [
      { user: userOf(organization.owner), role: "owner", since, operation: organization.init },
      { user: userOf(wallet), role: "issuer", since, operation },
    ];
    expect(body.items).toEqual(members.toSorted((a, b) => (a.user < b.user ? -1 : 1)));
    const page = await get(service, `/v1/orgs/${organization.slug}/members?limit=1`);
    expect(page.body.items.length).toBe(1);
    expect(page.headers.get("link")).toContain(`/v1/orgs/${organization.slug}/members?after=did%3Apkh`);
  });
});

describe("an organisation's log", () => {
  test("gives a slug once, for ever", async () => {
    await openOrganization(service, freshWallet(), { slug: "only-once" });
    const owner = freshWallet();
    await delegate(service, owner, { may: [organizationKind] });
    const { body } = await post(service, "/v1/documents:prepare", {
      kind: organizationKind,
      user: userOf(owner),
      app: appKey.did,
      operations: [{ type: "INIT", input: { slug: "only-once", name: "Copy" } }],
    });
    expectProblem(await submitted(body), "NAME_TAKEN", 409);
  });

  test("is changed by a member's key within its limits, and by nobody else's", async () => {
    const organization = await openOrganization(service);
    const other = await openOrganization(service);
    const rename = (by: object) => tryChange(service, organization, "SET_PROFILE", { name: "Renamed" }, by);
    expectProblem(await rename({ wallet: other.owner }), "FORBIDDEN", 403);
    expectProblem(await rename({ key: otherKey }), "NOT_DELEGATED", 403);
    await delegate(service, organization.owner, { app: otherKey.did, may: ["renown/award"] });
    expectProblem(await rename({ key: otherKey }), "NOT_PERMITTED", 403);
    expect((await rename({})).status).toBe(201);
    expect((await get(service, `/v1/orgs/${organization.slug}`)).body.name).toBe("Renamed");
  });

  test("is replayed by an audit, and its read models come again from it", async () => {
    const organization = await openOrganization(service);
    await addMember(service, organization, "admin");
    await addMadeKey(service, organization, "P-256");
    const { body } = await get(service, `/v1/documents/${organization.id}/audit`);
    expect(body.verdict, JSON.stringify(body.findings)).toBe("valid");
    expect(body.state.members.length).toBe(2);
  });

  test("takes only signatures that bind everything", async () => {
    const { id, token } = await openOrganization(service);
    const action = {
      id: crypto.randomUUID(),
      type: "SET_PROFILE",
      timestampUtcMs: iso(service.now()),
      input: { name: "Unsigned" },
      scope: "global",
    };
    const unsigned = await post(service, `/v1/documents/${id}/operations`, { operations: [action] }, { token });
    expectProblem(unsigned, "BINDING_NOT_TAKEN", 422);
  });
});

describe("POST /v1/orgs/{org}/keys", () => {
  const make = (name: string, token: string | undefined, type = "P-256") =>
    post(service, `/v1/orgs/${encodeURIComponent(name)}/keys`, { type }, { token });

  test("makes keys of three types for owners and admins", async () => {
    const organization = await openOrganization(service);
    const admin = await addMember(service, organization, "admin");
    for (const [type, start] of [
      ["P-256", "did:key:zDn"],
      ["Ed25519", "did:key:z6Mk"],
      ["secp256k1", "did:key:zQ3s"],
    ] as const) {
      const answer = await make(organization.slug, admin.token, type);
      expect(answer.status, answer.text).toBe(201);
      expect(answer.body.key.startsWith(start)).toBe(true);
    }
    expect((await get(service, `/v1/orgs/${organization.slug}/keys`)).body.items).toEqual([]);
    expectProblem(await make(organization.slug, admin.token, "RSA"), "INVALID_REQUEST", 400);
  });

  test("takes an app's token where its wallet has delegated that", async () => {
    const organization = await openOrganization(service);
    const token = await appToken(service, organization.owner);
    expect((await make(organization.slug, token)).status).toBe(201);
    const undelegated = await appToken(service, organization.owner, otherKey);
    expectProblem(await make(organization.slug, undelegated), "FORBIDDEN", 403);
    await delegate(service, organization.owner, { app: otherKey.did, may: ["renown/organization:SET_PROFILE"] });
    expectProblem(await make(organization.slug, undelegated), "FORBIDDEN", 403);
  });

  test("makes none for others, whoever they are", async () => {
    const organization = await openOrganization(service);
    const foreign = await openOrganization(service);
    expectProblem(await make(organization.slug, undefined), "UNAUTHENTICATED", 401);
    expectProblem(await make(organization.slug, "eyJ.eyJ.AAAA"), "INVALID_TOKEN", 401);
    expectProblem(await make(organization.slug, service.operatorToken), "FORBIDDEN", 403);
    const tokens = [foreign.token, (await signIn(service)).token, await appToken(service, foreign.owner)];
    for (const role of ["issuer", "arbiter", "viewer"])
      tokens.push((await addMember(service, organization, role)).token);
    for (const token of tokens) expectProblem(await make(organization.slug, token), "FORBIDDEN", 403);
    for (const name of absent) expectProblem(await make(name, foreign.token), "NOT_FOUND", 404);
  });

  test("makes no more than wait for their ADD_KEY", async () => {
    const organization = await openOrganization(service);
    for (let i = 0; i < 10; i++) await make(organization.slug, organization.token);
    expectProblem(await make(organization.slug, organization.token), "QUOTA_EXCEEDED", 422);
  });
});

describe("GET /orgs/{slug}/did.json", () => {
  test("lists the keys, which retire with a date", async () => {
    const organization = await openOrganization(service);
    const did = `${host}:${organization.slug}`;
    const path = `/orgs/${organization.slug}/did.json`;
    const empty = await get(service, path);
    expect(empty.body).toMatchObject({ id: did, verificationMethod: [], assertionMethod: [] });
    const first = await addMadeKey(service, organization, "P-256");
    const edward = await addMadeKey(service, organization, "Ed25519");
    service.clock.advance(minute);
    const second = await addMadeKey(service, organization, "P-256");
    await change(service, organization, "RETIRE_KEY", { key: edward.key, compromisedFrom: iso(service.now() - 1000) });
    const { body, headers } = await get(service, path, { headers: { origin: "https://elsewhere.example" } });
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("content-type")).toBe("application/did+json");
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    const id = (key: string) => `${did}#${key.slice("did:key:".length)}`;
    const method = (key: string, more = {}) => ({
      id: id(key),
      type: "Multikey",
      controller: did,
      publicKeyMultibase: key.slice("did:key:".length),
      ...more,
    });
    const asJwk = async (key: string, more = {}) => {
      const jwk = jwkOfApp(key);
      const kid = await calculateJwkThumbprint(jwk);
      const publicKeyJwk = { ...jwk, kid, alg: "ES256", use: "sig" };
      return { id: `${did}#${kid}`, type: "JsonWebKey", controller: did, publicKeyJwk, ...more };
    };
    const now = iso(service.now());
    expect(body.verificationMethod).toHaveLength(5);
    expect(body.verificationMethod).toEqual(
      expect.arrayContaining([
        method(first.key, { expires: now }),
        await asJwk(first.key, { expires: now }),
        method(edward.key, { expires: now, revoked: iso(service.now() - 1000) }),
        method(second.key),
        await asJwk(second.key),
      ]),
    );
    expect(body.assertionMethod).toEqual(body.verificationMethod.map((each: JsonObject) => each.id));
    expect(body.capabilityInvocation.toSorted()).toEqual([id(first.key), id(second.key)].toSorted());
    const etag = headers.get("etag")!;
    expect((await get(service, path, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect(empty.headers.get("etag")).not.toBe(etag);
  });

  test("is what the DID resolves to here, without a fetch", async () => {
    const { slug } = await openOrganization(service);
    const did = `${host}:${slug}`;
    const { body } = await get(service, `/1.0/identifiers/${encodeURIComponent(did)}`);
    expect(body.didDocument).toEqual((await get(service, `/orgs/${slug}/did.json`)).body);
    for (const unknown of [`${host}:nobody-here`, "did:web:localhost%3A8787:elsewhere", `${did}:more`]) {
      const answer = await get(service, `/1.0/identifiers/${encodeURIComponent(unknown)}`);
      expect({ status: answer.status, code: answer.body.didResolutionMetadata.code }).toEqual({
        status: 404,
        code: "DID_NOT_FOUND",
      });
    }
  });
});

/** A token of a client for classes and awards. */
async function tokenOf({ id, owner, ...organization }: TestOrganization): Promise<string> {
  const asOwner = { ...organization, document: id, wallet: owner, user: userOf(owner), cookie: "" };
  const scopes = ["classes:write", "awards:write", "awards:read"];
  return clientToken(service, await addClient(service, asOwner, { scopes }));
}

/** Signs what was prepared as any tool for P-256 would, and submits it. */
async function submitted(prepared: { document: string; create: Unsigned | null; operations: Unsigned[] }) {
  const signed = async ({ tuple, message, action }: Unsigned) => {
    const signature = await appKey.sign(Buffer.from(message.hex, "hex"));
    const whole = [...tuple, `0x${Buffer.from(signature).toString("hex")}`];
    return { ...action, context: { signer: { ...action.context.signer, signatures: [whole] } } };
  };
  const operations = await Promise.all(prepared.operations.map(signed));
  if (!prepared.create) return post(service, `/v1/documents/${prepared.document}/operations`, { operations });
  return post(service, "/v1/documents", { create: await signed(prepared.create), operations });
}

type Unsigned = {
  tuple: string[];
  message: { hex: string; text: string };
  digest: string;
  action: { context: { signer: object } };
};

describe("POST /v1/documents:prepare", () => {
  const prepare = (body: object) => post(service, "/v1/documents:prepare", body);

  test("prepares what any tool for P-256 signs, from the opening on", async () => {
    const owner = freshWallet();
    await delegate(service, owner, { may: [organizationKind] });
    const who = { kind: organizationKind, user: userOf(owner), app: appKey.did };
    const opening = await prepare({
      ...who,
      operations: [
        { type: "INIT", input: { slug: "prepared-academy", name: "Prepared" } },
        { type: "SET_DOMAIN", input: { domain: "example.edu" } },
      ],
    });
    expect(opening.status, opening.text).toBe(200);
    const [first, second] = opening.body.operations;
    expect(Buffer.from(first.message.hex, "hex").toString()).toBe(first.message.text);
    expect(first.tuple[2]).toBe(`r2.${first.digest}`);
    expect(second.tuple[3]).toBe(first.digest);
    const opened = await submitted(opening.body);
    expect(opened.status, opened.text).toBe(201);
    expect(opened.body.receipts.map((each: { operation: string }) => each.operation)).toEqual([
      opening.body.create.digest,
      first.digest,
      second.digest,
    ]);
    const { document } = opening.body;
    const rename = { type: "SET_PROFILE", input: { name: "Prepared again" } };
    const run = await prepare({ ...who, document, operations: [rename] });
    expect(run.body.create).toBeNull();
    expect((await submitted(run.body)).status).toBe(201);
    expect((await get(service, "/v1/orgs/prepared-academy")).body.name).toBe("Prepared again");
  });

  test("keeps nothing, and says nothing of who may", async () => {
    const organization = await openOrganization(service);
    const stranger = freshWallet();
    const rename = { type: "SET_PROFILE", input: { name: "Stolen" } };
    const asked = { kind: organizationKind, document: organization.id, user: userOf(stranger), app: appKey.did };
    const { body } = await prepare({ ...asked, operations: [rename] });
    expectProblem(await submitted(body), "NOT_DELEGATED", 403);
  });

  test("knows an award that is held back for those alone who may see it", async () => {
    const academy = await openOrganization(service);
    await addMadeKey(service, academy, "P-256");
    const token = await tokenOf(academy);
    const write = async (path: string, body: object) => {
      const headers = { "idempotency-key": crypto.randomUUID() };
      const answer = await post(service, `/v1/orgs/${academy.slug}/${path}`, body, { token, headers });
      expect(answer.status, answer.text).toBe(201);
      return answer.body;
    };
    const { id } = await write("badge-classes", { definition: plainDefinition });
    const recipient = { did: userOf(freshWallet()) };
    const { award } = await write("awards", { class: id, recipient, holdMinutes: 60 });
    const operations = [{ type: "HIDE", input: {} }];
    const asked = { kind: "renown/award", document: award, user: userOf(academy.owner), app: appKey.did, operations };
    const ask = (bearer?: string) => post(service, "/v1/documents:prepare", asked, { token: bearer });
    for (const bearer of [token, academy.token]) expect((await ask(bearer)).status).toBe(200);
    const foreign = await openOrganization(service);
    for (const bearer of [undefined, (await signIn(service)).token, foreign.token, await tokenOf(foreign)])
      expectProblem(await ask(bearer), "UNKNOWN_DOCUMENT", 404);
  });

  test("refuses what could never be admitted", async () => {
    const { id } = await openOrganization(service);
    const who = { kind: organizationKind, user: userOf(freshWallet()), app: appKey.did, operations: [] };
    const init = (input: object) => ({ ...who, operations: [{ type: "INIT", input }] });
    expectProblem(await prepare({ ...who, kind: "renown/nothing" }), "UNKNOWN_KIND", 422);
    expectProblem(await prepare({ ...who, kind: "renown/delegation" }), "UNKNOWN_KIND", 422);
    expectProblem(await prepare({ ...who, app: "did:key:z6Mk" }), "INVALID_DID", 400);
    expectProblem(await prepare({ ...who, user: "did:web:a.example" }), "INVALID_DID", 400);
    expectProblem(await prepare({ ...who, document: "no-such-document" }), "UNKNOWN_DOCUMENT", 404);
    expectProblem(await prepare({ ...who, kind: "powerhouse/renown-user", document: id }), "UNKNOWN_DOCUMENT", 404);
    expectProblem(await prepare(init({ slug: "Bad Slug", name: "x" })), "INVALID_INPUT", 422);
    expectProblem(await prepare({ ...who, operations: [{ type: "OTHER", input: {} }] }), "UNKNOWN_ACTION", 422);
    const many = Array.from({ length: 101 }, () => ({ type: "SET_PROFILE", input: { name: "x" } }));
    expectProblem(await prepare({ ...who, operations: many }), "RUN_TOO_LONG", 413);
  });
});
