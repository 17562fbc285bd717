import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso } from "../../src/kernel/time.ts";
import { appKey, otherKey, signCredential, userOf } from "../harness.ts";
import { bring, expectRefusal, posted } from "./api-client.ts";
import { appToken, ask, delegate, freshWallet, get, post, remove, signIn } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const day = 86_400_000;
const bringTo = (path: string, body: unknown, token?: string) => post(service, path, body, { token });
const postCredential = (body: unknown, token?: string) => bringTo("/api/credential/renown", body, token);
const find = (address: string, query = "") => get(service, `/api/auth/credential?address=${address}${query}`);
const seq = async () => (await service.services.log.after(0, 100_000)).items.length;

describe("POST /api/credential/renown", () => {
  test("enters a credential and opens the profile of its wallet", async () => {
    const more = {
      username: "alice.example",
      userImage: "https://img.example/a.png",
      driveId: "renown-0x1",
      docId: "x",
    };
    const { wallet, documentId, userDocumentId, credential } = await bring(service, { more });
    expect(documentId).toMatch(/^[0-9a-f-]{36}$/);
    const found = await find(wallet.address, `&chainId=1&connectId=${appKey.did}`);
    expect(found.body).toMatchObject({ userDocumentId, credential: { id: credential.id } });
    const profile = await post(service, "/api/profile", { ethAddress: wallet.address });
    expect(profile.body.profile).toEqual({
      documentId: userDocumentId,
      username: "alice.example",
      ethAddress: wallet.address,
      userImage: "https://img.example/a.png",
      createdAt: iso(service.now()),
      updatedAt: iso(service.now()),
    });
  });

  test("answers both ids as the document's, whatever the credential calls itself", async () => {
    const credential = await signCredential({ wallet: freshWallet(), issued: service.now() });
    const { body } = await postCredential(posted(credential));
    expect(body).toEqual({
      result: true,
      documentId: body.documentId,
      credentialId: body.documentId,
      userDocumentId: expect.any(String),
    });
    expect(body.documentId).not.toBe(credential.id);
  });

  test("leaves out a name that is taken or no name, and an image that is none, and succeeds", async () => {
    await bring(service, { more: { username: "taken" } });
    for (const more of [
      { username: "Taken" },
      { username: "", userImage: "javascript:alert(1)" },
      { username: "a\u202eb", userImage: "http://img.example/a.png" },
      { username: 7, userImage: { url: "x" } },
      { username: "x".repeat(2_000), userImage: `https://img.example/${"a".repeat(3_000)}` },
    ]) {
      const { wallet, userDocumentId } = await bring(service, { more: more as never });
      const { body } = await post(service, "/api/profile", { id: userDocumentId });
      expect(body.profile).toMatchObject({ username: null, userImage: null, ethAddress: wallet.address });
    }
  });

  test("takes a credential whose subject is no app key", async () => {
    const wallet = freshWallet();
    const { documentId } = await bring(service, { wallet, app: userOf(wallet) });
    expect((await find(wallet.address)).body.credential.credentialSubject.id).toBe(userOf(wallet));
    const { token } = await signIn(service, wallet);
    expect((await remove(service, `/api/auth/credential?id=${documentId}`, { token })).status).toBe(200);
    expectRefusal(await find(wallet.address), 404, "NOT_FOUND");
  });

  test("needs no domain, and refuses another than the issuer's", async () => {
    const credential = await signCredential({ wallet: freshWallet(), issued: service.now() });
    const { domain, ...rest } = posted(credential);
    for (const wrong of [{ ...domain, chainId: 10 }, { ...domain, version: "2" }, { ...domain, name: "x" }, "1", null])
      if (wrong !== null) expectRefusal(await postCredential({ ...rest, domain: wrong }), 400, "INVALID_CREDENTIAL");
    expect((await postCredential(rest)).status).toBe(200);
  });

  test("says what is missing", async () => {
    const credential = await signCredential({ wallet: freshWallet(), issued: service.now() });
    const { signature, credential: message } = posted(credential) as any;
    for (const body of [{}, { credential: message }, { signature }, { credential: null, signature }])
      expectRefusal(await postCredential(body), 400, "INVALID_REQUEST");
    const { ethereumAddress: _, ...issuer } = message.issuer;
    expectRefusal(await postCredential({ signature, credential: { ...message, issuer } }), 400, "INVALID_REQUEST");
    expectRefusal(await postCredential({ signature, credential: "x" }), 400);
    expectRefusal(await postCredential([]), 400);
    expectRefusal(await postCredential("{"), 400, "MALFORMED_JSON");
    const text = { headers: { "content-type": "text/plain" }, body: JSON.stringify(posted(credential)) };
    expectRefusal(await ask(service, "POST", "/api/credential/renown", text), 415);
    expectRefusal(await postCredential(`{"credential":"${"a".repeat(70_000)}"}`), 413);
  });
});

describe("a credential is checked before it is stored", () => {
  const refused = async (change: (body: any) => unknown, code: string, terms: object = {}) => {
    const wallet = freshWallet();
    const before = await seq();
    const body = posted(await signCredential({ wallet, issued: service.now(), ...terms }));
    expectRefusal(await postCredential(change(structuredClone(body))), 400, code);
    expect(await seq()).toBe(before);
    expectRefusal(await find(wallet.address), 404, "NOT_FOUND");
    expect((await post(service, "/api/profile", { ethAddress: wallet.address })).body).toEqual({ profile: null });
  };
  const set = (path: string, value: unknown) => (body: any) => {
    const names = path.split(".");
    const last = names.pop()!;
    names.reduce((at, name) => at[name], body.credential)[last] = value;
    return body;
  };

  test("its proof recovers to the issuer", async () => {
    const other = await signCredential({ wallet: freshWallet(), issued: service.now() });
    await refused((body) => ({ ...body, signature: posted(other).signature }), "BAD_SIGNATURE");
    await refused((body) => ({ ...body, signature: `0x${"11".repeat(65)}` }), "BAD_SIGNATURE");
    await refused((body) => ({ ...body, signature: "0x12" }), "CONTRACT_WALLET");
    await refused((body) => ({ ...body, signature: "abc" }), "INVALID_CREDENTIAL");
    await refused(set("credentialSubject.id", otherKey.did), "BAD_SIGNATURE");
    await refused(set("credentialSubject.app", "https://evil.example"), "BAD_SIGNATURE");
    await refused(set("issuanceDate", iso(0)), "LIFETIME_TOO_LONG");
    await refused(set("id", "urn:uuid:other"), "BAD_SIGNATURE");
  });

  test("chain and issuer are those that were signed", async () => {
    const wallet = freshWallet();
    const wrong = userOf(wallet, 10);
    await refused(set("issuer.id", wrong), "INVALID_CREDENTIAL");
    await refused(set("issuer.ethereumAddress", wallet.address), "INVALID_CREDENTIAL");
    await refused((body) => ({ ...body, domain: { version: "1", chainId: 10 } }), "INVALID_CREDENTIAL");
    await refused((body) => {
      body.credential.issuer.id = body.credential.issuer.id.replace(":1:", ":10:");
      return { ...body, domain: { version: "1", chainId: 10 } };
    }, "BAD_SIGNATURE");
    await refused(set("issuer.id", "did:pkh:eip155:1:0x12"), "INVALID_CREDENTIAL");
  });

  test("its dates can be read, it has begun and has not ended, and its lifetime has a cap", async () => {
    await refused(set("expirationDate", "never"), "UNREADABLE_DATE");
    await refused(set("expirationDate", null), "INVALID_CREDENTIAL");
    await refused(set("issuanceDate", "2026-02-30T00:00:00.000Z"), "UNREADABLE_DATE");
    await refused((body) => body, "EXPIRED", { issued: service.now() - day, life: 3_600_000 });
    await refused((body) => body, "FROM_THE_FUTURE", { issued: service.now() + 301_000 });
    await refused((body) => body, "LIFETIME_TOO_LONG", { life: 90 * day + 1 });
    await refused((body) => body, "STALE", { issued: service.now() - 3_600_001 });
    await bring(service, { issued: service.now() + 299_000 });
    await bring(service, { life: 90 * day });
  });

  test("members that nobody signed are refused", async () => {
    await refused(set("more", 1), "INVALID_CREDENTIAL");
    await refused(set("credentialSubject.name", "x"), "INVALID_CREDENTIAL");
    await refused(set("type", ["VerifiableCredential"]), "INVALID_CREDENTIAL");
  });
});

describe("one credential id is one record", () => {
  test("an identical replay answers with the same ids and changes nothing", async () => {
    const { body, documentId, userDocumentId, wallet } = await bring(service, { more: { username: "replayed" } });
    const before = await seq();
    for (const more of [{}, { username: "other" }, { userImage: "https://img.example/b.png" }]) {
      const again = await postCredential({ ...body, ...more });
      expect(again.status).toBe(200);
      expect(again.body).toMatchObject({ documentId, credentialId: documentId, userDocumentId });
    }
    expect(await seq()).toBe(before);
    const { body: found } = await post(service, "/api/profile", { ethAddress: wallet.address });
    expect(found.profile).toMatchObject({ username: "replayed", userImage: null });
  });

  test("a replay opens no profile, whoever sends it", async () => {
    const wallet = freshWallet();
    const credential = await signCredential({ wallet, issued: service.now() });
    expect((await post(service, "/v1/delegations", { credential })).status).toBe(201);
    const again = await postCredential(posted(credential, { username: "squatter" }));
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty("userDocumentId");
    expect((await post(service, "/api/profile", { ethAddress: wallet.address })).body).toEqual({ profile: null });
  });

  test("another credential of the wallet with the id is refused", async () => {
    const { id, wallet } = await bring(service);
    const other = await signCredential({ wallet, issued: service.now() + 1, id });
    expectRefusal(await postCredential(posted(other)), 409, "CREDENTIAL_KNOWN");
  });

  test("no wallet takes an id from another, whoever comes first, and each ends its own by it", async () => {
    const own = await startLocal();
    const id = `urn:uuid:${crypto.randomUUID()}`;
    const first = await bring(own, { id });
    own.clock.advance(1_000);
    const second = await bring(own, { id });
    expect(second.documentId).not.toBe(first.documentId);
    const token = await appToken(own, first.wallet);
    expect((await remove(own, `/api/auth/credential?id=${id}`, { token })).status).toBe(200);
    const revoked = async (address: string) => (await get(own, `/api/status/${address}`)).body.revoked;
    expect([await revoked(first.wallet.address), await revoked(second.wallet.address)]).toEqual([true, false]);
    await own.close();
  });

  test("many at once make one record", async () => {
    const body = posted(await signCredential({ wallet: freshWallet(), issued: service.now() }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => postCredential(body)));
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set([200]));
    expect(new Set(answers.map((each) => each.body.documentId)).size).toBe(1);
  });

  test("a revoked one never comes back", async () => {
    const { body, documentId, wallet } = await bring(service);
    const { token } = await signIn(service, wallet);
    expect((await remove(service, `/api/auth/credential?id=${documentId}`, { token })).status).toBe(200);
    expectRefusal(await postCredential(body), 409, "REVOKED");
    expectRefusal(await postCredential(body, token), 409, "REVOKED");
    expectRefusal(await find(wallet.address), 404, "NOT_FOUND");
  });
});

describe("GET /api/auth/credential", () => {
  test("gives the credential as it was signed, dates to the letter", async () => {
    const { credential, wallet } = await bring(service);
    const { body } = await find(wallet.address);
    const { proof, ...message } = body.credential;
    const { proof: signed, ...wanted } = credential as any;
    expect(message).toEqual(wanted);
    expect(proof).toMatchObject({ ...signed, eip712: { domain: { version: "1", chainId: 1 } } });
    expect(Object.keys(proof.eip712)).toEqual(["domain", "types", "primaryType"]);
  });

  test("keeps the spelling of dates that another library writes", async () => {
    const wallet = freshWallet();
    const message = (await signCredential({ wallet, issued: service.now() })) as any;
    const odd = {
      ...message,
      issuanceDate: message.issuanceDate.replace(".000Z", "Z"),
      expirationDate: message.expirationDate.replace("Z", "+00:00"),
    };
    const { proof, ...unsigned } = odd;
    const { renownTypes } = await import("../../src/securing/eip712.ts");
    const domain = { version: "1", chainId: 1 };
    const signature = await wallet.signTypedData({
      domain,
      types: renownTypes,
      primaryType: "VerifiableCredential",
      message: unsigned,
    });
    expect((await postCredential({ credential: unsigned, signature, domain })).status).toBe(200);
    const { body } = await find(wallet.address);
    expect(body.credential).toMatchObject({
      issuanceDate: odd.issuanceDate,
      expirationDate: odd.expirationDate,
      proof: { created: odd.issuanceDate },
    });
  });

  test("gives the newest by its date of issue, that is live", async () => {
    const wallet = freshWallet();
    const newest = await bring(service, { wallet, issued: service.now() - 1_000 });
    await bring(service, { wallet, issued: service.now() - 2_000 });
    expect((await find(wallet.address)).body.credential.id).toBe(newest.id);
    const { token } = await signIn(service, wallet);
    await remove(service, `/api/auth/credential?id=${newest.documentId}`, { token });
    expect((await find(wallet.address)).body.credential.id).not.toBe(newest.id);
    expect((await find(wallet.address, "&includeRevoked=true")).body.credential.id).toBe(newest.id);
  });

  test("says what is missing, and nothing but that there is none", async () => {
    expectRefusal(await get(service, "/api/auth/credential"), 400, "INVALID_REQUEST");
    expectRefusal(await get(service, "/api/auth/credential?address="), 400, "INVALID_REQUEST");
    expectRefusal(await find("alice.eth"), 400, "INVALID_REQUEST");
    expectRefusal(await find(freshWallet().address, "&chainId=one"), 400, "INVALID_REQUEST");
    const none = await find(freshWallet().address);
    expectRefusal(none, 404, "NOT_FOUND");
    expect(none.body.error).toBe("Credential not found");
  });
});

describe("queries are exact", () => {
  test("an app asking for its own credential never gets another app's", async () => {
    const { wallet } = await bring(service);
    expect((await find(wallet.address, `&connectId=${appKey.did}`)).status).toBe(200);
    expect((await find(wallet.address, `&appId=${appKey.did}`)).status).toBe(200);
    for (const did of [
      otherKey.did,
      appKey.did.slice(0, -1),
      `${appKey.did}x`,
      appKey.did.toUpperCase(),
      "%25",
      "did:key:%",
    ])
      expectRefusal(await find(wallet.address, `&connectId=${encodeURIComponent(did)}`), 404, "NOT_FOUND");
    const both = await find(wallet.address, `&connectId=${appKey.did}&appId=${otherKey.did}`);
    expectRefusal(both, 404, "NOT_FOUND");
  });

  test("conditions all count, and an address in any letter case", async () => {
    const { wallet } = await bring(service, { chainId: 10 });
    for (const address of [wallet.address, wallet.address.toLowerCase(), `0x${wallet.address.slice(2).toUpperCase()}`])
      expect((await find(address, `&chainId=10&connectId=${appKey.did}`)).status).toBe(200);
    expectRefusal(await find(wallet.address, "&chainId=1"), 404, "NOT_FOUND");
    expectRefusal(await find(freshWallet().address, `&chainId=10&connectId=${appKey.did}`), 404, "NOT_FOUND");
  });

  test("what has run out is not found", async () => {
    const own = await startLocal();
    const { wallet } = await bring(own, { life: 3_600_000 });
    const ask = () => get(own, `/api/auth/credential?address=${wallet.address}&includeRevoked=true`);
    expect((await ask()).status).toBe(200);
    own.clock.advance(3_600_000);
    expectRefusal(await ask(), 404, "NOT_FOUND");
    await own.close();
  });
});

describe("revocation is authenticated", () => {
  const byDocument = (documentId: string, token?: string, reason = "") =>
    remove(service, `/api/auth/credential?id=${documentId}${reason && `&reason=${reason}`}`, { token });
  const byId = (id: string, address: string, token?: string, more: object = {}) =>
    remove(service, "/api/credential/renown", { token, body: { credentialId: id, address, ...more } });

  test("nobody revokes without a token, and nothing changes", async () => {
    const { wallet, documentId, id } = await bring(service);
    const { cookie } = await signIn(service, wallet);
    const before = await seq();
    expectRefusal(await byDocument(documentId), 401, "UNAUTHENTICATED");
    expectRefusal(await byId(id, wallet.address), 401, "UNAUTHENTICATED");
    const page = { cookie, origin: service.origin, "sec-fetch-site": "same-origin" };
    const path = `/api/auth/credential?id=${documentId}`;
    expectRefusal(await remove(service, path, { headers: page }), 401, "UNAUTHENTICATED");
    expect(await seq()).toBe(before);
    expect((await find(wallet.address)).status).toBe(200);
  });

  test("the app revokes by its own bearer token", async () => {
    const { wallet, documentId } = await bring(service);
    const answer = await byDocument(documentId, await appToken(service, wallet), "Signed%20out");
    expect(answer.body).toEqual({ result: true, credentialId: documentId });
    expectRefusal(await find(wallet.address), 404, "NOT_FOUND");
    const { body } = await get(service, `/api/status/${wallet.address}`);
    expect(body).toMatchObject({ status: "revoked", revoked: true, revocationReason: "Signed out" });
  });

  test("a limited key revokes itself too", async () => {
    const { wallet, documentId } = await bring(service, { may: ["none"] });
    expect((await byDocument(documentId, await appToken(service, wallet))).status).toBe(200);
  });

  test("the wallet revokes by its session, and the operator anything", async () => {
    const first = await bring(service);
    const { token } = await signIn(service, first.wallet);
    const answer = await byId(first.id, first.wallet.address.toLowerCase(), token, { reason: "User logged out" });
    expect(answer.body).toEqual({ result: true });
    const second = await bring(service);
    expect((await byId(second.id, second.wallet.address, service.operatorToken)).body).toEqual({ result: true });
  });

  test("another app, another wallet and a token of nonsense revoke nothing", async () => {
    const { wallet, documentId, id } = await bring(service);
    await delegate(service, wallet, { app: otherKey.did });
    const stranger = freshWallet();
    const before = await seq();
    for (const token of [
      await appToken(service, wallet, otherKey),
      await appToken(service, stranger),
      (await signIn(service, stranger)).token,
    ]) {
      expectRefusal(await byDocument(documentId, token), 403, "FORBIDDEN");
      expectRefusal(await byId(id, wallet.address, token), 403, "FORBIDDEN");
    }
    expectRefusal(await byDocument(documentId, "nonsense"), 401, "INVALID_TOKEN");
    const past = { exp: Math.floor(service.now() / 1000) - 3_600 };
    expectRefusal(await byDocument(documentId, await appToken(service, wallet, appKey, past)), 401);
    expect(await seq()).toBe(before);
  });

  test("twice is not found the second time, and so is what never was", async () => {
    const { wallet, documentId, id } = await bring(service);
    const { token } = await signIn(service, wallet);
    expect((await byDocument(documentId, token)).status).toBe(200);
    expectRefusal(await byDocument(documentId, token), 404);
    expectRefusal(await byId(id, wallet.address, token), 404);
    expectRefusal(await byDocument("8d0f8d1e-0000-4000-8000-000000000000", token), 404);
    expectRefusal(await byId("urn:uuid:none", wallet.address, token), 404);
    expectRefusal(await byId(id, freshWallet().address, token), 404);
  });

  test("what is missing is said before who may", async () => {
    expectRefusal(await remove(service, "/api/auth/credential"), 400, "INVALID_REQUEST");
    expectRefusal(await remove(service, "/api/credential/renown", { body: {} }), 400, "INVALID_REQUEST");
    const number = { credentialId: 7, address: "0x" };
    expectRefusal(await remove(service, "/api/credential/renown", { body: number }), 400, "INVALID_REQUEST");
  });

  test("history survives: what was revoked is still told of", async () => {
    const { wallet, documentId, id } = await bring(service);
    const { token } = await signIn(service, wallet);
    await byDocument(documentId, token, "Lost");
    const entries = await get(service, `/v1/documents/${documentId}/operations`);
    expect(entries.body.items.map((each: any) => JSON.parse(each.action).type)).toEqual([
      "CREATE_DOCUMENT",
      "INIT",
      "REVOKE",
    ]);
    const shown = await find(wallet.address, "&includeRevoked=true");
    expect(shown.body.credential.id).toBe(id);
  });
});
