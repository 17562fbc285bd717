import { describe, expect, test } from "vitest";
import { keyDid } from "../../../src/identity/did.ts";
import { didDocument, serviceDid } from "../../../src/identity/service-did.ts";
import { makeServiceKeys, operationDid, publicJwk, rotate } from "../../../src/identity/service-keys.ts";
import { fromBase64url, fromHex } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { findKey, keyResolver } from "../../../src/securing/verification-key.ts";

const did = "did:web:issuer.example";
const now = Date.UTC(2026, 10, 20);
const jwk = {
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};
const method = {
  id: `${did}#k1`,
  type: "JsonWebKey",
  controller: did,
  publicKeyJwk: { ...jwk, kid: "k1", alg: "ES256" },
};
const document: JsonObject = { id: did, verificationMethod: [method], assertionMethod: [`${did}#k1`] };

const codeOf = (document: JsonObject, url = `${did}#k1`) => {
  try {
    findKey(document, url, now);
    return "found";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("the key of a DID document", () => {
  test("is found by its id, referred to in full, as a fragment, or standing in the relation itself", () => {
    expect(findKey(document, `${did}#k1`, now)).toEqual({ jwk, retired: undefined });
    const relative = { ...document, verificationMethod: [{ ...method, id: "#k1" }], assertionMethod: ["#k1"] };
    expect(findKey(relative, `${did}#k1`, now).jwk).toEqual(jwk);
    const embedded = { id: did, assertionMethod: [method] };
    expect(findKey(embedded, `${did}#k1`, now).jwk).toEqual(jwk);
  });

  test("is found for authentication where it is listed for that, and not for assertions alone", () => {
    const authenticating = { ...document, assertionMethod: [], authentication: [`${did}#k1`] };
    expect(findKey(authenticating, `${did}#k1`, now, "authentication").jwk).toEqual(jwk);
    expect(() => findKey(document, `${did}#k1`, now, "authentication")).toThrow(
      expect.objectContaining({ code: "DID_NOT_FOUND", detail: expect.stringContaining("authentication") }),
    );
  });

  test.each<[string, JsonObject, string]>([
    ["is listed for nothing", { assertionMethod: [] }, "DID_NOT_FOUND"],
    ["is listed to authenticate only", { assertionMethod: [], authentication: [`${did}#k1`] }, "DID_NOT_FOUND"],
    [
      "is another's",
      { verificationMethod: [{ ...method, controller: "did:web:evil.example" }] },
      "INVALID_DID_DOCUMENT",
    ],
    ["is private", { verificationMethod: [{ ...method, publicKeyJwk: { ...jwk, d: jwk.x } }] }, "INVALID_DID_DOCUMENT"],
    ["is half a JWK", { verificationMethod: [{ ...method, publicKeyJwk: { kty: "EC" } }] }, "INVALID_DID_DOCUMENT"],
    ["has been revoked", { verificationMethod: [{ ...method, revoked: "2026-11-20T00:00:00Z" }] }, "DID_NOT_FOUND"],
    ["has an unreadable end", { verificationMethod: [{ ...method, expires: "soon" }] }, "UNREADABLE_DATE"],
    [
      "is of a kind that is not read",
      { verificationMethod: [{ id: method.id, controller: did, type: "X", publicKeyPem: "" }] },
      "UNKNOWN_SUITE",
    ],
  ])("is refused where it %s", (_, change, code) => {
    expect(codeOf({ ...document, ...change })).toBe(code);
  });

  test("that is revoked later is found until then", () => {
    const revoked = { ...document, verificationMethod: [{ ...method, revoked: "2026-11-20T00:00:00.001Z" }] };
    expect(codeOf(revoked)).toBe("found");
  });
});

describe("resolving", () => {
  const fetchDidWeb = async () => {
    throw new Error("Nothing is fetched.");
  };
  const resolve = keyResolver({ fetchDidWeb });

  test("gives the keys of our own document, the retired one with its end, and never an operation key", async () => {
    const first = await makeServiceKeys(0);
    const keys = await rotate(first, "signing", now);
    const origin = "https://renown.example";
    const own = { did: serviceDid(origin), document: didDocument(origin, keys) };
    const resolveOwn = keyResolver({ fetchDidWeb, own });
    const [retired, current] = keys.signing.map((key) => `${own.did}#${key.kid}`);
    expect(await resolveOwn(retired!, now)).toEqual({ jwk: publicJwk(keys.signing[0]!.jwk), retired: now });
    expect(await resolveOwn(current!, now)).toEqual({ jwk: publicJwk(keys.signing[1]!.jwk), retired: undefined });
    const operation = `${own.did}#${operationDid(keys.operation[0]!).slice("did:key:".length)}`;
    await expect(resolveOwn(operation, now)).rejects.toMatchObject({ code: "DID_NOT_FOUND" });
  });

  test("gives the JWK of a did:key of each curve", async () => {
    const point = fromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")!;
    const secp256k1 = keyDid("secp256k1", point);
    const ed25519 = keyDid("Ed25519", fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")!);
    const p256 = keyDid("P-256", Uint8Array.of(3, ...fromBase64url(jwk.x)!));
    const jwkOf = async (did: string) => (await resolve(`${did}#${did.slice(8)}`, now)).jwk;
    expect(await jwkOf(p256)).toEqual(jwk);
    expect(await jwkOf(secp256k1)).toMatchObject({ kty: "EC", crv: "secp256k1" });
    expect(await jwkOf(ed25519)).toEqual({
      kty: "OKP",
      crv: "Ed25519",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
  });

  test("has no key for a did:pkh: its signatures are recovered from", async () => {
    const pkh = `did:pkh:eip155:1:0x${"1".repeat(40)}`;
    await expect(resolve(`${pkh}#blockchainAccountId`, now)).rejects.toMatchObject({ code: "UNKNOWN_SUITE" });
  });

  test("refuses other methods", async () => {
    await expect(resolve("did:example:1#k", now)).rejects.toMatchObject({ code: "UNSUPPORTED_DID_METHOD" });
  });
});
