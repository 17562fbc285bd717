import type { AwardFacts } from "../../../src/badges/achievement-credential.ts";
import type { FormSigners } from "../../../src/badges/award-forms.ts";
import type { ClassDefinition } from "../../../src/badges/class-definition.ts";
import { keyDocument } from "../../../src/identity/did-document.ts";
import type { ProofSigner } from "../../../src/securing/data-integrity.ts";
import { type KeySigner, type Secp256k1Signer, signerOfKey } from "../../../src/securing/keys.ts";
import type { PublicJwk, ResolveKey } from "../../../src/securing/vc-jwt.ts";
import { findKey } from "../../../src/securing/verification-key.ts";
import { start } from "../../harness.ts";

/** Fixed private keys of an academy in a test; they guard nothing. */
export const academyKeys = {
  Ed25519: new Uint8Array(32).fill(7),
  "P-256": new Uint8Array(32).fill(8),
  secp256k1: new Uint8Array(32).fill(9),
};

export const academyDid = "did:web:renown.example:orgs:academy";

const held: readonly KeySigner[] = [
  signerOfKey("Ed25519", academyKeys.Ed25519),
  signerOfKey("P-256", academyKeys["P-256"]),
  signerOfKey("secp256k1", academyKeys.secp256k1),
];

const named = <T extends KeySigner>(issuer: string, signer: T) => ({
  ...signer,
  method: `${issuer}#${signer.did.slice("did:key:".length)}`,
});

/** The keys of the academy, by the DID that credentials name; a did:key has the one key only. */
export function signersAs(issuer: string = academyDid): FormSigners {
  const own = issuer.startsWith("did:key:") ? held.filter(({ did }) => did === issuer) : held;
  const credential = own.filter(({ type }) => type !== "secp256k1").map((each) => named(issuer, each) as ProofSigner);
  const twin = own.find(({ type }) => type === "secp256k1");
  return { credential, twin: twin && named(issuer, twin as Secp256k1Signer) };
}

export const keyIssuer = (type: KeySigner["type"]): string => held.find((each) => each.type === type)!.did;

/** Resolves the keys of the academy, whatever DID they are under. */
export const resolveAcademyKey: ResolveKey = async (didUrl, at) => {
  const did = `did:key:${didUrl.split("#")[1]}`;
  return findKey(keyDocument(did), `${did}#${didUrl.split("#")[1]}`, at);
};

export async function publicKeyOf(didUrl: string): Promise<PublicJwk> {
  return (await resolveAcademyKey(didUrl, start)).jwk;
}

export const definition: ClassDefinition = {
  name: "Bridge building",
  description: "Builds a bridge of paper that carries a kilogram.",
  criteria: { narrative: "Build one. Load it.\n\n* It stands.", url: "https://academy.example/bridges" },
  image: { digest: "A".repeat(43), type: "image/png", alt: "A bridge" },
  type: "Badge",
  tags: ["engineering", "paper"],
  alignment: [
    {
      targetName: "Statics",
      targetUrl: "https://skills.example/statics",
      targetType: "ceasn:Competency",
      targetFramework: "Skills",
      targetCode: "S-1",
      targetDescription: "Knows what carries what.",
    },
  ],
  validity: null,
  suspendable: false,
  creditsAvailable: 2.5,
  fieldOfStudy: "Engineering",
  specialization: "Paper",
  humanCode: "BB-1",
  inLanguage: "en-GB",
};

/** The least that a class says. */
export const plainDefinition: ClassDefinition = {
  name: "Bridge building",
  description: "Builds a bridge.",
  criteria: { narrative: "Build one." },
  image: null,
  type: "Achievement",
  tags: [],
  alignment: [],
  validity: null,
  suspendable: false,
};

const version = "https://renown.example/v1/badge-classes/r1class/versions/3";

/** An award that says everything that one can. */
export function fullFacts(change: Partial<AwardFacts> = {}): AwardFacts {
  return {
    award: "r1award",
    organization: "r1academy",
    id: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ",
    issuer: {
      did: academyDid,
      name: 'Academy "Å" <b>',
      description: "Teaches.\nAnd tests.",
      url: "https://academy.example/",
      email: "badges@academy.example",
      image: "https://academy.example/seal.png",
    },
    achievement: { id: version, version: 3, definition, image: `https://renown.example/v1/images/${"A".repeat(43)}` },
    recipient: { did: "did:pkh:eip155:1:0x1111111111111111111111111111111111111111" },
    earner: "Ada Lovelace",
    narrative: "Built *three*.",
    evidence: [
      {
        id: "https://academy.example/ada.pdf",
        name: "Photographs",
        description: "Of all three.",
        genre: "Photography",
      },
      { narrative: "The third carried two kilograms.", audience: "Engineers" },
    ],
    results: [{ value: "A" }, { status: "Completed" }],
    awardedAt: start,
    validFrom: start,
    validUntil: start + 365 * 86_400_000,
    status: {
      list: "https://renown.example/orgs/academy/status/academy-revocation-1",
      index: 77,
      purpose: "revocation",
    },
    endorsements: [],
    test: false,
    ...change,
  };
}

/** The least that an award says. */
export function plainFacts(change: Partial<AwardFacts> = {}): AwardFacts {
  return {
    award: "r1award",
    organization: "r1academy",
    id: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ",
    issuer: { did: academyDid, name: "Academy", description: null, url: null, email: null, image: null },
    achievement: { id: version, version: 3, definition: plainDefinition },
    recipient: { did: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" },
    awardedAt: start,
    validFrom: start,
    ...change,
  };
}

export const emailRecipient = { email: { hash: `sha256$${"ab".repeat(32)}`, salt: "c2FsdA" } };
