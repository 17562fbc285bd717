import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unbake } from "../../src/badges/baking.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, minute } from "../../src/kernel/time.ts";
import { signOperation } from "../../src/operations/sign.ts";
import { parseAwardTwin } from "../../src/securing/award-twin.ts";
import { checkOpenBadge } from "../../src/securing/open-badge-schema.ts";
import { decodeBits, parseStatusList, statusAt } from "../../src/securing/status-list.ts";
import { appKey, userOf } from "../harness.ts";
import { type Academy, addAward, addClass, openAcademy } from "./academy-client.ts";
import { delegate, expectProblem, freshWallet, get, post, remove, signIn } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let badgeClass: string;

beforeAll(async () => {
  service = await startLocal({ origin: "https://renown.example" });
  academy = await openAcademy(service);
  badgeClass = await addClass(academy);
});
afterAll(() => service.close());

const earner = freshWallet();
const did = userOf(earner);
const accept = (type: string, token?: string) => ({ headers: { accept: type }, token });
const read = async (face: string, type = "application/vc", token?: string) => get(service, face, accept(type, token));
const payloadOf = (jwt: string): JsonObject => JSON.parse(Buffer.from(jwt.split(".")[1]!, "base64url").toString());

/** The earner does something to an award by a key that may. */
async function act(award: string, type: string, input: JsonObject = {}) {
  await delegate(service, earner, { may: ["renown/award"] });
  const { token } = await signIn(service, earner);
  const { head } = (await get(service, `/v1/documents/${award}`, { token })).body;
  const intent = { document: award, kind: "renown/award", user: did, type, input, previous: head };
  const { action } = await signOperation(intent, appKey, service.now());
  const answer = await post(service, `/v1/documents/${award}/operations`, { operations: [action] });
  expect(answer.status, answer.text).toBe(201);
  return token;
}

describe("the face of a badge", () => {
  test("is the Open Badges credential for machines, in the form that they ask for", async () => {
    const { url, face } = await addAward(academy, badgeClass, { did }, { narrative: "Well done." });
    for (const type of ["application/vc", "application/ld+json", "application/json"]) {
      const { status, headers, body } = await read(face, type);
      expect([status, headers.get("content-type")]).toEqual([200, type]);
      expect(headers.get("vary")).toContain("accept");
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(body.id).toBe(url);
      expect(body.issuer.id).toBe(`did:web:renown.example:orgs:${academy.slug}`);
      expect(body.credentialSubject).toMatchObject({ id: did, narrative: "Well done." });
      expect(body.proof.map((each: JsonObject) => each.cryptosuite)).toEqual(["eddsa-rdfc-2022", "ecdsa-rdfc-2019"]);
      expect(checkOpenBadge(body).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
    }
    const jwt = await read(face, "application/vc+jwt");
    expect(jwt.headers.get("content-type")).toBe("application/vc+jwt");
    expect(payloadOf(jwt.text)).toMatchObject({ jti: url, sub: did });
  });

  test("holds by its own DID document and the service's own verification", async () => {
    const { face } = await addAward(academy, badgeClass, { did });
    const { text } = await read(face, "application/vc+jwt");
    const { body } = await post(service, "/v1/credentials/verify", { credential: text });
    expect(body.checks.find((each: JsonObject) => each.name === "signature")?.outcome, JSON.stringify(body)).toBe(
      "pass",
    );
  });

  test("is the picture with the credential inside", async () => {
    const { face } = await addAward(academy, badgeClass, { did });
    const response = await service.fetch(face, { headers: { accept: "image/svg+xml" } });
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    const { type, credential } = unbake(new Uint8Array(await response.arrayBuffer()));
    expect(type).toBe("image/svg+xml");
    expect(JSON.parse(credential)).toEqual((await read(face)).body);
    expectProblem(await read(face, "image/png"), "NOT_ACCEPTABLE", 406);
    expect((await read(face, "image/*")).headers.get("content-type")).toBe("image/svg+xml");
  });

  test("stays byte for byte as it was signed, and says when nothing has changed", async () => {
    const { face } = await addAward(academy, badgeClass, { did });
    const first = await read(face);
    service.clock.advance(minute);
    const second = await read(face);
    expect(second.text).toBe(first.text);
    const etag = first.headers.get("etag")!;
    const again = await get(service, face, { headers: { accept: "application/vc", "if-none-match": etag } });
    expect([again.status, again.text]).toEqual([304, ""]);
    expect((await read(face, "application/vc+jwt")).headers.get("etag")).not.toBe(etag);
  });

  test("is refused where nothing fits", async () => {
    const { face } = await addAward(academy, badgeClass, { did });
    expectProblem(await read(face, "text/csv"), "NOT_ACCEPTABLE", 406);
    expectProblem(await read("/b/AAAAAAAAAAAAAAAAAAAAAA"), "NOT_FOUND", 404);
  });

  test("of one for an address is seen by whoever has the link, and names nobody", async () => {
    const { face, id } = await addAward(academy, badgeClass, { email: "ada@example.org" }, { name: "Ada Lovelace" });
    const { status, text, body } = await read(face);
    expect(status).toBe(200);
    expect(text).not.toContain("ada@example.org");
    expect(text).not.toContain("Lovelace");
    expect(body.credentialSubject).not.toHaveProperty("id");
    expect(body.credentialSubject.identifier[0]).toMatchObject({ identityType: "emailAddress", hashed: true });
    // Its document stands in the log, so that alone opens nothing.
    expectProblem(await get(service, `/v1/awards/${id}/credential`), "UNAUTHENTICATED", 401);
  });

  test("names the earner once that is chosen, and no longer once it is taken back", async () => {
    const { face, id } = await addAward(academy, badgeClass, { did }, { name: "Ada Lovelace" });
    const before = await read(face);
    service.clock.advance(minute);
    await act(id, "SHOW_NAME", { shown: true });
    const shown = await read(face);
    expect(shown.body.credentialSubject.identifier[0].identityHash).toBe("Ada Lovelace");
    expect(Date.parse(shown.body.validFrom)).toBeGreaterThan(Date.parse(before.body.validFrom));
    expect(shown.body.awardedDate).toBe(before.body.awardedDate);
    await act(id, "SHOW_NAME", { shown: false });
    expect((await read(face)).text).not.toContain("Lovelace");
  });

  test("names who has claimed it, under the same link", async () => {
    const { face, id, claim } = await addAward(
      academy,
      badgeClass,
      { email: "ada@example.org" },
      { narrative: "Well done." },
    );
    const before = (await read(face)).body;
    service.clock.advance(minute);
    await act(id, "CLAIM", { secret: new URL(claim).hash.slice("#claim=".length) });
    const { body } = await read(face);
    expect(body.id).toBe(before.id);
    expect(body.credentialSubject).toMatchObject({ id: did, narrative: "Well done." });
    expect(body.credentialSubject).not.toHaveProperty("identifier");
    expect(body.credentialStatus).toEqual(before.credentialStatus);
    expect(Date.parse(body.validFrom)).toBeGreaterThan(Date.parse(before.validFrom));
  });

  test("says nothing of the person any more once that is erased", async () => {
    const { face, id } = await addAward(
      academy,
      badgeClass,
      { email: "ada@example.org" },
      { narrative: "Well done, Ada." },
    );
    expect((await read(face)).text).toContain("Well done, Ada.");
    const erased = await remove(service, `/v1/awards/${id}/personal`, { token: await academy.token() });
    expect(erased.status, erased.text).toBe(204);
    for (const type of ["application/vc", "application/vc+jwt"]) {
      const { text, status } = await read(face, type);
      expect(status).toBe(200);
      expect(type.endsWith("jwt") ? JSON.stringify(payloadOf(text)) : text).not.toMatch(/Well done|emailAddress/);
    }
    expect(checkOpenBadge((await read(face)).body).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
  });

  test("says nothing to others of one that is hidden, in words that are those for nothing", async () => {
    const { face, id } = await addAward(academy, badgeClass, { did });
    const token = await act(id, "HIDE");
    const hidden = await read(face);
    const absent = await read("/b/AAAAAAAAAAAAAAAAAAAAAA");
    expectProblem(hidden, "NOT_FOUND", 404);
    const { requestId: _, ...told } = hidden.body;
    const { requestId: __, ...toldOfNone } = absent.body;
    expect(told).toEqual(toldOfNone);
    const stranger = await signIn(service);
    expectProblem(await read(face, "application/vc", stranger.token), "NOT_FOUND", 404);
    const own = await read(face, "application/vc", token);
    expect([own.status, own.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    expect((await read(face, "application/vc", await academy.token())).status).toBe(200);
    const other = await openAcademy(service);
    expectProblem(await read(face, "application/vc", await other.token()), "NOT_FOUND", 404);
    await act(id, "UNHIDE");
    expect((await read(face)).status).toBe(200);
  });

  test("says nothing to others of one that is held back until its time comes", async () => {
    const { face } = await addAward(academy, badgeClass, { did }, { holdMinutes: 60 });
    expectProblem(await read(face), "NOT_FOUND", 404);
    expect((await read(face, "application/vc", await academy.token())).status).toBe(200);
    service.clock.advance(61 * minute);
    expect((await read(face)).status).toBe(200);
  });

  test("says of an award in test mode that it is one", async () => {
    const trying = await openAcademy(service, { mode: "test" });
    const { face } = await addAward(trying, await addClass(trying), { did });
    expect((await read(face)).body.name).toBe("Bridge building (test)");
  });

  test("is made by the keys that there are", async () => {
    const small = await openAcademy(service, { keys: ["P-256"] });
    const { face } = await addAward(small, await addClass(small), { did });
    const { body } = await read(face);
    expect(body.proof.map((each: JsonObject) => each.cryptosuite)).toEqual(["ecdsa-rdfc-2019"]);
  });
});

describe("an endorsement", () => {
  const endorse = (by: Academy, badge: string, more: JsonObject = {}) =>
    by.post(`/v1/orgs/${by.slug}/endorsements`, { badge, ...more });

  test("is a credential of its own by another organisation, and goes into the badge when that is made anew", async () => {
    const guild = await openAcademy(service);
    const { url, face, id } = await addAward(academy, badgeClass, { did }, { name: "Ada Lovelace" });
    service.clock.advance(minute);
    const { body: told } = await endorse(guild, url, { comment: "We saw it stand." });
    expect(told).toEqual({ award: id, url: `${url}/endorsements/${guild.slug}` });
    const endorsement = await read(new URL(told.url).pathname);
    expect(endorsement.body).toMatchObject({
      id: told.url,
      type: ["VerifiableCredential", "EndorsementCredential"],
      issuer: { id: `did:web:renown.example:orgs:${guild.slug}` },
      credentialSubject: { id: url, endorsementComment: "We saw it stand." },
    });
    expect(checkOpenBadge(endorsement.body)).toMatchObject([{ outcome: "pass" }]);
    const jwt = await read(new URL(told.url).pathname, "application/vc+jwt");
    expect(payloadOf(jwt.text).id).toBe(told.url);
    expect((await read(face)).body).not.toHaveProperty("endorsement");
    service.clock.advance(minute);
    await academy.post(`/v1/awards/${id}/amend`, { narrative: "Well done." });
    expect((await read(face)).body.endorsement).toEqual([endorsement.body]);
    expect(payloadOf((await read(face, "application/vc+jwt")).text).endorsementJwt).toEqual([jwt.text]);
    expectProblem(await read(`${face}/endorsements/${academy.slug}`), "NOT_FOUND", 404);
    expectProblem(await read(`${face}/endorsements/nobody`), "NOT_FOUND", 404);
  });

  test("is refused to the organisation that awarded it, in words", async () => {
    const { url, id } = await addAward(academy, badgeClass, { did });
    const body = { badge: url, comment: "We stand by it." };
    const own = await post(service, `/v1/orgs/${academy.slug}/endorsements`, body, {
      token: await academy.token(),
      headers: { "idempotency-key": crypto.randomUUID() },
    });
    expectProblem(own, "FORBIDDEN", 403);
    expect(own.body.detail).toContain("its own awards");
    expect((await get(service, `/v1/awards/${id}`, { token: await academy.token() })).body.endorsements).toEqual([]);
  });

  test("is made once, of a badge that can be seen, by the organisation's own client", async () => {
    const guild = await openAcademy(service);
    const { url, id, face } = await addAward(academy, badgeClass, { did });
    const path = `/v1/orgs/${guild.slug}/endorsements`;
    const send = async (badge: string, token: string) => {
      const headers = { "idempotency-key": crypto.randomUUID() };
      return post(service, path, { badge }, { token, headers });
    };
    expectProblem(await send(url, await academy.token()), "NOT_FOUND", 404);
    await endorse(guild, face.slice("/b/".length));
    expectProblem(await send(url, await guild.token()), "UNCHANGED", 409);
    expectProblem(await send("AAAAAAAAAAAAAAAAAAAAAA", await guild.token()), "NOT_FOUND", 404);
    expectProblem(await send(id, await guild.token()), "NOT_FOUND", 404);
    const hidden = await addAward(academy, badgeClass, { did });
    await act(hidden.id, "HIDE");
    expectProblem(await send(hidden.url, await guild.token()), "NOT_FOUND", 404);
  });
});

describe("the credential of an award by its id", () => {
  test("is for its earner and its organisation, in every form", async () => {
    const { id } = await addAward(academy, badgeClass, { did });
    const path = `/v1/awards/${id}/credential`;
    const { token } = await signIn(service, earner);
    expect((await get(service, path, { token })).body.credentialSubject.id).toBe(did);
    expect(payloadOf((await get(service, `${path}?form=jwt`, { token: await academy.token() })).text).sub).toBe(did);
    const twin = await get(service, `${path}?form=eip712`, { token });
    expect(parseAwardTwin(twin.body).message.subject).toBe(did);
    expectProblem(await get(service, `${path}?form=pdf`, { token }), "INVALID_REQUEST", 400);
    const stranger = await signIn(service);
    expectProblem(await get(service, path, { token: stranger.token }), "NOT_FOUND", 404);
    const other = await openAcademy(service);
    expectProblem(await get(service, path, { token: await other.token() }), "NOT_FOUND", 404);
    const picture = await service.fetch(`/v1/awards/${id}/image?form=jwt`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(payloadOf(unbake(new Uint8Array(await picture.arrayBuffer())).credential).sub).toBe(did);
    expectProblem(await get(service, `/v1/awards/${id}/image`, { token: await other.token() }), "NOT_FOUND", 404);
  });

  test("has no twin where the earner is no wallet", async () => {
    const key = { did: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" };
    const { id } = await addAward(academy, badgeClass, key);
    const path = `/v1/awards/${id}/credential?form=eip712`;
    expectProblem(await get(service, path, { token: await academy.token() }), "NO_KEY", 409);
  });
});

describe("a status list of an organisation", () => {
  const listOf = async (url: string, type = "application/vc") => get(service, new URL(url).pathname, accept(type));
  const statusOf = async (body: JsonObject, index: string) =>
    statusAt(await decodeBits(parseStatusList(body).encodedList), Number(index));

  test("says at once what has been revoked, in both forms, and is its own organisation's", async () => {
    const one = await addAward(academy, badgeClass, { did });
    const two = await addAward(academy, badgeClass, { did });
    const [first, second] = [
      (await read(one.face)).body.credentialStatus,
      (await read(two.face)).body.credentialStatus,
    ];
    expect(first.statusListCredential).toBe(second.statusListCredential);
    expect(first.statusListIndex).not.toBe(second.statusListIndex);
    const before = await listOf(first.statusListCredential);
    expect(before.body).toMatchObject({
      id: first.statusListCredential,
      credentialSubject: { statusPurpose: "revocation" },
    });
    expect(await statusOf(before.body, first.statusListIndex)).toBe(0);
    await academy.post(`/v1/awards/${one.id}/revoke`, { reason: "By mistake." });
    const after = await listOf(first.statusListCredential);
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
    expect(await statusOf(after.body, first.statusListIndex)).toBe(1);
    expect(await statusOf(after.body, second.statusListIndex)).toBe(0);
    const jwt = await listOf(first.statusListCredential, "application/vc+jwt");
    expect(await statusOf(payloadOf(jwt.text), first.statusListIndex)).toBe(1);
    expect(jwt.headers.get("access-control-allow-origin")).toBe("*");
    const list = first.statusListCredential.split("/").at(-1);
    const other = await openAcademy(service);
    expectProblem(await get(service, `/orgs/${other.slug}/status/${list}`), "NOT_FOUND", 404);
    expectProblem(await get(service, `/orgs/${academy.slug}/status/none`), "NOT_FOUND", 404);
    expectProblem(await get(service, `/orgs/nobody/status/${list}`), "NOT_FOUND", 404);
    expectProblem(await listOf(first.statusListCredential, "text/html"), "NOT_ACCEPTABLE", 406);
  });

  test("takes a suspension back", async () => {
    const suspendable = await addClass(academy, { suspendable: true });
    const { id, face } = await addAward(academy, suspendable, { did });
    const {
      statusListCredential: url,
      statusListIndex: index,
      statusPurpose,
    } = (await read(face)).body.credentialStatus;
    expect(statusPurpose).toBe("suspension");
    const states: unknown[] = [];
    const look = async () => states.push(await statusOf((await listOf(url)).body, index));
    await academy.post(`/v1/awards/${id}/suspend`, { reason: "Under review." });
    await look();
    await academy.post(`/v1/awards/${id}/reinstate`, {});
    await look();
    await academy.post(`/v1/awards/${id}/revoke`, { reason: "After all." });
    await look();
    expect(states).toEqual([1, 0, 1]);
  });

  test("is kept until something changes or it grows old", async () => {
    const { face } = await addAward(academy, badgeClass, { did });
    const url = (await read(face)).body.credentialStatus.statusListCredential;
    const first = await listOf(url);
    service.clock.advance(minute);
    const second = await listOf(url);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("cache-control")).toBe("public, max-age=240");
    service.clock.advance(day);
    expect((await listOf(url)).text).not.toBe(first.text);
  });
});
