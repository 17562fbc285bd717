import { p256 } from "@noble/curves/nist.js";
import { describe, expect, test } from "vitest";
import { keyDid } from "../../../src/identity/did.ts";
import { base58 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { checkProofs, maxProofs } from "../../../src/securing/data-integrity.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import { openBadgesContext } from "../../../src/securing/open-badge-schema.ts";
import { signCredential } from "../../../src/securing/vc-jwt.ts";
import { maxDocuments, maxOptions, maxValuesOfAll, openWork, type Work } from "../../../src/securing/work.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { maxEndorsements } from "../../../src/verify/badge-endorsements.ts";
import { verifyPresentation } from "../../../src/verify/presentation.ts";
import { badgeBody, now, openScene, proved, strangerDid, strangerEd } from "./badge-scene.ts";

const { knowledge } = openScene();
const nist = signerOfKey("P-256", new Uint8Array(32).fill(8));
const issuer = keyDid("P-256", p256.getPublicKey(new Uint8Array(32).fill(8)));
const undefinedTerms = "https://www.w3.org/ns/credentials/undefined-terms/v2";

/** A proof that follows the next one, so that none of them is over what another is over. */
const chained = (place: number, count: number): JsonObject => ({
  id: `urn:proof:${place}`,
  type: "DataIntegrityProof",
  cryptosuite: "eddsa-rdfc-2022",
  created: iso(now - hour),
  verificationMethod: strangerEd.method,
  proofPurpose: "assertionMethod",
  proofValue: `z${base58(new Uint8Array(64).fill(5))}`,
  previousProof: [`urn:proof:${(place + 1) % count}`],
});
/** The same, following none. */
const signature = (place: number): JsonObject => {
  const { previousProof: _, ...alone } = chained(place, 1);
  return alone;
};
const chainOf = (count: number) => Array.from({ length: count }, (_, place) => chained(place, count));

/** An endorsement of many values, under sixteen proofs. */
const endorsement: JsonObject = {
  "@context": [contextV2, undefinedTerms],
  type: ["VerifiableCredential"],
  issuer: strangerDid,
  credentialSubject: { a: Array.from({ length: 400 }, (_, i) => `v${i}`) },
  proof: chainOf(16),
};

/** Counts what is converted, and pays it from a purse as large as any. */
function counted() {
  const purse = openWork(async () => {});
  const found = { document: 0, options: 0, values: 0 };
  const work: Work = {
    ...purse,
    async convert(what, values) {
      await purse.convert(what, values);
      found[what]++;
      found.values += values;
    },
  };
  return { found, work };
}

describe("the work that one question may cause", () => {
  test("is bounded, whatever endorsements and chains of proofs a badge brings", async () => {
    const body = { ...badgeBody, issuer, endorsement: Array.from({ length: maxEndorsements }, () => endorsement) };
    const jwt = await signCredential(body, { did: issuer, key: { kid: issuer.slice(8), sign: nist.sign } });
    const { found, work } = counted();
    const { endorsements } = await verifyBadge(jwt, { now }, { ...knowledge, work });
    expect(endorsements).toHaveLength(maxEndorsements);
    expect(endorsements.at(-1)!.checks).toContainEqual(
      expect.objectContaining({ name: "proof[0]", outcome: "unknown", code: "QUOTA_EXCEEDED" }),
    );
    expect(found.document).toBeLessThanOrEqual(maxDocuments);
    expect(found.options).toBeLessThanOrEqual(maxOptions);
    expect(found.values).toBeLessThanOrEqual(maxValuesOfAll);
  });

  test("is one for all credentials of a presentation", async () => {
    const large = { ...endorsement, proof: chainOf(4) };
    const presentation = {
      "@context": [contextV2],
      type: ["VerifiablePresentation"],
      verifiableCredential: Array.from({ length: 8 }, () => large),
    };
    const { found, work } = counted();
    const { credentials } = await verifyPresentation(presentation, { now }, { ...knowledge, work });
    expect(credentials.at(-1)!.checks.map(({ code }) => code)).toContain("QUOTA_EXCEEDED");
    expect(found.values).toBeLessThanOrEqual(maxValuesOfAll);
  });

  test("is little where proofs are over the same: the document is converted once", async () => {
    const badge = await proved(badgeBody);
    const [proof] = badge.proof as JsonObject[];
    const { found, work } = counted();
    const proofs = Array.from({ length: 8 }, () => proof!);
    const report = await verifyBadge({ ...badge, proof: proofs }, { now }, { ...knowledge, work });
    expect(report.verdict).toBe("valid");
    expect(found).toMatchObject({ document: 1, options: 8 });
  });

  test("is little for a document without an id, too", async () => {
    const { id: _, ...nameless } = badgeBody;
    const { found, work } = counted();
    const report = await verifyBadge(await proved(nameless), { now }, { ...knowledge, work });
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "proof[0]", outcome: "pass" }));
    expect(found.document).toBe(1);
  });

  test("is none for a proof whose options are a document of their own", async () => {
    const badge = await proved(badgeBody);
    const [proof] = badge.proof as JsonObject[];
    const swollen = { ...proof, domain: Array.from({ length: 40 }, (_, i) => `d${i}.example`) };
    const { found, work } = counted();
    const [judged] = await checkProofs(
      { ...badge, proof: [swollen] },
      { ...knowledge, work, at: now, purpose: "assertionMethod" },
    );
    expect(judged!.check).toMatchObject({ outcome: "unknown", code: "QUOTA_EXCEEDED" });
    expect(found.values).toBe(0);
  });

  test("is that of its contexts, too: whoever names them again and again has nothing converted", async () => {
    const subjects = Array.from({ length: 60 }, (_, i) => ({
      "@context": Array.from({ length: 48 }, () => openBadgesContext),
      id: `did:example:${i}`,
      name: "a",
    }));
    const badge = { ...badgeBody, issuer: strangerDid, credentialSubject: subjects, proof: [signature(0)] };
    const { found, work } = counted();
    const report = await verifyBadge(badge, { now }, { ...knowledge, work });
    expect(report.checks).toContainEqual(
      expect.objectContaining({ name: "proof[0]", outcome: "unknown", code: "QUOTA_EXCEEDED" }),
    );
    expect(found).toMatchObject({ document: 0, options: 1 });
    expect(found.values).toBeLessThan(100);
  });

  test("leaves room for a presentation of sixteen badges, each with a proof of its own", async () => {
    const badges = await Promise.all(Array.from({ length: 16 }, (_, i) => proved({ ...badgeBody, id: `urn:x:${i}` })));
    const presentation = { "@context": [contextV2], type: ["VerifiablePresentation"], verifiableCredential: badges };
    const { found, work } = counted();
    const { credentials } = await verifyPresentation(presentation, { now }, { ...knowledge, work });
    expect(credentials.map(({ verdict }) => verdict)).toEqual(badges.map(() => "valid"));
    expect(found).toMatchObject({ document: 16, options: 16 });
    expect(found.values).toBeLessThan(maxValuesOfAll / 3);
  });

  test("is that of JSON in canonical order, by its length, and of each proof over it", async () => {
    const long = { ...endorsement, credentialSubject: { a: "x".repeat(400_000) } };
    const proof = chainOf(16).map((each) => ({ ...each, cryptosuite: "eddsa-jcs-2022" }));
    const { found, work } = counted();
    await checkProofs({ ...long, proof }, { ...knowledge, work, at: now, purpose: "assertionMethod" });
    expect(found).toMatchObject({ document: 16, options: 16 });
    expect(found.values).toBeGreaterThanOrEqual(2 * 16 * 90);
  });

  test("has no more signatures by JCS checked than there may be options of proofs", async () => {
    const jcs = (id: string): JsonObject => ({
      "@context": [contextV2],
      id,
      type: ["VerifiableCredential"],
      issuer: strangerDid,
      credentialSubject: { id: "did:example:a" },
      proof: Array.from({ length: 16 }, () => ({ ...signature(0), cryptosuite: "eddsa-jcs-2022" })),
    });
    const presentation = {
      "@context": [contextV2],
      type: ["VerifiablePresentation"],
      verifiableCredential: Array.from({ length: 8 }, (_, i) => jcs(`urn:x:${i}`)),
    };
    const { found, work } = counted();
    const { credentials } = await verifyPresentation(presentation, { now }, { ...knowledge, work });
    const judged = credentials.flatMap(({ checks }) => checks.filter(({ code }) => code === "BAD_SIGNATURE"));
    expect(judged).toHaveLength(maxOptions);
    expect(found.options).toBe(maxOptions);
  });

  test("comes in turns, one conversion after the other, where much is asked together", async () => {
    const turns: (() => void)[] = [];
    const work = openWork(() => new Promise((resolve) => turns.push(resolve)));
    const begun: number[] = [];
    const asked = [0, 1, 2, 3].map(async (place) => {
      await work.convert("document", 1000);
      begun.push(place);
    });
    for (const place of [0, 1, 2]) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(begun).toEqual([0, 1, 2].slice(0, place + 1));
      turns.shift()!();
    }
    await Promise.all(asked);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  test("leaves room for others: between long conversions it gives way", async () => {
    let turns = 0;
    const work = openWork(async () => void turns++);
    await verifyBadge(await proved(badgeBody), { now }, { ...knowledge, work });
    expect(turns).toBe(0);
    for (let i = 0; i < 3; i++)
      await checkProofs(endorsement, { ...knowledge, work, at: now, purpose: "assertionMethod" });
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

test("proofs beyond those that are judged are told of in one check", async () => {
  const proof = Array.from({ length: 1000 }, () => ({ type: "Strange" }));
  const found = await checkProofs({ ...badgeBody, proof }, { ...knowledge, at: now, purpose: "assertionMethod" });
  expect(found).toHaveLength(maxProofs + 1);
  expect(found.at(-1)!.check).toMatchObject({ outcome: "unknown", code: "QUOTA_EXCEEDED" });
});
