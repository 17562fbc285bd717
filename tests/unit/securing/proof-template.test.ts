import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { addProof } from "../../../src/securing/data-integrity.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import { templatedQuads } from "../../../src/securing/proof-template.ts";
import { canonicalQuads } from "../../../src/securing/rdf.ts";
import { libraryProof } from "./reference.ts";

const created = "2026-11-20T11:00:00Z";

/** A badge as they are awarded here in numbers: only what the earner brings differs. */
function award(place: number, change: JsonObject = {}, achievement: JsonObject = {}): JsonObject {
  return {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    id: `https://academy.example/b/${place}`,
    type: ["VerifiableCredential", "OpenBadgeCredential"],
    name: "Rust course",
    issuer: { id: "did:web:academy.example", type: ["Profile"], name: "Academy", url: "https://academy.example" },
    awardedDate: "2026-11-20T11:00:00.000Z",
    validFrom: `2026-11-20T11:00:00.${String(place).padStart(3, "0")}Z`,
    credentialSubject: {
      id: `did:pkh:eip155:1:0x${place.toString(16).padStart(40, "0")}`,
      type: ["AchievementSubject"],
      identifier: [{ type: "IdentityObject", hashed: false, identityHash: `Name ${place}`, identityType: "name" }],
      achievement: {
        id: "https://academy.example/c/1",
        type: ["Achievement"],
        achievementType: "Course",
        name: "Rust course",
        description: "Learn Rust",
        criteria: { narrative: "Pass the exam" },
        tag: ["rust", "systems"],
        ...achievement,
      },
    },
    credentialStatus: {
      id: `https://academy.example/lists/1#${place}`,
      type: "BitstringStatusListEntry",
      statusPurpose: "revocation",
      statusListIndex: String(1000 + place),
      statusListCredential: "https://academy.example/lists/1",
    },
    ...change,
  };
}

async function expectSame(document: JsonObject): Promise<void> {
  const expected = await canonicalQuads(document);
  expect(await templatedQuads(document)).toBe(expected);
  expect(await templatedQuads(document)).toBe(expected);
}

describe("a template", () => {
  test("gives what the library gives, award by award", async () => {
    for (let place = 0; place < 30; place++) await expectSame(award(place));
  });

  test("signs what the library signs", async () => {
    const privateKey = new Uint8Array(32).fill(1);
    const key = signerOfKey("Ed25519", privateKey);
    const signer = {
      method: `${key.did}#${key.did.slice("did:key:".length)}`,
      type: "Ed25519" as const,
      sign: key.sign,
    };
    for (let place = 0; place < 5; place++) {
      const document = award(place, { issuer: key.did });
      const signed = await addProof(document, signer, { cryptosuite: "eddsa-rdfc-2022", created });
      const expected = await libraryProof(document, key, privateKey, "eddsa-rdfc-2022", created);
      expect((signed.proof as JsonObject[])[0]!.proofValue).toBe((expected.proof as JsonObject).proofValue);
    }
  });

  test("is filled with any text", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }).filter((each) => each.isWellFormed()),
      fc.string({ unit: "grapheme" }),
      fc.string({
        unit: fc.constantFrom('"', "\\", "\n", "\r", "\t", "\b", "\f", "\v", "\u007f", "\u0085", "🎓", "é"),
      }),
      fc.constantFrom("@id", "_:b0", "_:a", "<x>", "x .\n", "https://x.example/ space", "did:x:y", "renown-sentinel-0"),
    );
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (name, description, narrative, tag) => {
        const achievement = { description, criteria: { narrative }, tag: [tag, "rust"] };
        await expectSame(award(7, { name }, achievement));
      }),
      { numRuns: 150 },
    );
  });

  test("is filled with any id", async () => {
    const path = fc.string({ unit: fc.constantFrom(..."abcXYZ019/:#?&=%._~é漢🎓-") });
    const scheme = fc.constantFrom("https://x.example/", "did:web:", "urn:uuid:", "mailto:", "tag:");
    const id = fc.tuple(scheme, path).map(([start, rest]) => `${start}x${rest}`);
    await fc.assert(
      fc.asyncProperty(id, id, id, async (credential, subject, url) => {
        const issuer = { id: "did:web:academy.example", type: ["Profile"], name: "Academy", url };
        await expectSame({ ...award(7, { id: credential, issuer }), credentialSubject: subjectOf(subject) });
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, JsonObject]>([
    ["the subject is the issuer", { credentialSubject: subjectOf("did:web:academy.example") }],
    ["a text is said twice in one place", award(1, {}, { tag: ["rust", "rust"] })],
    ["a text is said twice in two forms", award(1, {}, { tag: ["rust", { "@value": "rust" }] })],
    ["the subject has no id", { credentialSubject: subjectOf(undefined) }],
    ["two pieces of evidence are alike", { evidence: [evidence("x"), evidence("x")] }],
    ["two pieces of evidence differ", { evidence: [evidence("x"), evidence("y")] }],
    ["a text is that of a type", { name: "VerifiableCredential" }],
    ["a text is in a language", { name: { "@value": "Kurs", "@language": "de" } }],
    ["a text has a direction", { name: { "@value": "שלום", "@language": "he", "@direction": "rtl" } }],
    ["a text is empty", { name: "" }],
    ["a number and a yes are in it", award(1, {}, { creditsAvailable: 2.5 })],
    [
      "there is a context in it",
      { evidence: [{ ...evidence("x"), "@context": "https://www.w3.org/ns/credentials/v2" }] },
    ],
    [
      "a context is its own",
      { "@context": [...(award(1)["@context"] as Json[]), { own: "https://x.example/own" }], own: "z" },
    ],
  ])("is exact where %s", async (_, change) => {
    await expectSame(award(3, change));
    await expectSame(award(4, change));
  });

  test("is exact where an id begins with a prefix that the context defines", async () => {
    const key = { "@context": "https://w3id.org/security/v2", id: "urn:uuid:1", type: "Ed25519VerificationKey2018" };
    expect(await canonicalQuads({ ...key, controller: "sec:x" })).toContain("<https://w3id.org/security#x>");
    for (const controller of ["sec:x", "sec:y", "did:web:x.example"]) await expectSame({ ...key, controller });
  });

  test("is exact for shapes that are too large to be kept", async () => {
    const achievements = Array.from({ length: 120 }, (_, i) => `urn:x:${i}`);
    const description = { "@value": "z".repeat(20_000), "@language": "en" };
    await expectSame(award(3, { evidence: achievements.map((id) => ({ id, type: ["Evidence"], description: "x" })) }));
    await expectSame(award(4, { description }));
  });

  test.each<[string, JsonObject]>([
    ["a relative id", { id: "b/1" }],
    ["an unknown term", { strange: "x" }],
    ["an unknown context", { "@context": ["https://example.edu/context"] }],
  ])("refuses %s as the library does", async (_, change) => {
    const refusal = await canonicalQuads(award(1, change)).catch((error: unknown) => error);
    expect(refusal).toHaveProperty("code");
    await expect(templatedQuads(award(1, change))).rejects.toEqual(refusal);
    await expect(templatedQuads(award(1, change))).rejects.toEqual(refusal);
  });
});

function subjectOf(id: string | undefined): JsonObject {
  const { id: _, ...subject } = award(1).credentialSubject as JsonObject;
  return id === undefined ? subject : { ...subject, id };
}

function evidence(name: string): JsonObject {
  return { type: ["Evidence"], name };
}
