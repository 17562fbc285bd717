import { createPrivateKey, sign } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { parseCompact } from "../../../src/identity/jws.ts";
import { makeServiceKeys, publicJwk, signerAt } from "../../../src/identity/service-keys.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { checkHeader, checkJws, keyOf, type PublicJwk, signCredential } from "../../../src/securing/vc-jwt.ts";

const did = "did:web:renown.example";
const credential: JsonObject = {
  "@context": [contextV2],
  type: ["VerifiableCredential"],
  issuer: did,
  credentialSubject: { id: "did:example:1", name: "Ünïcode ✓" },
};

describe("a credential of ours", () => {
  let jwt: string;
  let jwk: PublicJwk;
  let kid: string;
  beforeAll(async () => {
    const keys = await makeServiceKeys(0);
    const key = signerAt(keys);
    kid = `${did}#${key.kid}`;
    jwk = publicJwk(keys.signing[0]!.jwk) as PublicJwk;
    jwt = await signCredential(credential, { did, key });
  });

  test("is verified by jose, with the headers of VC-JOSE-COSE and the credential itself as payload", async () => {
    const { payload, protectedHeader } = await jwtVerify(jwt, await importJWK(jwk, "ES256"), { typ: "vc+jwt" });
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "vc+jwt", cty: "vc", kid, iss: did });
    expect(payload).toEqual(credential);
  });

  test("is verified by ourselves, and no longer after a change of one bit", async () => {
    const jws = parseCompact(jwt);
    expect(await checkJws(jws, jwk)).toBe(true);
    expect(keyOf(jws, did)).toBe(kid);
    for (const at of [0, jws.signature.length - 1]) {
      const signature = Uint8Array.from(jws.signature);
      signature[at]! ^= 1;
      expect(await checkJws({ ...jws, signature }, jwk)).toBe(false);
    }
  });
});

describe("a credential by jose", () => {
  test.each(["ES256", "EdDSA", "RS256"])("of %s verifies here", async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const jwt = await new SignJWT(credential as Record<string, unknown>)
      .setProtectedHeader({ alg, typ: "vc+jwt" })
      .sign(privateKey);
    const jwk = (await exportJWK(publicKey)) as PublicJwk;
    expect(await checkJws(parseCompact(jwt), jwk)).toBe(true);
    const other = (await exportJWK((await generateKeyPair(alg)).publicKey)) as PublicJwk;
    expect(await checkJws(parseCompact(jwt), other)).toBe(false);
  });
});

describe("the signature", () => {
  test("may be ES256K, with a high s too", async () => {
    const d = utf8("a key of 32 bytes for tests only");
    const { secp256k1 } = await import("@noble/curves/secp256k1.js");
    const point = secp256k1.getPublicKey(d, false);
    const jwk = {
      kty: "EC",
      crv: "secp256k1",
      x: base64url(point.subarray(1, 33)),
      y: base64url(point.subarray(33)),
    };
    const key = createPrivateKey({ key: { ...jwk, d: base64url(d) }, format: "jwk" });
    for (let i = 0; i < 8; i++) {
      const input = `${base64url(utf8('{"alg":"ES256K"}'))}.${base64url(utf8(JSON.stringify({ i })))}`;
      const signature = sign("sha256", utf8(input), { key, dsaEncoding: "ieee-p1363" });
      expect(await checkJws(parseCompact(`${input}.${base64url(signature)}`), jwk)).toBe(true);
      signature[40]! ^= 1;
      expect(await checkJws(parseCompact(`${input}.${base64url(signature)}`), jwk)).toBe(false);
    }
  });

  const jws = (alg: string) =>
    parseCompact([`{"alg":"${alg}"}`, "{}", "x".repeat(64)].map((part) => base64url(utf8(part))).join("."));
  const p256: PublicJwk = {
    kty: "EC",
    crv: "P-256",
    x: base64url(new Uint8Array(32)),
    y: base64url(new Uint8Array(32)),
  };

  test.each(["HS256", "RS384", "ES384", "constructor"])("of %s is of an unknown suite", async (alg) => {
    await expect(checkJws(jws(alg), p256)).rejects.toMatchObject({ code: "UNKNOWN_SUITE" });
  });

  test("is refused by a key of another algorithm", async () => {
    const rsa: PublicJwk = { kty: "RSA", n: base64url(new Uint8Array(256).fill(0xc5)), e: "AQAB" };
    const pairs = [
      ["EdDSA", p256],
      ["RS256", p256],
      ["ES256", rsa],
    ] as const;
    for (const [alg, key] of pairs)
      await expect(checkJws(jws(alg), key)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });

  test.each([
    ["a modulus of 1,024 bits", { n: base64url(new Uint8Array(128).fill(0xc5)) }],
    ["a modulus of 16,384 bits", { n: base64url(new Uint8Array(2048).fill(0xc5)) }],
    ["an exponent as long as a modulus", { e: base64url(new Uint8Array(256).fill(0xc5)) }],
    ["a modulus that is no base64url", { n: "=" }],
    ["no exponent", { e: "" }],
  ])("of RS256 is not asked of a key with %s", async (_what, change) => {
    const key = { kty: "RSA" as const, n: base64url(new Uint8Array(256).fill(0xc5)), e: "AQAB", ...change };
    await expect(checkJws(jws("RS256"), key)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });

  test("of RS256 is not verified by what is no key of RSA", async () => {
    const even = { kty: "RSA" as const, n: base64url(new Uint8Array(256).fill(0xc4)), e: "Ag" };
    const long = parseCompact(
      ['{"alg":"RS256"}', "{}", "x".repeat(256)].map((part) => base64url(utf8(part))).join("."),
    );
    expect(await checkJws(long, even)).toBe(false);
  });

  test("is not verified by a key that is no point, or has half its coordinates", async () => {
    expect(await checkJws(jws("ES256"), p256)).toBe(false);
    expect(await checkJws(jws("ES256"), { kty: "EC", crv: "P-256", x: p256.x })).toBe(false);
  });
});

describe("the header", () => {
  test.each([
    {},
    { typ: "vc+jwt" },
    { typ: "VC+JWT", cty: "vc" },
    { typ: "application/vc+jwt", cty: "application/vc" },
  ])("is taken: %j", (header) => expect(() => checkHeader(header)).not.toThrow());

  test.each([{ typ: "JWT" }, { typ: "at+jwt" }, { typ: "vp+jwt" }, { typ: 1 }, { typ: "vc+jwt", cty: "vp" }])(
    "is refused: %j",
    (header) => expect(() => checkHeader(header)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" })),
  );
});

describe("the key", () => {
  const key =
    (header: JsonObject, issuer = did, payload: JsonObject = {}) =>
    () =>
      keyOf({ header: { alg: "ES256", ...header }, payload, signed: utf8(""), signature: utf8("") }, issuer);

  test("is the verification method that kid names, in full or as a fragment", () => {
    expect(key({ kid: `${did}#k1` })()).toBe(`${did}#k1`);
    expect(key({ kid: "#k1" }, did, { iss: did })()).toBe(`${did}#k1`);
    expect(key({ kid: "k1", iss: did })()).toBe(`${did}#k1`);
    expect(key({ kid: "k1", iss: did }, did, { iss: did })()).toBe(`${did}#k1`);
  });

  test("of a did:key goes without saying", () => {
    expect(key({}, "did:key:zABC")()).toBe("did:key:zABC#zABC");
  });

  test.each([
    ["none is named", key({})],
    ["kid is empty", key({ kid: "" })],
    ["kid is a fragment, and no iss says whose", key({ kid: "#k1" })],
    ["kid names the whole DID", key({ kid: did })],
    ["kid names an empty fragment", key({ kid: `${did}#` })],
    ["kid is of another DID", key({ kid: "did:web:evil.example#k1" })],
    ["kid is of a DID that begins alike", key({ kid: `${did}.evil.example#k1` })],
    ["iss in the header is another", key({ kid: "k1", iss: "did:web:evil.example" })],
    ["iss in the payload is another", key({ kid: "k1" }, did, { iss: "did:web:evil.example" })],
  ])("is refused where %s", (_, run) => {
    expect(run).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
  });
});
