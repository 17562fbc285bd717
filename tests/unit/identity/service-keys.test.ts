import { calculateJwkThumbprint } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { appKey } from "../../../src/identity/app-key.ts";
import { didDocument, jwks, serviceDid } from "../../../src/identity/service-did.ts";
import {
  makeServiceKeys,
  operationSigner,
  parseServiceKeys,
  rotate,
  type ServiceKeys,
  signerAt,
  verifierOf,
} from "../../../src/identity/service-keys.ts";
import { utf8 } from "../../../src/kernel/bytes.ts";
import { day, iso } from "../../../src/kernel/time.ts";
import { now, origin } from "./message.ts";

const message = utf8("a message");
let keys: ServiceKeys;
let rotated: ServiceKeys;

beforeAll(async () => {
  keys = await makeServiceKeys(now);
  rotated = await rotate(await rotate(keys, "signing", now + day), "operation", now + 2 * day);
});

describe("the service's keys", () => {
  test("come back from JSON as they were made", () => {
    for (const each of [keys, rotated]) expect(parseServiceKeys(JSON.parse(JSON.stringify(each)))).toEqual(each);
  });

  test("are named by their thumbprints", async () => {
    for (const { kid, jwk } of [...keys.signing, ...keys.operation, keys.log])
      expect(kid).toBe(await calculateJwkThumbprint(jwk));
  });

  test("sign with the key in use, and verify with those that are retired", async () => {
    const before = signerAt(keys);
    const after = signerAt(rotated);
    expect(after.kid).not.toBe(before.kid);
    for (const signer of [before, after])
      expect(await verifierOf(rotated, signer.kid)!.check(message, await signer.sign(message))).toBe(true);
    expect(verifierOf(rotated, before.kid)).toMatchObject({ created: now, retired: now + day });
    expect(verifierOf(rotated, after.kid)).toMatchObject({ created: now + day, retired: undefined });
    expect(verifierOf(rotated, keys.operation[0]!.kid)).toBeUndefined();
    expect(verifierOf(rotated, "unknown")).toBeUndefined();
  });

  test("sign operations as a did:key that changes when that key is rotated, and only then", async () => {
    const once = operationSigner(keys);
    const twice = operationSigner(rotated);
    expect(await appKey(once.did)(message, await once.sign(message))).toBe(true);
    expect(await appKey(twice.did)(message, await twice.sign(message))).toBe(true);
    expect(twice.did).not.toBe(once.did);
    expect(operationSigner(await rotate(keys, "signing", now)).did).toBe(once.did);
  });

  test.each<[string, (keys: ServiceKeys) => unknown, string]>([
    ["are no object", () => [], "The keys are not a JSON object."],
    ["have no secret", (k) => ({ ...k, secret: undefined }), "secret is not"],
    ["have a short secret", (k) => ({ ...k, secret: k.secret.slice(0, 20) }), "secret is not"],
    ["have no signing key", (k) => ({ ...k, signing: [] }), "signing has not exactly one key in use."],
    ["have two in use", (k) => ({ ...k, signing: [k.signing[0], k.operation[0]] }), "signing has not exactly one"],
    ["have none in use", (k) => ({ ...k, operation: [{ ...k.operation[0], retired: iso(now) }] }), "operation has not"],
    ["use one key twice", (k) => ({ ...k, operation: k.signing }), "The same key stands twice."],
    ["miss the log key", (k) => ({ ...k, log: undefined }), "log is not a key"],
    ["have a public key only", (k) => withJwk(k, { d: undefined }), "signing[0].jwk is no private JWK of P-256."],
    ["have a key of another curve", (k) => withJwk(k, { crv: "P-384" }), "signing[0].jwk is no private JWK"],
    ["have a key off its curve", (k) => withJwk(k, { y: k.log.jwk.x }), "signing[0].jwk is no point on P-256."],
    [
      "have the name of another key",
      (k) => ({ ...k, signing: [{ ...k.signing[0], kid: "a" }] }),
      "signing[0].kid is not",
    ],
    [
      "have an unreadable date",
      (k) => ({ ...k, signing: [{ ...k.signing[0], created: "today" }] }),
      "signing[0].created",
    ],
  ])("are refused where they %s, by name and without a value", (_name, change, sentence) => {
    expect(() => parseServiceKeys(JSON.parse(JSON.stringify(change(keys))))).toThrow(sentence);
  });

  function withJwk(keys: ServiceKeys, change: Record<string, string | undefined>) {
    const [first] = keys.signing;
    return { ...keys, signing: [{ ...first, jwk: { ...first!.jwk, ...change } }] };
  }
});

describe("the service's DID", () => {
  const idOf = (kid: string) => `${serviceDid(origin)}#${kid}`;

  test.each([
    ["https://renown.example", "did:web:renown.example"],
    ["https://renown.example:8443", "did:web:renown.example%3A8443"],
    ["http://localhost:8787", "did:web:localhost%3A8787"],
    ["http://127.0.0.1:8787", "did:web:127.0.0.1%3A8787"],
    ["http://[::1]:8787", "did:web:%5B%3A%3A1%5D%3A8787"],
  ])("is that of %s", (origin, did) => {
    expect(serviceDid(origin)).toBe(did);
    expect(didDocument(origin, keys).id).toBe(did);
  });

  test("lists every key it ever signed with, the retired ones with their end", () => {
    const document = didDocument(origin, rotated) as unknown as Document;
    const methods = new Map(document.verificationMethod.map((each) => [each.id, each]));
    const [first, second] = rotated.signing;
    expect(document.assertionMethod).toEqual([idOf(first!.kid), idOf(second!.kid)]);
    expect(methods.get(idOf(first!.kid))).toMatchObject({ type: "JsonWebKey", expires: iso(now + day) });
    expect(methods.get(idOf(second!.kid))).not.toHaveProperty("expires");
    expect(methods.get("did:web:renown.example#log")).toMatchObject({ type: "Multikey" });
    expect(document.capabilityInvocation).toHaveLength(2);
    const operation = operationSigner(rotated).did.slice("did:key:".length);
    expect(document.capabilityInvocation).toContain(`did:web:renown.example#${operation}`);
    expect(document.verificationMethod).toHaveLength(5);
  });

  test("lets no operation key, and not the log's, assert anything", () => {
    const document = didDocument(origin, rotated) as unknown as Document;
    const signing = rotated.signing.map(({ kid }) => idOf(kid));
    expect(document.assertionMethod).toEqual(signing);
    expect(document).not.toHaveProperty("authentication");
  });

  test("publishes no private half, in the document or in the key set", () => {
    const text = JSON.stringify([didDocument(origin, rotated), jwks(rotated)]);
    const secrets = [...rotated.signing, ...rotated.operation, rotated.log].map(({ jwk }) => jwk.d);
    for (const secret of [...secrets, rotated.secret]) expect(text).not.toContain(secret);
    expect(text).not.toContain('"d"');
  });

  test("has a key set with the key in use first", () => {
    const set = jwks(rotated) as { keys: Record<string, unknown>[] };
    expect(set.keys.map(({ kid }) => kid)).toEqual([rotated.signing[1]!.kid, rotated.signing[0]!.kid]);
    expect(set.keys[0]).toMatchObject({ kty: "EC", crv: "P-256", alg: "ES256", use: "sig" });
  });
});

type Document = {
  id: string;
  verificationMethod: { id: string; type: string; expires?: string }[];
  assertionMethod: string[];
  capabilityInvocation: string[];
};
