import { gzipSync } from "node:zlib";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { keyDid } from "../../../src/identity/did.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, hour, iso } from "../../../src/kernel/time.ts";
import { addProof, type Cryptosuite, type ProofSigner } from "../../../src/securing/data-integrity.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import { openBadgesContext } from "../../../src/securing/open-badge-schema.ts";
import { emptyBits, encodeBits, minEntries, setBit, statusListCredential } from "../../../src/securing/status-list.ts";
import { signCredential } from "../../../src/securing/vc-jwt.ts";
import { keyResolver } from "../../../src/securing/verification-key.ts";
import type { BadgeKnowledge } from "../../../src/verify/badge-question.ts";

export const now = Date.UTC(2026, 10, 20, 12);
export const school = "did:web:school.example";
export const learner = "did:pkh:eip155:1:0x1111111111111111111111111111111111111111";

/** Fixed keys: 32 bytes of one value each. None of them guards anything. */
const bytesOf = (value: number) => new Uint8Array(32).fill(value);
const edwards = signerOfKey("Ed25519", bytesOf(7));
const nist = signerOfKey("P-256", bytesOf(8));
const stranger = signerOfKey("Ed25519", bytesOf(9));

export const schoolEd: ProofSigner = { method: `${school}#ed`, type: "Ed25519", sign: edwards.sign };
export const schoolP256: ProofSigner = { method: `${school}#p256`, type: "P-256", sign: nist.sign };
export const strangerDid = keyDid("Ed25519", ed25519.getPublicKey(bytesOf(9)));
export const strangerEd: ProofSigner = {
  method: `${strangerDid}#${strangerDid.slice("did:key:".length)}`,
  type: "Ed25519",
  sign: stranger.sign,
};

const multikey = (id: string, did: string, controller = school) => ({
  id,
  type: "Multikey",
  controller,
  publicKeyMultibase: did.slice("did:key:".length),
});

export const schoolDocument = {
  id: school,
  verificationMethod: [
    multikey(schoolEd.method, keyDid("Ed25519", ed25519.getPublicKey(bytesOf(7)))),
    multikey(schoolP256.method, keyDid("P-256", p256.getPublicKey(bytesOf(8)))),
    multikey(`${school}#lent`, strangerDid, strangerDid),
  ],
  assertionMethod: [schoolEd.method, schoolP256.method, `${school}#lent`],
  authentication: [schoolEd.method],
};

export const listUrl = "https://school.example/lists/1";

/** A badge that says all that a badge has to say. */
export const badgeBody: JsonObject = {
  "@context": [contextV2, openBadgesContext],
  id: "https://school.example/badges/1",
  type: ["VerifiableCredential", "OpenBadgeCredential"],
  name: "Welding",
  issuer: { id: school, type: ["Profile"], name: "School" },
  validFrom: iso(now - hour),
  validUntil: iso(now + day),
  credentialSubject: {
    id: learner,
    type: ["AchievementSubject"],
    achievement: {
      id: "https://school.example/achievements/1",
      type: ["Achievement"],
      name: "Welding",
      description: "Joins metal.",
      criteria: { narrative: "Join two plates." },
    },
  },
};

export const statusOf = (change: JsonObject = {}): JsonObject => ({
  id: `${listUrl}#5`,
  type: "BitstringStatusListEntry",
  statusPurpose: "revocation",
  statusListIndex: "5",
  statusListCredential: listUrl,
  ...change,
});

export const proved = (body: JsonObject, signer = schoolEd, cryptosuite: Cryptosuite = "eddsa-rdfc-2022") =>
  addProof(body, signer, { cryptosuite, created: iso(now - hour) });

export const jwtOf = (body: JsonObject) => signCredential(body, { did: school, key: { kid: "p256", sign: nist.sign } });

type ListTerms = {
  set?: number[];
  entries?: number;
  purpose?: string;
  issuer?: string;
  encodedList?: string;
  validUntil?: number;
  id?: string;
  ttl?: unknown;
  size?: number;
};

/** A status list of the school, unsigned. */
export async function listBody(terms: ListTerms = {}): Promise<JsonObject> {
  const { set = [], entries = minEntries, purpose = "revocation", issuer = school, id = listUrl } = terms;
  const bits = emptyBits(entries);
  for (const index of set) setBit(bits, index);
  const encodedList = terms.encodedList ?? (await encodeBits(bits));
  const validUntil = terms.validUntil ?? now + hour;
  const list = statusListCredential({ id, issuer, purpose, encodedList, validFrom: now - hour, validUntil, ttl: 1000 });
  if (terms.ttl !== undefined) (list.credentialSubject as JsonObject).ttl = terms.ttl as never;
  return list;
}

export const bombList = () => `u${base64url(gzipSync(new Uint8Array(2 ** 26)))}`;

/** A web of texts by URL, and what verification knows of it; `calls` are the addresses that were called. */
export function openScene(more: Partial<BadgeKnowledge> = {}) {
  const web = new Map<string, string>([
    ["https://school.example/.well-known/did.json", JSON.stringify(schoolDocument)],
  ]);
  const calls: string[] = [];
  const fetch = async (url: string) => {
    calls.push(url);
    const body = web.get(url);
    if (body === undefined) throw new Failure("STATUS_UNAVAILABLE", "Nothing answers.");
    return body;
  };
  const fetchDidWeb = async (url: string) => {
    const body = web.get(url);
    if (body === undefined) throw new Failure("DID_UNREACHABLE");
    return { status: 200, contentType: "application/did", body };
  };
  const knowledge: BadgeKnowledge = { resolveKey: keyResolver({ fetchDidWeb }), fetch, ...more };
  return { web, calls, knowledge };
}

export const bytes = (text: string) => utf8(text);
