import { secp256k1 } from "@noble/curves/secp256k1.js";
import { type Hex, hexToBytes } from "viem";
import { checksummed } from "../identity/address.ts";
import { base58, base64, base64url, concat, fromUtf8 } from "../kernel/bytes.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { parseJson } from "../kernel/json.ts";

/** A did:ethr as read: its account, and the uncompressed key where the DID names one. */
export type Identifier = { did: string; chainId: number; address: Hex; point?: Uint8Array };

/** An event of the registry; times in seconds. */
export type Change =
  | { event: "DIDOwnerChanged"; owner: Hex }
  | { event: "DIDDelegateChanged"; delegateType: Hex; delegate: Hex; validTo: bigint }
  | { event: "DIDAttributeChanged"; name: Hex; value: Hex; validTo: bigint };

type Method = { id: string; type: string; controller: string } & JsonObject;
type Relation = "assertionMethod" | "authentication" | "keyAgreement";

/** What stands in the document by one event, until it lapses or another event takes it back. */
type Part = { method: Method; relation: Relation } | { service: JsonObject };

const recovery = "EcdsaSecp256k1RecoveryMethod2020";
const nobody = `0x${"00".repeat(20)}`;

/**
 * The document that a registry's changes come to at a moment, in seconds. Names in the registry that mean nothing here,
 * and keys that cannot be read, are passed over, yet counted: ids stay what they are when something else goes.
 * @see https://github.com/decentralized-identity/ethr-did-resolver/blob/master/doc/did-method-spec.md
 */
export function ethrDocument(
  identifier: Identifier,
  changes: readonly Change[],
  now: number,
): { document: JsonObject; deactivated: boolean } {
  const parts = new Map<string, Part>();
  const counts = { delegate: 0, service: 0 };
  let owner: string = identifier.address;
  for (const change of changes) {
    if (change.event === "DIDOwnerChanged") {
      owner = change.owner.toLowerCase();
      // Without an owner nothing can be changed any more, and all keys are revoked.
      if (owner === nobody) return { document: emptyDocument(identifier.did), deactivated: true };
      continue;
    }
    const about = nameOf(change);
    if (about.section === "svc") counts.service++;
    else if (about.section === "pub") counts.delegate++;
    parts.delete(about.key);
    const part = change.validTo >= BigInt(now) ? partOf(identifier, change, about, counts) : undefined;
    if (part) parts.set(about.key, part);
  }
  return { document: assemble(identifier, owner, [...parts.values()]), deactivated: false };
}

type Named = { key: string; section: "pub" | "svc" | "other"; words: string[] };

/** What a change is about: the same words with the same value are the same entry. */
function nameOf(change: Exclude<Change, { event: "DIDOwnerChanged" }>): Named {
  if (change.event === "DIDDelegateChanged") {
    const type = textOf(change.delegateType);
    return { key: `delegate ${type} ${change.delegate.toLowerCase()}`, section: "pub", words: [type] };
  }
  const name = textOf(change.name);
  const [, section, ...words] = /^did\/(pub|svc)\/(\w+)(?:\/(\w+))?(?:\/\w+)?$/.exec(name) ?? [];
  const key = `attribute ${name} ${change.value}`;
  if (section !== "pub" && section !== "svc") return { key, section: "other", words: [] };
  return { key, section, words };
}

function partOf(
  identifier: Identifier,
  change: Exclude<Change, { event: "DIDOwnerChanged" }>,
  { section, words }: Named,
  counts: { delegate: number; service: number },
): Part | undefined {
  const { did, chainId } = identifier;
  const id = `${did}#delegate-${counts.delegate}`;
  const [name = "", purpose = ""] = words;
  if (change.event === "DIDDelegateChanged") {
    const relation = relations.get(name);
    if (!relation || name === "enc") return undefined;
    const blockchainAccountId = accountId(chainId, change.delegate);
    return { method: { id, type: recovery, controller: did, blockchainAccountId }, relation };
  }
  if (section === "svc") return serviceOf(`${did}#service-${counts.service}`, name, change.value);
  const key = section === "pub" ? keyMembers(name, change.value) : undefined;
  const relation = relations.get(purpose) ?? "assertionMethod";
  return key && { method: { id, controller: did, ...key }, relation };
}

const relations = new Map<string, Relation>([
  ["veriKey", "assertionMethod"],
  ["sigAuth", "authentication"],
  ["enc", "keyAgreement"],
]);

/** Each known type in the encoding that is its own; of others the registry's own words. Undefined for what is no key. */
function keyMembers(algorithm: string, value: Hex): ({ type: string } & JsonObject) | undefined {
  const bytes = hexToBytes(value);
  switch (algorithm) {
    case "Secp256k1": {
      const publicKeyJwk = jwkOf(bytes);
      return publicKeyJwk && { type: "EcdsaSecp256k1VerificationKey2019", publicKeyJwk };
    }
    case "Ed25519":
    case "X25519": {
      const [type, code] =
        algorithm === "Ed25519" ? ["Ed25519VerificationKey2020", 0xed] : ["X25519KeyAgreementKey2020", 0xec];
      const publicKeyMultibase = `z${base58(concat(Uint8Array.of(code as number, 0x01), bytes))}`;
      return bytes.length === 32 ? { type: type as string, publicKeyMultibase } : undefined;
    }
    case "RSA":
      return { type: "RsaVerificationKey2018", publicKeyPem: pemOf(bytes) };
    default:
      return { type: algorithm, publicKeyHex: value.slice(2) };
  }
}

function jwkOf(key: Uint8Array): JsonObject | undefined {
  try {
    const point = secp256k1.Point.fromBytes(key).toBytes(false);
    return { kty: "EC", crv: "secp256k1", x: base64url(point.slice(1, 33)), y: base64url(point.slice(33)) };
  } catch {
    return undefined;
  }
}

function pemOf(bytes: Uint8Array): string {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----"].join("\n");
}

/** An endpoint is a text, or JSON in one. */
function serviceOf(id: string, type: string, value: Hex): Part | undefined {
  try {
    const text = fromUtf8(hexToBytes(value));
    return { service: { id, type, serviceEndpoint: jsonOr(text) } };
  } catch {
    return undefined;
  }
}

function jsonOr(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function assemble({ did, chainId, address, point }: Identifier, owner: string, parts: readonly Part[]): JsonObject {
  const controller = `${did}#controller`;
  const methods: Method[] = [
    { id: controller, type: recovery, controller: did, blockchainAccountId: accountId(chainId, owner) },
  ];
  const named: Record<Relation, string[]> = {
    authentication: [controller],
    assertionMethod: [controller],
    keyAgreement: [],
  };
  if (point && owner === address) {
    const id = `${did}#controllerKey`;
    const publicKeyJwk = jwkOf(point)!;
    methods.push({ id, type: "EcdsaSecp256k1VerificationKey2019", controller: did, publicKeyJwk });
    named.authentication.push(id);
    named.assertionMethod.push(id);
  }
  const services: JsonObject[] = [];
  for (const part of parts) {
    if ("service" in part) {
      services.push(part.service);
      continue;
    }
    methods.push(part.method);
    named[part.relation].push(part.method.id);
  }
  const { keyAgreement, ...relations } = named;
  return {
    "@context": contextOf(methods),
    id: did,
    verificationMethod: methods,
    ...relations,
    ...(keyAgreement.length > 0 && { keyAgreement }),
    ...(services.length > 0 && { service: services }),
  };
}

function emptyDocument(did: string): JsonObject {
  return { "@context": contextOf([]), id: did, verificationMethod: [], authentication: [], assertionMethod: [] };
}

const contexts: readonly [string, string][] = [
  ["EcdsaSecp256k1VerificationKey2019", "https://w3id.org/security/v2"],
  ["RsaVerificationKey2018", "https://w3id.org/security/v2"],
  ["Ed25519VerificationKey2020", "https://w3id.org/security/suites/ed25519-2020/v1"],
  ["X25519KeyAgreementKey2020", "https://w3id.org/security/suites/x25519-2020/v1"],
];

/** What the types of the keys mean, and no more than occur. */
function contextOf(methods: readonly Method[]): Json[] {
  const used = contexts.filter(([type]) => methods.some((method) => method.type === type)).map(([, url]) => url);
  const terms: JsonObject = {};
  if (methods.some((method) => "publicKeyHex" in method)) terms.publicKeyHex = "https://w3id.org/security#publicKeyHex";
  if (methods.some((method) => "publicKeyJwk" in method))
    terms.publicKeyJwk = { "@id": "https://w3id.org/security#publicKeyJwk", "@type": "@json" };
  const base = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/secp256k1recovery-2020/v2"];
  return [...base, ...new Set(used), ...(Object.keys(terms).length > 0 ? [terms] : [])];
}

function accountId(chainId: number, address: string): string {
  return `eip155:${chainId}:${checksummed(address)}`;
}

/** A bytes32 as the text it begins with. */
function textOf(bytes32: Hex): string {
  try {
    return fromUtf8(hexToBytes(bytes32)).replace(/\0+$/, "");
  } catch {
    return "";
  }
}
