import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { contextV2, parseCredential } from "../../../src/securing/data-model.ts";

const credential: JsonObject = {
  "@context": [contextV2, "https://www.w3.org/ns/credentials/examples/v2", { Degree: "https://example.com/Degree" }],
  id: "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
  type: ["VerifiableCredential", "ExampleDegreeCredential"],
  issuer: { id: "did:example:76e12ec712ebc6f1c221ebfeb1f", name: "Example University" },
  validFrom: "2026-01-01T00:00:00Z",
  validUntil: "2027-01-01T00:00:00+01:00",
  credentialSubject: [{ id: "did:example:ebfeb1f712ebc6f1c276e12ec21" }, { name: "without an id" }],
  credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "revocation" },
};

function codeOf(change: JsonObject): string {
  const changed = { ...credential, ...change };
  for (const name of Object.keys(changed)) if (changed[name] === null) delete changed[name];
  try {
    parseCredential(changed);
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return "taken";
}

describe("the VC Data Model 2.0", () => {
  test("is read as far as verification needs it", () => {
    expect(parseCredential(credential)).toEqual({
      id: credential.id,
      types: credential.type,
      issuer: "did:example:76e12ec712ebc6f1c221ebfeb1f",
      subjects: ["did:example:ebfeb1f712ebc6f1c276e12ec21"],
      validFrom: Date.UTC(2026, 0, 1),
      validUntil: Date.UTC(2026, 11, 31, 23),
      statuses: [{ type: "BitstringStatusListEntry", entry: credential.credentialStatus }],
      body: credential,
    });
  });

  test.each<[string, JsonObject]>([
    ["an issuer that is a URL", { issuer: "https://university.example/issuers/14" }],
    ["one type as text", { type: "VerifiableCredential" }],
    ["no id, no period and no status", { id: null, validFrom: null, validUntil: null, credentialStatus: null }],
    ["a period of one moment", { validUntil: "2026-01-01T00:00:00Z" }],
    ["several statuses", { credentialStatus: [{ type: "A" }, { type: ["B", "C"] }] }],
    ["a schema with its id", { credentialSchema: { id: "https://example.com/schema", type: "JsonSchema" } }],
  ])("takes %s", (_, change) => {
    expect(codeOf(change)).toBe("taken");
  });

  test.each<[string, JsonObject]>([
    ["no context", { "@context": null }],
    ["a context that is no list", { "@context": contextV2 }],
    ["another context first", { "@context": ["https://www.w3.org/2018/credentials/v1", contextV2] }],
    ["a context that is a number", { "@context": [contextV2, 1] }],
    ["an id that is no URL", { id: "1" }],
    ["a list of ids", { id: ["urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"] }],
    ["no type", { type: null }],
    ["a type that leaves VerifiableCredential out", { type: ["ExampleDegreeCredential"] }],
    ["a type that is a number", { type: ["VerifiableCredential", 1] }],
    ["no issuer", { issuer: null }],
    ["an issuer without an id", { issuer: { name: "Example University" } }],
    ["no subject", { credentialSubject: null }],
    ["an empty list of subjects", { credentialSubject: [] }],
    ["a subject that says nothing", { credentialSubject: {} }],
    ["a subject as text", { credentialSubject: "did:example:1" }],
    ["a subject whose id is no URL", { credentialSubject: { id: "somebody" } }],
    ["an end before the beginning", { validUntil: "2025-12-31T23:59:59Z" }],
    ["a status without a type", { credentialStatus: { id: "https://example.com/1" } }],
    ["a schema without an id", { credentialSchema: { type: "JsonSchema" } }],
    ["evidence without a type", { evidence: [{ name: "x" }] }],
    ["the claim vc", { vc: { type: "VerifiableCredential" } }],
  ])("refuses %s", (_, change) => {
    expect(codeOf(change)).toBe("INVALID_CREDENTIAL");
  });

  test.each<[string, JsonObject]>([
    ["a date without a time zone", { validFrom: "2026-01-01T00:00:00" }],
    ["a day that does not exist", { validUntil: "2027-02-29T00:00:00Z" }],
    ["a date as a number", { validFrom: 1767225600 }],
  ])("refuses %s", (_, change) => {
    expect(codeOf(change)).toBe("UNREADABLE_DATE");
  });
});
