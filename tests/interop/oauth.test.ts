import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Served, serveLocal } from "../browser/harness.ts";
import { start } from "../harness.ts";
import { act, addClient, openOrganization, type TestOrganization } from "../http/org-access.ts";

/** oauth4webapi, which holds servers to the letter of the RFCs, against a running server. */
let service: Served;
let server: oauth.AuthorizationServer;
let organization: TestOrganization;
const http = { [oauth.allowInsecureRequests]: true };

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  service = await serveLocal();
  organization = await openOrganization(service);
  const issuer = new URL(service.origin);
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...http });
  server = await oauth.processDiscoveryResponse(issuer, found);
});
afterAll(async () => {
  await service.stop();
  vi.useRealTimers();
});

const tokenFor = async (client: string, proof: oauth.ClientAuth, parameters: Record<string, string> = {}) => {
  const named = { client_id: client };
  const response = await oauth.clientCredentialsGrantRequest(server, named, proof, parameters, http);
  return oauth.processClientCredentialsResponse(server, named, response);
};

/** The error as the library read it from the answer. */
const errorOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (error) => error,
  );
  expect(error).toBeInstanceOf(oauth.ResponseBodyError);
  return [error.status, error.error];
};

const bearing = (token: string) =>
  new Request(`${service.origin}/v1/x`, { headers: { authorization: `Bearer ${token}` } });

const scopes = [
  "classes:write",
  "awards:write",
  "awards:read",
  "credentials:issue",
  "credentials:verify",
  "attestations:write",
];

describe("oauth4webapi", () => {
  test("finds the endpoint and what it takes", () => {
    expect(server).toMatchObject({
      token_endpoint: `${service.origin}/oauth/token`,
      grant_types_supported: expect.arrayContaining(["client_credentials"]),
      scopes_supported: scopes,
    });
  });

  test.each([
    ["client_secret_basic", oauth.ClientSecretBasic],
    ["client_secret_post", oauth.ClientSecretPost],
  ])("gets a token by %s, and takes it for one of RFC 9068", async (method, prove) => {
    expect(server.token_endpoint_auth_methods_supported).toContain(method);
    const { client, secret } = await addClient(service, organization);
    const token = await tokenFor(client, prove(secret), { scope: "awards:read" });
    expect(token).toMatchObject({ token_type: "bearer", expires_in: 3600, scope: "awards:read" });
    const claims = await oauth.validateJwtAccessToken(
      server,
      bearing(token.access_token),
      `${service.origin}/v1`,
      http,
    );
    expect(claims).toMatchObject({ iss: service.origin, sub: client, client_id: client, scope: "awards:read" });
  });

  test.each(["ES256", "Ed25519"])("gets a token by private_key_jwt with %s, anew each time", async (alg) => {
    expect(server.token_endpoint_auth_signing_alg_values_supported).toContain(alg);
    const { privateKey, publicKey } = await oauth.generateKeyPair(alg, { extractable: true });
    const exported = (await crypto.subtle.exportKey("jwk", publicKey as never)) as Record<string, string>;
    const { kty, crv, x, y } = exported;
    const jwk = { kty: kty!, crv: crv!, x: x!, ...(y && { y }) };
    const { client } = await addClient(service, organization, { jwk });
    for (let i = 0; i < 2; i++)
      expect((await tokenFor(client, oauth.PrivateKeyJwt(privateKey))).scope).toBe("awards:write awards:read");
    const { privateKey: other } = await oauth.generateKeyPair(alg);
    await expect(tokenFor(client, oauth.PrivateKeyJwt(other))).rejects.toThrow(oauth.WWWAuthenticateChallengeError);
  });

  test("reads refusals as the RFC has them", async () => {
    const { client, secret } = await addClient(service, organization);
    const proof = oauth.ClientSecretBasic(secret);
    expect(await errorOf(tokenFor(client, proof, { scope: "classes:write" }))).toEqual([400, "invalid_scope"]);
    const named = { client_id: client };
    const asked = oauth.genericTokenEndpointRequest(server, named, proof, "password", {}, http);
    const read = asked.then((response) => oauth.processGenericTokenEndpointResponse(server, named, response));
    expect(await errorOf(read)).toEqual([400, "unsupported_grant_type"]);
    const wrong = await tokenFor(client, oauth.ClientSecretBasic("wrong")).catch((error) => error);
    expect(wrong).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    expect(wrong.cause).toMatchObject([{ scheme: "basic", parameters: { realm: "renown" } }]);
  });

  test("has no token that outlives its client", async () => {
    const { client, secret } = await addClient(service, organization);
    const { access_token: token } = await tokenFor(client, oauth.ClientSecretPost(secret));
    expect(await service.services.auth.identify(token)).toMatchObject({ by: "client", client });
    await act(service, organization, "REVOKE_CLIENT", { client });
    await expect(service.services.auth.identify(token)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(tokenFor(client, oauth.ClientSecretPost(secret))).rejects.toThrow();
  });
});
