import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk5 from "@renown/sdk-5/node";
import * as sdk6 from "@renown/sdk-6/node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { WireEntry } from "../../src/operations/bundle.ts";
import { type Served, serveLocal } from "../browser/harness.ts";
import { start, userOf } from "../harness.ts";
import { bring } from "../http/api-client.ts";
import { ask, delegate, freshWallet, get, openProfile, post, remove, type Wallet } from "../http/client.ts";
import { actionOf, execute, executeCode } from "../http/graphql-client.ts";

/**
 * The published SDKs for Node, unmodified, against a running server. Their clock is set to that of the service, because
 * what they sign carries the time.
 */
let service: Served;
let folder: string;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  service = await serveLocal();
  folder = mkdtempSync(join(tmpdir(), "renown-sdk-"));
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

const portal = (wallet: Wallet, app: string, more = {}) => bring(service, { wallet, app, more });

describe("@renown/sdk 6.0.1 for Node", () => {
  const build = (name: string) =>
    new sdk6.RenownBuilder("ph", {
      storagePath: join(folder, `${name}.json`),
      keyPath: join(folder, `${name}-keys.json`),
      baseUrl: service.origin,
    }).build();

  test("logs in with what a portal has entered, and learns the profile", async () => {
    const renown = await build("login");
    const wallet = freshWallet();
    await expect(renown.login(userOf(wallet))).rejects.toThrow("404");
    expect(renown.status).toBe("not-authorized");
    const { userDocumentId } = await portal(wallet, renown.did, { username: "Node user" });
    const profiled = new Promise<any>((resolve) => renown.on("user", (user) => user?.profile && resolve(user.profile)));
    const user = await renown.login(userOf(wallet));
    expect(user).toMatchObject({ address: wallet.address, chainId: 1, did: userOf(wallet) });
    expect(renown.status).toBe("authorized");
    expect(await profiled).toMatchObject({
      documentId: userDocumentId,
      username: "Node user",
      ethAddress: wallet.address,
    });
  });

  test("is logged in again from its files, until the credential is revoked", async () => {
    const renown = await build("again");
    const wallet = freshWallet();
    const { documentId } = await portal(wallet, renown.did);
    await renown.login(userOf(wallet));
    expect((await build("again")).user).toMatchObject({ did: userOf(wallet) });
    const token = await renown.getBearerToken({ expiresIn: 60 });
    const revoked = await remove(service, `/api/auth/credential?id=${documentId}&reason=logout`, { token });
    expect(revoked.body).toEqual({ result: true, credentialId: documentId });
    const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
    expect((await build("again")).user).toBeUndefined();
    quiet.mockRestore();
  });

  test("never logs in by the credential of another app", async () => {
    const [mine, theirs] = [await build("mine"), await build("theirs")];
    const wallet = freshWallet();
    await portal(wallet, theirs.did);
    await expect(mine.login(userOf(wallet))).rejects.toThrow("404");
    await portal(wallet, mine.did);
    expect((await mine.login(userOf(wallet))).credential!.credentialSubject.id).toBe(mine.did);
  });

  test("waits at a console for what a person does in a browser, and logs in", async () => {
    const renown = await build("console");
    const session = crypto.randomUUID();
    const poll = async () => (await (await fetch(`${service.origin}/api/console/session/${session}`)).json()) as any;
    expect(await poll()).toEqual({ sessionId: session, status: "pending" });
    await service.services.console.open(session, renown.did, renown.did);
    expect(await poll()).toEqual({ sessionId: session, status: "pending" });
    const wallet = freshWallet();
    const { documentId } = await portal(wallet, renown.did);
    await service.services.console.complete(session, documentId);
    const result = await poll();
    expect(result).toMatchObject({ status: "ready", connectDid: renown.did });
    expect(await renown.login(result.did)).toMatchObject({ address: wallet.address });
    expect(await poll()).toEqual({ sessionId: session, status: "pending" });
  });

  test("makes bearer tokens that prove its key here", async () => {
    const renown = await build("bearer");
    const wallet = freshWallet();
    await portal(wallet, renown.did);
    await renown.login(userOf(wallet));
    const token = await renown.getBearerToken({ expiresIn: 60 });
    expect(await renown.verifyBearerToken(token)).toMatchObject({ issuer: renown.did });
    expect((await get(service, "/v1/me", { token })).body.code).toBe("FORBIDDEN");
    const ours = await renown.getBearerToken({ expiresIn: 60, aud: service.origin });
    expect((await get(service, "/v1/me", { token: ours })).body.code).toBe("FORBIDDEN");
    const others = await renown.getBearerToken({ expiresIn: 60, aud: "https://elsewhere.example" });
    expect((await get(service, "/v1/me", { token: others })).body.code).toBe("WRONG_AUDIENCE");
    const endless = await renown.getBearerToken({});
    expect((await get(service, "/v1/me", { token: endless })).body.code).toBe("INVALID_TOKEN");
  });

  test("signs actions that are admitted as they are", async () => {
    const renown = await build("signer");
    const wallet = freshWallet();
    const { documentId } = await portal(wallet, renown.did);
    const user = await renown.login(userOf(wallet));
    const signed = async (type: string, input: object) => {
      const action = actionOf(service, type, input);
      const tuple = await renown.signer.signAction(action as never);
      const app = { name: "ph", key: renown.did };
      const signer = {
        user: { address: user.address, networkId: "eip155", chainId: 1 },
        app,
        signatures: [tuple.join(", ")],
      };
      return { ...action, context: { signer } };
    };
    const [profile] = await service.services.clients.users({ ethAddresses: [wallet.address] });
    await execute(service, profile!.documentId, [await signed("SET_USERNAME", { username: "Signed by ph" })]);
    const entries = await service.services.documents.entries(profile!.documentId, { limit: 10 });
    expect(entries.items.at(-1)).toMatchObject({ binding: "content", authority: { by: "delegation" } });
    await execute(service, documentId, [await signed("REVOKE", { revokedAt: null, reason: "Done" })]);
    await expect(renown.login(userOf(wallet))).rejects.toThrow("404");
    const late = [await signed("SET_USERNAME", { username: "Too late" })];
    expect(await executeCode(service, profile!.documentId, late)).toBe("NOT_DELEGATED");
  });

  test("holds the signature of a credential for what it is", async () => {
    const renown = await build("verify");
    const wallet = freshWallet();
    const { credential } = await portal(wallet, renown.did);
    const user = await renown.login(userOf(wallet));
    const { proof, ...message } = user.credential as any;
    const { verifyTypedData } = await import("viem");
    const { domain, primaryType, types } = proof.eip712;
    const shown = { address: wallet.address, domain, primaryType, types, message, signature: proof.proofValue };
    expect(await verifyTypedData(shown)).toBe(true);
    expect(message.issuanceDate).toBe(credential.issuanceDate);
  });
});

describe("@renown/sdk 5.3.2 for Node", () => {
  const cryptoOf = (name: string) => new sdk5.ConnectCrypto(new sdk5.NodeKeyStorage(join(folder, `5-${name}.json`)));

  test("makes bearer tokens that prove its key here, and take back what it was given", async () => {
    const keys = cryptoOf("bearer");
    const wallet = freshWallet();
    const { documentId, id } = await portal(wallet, await keys.did());
    const token = await keys.getBearerToken(service.origin, wallet.address, true, { expiresIn: 60 });
    expect(await sdk5.verifyAuthBearerToken(token)).toMatchObject({ issuer: await keys.did() });
    const body = { credentialId: id, address: wallet.address, reason: "User logged out" };
    expect((await remove(service, "/api/credential/renown", { token, body })).body).toEqual({ result: true });
    const status = await get(service, `/api/status/${wallet.address}`);
    expect(status.body).toMatchObject({ documentId, status: "revoked", revocationReason: "User logged out" });
  });

  test("verifies what this service signs and admits", async () => {
    const { receipts, document } = await openProfile(service);
    expect(receipts).toHaveLength(2);
    const { items } = await service.services.documents.entries(document, { limit: 10 });
    const verify = sdk5.createSignatureVerifier();
    for (const { action } of items as WireEntry[]) {
      const parsed = JSON.parse(action);
      const operation = { action: parsed, index: 0, skip: 0, hash: "", timestampUtcMs: parsed.timestampUtcMs, id: "x" };
      expect(await verify(operation as never, parsed.context.signer.app.key)).toBe(true);
    }
  });
});

describe("what a portal does beside", () => {
  test("a delegation by a sign-in message logs no old client in, because it has no credential to check", async () => {
    const wallet = freshWallet();
    await delegate(service, wallet);
    const answer = await get(service, `/api/auth/credential?address=${wallet.address}`);
    expect(answer.status).toBe(404);
    expect((await post(service, "/api/profile", { ethAddress: wallet.address })).body).toEqual({ profile: null });
    expect((await ask(service, "GET", "/api/switchboard")).body).toEqual({ endpoint: `${service.origin}/graphql` });
  });
});
