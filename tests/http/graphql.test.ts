import { buildClientSchema, getIntrospectionQuery, parse, validate } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso } from "../../src/kernel/time.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { bring } from "./api-client.ts";
import { ask, freshWallet, get } from "./client.ts";
import {
  actionOf,
  codeOf,
  createDocument,
  createMutation,
  credentialsQuery,
  dataOf,
  executeMutation,
  initiate,
  kinds,
  olderMutation,
  send,
  usersQuery,
} from "./graphql-client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const credentials = async (input: object) =>
  (await dataOf(service, credentialsQuery, { input })).renownCredentials as any[];
const users = async (input: object) => (await dataOf(service, usersQuery, { input })).renownUsers as any[];

describe("renownCredentials", () => {
  test("gives a row with the texts that were signed", async () => {
    const { wallet, credential, documentId } = await bring(service);
    const { proof, issuer, credentialSubject } = credential as any;
    const input = { driveId: `renown-${wallet.address.toLowerCase()}`, ethAddress: wallet.address, did: appKey.did };
    expect(await credentials({ ...input, includeRevoked: false })).toEqual([
      {
        documentId,
        credentialId: credential.id,
        context: credential["@context"],
        type: credential.type,
        issuerId: issuer.id,
        issuerEthereumAddress: wallet.address,
        issuanceDate: credential.issuanceDate,
        expirationDate: credential.expirationDate,
        credentialSubjectId: appKey.did,
        credentialSubjectApp: credentialSubject.app,
        credentialStatusId: null,
        credentialStatusType: null,
        credentialSchemaId: "https://renown.id/schemas/renown-credential/v1",
        credentialSchemaType: "JsonSchemaValidator2018",
        proofVerificationMethod: issuer.id,
        proofEthereumAddress: wallet.address,
        proofCreated: proof.created,
        proofPurpose: "assertionMethod",
        proofType: "EthereumEip712Signature2021",
        proofValue: proof.proofValue,
        proofEip712Domain: '{"version":"1","chainId":1}',
        proofEip712PrimaryType: "VerifiableCredential",
        revoked: false,
      },
    ]);
  });

  test("asked for nothing gives nothing, as readiness probes expect", async () => {
    await bring(service);
    for (const input of [{}, { driveId: "renown-0x1" }, { includeRevoked: true }, { did: null, ethAddress: null }])
      expect(await credentials(input)).toEqual([]);
    for (const input of [{}, { phids: [] }, { driveId: "x", ethAddresses: null }])
      expect(await users(input)).toEqual([]);
    const probe = "{ renownCredentials(input: {}) { documentId } }";
    expect((await send(service, probe, undefined, { path: "/graphql/renown-read-model" })).body).toEqual({
      data: { renownCredentials: [] },
    });
  });

  test("has filters that all count and compare whole values, addresses in any letter case", async () => {
    const { wallet, documentId } = await bring(service, { chainId: 10 });
    const issuer = userOf(wallet, 10);
    const all = { ethAddress: wallet.address.toLowerCase(), did: appKey.did, issuer };
    const found = [
      all,
      { ethAddress: all.ethAddress },
      { issuer },
      { issuer: issuer.replace("0x", "0X".toLowerCase()) },
    ];
    for (const input of found) expect(await credentials(input)).toMatchObject([{ documentId }]);
    const stranger = freshWallet().address;
    for (const input of [
      { ...all, ethAddress: stranger },
      { ...all, did: otherKey.did },
      { ...all, did: "" },
      { ...all, issuer: userOf(wallet, 1) },
      { ...all, issuer: "" },
      { issuer: issuer.slice(0, -1) },
      { issuer: wallet.address },
      { ethAddress: wallet.address.slice(0, 20) },
      { ethAddress: `${wallet.address}%` },
      { did: "%" },
      { did: "did:key:%" },
    ])
      expect(await credentials(input), JSON.stringify(input)).toEqual([]);
  });

  test("gives a bounded number of rows, over all aliases of a request", async () => {
    const wallet = freshWallet();
    for (let i = 0; i < 60; i++) await bring(service, { wallet, issued: service.now() - i * 1_000 });
    expect(await credentials({ ethAddress: wallet.address })).toHaveLength(50);
    const asked = `renownCredentials(input: {ethAddress: "${wallet.address}"}) { documentId }`;
    const { body } = await send(service, `{ a: ${asked} b: ${asked} c: ${asked} }`);
    expect(body.errors).toMatchObject([{ extensions: { code: "QUOTA_EXCEEDED" } }]);
  });

  test("gives the newest first, and revoked ones unless asked otherwise", async () => {
    const wallet = freshWallet();
    const old = await bring(service, { wallet, issued: service.now() - 2_000 });
    const newer = await bring(service, { wallet, issued: service.now() - 1_000 });
    await service.services.clients.revoke({ by: "operator" }, newer.documentId, "x");
    const input = { ethAddress: wallet.address };
    expect((await credentials(input)).map((row) => [row.documentId, row.revoked])).toEqual([
      [newer.documentId, true],
      [old.documentId, false],
    ]);
    expect(await credentials({ ...input, includeRevoked: false })).toMatchObject([{ documentId: old.documentId }]);
    expect(await credentials({ ...input, includeRevoked: true })).toHaveLength(2);
  });

  test("calls the credential of a compromised key revoked", async () => {
    const { wallet, documentId } = await bring(service);
    const party = { by: "session", user: userOf(wallet), session: "s", method: "recovery" } as const;
    await service.services.delegations.compromise(party, documentId, iso(service.now() - 1_000));
    expect(await credentials({ ethAddress: wallet.address })).toMatchObject([{ documentId, revoked: true }]);
    expect(await credentials({ ethAddress: wallet.address, includeRevoked: false })).toEqual([]);
    const missing = await get(service, `/api/auth/credential?address=${wallet.address}`);
    expect(missing.status).toBe(404);
  });
});

describe("renownUsers and renownUser", () => {
  test("find by any of the values, whole and in the letter case of names", async () => {
    const one = await bring(service, { more: { username: "Vera Möller" } });
    const two = await bring(service, { more: { username: "viktor" } });
    const both = [one.userDocumentId, two.userDocumentId];
    const ids = async (input: object) => (await users(input)).map((row) => row.documentId).sort();
    expect(await ids({ phids: both })).toEqual(both.toSorted());
    expect(await ids({ ethAddresses: [one.wallet.address.toUpperCase().replace("0X", "0x")] })).toEqual([both[0]]);
    expect(await ids({ usernames: ["Vera Möller"], ethAddresses: [two.wallet.address] })).toEqual(both.toSorted());
    for (const name of ["vera möller", "Vera", "%", "Vera%", ""]) expect(await ids({ usernames: [name] })).toEqual([]);
    expect(await users({ usernames: ["viktor"] })).toEqual([
      {
        documentId: two.userDocumentId,
        username: "viktor",
        ethAddress: two.wallet.address,
        userImage: null,
        createdAt: iso(service.now()),
        updatedAt: iso(service.now()),
      },
    ]);
  });

  test("prefer the document id to the address, and that to the name", async () => {
    const one = await bring(service, { more: { username: "prefer one" } });
    const two = await bring(service, { more: { username: "prefer two" } });
    const query = "query ($input: RenownUserInput!) { renownUser(input: $input) { documentId } }";
    const find = async (input: object) => (await dataOf(service, query, { input })).renownUser?.documentId;
    const [ethAddress, username] = [two.wallet.address, "prefer two"];
    expect(await find({ phid: one.userDocumentId, ethAddress, username })).toBe(one.userDocumentId);
    expect(await find({ ethAddress: one.wallet.address, username })).toBe(one.userDocumentId);
    expect(await find({ username })).toBe(two.userDocumentId);
    expect(await find({ phid: "none", ethAddress, username })).toBeUndefined();
    expect(await find({})).toBeUndefined();
  });

  test("take a bounded number of values", async () => {
    const input = { usernames: Array.from({ length: 21 }, (_, i) => `name ${i}`) };
    expect(await codeOf(service, usersQuery, { input })).toBe("INVALID_REQUEST");
    expect(await users({ usernames: input.usernames.slice(1) })).toEqual([]);
  });
});

describe("the schema", () => {
  test("is introspected, and takes the documented queries", async () => {
    for (const path of ["/graphql", "/graphql/r", "/graphql/renown-read-model"]) {
      const schema = buildClientSchema(await dataOf(service, getIntrospectionQuery(), {}, { path }));
      for (const query of [credentialsQuery, usersQuery, createMutation, executeMutation, olderMutation])
        expect(validate(schema, parse(query))).toEqual([]);
    }
    const full = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
    expect(await dataOf(service, full)).toHaveProperty("__schema");
  });

  test("is given as text for code generators", async () => {
    const { _service } = await dataOf(service, "{ _service { sdl } }", {}, { path: "/graphql/renown-read-model" });
    expect(_service.sdl).toContain("renownCredentials(input: RenownCredentialsInput!): [ReadRenownCredential!]!");
    expect(parse(_service.sdl).definitions.length).toBeGreaterThan(15);
  });
});

describe("GraphQL over HTTP", () => {
  const query = "{ renownUsers(input: {}) { documentId } }";

  test("takes JSON and nothing else", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]) {
      const body = JSON.stringify({ query });
      const answer = await ask(service, "POST", "/graphql", { body, headers: { "content-type": type } });
      expect(answer.status).toBe(415);
      expect(answer.body.errors[0].extensions.code).toBe("UNSUPPORTED_MEDIA_TYPE");
    }
    for (const body of ["{", '{"query":"{a}","query":"{b}"}', "[]", "7", '{"query":7}', '{"variables":{}}'])
      expect((await ask(service, "POST", "/graphql", { body })).status).toBe(400);
    const batch = JSON.stringify([{ query }, { query }]);
    expect((await ask(service, "POST", "/graphql", { body: batch })).status).toBe(400);
    expect(
      (await ask(service, "POST", "/graphql", { body: { query: `#${" ".repeat(20_000)}\n${query}` } })).status,
    ).toBe(413);
  });

  test("takes nothing by GET, so no mutation either", async () => {
    const mutation = `mutation { createEmptyDocument(documentType: "${kinds.user}") { id } }`;
    for (const asked of [query, mutation]) {
      const answer = await get(service, `/graphql?query=${encodeURIComponent(asked)}`);
      expect(answer.status).toBe(405);
      expect(answer.headers.get("allow")).toBe("POST");
      expect(answer.body).not.toHaveProperty("data");
    }
  });

  test("lets every origin in and never sends or reads a cookie", async () => {
    for (const path of ["/graphql", "/graphql/r", "/graphql/renown-read-model", "/graphql/none"]) {
      const preflight = await ask(service, "OPTIONS", path, { headers: { origin: "https://app.example" } });
      expect(preflight.status).toBe(200);
      expect(preflight.text).toBe("");
      expect(preflight.headers.get("access-control-allow-headers")).toMatch(/Content-Type.*Authorization/);
      const answer = await send(service, query, {}, { path, headers: { origin: "https://app.example" } });
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(answer.status).toBe(path === "/graphql/none" ? 404 : 200);
    }
  });

  test("answers JSON whatever is asked for", async () => {
    for (const accept of [
      "*/*",
      "text/event-stream",
      "multipart/mixed",
      "application/graphql-response+json",
      "text/html",
    ]) {
      const answer = await send(service, query, {}, { headers: { accept } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/json");
    }
  });

  test("passes over members that clients add", async () => {
    const body = {
      query: `query A { ${query.slice(1, -1)} }`,
      operationName: "A",
      variables: null,
      extensions: {},
      more: 1,
    };
    expect((await ask(service, "POST", "/graphql", { body })).body).toEqual({ data: { renownUsers: [] } });
  });
});

describe("limits of queries", () => {
  const deep = (levels: number) => `{ __typename ${"... on Query { ".repeat(levels)}__typename${" }".repeat(levels)} }`;
  const field = (name: string) => `${name}: renownUsers(input: {}) { documentId username ethAddress userImage }`;

  test("refuse what is nested too deeply, has too many aliases or costs too much", async () => {
    for (const asked of [
      deep(40),
      `{ ${Array.from({ length: 16 }, (_, i) => field(`a${i}`)).join(" ")} }`,
      `{ renownUsers(input: {}) { ${Array.from({ length: 1_100 }, () => "documentId").join(" ")} } }`,
      `{ ${"renownUsers(input: {}) { documentId } ".repeat(300)} }`,
    ]) {
      const answer = await send(service, asked);
      expect(answer.body.errors[0].extensions.code).toMatch(/^(GRAPHQL_(PARSE|VALIDATION)_FAILED|INVALID_REQUEST)$/);
      expect(answer.body.data).toBeUndefined();
    }
  });

  test("refuse introspection that goes in circles", async () => {
    const inner = `${"fields { type { ".repeat(4)}name${" } }".repeat(4)}`;
    expect((await send(service, `{ __schema { types { ${inner} } } }`)).body.data).toBeUndefined();
  });

  test("refuse fragments that multiply", async () => {
    const fragments = Array.from({ length: 30 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const asked = `{ ...F0 } ${fragments.join(" ")} fragment F30 on Query { __typename }`;
    expect((await send(service, asked)).body.data).toBeUndefined();
  });
});

describe("errors", () => {
  test("say what is wrong with a query and give no hints", async () => {
    for (const asked of [
      "{ renownUserss(input: {}) { documentId } }",
      "{ renownUsers(input: {}) { documentI } }",
      "{ renownUsers(inputt: {}) { documentId } }",
      'mutation { createEmptyDocuments(documentType: "x") { id } }',
      "{ renownUsers(input: { phid: 1 }) { documentId } }",
    ])
      expect(await codeOf(service, asked)).toBe("GRAPHQL_VALIDATION_FAILED");
    for (const asked of ["{", "query", "{ a(b: ) }"]) expect(await codeOf(service, asked)).toBe("GRAPHQL_PARSE_FAILED");
    const variables = { input: { ethAddres: 1 } };
    expect(await codeOf(service, usersQuery, variables)).toBe("INVALID_REQUEST");
  });

  test("carry the code and the request id", async () => {
    const answer = await send(service, createMutation, { documentType: "powerhouse/unknown" });
    const [error] = answer.body.errors;
    expect(error.extensions).toEqual({ code: "UNKNOWN_KIND", requestId: answer.headers.get("x-request-id") });
    expect(error.path).toEqual(["createEmptyDocument"]);
  });

  test("leak nothing of what goes wrong inside, which is logged once", async () => {
    const broken = await startLocal({
      services: (services) => ({
        ...services,
        clients: { ...services.clients, users: async () => Promise.reject(new Error("secret of the database")) },
      }),
    });
    const answer = await send(broken, usersQuery, { input: { phids: ["x"] } });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("secret");
    expect(answer.body.errors[0].extensions).toEqual({
      code: "INTERNAL",
      requestId: answer.headers.get("x-request-id"),
    });
    const logged = broken.lines.filter((line) => line.level === "error");
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({ id: answer.headers.get("x-request-id") });
    await broken.close();
  });
});

describe("floods", () => {
  test("get 503 with Retry-After on every GraphQL path, never 429", async () => {
    for (const path of ["/graphql", "/graphql/r", "/graphql/renown-read-model", "/graphql/none"]) {
      const small = await startLocal({ limits: { requests: { burst: 3, window: 10_000 } } });
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await send(small, "{ __typename }", {}, { path }));
      const expected = path === "/graphql/none" ? 404 : 200;
      expect(answers.map((each) => each.status)).toEqual([expected, expected, expected, 503, 503]);
      const refused = answers.at(-1)!;
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refused.headers.get("access-control-allow-origin")).toBe("*");
      expect(refused.body.errors[0].extensions.code).toBe("TOO_MANY_REQUESTS");
      await small.close();
    }
  });

  test("of bad signatures get 503 too", async () => {
    const small = await startLocal({ limits: { failures: { perAddress: 100, perKey: 2 } } });
    const { wallet } = await initiate(small);
    const document = await createDocument(small, kinds.credential);
    const { credential } = await initiate(small, { wallet });
    const input = { ...credential, context: credential["@context"], id: "urn:uuid:changed" } as any;
    delete input["@context"];
    const statuses = [];
    for (let i = 0; i < 4; i++) {
      const actions = [actionOf(small, "INIT", input)];
      statuses.push((await send(small, executeMutation, { documentIdentifier: document, actions })).status);
    }
    expect(statuses).toEqual([200, 200, 503, 503]);
    await small.close();
  });
});
