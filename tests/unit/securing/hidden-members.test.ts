import { describe, expect, test } from "vitest";
import { keyDocument } from "../../../src/identity/did-document.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { addProof, checkProofs } from "../../../src/securing/data-integrity.ts";
import { plainQuads } from "../../../src/securing/hidden-members.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import { canonicalQuads } from "../../../src/securing/rdf.ts";
import { findKey } from "../../../src/securing/verification-key.ts";

const created = "2026-11-20T11:00:00Z";
const v2 = "https://www.w3.org/ns/credentials/v2";
const ob = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const statusIri = "https://www.w3.org/2018/credentials#credentialStatus";
const key = signerOfKey("Ed25519", new Uint8Array(32).fill(1));
const signer = { method: `${key.did}#${key.did.slice("did:key:".length)}`, type: "Ed25519" as const, sign: key.sign };
const credentialStatus = {
  id: "https://academy.example/lists/1#7",
  type: "BitstringStatusListEntry",
  statusPurpose: "revocation",
  statusListIndex: "7",
  statusListCredential: "https://academy.example/lists/1",
};
const badge = {
  "@context": [v2, ob],
  id: "https://academy.example/b/1",
  type: ["VerifiableCredential", "OpenBadgeCredential"],
  issuer: key.did,
  validFrom: "2026-01-01T00:00:00Z",
  validUntil: "2026-02-01T00:00:00Z",
  credentialSubject: { id: "did:example:learner", type: ["AchievementSubject"] },
  credentialStatus,
  endorsement: [
    {
      id: "https://other.example/e/1",
      type: ["VerifiableCredential", "EndorsementCredential"],
      issuer: { id: "did:web:other.example", type: ["Profile"] },
      validFrom: "2026-01-02T00:00:00Z",
      credentialSubject: { id: "https://academy.example/b/1", type: ["EndorsementSubject"] },
    },
  ],
};
const { credentialStatus: _, ...statusless } = badge;
const { validUntil: __, ...endless } = badge;
const { id: ___, ...nameless } = badge;
const [endorsement] = badge.endorsement;

/** Each means exactly what `badge` means, so that its proof is over it too. */
const disguises: [string, JsonObject][] = [
  ["a full IRI", { ...statusless, [statusIri]: credentialStatus }],
  [
    "an alias",
    {
      ...statusless,
      "@context": [v2, ob, { hidden: { "@id": statusIri, "@type": "@id" } }],
      hidden: credentialStatus,
    },
  ],
  [
    "a prefix",
    {
      ...endless,
      "@context": [v2, ob, { x: "https://www.w3.org/2018/credentials#" }],
      "x:validUntil": { "@value": badge.validUntil, "@type": "http://www.w3.org/2001/XMLSchema#dateTime" },
    },
  ],
  [
    "another object with the same id",
    {
      ...statusless,
      endorsement: [
        { ...endorsement!, credentialSubject: { ...endorsement!.credentialSubject, [statusIri]: credentialStatus } },
      ],
    },
  ],
  [
    "an object beside it",
    { ...statusless, "@included": [{ id: badge.id, type: "VerifiableCredential", credentialStatus }] },
  ],
];

describe.each(disguises)("a status or an end under %s", (_, disguise) => {
  test("means the same", async () => {
    expect(await canonicalQuads(disguise)).toBe(await canonicalQuads(badge));
  });

  test("is refused, though the signature is over it", async () => {
    await expect(plainQuads(disguise)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
    const { proof } = await addProof(badge, signer, { cryptosuite: "eddsa-rdfc-2022", created });
    expect(await codeOf({ ...badge, proof: proof! })).toBe("OK");
    expect(await codeOf({ ...disguise, proof: proof! })).toBe("INVALID_CREDENTIAL");
  });
});

test("a status in another place is not made up for by another that stands here twice", async () => {
  const other = { ...credentialStatus, id: "https://academy.example/lists/1#8", statusListIndex: "8" };
  const both = { ...badge, credentialStatus: [other, credentialStatus] };
  const moved = {
    ...endorsement!,
    credentialSubject: { ...endorsement!.credentialSubject, [statusIri]: credentialStatus },
  };
  const disguise = { ...badge, credentialStatus: [other, other], endorsement: [moved] };
  expect(await canonicalQuads(disguise)).toBe(await canonicalQuads(both));
  await expect(plainQuads(disguise)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
});

test.each([
  ["a context of the document", { "@context": [v2, ob, { did: "https://attacker.example/" }] }, "did:x"],
  ["a context within", { credentialSubject: { "@context": { did: "https://attacker.example/" } } }, "did:x"],
])("an id that %s makes into another is refused", async (_, change, id) => {
  const { credentialSubject = {} } = change as { credentialSubject?: object };
  const subject = { ...badge.credentialSubject, ...credentialSubject, id };
  const disguise = { ...badge, ...change, credentialSubject: subject } as unknown as JsonObject;
  expect(await canonicalQuads(disguise)).not.toContain(`<${id}>`);
  await expect(plainQuads(disguise)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
});

describe("a document without an id", () => {
  test("is read as it is", async () => {
    const { credentialSubject: _, endorsement: __, ...plain } = nameless;
    const document = { ...plain, credentialSubject: { type: ["AchievementSubject"] } };
    expect(await plainQuads(document)).toBe(await canonicalQuads(document));
  });

  test("hides nothing either", async () => {
    const { credentialStatus: _, ...rest } = nameless;
    const hidden = { ...rest, [statusIri]: credentialStatus };
    expect(await canonicalQuads(hidden)).toBe(await canonicalQuads(nameless));
    await expect(plainQuads(hidden)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });

  test("has none by a keyword", async () => {
    const { credentialStatus: _, ...rest } = nameless;
    const hidden = {
      ...rest,
      "@id": badge.id,
      "@included": [{ id: badge.id, type: "VerifiableCredential", credentialStatus }],
    };
    expect(await canonicalQuads(hidden)).toBe(await canonicalQuads(badge));
    await expect(plainQuads(hidden)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });
});

test.each<[string, JsonObject]>([
  ["lists", { credentialStatus: [credentialStatus, { ...credentialStatus, id: "https://academy.example/lists/2#7" }] }],
  ["terms of its own", { "@context": [v2, ob, { own: "https://academy.example/own" }], own: "x" }],
  ["a name in languages", { name: [{ "@value": "Kurs", "@language": "de" }, "Course"] }],
  ["the same twice, without an id", { evidence: [{ type: ["Evidence"] }, { type: ["Evidence"] }] }],
  ["the same name twice", { name: ["Kurs", "Kurs"] }],
  [
    "the same twice",
    {
      evidence: [
        { id: "urn:x:1", type: ["Evidence"] },
        { id: "urn:x:1", type: ["Evidence"] },
      ],
    },
  ],
])("a document with %s is taken", async (_, change) => {
  const document = { ...badge, ...change };
  expect(await plainQuads(document)).toBe(await canonicalQuads(document));
});

test("ids within JSON, which is no node, are taken, and are looked for in all of it once", async () => {
  const json = (name: string) => ({ "@id": `https://academy.example/${name}`, "@type": "@json" });
  const context = [v2, ob, { blob: json("blob"), list: json("list") }];
  const ids = Array.from({ length: 300 }, (_, place) => ({ id: `urn:x:${place}`, note: `"urn:y:${place}"` }));
  const document = { ...badge, "@context": context, blob: { a: "b" }, list: { ids } };
  expect(await plainQuads(document)).toBe(await canonicalQuads(document));
});

test("an id that comes to another is refused, whatever JSON has it within a text", async () => {
  const context = [v2, ob, { x: "urn:other:", blob: { "@id": "https://academy.example/blob", "@type": "@json" } }];
  const subject = { id: "x:1", type: ["AchievementSubject"] };
  const document = { ...badge, "@context": context, credentialSubject: subject, blob: { a: 'He said "x:1".' } };
  await expect(plainQuads(document)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
});

async function codeOf(document: JsonObject): Promise<string> {
  const resolveKey = async (url: string, at: number) =>
    findKey(keyDocument(url.split("#")[0]!) as unknown as JsonObject, url, at);
  const [found] = await checkProofs(document, { resolveKey, at: Date.parse(created), purpose: "assertionMethod" });
  return found!.check.code;
}
