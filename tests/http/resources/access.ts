import { beforeAll, describe, expect, test } from "vitest";
import { userOf } from "../../harness.ts";
import { ask, expectProblem, freshWallet, get, post, signIn } from "../client.ts";
import { act, addClient, askToken, basic, clientToken, openOrganization } from "../org-access.ts";
import type { Service } from "../server.ts";

/** How programs of organisations come in, whatever runs the service; every detail is tested once elsewhere. */
export function accessContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("a program of an organisation", () => {
    test("gets a token by its secret, until the organisation's log revokes it", async () => {
      const organization = await openOrganization(service);
      const client = await addClient(service, organization);
      const answer = await askToken(service, { scope: "awards:read" }, basic(client.client, client.secret));
      expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "awards:read" });
      const token = answer.body.access_token as string;
      expectProblem(await get(service, "/v1/me", { token }), "FORBIDDEN", 403);
      await act(service, organization, "REVOKE_CLIENT", { client: client.client });
      expectProblem(await get(service, "/v1/me", { token }), "UNAUTHENTICATED", 401);
      const late = await askToken(service, {}, basic(client.client, client.secret));
      expect([late.status, late.body.error]).toEqual([401, "invalid_client"]);
    });

    test("gets a token by an assertion, once for each", async () => {
      const organization = await openOrganization(service);
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
      const { client } = await addClient(service, organization, { jwk: { kty: "EC", crv: "P-256", x: x!, y: y! } });
      const seconds = Math.floor(service.now() / 1000);
      const claims = { iss: client, sub: client, aud: service.origin, jti: crypto.randomUUID(), exp: seconds + 60 };
      const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
      const texts = [{ alg: "ES256" }, claims].map((part) => encode(Buffer.from(JSON.stringify(part))));
      const signed = new TextEncoder().encode(texts.join("."));
      const algorithm = { name: "ECDSA", hash: "SHA-256" };
      const signature = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, signed));
      const asked = {
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: [...texts, encode(signature)].join("."),
      };
      expect((await askToken(service, asked)).status).toBe(200);
      expect((await askToken(service, asked)).body.error).toBe("invalid_client");
    });

    test("has its secret rotated and taken away by owners and admins, and by nobody else", async () => {
      const organization = await openOrganization(service);
      const client = await addClient(service, organization);
      const path = `/v1/orgs/${organization.slug}/clients/${client.client}/secrets`;
      const stranger = await signIn(service, freshWallet());
      const issuer = await signIn(service, freshWallet());
      await act(service, organization, "SET_MEMBER", { user: userOf(issuer.wallet), role: "issuer" });
      const programs = await clientToken(service, client);
      for (const token of [stranger.token, issuer.token, programs])
        expectProblem(await post(service, path, {}, { token }), "FORBIDDEN", 403);
      const { token } = organization;
      const { body } = await post(service, path, { immediately: true }, { token });
      expect((await askToken(service, {}, basic(client.client, client.secret))).status).toBe(401);
      await clientToken(service, { client: client.client, secret: body.secret });
      expect((await ask(service, "DELETE", `${path}/${body.secretId}`, { token })).status).toBe(204);
      expect((await askToken(service, {}, basic(client.client, body.secret))).status).toBe(401);
      const listed = await get(service, `/v1/orgs/${organization.slug}/clients`, { token });
      expect(listed.body.items).toMatchObject([{ client: client.client, revokedAt: null, secrets: [] }]);
    });
  });
}
