import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleCode } from "../../src/identity/console-session.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { bring, expectRefusal } from "./api-client.ts";
import { ask, get, post, remove } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const pathOf = (id: string) => `/api/console/session/${id}`;
const poll = (id: string, at = service) => get(at, pathOf(id));
const put = (id: string, body: unknown, at = service) => ask(at, "PUT", pathOf(id), { body });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => error.code,
  );

/** A page is opened for a key, and a wallet delegates to this. */
async function opened(at = service, app = appKey.did) {
  const id = crypto.randomUUID();
  await at.services.console.open(id, app, app);
  return { ...(await bring(at, { app })), id };
}

describe("a console session", () => {
  test("is pending where nobody knows it, and until it is completed", async () => {
    const id = crypto.randomUUID();
    const pending = { sessionId: id, status: "pending" };
    expect((await poll(id)).body).toEqual(pending);
    const made = await post(service, pathOf(id), {});
    expect([made.status, made.body]).toEqual([201, pending]);
    const again = await ask(service, "POST", pathOf(id));
    expect([again.status, again.body]).toEqual([200, pending]);
    expect((await poll(id)).body).toEqual(pending);
  });

  test("gives its result to one read and no other", async () => {
    const { id, wallet, documentId, userDocumentId } = await opened();
    await service.services.console.complete(id, documentId);
    const answers = await Promise.all(Array.from({ length: 5 }, () => poll(id)));
    expect(answers.filter(({ body }) => body.status === "ready").map(({ body }) => body)).toEqual([
      {
        sessionId: id,
        status: "ready",
        address: wallet.address.toLowerCase(),
        chainId: 1,
        did: userOf(wallet),
        connectDid: appKey.did,
        credentialId: documentId,
        userDocumentId,
      },
    ]);
    expect((await poll(id)).body).toEqual({ sessionId: id, status: "pending" });
  });

  test("lives for five minutes", async () => {
    const own = await startLocal();
    const late = await opened(own);
    own.clock.advance(299_999);
    expect(await own.services.console.get(late.id)).toMatchObject({ status: "pending" });
    await own.services.console.complete(late.id, late.documentId);
    own.clock.advance(1);
    expect((await poll(late.id, own)).body.status).toBe("pending");
    expect(await own.services.console.get(late.id)).toBeUndefined();
    expect(await codeOf(own.services.console.complete(late.id, late.documentId))).toBe("NOT_FOUND");
    expect((await ask(own, "POST", pathOf(late.id))).status).toBe(201);
    await own.close();
  });

  test("has an id of at least 20 characters", async () => {
    for (const id of ["1234", "x".repeat(19), "x".repeat(129), "a%20b".repeat(6), "é".repeat(20)]) {
      const path = pathOf(encodeURIComponent(id));
      expectRefusal(await get(service, path), 400, "INVALID_REQUEST");
      expectRefusal(await ask(service, "POST", path), 400, "INVALID_REQUEST");
      expectRefusal(await ask(service, "PUT", path, { body: {} }), 400, "INVALID_REQUEST");
      expectRefusal(await remove(service, path), 400, "INVALID_REQUEST");
      expect(await codeOf(service.services.console.open(id, appKey.did))).toBe("INVALID_REQUEST");
    }
    expect((await ask(service, "POST", pathOf("x".repeat(20)))).status).toBe(201);
  });

  test("survives a restart, in the database", async () => {
    const folder = join(process.cwd(), ".tmp", `console-${crypto.randomUUID()}`);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "renown.sqlite");
    const first = await startLocal({ file });
    const { id, documentId } = await opened(first);
    await first.close();
    const second = await startLocal({ file });
    await second.services.console.complete(id, documentId);
    await second.close();
    const third = await startLocal({ file });
    expect((await poll(id, third)).body).toMatchObject({ status: "ready", credentialId: documentId });
    await third.close();
    rmSync(folder, { recursive: true });
  });
});

describe("console sessions are bound to the app that opened them", () => {
  test("the key is bound at first sight and another is refused later", async () => {
    const id = crypto.randomUUID();
    const { console: sessions } = service.services;
    const session = await sessions.open(id, appKey.did, "ph");
    expect(session).toEqual({
      id,
      connect: appKey.did,
      app: "ph",
      code: consoleCode(id, appKey.did),
      status: "pending",
      createdAt: new Date(service.now()).toISOString(),
      expiresAt: new Date(service.now() + 300_000).toISOString(),
    });
    expect(session.code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(await codeOf(sessions.open(id, otherKey.did))).toBe("ALREADY_SET");
    expect(await sessions.open(id, appKey.did)).toEqual(session);
    expect(await sessions.get(id)).toEqual(session);
  });

  test("one that was begun without a key is bound by the page", async () => {
    const id = crypto.randomUUID();
    await ask(service, "POST", pathOf(id));
    expect(await service.services.console.get(id)).toBeUndefined();
    expect(await service.services.console.open(id, appKey.did)).toMatchObject({ connect: appKey.did, app: null });
    expectRefusal(await ask(service, "POST", pathOf(id), { body: { connectDid: otherKey.did } }), 409, "ALREADY_SET");
  });

  test("what is no key is bound to nothing", async () => {
    for (const connect of ["", "did:key:zDnaX", "did:pkh:eip155:1:0x12", "x"])
      expect(await codeOf(service.services.console.open(crypto.randomUUID(), connect))).toBe("INVALID_DID");
  });

  test("only a live credential that names the key completes it", async () => {
    const { id, documentId } = await opened();
    const other = await bring(service, { app: otherKey.did });
    const revoked = await bring(service);
    await service.services.clients.revoke({ by: "operator" }, revoked.documentId, null);
    const { complete } = service.services.console;
    for (const document of [other.documentId, revoked.documentId, revoked.userDocumentId, "none", ""])
      expect(await codeOf(complete(id, document))).toBe("FORBIDDEN");
    await complete(id, documentId);
    expect((await poll(id)).body).toMatchObject({ status: "ready", credentialId: documentId });
  });

  test("an expired credential completes nothing", async () => {
    const own = await startLocal();
    const { documentId } = await bring(own, { life: 60_000 });
    own.clock.advance(60_000);
    const id = crypto.randomUUID();
    await own.services.console.open(id, appKey.did);
    expect(await codeOf(own.services.console.complete(id, documentId))).toBe("FORBIDDEN");
    await own.close();
  });

  test("a completed result is not overwritten, denied or bound anew", async () => {
    const { id, documentId } = await opened();
    const { complete, deny, open } = service.services.console;
    const second = await bring(service);
    const codes = await Promise.all([codeOf(complete(id, documentId)), codeOf(complete(id, second.documentId))]);
    expect(codes.toSorted()).toEqual(["ALREADY_SET", "done"]);
    expect(await codeOf(complete(id, second.documentId))).toBe("ALREADY_SET");
    expect(await codeOf(deny(id))).toBe("NOT_FOUND");
    expect(await codeOf(open(id, otherKey.did))).toBe("ALREADY_SET");
    await poll(id);
    expect(await codeOf(complete(id, second.documentId))).toBe("ALREADY_SET");
    expect((await poll(id)).body.status).toBe("pending");
  });

  test("a denied or closed one is completed by nobody", async () => {
    for (const end of ["deny", "close"] as const) {
      const { id, documentId } = await opened();
      await service.services.console[end](id);
      expect(await codeOf(service.services.console.complete(id, documentId))).toBe("ALREADY_SET");
      expect((await poll(id)).body).toEqual({ sessionId: id, status: "pending" });
    }
  });
});

describe("PUT and DELETE of a console session", () => {
  const said = ({ wallet, documentId }: { wallet: { address: string }; documentId: string }) => ({
    address: wallet.address,
    chainId: 1,
    did: `did:pkh:eip155:1:${wallet.address.toLowerCase()}`,
    credentialId: documentId,
  });

  test("completes with what the credential says, by its document or its own id", async () => {
    for (const name of ["documentId", "id"] as const) {
      const given = await bring(service);
      const session = crypto.randomUUID();
      const body = {
        ...said(given),
        credentialId: given[name],
        connectDid: appKey.did,
        userDocumentId: "someone else's",
      };
      const answer = await put(session, body);
      expect([answer.status, answer.body]).toEqual([200, { sessionId: session, status: "ready" }]);
      expect((await poll(session)).body).toMatchObject({
        credentialId: given.documentId,
        userDocumentId: given.userDocumentId,
      });
    }
  });

  test("names the fields that it needs", async () => {
    const whole = { ...said(await bring(service)), connectDid: appKey.did };
    for (const name of ["address", "chainId", "did", "credentialId"] as const) {
      const answer = await put(crypto.randomUUID(), { ...whole, [name]: undefined });
      expectRefusal(answer, 400, "INVALID_REQUEST");
      expect(answer.body.error).toBe("Missing required fields: address, chainId, did, credentialId");
    }
  });

  test("refuses what the credential does not say", async () => {
    const given = await bring(service);
    const id = crypto.randomUUID();
    const whole = { ...said(given), connectDid: appKey.did };
    const stranger = await bring(service);
    expectRefusal(await put(id, { ...whole, address: stranger.wallet.address }), 400);
    expectRefusal(await put(id, { ...whole, chainId: 10 }), 400);
    expectRefusal(await put(id, { ...whole, did: said(stranger).did }), 400);
    expectRefusal(await put(id, { ...whole, credentialId: "none" }), 404, "NOT_FOUND");
    expectRefusal(await put(id, said(given)), 404, "NOT_FOUND");
    expectRefusal(await put(id, { ...whole, connectDid: otherKey.did }), 403, "FORBIDDEN");
    expectRefusal(await put(id, whole), 409, "ALREADY_SET");
    expect((await poll(id)).body.status).toBe("pending");
  });

  test("does not overwrite", async () => {
    const first = await bring(service);
    const id = crypto.randomUUID();
    const body = { ...said(first), connectDid: appKey.did };
    expect((await put(id, body)).status).toBe(200);
    const second = await bring(service);
    expectRefusal(await put(id, { ...said(second), connectDid: appKey.did }), 409, "ALREADY_SET");
    expect((await poll(id)).body).toMatchObject({ credentialId: first.documentId });
  });

  test("gives up by DELETE, whether or not there was one", async () => {
    const { id, documentId } = await opened();
    for (const each of [id, id, crypto.randomUUID()])
      expect((await remove(service, pathOf(each))).body).toEqual({ success: true });
    expect(await codeOf(service.services.console.complete(id, documentId))).toBe("ALREADY_SET");
    expect(await codeOf(service.services.console.open(id, otherKey.did))).toBe("ALREADY_SET");
  });
});
