import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day } from "../../../src/kernel/time.ts";
import { contextCheck, plainTermsCheck } from "../../../src/securing/plain-terms.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { badgeBody, jwtOf, listBody, listUrl, now, openScene, proved, statusOf } from "../verify/badge-scene.ts";

const { knowledge, web } = openScene();
const verify = (badge: JsonObject, at = now) => verifyBadge(badge, { now, at }, knowledge);
const contexts = badgeBody["@context"] as string[];

describe("a member that is called otherwise, and comes to the same statements", () => {
  /** Renames a member of a signed badge. */
  const renamed = (badge: JsonObject, name: string, other: string, context: JsonObject[] = []) => {
    const { [name]: value, ...rest } = badge;
    return { ...rest, "@context": [...contexts, ...context], [other]: value! };
  };
  const codes = ({ checks }: Awaited<ReturnType<typeof verify>>) => checks.map(({ code }) => code);

  test("does not hide that the badge has been revoked", async () => {
    web.set(listUrl, await jwtOf(await listBody({ set: [5] })));
    const badge = await proved({ ...badgeBody, credentialStatus: statusOf() });
    expect(await verify(badge)).toMatchObject({ verdict: "invalid", status: "revoked" });
    const iri = "https://www.w3.org/2018/credentials#credentialStatus";
    const byIri = await verify(renamed(badge, "credentialStatus", iri));
    expect(byIri.verdict).toBe("invalid");
    expect(codes(byIri)).toContain("NOT_COMPACTED");
    const byTerm = await verify(renamed(badge, "credentialStatus", "cs", [{ cs: { "@id": iri, "@type": "@id" } }]));
    expect(byTerm.verdict).not.toBe("valid");
    expect(codes(byTerm)).toContain("UNKNOWN_CONTEXT");
  });

  test("does not hide that the badge has ended", async () => {
    const badge = await proved(badgeBody);
    const xsd = "http://www.w3.org/2001/XMLSchema#dateTime";
    const { validUntil, ...rest } = badge;
    const iri = "https://www.w3.org/2018/credentials#validUntil";
    const hidden = { ...rest, [iri]: { "@value": validUntil!, "@type": xsd } };
    for (const at of [now, now + 2 * day]) expect((await verify(hidden, at)).verdict).toBe("invalid");
  });
});

test.each([
  ["a keyword", { "@id": "urn:x:1" }],
  ["an IRI", { "https://www.w3.org/2018/credentials#evidence": {} }],
  ["a prefix", { a: [{ b: { "ob:c": 1 } }] }],
])("%s is no plain term", (_name, document) => {
  expect(plainTermsCheck(document as unknown as JsonObject)).toMatchObject({ outcome: "fail", code: "NOT_COMPACTED" });
});

test.each([
  ["the IRI of a term that is known here", "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"],
  ["one with a prefix of a known context", "xsd:string"],
])("a type by %s is no plain term", (_name, type) => {
  for (const document of [{ type: ["VerifiableCredential", type] }, { a: [{ b: { type } }] }])
    expect(plainTermsCheck(document as JsonObject)).toMatchObject({ outcome: "fail", code: "NOT_COMPACTED" });
  expect(plainTermsCheck({ type: ["https://school.example/types#Own"] })).toMatchObject({ outcome: "pass" });
});

test.each([
  ["protected", { "@protected": true, own: "https://school.example/own" }],
  ["wrapped in an object", { "@context": { own: "https://school.example/own" } }],
])("a context that stands in the document may be %s", (_name, own) => {
  const document = { "@context": [contexts[0]!, own], own: "x" } as JsonObject;
  expect(contextCheck(document)).toMatchObject({ outcome: "pass", code: "OWN_TERMS" });
  const proof = { type: "DataIntegrityProof", "@context": [contexts[0]!, own] };
  expect(contextCheck({ ...document, proof } as JsonObject)).toMatchObject({ outcome: "pass" });
});

test.each([
  ["unprotected again", { "@protected": false, own: "https://school.example/own" }],
  ["wrapped beside others", { "@context": { own: "https://school.example/own" }, more: "https://school.example/more" }],
  ["wrapped twice", { "@context": { "@context": { own: "https://school.example/own" } } }],
  ["wrapped with a vocabulary", { "@context": { "@vocab": "https://school.example/" } }],
])("a context that stands in the document is not %s", (_name, own) => {
  expect(contextCheck({ "@context": [contexts[0]!, own] } as JsonObject)).toMatchObject({ code: "UNKNOWN_CONTEXT" });
});

test("contexts that stand in the document are looked at as far as a few hundred", () => {
  const own = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ [`t${i}`]: `https://school.example/${i}` })) as JsonObject[];
  expect(contextCheck({ "@context": [contexts[0]!, ...own(256)] })).toMatchObject({ outcome: "pass" });
  expect(contextCheck({ "@context": [contexts[0]!, ...own(257)] })).toMatchObject({
    outcome: "unknown",
    code: "QUOTA_EXCEEDED",
  });
});

test("plain terms are, whatever they mean, and texts in languages", () => {
  const document = { name: [{ "@value": "Welding", "@language": "en" }], a: { b: [1, null, "c:d"] } };
  expect(plainTermsCheck(document)).toMatchObject({ outcome: "pass" });
});

describe("a context that stands in the document", () => {
  const own = (context: unknown) => contextCheck({ "@context": [...contexts, context] } as JsonObject);

  test("may add terms of its own", () => {
    const terms = { seams: "https://welding.example/terms#seams", by: { "@id": "urn:x:by", "@type": "@id" } };
    expect(own(terms)).toMatchObject({ outcome: "pass", code: "OWN_TERMS" });
  });

  test.each([
    ["a vocabulary", { "@vocab": "https://www.w3.org/2018/" }],
    ["an alias of a keyword", { key: "@id" }],
    ["an alias of what is read here", { end: "https://www.w3.org/2018/credentials#validUntil" }],
    ["a prefix in use", { a: "b:c" }],
    ["a context within", { a: { "@id": "https://x.example/a", "@context": {} } }],
    ["a reverse property", { a: { "@reverse": "https://x.example/a" } }],
    ["a prefix", { did: "https://attacker.example/" }],
    ["a prefix by its own definition", { did: { "@id": "urn:x:a", "@prefix": true } }],
    ["an IRI that ends as that of a prefix", { did: { "@id": "urn:student:" } }],
    ["a term with a colon", { "did:x": "https://x.example/a" }],
    ["nothing", { a: null }],
    ["no context", 7],
  ])("may not be or bring %s", (_name, context) => {
    expect(own(context)).toMatchObject({ outcome: "unknown", code: "UNKNOWN_CONTEXT" });
  });

  test("may end as a prefix does where it is none", () => {
    expect(own({ by: { "@id": "urn:x:", "@prefix": false } })).toMatchObject({ outcome: "pass" });
  });

  test("may not have the scheme of an address in the document for a term", () => {
    const context = [...contexts, { urn: "https://x.example/a" }];
    const at = (id: string) => contextCheck({ "@context": context, credentialSubject: { id } }).outcome;
    expect(at("urn:x:1")).toBe("unknown");
    expect(at("did:x:1")).toBe("pass");
  });

  test("stands at the root of the document, or of a credential within", () => {
    const terms = { seams: "https://welding.example/terms#seams" };
    const outcomeOf = (members: JsonObject) => contextCheck({ "@context": contexts, ...members }).outcome;
    expect(outcomeOf({ endorsement: [{ "@context": [...contexts, terms] }] })).toBe("pass");
    expect(outcomeOf({ credentialSubject: { "@context": terms } })).toBe("unknown");
    expect(outcomeOf({ endorsement: [{ credentialSubject: { "@context": terms } }] })).toBe("unknown");
  });

  test("is held to the same wherever it stands", () => {
    const nested = { "@context": contexts, a: [{ "@context": "https://unknown.example/" }] };
    expect(contextCheck(nested)).toMatchObject({ outcome: "unknown", code: "UNKNOWN_CONTEXT" });
  });
});
