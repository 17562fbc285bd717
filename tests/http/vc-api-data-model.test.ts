import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type Answer, get, post } from "./client.ts";
import { act, addClient, clientToken, openOrganization, type TestOrganization } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

// What the VC Data Model 2.0 and Bitstring Status List 1.0 take and refuse, however a credential is secured.

const suites = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "vc+jwt"];
const base = "https://www.w3.org/ns/credentials/v2";
const examples = "https://www.w3.org/ns/credentials/examples/v2";
const anyTerms = "https://www.w3.org/ns/credentials/undefined-terms/v2";
const sport = { Sport: "https://terms.example/#Sport" };
const sporty = { "@context": [base, sport] };
const pupil = "did:example:pupil";

let service: LocalService;
let organization: TestOrganization;
let did: string;
let token: string;
beforeAll(async () => {
  service = await startLocal();
  organization = await openOrganization(service);
  for (const type of ["P-256", "Ed25519"]) {
    const made = await post(service, `/v1/orgs/${organization.slug}/keys`, { type }, { token: organization.token });
    await act(service, organization, "ADD_KEY", { key: made.body.key, made: true });
  }
  did = (await get(service, `/v1/orgs/${organization.slug}`)).body.did;
  const scopes = ["credentials:issue", "credentials:verify"];
  token = await clientToken(service, await addClient(service, organization, { scopes, mode: "live" }));
});
afterAll(() => service.close());

const issue = (change: JsonObject, options: JsonObject = {}): Promise<Answer> => {
  const plain = { "@context": [base], type: ["VerifiableCredential"], credentialSubject: { id: pupil } };
  return post(service, "/credentials/issue", { credential: { ...plain, ...change }, options }, { token });
};
const verify = (verifiableCredential: unknown) =>
  post(service, "/credentials/verify", { verifiableCredential, options: { checks: ["proof"] } }, { token });

const inLanguages = [
  { "@value": "Dog", "@language": "en" },
  { "@value": "كلب", "@language": "ar", "@direction": "rtl" },
];
const digestSRI = `sha256-${Buffer.alloc(32, 5).toString("base64")}`;
const picture = { id: "https://terms.example/p.png", digestSRI, mediaType: "image/png" };
const type = "https://terms.example/#Own";

test.each<[string, JsonObject]>([
  ["has a second context that is known", { "@context": [base, examples] }],
  ["has terms of its own", { ...sporty, type: ["VerifiableCredential", "Sport"] }],
  [
    "protects its terms",
    { "@context": [base, { "@protected": true, ...sport }], type: ["VerifiableCredential", "Sport"] },
  ],
  ["wraps its terms", { "@context": [base, { "@context": sport }], type: ["VerifiableCredential", "Sport"] }],
  [
    "says by a context that it defines nothing",
    { "@context": [base, anyTerms], credentialSubject: { id: pupil, x: 1 } },
  ],
  ["has its type as a text", { type: "VerifiableCredential" }],
  ["has a type by its URL", { type: [type, "VerifiableCredential"] }],
  ["is called by a DID", { id: "did:example:credential" }],
  ["has a subject without an id", { credentialSubject: { name: "Ada" } }],
  ["has several subjects", { credentialSubject: [{ id: pupil }, { name: "Ada" }] }],
  ["has a name as a text with no language", { name: { "@value": "Dog" } }],
  ["has a name and a description in languages", { name: inLanguages, description: inLanguages[1]! }],
  ["has an issuer with names in languages", { issuer: { name: inLanguages, description: inLanguages[0]! } }],
  ["began at a time of another zone", { validFrom: "2023-02-25T19:10:39-06:00" }],
  ["ends at a fraction of a second", { validUntil: "9999-02-25T19:10:39.1234567+05:30" }],
  ["ends in a far year", { validUntil: "12023-02-25T24:00:00Z" }],
  ["has a schema of an unknown type", { credentialSchema: { id: "did:example:schema", type } }],
  [
    "has several schemas",
    {
      credentialSchema: [
        { id: "urn:x:1", type: "JsonSchema" },
        { id: "urn:x:2", type },
      ],
    },
  ],
  ["has several refresh services", { refreshService: [{ type }, { type }] }],
  ["has several terms of use", { ...sporty, termsOfUse: [{ type: "Sport" }, { id: "urn:x:1", type: "Sport" }] }],
  ["has one evidence", { ...sporty, evidence: { type: "Sport" } }],
  ["has the same evidence twice", { ...sporty, evidence: [{ type: "Sport" }, { type: "Sport" }] }],
  ["has a related resource", { relatedResource: picture }],
  ["has related resources", { relatedResource: [picture, { id: "urn:x:1", digestMultibase: `u${"A".repeat(43)}` }] }],
  ["has what is reserved", { confidenceMethod: { type }, renderMethod: [{ id: "urn:x:1", type }] }],
])("a credential that %s is issued by every suite, and holds", async (_, change) => {
  for (const suite of suites) {
    const { status, body, text } = await issue(change, { suite });
    expect(status, text).toBe(201);
    const judged = await verify(body);
    expect(judged.status, `${suite}: ${judged.text}`).toBe(200);
    expect(judged.body).toMatchObject({ verified: true, errors: [] });
  }
});

test.each<[string, JsonObject]>([
  ["without a context", { "@context": null }],
  ["with its context as a text", { "@context": base }],
  ["with the base context second", { "@context": [examples, base] }],
  ["with an address that is none among its contexts", { "@context": [base, "https ://terms.example"] }],
  ["with a list among its contexts", { "@context": [base, [examples]] }],
  ["that gives a term of the base context another meaning", { "@context": [base, { VerifiableCredential: type }] }],
  [
    "that gives a protected term another meaning",
    { "@context": [base, { "@protected": true, ...sport }, { Sport: type }], type: ["VerifiableCredential", "Sport"] },
  ],
  ["with a type that no context has", { type: ["VerifiableCredential", "Sport"] }],
  [
    "with a type that comes to no URL",
    { "@context": [base, { Sport: "https ://terms" }], type: ["VerifiableCredential", "Sport"] },
  ],
  ["with types that are no texts", { type: ["VerifiableCredential", null, 2] }],
  ["with null as its id", { id: null }],
  ["whose subject has several ids", { credentialSubject: { id: ["did:example:1", "did:example:2"] } }],
  ["with a term that no context has", { unheardOf: "x" }],
  ["whose subject has a term that no context has", { credentialSubject: { id: pupil, unheardOf: "x" } }],
  ["with a member beside the text of its name", { name: { ...inLanguages[0]!, url: "urn:x:1" } }],
  ["with a member beside the text of its description", { description: { ...inLanguages[0]!, url: "urn:x:1" } }],
  ["whose issuer has a member beside its name", { issuer: { name: { ...inLanguages[0]!, url: "urn:x:1" } } }],
  ["with an issuer that is no URL", { issuer: "the academy" }],
  ["with an issuer whose id is no URL", { issuer: { id: "the academy" } }],
  ["with an issuer whose id is null", { issuer: { id: null } }],
  ["with an empty subject beside another", { credentialSubject: [{ id: pupil }, {}] }],
  ["with a date in words", { validFrom: "Sat 25 Feb 2023 07:16:31 PM CST" }],
  ["with a time that does not say its zone", { validUntil: "2027-02-25T19:10:39" }],
  ["with several ids of a status", { credentialStatus: { id: ["urn:x:1", "urn:x:2"], type } }],
  ["with a number as the type of its status", { credentialStatus: { id: "urn:x:1", type: 2 } }],
  ["with a type of status that no context has", { credentialStatus: { type: "Sport" } }],
  ["with a number as the id of its schema", { credentialSchema: { type: "JsonSchema", id: 3 } }],
  ["with a confidence method without a type", { confidenceMethod: { id: "urn:x:1" } }],
  ["with a render method without a type", { renderMethod: { id: "urn:x:1" } }],
  ["with a related resource as a text", { relatedResource: ["urn:x:1"] }],
  ["with a related resource without an id", { relatedResource: [{ digestSRI }] }],
  ["with a related resource twice", { relatedResource: [picture, picture] }],
])("a credential %s is issued by no suite", async (_, change) => {
  for (const suite of suites) {
    const { status, text } = await issue(change, { suite });
    expect([400, 422], `${suite}: ${text}`).toContain(status);
  }
});

test("the issuer that is asked for stands in the place of another, though not of what is none", async () => {
  const elsewhere = "did:example:issuer";
  expect((await issue({ issuer: elsewhere }, { issuer: did })).body.issuer).toBe(did);
  const named = { id: elsewhere, name: "Academy" };
  expect((await issue({ issuer: named }, { issuer: did })).body.issuer).toEqual({ id: did, name: "Academy" });
  for (const issuer of ["the academy", { id: "the academy" }, { id: null }, null, 7, []])
    expect((await issue({ issuer }, { issuer: did })).body).toMatchObject({ code: "INVALID_CREDENTIAL" });
  expect((await issue({ issuer: did }, { issuer: elsewhere })).body).toMatchObject({ code: "INVALID_CREDENTIAL" });
  const { body: proved } = await issue({ issuer: did });
  const { verificationMethod } = proved.proof[0];
  const key = `did:key:${verificationMethod.split("#")[1]}`;
  expect((await issue(proved, { issuer: key })).body).toMatchObject({ code: "INVALID_CREDENTIAL" });
  expect((await issue(proved, { issuer: did })).body.proof).toHaveLength(2);
});

describe("a status", () => {
  const entry = {
    type: "BitstringStatusListEntry",
    statusPurpose: "revocation",
    statusListIndex: "5",
    statusListCredential: "https://terms.example/list",
  };

  test.each<[string, JsonObject]>([
    ["an index that is no text", { statusListIndex: true }],
    ["an index below zero", { statusListIndex: "-1" }],
    ["no purpose", { statusPurpose: 1 }],
    ["a list that is no URL", { statusListCredential: "list" }],
    ["a size of zero", { statusSize: 0 }],
    ["two bits and no messages", { statusSize: 2 }],
    ["the id of its list", { id: entry.statusListCredential }],
  ])("of a list elsewhere is not issued with %s", async (_, change) => {
    expect((await issue({ credentialStatus: entry })).status).toBe(201);
    expect((await issue({ credentialStatus: { ...entry, ...change } })).body).toMatchObject({
      code: "INVALID_CREDENTIAL",
    });
  });

  test("of a list here is as Bitstring Status List has it, and so is the list", async () => {
    const made = (await issue({}, { credentialStatus: { type: "BitstringStatusListEntry" } })).body;
    const { id, statusListIndex, statusListCredential, ...said } = made.credentialStatus;
    expect(said).toEqual({ type: "BitstringStatusListEntry", statusPurpose: "revocation" });
    expect(statusListIndex).toMatch(/^(?:0|[1-9]\d*)$/);
    expect(id).not.toBe(statusListCredential);
    const list = (await get(service, new URL(statusListCredential).pathname)).body;
    expect(list).toMatchObject({ "@context": [base], id: statusListCredential, issuer: made.issuer });
    expect(list.type).toEqual(["VerifiableCredential", "BitstringStatusListCredential"]);
    expect(list.credentialSubject).toMatchObject({ type: "BitstringStatusList", statusPurpose: "revocation" });
    const compressed = Buffer.from(list.credentialSubject.encodedList.slice(1), "base64url");
    const bits = await new Response(
      new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip")),
    ).bytes();
    expect(list.credentialSubject.encodedList[0]).toBe("u");
    expect(bits.length * 8).toBeGreaterThanOrEqual(131_072);
    expect(bits.every((byte) => byte === 0)).toBe(true);
    expect((await verify(list)).status).toBe(200);
  });
});
