import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { parsePresentation, presentationChecks, readEnveloped } from "../../../src/securing/presentation.ts";

const credential: JsonObject = { "@context": [contextV2], type: ["VerifiableCredential"] };
const enveloped: JsonObject = {
  "@context": [contextV2],
  id: "data:application/vc+jwt,eyJ.eyJ.c2ln",
  type: "EnvelopedVerifiableCredential",
};
const presentation: JsonObject = {
  "@context": [contextV2],
  id: "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
  type: ["VerifiablePresentation", "ExamplePresentation"],
  holder: "did:example:holder",
  verifiableCredential: [credential, enveloped],
};

describe("a presentation", () => {
  test("is read with its credentials, embedded and enveloped", () => {
    expect(parsePresentation(presentation)).toEqual({
      id: presentation.id,
      types: presentation.type,
      holder: "did:example:holder",
      credentials: [
        { form: "embedded", body: credential },
        { form: "enveloped", mediaType: "application/vc+jwt", text: "eyJ.eyJ.c2ln" },
      ],
      body: presentation,
    });
  });

  test.each<[string, JsonObject]>([
    ["a holder as an object", { holder: { id: "did:example:holder", name: "x" } }],
    ["one credential", { verifiableCredential: credential }],
  ])("takes %s", (_, change) => {
    expect(() => parsePresentation({ ...presentation, ...change })).not.toThrow();
  });

  test("needs no id, no holder and no credential", () => {
    const least = parsePresentation({ "@context": [contextV2], type: "VerifiablePresentation" });
    expect(least).toMatchObject({ holder: undefined, credentials: [] });
  });

  test.each<[string, JsonObject]>([
    ["another context first", { "@context": ["https://www.w3.org/2018/credentials/v1"] }],
    ["a type that leaves VerifiablePresentation out", { type: "ExamplePresentation" }],
    ["an id that is no URL", { id: "1" }],
    ["a holder that is no URL", { holder: "somebody" }],
    ["a holder without an id", { holder: { name: "x" } }],
    ["a credential as text", { verifiableCredential: ["eyJ.eyJ.c2ln"] }],
    ["a credential as URL", { verifiableCredential: ["https://example.com/credential"] }],
    ["an object that is no credential", { verifiableCredential: [{ type: "Thing" }] }],
    ["an envelope with nothing in it", { verifiableCredential: [{ ...enveloped, id: "https://example.com/1" }] }],
    ["an envelope without a context", { verifiableCredential: [{ id: enveloped.id!, type: enveloped.type! }] }],
    ["the claim vp", { vp: {} }],
  ])("is refused with %s", (_, change) => {
    const changed = { ...presentation, ...change };
    expect(() => parsePresentation(changed)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
    expect(presentationChecks(changed).filter(({ outcome }) => outcome === "fail")).toHaveLength(1);
  });

  test("has a check for each of its parts", () => {
    expect(presentationChecks(presentation).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "data-model.@context pass",
      "data-model.claims pass",
      "data-model.id pass",
      "data-model.type pass",
      "data-model.holder pass",
      "data-model.verifiableCredential pass",
    ]);
  });
});

describe("an envelope", () => {
  test("is read by its type alone", () => {
    expect(readEnveloped(enveloped, "EnvelopedVerifiableCredential")?.text).toBe("eyJ.eyJ.c2ln");
    expect(readEnveloped(enveloped, "EnvelopedVerifiablePresentation")).toBeUndefined();
  });
});
