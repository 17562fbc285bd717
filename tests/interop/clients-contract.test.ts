import { verifyTypedData } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso } from "../../src/kernel/time.ts";
import { type Served, serveLocal } from "../browser/harness.ts";
import { appKey, otherKey, signCredential, userOf } from "../harness.ts";
import { posted } from "../http/api-client.ts";
import { appToken, freshWallet, signIn, type Wallet } from "../http/client.ts";

/**
 * What @renown/sdk of the 6.2 generation and a Switchboard send, request by request and over real HTTP, as the contract
 * gives it: their current packages do not install from npm alone.
 */
let service: Served;
beforeAll(async () => {
  service = await serveLocal();
});
afterAll(() => service.stop());

/** Every request of the SDK is anonymous and cross-origin: a content type and nothing else. */
async function graphql(query: string, variables: JsonObject, more: Record<string, string> = {}): Promise<any> {
  const response = await fetch(`${service.origin}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: "https://app.example", ...more },
    body: JSON.stringify({ query, variables }),
  });
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const { data, errors } = (await response.json()) as any;
  if (errors?.length) throw new Error(errors[0].message);
  return data;
}

const credentialsQuery = `query RenownCredentials($input: RenownCredentialsInput!) {
  renownCredentials(input: $input) {
    documentId credentialId context type issuerId issuerEthereumAddress issuanceDate expirationDate credentialSubjectId
    credentialSubjectApp credentialStatusId credentialStatusType credentialSchemaId credentialSchemaType
    proofVerificationMethod proofEthereumAddress proofCreated proofPurpose proofType proofValue proofEip712Domain
    proofEip712PrimaryType revoked } }`;
const usersQuery = `query RenownUsers($input: RenownUsersInput!) {
  renownUsers(input: $input) { documentId username ethAddress userImage createdAt updatedAt } }`;
const create = `mutation CreateEmptyDocument($documentType: String!, $parentIdentifier: String) {
  createEmptyDocument(documentType: $documentType, parentIdentifier: $parentIdentifier) { id } }`;
const execute = `mutation MutateDocument($documentIdentifier: String!, $actions: [ActionInput!]!) {
  mutateDocument: execute(documentIdentifier: $documentIdentifier, actions: $actions) { id } }`;

const drive = (wallet: Wallet) => `renown-${wallet.address.toLowerCase()}`;
const action = (type: string, input: JsonObject): JsonObject => {
  return { id: crypto.randomUUID(), timestampUtcMs: iso(service.now()), type, input, scope: "global" };
};
const send = (documentIdentifier: string, ...actions: JsonObject[]) =>
  graphql(execute, { documentIdentifier, actions });
const createDocument = async (documentType: string): Promise<string> =>
  (await graphql(create, { documentType, parentIdentifier: null })).createEmptyDocument.id;
const profileOf = async (wallet: Wallet) =>
  (await graphql(usersQuery, { input: { driveId: drive(wallet), ethAddresses: [wallet.address.toLowerCase()] } }))
    .renownUsers[0];
const credentialsOf = async (wallet: Wallet, did = appKey.did): Promise<any[]> => {
  const ethAddress = wallet.address.toLowerCase();
  return (
    await graphql(credentialsQuery, { input: { driveId: drive(wallet), ethAddress, did, includeRevoked: false } })
  ).renownCredentials;
};

/** Signing in within a page of an app: the wallet signs there, and nobody is sent anywhere. */
async function signInWithin(wallet: Wallet, wishes: { username?: string; userImage?: string } = {}) {
  const credential = (await signCredential({ wallet, issued: service.now() })) as any;
  const document = await createDocument("powerhouse/renown-credential");
  const {
    "@context": context,
    id,
    type,
    issuer,
    credentialSubject,
    credentialSchema,
    issuanceDate,
    expirationDate,
    proof,
  } = credential;
  await send(
    document,
    action("INIT", {
      id,
      context,
      type,
      issuer,
      credentialSubject,
      credentialSchema,
      issuanceDate,
      expirationDate,
      proof,
    }),
  );
  const changes = [
    ...(wishes.username ? [action("SET_USERNAME", { username: wishes.username })] : []),
    ...(wishes.userImage ? [action("SET_USER_IMAGE", { userImage: wishes.userImage })] : []),
  ];
  const known = await profileOf(wallet);
  if (known) {
    if (changes.length > 0) await send(known.documentId, ...changes);
  } else {
    const profile = await createDocument("powerhouse/renown-user");
    await send(profile, action("SET_ETH_ADDRESS", { ethAddress: wallet.address }), ...changes);
  }
  return { document, credential };
}

/** What the SDK accepts: the asked wallet, this app, and a proof that recovers to the issuer on the proof's own chain. */
async function accepts(row: any, wallet: Wallet, did: string): Promise<boolean> {
  const domain = JSON.parse(row.proofEip712Domain);
  const { renownTypes } = await import("../../src/securing/eip712.ts");
  const message = {
    "@context": row.context,
    type: row.type,
    id: row.credentialId,
    issuer: { id: row.issuerId, ethereumAddress: row.issuerEthereumAddress },
    credentialSubject: { id: row.credentialSubjectId, app: row.credentialSubjectApp },
    credentialSchema: { id: row.credentialSchemaId, type: row.credentialSchemaType },
    issuanceDate: row.issuanceDate,
    expirationDate: row.expirationDate,
  };
  const recovers = await verifyTypedData({
    address: wallet.address,
    domain,
    types: renownTypes,
    primaryType: "VerifiableCredential",
    message,
    signature: row.proofValue,
  });
  return recovers && row.issuerId === userOf(wallet) && row.credentialSubjectId === did && domain.chainId === 1;
}

describe("@renown/sdk 6.2", () => {
  test("finds its GraphQL address within three seconds", async () => {
    const response = await fetch(`${service.origin}/api/switchboard`, { signal: AbortSignal.timeout(3_000) });
    expect(await response.json()).toEqual({ endpoint: `${service.origin}/graphql` });
  });

  test("signs somebody new in within a page, and their profile begins", async () => {
    const wallet = freshWallet();
    const { document } = await signInWithin(wallet, { username: "In a page", userImage: "https://img.example/p.png" });
    const [row] = await credentialsOf(wallet);
    expect(row).toMatchObject({ documentId: document, revoked: false });
    expect(await accepts(row, wallet, appKey.did)).toBe(true);
    expect(await profileOf(wallet)).toMatchObject({ username: "In a page", userImage: "https://img.example/p.png" });
  });

  test("signs somebody in again, and what it sends unasked changes nothing and breaks nothing", async () => {
    const wallet = freshWallet();
    await signInWithin(wallet, { username: "First name" });
    const before = await profileOf(wallet);
    await signInWithin(wallet, { username: "Second name", userImage: "https://img.example/q.png" });
    expect(await profileOf(wallet)).toEqual(before);
  });

  test("logs in after a portal, by GraphQL", async () => {
    const wallet = freshWallet();
    const credential = await signCredential({ wallet, issued: service.now() });
    const body = JSON.stringify(posted(credential, { username: "0x1234...abcd" }));
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${service.origin}/api/credential/renown`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    const [row] = await credentialsOf(wallet);
    expect(await accepts(row, wallet, appKey.did)).toBe(true);
    expect(await credentialsOf(wallet, otherKey.did)).toEqual([]);
    expect(await profileOf(wallet)).toMatchObject({ username: "0x1234...abcd" });
  });

  test("revalidates and refreshes the profile, and finds no row once the credential is revoked", async () => {
    const wallet = freshWallet();
    const { document } = await signInWithin(wallet);
    expect(await credentialsOf(wallet)).toHaveLength(1);
    expect(await profileOf(wallet)).toMatchObject({ ethAddress: wallet.address });
    const token = await appToken(service, wallet);
    await graphql(
      execute,
      {
        documentIdentifier: document,
        actions: [action("REVOKE", { revokedAt: iso(service.now()), reason: "Signed out" })],
      },
      { Authorization: `Bearer ${token}` },
    );
    expect(await credentialsOf(wallet)).toEqual([]);
  });

  test("revokes nothing by its own revokeCredential, which proves nothing, and says so", async () => {
    const wallet = freshWallet();
    const { document } = await signInWithin(wallet);
    const revoke = action("REVOKE", { revokedAt: iso(service.now()), reason: null });
    await expect(send(document, revoke)).rejects.toThrow("signed-in session or a token");
    expect(await credentialsOf(wallet)).toHaveLength(1);
  });

  test("falls back to REST with the app under both of its names", async () => {
    const wallet = freshWallet();
    const { credential } = await signInWithin(wallet);
    const query = `address=${wallet.address}&chainId=1&connectId=${appKey.did}&appId=${appKey.did}&driveId=${drive(wallet)}`;
    const response = await fetch(`${service.origin}/api/auth/credential?${query}`);
    const { credential: found } = (await response.json()) as any;
    expect(found).toMatchObject({ id: credential.id, issuer: { id: userOf(wallet) } });
  });

  test("signs a command line in through a browser, polling", async () => {
    const session = crypto.randomUUID();
    const poll = async () => (await fetch(`${service.origin}/api/console/session/${session}`)).json() as Promise<any>;
    expect(await poll()).toEqual({ sessionId: session, status: "pending" });
    await service.services.console.open(session, appKey.did, appKey.did);
    const wallet = freshWallet();
    const { document } = await signInWithin(wallet);
    await service.services.console.complete(session, document);
    const result = await poll();
    expect(result).toMatchObject({ sessionId: session, status: "ready", did: userOf(wallet), connectDid: appKey.did });
    const [row] = await credentialsOf(wallet);
    expect(await accepts(row, wallet, appKey.did)).toBe(true);
  });
});

/**
 * A Switchboard with RENOWN_URL set to this service: it checks the signature of the bearer token by itself, and asks here
 * for a live credential of (address, chain, key). `known` is what it has cached, which it forgets after 60 seconds.
 */
function switchboard(renownUrl: string) {
  let endpoint: string | undefined;
  return async (token: string): Promise<number> => {
    const { verifyAuthBearerToken } = await import("@renown/sdk-6/node");
    const verified = (await verifyAuthBearerToken(token)) as any;
    if (!verified) return 401;
    const { address, chainId } = verified.verifiableCredential.credentialSubject;
    const discovered = await fetch(`${renownUrl}/api/switchboard`, { signal: AbortSignal.timeout(3_000) });
    endpoint ??= discovered.ok ? ((await discovered.json()) as any).endpoint : undefined;
    const input = {
      driveId: `renown-${address.toLowerCase()}`,
      ethAddress: address.toLowerCase(),
      did: verified.issuer,
    };
    const response = await fetch(endpoint!, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: credentialsQuery, variables: { input: { ...input, includeRevoked: false } } }),
    });
    const rows = ((await response.json()) as any).data.renownCredentials as any[];
    for (const row of rows)
      if (
        !row.revoked &&
        Date.parse(row.expirationDate) > service.now() &&
        chainId === JSON.parse(row.proofEip712Domain).chainId
      )
        if (await accepts(row, { address } as Wallet, verified.issuer)) return 200;
    const rest = await fetch(
      `${renownUrl}/api/auth/credential?address=${address}&chainId=${chainId}&connectId=${verified.issuer}&appId=${verified.issuer}`,
    );
    return rest.ok ? 500 : 401;
  };
}

describe("a Switchboard with RENOWN_URL set to this service", () => {
  test("accepts a delegated bearer token and refuses a revoked one", async () => {
    const verify = switchboard(service.origin);
    const wallet = freshWallet();
    const far = { exp: Math.floor(Date.now() / 1000) + 3_600 };
    const token = await appToken(service, wallet, appKey, far);
    expect(await verify(token)).toBe(401);
    const { document } = await signInWithin(wallet);
    expect(await verify(token)).toBe(200);
    const { token: session } = await signIn(service, wallet);
    const headers = { Authorization: `Bearer ${session}` };
    const revoked = await fetch(`${service.origin}/api/auth/credential?id=${document}`, { method: "DELETE", headers });
    expect(revoked.status).toBe(200);
    expect(await verify(token)).toBe(401);
  });

  test("refuses the token of a key that the wallet never named, and one of another wallet", async () => {
    const verify = switchboard(service.origin);
    const wallet = freshWallet();
    await signInWithin(wallet);
    const far = { exp: Math.floor(Date.now() / 1000) + 3_600 };
    expect(await verify(await appToken(service, wallet, otherKey, far))).toBe(401);
    expect(await verify(await appToken(service, freshWallet(), appKey, far))).toBe(401);
  });

  test("is answered on every path where it looks for the read model, and probes it without an error", async () => {
    for (const path of ["/graphql", "/graphql/r", "/graphql/renown-read-model"]) {
      const response = await fetch(service.origin + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ query: "query { renownCredentials(input: {}) { documentId } }" }),
      });
      expect([response.status, await response.json()]).toEqual([200, { data: { renownCredentials: [] } }]);
    }
  });
});
