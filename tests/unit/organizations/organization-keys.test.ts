import { afterEach, beforeEach, expect, test } from "vitest";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";
import { utf8 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day } from "../../../src/kernel/time.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import { checkSignature, signTuple } from "../../../src/operations/signature.ts";
import { methodId } from "../../../src/organizations/organization-document.ts";
import { organizationKind } from "../../../src/organizations/organization-state.ts";
import { checkOfKey } from "../../../src/securing/keys.ts";
import { findKey } from "../../../src/securing/verification-key.ts";
import { openOrganizations } from "../../../src/wiring/organizations.ts";
import { alice, openHouse, session, start, userOf } from "../../harness.ts";

const origin = "https://renown.example";
const did = "did:web:renown.example:orgs:academy";

let house: ReturnType<typeof openHouse>;
let organizations: ReturnType<typeof openOrganizations>;
beforeEach(async () => {
  house = openHouse();
  organizations = await open();
});
afterEach(() => house.close());

async function open() {
  const keys = await makeServiceKeys(start);
  const fetchWellKnown = async () => ({ status: 404, contentType: "", body: "" });
  return openOrganizations({ ...house, origin, keys, clock: house.clock.now, fetchWellKnown });
}

async function openAcademy(slug = "academy"): Promise<string> {
  await house.delegate({ may: [organizationKind] });
  const create = await house.opening(organizationKind);
  const { document } = create;
  const intent = { document, kind: organizationKind, user: userOf(alice) };
  const init = await house.sign({ ...intent, type: "INIT", input: { slug, name: "Academy" } });
  await house.reactor.open(create.action, organizationKind, [init.action]);
  return document;
}

async function change(document: string, type: string, input: JsonObject): Promise<string> {
  const { head } = await house.reactor.document(document);
  const intent = { document, kind: organizationKind, user: userOf(alice), type, input, previous: head };
  const signed = await house.sign(intent);
  await house.reactor.submit(document, [signed.action]);
  return signed.digest;
}

const make = (document: string, type: "P-256" | "Ed25519" | "secp256k1") =>
  organizations.services.organizations.makeKey(session(alice), document, type);

async function add(document: string, type: "P-256" | "Ed25519" | "secp256k1") {
  const key = await make(document, type);
  return { key, ground: { document, operation: await change(document, "ADD_KEY", { key, made: true }) } };
}

test("the keys of an organisation sign, each on its own ground", async () => {
  const document = await openAcademy();
  expect(await organizations.keys.signersOf(document)).toEqual({
    organization: document,
    did,
    slug: "academy",
    name: "Academy",
    operation: undefined,
    credential: [],
    twin: undefined,
  });
  const p256 = await add(document, "P-256");
  const edward = await add(document, "Ed25519");
  const koblitz = await add(document, "secp256k1");
  const { operation, credential, twin } = await organizations.keys.signersOf(document);
  expect(operation).toMatchObject({ did: p256.key, ...p256 });
  expect(credential).toMatchObject([
    { type: "Ed25519", method: methodId(did, edward.key), ...edward },
    { type: "P-256", method: methodId(did, p256.key), ...p256 },
  ]);
  expect(twin).toMatchObject({ type: "secp256k1", method: methodId(did, koblitz.key), ...koblitz });
  const message = utf8("a credential");
  const own = await organizations.documents(did);
  for (const signer of credential) {
    const { jwk } = findKey(own, signer.method, start);
    expect(await checkOfKey(jwk)(message, await signer.sign(message))).toBe(true);
  }
  const jwkMethod = credential[1]!.jwkMethod!;
  const { publicKeyJwk } = (own.verificationMethod as JsonObject[]).find((each) => each.id === jwkMethod)!;
  expect(publicKeyJwk).toMatchObject({
    ...findKey(own, credential[1]!.method, start).jwk,
    kid: jwkMethod.split("#")[1],
  });
  expect(findKey(own, jwkMethod, start)).toEqual(findKey(own, credential[1]!.method, start));
  expect(credential[0]).not.toHaveProperty("jwkMethod");
  const intent = { document, kind: organizationKind, user: "", type: "SET_PROFILE", input: { name: "x" } };
  const { operation: unsigned } = await house.sign(intent);
  const tuple = await signTuple(unsigned, operation!, "", start / 1000);
  expect(await checkSignature(tuple)).toBe(true);
});

test("a key that is retired is retired as JWK, too", async () => {
  const document = await openAcademy();
  const { key } = await add(document, "P-256");
  const { jwkMethod, method } = (await organizations.keys.signersOf(document)).credential[0]!;
  await change(document, "RETIRE_KEY", { key });
  const own = await organizations.documents(did);
  const { retired } = findKey(own, jwkMethod!, start);
  expect(retired).toBeTypeOf("number");
  expect(retired).toBe(findKey(own, method, start).retired);
});

test("a key counts once it stands in the log, and until it is retired", async () => {
  const document = await openAcademy();
  const key = await make(document, "P-256");
  expect((await organizations.keys.signersOf(document)).operation).toBeUndefined();
  await change(document, "ADD_KEY", { key, made: true });
  expect((await organizations.keys.signersOf(document)).operation?.did).toBe(key);
  const next = await add(document, "P-256");
  expect((await organizations.keys.signersOf(document)).operation?.did).toBe(next.key);
  await change(document, "RETIRE_KEY", { key: next.key });
  expect((await organizations.keys.signersOf(document)).operation).toBeUndefined();
});

test("a key that was made for another organisation, or elsewhere, signs nothing here", async () => {
  const document = await openAcademy();
  const other = await openAcademy("other-academy");
  const { key } = await add(other, "P-256");
  await change(document, "ADD_KEY", { key, made: true });
  expect((await organizations.keys.signersOf(document)).operation).toBeUndefined();
  expect((await organizations.keys.signersOf(other)).operation?.did).toBe(key);
  const brought = await make(document, "Ed25519");
  await change(document, "ADD_KEY", { key: brought, made: false });
  expect((await organizations.keys.signersOf(document)).credential).toEqual([]);
});

test("a private half is sealed, and opens under no other secret", async () => {
  const document = await openAcademy();
  const { key } = await add(document, "P-256");
  const [held] = await organizations.store.heldKeys(document);
  expect(held!.sealed).toMatch(/^[A-Za-z0-9_-]{80}$/);
  const elsewhere = await open();
  expect((await elsewhere.keys.signersOf(document)).operation).toBeUndefined();
  expect((await organizations.keys.signersOf(document)).operation?.did).toBe(key);
});

test("private halves are forgotten a week after they sign nothing any more", async () => {
  const document = await openAcademy();
  const retired = await add(document, "P-256");
  const used = await add(document, "P-256");
  await make(document, "Ed25519");
  const held = async () =>
    (await house.storage.db.selectFrom("organization_private_keys").select("key").execute()).length;
  house.clock.advance(7 * day);
  await organizations.tidy();
  expect(await held()).toBe(3);
  house.clock.advance(1);
  await organizations.tidy();
  expect(await held()).toBe(1);
  const { operation } = await organizations.keys.signersOf(document);
  expect(operation?.did).toBe(used.key);
  expect(retired.key).not.toBe(used.key);
});

test("nobody signs for what is no organisation", async () => {
  await expect(organizations.keys.signersOf(`r1${"A".repeat(43)}`)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("its read models come again from its log", async () => {
  const document = await openAcademy();
  await add(document, "P-256");
  await add(document, "P-256");
  const tables = ["organizations", "organization_members", "organization_keys", "grants", "claims"] as const;
  const all = async () =>
    Promise.all(tables.map((table) => house.storage.db.selectFrom(table).selectAll().orderBy(sorted(table)).execute()));
  const before = await all();
  await rebuild(house.storage.operations, house.storage.readModels, house.kinds);
  expect(await all()).toEqual(before);
});

function sorted(table: string): never {
  const columns: Record<string, string> = { organizations: "slug", organization_members: "user", grants: "entry" };
  return (columns[table] ?? "key") as never;
}
