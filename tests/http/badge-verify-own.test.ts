import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { userOf } from "../harness.ts";
import { type Answer, ask, freshWallet, get, post, signIn } from "./client.ts";
import { act, addClient, clientToken, openOrganization } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

type Academy = { path: string; write(path: string, body: unknown): Promise<Answer> };

let service: LocalService;
let academy: Academy;
let plain: string;
let suspendable: string;

beforeAll(async () => {
  service = await startLocal({ origin: "https://renown.example" });
  academy = await openAcademy("live");
  plain = await addClass(academy);
  suspendable = await addClass(academy, { suspendable: true });
});
afterAll(() => service.close());

async function openAcademy(mode: string): Promise<Academy> {
  const organization = await openOrganization(service);
  const { slug, token } = organization;
  for (const type of ["P-256", "Ed25519", "secp256k1"]) {
    const made = await post(service, `/v1/orgs/${slug}/keys`, { type }, { token });
    await act(service, organization, "ADD_KEY", { key: made.body.key, made: true });
  }
  const scopes = ["classes:write", "awards:write"];
  const access = await clientToken(service, await addClient(service, organization, { scopes, mode }));
  const write = async (path: string, body: unknown) => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const answer = await post(service, path, body, { token: access, headers });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer;
  };
  return { path: `/v1/orgs/${slug}`, write };
}

async function addClass({ path, write }: Academy, change: JsonObject = {}): Promise<string> {
  const definition = {
    name: "Welding",
    description: "Joins metal.",
    criteria: { narrative: "Has welded ten seams." },
    image: null,
    type: "Certificate",
    tags: [],
    alignment: [],
    validity: null,
    suspendable: false,
    ...change,
  };
  return (await write(`${path}/badge-classes`, { definition })).body.id;
}

async function addAward({ path, write }: Academy, badgeClass: string, recipient: JsonObject, more: JsonObject = {}) {
  const { body } = await write(`${path}/awards`, { class: badgeClass, recipient, ...more });
  return { id: body.award as string, url: body.url as string, face: new URL(body.url).pathname };
}

const did = userOf(freshWallet());
const verify = async (badge: unknown, more = {}) => {
  const answer = await post(service, "/v1/badges/verify", { badge, ...more });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const read = async (face: string, accept: string) => get(service, face, { headers: { accept } });
const twinOf = async (face: string) =>
  JSON.parse((await service.services.faces.forms(await service.services.faces.find(face.slice("/b/".length)))).eip712!);
const codes = (report: { checks: { name: string; code: string }[] }) =>
  Object.fromEntries(report.checks.map(({ name, code }) => [name, code]));

describe("a badge that was awarded here", () => {
  test("holds at its URL, as JSON, as JWT, and baked into its image, without a call", async () => {
    const { url, face } = await addAward(academy, plain, { did });
    const image = await service.fetch(`${face}`, { headers: { accept: "image/svg+xml, image/png" } });
    const bytes = new Uint8Array(await image.arrayBuffer());
    const headers = { "content-type": image.headers.get("content-type")! };
    const baked = await ask(service, "POST", "/v1/badges/verify", { body: bytes, headers });
    for (const report of [
      await verify(url),
      await verify((await read(face, "application/vc")).body),
      await verify((await read(face, "application/vc+jwt")).text),
      baked.body,
    ]) {
      expect(report.verdict, JSON.stringify(report.checks)).toBe("valid");
      expect(report).toMatchObject({ id: url, status: "active", test: false, subjects: [did] });
      expect(codes(report)).toMatchObject({ "status:revocation": "OK", record: "OK", domain: "NOT_VERIFIED" });
    }
    expect((await verify(url, { recipient: { did } })).verdict).toBe("valid");
  });

  test("is told to be revoked at once", async () => {
    const { id, url, face } = await addAward(academy, plain, { did });
    const jwt = (await read(face, "application/vc+jwt")).text;
    await academy.write(`/v1/awards/${id}/revoke`, { reason: "Given in error." });
    for (const badge of [jwt, url]) {
      const report = await verify(badge);
      expect(report).toMatchObject({ verdict: "invalid", status: "revoked" });
      expect(codes(report)).toMatchObject({ "status:revocation": "REVOKED", record: "REVOKED" });
    }
  });

  test("is told to be suspended, reinstated, and in the end revoked", async () => {
    const { id, url } = await addAward(academy, suspendable, { did });
    await academy.write(`/v1/awards/${id}/suspend`, { reason: "Under review." });
    const suspended = await verify(url);
    expect(suspended).toMatchObject({ verdict: "invalid", status: "suspended" });
    expect(codes(suspended)).toMatchObject({ "status:suspension": "SUSPENDED", record: "SUSPENDED" });
    await academy.write(`/v1/awards/${id}/reinstate`, {});
    expect(await verify(url)).toMatchObject({ verdict: "valid", status: "active" });
    await academy.write(`/v1/awards/${id}/revoke`, { reason: "Copied." });
    const revoked = await verify(url);
    expect(revoked).toMatchObject({ verdict: "invalid", status: "revoked" });
    expect(codes(revoked)).toMatchObject({ record: "REVOKED" });
  });

  test("is found to be for an e-mail address, while it has no earner", async () => {
    const { url } = await addAward(academy, plain, { email: "ada@example.org" });
    const found = await verify(url, { recipient: { email: "Ada@example.org" } });
    expect(found.verdict, JSON.stringify(found.checks)).toBe("valid");
    expect(await verify(url, { recipient: { email: "eve@example.org" } })).toMatchObject({ verdict: "invalid" });
  });

  test("is not told of while it is held back, and looks as if it were not there", async () => {
    const { url } = await addAward(academy, plain, { did }, { holdMinutes: 60 });
    const held = await verify(url);
    const absent = await verify(`https://renown.example/b/${"A".repeat(22)}`);
    expect(codes(held)).toEqual({ reading: "NOT_FOUND" });
    expect({ ...held, answering: null }).toEqual({ ...absent, answering: null });
  });

  test("holds by its EIP-712 twin too, for as long as it stands", async () => {
    const { id, face } = await addAward(academy, plain, { did });
    const twin = await post(service, "/v1/badges/verify", { badge: await twinOf(face) });
    expect(twin.body.verdict, JSON.stringify(twin.body.checks)).toBe("valid");
    expect(twin.body).toMatchObject({ form: "eip712", carrier: "json", status: "active", subjects: [did] });
    const made = await twinOf(face);
    const spoilt = { ...made, message: { ...made.message, name: "Another" } };
    expect(codes(await verify(spoilt))).toMatchObject({ signature: "BAD_SIGNATURE" });
    expect((await verify(made, { recipient: { did: userOf(freshWallet()) } })).verdict).toBe("invalid");
    await academy.write(`/v1/awards/${id}/revoke`, { reason: "Given in error." });
    expect(await verify(made)).toMatchObject({ verdict: "invalid", status: "revoked" });
  });

  test("of test mode says so", async () => {
    const trying = await openAcademy("test");
    const { url } = await addAward(trying, await addClass(trying), { did });
    const report = await verify(url);
    expect(report.test).toBe(true);
    expect(codes(report)).toMatchObject({ test: "TEST_BADGE" });
  });
});

describe("an identity credential of the service", () => {
  test("is judged by its records like everywhere else", async () => {
    const { token, answer } = await signIn(service);
    const { credential } = answer;
    expect(await verify(credential)).toMatchObject({
      verdict: "valid",
      issuer: "did:web:renown.example",
      status: "active",
    });
    const id = (await verify(credential)).id as string;
    const revoked = await ask(service, "DELETE", new URL(id).pathname, { token });
    expect(revoked.status, revoked.text).toBe(204);
    expect(await verify(credential)).toMatchObject({ verdict: "invalid", status: "revoked" });
  });
});
