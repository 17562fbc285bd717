import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso } from "../../src/kernel/time.ts";
import { signOperation } from "../../src/operations/sign.ts";
import { appKey, userOf } from "../harness.ts";
import { type Academy, makeAward, makeClass, openAcademy, write } from "./academy.ts";
import { type Answer, expectProblem, freshWallet, get, post, signIn } from "./client.ts";
import { act, addClient, askToken, clientToken } from "./org-access.ts";
import { openOrganization } from "./org-client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const fields = [
  { id: "teaching", name: "Teaching" },
  { id: "teaching/mathematics", name: "Mathematics", codes: ["onet:25-1022.00"] },
];

const closeBy = (name: string, token: string | undefined, reason = "It is not who it says it is.") =>
  post(service, `/v1/orgs/${name}/close`, { reason }, { token });

async function tryChange({ document, user }: Academy, type: string, input: JsonObject): Promise<Answer> {
  const { head } = (await get(service, `/v1/documents/${document}`)).body;
  const intent = { document, kind: "renown/organization", user, type, input, previous: head };
  const { action } = await signOperation(intent, appKey, service.now());
  return post(service, `/v1/documents/${document}/operations`, action);
}

describe("GET /v1/orgs/{org}/fields", () => {
  test("lists what the organisation attests in, page by page, with what an attestation rests on", async () => {
    const academy = await openAcademy(service);
    const path = `/v1/orgs/${academy.slug}/fields`;
    expect((await get(service, path)).body).toEqual({ items: [], next: null });
    const set = await act(service, academy, "SET_FIELDS", { fields });
    const { operation } = set.body.receipts[0];
    const answer = await get(service, path);
    expect(answer.body.items).toEqual([
      { ...fields[0], codes: [], operation },
      { ...fields[1], operation },
    ]);
    const page = await get(service, `${path}?limit=1`);
    expect([page.body.items.length, page.body.next]).toEqual([1, "teaching"]);
    expect(page.headers.get("link")).toContain(`${path}?after=teaching&limit=1`);
    const headers = { "if-none-match": answer.headers.get("etag")! };
    expect(answer.headers.get("cache-control")).toBe("public, max-age=60");
    expect((await get(service, path, { headers })).status).toBe(304);
    await act(service, academy, "SET_FIELDS", { fields: fields.slice(1) });
    const changed = await get(service, path, { headers });
    expect(changed.body.items.map(({ id }: { id: string }) => id)).toEqual(["teaching/mathematics"]);
    expectProblem(await get(service, "/v1/orgs/no-such-academy/fields"), "NOT_FOUND", 404);
    const shown = await get(service, `/orgs/${academy.slug}`);
    expect(shown.text).toContain("<code>teaching/mathematics</code>");
  });
});

describe("an arbiter", () => {
  test("sees the console as a viewer does, and awards nothing", async () => {
    const academy = await openAcademy(service);
    const wallet = freshWallet();
    await act(service, academy, "SET_MEMBER", { user: userOf(wallet), role: "arbiter" });
    const { cookie, token } = await signIn(service, wallet);
    const page = (part: string) => get(service, `/orgs/${academy.slug}/console${part}`, { headers: { cookie } });
    const members = await page("/members");
    expect(members.status).toBe(200);
    expect(members.text).toContain("You are arbiter since");
    expect(members.text).not.toContain('data-deed="member"');
    expect((await page("")).text).not.toMatch(/data-deed="(fields|close|profile)"/);
    expect((await page("/awards")).status).toBe(200);
    for (const part of ["/clients", "/badges/edit", "/awards/new"]) expect((await page(part)).status, part).toBe(403);
    expect((await get(service, `/v1/orgs/${academy.slug}/awards`, { token })).status).toBe(200);
  });

  test("is named by an owner on the page of members", async () => {
    const academy = await openAcademy(service);
    const { cookie } = academy;
    const own = await get(service, `/orgs/${academy.slug}/console/members`, { headers: { cookie } });
    expect(own.text).toContain('value="arbiter"');
    const overview = await get(service, `/orgs/${academy.slug}/console`, { headers: { cookie } });
    expect(overview.text).toContain('data-deed="fields"');
    expect(overview.text).toContain('data-deed="close"');
  });
});

describe("POST /v1/orgs/{org}/close", () => {
  test("is the operator's, and nobody else's", async () => {
    const academy = await openAcademy(service);
    expectProblem(await closeBy(academy.slug, undefined), "UNAUTHENTICATED", 401);
    for (const token of [academy.token, academy.access])
      expectProblem(await closeBy(academy.slug, token), "FORBIDDEN", 403);
    expectProblem(await closeBy("no-such-academy", service.operatorToken), "NOT_FOUND", 404);
    expectProblem(await closeBy(academy.slug, service.operatorToken, ""), "INVALID_REQUEST", 400);
    expectProblem(await closeBy(academy.slug, service.operatorToken, "two\nlines"), "INVALID_INPUT", 422);
    const closed = await closeBy(academy.slug, service.operatorToken);
    expect(closed.status, closed.text).toBe(200);
    const closing = { at: iso(service.now()), by: "service", reason: "It is not who it says it is." };
    expect(closed.body.closed).toEqual(closing);
    expect((await get(service, `/v1/orgs/${academy.slug}`)).body.closed).toEqual(closing);
    const list = await get(service, `/v1/orgs?prefix=${academy.slug}`);
    expect(list.body.items.map((each: JsonObject) => each.closed)).toEqual([closing]);
    expectProblem(await closeBy(academy.slug, service.operatorToken), "REVOKED", 409);
    const audit = await get(service, `/v1/documents/${academy.document}/audit`);
    expect(audit.body.verdict, JSON.stringify(audit.body.findings)).toBe("valid");
  });
});

describe("a closed organisation", () => {
  let academy: Academy;
  let badge: { id: string };
  let client: Awaited<ReturnType<typeof addClient>>;
  let made: Awaited<ReturnType<typeof makeAward>>;
  const earner = freshWallet();
  const award = () => ({ class: badge.id, recipient: { did: userOf(earner) } });

  beforeAll(async () => {
    academy = await openAcademy(service, {}, ["P-256", "Ed25519"]);
    badge = await makeClass(service, academy);
    made = await makeAward(service, academy, award());
    client = await addClient(service, academy, { scopes: ["attestations:write"] });
    expect((await clientToken(service, client, "attestations:write")).length).toBeGreaterThan(0);
    await act(service, academy, "SET_FIELDS", { fields });
    await act(service, academy, "CLOSE", { reason: "Merged with another school." });
  });

  test("is acted for by nobody again", async () => {
    expectProblem(await tryChange(academy, "SET_PROFILE", { name: "Again" }), "REVOKED", 409);
    expectProblem(await tryChange(academy, "SET_MEMBER", { user: academy.user, role: "owner" }), "REVOKED", 409);
    const path = `/v1/orgs/${academy.slug}`;
    expectProblem(await post(service, `${path}/keys`, { type: "P-256" }, { token: academy.token }), "FORBIDDEN", 403);
    expectProblem(await post(service, `${path}/clients`, {}, { token: academy.token }), "FORBIDDEN", 403);
    expect((await get(service, `${path}/members`)).body.items).toEqual([]);
    expect((await get(service, `${path}/fields`)).body.items).toEqual([]);
    const { cookie } = academy;
    const console = await get(service, `/orgs/${academy.slug}/console`, { headers: { cookie } });
    expect(console.status).toBe(403);
    expect((await get(service, "/orgs", { headers: { cookie } })).text).not.toContain(academy.slug);
  });

  test("has clients whose tokens ended at once, and that get no more", async () => {
    const awarded = await write(service, academy.access, `/v1/orgs/${academy.slug}/awards`, award());
    expectProblem(awarded, "UNAUTHENTICATED", 401);
    const asked = { client_id: client.client, client_secret: client.secret };
    expect((await askToken(service, asked)).body).toMatchObject({ error: "invalid_client" });
  });

  test("keeps what it awarded: the badge is signed, its status list too, and verification says that it is closed", async () => {
    const headers = { accept: "application/vc" };
    const face = new URL(made.url).pathname;
    const { body: credential, status } = await get(service, face, { headers });
    expect(status).toBe(200);
    const { body: report } = await post(service, "/v1/badges/verify", { badge: credential });
    expect(report.verdict, JSON.stringify(report.checks)).toBe("valid");
    const closed = report.checks.filter((check: JsonObject) => check.name === "organization");
    expect(closed).toEqual([expect.objectContaining({ required: false, outcome: "unknown", code: "ISSUER_CLOSED" })]);
    const [entry] = [credential.credentialStatus].flat() as { statusListCredential: string }[];
    const list = await get(service, new URL(entry!.statusListCredential).pathname);
    expect(list.status, list.text).toBe(200);
    const page = await get(service, face, { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    const ofClass = await get(
      service,
      `/orgs/${academy.slug}/badges/${credential.credentialSubject.achievement.id.split("/").at(-3)}`,
    );
    for (const { text } of [page, ofClass]) {
      expect(text).toContain("Example Academy, who stands behind this, was closed by an owner on");
      expect(text).toContain("Merged with another school.");
    }
  });

  test("says so on its page, and in its DID document invokes nothing", async () => {
    const page = await get(service, `/orgs/${academy.slug}`);
    expect(page.text).toContain("An owner closed this organisation on");
    expect(page.text).toContain("Merged with another school.");
    const { body } = await get(service, `/orgs/${academy.slug}/did.json`);
    // P-256 twice: as a multikey, and as the JWK that JWTs name.
    expect(body.assertionMethod).toHaveLength(3);
    expect(body.capabilityInvocation).toEqual([]);
    expect(body.verificationMethod.filter((each: JsonObject) => "expires" in each)).toEqual([]);
  });

  test("has a slug that stays taken", async () => {
    const { slug } = academy;
    await expect(openOrganization(service, freshWallet(), { slug })).rejects.toThrow("NAME_TAKEN");
  });
});
