import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hex } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { appKey, userOf } from "../harness.ts";
import { type Academy, awardKind, classKind, makeAward, makeClass, openAcademy } from "./academy.ts";
import { type Answer, ask, delegate, expectProblem, freshWallet, get, post, signIn } from "./client.ts";
import { act } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let other: Academy;
let badge: { id: string; operation: string };
const strangers = freshWallet();
let stranger: string;
/** What went out, with whom it went to. */
const mails: string[] = [];

beforeAll(async () => {
  service = await startLocal({ parts: () => ({ deliver: async ({ to, text }) => void mails.push(`${to} ${text}`) }) });
  academy = await openAcademy(service);
  other = await openAcademy(service);
  badge = await makeClass(service, academy);
  stranger = (await signIn(service, strangers)).cookie;
  for (const { wallet } of [academy, other])
    await delegate(service, wallet, { app: appKey.did, may: [awardKind, classKind] });
});
afterAll(() => service.close());

const page = (path: string, cookie?: string) =>
  get(service, path, { headers: { accept: "text/html", ...(cookie && { cookie }) } });

/** The token that forms of a browser's pages bring back. */
async function tokenOf(cookie: string): Promise<string> {
  return /name="token" value="([^"]+)"/.exec((await page("/orgs", cookie)).text)![1]!;
}

async function send(path: string, cookie: string, fields: Record<string, string>, token?: string): Promise<Answer> {
  const body = new URLSearchParams({ token: token ?? (await tokenOf(cookie)), ...fields }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: service.origin, cookie };
  return ask(service, "POST", path, { body, headers });
}

/** As the browser signs what was prepared. */
async function signed({ action, tuple, message }: any): Promise<JsonObject> {
  const signature = await appKey.sign(fromHex(message.hex)!);
  action.context.signer.signatures = [[...tuple, `0x${hex(signature)}`]];
  return action;
}

const path = (of: Academy, rest = "") => `/orgs/${of.slug}/console${rest}`;

const draft = (of: Academy, request: JsonObject, cookie = of.cookie) =>
  send(path(of, "/awards/draft"), cookie, { app: appKey.did, request: JSON.stringify(request) });

async function drafted(
  of: Academy,
  request: JsonObject,
): Promise<{ signed: string; ticket: string; create: any; operation: any }> {
  const { body, status, text } = await draft(of, request);
  expect(status, text).toBe(200);
  const { prepared, ticket } = body;
  const [create, operation] = [await signed(prepared.create), await signed(prepared.operations[0])];
  return { signed: JSON.stringify({ create, operation }), ticket, create, operation };
}

describe("the page of an organisation", () => {
  test("is one address, for everybody, and names no other organisation's badges", async () => {
    const { status, text } = await page(`/orgs/${academy.slug}`);
    expect(status).toBe(200);
    expect(text).toContain("Welding, level 1");
    expect(text).toContain("not verified");
    expect(text).toContain(`did:web:localhost%3A8787:orgs:${academy.slug}`);
    expect(text).not.toContain("/console");
    expect((await page(`/orgs/${academy.document}`)).status).toBe(404);
    expect((await page("/orgs/nobody-here")).status).toBe(404);
    expect((await page(`/orgs/${academy.slug}`, academy.cookie)).text).toContain("/console");
  });

  test("counts what everybody may know of, and shows badges of its own alone", async () => {
    const given = await makeClass(service, academy, { name: "Counted" });
    await makeAward(service, academy, { class: given.id, recipient: { did: userOf(freshWallet()) } });
    await makeAward(service, academy, { class: given.id, recipient: { email: "ada@example.org" }, holdMinutes: 5 });
    const shown = await page(`/orgs/${academy.slug}/badges/${given.id}`);
    expect(shown.text).toContain("Awarded once");
    expect((await page(`/orgs/${other.slug}/badges/${given.id}`)).status).toBe(404);
    expect((await page(`/orgs/${academy.slug}/badges/${given.id}?version=2`)).status).toBe(404);
    expect((await page(`/orgs/${other.slug}/badges/${given.id}/picture`)).status).toBe(404);
    const picture = await get(service, `/orgs/${academy.slug}/badges/${given.id}/picture`);
    expect(picture.headers.get("content-type")).toBe("image/svg+xml");
    expect(picture.headers.get("content-security-policy")).toContain("sandbox");
  });

  test("runs nothing that somebody wrote into a badge", async () => {
    const criteria = { narrative: '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="alert(1)">' };
    const name = '"><script>alert(2)</script>';
    const { id } = await makeClass(service, academy, { name, description: name, criteria });
    for (const at of [`/orgs/${academy.slug}/badges/${id}`, `/orgs/${academy.slug}`]) {
      const { text } = await page(at);
      expect(text).toContain("&lt;script&gt;alert(2)");
      expect(text).not.toMatch(/<script>|href="javascript:|<img src=x/);
    }
    const edit = await page(`${path(academy, "/badges/edit")}?class=${id}`, academy.cookie);
    expect(edit.text).not.toMatch(/<script>|"><script/);
  });
});

const parts = ["", "/members", "/keys", "/domain", "/clients", "/badges", "/badges/edit", "/awards", "/awards/new"];

describe("the console", () => {
  test.each(parts)("asks whoever is not signed in, and lets no stranger in: %s", async (part) => {
    const asked = await page(path(academy, part));
    expect(asked.status).toBe(200);
    expect(asked.text).toContain("data-sign-in");
    expect(asked.text).not.toContain("data-console");
    for (const cookie of [stranger, other.cookie]) expect((await page(path(academy, part), cookie)).status).toBe(403);
    const own = await page(path(academy, part), academy.cookie);
    expect(own.status, own.text).toBe(200);
    expect(own.text).toContain("data-console");
  });

  test("shows a viewer everything but what governs, and takes nothing from them", async () => {
    const wallet = freshWallet();
    await act(service, academy, "SET_MEMBER", { user: userOf(wallet), role: "viewer" });
    const { cookie } = await signIn(service, wallet);
    expect((await page(path(academy, "/members"), cookie)).text).not.toContain('data-deed="member"');
    expect((await page(path(academy, "/keys"), cookie)).text).not.toContain("data-deed");
    for (const part of ["/clients", "/badges/edit", "/awards/new"])
      expect((await page(path(academy, part), cookie)).status, part).toBe(403);
    const request = { class: badge.id, recipient: { did: userOf(freshWallet()) } };
    expectProblem(await draft(academy, request, cookie), "FORBIDDEN", 403);
    expectProblem(await sendPicture(cookie), "FORBIDDEN", 403);
  });

  test("does not revise another organisation's badge", async () => {
    expect((await page(`${path(other, "/badges/edit")}?class=${badge.id}`, other.cookie)).status).toBe(404);
  });
});

const forms: [string, Record<string, string>][] = [
  ["/domain/check", {}],
  ["/clients/{client}/secrets", {}],
  ["/clients/{client}/secrets/AAECAwQFBgcICQoLDA0ODw/removal", {}],
  ["/awards/draft", { app: appKey.did, request: "{}" }],
  ["/awards", { signed: "{}", ticket: "x" }],
  ["/awards/{award}/resend", {}],
  ["/corrections/draft", { app: appKey.did, award: "{award}", email: "eve@example.org" }],
  ["/corrections", { signed: "{}", ticket: "x" }],
];

describe("the forms of the console", () => {
  let award: string;
  beforeAll(async () => {
    award = (await makeAward(service, academy, { class: badge.id, recipient: { email: "bea@example.org" } })).award;
  });
  const filled = (text: string) => text.replace("{client}", academy.client).replace("{award}", award);

  test.each(forms)("are taken from members and from pages of ours alone: %s", async (at, fields) => {
    const to = path(academy, filled(at));
    const sent = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, filled(value)]));
    expectProblem(await send(to, academy.cookie, sent, await tokenOf(other.cookie)), "FOREIGN_FORM", 403);
    for (const cookie of [stranger, other.cookie]) expectProblem(await send(to, cookie, sent), "FORBIDDEN", 403);
  });

  test("touch nothing of another organisation by way of one's own", async () => {
    const own = (rest: string) => path(other, filled(rest));
    for (const rest of ["/clients/{client}/secrets", "/awards/{award}/resend"])
      expectProblem(await send(own(rest), other.cookie, {}), "NOT_FOUND", 404);
    const correction = { app: appKey.did, award, email: "eve@example.org" };
    expectProblem(await send(own("/corrections/draft"), other.cookie, correction), "NOT_FOUND", 404);
    const request = { class: badge.id, recipient: { did: userOf(freshWallet()) } };
    expectProblem(await draft(other, request), "WRONG_ORGANIZATION", 403);
  });

  test("prepare nothing about a hidden award for those who do not see it", async () => {
    const held = await makeAward(service, academy, {
      class: badge.id,
      recipient: { did: userOf(freshWallet()) },
      holdMinutes: 9,
    });
    const wish = JSON.stringify({
      kind: awardKind,
      document: held.award,
      user: userOf(strangers),
      app: appKey.did,
      operations: [{ type: "ACCEPT", input: {} }],
    });
    expectProblem(await send("/orgs/prepare", stranger, { wish }), "UNKNOWN_DOCUMENT", 404);
    expect((await send("/orgs/prepare", academy.cookie, { wish })).status).toBe(200);
  });
});

describe("an award that a member signs", () => {
  const request = () => ({ class: badge.id, recipient: { email: `${crypto.randomUUID()}@example.org` }, name: "Ada" });

  test("stands as one that the service signs, and leaves nothing where it is never signed", async () => {
    const { signed: both, ticket } = await drafted(academy, request());
    const made = await send(path(academy, "/awards"), academy.cookie, { signed: both, ticket });
    expect(made.status, made.text).toBe(201);
    expect(made.body.claimLink).toContain("#claim=");
    const credential = await get(service, new URL(made.body.url).pathname, { headers: { accept: "application/vc" } });
    expect(credential.status, credential.text).toBe(200);
    const view = await service.services.badges.get(
      { by: "session", user: academy.user, session: "", method: "recovery" },
      made.body.award,
    );
    expect(view).toMatchObject({ status: "active", personal: { name: "Ada" }, test: false });
    await service.services.outbox.drain();
    await service.services.outbox.drain();
    expect(mails.filter((mail) => mail.includes(made.body.claimLink))).toHaveLength(1);
    const audit = await get(service, `/v1/documents/${made.body.award}/audit`);
    expect(audit.body, audit.text).toMatchObject({ verdict: "valid", findings: [] });
    const checked = await post(service, "/v1/badges/verify", { badge: made.body.url });
    expect(checked.body, checked.text).toMatchObject({ verdict: "valid", status: "active" });
    const again = await send(path(academy, "/awards"), academy.cookie, { signed: both, ticket });
    expectProblem(again, "DOCUMENT_EXISTS", 409);
    expect((await get(service, new URL(made.body.url).pathname)).status).toBe(200);
  });

  test("is what was prepared, by the member and for the organisation that it was prepared for", async () => {
    const { create, operation, ticket, signed: both } = await drafted(academy, request());
    const to = path(academy, "/awards");
    const changed = { ...operation, input: { ...operation.input, subject: userOf(freshWallet()) } };
    const elsewhere = await drafted(academy, request());
    for (const forged of [{ create, operation: changed }, { create: elsewhere.create, operation }, { operation }])
      expectProblem(
        await send(to, academy.cookie, { signed: JSON.stringify(forged), ticket }),
        "CONTENT_MISMATCH",
        422,
      );
    expectProblem(await send(path(other, "/awards"), other.cookie, { signed: both, ticket }), "FORBIDDEN", 403);
    const spoilt = `${ticket.slice(0, -4)}AAAA`;
    expectProblem(await send(to, academy.cookie, { signed: both, ticket: spoilt }), "INVALID_REQUEST", 400);
    expectProblem(await send(to, academy.cookie, { signed: "[]", ticket }), "INVALID_REQUEST", 400);
  });

  test("is refused with a signature that does not hold, and then nothing is kept of it", async () => {
    const { create, operation, ticket } = await drafted(academy, request());
    const [tuple] = operation.context.signer.signatures;
    tuple[4] = `0x${"11".repeat(64)}`;
    const sent = { signed: JSON.stringify({ create, operation }), ticket };
    expectProblem(await send(path(academy, "/awards"), academy.cookie, sent), "BAD_SIGNATURE", 422);
    const found = await service.services.badges.awards(
      { by: "session", user: academy.user, session: "", method: "recovery" },
      academy.slug,
      { class: badge.id },
      { after: 0, limit: 100 },
    );
    expect(found.map(({ view }) => view.id)).not.toContain(create.input.documentId);
  });

  test("is refused when the member has been removed before it came", async () => {
    const wallet = freshWallet();
    await act(service, academy, "SET_MEMBER", { user: userOf(wallet), role: "issuer" });
    await delegate(service, wallet, { app: appKey.did, may: [awardKind] });
    const { cookie } = await signIn(service, wallet);
    const { signed: both, ticket } = await drafted({ ...academy, cookie }, request());
    await act(service, academy, "REMOVE_MEMBER", { user: userOf(wallet) });
    const late = await send(path(academy, "/awards"), cookie, { signed: both, ticket });
    expectProblem(late, "FORBIDDEN", 403);
  });
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>';

function sendPicture(cookie: string, more: Record<string, string> = { origin: service.origin }, body = svg) {
  const headers = { "content-type": "image/svg+xml", cookie, ...more };
  return ask(service, "POST", path(academy, "/images"), { body, headers });
}

describe("a correction that a member signs", () => {
  const correct = async (award: string, email: string, spoil?: (operation: any) => void) => {
    const answer = await send(path(academy, "/corrections/draft"), academy.cookie, { app: appKey.did, award, email });
    expect(answer.status, answer.text).toBe(200);
    const operation: any = await signed(answer.body.prepared.operations[0]);
    spoil?.(operation);
    const sent = { signed: JSON.stringify({ operation }), ticket: answer.body.ticket as string };
    return send(path(academy, "/corrections"), academy.cookie, sent);
  };
  const face = async (link: string) => (await get(service, new URL(link).pathname)).status;

  test("gives a new link and ends the old one; refused, it leaves all as it was", async () => {
    const request = { class: badge.id, recipient: { email: "wrong@example.org" }, name: "Ada" };
    const made = await makeAward(service, academy, request);
    const refused = await correct(made.award, "right@example.org", (operation) => {
      operation.context.signer.signatures[0][4] = `0x${"11".repeat(64)}`;
    });
    expectProblem(refused, "BAD_SIGNATURE", 422);
    expect(await face(made.url)).toBe(200);
    const kept = await send(path(academy, `/awards/${made.award}/resend`), academy.cookie, {});
    expect(kept.text).toContain(made.claimLink);
    const corrected = await correct(made.award, "right@example.org");
    expect(corrected.status, corrected.text).toBe(200);
    expect(corrected.body.claimLink).not.toBe(made.claimLink);
    expect([await face(made.url), await face(corrected.body.url)]).toEqual([404, 200]);
    const asked = { app: appKey.did, award: badge.id, email: "right@example.org" };
    expectProblem(await send(path(academy, "/corrections/draft"), academy.cookie, asked), "NOT_FOUND", 404);
  });
});

describe("the file by which a domain names the organisation", () => {
  const file = (of: Academy, cookie?: string) => page(path(of, "/domain/did-configuration.json"), cookie);

  test("is made for those who govern it, once it has a domain and a key", async () => {
    expect((await file(academy, academy.cookie)).status).toBe(409);
    await act(service, academy, "SET_DOMAIN", { domain: "example.edu" });
    const made = await file(academy, academy.cookie);
    expect(made.status, made.text).toBe(200);
    expect(made.headers.get("content-disposition")).toContain("did-configuration.json");
    expect(JSON.parse(made.text).linked_dids).toHaveLength(1);
    expect((await file(academy)).status).toBe(401);
    for (const cookie of [stranger, other.cookie]) expect((await file(academy, cookie)).status).toBe(403);
  });
});

describe("a picture", () => {
  test("is taken from those who define badges, by a page of ours, as a picture alone", async () => {
    expect((await sendPicture(academy.cookie)).body).toMatchObject({ type: "image/svg+xml" });
    expectProblem(await sendPicture(academy.cookie, { origin: "https://evil.example" }), "UNAUTHENTICATED", 401);
    expectProblem(await sendPicture(academy.cookie, {}), "UNAUTHENTICATED", 401);
    expectProblem(await sendPicture(stranger), "FORBIDDEN", 403);
    const script = svg.replace("<circle", "<script>alert(1)</script><circle");
    expectProblem(await sendPicture(academy.cookie, undefined, script), "INVALID_IMAGE", 422);
    const typed = { origin: service.origin, "content-type": "text/html" };
    expectProblem(await sendPicture(academy.cookie, typed), "UNSUPPORTED_MEDIA_TYPE", 415);
  });
});

describe("what was prepared for a member", () => {
  test("is refused an hour later", async () => {
    const { signed: both, ticket } = await drafted(academy, {
      class: badge.id,
      recipient: { email: "ada@example.org" },
    });
    service.clock.advance(3_600_001);
    expectProblem(await send(path(academy, "/awards"), academy.cookie, { signed: both, ticket }), "EXPIRED", 422);
  });
});
