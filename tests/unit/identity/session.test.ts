import { createLocalJWKSet, importJWK, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessLife, mintAccessToken } from "../../../src/identity/access-token.ts";
import { pkhDid } from "../../../src/identity/did.ts";
import { parseCompact, signCompact } from "../../../src/identity/jws.ts";
import { jwks } from "../../../src/identity/service-did.ts";
import { makeServiceKeys, operationSigner, rotate, signerAt } from "../../../src/identity/service-keys.ts";
import {
  authenticate,
  authenticatePage,
  endAllSessions,
  endSession,
  listSessions,
  openSession,
  refreshGrace,
  refreshSession,
  type SessionContext,
  sessionLife,
} from "../../../src/identity/session.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import { day, hour, minute, second } from "../../../src/kernel/time.ts";
import { sessionStore } from "../../../src/storage/identity-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { alice, bob, now, origin } from "./message.ts";

const code = (code: string) => expect.objectContaining({ code });
const user = pkhDid({ chainId: 1, address: alice.address });
const other = pkhDid({ chainId: 1, address: bob.address });

let context: SessionContext;
let close: () => Promise<void>;

beforeAll(async () => {
  const storage = openSqlite({ file: ":memory:", realm: "main" });
  context = { origin, keys: await makeServiceKeys(now - day), store: sessionStore(storage.db) };
  close = storage.close;
});
afterAll(() => close());

const open = (at = now, who = user) => openSession(context, { user: who, method: "recovery", agent: "Firefox" }, at);

describe("a session", () => {
  test("is known by its access token and by its page cookie", async () => {
    const { access, pageSession, session } = await open();
    const expected = { user, method: "recovery", session: { id: session.id, user } };
    expect(await authenticate(context, access.token, now)).toMatchObject(expected);
    expect(await authenticatePage(context, pageSession, now)).toMatchObject(expected);
  });

  test("has a later id than one opened before it, and keeps a part of the agent's name", async () => {
    const opening = { user, method: "contract", agent: "x".repeat(5000) } as const;
    const { session } = await openSession(context, opening, now + 1);
    expect(session.id > (await open(now)).session.id).toBe(true);
    expect(session.agent).toHaveLength(200);
    expect(session.method).toBe("contract");
  });

  test("by a contract, which is not asked again, ends with the day", async () => {
    const opening = { user, method: "contract", agent: "" } as const;
    const { session, refreshToken } = await openSession(context, opening, now);
    expect(session.expiresAt).toBe(now + day);
    const late = refreshSession(context, refreshToken, now + day);
    await expect(late).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/EXPIRED/) }));
  });

  test("is listed, ended by its user alone, and then known no more", async () => {
    const { session, access, pageSession, refreshToken } = await open();
    expect((await listSessions(context, user, now, { limit: 100 })).map(({ id }) => id)).toContain(session.id);
    await expect(endSession(context, other, session.id, now)).rejects.toThrow(code("NOT_FOUND"));
    await endSession(context, user, session.id, now);
    await expect(endSession(context, user, session.id, now)).rejects.toThrow(code("NOT_FOUND"));
    for (const attempt of [
      () => authenticate(context, access.token, now),
      () => authenticatePage(context, pageSession, now),
      () => refreshSession(context, refreshToken, now),
    ])
      await expect(attempt()).rejects.toThrow(code("UNAUTHENTICATED"));
    expect((await listSessions(context, user, now, { limit: 100 })).map(({ id }) => id)).not.toContain(session.id);
  });

  test("ends with all others of its user, and with nobody else's", async () => {
    const mine = [await open(), await open()];
    const theirs = await open(now, other);
    expect(await endAllSessions(context, user, now)).toBeGreaterThanOrEqual(2);
    for (const { access } of mine)
      await expect(authenticate(context, access.token, now)).rejects.toThrow(code("UNAUTHENTICATED"));
    expect((await authenticate(context, theirs.access.token, now)).user).toBe(other);
  });

  test("is not known by a page cookie that somebody has made", async () => {
    const { session, pageSession } = await open();
    const [id, mac] = pageSession.split(".") as [string, string];
    const another = (await open()).session.id;
    for (const cookie of [
      "",
      id,
      `${id}.`,
      `${another}.${mac}`,
      `${id}.${mac}a`,
      `${session.id}.${"A".repeat(43)}`,
      "a".repeat(5000),
    ])
      await expect(authenticatePage(context, cookie, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });
});

describe("a refresh token", () => {
  test("gives new tokens, again and again", async () => {
    let { refreshToken, session } = await open();
    for (let i = 1; i <= 5; i++) {
      const at = now + i * hour;
      const next = await refreshSession(context, refreshToken, at);
      expect(next.refreshToken).not.toBe(refreshToken);
      expect(next.session).toMatchObject({ id: session.id, usedAt: at });
      expect((await authenticate(context, next.access.token, at)).user).toBe(user);
      ({ refreshToken } = next);
    }
  });

  test("is kept nowhere as it is", async () => {
    const { refreshToken } = await open();
    expect(await context.store.refreshToken(refreshToken)).toBeUndefined();
  });

  test("gives the same successor again to a client that lost the answer", async () => {
    const { refreshToken, session } = await open();
    const first = await refreshSession(context, refreshToken, now + minute);
    const again = await refreshSession(context, refreshToken, now + minute + refreshGrace);
    expect(again.refreshToken).toBe(first.refreshToken);
    expect((await refreshSession(context, again.refreshToken, now + hour)).session.id).toBe(session.id);
  });

  test("gives one successor to all who bring it at the same time", async () => {
    const { refreshToken } = await open();
    const all = await Promise.all(Array.from({ length: 8 }, () => refreshSession(context, refreshToken, now)));
    expect(new Set(all.map((each) => each.refreshToken)).size).toBe(1);
  });

  test("ends the session when it comes again after the time of grace", async () => {
    const { refreshToken } = await open();
    const next = await refreshSession(context, refreshToken, now);
    const late = now + refreshGrace + 1;
    await expect(refreshSession(context, refreshToken, late)).rejects.toThrow(code("TOKEN_REUSED"));
    await expect(refreshSession(context, next.refreshToken, late)).rejects.toThrow(code("UNAUTHENTICATED"));
    await expect(authenticate(context, next.access.token, late)).rejects.toThrow(code("UNAUTHENTICATED"));
  });

  test("ends the session when it comes again after its successor was used, at once", async () => {
    const { refreshToken } = await open();
    const next = await refreshSession(context, refreshToken, now);
    const last = await refreshSession(context, next.refreshToken, now + second);
    await expect(refreshSession(context, refreshToken, now + 2 * second)).rejects.toThrow(code("TOKEN_REUSED"));
    await expect(refreshSession(context, last.refreshToken, now + 2 * second)).rejects.toThrow(code("UNAUTHENTICATED"));
  });

  test("can be used after a crash had kept its successor and nothing more", async () => {
    const { refreshToken, session } = await open();
    const fail = async () => {
      throw new Error("The power failed.");
    };
    const broken = { ...context, store: { ...context.store, spendRefreshToken: fail } };
    await expect(refreshSession(broken, refreshToken, now)).rejects.toThrow("The power failed.");
    expect((await refreshSession(context, refreshToken, now + hour)).session.id).toBe(session.id);
  });

  test("leads to the absolute end and not beyond it", async () => {
    const { refreshToken } = await open();
    const last = await refreshSession(context, refreshToken, now + sessionLife - minute);
    expect(last.access.expiresAt).toBe(now + sessionLife);
    await expect(refreshSession(context, last.refreshToken, now + sessionLife)).rejects.toThrow(code("TOKEN_EXPIRED"));
    await expect(authenticatePage(context, last.pageSession, now + sessionLife)).rejects.toThrow(code("TOKEN_EXPIRED"));
  });

  test.each(["", "a", "A".repeat(43), "A".repeat(44), "!".repeat(43), "A".repeat(100_000)])(
    "that was never issued is refused: %.20s",
    async (token) => {
      await expect(refreshSession(context, token, now)).rejects.toThrow(code("INVALID_TOKEN"));
    },
  );
});

describe("an access token", () => {
  const claims = async () => parseCompact((await open()).access.token).payload;
  const signed = async (header: Record<string, string>, change: Record<string, unknown>) => {
    const payload = { ...(await claims()), ...change } as Awaited<ReturnType<typeof claims>>;
    return signCompact({ typ: "at+jwt", ...header }, payload, signerAt(context.keys));
  };

  test("is one that jose accepts by our published keys", async () => {
    const keySet = createLocalJWKSet(jwks(context.keys) as unknown as JSONWebKeySet);
    const { access, session } = await open();
    const options = {
      issuer: origin,
      audience: origin,
      typ: "at+jwt",
      algorithms: ["ES256"],
      currentDate: new Date(now),
    };
    const { payload } = await jwtVerify(access.token, keySet, options);
    expect(payload).toMatchObject({ sub: user, sid: session.id, client_id: origin });
    expect(payload.exp! - payload.iat!).toBe(accessLife / 1000);
  });

  test("runs out after a quarter of an hour", async () => {
    const { access } = await open();
    expect((await authenticate(context, access.token, now + accessLife - 1)).user).toBe(user);
    await expect(authenticate(context, access.token, now + accessLife)).rejects.toThrow(code("TOKEN_EXPIRED"));
  });

  test.each<[string, Record<string, string>, Record<string, unknown>, string]>([
    ["another audience", {}, { aud: "https://evil.example" }, "WRONG_AUDIENCE"],
    ["ours among several audiences", {}, { aud: [origin, "https://evil.example"] }, "WRONG_AUDIENCE"],
    ["no audience", {}, { aud: undefined }, "WRONG_AUDIENCE"],
    ["another issuer", {}, { iss: "https://evil.example" }, "INVALID_TOKEN"],
    ["no expiry", {}, { exp: undefined }, "INVALID_TOKEN"],
    ["an expiry that is a text", {}, { exp: "9999999999" }, "INVALID_TOKEN"],
    ["a subject that is no wallet", {}, { sub: "did:web:a.example" }, "INVALID_TOKEN"],
    ["another user than its session's", {}, { sub: other }, "INVALID_TOKEN"],
    ["a session that never was", {}, { sid: "0" }, "UNAUTHENTICATED"],
    ["the type of a credential", { typ: "vc+jwt" }, {}, "INVALID_TOKEN"],
    ["a key that is not ours", { kid: "other" }, {}, "INVALID_TOKEN"],
  ])("of ours with %s is refused", async (_name, header, change, expected) => {
    await expect(authenticate(context, await signed(header, change), now)).rejects.toThrow(code(expected));
  });

  test("is refused in every other algorithm", async () => {
    const payload = await claims();
    const { kid } = signerAt(context.keys);
    const none = `${base64url(utf8(JSON.stringify({ alg: "none", typ: "at+jwt", kid })))}.${base64url(utf8(JSON.stringify(payload)))}`;
    const { d: _, ...publicJwk } = context.keys.signing[0]!.jwk;
    const secret = utf8(JSON.stringify(publicJwk));
    const header = { alg: "HS256", typ: "at+jwt", kid };
    const hmac = await new SignJWT(payload as { sub: string }).setProtectedHeader(header).sign(secret);
    for (const token of [`${none}.`, `${none}.AAAA`, hmac, "garbage", ""])
      await expect(authenticate(context, token, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test("is refused under a key of somebody else who names ours", async () => {
    const stranger = await makeServiceKeys(now);
    const key = await importJWK(stranger.signing[0]!.jwk, "ES256");
    const header = { alg: "ES256", typ: "at+jwt", kid: signerAt(context.keys).kid };
    const token = await new SignJWT((await claims()) as { sub: string }).setProtectedHeader(header).sign(key);
    await expect(authenticate(context, token, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test("is refused under our operation key", async () => {
    const { sign } = operationSigner(context.keys);
    const token = await signCompact({ typ: "at+jwt" }, await claims(), { kid: context.keys.operation[0]!.kid, sign });
    await expect(authenticate(context, token, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test("outlives the retirement of its key, and no other does", async () => {
    const { access, session } = await open();
    const retired = now + minute;
    const rotated = { ...context, keys: await rotate(context.keys, "signing", retired) };
    expect((await authenticate(rotated, access.token, retired)).user).toBe(user);
    const forged = await mintAccessToken(context, session, retired + accessLife);
    await expect(authenticate(rotated, forged.token, retired + accessLife)).rejects.toThrow(code("INVALID_TOKEN"));
    const fresh = await mintAccessToken(rotated, session, retired + accessLife);
    expect((await authenticate(rotated, fresh.token, retired + accessLife)).user).toBe(user);
  });
});
