import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { base64 } from "../../src/kernel/bytes.ts";
import { iso } from "../../src/kernel/time.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { appKey, otherKey, signCredential } from "../harness.ts";
import { bring, posted } from "./api-client.ts";
import { appToken, ask, freshWallet, get, openProfile, post, signIn, signName, type Wallet } from "./client.ts";
import {
  actionOf,
  createDocument,
  createMutation,
  credentialsQuery,
  dataOf,
  execute,
  executeCode,
  initiate,
  initOf,
  kinds,
  olderMutation,
  usersQuery,
} from "./graphql-client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const length = async () => (await service.services.log.after(0, 100_000)).items.length;
const rowOf = async (input: object) => (await dataOf(service, credentialsQuery, { input })).renownCredentials[0];
const userOfAddress = async (address: string, at = service) =>
  (await dataOf(at, usersQuery, { input: { ethAddresses: [address] } })).renownUsers[0];
const entriesOf = async (document: string) =>
  (await get(service, `/v1/documents/${document}/operations`)).body.items as any[];
const set = (type: string, input: object, at = service) => actionOf(at, type, input);
const address = (wallet: Wallet, at = service) => set("SET_ETH_ADDRESS", { ethAddress: wallet.address }, at);

describe("createEmptyDocument", () => {
  test("gives an id that stands in no log", async () => {
    const before = await length();
    const id = await createDocument(service, kinds.user);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await length()).toBe(before);
    expect((await get(service, `/v1/documents/${id}`)).status).toBe(404);
  });

  test("shows an empty document", async () => {
    const query = `mutation ($documentType: String!) { createEmptyDocument(documentType: $documentType) {
      id slug preferredEditor name documentType state revisionsList { scope revision } createdAtUtcIso
      lastModifiedAtUtcIso } }`;
    const { createEmptyDocument } = await dataOf(service, query, { documentType: kinds.user });
    expect(createEmptyDocument).toEqual({
      id: createEmptyDocument.id,
      slug: "",
      preferredEditor: null,
      name: "",
      documentType: kinds.user,
      state: { global: { username: null, ethAddress: null, userImage: null } },
      revisionsList: [
        { scope: "document", revision: 0 },
        { scope: "global", revision: 0 },
      ],
      createdAtUtcIso: iso(service.now()),
      lastModifiedAtUtcIso: iso(service.now()),
    });
  });

  test("knows the kinds that clients may begin", async () => {
    for (const documentType of ["renown/delegation", "powerhouse/document-drive", "", "toString"])
      expect(
        (await post(service, "/graphql", { query: createMutation, variables: { documentType } })).body.errors[0]
          .extensions.code,
      ).toBe("UNKNOWN_KIND");
  });

  test("is remembered for an hour, over a restart too, and then forgotten", async () => {
    const folder = join(process.cwd(), ".tmp", `asked-${crypto.randomUUID()}`);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "renown.sqlite");
    const first = await startLocal({ file });
    const early = await createDocument(first, kinds.credential);
    const late = await createDocument(first, kinds.credential);
    const wallet = freshWallet();
    await first.close();
    const second = await startLocal({ file });
    second.clock.advance(3_599_999);
    const credential = () => signCredential({ wallet, issued: second.now() });
    await execute(second, early, [initOf(second, await credential())]);
    second.clock.advance(1);
    expect(await executeCode(second, late, [initOf(second, await credential())])).toBe("UNKNOWN_DOCUMENT");
    await second.close();
    rmSync(folder, { recursive: true });
  });
});

describe("INIT", () => {
  test("is attested by the proof inside, and shown by the next answer", async () => {
    const { document, wallet, credential } = await initiate(service);
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({
      documentId: document,
      credentialId: credential.id,
    });
    const entries = await entriesOf(document);
    expect(entries.map(({ binding, authority }) => [binding, authority])).toEqual([
      ["attested", { by: "proof", entry: "" }],
      ["attested", { by: "proof", entry: "" }],
    ]);
    const found = await get(service, `/api/auth/credential?address=${wallet.address}&connectId=${appKey.did}`);
    expect(found.body.credential.id).toBe(credential.id);
    expect(found.body).not.toHaveProperty("userDocumentId");
  });

  test("is checked before it is stored", async () => {
    const before = await length();
    const wallet = freshWallet();
    const document = await createDocument(service, kinds.credential);
    const init = async (terms: object, change: object = {}) => {
      const credential = await signCredential({ wallet, issued: service.now(), ...terms });
      return [initOf(service, { ...credential, ...change } as never)];
    };
    const refused = async (code: string, actions: unknown[]) =>
      expect(await executeCode(service, document, actions)).toBe(code);
    const other = (await signCredential({ wallet: freshWallet(), issued: service.now() })) as any;
    await refused("INVALID_CREDENTIAL", await init({}, { proof: other.proof }));
    await refused("BAD_SIGNATURE", await init({}, { id: "urn:uuid:other" }));
    await refused("EXPIRED", await init({ issued: service.now() - 86_400_000, life: 1_000 }));
    await refused("LIFETIME_TOO_LONG", await init({ life: 91 * 86_400_000 }));
    await refused("FROM_THE_FUTURE", await init({ issued: service.now() + 400_000 }));
    await refused("UNREADABLE_DATE", await init({}, { expirationDate: "soon" }));
    await refused("INVALID_CREDENTIAL", await init({}, { more: 1 }));
    await refused("INVALID_CREDENTIAL", [actionOf(service, "INIT", {})]);
    expect(await length()).toBe(before);
    await execute(service, document, await init({}));
    expect(await length()).toBe(before + 2);
  });

  test("stands once in a document, and sent again as it was gives the same answer", async () => {
    const { document, action, wallet } = await initiate(service);
    const before = await length();
    await execute(service, document, [action]);
    expect(await length()).toBe(before);
    const second = await signCredential({ wallet, issued: service.now() });
    expect(await executeCode(service, document, [initOf(service, second)])).toBe("ALREADY_INITIALIZED");
    expect(await executeCode(service, document, [{ ...initOf(service, second), id: action.id }])).toBe(
      "ACTION_ID_REUSED",
    );
  });

  test("of a credential that is kept already is refused in another document, revoked or not", async () => {
    const { document, credential, wallet } = await initiate(service);
    const again = await createDocument(service, kinds.credential);
    expect(await executeCode(service, again, [initOf(service, credential)])).toBe("CREDENTIAL_KNOWN");
    const { token } = await signIn(service, wallet);
    await execute(service, document, [set("REVOKE", { revokedAt: null, reason: null })], { token });
    expect(await executeCode(service, again, [initOf(service, credential)])).toBe("CREDENTIAL_KNOWN");
    expect((await post(service, "/api/credential/renown", posted(credential))).body.code).toBe("REVOKED");
  });

  test("comes alone, and on a document that was asked for", async () => {
    const credential = await signCredential({ wallet: freshWallet(), issued: service.now() });
    const init = initOf(service, credential);
    const document = await createDocument(service, kinds.credential);
    const revoke = set("REVOKE", { revokedAt: iso(service.now()), reason: null });
    expect(await executeCode(service, document, [init, revoke])).toBe("INVALID_OPERATION");
    expect(await executeCode(service, document, [])).toBe("INVALID_OPERATION");
    expect(await executeCode(service, crypto.randomUUID(), [init])).toBe("UNKNOWN_DOCUMENT");
    expect(await executeCode(service, await createDocument(service, kinds.user), [init])).toBe("UNKNOWN_ACTION");
    expect(await executeCode(service, document, [{ ...init, scope: "local" }])).toBe("INVALID_OPERATION");
  });

  test("takes times as numbers from older clients, and ids of any form", async () => {
    const wallet = freshWallet();
    const document = await createDocument(service, kinds.credential);
    const init = initOf(service, await signCredential({ wallet, issued: service.now() }));
    const actions = [{ ...init, id: "V1StGXR8_Z5jdHi6B-myT", timestampUtcMs: service.now() }];
    await dataOf(service, olderMutation, { documentIdentifier: document, actions });
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ documentId: document });
  });
});

describe("REVOKE", () => {
  const revoke = () => set("REVOKE", { revokedAt: iso(service.now()), reason: "User logged out" });

  test("without a proof is refused and changes nothing", async () => {
    const { document, wallet } = await initiate(service);
    const before = await length();
    expect(await executeCode(service, document, [revoke()])).toBe("UNAUTHENTICATED");
    const { cookie } = await signIn(service, wallet);
    const headers = { cookie, origin: service.origin, "sec-fetch-site": "same-origin" };
    expect(await executeCode(service, document, [revoke()], { headers })).toBe("UNAUTHENTICATED");
    expect(await executeCode(service, document, [revoke()], { token: "nonsense" })).toBe("INVALID_TOKEN");
    const stranger = (await signIn(service)).token;
    expect(await executeCode(service, document, [revoke()], { token: stranger })).toBe("FORBIDDEN");
    const other = await appToken(service, wallet, otherKey);
    expect(await executeCode(service, document, [revoke()], { token: other })).toBe("FORBIDDEN");
    expect(await length()).toBe(before);
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ revoked: false });
  });

  test("by the app's own bearer token ends the credential", async () => {
    const { document, wallet } = await initiate(service);
    await execute(service, document, [revoke()], { token: await appToken(service, wallet) });
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ revoked: true });
    const [, , entry] = await entriesOf(document);
    expect(entry).toMatchObject({ binding: "attested", authority: { by: "token", entry: "" } });
    const token = await appToken(service, wallet);
    expect(await executeCode(service, document, [revoke()], { token })).toBe("ALREADY_REVOKED");
  });

  test("by the wallet's session or the operator ends it too", async () => {
    for (const tokenOf of [
      async (wallet: Wallet) => (await signIn(service, wallet)).token,
      async () => service.operatorToken,
    ]) {
      const { document, wallet } = await initiate(service);
      await execute(service, document, [revoke()], { token: await tokenOf(wallet) });
      expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ revoked: true });
    }
  });

  test("signed by the key goes through the corridor as it is", async () => {
    const { document, wallet } = await initiate(service);
    const action = await signedBySuite1(service, appKey, wallet, "REVOKE", {
      revokedAt: iso(service.now()),
      reason: "x",
    });
    await execute(service, document, [action]);
    const entry = (await entriesOf(document)).at(-1);
    expect(entry).toMatchObject({ binding: "content", signer: { app: appKey.did }, authority: { by: "delegation" } });
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ revoked: true });
  });

  test("signed by another key is refused", async () => {
    const { document, wallet } = await initiate(service);
    const input = { revokedAt: iso(service.now()), reason: null };
    const action = await signedBySuite1(service, otherKey, wallet, "REVOKE", input);
    expect(await executeCode(service, document, [action])).toBe("NOT_DELEGATED");
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ revoked: false });
  });
});

describe("profiles belong to their wallet", () => {
  const opened = async (...actions: unknown[]) => {
    const document = await createDocument(service, kinds.user);
    await execute(service, document, actions);
    return document;
  };

  test("a credential that was just accepted opens the profile of its address", async () => {
    const { wallet, document: credential } = await initiate(service);
    const wishes = [
      set("SET_USERNAME", { username: "Zoë" }),
      set("SET_USER_IMAGE", { userImage: "ipfs://bafy/z.png" }),
    ];
    const document = await opened(address(wallet), ...wishes);
    expect(await userOfAddress(wallet.address)).toMatchObject({
      documentId: document,
      username: "Zoë",
      ethAddress: wallet.address,
      userImage: "ipfs://bafy/z.png",
    });
    const entry = (await entriesOf(credential))[1].digest;
    for (const each of await entriesOf(document))
      expect(each).toMatchObject({ binding: "attested", authority: { by: "credential", entry } });
    expect((await post(service, `/v1/documents/${document}/audit`, {})).status).not.toBe(500);
    expect((await service.services.documents.audit(document)).verdict).toBe("valid");
  });

  test("within ten minutes, not later, and never without", async () => {
    const own = await startLocal();
    const { wallet } = await initiate(own);
    const stranger = freshWallet();
    expect(await executeCode(own, await createDocument(own, kinds.user), [address(stranger, own)])).toBe(
      "UNAUTHENTICATED",
    );
    own.clock.advance(600_001);
    const document = await createDocument(own, kinds.user);
    expect(await executeCode(own, document, [address(wallet, own)])).toBe("UNAUTHENTICATED");
    expect(await userOfAddress(wallet.address, own)).toBeUndefined();
    const { token } = await signIn(own, wallet);
    await execute(own, document, [address(wallet, own)], { token });
    expect(await userOfAddress(wallet.address, own)).toMatchObject({ documentId: document });
    await own.close();
  });

  test("a revoked credential opens none", async () => {
    const { wallet, document } = await initiate(service);
    const { token } = await signIn(service, wallet);
    await execute(service, document, [set("REVOKE", { revokedAt: null, reason: null })], { token });
    expect(await executeCode(service, await createDocument(service, kinds.user), [address(wallet)])).toBe(
      "UNAUTHENTICATED",
    );
  });

  test("the address comes first, wherever it stands in the run, and is the only one that must fit", async () => {
    const { wallet } = await initiate(service);
    const wishes = [set("SET_USERNAME", { username: "a\u202eb" }), set("SET_USER_IMAGE", { userImage: "http://x/y" })];
    const document = await opened(...wishes, address(wallet));
    expect(await userOfAddress(wallet.address)).toMatchObject({
      documentId: document,
      username: null,
      userImage: null,
    });
    const empty = await createDocument(service, kinds.user);
    expect(await executeCode(service, empty, [set("SET_USERNAME", { username: "nobody" })])).toBe("FORBIDDEN");
    expect(await executeCode(service, empty, [set("SET_ETH_ADDRESS", { ethAddress: "alice.eth" })])).toBe(
      "UNAUTHENTICATED",
    );
    expect(await executeCode(service, empty, [set("DELETE_ALL", {})])).toBe("UNKNOWN_ACTION");
  });

  test("a name that is taken is left out, and signing in succeeds", async () => {
    await bring(service, { more: { username: "in use" } });
    const { wallet } = await initiate(service);
    await opened(address(wallet), set("SET_USERNAME", { username: "In Use" }));
    expect(await userOfAddress(wallet.address)).toMatchObject({ username: null });
  });

  test("one profile per address, whatever the letter case", async () => {
    const { wallet } = await initiate(service);
    const document = await opened(address(wallet));
    const second = await createDocument(service, kinds.user);
    for (const ethAddress of [wallet.address, wallet.address.toLowerCase()])
      expect(await executeCode(service, second, [set("SET_ETH_ADDRESS", { ethAddress })])).toBe("PROFILE_EXISTS");
    const found = await dataOf(service, usersQuery, { input: { ethAddresses: [wallet.address] } });
    expect(found.renownUsers).toMatchObject([{ documentId: document }]);
  });

  test("many at once make one", async () => {
    const { wallet } = await initiate(service);
    const codes = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const document = await createDocument(service, kinds.user);
        const variables = { documentIdentifier: document, actions: [address(wallet)] };
        const { body } = await post(service, "/graphql", { query: olderMutation, variables });
        return body.errors?.[0].extensions.code ?? "made";
      }),
    );
    expect(codes.toSorted()).toEqual([...Array(5).fill("PROFILE_EXISTS"), "made"].toSorted());
  });

  test("unauthenticated changes to an existing profile change nothing and answer without an error", async () => {
    const { wallet } = await initiate(service);
    const document = await opened(address(wallet), set("SET_USERNAME", { username: "steady" }));
    await initiate(service, { wallet });
    const before = await length();
    const change = () => [
      set("SET_USERNAME", { username: "changed" }),
      set("SET_USER_IMAGE", { userImage: "https://x.example/a" }),
    ];
    expect(await execute(service, document, change())).toEqual({ mutateDocument: { id: document } });
    const app = await appToken(service, wallet);
    expect(await execute(service, document, change(), { token: app })).toEqual({ mutateDocument: { id: document } });
    expect(await execute(service, document, [address(wallet), ...change()])).toEqual({
      mutateDocument: { id: document },
    });
    expect(await length()).toBe(before);
    expect(await userOfAddress(wallet.address)).toMatchObject({ username: "steady", userImage: null });
  });

  test("its wallet, signed in, changes it, and no other", async () => {
    const { wallet } = await initiate(service);
    const document = await opened(address(wallet));
    const { token } = await signIn(service, wallet);
    const name = set("SET_USERNAME", { username: "renamed" });
    await execute(service, document, [name], { token });
    expect(await userOfAddress(wallet.address)).toMatchObject({ username: "renamed" });
    expect((await entriesOf(document)).at(-1)).toMatchObject({ authority: { by: "session", entry: "" } });
    const before = await length();
    await execute(service, document, [name], { token });
    expect(await length()).toBe(before);
    const stranger = (await signIn(service)).token;
    const other = [set("SET_USERNAME", { username: "stolen" })];
    expect(await executeCode(service, document, other, { token: stranger })).toBe("FORBIDDEN");
    expect(await executeCode(service, document, [set("SET_USERNAME", { username: "" })], { token })).toBe(
      "INVALID_INPUT",
    );
  });

  test("a key with a delegation changes it by signed actions, of either suite", async () => {
    const profile = await openProfile(service);
    const { document, wallet } = profile;
    const second = await signName(service, profile, "by suite 2", profile.first.previous);
    await execute(service, document, [joined(second.action)]);
    expect(await userOfAddress(wallet.address)).toMatchObject({ username: "by suite 2" });
    const first = await signedBySuite1(service, appKey, wallet, "SET_USERNAME", { username: "by suite 1" });
    await dataOf(service, olderMutation, { documentIdentifier: document, actions: [first] });
    expect(await userOfAddress(wallet.address)).toMatchObject({ username: "by suite 1" });
    const mixed = [first, set("SET_USERNAME", { username: "mixed" })];
    expect(await executeCode(service, document, mixed)).toBe("INVALID_OPERATION");
    const spoilt = { ...first, id: crypto.randomUUID(), input: { username: "spoilt" } };
    expect(await executeCode(service, document, [spoilt])).toBe("CONTENT_MISMATCH");
  });
});

describe("a new document", () => {
  test("begins with signed actions as well, in one commit, its first entry attested", async () => {
    const { wallet } = await initiate(service);
    const document = await createDocument(service, kinds.user);
    const first = await signedBySuite1(service, appKey, wallet, "SET_ETH_ADDRESS", { ethAddress: wallet.address });
    const second = await signedBySuite1(service, appKey, wallet, "SET_USERNAME", { username: "signed from the start" });
    await execute(service, document, [first, second]);
    const entries = await entriesOf(document);
    expect(entries.map(({ binding, authority }) => [binding, authority.by])).toEqual([
      ["attested", "proof"],
      ["content", "delegation"],
      ["content", "delegation"],
    ]);
    expect(await userOfAddress(wallet.address)).toMatchObject({
      documentId: document,
      username: "signed from the start",
    });
    expect((await service.services.documents.audit(document)).verdict).toBe("valid");
    const before = await length();
    await execute(service, document, [first, second]);
    expect(await length()).toBe(before);
  });

  test("may be a credential that its key brings, signed", async () => {
    const wallet = freshWallet();
    const { "@context": context, ...rest } = await signCredential({ wallet, issued: service.now() });
    const document = await createDocument(service, kinds.credential);
    const action = await signedBySuite1(service, appKey, wallet, "INIT", { context, ...rest });
    await execute(service, document, [action]);
    expect(await rowOf({ ethAddress: wallet.address })).toMatchObject({ documentId: document });
    expect((await service.services.documents.audit(document)).verdict).toBe("valid");
  });

  test("does not begin where its signed actions are refused", async () => {
    const { wallet } = await initiate(service);
    const document = await createDocument(service, kinds.user);
    const before = await length();
    const send = async (key: Signer, type: string, input: object) =>
      executeCode(service, document, [await signedBySuite1(service, key, wallet, type, input)]);
    expect(await send(otherKey, "SET_ETH_ADDRESS", { ethAddress: wallet.address })).toBe("NOT_DELEGATED");
    expect(await send(appKey, "SET_USERNAME", { username: "too early" })).toBe("FORBIDDEN");
    expect(await send(appKey, "SET_ETH_ADDRESS", { ethAddress: freshWallet().address })).toBe("FORBIDDEN");
    expect(await length()).toBe(before);
    expect((await get(service, `/v1/documents/${document}`)).status).toBe(404);
    const actions = [await signedBySuite1(service, appKey, wallet, "SET_ETH_ADDRESS", { ethAddress: wallet.address })];
    expect(await executeCode(service, crypto.randomUUID(), actions)).toBe("UNKNOWN_DOCUMENT");
    const codes = await Promise.all([execute(service, document, actions), execute(service, document, actions)]);
    expect(codes).toHaveLength(2);
    expect(await entriesOf(document)).toHaveLength(2);
  });
});

describe("a run", () => {
  test("is of the branch main and of a bounded length", async () => {
    const query = `mutation ($id: String!, $actions: [ActionInput!]!, $branch: String) {
      execute(documentIdentifier: $id, actions: $actions, branch: $branch) { id } }`;
    const id = await createDocument(service, kinds.user);
    const send = (actions: unknown[], branch?: string) =>
      post(service, "/graphql", { query, variables: { id, actions, branch } });
    const { wallet } = await initiate(service);
    expect((await send([address(wallet)], "draft")).body.errors[0].extensions.code).toBe("INVALID_OPERATION");
    const many = Array.from({ length: 101 }, () => set("SET_USERNAME", { username: "x" }));
    expect((await send(many)).body.errors[0].extensions.code).toBe("RUN_TOO_LONG");
    expect((await send([address(wallet)], "main")).body.data).toEqual({ execute: { id } });
    const view = `mutation ($id: String!, $actions: [JSONObject!]!) {
      mutateDocument(documentIdentifier: $id, actions: $actions, view: { branch: "draft" }) { id } }`;
    const drafted = await post(service, "/graphql", { query: view, variables: { id, actions: [address(wallet)] } });
    expect(drafted.body.errors[0].extensions.code).toBe("INVALID_OPERATION");
  });

  test("may stand in the query itself", async () => {
    const { wallet } = await initiate(service);
    const id = await createDocument(service, kinds.user);
    const query = `mutation { execute(documentIdentifier: "${id}", actions: [{ id: "${crypto.randomUUID()}",
      type: "SET_ETH_ADDRESS", timestampUtcMs: "${iso(service.now())}", scope: "global",
      input: { ethAddress: "${wallet.address}" } }]) { id state } }`;
    const { execute: document } = await dataOf(service, query);
    expect(document.state.global).toMatchObject({ ethAddress: wallet.address });
    const nonsense = query.replace(`{ ethAddress: "${wallet.address}" }`, '"text"');
    expect((await post(service, "/graphql", { query: nonsense })).body.errors).toHaveLength(1);
  });

  test("is refused where its JSON could be read in two ways", async () => {
    const id = await createDocument(service, kinds.user);
    const action = JSON.stringify(address(freshWallet())).replace('"ethAddress"', '"ethAddress":"0x1","ethAddress"');
    const body = `{"query":${JSON.stringify(olderMutation)},"variables":{"documentIdentifier":"${id}","actions":[${action}]}}`;
    const answer = await ask(service, "POST", "/graphql", { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].extensions.code).toBe("MALFORMED_JSON");
  });
});

/** An action as Powerhouse signs it, its tuple joined as GraphQL carries it. */
async function signedBySuite1(at: LocalService, key: Signer, wallet: Wallet, type: string, input: object) {
  const content = scopeHash("global", type, input);
  const signedAt = String(Math.floor(at.now() / 1000));
  const m = [signedAt, key.did, content, ""].join("");
  const message = new TextEncoder().encode(`\x19Signed Operation:\n${m.length}${m}`);
  const signature = `0x${Buffer.from(await key.sign(message)).toString("hex")}`;
  const user = { address: wallet.address, networkId: "eip155", chainId: 1 };
  const signatures = [[signedAt, key.did, content, "", signature].join(", ")];
  const context = {
    prevOpIndex: null,
    nonce: null,
    signer: { user, app: { name: "connect", key: key.did }, signatures },
  };
  return actionOf(at, type, input, { context });
}

function scopeHash(scope: string, type: string, input: object): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return base64(
    createHash("sha256")
      .update(scope + type + JSON.stringify(input))
      .digest(),
  );
}

/** The tuples of a signed action as GraphQL carries them. */
function joined(action: any) {
  const { signer } = action.context;
  const signatures = signer.signatures.map((tuple: string[]) => tuple.join(", "));
  return { ...action, context: { signer: { ...signer, signatures } } };
}
