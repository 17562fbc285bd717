import { createJWT } from "did-jwt";
import { describe, expect, test } from "vitest";
import { readBearer } from "../../../src/identity/bearer.ts";
import { type JwsSigner, parseCompact, signCompact } from "../../../src/identity/jws.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, second } from "../../../src/kernel/time.ts";
import { signerOfJwk } from "../../../src/operations/sign.ts";
import powerhouse from "../../vectors/shared/powerhouse.json" with { type: "json" };
import renown from "../../vectors/shared/renown.json" with { type: "json" };
import { now, origin } from "./message.ts";

type P256 = { kty: "EC"; crv: "P-256"; x: string; y: string; d: string };
const code = (code: string) => expect.objectContaining({ code });
const app = signerOfJwk(renown.appPrivateJwk as unknown as P256);
const other = signerOfJwk(powerhouse.key.jwk.privateKey as unknown as P256);
const key: JwsSigner = { kid: "unused", sign: (message) => app.sign(message) };
const address = renown.address.toLowerCase();
const exp = now / 1000 + 10;

/** The payload of a token as the SDK mints it. */
const sdkPayload: JsonObject = { ...parseCompact(renown.bearerNoExp).payload, exp };

const token = (change: JsonObject = {}, header: JsonObject = {}, signer = key) =>
  signCompact({ typ: "JWT", ...header }, { ...sdkPayload, ...change }, signer);

describe("an app's bearer token", () => {
  test("of the SDK, with an expiry, says which key speaks and for which wallet", async () => {
    const { token, decoded } = powerhouse.bearer;
    const issued = (decoded[1] as { exp: number }).exp * 1000 - 10 * second;
    expect(await readBearer(token, origin, issued)).toEqual({
      app: powerhouse.key.did,
      account: { chainId: 1, address: "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a" },
      user: "did:pkh:eip155:1:0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a",
      expiresAt: issued + 10 * second,
    });
  });

  test("made by did-jwt is read as well, and times of its own are heeded", async () => {
    const signer = async (data: string | Uint8Array) =>
      base64url(await app.sign(typeof data === "string" ? utf8(data) : data));
    const mint = (times: JsonObject) =>
      createJWT({ ...sdkPayload, ...times }, { issuer: app.did, signer }, { alg: "ES256", typ: "JWT" });
    expect(await readBearer(await mint({ iat: now / 1000, nbf: now / 1000 }), origin, now)).toMatchObject({
      app: app.did,
    });
    for (const times of [{ iat: now / 1000 + 301 }, { iat: 0, nbf: now / 1000 + 301 }, { iat: 0, nbf: "soon" }])
      await expect(readBearer(await mint(times), origin, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test("of the SDK without an expiry is refused", async () => {
    await expect(readBearer(renown.bearerNoExp, origin, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test("runs out to the second", async () => {
    const text = await token();
    expect(await readBearer(text, origin, exp * 1000 - 1)).toMatchObject({ app: app.did, account: { address } });
    await expect(readBearer(text, origin, exp * 1000)).rejects.toThrow(code("TOKEN_EXPIRED"));
  });

  test("that lives longer than 31 days is refused", async () => {
    const longest = (now + 31 * day) / second;
    expect(await readBearer(await token({ exp: longest }), origin, now)).toMatchObject({ app: app.did });
    await expect(readBearer(await token({ exp: longest + 1 }), origin, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test.each<[string, string | string[]]>([
    ["our origin", origin],
    ["an address of ours", `${origin}/api/graphql`],
    ["us among others", ["https://other.example", origin]],
  ])("is taken for %s", async (_name, aud) => {
    expect(await readBearer(await token({ aud }), origin, now)).toMatchObject({ app: app.did });
  });

  test.each<[string, JsonObject["aud"]]>([
    ["somebody else", "https://other.example"],
    ["a site whose name begins as ours", `${origin}.evil.example`],
    ["nobody", []],
    ["something that is no text", 7],
    ["a null", null],
  ])("is refused for %s", async (_name, aud) => {
    await expect(readBearer(await token({ aud: aud! }), origin, now)).rejects.toThrow(code("WRONG_AUDIENCE"));
  });

  test.each<[string, JsonObject, string]>([
    ["a subject other than its issuer", { sub: other.did }, "INVALID_TOKEN"],
    ["an issuer that is no key", { iss: "did:web:a.example", sub: "did:web:a.example" }, "INVALID_TOKEN"],
    ["an issuer that says it issued itself", { iss: "https://self-issued.me/v2" }, "INVALID_TOKEN"],
    ["an issuer of another curve", edwards(), "INVALID_TOKEN"],
    ["the key of another app as issuer", { iss: other.did, sub: other.did }, "BAD_SIGNATURE"],
    ["no credential", { vc: null }, "INVALID_TOKEN"],
    ["no wallet", withSubject({ address: app.did }), "INVALID_TOKEN"],
    ["a chain that is no number", withSubject({ chainId: "1" }), "INVALID_TOKEN"],
    ["a chain that is none", withSubject({ chainId: 0 }), "INVALID_TOKEN"],
    ["a wallet of another network", withSubject({ networkId: "solana" }), "INVALID_TOKEN"],
    ["an expiry that is a text", { exp: "9999999999" }, "INVALID_TOKEN"],
  ])("is refused with %s", async (_name, change, expected) => {
    await expect(readBearer(await token(change), origin, now)).rejects.toThrow(code(expected));
  });

  test.each<[string, JsonObject]>([
    ["another type", { typ: "at+jwt" }],
    ["a token within", { cty: "JWT", typ: undefined as unknown as string }],
  ])("is refused with a header of %s", async (_name, header) => {
    await expect(readBearer(await token({}, header), origin, now)).rejects.toThrow(code("INVALID_TOKEN"));
  });

  test("is refused in other algorithms, unsigned, and signed by nobody", async () => {
    const [header, payload, signature] = (await token()).split(".") as [string, string, string];
    for (const alg of ["none", "ES256K", "HS256"]) {
      const other = base64url(utf8(JSON.stringify({ alg, typ: "JWT" })));
      await expect(readBearer(`${other}.${payload}.${signature}`, origin, now)).rejects.toThrow(code("INVALID_TOKEN"));
    }
    await expect(readBearer(`${header}.${payload}.`, origin, now)).rejects.toThrow(code("INVALID_TOKEN"));
    const forged = `${header}.${payload}.${base64url(new Uint8Array(64).fill(1))}`;
    await expect(readBearer(forged, origin, now)).rejects.toThrow(code("BAD_SIGNATURE"));
    const short = `${header}.${payload}.${base64url(new Uint8Array(63).fill(1))}`;
    await expect(readBearer(short, origin, now)).rejects.toThrow(code("BAD_SIGNATURE"));
  });

  function withSubject(change: JsonObject): JsonObject {
    const { credentialSubject, ...vc } = sdkPayload.vc as JsonObject;
    return { vc: { ...vc, credentialSubject: { ...(credentialSubject as JsonObject), ...change } } };
  }

  function edwards(): JsonObject {
    const did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    return { iss: did, sub: did };
  }
});
