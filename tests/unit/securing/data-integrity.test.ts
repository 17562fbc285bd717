import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyDocument } from "../../../src/identity/did-document.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { addProof, type Cryptosuite, checkProofs, type ProofSigner } from "../../../src/securing/data-integrity.ts";
import { type KeySigner, signerOfKey } from "../../../src/securing/keys.ts";
import type { ResolveKey } from "../../../src/securing/vc-jwt.ts";
import { findKey } from "../../../src/securing/verification-key.ts";
import { libraryProof, libraryVerifies } from "./reference.ts";

const at = Date.parse("2026-11-20T12:00:00Z");
const created = "2026-11-20T11:00:00Z";
const privateKeys = { Ed25519: new Uint8Array(32).fill(1), "P-256": new Uint8Array(32).fill(2) };
const keys = {
  Ed25519: signerOfKey("Ed25519", privateKeys.Ed25519),
  "P-256": signerOfKey("P-256", privateKeys["P-256"]),
};
const suites: [Cryptosuite, "Ed25519" | "P-256"][] = [
  ["eddsa-rdfc-2022", "Ed25519"],
  ["eddsa-jcs-2022", "Ed25519"],
  ["ecdsa-rdfc-2019", "P-256"],
  ["ecdsa-jcs-2019", "P-256"],
];

const resolveKey: ResolveKey = async (url, at, purpose) => {
  const did = url.split("#")[0]!;
  if (did === "did:web:down.example") throw new Failure("DID_UNREACHABLE");
  return findKey(keyDocument(did) as unknown as JsonObject, url, at, purpose);
};
const question = { resolveKey, at, purpose: "assertionMethod" as const };

describe.each(suites)("%s", (cryptosuite, type) => {
  const key = keys[type];
  const signer = proofSigner(key);
  const terms = { cryptosuite, created };

  test("verifies what it signed", async () => {
    const signed = await addProof(badge(key), signer, terms);
    expect(await outcomes(signed)).toEqual(["proof[0] pass OK"]);
  });

  test("is verified by the library", async () => {
    const signed = await addProof(badge(key), signer, terms);
    expect(await libraryVerifies(signed, key, cryptosuite)).toBe(true);
    expect(await libraryVerifies({ ...signed, name: "Another" }, key, cryptosuite)).toBe(false);
  });

  test("verifies what the library signed", async () => {
    const signed = await libraryProof(badge(key), key, privateKeys[type], cryptosuite, created);
    expect(await outcomes(signed)).toEqual(["proof[0] pass OK"]);
  });

  test.each([
    ["the name", { name: "Another" }],
    ["the subject", { credentialSubject: { id: "did:example:mallory" } }],
    ["what the issuer adds", { description: "More" }],
  ])("refuses it with %s changed", async (_what, change) => {
    const signed = await addProof(badge(key), signer, terms);
    expect(await outcomes({ ...signed, ...change })).toEqual(["proof[0] fail BAD_SIGNATURE"]);
  });

  test.each([
    ["the time", { created: "2026-11-20T11:00:01Z" }],
    ["an end", { expires: "2027-01-01T00:00:00Z" }],
    ["a domain", { domain: "example.edu" }],
  ])("refuses %s that the key did not sign", async (_what, change) => {
    const signed = await addProof(badge(key), signer, terms);
    expect(await outcomes(withProof(signed, change))).toEqual(["proof[0] fail BAD_SIGNATURE"]);
  });

  test("signs a proof that follows others, and refuses the chain where one of them is changed or gone", async () => {
    const first = await addProof(badge(key), signer, { ...terms, id: "urn:uuid:1" });
    const second = await addProof(first, signer, { ...terms, id: "urn:uuid:2" });
    const chained = await addProof(second, signer, { ...terms, previousProof: ["urn:uuid:1", "urn:uuid:2"] });
    expect(await outcomes(chained)).toEqual(["proof[0] pass OK", "proof[1] pass OK", "proof[2] pass OK"]);
    const [one, two, three] = chained.proof as JsonObject[];
    expect(await outcomes({ ...chained, proof: [one!, three!] })).toEqual([
      "proof[0] pass OK",
      "proof[1] fail INVALID_PROOF",
    ]);
    const other = (await addProof(badge(key), signer, { ...terms, id: "urn:uuid:2", domain: "x.example" }))
      .proof as JsonObject[];
    expect(await outcomes({ ...chained, proof: [one!, other[0]!, three!] })).toEqual([
      "proof[0] pass OK",
      "proof[1] pass OK",
      "proof[2] fail BAD_SIGNATURE",
    ]);
    expect(await outcomes({ ...chained, proof: [three!, two!, one!] })).toHaveLength(3);
  });

  test("follows one proof by its id alone", async () => {
    const first = await addProof(badge(key), signer, { ...terms, id: "urn:uuid:1" });
    const chained = await addProof(first, signer, { ...terms, previousProof: "urn:uuid:1" });
    expect(await outcomes(chained)).toEqual(["proof[0] pass OK", "proof[1] pass OK"]);
    const unchained = await addProof(first, signer, terms);
    const swapped = withProof(unchained, { previousProof: "urn:uuid:1" }, 1);
    expect(await outcomes(swapped)).toEqual(["proof[0] pass OK", "proof[1] fail BAD_SIGNATURE"]);
  });
});

describe("a proof", () => {
  const key = keys.Ed25519;
  const signer = proofSigner(key);
  const terms = { cryptosuite: "eddsa-rdfc-2022" as const, created };

  test("is judged alone beside a bad one", async () => {
    const others = { cryptosuite: "ecdsa-jcs-2019" as const, created };
    const joined = await addProof(await addProof(badge(key), signer, terms), proofSigner(keys["P-256"]), others);
    expect(await outcomes(joined)).toEqual(["proof[0] pass OK", "proof[1] fail INVALID_PROOF"]);
    const twice = await addProof(await addProof(badge(key), signer, terms), signer, terms);
    expect(await outcomes(withProof(twice, { created: "2026-11-20T11:00:09Z" }, 0))).toEqual([
      "proof[0] fail BAD_SIGNATURE",
      "proof[1] pass OK",
    ]);
  });

  test("is always within a list, and the document is left as it was", async () => {
    const document = badge(key);
    const signed = await addProof(document, signer, terms);
    expect(document.proof).toBeUndefined();
    expect(signed.proof).toHaveLength(1);
    const once = { ...signed, proof: (signed.proof as JsonObject[])[0]! };
    expect(((await addProof(once, signer, terms)).proof as unknown[]).length).toBe(2);
    expect(await outcomes(once)).toEqual(["proof[0] pass OK"]);
  });

  test.each([
    ["of an unknown suite", { cryptosuite: "bbs-2023" }, "unknown UNKNOWN_SUITE"],
    ["of another type", { type: "Ed25519Signature2020" }, "unknown UNKNOWN_SUITE"],
    ["without a suite", { cryptosuite: null }, "fail INVALID_PROOF"],
    ["named like a member of every object", { cryptosuite: "constructor" }, "unknown UNKNOWN_SUITE"],
    ["for another purpose", { proofPurpose: "authentication" }, "fail INVALID_PROOF"],
    ["without a key", { verificationMethod: key.did }, "fail INVALID_PROOF"],
    ["with an object for a key", { verificationMethod: { id: signer.method } }, "fail INVALID_PROOF"],
    ["by a key of another", { verificationMethod: methodOf(keys["P-256"]) }, "fail INVALID_PROOF"],
    ["by a key that the document has not", { verificationMethod: `${key.did}#other` }, "fail DID_NOT_FOUND"],
    ["whose value is no base58", { proofValue: "z0OIl" }, "fail INVALID_PROOF"],
    ["whose value has another base", { proofValue: `u${"A".repeat(86)}` }, "fail INVALID_PROOF"],
    ["made at no time", { created: "yesterday" }, "fail UNREADABLE_DATE"],
    ["made later", { created: "2026-11-20T12:06:00Z" }, "fail NOT_YET_VALID"],
    ["that has run out", { expires: "2026-11-20T12:00:00Z" }, "fail EXPIRED"],
    ["that runs out at no time", { expires: 5 }, "fail UNREADABLE_DATE"],
    ["with a term that no context defines", { extra: "x" }, "fail INVALID_CREDENTIAL"],
    ["under a context of its own", { "@context": { extra: "https://x.example/" } }, "fail INVALID_PROOF"],
  ])("%s is told by name", async (_what, change, outcome) => {
    const signed = await addProof(badge(key), signer, terms);
    expect(await outcomes(withProof(signed, change as JsonObject))).toEqual([`proof[0] ${outcome}`]);
  });

  test.each([["text"], [null], [["list"]]])("that is %j is refused", async (proof) => {
    expect(await outcomes({ ...badge(key), proof: [proof] as never })).toEqual(["proof[0] fail INVALID_PROOF"]);
  });

  test("by a key of another suite's curve is refused", async () => {
    const signed = await addProof(badge(key), signer, terms);
    const changed = withProof(signed, { cryptosuite: "ecdsa-rdfc-2019" });
    expect(await outcomes(changed)).toEqual(["proof[0] fail INVALID_PROOF"]);
    await expect(addProof(badge(key), signer, { ...terms, cryptosuite: "ecdsa-rdfc-2019" })).rejects.toThrow(Failure);
  });

  test("is unknown where the issuer cannot be asked, and under an issuer that is no DID", async () => {
    const down = { ...signer, method: "did:web:down.example#key" };
    const signed = await addProof({ ...badge(key), issuer: "did:web:down.example" }, down, terms);
    expect(await outcomes(signed)).toEqual(["proof[0] unknown DID_UNREACHABLE"]);
    const elsewhere = await addProof({ ...badge(key), issuer: "https://example.edu/issuer" }, signer, terms);
    expect(await outcomes(elsewhere)).toEqual(["proof[0] unknown UNSUPPORTED_DID_METHOD"]);
  });

  test("under an unknown context is unknown, and the context is named", async () => {
    const signed = await addProof(badge(key), signer, terms);
    const context = [...(signed["@context"] as string[]), "https://example.edu/context/v1"];
    const [found] = await checkProofs({ ...signed, "@context": context }, question);
    expect(found!.check).toMatchObject({ outcome: "unknown", code: "UNKNOWN_CONTEXT" });
    expect(found!.check.detail).toContain("https://example.edu/context/v1");
  });

  test("says what it names, whatever else is wrong with it", async () => {
    const signed = await addProof(badge(key), signer, terms);
    const [found] = await checkProofs(withProof(signed, { cryptosuite: "bbs-2023" }), question);
    expect(found).toMatchObject({ cryptosuite: "bbs-2023", method: signer.method, created });
  });

  test("by a key that was retired when it was made is refused", async () => {
    const signed = await addProof(badge(key), signer, terms);
    const retiring = (retired: string) => ({
      ...question,
      resolveKey: async (url: string) => ({ ...(await resolveKey(url, at)), retired: Date.parse(retired) }),
    });
    expect((await checkProofs(signed, retiring("2026-11-20T11:00:01Z")))[0]!.check.outcome).toBe("pass");
    expect((await checkProofs(signed, retiring("2026-11-20T11:00:00Z")))[0]!.check.code).toBe("EXPIRED");
  });

  test("answers a challenge for a domain", async () => {
    const presentation = { "@context": v2, type: ["VerifiablePresentation"], holder: key.did };
    const bound = { ...terms, purpose: "authentication", challenge: "c1", domain: "shop.example" };
    const signed = await addProof(presentation, signer, bound);
    const ask = async (asked: object) =>
      (await checkProofs(signed, { ...question, purpose: "authentication", ...asked }))[0]!.check.code;
    expect(await ask({ challenge: "c1", domain: "shop.example" })).toBe("OK");
    expect(await ask({})).toBe("OK");
    expect(await ask({ challenge: "c2" })).toBe("INVALID_PROOF");
    expect(await ask({ domain: "other.example" })).toBe("WRONG_DOMAIN");
    expect(await ask({ purpose: "assertionMethod" })).toBe("INVALID_PROOF");
    const other = await addProof({ ...presentation, holder: keys["P-256"].did }, signer, bound);
    const [found] = await checkProofs(other, { ...question, purpose: "authentication" });
    expect(found!.check.code).toBe("INVALID_PROOF");
  });

  test("beyond the sixteenth is not judged", async () => {
    const signed = await addProof(badge(key), signer, { ...terms, cryptosuite: "eddsa-jcs-2022" });
    const proof = Array.from({ length: 17 }, () => (signed.proof as JsonObject[])[0]!);
    const found = await outcomes({ ...signed, proof });
    expect(found[15]).toBe("proof[15] pass OK");
    expect(found[16]).toBe("proof[16] unknown QUOTA_EXCEEDED");
  });

  test("never breaks what judges it, whatever stands in the document", async () => {
    const signed = await addProof(badge(key), signer, terms);
    const names = fc.constantFrom(
      "@context",
      "@id",
      "@graph",
      "id",
      "type",
      "issuer",
      "credentialSubject",
      "evidence",
      "x:y",
    );
    const members = fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 });
    const inProof = fc.dictionary(
      fc.constantFrom(
        "@context",
        "id",
        "type",
        "created",
        "expires",
        "domain",
        "previousProof",
        "verificationMethod",
        "nonce",
      ),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 2 },
    );
    await fc.assert(
      fc.asyncProperty(members, inProof, async (change, proofChange) => {
        const [found] = await checkProofs(
          withProof({ ...signed, ...(change as JsonObject) }, proofChange as JsonObject),
          question,
        );
        expect(found!.check.name).toBe("proof[0]");
      }),
      { numRuns: 300 },
    );
  });

  test("is missed from a document without one", async () => {
    expect(await checkProofs(badge(key), question)).toEqual([]);
  });

  test("by JCS holds where the document's context goes on after that of the proof, and counts without the rest", async () => {
    const jcs = { ...terms, cryptosuite: "eddsa-jcs-2022" as const };
    const signed = await addProof(badge(key), signer, jcs);
    const context = signed["@context"] as string[];
    const longer = { ...signed, "@context": [...context, "https://w3id.org/security/multikey/v1"] };
    expect(await outcomes(longer)).toEqual(["proof[0] pass OK"]);
    expect(await outcomes({ ...signed, "@context": context.slice(0, 1) })).toEqual(["proof[0] fail INVALID_PROOF"]);
  });
});

const v2 = ["https://www.w3.org/ns/credentials/v2"];

function badge(key: KeySigner): JsonObject {
  return {
    "@context": [...v2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    id: "https://academy.example/b/1",
    type: ["VerifiableCredential", "OpenBadgeCredential"],
    issuer: { id: key.did, type: ["Profile"], name: "Academy" },
    name: 'Élan "vital"',
    validFrom: created,
    credentialSubject: {
      type: ["AchievementSubject"],
      identifier: [
        { type: "IdentityObject", hashed: false, identityHash: "a@b.example", identityType: "emailAddress" },
      ],
      achievement: {
        id: "https://academy.example/c/1",
        type: ["Achievement"],
        criteria: { narrative: "Line one\nLine two\t\\ end" },
        description: "Describes",
        name: { "@value": "שלום", "@language": "he", "@direction": "rtl" } as never,
      },
    },
  };
}

function proofSigner(key: KeySigner): ProofSigner {
  return { method: methodOf(key), type: key.type as "Ed25519", sign: key.sign };
}

function methodOf({ did }: KeySigner): string {
  return `${did}#${did.slice("did:key:".length)}`;
}

function withProof(document: JsonObject, change: JsonObject, place = 0): JsonObject {
  const proofs = document.proof as JsonObject[];
  return { ...document, proof: proofs.map((proof, i) => (i === place ? { ...proof, ...change } : proof)) };
}

async function outcomes(document: JsonObject): Promise<string[]> {
  const found = await checkProofs(document, question);
  return found.map(({ check }) => `${check.name} ${check.outcome} ${check.code}`);
}
