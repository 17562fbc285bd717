import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { p256Decompress } from "#primitives";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Did, type KeyType, parseKeyDid, parsePkh } from "./did.ts";

export type KeyDocument = {
  "@context": string[];
  id: Did;
  verificationMethod: { id: string; type: "Multikey"; controller: Did; publicKeyMultibase: string }[];
  authentication: string[];
  assertionMethod: string[];
  capabilityInvocation: string[];
  capabilityDelegation: string[];
};

/**
 * The document of a did:pkh of eip155 (the did:pkh method specification): whoever the account's key recovers to. The
 * address stays as it was asked for, as the id must equal the DID. Refuses with INVALID_DID.
 */
export function pkhDocument(did: Did): JsonObject {
  parsePkh(did);
  const id = `${did}#blockchainAccountId`;
  const blockchainAccountId = did.slice("did:pkh:".length);
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/secp256k1recovery-2020/v2"],
    id: did,
    verificationMethod: [{ id, type: "EcdsaSecp256k1RecoveryMethod2020", controller: did, blockchainAccountId }],
    authentication: [id],
    assertionMethod: [id],
    capabilityInvocation: [id],
    capabilityDelegation: [id],
  };
}

/**
 * The document of a did:key (https://w3c-ccg.github.io/did-key-spec/) of P-256, secp256k1 or Ed25519, without a derived
 * key for encryption. Refuses with INVALID_DID what is no point of its curve.
 */
export function keyDocument(did: Did): KeyDocument {
  const { type, key } = parseKeyDid(did);
  ensure(isPoint(type, key), "INVALID_DID", "The key is no point of its curve.");
  const publicKeyMultibase = did.slice("did:key:".length);
  const id = `${did}#${publicKeyMultibase}`;
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
    id: did,
    verificationMethod: [{ id, type: "Multikey", controller: did, publicKeyMultibase }],
    authentication: [id],
    assertionMethod: [id],
    capabilityInvocation: [id],
    capabilityDelegation: [id],
  };
}

function isPoint(type: KeyType, key: Uint8Array): boolean {
  if (type === "P-256") return p256Decompress(key) !== undefined;
  try {
    if (type === "secp256k1") secp256k1.Point.fromBytes(key);
    else ed25519.Point.fromBytes(key);
    return true;
  } catch {
    return false;
  }
}
