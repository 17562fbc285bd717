import fc from "fast-check";
import { compactVerify, importJWK, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { p256Verifier } from "#primitives";
import { appPoint } from "../../../src/identity/app-key.ts";
import { checkCompact, type JwsSigner, parseCompact, signCompact } from "../../../src/identity/jws.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { signerOfJwk } from "../../../src/operations/sign.ts";
import keys from "../../keys.json" with { type: "json" };

type P256 = { kty: "EC"; crv: "P-256"; x: string; y: string; d: string };
const jwk = keys.apps.first as P256;
const app = signerOfJwk(jwk);
const signer: JwsSigner = { kid: "k1", sign: (message) => app.sign(message) };
const check = p256Verifier(appPoint(app.did));
const invalid = expect.objectContaining({ code: "INVALID_TOKEN" });

const part = (value: unknown) => base64url(utf8(typeof value === "string" ? value : JSON.stringify(value)));
const token = (header: unknown, payload: unknown, signature = "AAAA") =>
  `${part(header)}.${part(payload)}.${signature}`;

describe("a compact token", () => {
  test("is read and verified as it was signed, whatever it says", async () => {
    const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: true }).filter(isPlain);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), json), async (payload) => {
        const jws = parseCompact(await signCompact({ typ: "JWT" }, payload as JsonObject, signer));
        expect(jws.payload).toEqual(JSON.parse(JSON.stringify(payload)));
        expect(jws.header).toEqual({ alg: "ES256", typ: "JWT", kid: "k1" });
        expect(await checkCompact(jws, check)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("names the key that its header asks for, and its algorithm whatever the header asks for", async () => {
    const jws = parseCompact(await signCompact({ kid: "did:web:a#k", alg: "none" }, {}, signer));
    expect(jws.header).toEqual({ alg: "ES256", kid: "did:web:a#k" });
  });

  test("verifies in jose, and one of jose's verifies here", async () => {
    const key = await importJWK(jwk, "ES256");
    const { d: _, ...publicKey } = jwk;
    const ours = await signCompact({ typ: "JWT" }, { sub: "a" }, signer);
    expect((await compactVerify(ours, await importJWK(publicKey, "ES256"))).protectedHeader.kid).toBe("k1");
    const theirs = await new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "ES256" }).sign(key);
    expect(await checkCompact(parseCompact(theirs), check)).toBe(true);
  });

  test("does not verify once a bit of what is signed, or of the signature, has turned", async () => {
    const jws = parseCompact(await signCompact({}, { sub: "a" }, signer));
    for (const bytes of [jws.signed, jws.signature]) {
      bytes[5]! ^= 1;
      expect(await checkCompact(jws, check)).toBe(false);
      bytes[5]! ^= 1;
    }
    expect(await checkCompact(jws, check)).toBe(true);
  });

  test("does not verify under another algorithm, or with a longer signature", async () => {
    const jws = parseCompact(await signCompact({}, { sub: "a" }, signer));
    expect(await checkCompact({ ...jws, header: { ...jws.header, alg: "ES256K" } }, check)).toBe(false);
    expect(await checkCompact({ ...jws, signature: new Uint8Array([...jws.signature, 0]) }, check)).toBe(false);
  });

  test.each([
    ["is empty", ""],
    ["has two parts", "e30.e30"],
    ["has four parts", "e30.e30.AAAA.AAAA"],
    ["has no signature", `${part({ alg: "ES256" })}.${part({})}.`],
    ["says alg none", token({ alg: "none" }, {})],
    ["says alg nOnE", token({ alg: "nOnE" }, {})],
    ["says no alg", token({ typ: "JWT" }, {})],
    ["has an alg that is no text", token({ alg: ["ES256"] }, {})],
    ["demands extensions", token({ alg: "ES256", crit: ["b64"], b64: false }, {})],
    ["has a header that is no JSON", token("{alg}", {})],
    ["has a header that is a list", token(["ES256"], {})],
    ["has a payload that is a number", token({ alg: "ES256" }, "1")],
    ["has a name twice", token({ alg: "ES256" }, '{"sub":"a","sub":"b"}')],
    ["has __proto__ among its names", token({ alg: "ES256" }, '{"__proto__":{}}')],
    ["is padded", `${part({ alg: "ES256" })}=.${part({})}.AAAA`],
    ["spells its bytes in a second way", `${part({ alg: "ES256" })}.e31.AAAB`],
    ["has letters of plain base64", token({ alg: "ES256" }, {}, "++++")],
    ["is no UTF-8", `${part({ alg: "ES256" })}.${base64url(Uint8Array.of(0x22, 0xff, 0x22))}.AAAA`],
    ["is longer than it may be", token({ alg: "ES256", x: "a".repeat(16_384) }, {})],
  ])("that %s is refused", (_name, text) => {
    expect(() => parseCompact(text)).toThrow(invalid);
  });

  test("is read up to the length that the caller allows", () => {
    const text = token({ alg: "ES256" }, {});
    expect(parseCompact(text, text.length).payload).toEqual({});
    expect(() => parseCompact(text, text.length - 1)).toThrow(invalid);
  });
});

/** What strict JSON lets through. */
function isPlain(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !/\\u0000|__proto__|\\ud[89a-f]/i.test(text) && !/\d{16}|e[+]/.test(text);
}
