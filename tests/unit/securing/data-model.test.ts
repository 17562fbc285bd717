import { describe, expect, test } from "vitest";
import { base58, base64url, concat, fromBase64, fromHex } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { contextV2, credentialChecks, parseCredential } from "../../../src/securing/data-model.ts";

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

/** SHA-256 of the published base context. */
const digestSRI = "sha256-WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=";

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
    [
      "a name in languages",
      {
        name: [
          { "@value": "Abschluss", "@language": "de" },
          { "@value": "שלום", "@language": "he", "@direction": "rtl" },
        ],
      },
    ],
    ["a text without a language", { description: { "@value": "Degree" } }],
    ["terms of use without an id", { termsOfUse: { type: "Policy" } }],
    [
      "a refresh service",
      { refreshService: { id: "https://example.com/refresh", type: "VerifiableCredentialRefreshService2021" } },
    ],
    ["a digest of the base context", { relatedResource: { id: contextV2, digestSRI } }],
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
    ["an issuer within a list", { issuer: ["did:example:1"] }],
    ["a name of the issuer that is a number", { issuer: { id: "did:example:1", name: 1 } }],
    ["a name that is an object of its own", { name: { "@value": "x", "@language": "en", extra: "y" } }],
    ["a name without its text", { name: { "@language": "en" } }],
    ["a name in no language", { name: { "@value": "x", "@language": "not a tag" } }],
    ["a direction that is none", { description: { "@value": "x", "@direction": "up" } }],
    ["no name in an empty list", { name: [] }],
    ["a schema whose id is no URL", { credentialSchema: { id: "schema", type: "JsonSchema" } }],
    ["a status whose id is no URL", { credentialStatus: { id: "1", type: "A" } }],
    ["terms of use as text", { termsOfUse: "https://example.com/terms" }],
    ["a refresh service without a type", { refreshService: { id: "https://example.com/refresh" } }],
    ["evidence whose id is no URL", { evidence: { id: "x", type: "Evidence" } }],
    ["a related resource without an id", { relatedResource: { digestSRI } }],
    ["a related resource without a digest", { relatedResource: { id: contextV2 } }],
    ["a related resource as text", { relatedResource: contextV2 }],
    [
      "a related resource twice",
      {
        relatedResource: [
          { id: contextV2, digestSRI },
          { id: contextV2, digestSRI },
        ],
      },
    ],
    [
      "a related resource that is another",
      { relatedResource: { id: contextV2, digestSRI: digestSRI.replace("W", "X") } },
    ],
    ["a digest that cannot be read", { relatedResource: { id: "https://example.com/x", digestSRI: "md5-xyz" } }],
    ["the claim vc", { vc: { type: "VerifiableCredential" } }],
  ])("refuses %s", (_, change) => {
    expect(codeOf(change)).toBe("INVALID_CREDENTIAL");
  });

  test.each<[string, JsonObject]>([
    ["a date without a time", { validFrom: "2026-01-01" }],
    ["a day that does not exist", { validUntil: "2027-02-29T00:00:00Z" }],
    ["a date as a number", { validFrom: 1767225600 }],
  ])("refuses %s", (_, change) => {
    expect(codeOf(change)).toBe("UNREADABLE_DATE");
  });
});

describe("a related resource", () => {
  const sha384 = "l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU";
  const bare = fromHex("59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734")!;
  const multihash = concat(Uint8Array.of(0x12, 0x20), bare);

  test.each<[string, JsonObject]>([
    ["SHA-256 in base64", { digestSRI }],
    ["SHA-256 in base64url", { digestSRI: digestSRI.replace("+", "-").replace("=", "") }],
    ["SHA-384", { digestSRI: `sha384-${sha384}` }],
    ["both", { digestSRI: `${digestSRI} sha384-${sha384}` }],
    ["a bare digest in base58", { digestMultibase: `z${base58(bare)}` }],
    ["a bare digest in base64url", { digestMultibase: `u${base64url(bare)}` }],
    ["a multihash in base58", { digestMultibase: `z${base58(multihash)}` }],
    ["a multihash in base64url", { digestMultibase: `u${base64url(multihash)}` }],
    [
      "a multihash of SHA-384",
      { digestMultibase: `u${base64url(concat(Uint8Array.of(0x20, 0x30), fromBase64(sha384)!))}` },
    ],
  ])("is told by %s, and refused by another", (_, digest) => {
    expect(codeOf({ relatedResource: { id: contextV2, ...digest } })).toBe("taken");
    const other = "https://www.w3.org/2018/credentials/v1";
    expect(codeOf({ relatedResource: { id: other, ...digest } })).toBe("INVALID_CREDENTIAL");
  });

  test("that is not known here is told aside", () => {
    const relatedResource = { id: "https://example.com/image.png", digestSRI };
    expect(credentialChecks({ ...credential, relatedResource }).at(-1)).toMatchObject({
      name: "data-model.relatedResource",
      outcome: "unknown",
      required: false,
    });
  });
});

describe("the checks of a credential", () => {
  test("pass for one that is in order", () => {
    const found = credentialChecks(credential);
    expect(found.length).toBeGreaterThan(10);
    expect(found.every(({ outcome }) => outcome === "pass")).toBe(true);
  });

  test("name every part that is wrong, not only the first", () => {
    const found = credentialChecks({ ...credential, id: "1", issuer: 5, validFrom: "soon", relatedResource: "x" });
    const failed = found.filter(({ outcome }) => outcome === "fail").map(({ name, code }) => `${name} ${code}`);
    expect(failed).toEqual([
      "data-model.id INVALID_CREDENTIAL",
      "data-model.issuer INVALID_CREDENTIAL",
      "data-model.validity UNREADABLE_DATE",
      "data-model.relatedResource INVALID_CREDENTIAL",
    ]);
  });
});
