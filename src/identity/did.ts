import { type Bytes, base58, concat, fromBase58 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";

export type Did = string;

/** An Ethereum account as CAIP-10 has it; the address in lower case. */
export type Account = { chainId: number; address: `0x${string}` };

/** CAIP-2 allows more; a chain id here is an integer from 1 to 2^31-1, as GraphQL's Int and the wire need it. */
export const maxChainId = 2 ** 31 - 1;

const pkhPattern = /^did:pkh:eip155:([1-9]\d{0,9}):(0x[0-9a-fA-F]{40})$/;

/** `did:pkh:eip155:<chain>:<lowercase address>` (the did:pkh method specification, with the address folded). */
export function pkhDid(account: Account): Did {
  return `did:pkh:eip155:${account.chainId}:${account.address.toLowerCase()}`;
}

/** Reads a did:pkh of eip155; the address may be in any letter case. Refuses with INVALID_DID. */
export function parsePkh(did: string): Account {
  const parts = pkhPattern.exec(did);
  const chainId = Number(parts?.[1]);
  ensure(parts && chainId <= maxChainId, "INVALID_DID");
  return { chainId, address: parts[2]!.toLowerCase() as `0x${string}` };
}

/** True for a did:pkh of eip155 spelt as `pkhDid` spells it. */
export function isUserDid(did: string): boolean {
  const parts = pkhPattern.exec(did);
  return parts !== null && Number(parts[1]) <= maxChainId && did === did.toLowerCase();
}

export type KeyType = "P-256" | "secp256k1" | "Ed25519";

/** Multicodec prefixes as varints (https://github.com/multiformats/multicodec) and the length of the key behind each. */
const codecs: readonly { type: KeyType; prefix: readonly [number, number]; length: number }[] = [
  { type: "P-256", prefix: [0x80, 0x24], length: 33 },
  { type: "secp256k1", prefix: [0xe7, 0x01], length: 33 },
  { type: "Ed25519", prefix: [0xed, 0x01], length: 32 },
];

/** did:key (https://w3c-ccg.github.io/did-key-spec/) of a compressed point (33 bytes) or an Ed25519 key (32 bytes). */
export function keyDid(type: KeyType, key: Uint8Array): Did {
  const codec = codecs.find((each) => each.type === type)!;
  return `did:key:z${base58(concat(Uint8Array.from(codec.prefix), key))}`;
}

/** Reads a did:key. Refuses with INVALID_DID; whether the bytes are a point of the curve is not asked here. */
export function parseKeyDid(did: string): { type: KeyType; key: Bytes } {
  const bytes = did.startsWith("did:key:z") ? fromBase58(did.slice(9)) : undefined;
  if (!bytes) throw new Failure("INVALID_DID");
  const codec = codecs.find((each) => each.prefix[0] === bytes[0] && each.prefix[1] === bytes[1]);
  ensure(codec && bytes.length === 2 + codec.length, "INVALID_DID", "The key type of the did:key is not known here.");
  ensure(did === `did:key:z${base58(bytes)}`, "INVALID_DID");
  return { type: codec.type, key: bytes.slice(2) };
}
