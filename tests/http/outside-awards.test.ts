import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimDigest } from "../../src/badges/award-state.ts";
import { unbake } from "../../src/badges/baking.ts";
import { makeDisclosure } from "../../src/badges/personal.ts";
import { hex } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso, minute } from "../../src/kernel/time.ts";
import { signOpening, signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { parseAwardTwin } from "../../src/securing/award-twin.ts";
import { makePrivateKey, signerOfKey } from "../../src/securing/keys.ts";
import { checkOpenBadge } from "../../src/securing/open-badge-schema.ts";
import { appKey, userOf } from "../harness.ts";
import { type Academy, awardKind, classKind, definition, earn, makeClass, openAcademy, sendBatch } from "./academy.ts";
import { type Answer, delegate, expectProblem, freshWallet, get, post, signIn } from "./client.ts";
import { act } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

/** An organisation whose P-256 key is its own, with a class that this key opened. */
type Outsider = Academy & { own: Signer; key: string; badgeClass: string; classOperation: string; list: string };

async function openOutsider(types: string[]): Promise<Outsider> {
  const academy = await openAcademy(service, {}, types);
  const own = signerOfKey("P-256", makePrivateKey("P-256")) as Signer;
  const added = await act(service, academy, "ADD_KEY", { key: own.did, made: false });
  const key = added.body.receipts[0].operation as string;
  const input = {
    restsOn: [{ document: academy.document, operation: key }],
    organization: academy.document,
    definition: { ...definition },
  };
  const { body } = await sendSigned(own, classKind, undefined, "INIT", input);
  const { document, operation } = body.receipts[1];
  return {
    ...academy,
    own,
    key,
    badgeClass: document,
    classOperation: operation,
    list: `${academy.slug}-revocation-1`,
  };
}

/** Prepares, signs by the organisation's own key, and sends to the door for documents. */
async function sendSigned(own: Signer, kind: string, document: string | undefined, type: string, input: JsonObject) {
  const wish = { kind, ...(document && { document }), user: "", app: own.did, operations: [{ type, input }] };
  const prepared = await post(service, "/v1/documents:prepare", wish);
  expect(prepared.status, prepared.text).toBe(200);
  const sign = async ({ message, tuple, action }: any) => {
    const signature = await own.sign(Uint8Array.from(Buffer.from(message.hex, "hex")));
    action.context.signer.signatures = [[...tuple, `0x${hex(signature)}`]];
    return action;
  };
  const { create, operations } = prepared.body;
  const signed = await Promise.all(operations.map(sign));
  const answer = document
    ? await post(service, `/v1/documents/${document}/operations`, { operations: signed })
    : await post(service, "/v1/documents", { create: await sign(create), operations: signed });
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

let places = 0;

async function awardOutside(from: Outsider, more: JsonObject): Promise<string> {
  const { own, document, key, badgeClass, classOperation, list } = from;
  const { body } = await sendSigned(own, awardKind, undefined, "AWARD", {
    restsOn: [
      { document, operation: key },
      { document: badgeClass, operation: classOperation },
    ],
    organization: document,
    class: badgeClass,
    version: 1,
    subject: "",
    status: { purpose: "revocation", list, index: ++places },
    ...more,
  });
  return body.receipts[1].document;
}

const change = (from: Outsider, award: string, type: string, input: JsonObject = {}) =>
  sendSigned(from.own, awardKind, award, type, {
    restsOn: [{ document: from.document, operation: from.key }],
    ...input,
  });

const view = (award: string, token: string) => get(service, `/v1/awards/${award}`, { token });
const read = (url: string, accept = "application/vc", token?: string): Promise<Answer> =>
  get(service, new URL(url).pathname, { headers: { accept }, token });

/** Somebody with a wallet that is signed in, and a key that may do everything about awards. */
async function newEarner() {
  const wallet = freshWallet();
  await delegate(service, wallet, { may: [awardKind] });
  const { token } = await signIn(service, wallet);
  return { wallet, did: userOf(wallet), token };
}

describe("an award that is signed outside, of an organisation with keys for credentials here", () => {
  let school: Outsider;
  beforeAll(async () => {
    school = await openOutsider(["Ed25519", "secp256k1"]);
  });

  test("has a face, told to those whom it concerns, and the same to all of them", async () => {
    const ada = await newEarner();
    const award = await awardOutside(school, { subject: ada.did, cohort: "outside" });
    const [first, ...others] = await Promise.all([school.access, school.token, ada.token].map((t) => view(award, t)));
    expect(first!.body).toMatchObject({
      id: award,
      class: school.badgeClass,
      subject: ada.did,
      status: "active",
      personal: null,
    });
    expect(first!.body.url).toMatch(/^http:\/\/localhost:8787\/b\/[A-Za-z0-9_-]{22}$/);
    for (const each of others) expect(each.body.url).toBe(first!.body.url);
    const listed = await get(service, `/v1/orgs/${school.slug}/awards?cohort=outside`, { token: school.access });
    expect(listed.body.items.map(({ url }: { url: string }) => url)).toEqual([first!.body.url]);
    expectProblem(await view(award, (await newEarner()).token), "NOT_FOUND", 404);
  });

  test("gives the credential in every form that the keys here make, and it verifies", async () => {
    const ada = await newEarner();
    const award = await awardOutside(school, { subject: ada.did });
    const { url } = (await view(award, school.access)).body;
    const { status, body } = await read(url);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: url,
      issuer: { id: `did:web:localhost%3A8787:orgs:${school.slug}` },
      credentialSubject: { id: ada.did },
      credentialStatus: { statusListCredential: `${service.origin}/orgs/${school.slug}/status/${school.list}` },
    });
    expect(body.proof.map(({ cryptosuite }: JsonObject) => cryptosuite)).toEqual(["eddsa-rdfc-2022"]);
    expect(checkOpenBadge(body).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
    const report = await post(service, "/v1/badges/verify", { badge: body, recipient: { did: ada.did } });
    expect(report.body.verdict, report.text).toBe("valid");
    const twin = await get(service, `/v1/awards/${award}/credential?form=eip712`, { token: ada.token });
    expect(parseAwardTwin(twin.body).message).toMatchObject({ id: url, subject: ada.did });
    // P-256 is outside, and a JWT is made by no other.
    expectProblem(await read(url, "application/vc+jwt"), "NO_KEY", 409);
    const picture = await service.fetch(new URL(url).pathname, { headers: { accept: "image/svg+xml" } });
    expect(JSON.parse(unbake(new Uint8Array(await picture.arrayBuffer())).credential)).toEqual(body);
    const page = await read(url, "text/html");
    expect(page.text).toContain("signed this badge, and it is in force");
    expect(page.text).toContain("badge.json");
    expect(page.text).not.toContain("badge.jwt");
    const frame = await get(service, `/embed${new URL(url).pathname}`);
    expect(frame.status).toBe(200);
  });

  test("is revoked outside, too: its page, its list and its verification say so at once", async () => {
    const award = await awardOutside(school, { subject: (await newEarner()).did });
    const { url } = (await view(award, school.access)).body;
    const before = (await read(url)).body;
    await change(school, award, "REVOKE", { reason: "By mistake." });
    expect((await view(award, school.access)).body).toMatchObject({ status: "revoked", url });
    const report = await post(service, "/v1/badges/verify", { badge: before });
    expect(report.body.verdict).toBe("invalid");
    expect((await read(url, "text/html")).text).toContain("took this badge back");
  });

  test("is hidden by its earner from all others", async () => {
    const ada = await newEarner();
    const award = await awardOutside(school, { subject: ada.did });
    const { url } = (await view(award, ada.token)).body;
    expect((await read(url)).status).toBe(200);
    expect((await earn(service, ada.wallet, award, "HIDE")).status).toBe(201);
    for (const accept of ["application/vc", "application/vc+jwt", "image/svg+xml"])
      expectProblem(await read(url, accept), "NOT_FOUND", 404);
    expect((await read(url, "text/html")).status).toBe(404);
    expect((await get(service, `/embed${new URL(url).pathname}`)).status).toBe(404);
    const { token } = await newEarner();
    expectProblem(await view(award, token), "NOT_FOUND", 404);
    expectProblem(await read(url, "application/vc", token), "NOT_FOUND", 404);
    expect((await read(url, "application/vc", ada.token)).headers.get("cache-control")).toBe("private, no-store");
  });

  test("is seen by its organisation alone while it is held", async () => {
    const heldUntil = iso(service.now() + 5 * minute);
    const award = await awardOutside(school, { subject: (await newEarner()).did, heldUntil });
    const { url, status } = (await view(award, school.access)).body;
    expect(status).toBe("held");
    expectProblem(await read(url), "NOT_FOUND", 404);
    expect((await read(url, "application/vc", school.access)).status).toBe(200);
    service.clock.advance(5 * minute);
    expect((await read(url)).status).toBe(200);
  });

  test("says of a person nothing that was not brought", async () => {
    const { digest } = makeDisclosure({ name: "Ada Lovelace", narrative: "Well done." });
    const ada = await newEarner();
    const award = await awardOutside(school, { subject: ada.did, personal: digest });
    const seen = (await view(award, ada.token)).body;
    expect(seen.personal).toBeNull();
    expect((await read(seen.url)).text).not.toMatch(/Ada Lovelace|Well done/);
  });

  test("is claimed by whoever has the secret, and keeps its link", async () => {
    const secret = "outside-secret-of-22-characters";
    const award = await awardOutside(school, { claim: claimDigest(secret) });
    const { url, claimed } = (await view(award, school.access)).body;
    expect(claimed).toBe(false);
    expect((await read(url)).body.credentialSubject.identifier).toMatchObject([{ hashed: true }]);
    const ada = await newEarner();
    expect((await earn(service, ada.wallet, award, "CLAIM", { secret })).status).toBe(201);
    expect((await read(url)).body).toMatchObject({ id: url, credentialSubject: { id: ada.did } });
    expect((await view(award, ada.token)).body).toMatchObject({ url, claimed: true });
  });
});

describe("an award that is signed outside, of an organisation with no key for credentials here", () => {
  let school: Outsider;
  let award: string;
  let url: string;
  beforeAll(async () => {
    school = await openOutsider([]);
    award = await awardOutside(school, { subject: (await newEarner()).did });
    url = (await view(award, school.access)).body.url;
  });
  const audit = () => `/v1/documents/${award}/audit`;

  test("has a page that says so, and leads to the audit of its log", async () => {
    const { status, text } = await read(url, "text/html");
    expect(status).toBe(200);
    expect(text).toContain("No credential of this badge as it stands was issued here");
    expect(text).toContain("The entry in the log is the proof");
    expect(text).toContain(`href="${audit()}"`);
    expect(text).not.toContain("badge.json");
    expect(text).not.toContain('rel="alternate"');
    const frame = await get(service, `/embed${new URL(url).pathname}`);
    expect(frame.text).toContain("No credential of this badge as it stands was issued here");
    expect((await get(service, audit())).body).toMatchObject({ verdict: "valid", document: award });
  });

  test("is refused to machines with the address of its audit", async () => {
    const { pathname } = new URL(url);
    const paths = [pathname, `${pathname}/badge.json`, `${pathname}/badge.svg`];
    for (const path of paths) {
      const answer = await get(service, path, { headers: { accept: "application/vc, image/*" } });
      expectProblem(answer, "NO_KEY", 409);
      expect(answer.body.detail).toContain(`${service.origin}${audit()}`);
    }
    const own = await get(service, `/v1/awards/${award}/credential`, { token: school.access });
    expectProblem(own, "NO_KEY", 409);
  });

  test("gets its credential once there is a key that makes one", async () => {
    const made = await post(service, `/v1/orgs/${school.slug}/keys`, { type: "Ed25519" }, { token: school.token });
    await act(service, school, "ADD_KEY", { key: made.body.key, made: true });
    expect((await read(url)).body.id).toBe(url);
    expect((await read(url, "text/html")).text).toContain("signed this badge, and it is in force");
  });
});

describe("an endorsement by an organisation with no key for credentials here", () => {
  test("stands on the page, and is left out of the credential", async () => {
    const school = await openOutsider(["Ed25519"]);
    const guild = await openOutsider([]);
    const award = await awardOutside(school, { subject: (await newEarner()).did });
    await change(guild, award, "ENDORSE", { organization: guild.document });
    service.clock.advance(5 * minute);
    const restsOn = [
      { document: school.document, operation: school.key },
      { document: school.badgeClass, operation: school.classOperation },
    ];
    await sendSigned(school.own, awardKind, award, "AMEND", { restsOn, version: 1 });
    const { url } = (await view(award, school.access)).body;
    const { status, body } = await read(url);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty("endorsement");
    const page = await read(url, "text/html");
    expect(page.text).toContain("Endorsed it on");
    expect(page.text).not.toContain(`/endorsements/${guild.slug}`);
  });
});

test("an award that a member signs and sends to the door for documents has a face as well", async () => {
  const school = await openOutsider(["Ed25519"]);
  const { wallet, user, document } = school;
  await delegate(service, wallet, { may: ["renown/organization", awardKind] });
  const { body: members } = await get(service, `/v1/orgs/${school.slug}/members`);
  const { operation } = members.items.find((each: { user: string }) => each.user === user);
  const opening = await signOpening({ realm: service.realm, kind: awardKind, user }, appKey, service.now());
  const input = {
    restsOn: [
      { document, operation },
      { document: school.badgeClass, operation: school.classOperation },
    ],
    organization: document,
    class: school.badgeClass,
    version: 1,
    subject: user,
    status: { purpose: "revocation", list: school.list, index: ++places },
  };
  const intent = { document: opening.document, kind: awardKind, user, type: "AWARD", input };
  const { action } = await signOperation(intent, appKey, service.now());
  const opened = await post(service, "/v1/documents", { create: opening.action, operations: [action] });
  expect(opened.status, opened.text).toBe(201);
  const { url } = (await view(opening.document, school.access)).body;
  expect((await read(url)).body.credentialSubject.id).toBe(user);
});

test("an award that is corrected outside is told without the claim link that is good no more", async () => {
  const school = await openAcademy(service);
  const { id } = await makeClass(service, school);
  const rows = [{ key: "one", class: id, recipient: { email: "ada@example.org" } }];
  const { lines } = await sendBatch(service, school, rows);
  const award = lines[0]!.award as string;
  await delegate(service, school.wallet, { may: ["renown/organization", awardKind] });
  const { body: members } = await get(service, `/v1/orgs/${school.slug}/members`);
  const restsOn = [{ document: school.document, operation: members.items[0].operation }];
  const { digest: personal } = makeDisclosure({ name: "Ada" });
  const input = { restsOn, claim: claimDigest("another-secret-of-22-characters"), personal };
  expect((await earn(service, school.wallet, award, "CORRECT", input)).status).toBe(201);
  const [again] = (await sendBatch(service, school, rows)).lines;
  expect(again).toMatchObject({ award, status: "active" });
  expect(again).not.toHaveProperty("claimLink");
});
