import { beforeAll, describe, expect, test } from "vitest";
import { appKey, otherKey, userOf } from "../../harness.ts";
import { bring, expectRefusal } from "../api-client.ts";
import { appToken, ask, delegate, freshWallet, get, post, remove } from "../client.ts";
import {
  actionOf,
  createDocument,
  credentialsQuery,
  dataOf,
  execute,
  executeCode,
  initiate,
  kinds,
  usersQuery,
} from "../graphql-client.ts";
import type { Service } from "../server.ts";

/** The ways of existing clients, whatever runs the service; every detail is tested once elsewhere. */
export function clientContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("an existing client", () => {
    test("logs in by REST, is verified, and loses its credential when it takes that back", async () => {
      const more = { username: `rest ${crypto.randomUUID().slice(0, 8)}` };
      const { wallet, documentId, userDocumentId, id } = await bring(service, { more });
      const path = `/api/auth/credential?address=${wallet.address}&chainId=1&connectId=${appKey.did}`;
      expect((await get(service, path)).body).toMatchObject({ userDocumentId, credential: { id } });
      const asked = { token: id, address: wallet.address };
      expect((await post(service, "/api/auth/verify", asked)).body).toMatchObject({ valid: true });
      expect((await post(service, "/api/profile", { ethAddress: wallet.address })).body.profile).toMatchObject(more);
      expectRefusal(await remove(service, `/api/auth/credential?id=${documentId}`), 401, "UNAUTHENTICATED");
      const token = await appToken(service, wallet);
      expect((await remove(service, `/api/auth/credential?id=${documentId}`, { token })).status).toBe(200);
      expectRefusal(await get(service, path), 404, "NOT_FOUND");
      expectRefusal(await post(service, "/api/auth/verify", asked), 401, "REVOKED");
      expect((await get(service, `/api/status/${userOf(wallet)}`)).body.status).toBe("revoked");
    });

    test("signs in within a page by GraphQL, and opens its profile", async () => {
      const { wallet, document, credential } = await initiate(service);
      const input = { ethAddress: wallet.address.toLowerCase(), did: appKey.did };
      const { renownCredentials } = await dataOf(service, credentialsQuery, { input });
      expect(renownCredentials).toMatchObject([{ documentId: document, credentialId: credential.id, revoked: false }]);
      const profile = await createDocument(service, kinds.user);
      const username = `graph ${crypto.randomUUID().slice(0, 8)}`;
      await execute(service, profile, [
        actionOf(service, "SET_ETH_ADDRESS", { ethAddress: wallet.address }),
        actionOf(service, "SET_USERNAME", { username }),
      ]);
      const { renownUsers } = await dataOf(service, usersQuery, { input: { ethAddresses: [wallet.address] } });
      expect(renownUsers).toMatchObject([{ documentId: profile, username, ethAddress: wallet.address }]);
      const revoke = actionOf(service, "REVOKE", { revokedAt: null, reason: null });
      expect(await executeCode(service, document, [revoke])).toBe("UNAUTHENTICATED");
      await execute(service, document, [revoke], { token: await appToken(service, wallet) });
      expect((await dataOf(service, credentialsQuery, { input })).renownCredentials).toMatchObject([{ revoked: true }]);
    });

    test("waits at a console for a credential that names its key", async () => {
      const session = crypto.randomUUID();
      const path = `/api/console/session/${session}`;
      const { wallet, documentId } = await bring(service);
      const said = { address: wallet.address, chainId: 1, did: userOf(wallet), credentialId: documentId };
      expect((await ask(service, "POST", path, { body: { connectDid: appKey.did } })).status).toBe(201);
      expect((await get(service, path)).body).toEqual({ sessionId: session, status: "pending" });
      expectRefusal(await ask(service, "PUT", path, { body: { ...said, connectDid: otherKey.did } }), 409);
      expect((await ask(service, "PUT", path, { body: said })).body).toEqual({ sessionId: session, status: "ready" });
      expect((await get(service, path)).body).toMatchObject({
        status: "ready",
        did: userOf(wallet),
        connectDid: appKey.did,
      });
      expect((await get(service, path)).body).toEqual({ sessionId: session, status: "pending" });
    });

    test("asks for a device by RFC 8628", async () => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const form = (values: object) => new URLSearchParams(values as Record<string, string>).toString();
      const client = { client_id: appKey.did };
      const { body } = await ask(service, "POST", "/v1/device/code", { headers, body: form(client) });
      expect(body.verification_uri).toBe(`${service.origin}/device`);
      const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
      const asked = form({ ...client, grant_type, device_code: body.device_code });
      const first = await ask(service, "POST", "/v1/device/token", { headers, body: asked });
      expect([first.status, first.body.error]).toEqual([400, "authorization_pending"]);
      const second = await ask(service, "POST", "/v1/device/token", { headers, body: asked });
      expect([second.status, second.body.error]).toEqual([400, "slow_down"]);
    });

    test("brings the same credential many times at once and gets one record", async () => {
      const { body, documentId } = await bring(service);
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(service, "/api/credential/renown", body)));
      for (const answer of answers) expect(answer.body).toMatchObject({ result: true, documentId });
    });

    test("finds a profile as JSON", async () => {
      const { wallet, userDocumentId } = await bring(service);
      const found = await get(service, `/v1/profiles/${userOf(wallet)}`);
      expect(found.body).toMatchObject({ documentId: userDocumentId, address: wallet.address.toLowerCase() });
      const wanted = freshWallet();
      await delegate(service, wanted);
      expect((await get(service, `/v1/profiles/${wanted.address}`)).status).toBe(404);
    });
  });
}
