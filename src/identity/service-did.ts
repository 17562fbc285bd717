import { fromBase64url } from "../kernel/bytes.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Did, keyDid } from "./did.ts";
import { type KeyRecord, operationDid, publicJwk, type ServiceKeys } from "./service-keys.ts";

/** did:web of an origin (the did:web method specification): the host, its port behind %3A; [::1] is %5B%3A%3A1%5D. */
export function serviceDid(origin: string): Did {
  return `did:web:${encodeURIComponent(new URL(origin).host)}`;
}

/** Whether a service with this DID is one that only its own machine can reach, on whatever port. */
export function isLocalDid(did: Did): boolean {
  return localDid.test(did);
}

// Databases that were begun on [::1] before its colons were all escaped have it as [%3A:1].
const localDid = /^did:web:(?:(?:localhost|127\.0\.0\.1|%5B%3A%3A1%5D)(?:%3A\d+)?|\[%3A:1\](?::\d+)?)$/;

/**
 * The service's DID document (DID Core; Controlled Identifiers 1.0 for the methods). A retired key stays listed and
 * may still be asserted with, `expires` being its retirement: what it signed before verifies. Operation keys invoke
 * and never assert, so no credential verifies under one; `#log` signs the log's tree and stands in no relation.
 */
export function didDocument(origin: string, keys: ServiceKeys): JsonObject {
  const id = serviceDid(origin);
  const asserting = keys.signing.map((key) => ({ ...method(id, key.kid, key), ...jsonWebKey(key) }));
  const invoking = keys.operation.map((key) => ({
    ...method(id, multibase(operationDid(key)), key),
    ...multikey(key),
  }));
  const logKey = multibase(keyDid("Ed25519", fromBase64url(keys.log.jwk.x)!));
  const log = { id: `${id}#log`, type: "Multikey", controller: id, publicKeyMultibase: logKey };
  return {
    "@context": [
      "https://www.w3.org/ns/did/v1",
      "https://w3id.org/security/jwk/v1",
      "https://w3id.org/security/multikey/v1",
    ],
    id,
    verificationMethod: [...asserting, ...invoking, log],
    assertionMethod: asserting.map((each) => each.id),
    capabilityInvocation: invoking.map((each) => each.id),
  };
}

/** The JWK set (RFC 7517) of the keys that sign credentials and tokens, the one in use first, retired ones behind. */
export function jwks(keys: ServiceKeys): JsonObject {
  const ordered = keys.signing.toReversed();
  return { keys: ordered.map(({ kid, jwk }) => ({ ...publicJwk(jwk), kid, alg: "ES256", use: "sig" })) };
}

function method(id: Did, fragment: string, { retired }: KeyRecord): { id: string; controller: Did; expires?: string } {
  const base = { id: `${id}#${fragment}`, controller: id };
  return retired === undefined ? base : { ...base, expires: retired };
}

function jsonWebKey({ kid, jwk }: KeyRecord): { type: string; publicKeyJwk: JsonObject } {
  return { type: "JsonWebKey", publicKeyJwk: { ...publicJwk(jwk), kid, alg: "ES256", use: "sig" } };
}

function multikey(key: KeyRecord): { type: string; publicKeyMultibase: string } {
  return { type: "Multikey", publicKeyMultibase: multibase(operationDid(key)) };
}

/** The multibase that a did:key ends with. */
function multibase(did: Did): string {
  return did.slice("did:key:".length);
}
