import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso } from "../../src/kernel/time.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { bring, expectRefusal } from "./api-client.ts";
import { ask, freshWallet, get, post, remove, signIn } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const revoke = async (documentId: string, reason = "") =>
  expect(
    (await remove(service, `/api/auth/credential?id=${documentId}&reason=${reason}`, { token: service.operatorToken }))
      .status,
  ).toBe(200);

describe("GET /api/switchboard", () => {
  test("always names the GraphQL address on the public origin, whatever the request says", async () => {
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" };
    for (const each of [{}, headers]) {
      const answer = await get(service, "/api/switchboard", { headers: each });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ endpoint: `${service.origin}/graphql` });
    }
    const secure = await startLocal({ origin: "https://renown.example" });
    expect((await get(secure, "/api/switchboard")).body).toEqual({ endpoint: "https://renown.example/graphql" });
    await secure.close();
  });
});

describe("POST /api/auth/verify", () => {
  const verify = (body: unknown) => post(service, "/api/auth/verify", body);

  test("tells the truth about a live credential", async () => {
    const { wallet, id, documentId } = await bring(service);
    const { status, body } = await verify({ token: id, address: wallet.address.toLowerCase() });
    expect(status).toBe(200);
    expect(body).toEqual({
      valid: true,
      payload: {
        iss: userOf(wallet),
        aud: "https://app.example",
        exp: service.now() / 1000 + 7 * 86_400,
        iat: service.now() / 1000,
        address: wallet.address,
        chainId: 1,
        connectId: appKey.did,
        credentialId: id,
        documentId,
        proofType: "EthereumEip712Signature2021",
      },
    });
  });

  test("tells the truth about revocation", async () => {
    const { wallet, id, documentId } = await bring(service);
    await revoke(documentId);
    const answer = await verify({ token: id, address: wallet.address });
    expectRefusal(answer, 401, "REVOKED");
    expect(answer.body.valid).toBe(false);
  });

  test("tells the truth about expiry", async () => {
    const own = await startLocal();
    const { wallet, id } = await bring(own, { life: 3_600_000 });
    const ask = () => post(own, "/api/auth/verify", { token: id, address: wallet.address });
    own.clock.advance(3_599_999);
    expect((await ask()).body.valid).toBe(true);
    own.clock.advance(1);
    const answer = await ask();
    expectRefusal(answer, 401);
    expect(answer.body.valid).toBe(false);
    await own.close();
  });

  test("tells the truth about the signature, whatever is kept", async () => {
    const { wallet, id } = await bring(service);
    const spoilt = await startLocal({
      services: ({ verify, clients, ...services }) => ({
        ...services,
        verify,
        clients: {
          ...clients,
          verify: async () => {
            const [row] = await service.services.clients.credentials({ credentialId: id });
            const { credentialOf } = await import("../../src/credentials/credential-row.ts");
            const wrong = { ...row!, credentialSubjectApp: "https://evil.example" };
            return { row: wrong, report: await service.services.verify.credential(credentialOf(wrong), {}) };
          },
        },
      }),
    });
    const answer = await post(spoilt, "/api/auth/verify", { token: id, address: wallet.address });
    expectRefusal(answer, 401, "BAD_SIGNATURE");
    await spoilt.close();
  });

  test("says what is missing and what is not known", async () => {
    const { wallet, id } = await bring(service);
    const wrongs: [unknown, number][] = [
      [{}, 400],
      [{ token: id }, 400],
      [{ address: wallet.address }, 400],
      [{ token: 7, address: wallet.address }, 400],
      [[], 400],
      [{ token: id, address: freshWallet().address }, 404],
      [{ token: "urn:uuid:none", address: wallet.address }, 404],
      [{ token: `${id}%`, address: wallet.address }, 404],
    ];
    for (const [body, status] of wrongs) {
      const answer = await verify(body);
      expectRefusal(answer, status);
      expect(answer.body.valid).toBe(false);
    }
    expectRefusal(await get(service, "/api/auth/verify"), 405);
    expect((await get(service, "/api/auth/verify")).body.valid).toBe(false);
  });
});

describe("GET /api/status", () => {
  const status = (address: string, query = "") => get(service, `/api/status/${encodeURIComponent(address)}${query}`);

  test("tells how the newest credential stands, by an address or a DID", async () => {
    const { wallet, id, documentId } = await bring(service);
    for (const address of [
      wallet.address,
      wallet.address.toLowerCase(),
      userOf(wallet),
      `did:pkh:eip155:1:${wallet.address}`,
    ]) {
      const answer = await status(address);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        documentId,
        credentialId: id,
        status: "active",
        revoked: false,
        revokedAt: null,
        revocationReason: null,
        issuerId: userOf(wallet),
        issuerEthereumAddress: wallet.address,
        issuanceDate: iso(service.now()),
        expirationDate: iso(service.now() + 7 * 86_400_000),
        credentialSubject: { id: appKey.did, app: "https://app.example" },
        createdAt: iso(service.now()),
        updatedAt: iso(service.now()),
      });
    }
  });

  test("tells of revocation, with its reason", async () => {
    const { wallet, documentId } = await bring(service);
    await revoke(documentId, "Lost%20it");
    expect((await status(wallet.address)).body).toMatchObject({
      status: "revoked",
      revoked: true,
      revokedAt: iso(service.now()),
      revocationReason: "Lost it",
    });
    expectRefusal(await status(wallet.address, "?includeRevoked=false"), 404, "NOT_FOUND");
  });

  test("tells of expiry", async () => {
    const own = await startLocal();
    const { wallet } = await bring(own, { life: 3_600_000 });
    own.clock.advance(3_600_000);
    const { body } = await get(own, `/api/status/${wallet.address}`);
    expect(body).toMatchObject({ status: "expired", revoked: false });
    await own.close();
  });

  test("asks exactly", async () => {
    const { wallet } = await bring(service);
    expect((await status(wallet.address, `?appId=${appKey.did}`)).status).toBe(200);
    const none = await status(wallet.address, `?connectId=${otherKey.did}`);
    expectRefusal(none, 404, "NOT_FOUND");
    expect(none.body.searched).toEqual({ address: wallet.address.toLowerCase(), appId: otherKey.did });
    expectRefusal(await status(userOf(wallet, 10)), 404, "NOT_FOUND");
    for (const wrong of ["alice.eth", "0x12", "did:pkh:eip155:1:0x12", "did:key:z6Mk", "%"])
      expectRefusal(await status(wrong), 400, "INVALID_REQUEST");
  });
});

describe("POST /api/profile", () => {
  const profile = (body: unknown) => post(service, "/api/profile", body);

  test("finds by id, address or name, and answers null where there is none", async () => {
    const { wallet, userDocumentId: id } = await bring(service, { more: { username: "Paula" } });
    for (const body of [{ id }, { ethAddress: wallet.address.toLowerCase() }, { username: "Paula", driveId: "x" }])
      expect((await profile(body)).body.profile).toMatchObject({ documentId: id, username: "Paula" });
    expect((await profile({ id: "none", username: "Paula" })).body.profile).toMatchObject({ documentId: id });
    for (const body of [
      { id: "none" },
      { username: "Paul" },
      { username: "Paula%" },
      { ethAddress: "0x" },
      { id: "%" },
    ]) {
      const answer = await profile(body);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ profile: null });
    }
  });

  test("needs one of them", async () => {
    for (const body of [{}, { driveId: "x" }, { id: "" }, { id: null }, { id: 7 }, { username: ["a"] }, [], 7])
      expectRefusal(await profile(body), 400, "INVALID_REQUEST");
  });
});

describe("every address under /api", () => {
  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const addresses: [path: string, allow: string][] = [
    ["/api/switchboard", "GET"],
    ["/api/auth/credential", "GET, DELETE"],
    ["/api/credential/renown", "POST, DELETE"],
    ["/api/auth/verify", "POST"],
    ["/api/profile", "POST"],
    ["/api/status/0x1", "GET"],
    [`/api/console/session/${id}`, "GET, POST, PUT, DELETE"],
  ];

  test("answers preflights with 200 and nothing, and lets Authorization through", async () => {
    for (const [path] of [...addresses, ["/api/nowhere"]]) {
      const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
      const answer = await ask(service, "OPTIONS", path!, { headers });
      expect(answer.status).toBe(200);
      expect(answer.text).toBe("");
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("access-control-allow-methods")).toBe("GET,DELETE,PATCH,POST,PUT");
      const allowed = answer.headers.get("access-control-allow-headers")!.split(", ");
      const contract =
        "X-CSRF-Token, X-Requested-With, Accept, Accept-Version, Content-Length, Content-MD5, Content-Type, Date, X-Api-Version";
      for (const name of [...contract.split(", "), "Authorization"]) expect(allowed).toContain(name);
    }
  });

  test("names the methods that it takes where another comes", async () => {
    for (const [path, allow] of addresses) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (allow.split(", ").includes(method)) continue;
        const answer = await ask(service, method, path);
        expectRefusal(answer, 405, "METHOD_NOT_ALLOWED");
        expect(answer.headers.get("allow")).toBe(allow);
      }
    }
  });

  test("lets every origin read refusals, without cookies", async () => {
    for (const path of ["/api/auth/credential", "/api/status/x", "/api/nowhere", "/api", "/api/auth/credential/more"]) {
      const answer = await get(service, path, {
        headers: { origin: "https://app.example", cookie: "__Host-renown=x" },
      });
      expectRefusal(answer, path.startsWith("/api/status") || path === "/api/auth/credential" ? 400 : 404);
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  test("takes no cookie for a token", async () => {
    const { cookie, wallet } = await signIn(service);
    const { documentId } = await bring(service, { wallet });
    const path = `/api/auth/credential?id=${documentId}`;
    expectRefusal(await remove(service, path, { headers: { cookie, origin: service.origin } }), 401, "UNAUTHENTICATED");
  });

  test("leaks nothing of what goes wrong inside", async () => {
    const secret = async () => Promise.reject(new Error("SELECT secret FROM renown_credentials"));
    const broken = await startLocal({
      services: (services) => ({ ...services, clients: { ...services.clients, credentials: secret, users: secret } }),
    });
    for (const answer of [
      await get(broken, `/api/auth/credential?address=${freshWallet().address}`),
      await get(broken, `/api/status/${freshWallet().address}`),
      await post(broken, "/api/profile", { id: "x" }),
    ]) {
      expectRefusal(answer, 500, "INTERNAL");
      expect(answer.text).not.toContain("secret");
    }
    await broken.close();
  });
});

describe("floods", () => {
  test("a burst of 60 in 10 seconds passes, then 429 with Retry-After", async () => {
    const own = await startLocal({ limits: { requests: { burst: 60, window: 10_000 } } });
    const path = `/api/console/session/${crypto.randomUUID()}`;
    for (let i = 0; i < 60; i++) {
      await ask(own, "OPTIONS", path);
      expect((await get(own, path)).status).toBe(200);
    }
    const refused = await get(own, path);
    expectRefusal(refused, 429, "TOO_MANY_REQUESTS");
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(1);
    own.clock.advance(seconds * 1_000);
    expect((await get(own, path)).status).toBe(200);
    await own.close();
  });

  test("a client that polls twice a second is never refused", async () => {
    const own = await startLocal({ limits: { requests: { burst: 60, window: 10_000 } } });
    const path = `/api/console/session/${crypto.randomUUID()}`;
    for (let i = 0; i < 300; i++) {
      own.clock.advance(500);
      expect((await get(own, path)).status).toBe(200);
    }
    await own.close();
  });
});
