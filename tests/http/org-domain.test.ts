import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../src/kernel/failure.ts";
import { day, iso, minute } from "../../src/kernel/time.ts";
import { userOf } from "../harness.ts";
import { appToken, expectProblem, freshWallet, get, post, signIn } from "./client.ts";
import { addMember, change, openOrganization, type TestOrganization } from "./org-client.ts";
import { type LocalService, startLocal } from "./server.ts";

/** What the web has, by address; a number is the status of an answer without one, "down" none at all. */
let web: Map<string, string | number | "down">;
let asked: string[];
let service: LocalService;
let organization: TestOrganization;
beforeEach(async () => {
  web = new Map();
  asked = [];
  const fetchWellKnown = async (url: string) => {
    asked.push(url);
    const found = web.get(url) ?? 404;
    if (found === "down") throw new Failure("DID_UNREACHABLE");
    const status = typeof found === "number" ? found : 200;
    return { status, contentType: "text/plain", body: typeof found === "number" ? "" : found };
  };
  service = await startLocal({ parts: () => ({ fetchWellKnown }) });
  organization = await openOrganization(service, freshWallet(), { slug: "academy" });
});
afterEach(() => service.close());

const did = "did:web:localhost%3A8787:orgs:academy";
const file = "https://example.edu/.well-known/renown-organization.txt";
const check = (token: string | undefined, name = "academy") =>
  post(service, `/v1/orgs/${name}/domain:check`, {}, { token });
const domainOf = async () => (await get(service, "/v1/orgs/academy")).body.domain;
const setDomain = (domain = "example.edu") => change(service, organization, "SET_DOMAIN", { domain });
const entries = async () => (await get(service, `/v1/documents/${organization.id}`)).body.revision.global;

describe("POST /v1/orgs/{org}/domain:check", () => {
  test("verifies the domain and puts it on record", async () => {
    await setDomain();
    expect(await domainOf()).toMatchObject({ name: "example.edu", verified: false, checkedAt: null });
    web.set(file, `${did}\n`);
    const answer = await check(organization.token);
    expect(answer.status, answer.text).toBe(200);
    const now = iso(service.now());
    const domain = { name: "example.edu", verified: true, since: now, checkedAt: now, method: "file", code: null };
    expect(answer.body.domain).toEqual(domain);
    expect(await domainOf()).toEqual(domain);
    expect(asked).toEqual(["https://example.edu/.well-known/did-configuration.json", file]);
    const { body } = await get(service, `/v1/documents/${organization.id}/operations`);
    expect(body.items.at(-1)).toMatchObject({ binding: "full", authority: { by: "service", entry: "" } });
    const { body: audit } = await get(service, `/v1/documents/${organization.id}/audit`);
    expect(audit.verdict, JSON.stringify(audit.findings)).toBe("valid");
    const { body: document } = await get(service, "/orgs/academy/did.json");
    expect(document.service[0]).toMatchObject({ type: "LinkedDomains", serviceEndpoint: "https://example.edu" });
  });

  test("says why a domain is not verified, once", async () => {
    await setDomain();
    const before = await entries();
    await check(organization.token);
    expect(await domainOf()).toMatchObject({ verified: false, method: null, code: "NOT_FOUND" });
    service.clock.advance(minute);
    await check(organization.token);
    expect(await entries()).toBe(before + 1);
    expect((await domainOf()).checkedAt).toBe(iso(service.now()));
    web.set(file, "did:web:localhost%3A8787:orgs:other");
    web.set("https://example.edu/.well-known/did-configuration.json", 503);
    service.clock.advance(minute);
    await check(organization.token);
    expect(await domainOf()).toMatchObject({ verified: false, code: "DID_UNREACHABLE" });
  });

  test("asks a domain once in half a minute, whoever wishes it", async () => {
    await setDomain();
    const viewer = await addMember(service, organization, "viewer");
    expect((await check(viewer.token)).status).toBe(200);
    asked = [];
    expectProblem(await check(organization.token), "TOO_MANY_REQUESTS", 429);
    await setDomain("other.example");
    expectProblem(await check(organization.token), "TOO_MANY_REQUESTS", 429);
    expect(asked).toEqual([]);
    service.clock.advance(minute);
    expect((await check(await appToken(service, viewer.wallet))).status).toBe(200);
  });

  test("serves members alone", async () => {
    await setDomain();
    const foreign = await openOrganization(service);
    const gone = await addMember(service, organization, "viewer");
    await change(service, organization, "REMOVE_MEMBER", { user: userOf(gone.wallet) });
    expectProblem(await check(undefined), "UNAUTHENTICATED", 401);
    for (const token of [foreign.token, (await signIn(service)).token, gone.token, service.operatorToken])
      expectProblem(await check(token), "FORBIDDEN", 403);
    for (const name of ["nobody", `r1${"A".repeat(43)}`])
      expectProblem(await check(organization.token, name), "NOT_FOUND", 404);
    expectProblem(await check(foreign.token, foreign.slug), "NOT_INITIALIZED", 409);
    expect(asked).toEqual([]);
    const near = await post(service, "/v1/orgs/academy/domaincheck", {}, { token: organization.token });
    expect(near.status).toBe(404);
  });
});

describe("a domain is looked at every day", () => {
  beforeEach(async () => {
    await setDomain();
    web.set(file, did);
    await check(organization.token);
    asked = [];
  });

  test("and not sooner; what stays the same is put on record once", async () => {
    const before = await entries();
    await service.services.tidy();
    expect(asked).toEqual([]);
    service.clock.advance(day);
    await service.services.tidy();
    await service.services.tidy();
    expect(asked.length).toBe(2);
    expect(await entries()).toBe(before);
    expect(await domainOf()).toMatchObject({ verified: true, checkedAt: iso(service.now()) });
  });

  test("and is verified no longer once it says no", async () => {
    web.set(file, "somebody else");
    service.clock.advance(day);
    await service.services.tidy();
    expect(await domainOf()).toMatchObject({ verified: false, since: iso(service.now()), code: "NOT_FOUND" });
  });

  test("and stays verified for a week without an answer", async () => {
    for (const url of [file, "https://example.edu/.well-known/did-configuration.json"]) web.set(url, "down");
    for (let i = 1; i < 7; i++) {
      service.clock.advance(day);
      await service.services.tidy();
      expect(await domainOf()).toMatchObject({ verified: true });
    }
    service.clock.advance(day);
    await service.services.tidy();
    expect(await domainOf()).toMatchObject({ verified: false, code: "DID_UNREACHABLE" });
  });
});
