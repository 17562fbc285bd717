import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { otherStatuses, respeltMembers } from "../../../src/securing/other-spellings.ts";

const vocabulary = "https://www.w3.org/2018/credentials#";
const entry = { id: "urn:status:1", type: "BitstringStatusListEntry" };
const payload = (own: JsonObject, members: JsonObject): JsonObject => ({
  "@context": [contextV2, own],
  id: "urn:credential:1",
  type: ["VerifiableCredential"],
  issuer: "did:example:issuer",
  credentialSubject: { id: "did:example:subject" },
  ...members,
});

describe("what a credential as JWT says under other names", () => {
  test.each<[string, JsonObject, string]>([
    ["a whole IRI", {}, `${vocabulary}credentialStatus`],
    ["a prefix of the older context", {}, "cred:credentialStatus"],
    ["a term of its own context", { standing: `${vocabulary}credentialStatus` }, "standing"],
    ["a term with a definition", { standing: { "@id": `${vocabulary}credentialStatus`, "@type": "@id" } }, "standing"],
    ["a prefix of its own context", { c: vocabulary }, "c:credentialStatus"],
    ["a term of a prefix", { c: vocabulary, standing: "c:credentialStatus" }, "standing"],
    ["a wrapped context", { "@context": { standing: `${vocabulary}credentialStatus` } }, "standing"],
    ["a vocabulary", { "@vocab": "https://www.w3.org/2018/" }, "credentials#credentialStatus"],
  ])("is found where its status stands under %s", (_, own, name) => {
    const found = respeltMembers(payload(own, { [name]: entry }));
    expect(found).toEqual([{ name, member: "credentialStatus" }]);
    expect(otherStatuses({}, found)).toEqual([{ type: name, entry: {} }]);
  });

  test.each(["issuer", "credentialSubject", "validFrom", "validUntil"])("is found where it is its %s", (member) => {
    const name = `${vocabulary}${member}`;
    expect(respeltMembers(payload({}, { [name]: "x" }))).toEqual([{ name, member }]);
    expect(otherStatuses({}, [{ name, member }])).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ["@nest", {}],
    ["@graph", {}],
    ["folded", { folded: "@nest" }],
  ])("is found where members of it may stand under %s", (name, own) => {
    expect(respeltMembers(payload(own, { [name]: { credentialStatus: entry } }))).toHaveLength(1);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ["claims of others by their addresses", {}, { "https://example.com/claims/role": "teacher" }],
    ["its members by their own names", {}, { credentialStatus: entry, validFrom: "2026-01-01T00:00:00Z" }],
    [
      "its own names, defined as they are",
      { credentialStatus: `${vocabulary}credentialStatus` },
      { credentialStatus: entry },
    ],
    ["terms that go in a circle", { a: "b:x", b: "a:x" }, { a: "x", b: "y" }],
    ["a text as status", { status: "https://example.com/status" }, { status: "graduated" }],
    ["the older claim beside its status", {}, { vc: { credentialStatus: entry }, credentialStatus: entry }],
  ])("is nothing where it has %s", (_, own, members) => {
    const document = payload(own, members);
    expect(respeltMembers(document)).toEqual([]);
    expect(otherStatuses(document, [])).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ["status", { status: { status_list: { idx: 1, uri: "https://lists.example/1" } } }],
    ["vc", { vc: { credentialStatus: entry } }],
  ])("is a status of another type where the claim %s brings one", (type, members) => {
    expect(otherStatuses(payload({}, members), [])).toEqual([{ type, entry: {} }]);
  });
});
