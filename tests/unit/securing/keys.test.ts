import { verify as verifyNode } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, test } from "vitest";
import { parseKeyDid } from "../../../src/identity/did.ts";
import { keyDocument } from "../../../src/identity/did-document.ts";
import { utf8 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import * as node from "../../../src/kernel/primitives-node.ts";
import * as web from "../../../src/kernel/primitives-web.ts";
import { checkOfKey, makePrivateKey, signerOfKey } from "../../../src/securing/keys.ts";
import { findKey } from "../../../src/securing/verification-key.ts";

const message = utf8("message");
const methodOf = (did: string) => `${did}#${did.slice("did:key:".length)}`;
const jwkOf = (did: string) => findKey(keyDocument(did) as unknown as JsonObject, methodOf(did), 0).jwk;

describe.each(["Ed25519", "P-256"] as const)("a key of %s", (type) => {
  test("signs what its did:key checks, and nothing else", async () => {
    const signer = signerOfKey(type, makePrivateKey(type));
    const check = checkOfKey(jwkOf(signer.did));
    const signature = await signer.sign(message);
    expect(signature).toHaveLength(64);
    expect(await check(message, signature)).toBe(true);
    expect(await check(utf8("another"), signature)).toBe(false);
    expect(await check(message, signature.subarray(0, 63))).toBe(false);
    expect(await checkOfKey(jwkOf(signerOfKey(type, makePrivateKey(type)).did))(message, signature)).toBe(false);
  });
});

describe("a key of secp256k1", () => {
  const privateKey = makePrivateKey("secp256k1");
  const signer = signerOfKey("secp256k1", privateKey);

  test("signs digests from which its public key is recovered", () => {
    const digest = node.sha256(message);
    const { signature, recovery } = signer.signDigest(digest);
    const point = node.secp256k1Recover(digest, signature, recovery)!;
    expect(secp256k1.Point.fromBytes(point).toBytes(true)).toEqual(parseKeyDid(signer.did).key);
  });

  test("signs the SHA-256 of a message", async () => {
    const signature = await signer.sign(message);
    expect(secp256k1.verify(signature, message, secp256k1.getPublicKey(privateKey))).toBe(true);
  });

  test("checks no proof here", () => {
    expect(() => checkOfKey(jwkOf(signer.did))).toThrow(expect.objectContaining({ code: "UNKNOWN_SUITE" }));
  });
});

describe("the primitives of Node and of the web", () => {
  test("sign with secp256k1 alike", () => {
    for (let i = 1; i < 20; i++) {
      const key = node.sha256(`key ${i}`);
      const digest = node.sha256(`digest ${i}`);
      expect(web.secp256k1Signer(key)(digest)).toEqual(node.secp256k1Signer(key)(digest));
    }
  });

  test("sign with Ed25519 alike, and check each other", async () => {
    const seed = node.sha256("seed");
    const publicKey = parseKeyDid(signerOfKey("Ed25519", seed).did).key;
    const signature = node.ed25519Signer(seed)(message);
    expect(await web.ed25519Signer(seed)(message)).toEqual(signature);
    expect(await web.ed25519Verifier(publicKey)(message, signature)).toBe(true);
    expect(node.ed25519Verifier(publicKey)(message, signature)).toBe(true);
    expect(await web.ed25519Verifier(publicKey)(utf8("x"), signature)).toBe(false);
    const x = Buffer.from(publicKey).toString("base64url");
    const jwk = { key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" } as const;
    expect(verifyNode(null, message, jwk, signature)).toBe(true);
  });
});

test.each([
  ["P-256", new Uint8Array(32)],
  ["secp256k1", new Uint8Array(32).fill(255)],
  ["Ed25519", new Uint8Array(31)],
] as const)("what is no private key of %s is refused", (type, key) => {
  expect(() => signerOfKey(type, key)).toThrow(expect.objectContaining({ code: "INVALID_PROOF" }));
});

test.each([
  ["no point", { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) }],
  ["a coordinate too short", { kty: "EC", crv: "P-256", x: "AAAA", y: "A".repeat(43) }],
  ["no second coordinate", { kty: "EC", crv: "P-256", x: "A".repeat(43) }],
])("a public key that is %s is refused", (_, jwk) => {
  expect(() => checkOfKey(jwk)).toThrow(expect.objectContaining({ code: "INVALID_PROOF" }));
});
