import fc from "fast-check";
import { compactVerify, importJWK } from "jose";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { judge } from "../../../src/kernel/report.ts";
import { hour, minute, second } from "../../../src/kernel/time.ts";
import { checkKeyBinding } from "../../../src/securing/key-binding.ts";
import { maxDisclosures, parseSdJwt, signSdJwt, withoutDisclosures } from "../../../src/securing/sd-jwt.ts";
import { openPayload } from "../../../src/securing/sd-jwt-payload.ts";
import { type SdJwtQuestion, verifySdJwt } from "../../../src/securing/sd-jwt-verification.ts";
import { checkJws } from "../../../src/securing/vc-jwt.ts";
import rfc from "../../vectors/sd-jwt/rfc9901.json" with { type: "json" };
import { claims, disclosureOf, holderKey, issuerKey, keyPair, now, resolve, sealed, shownTo } from "./sd-jwt-scene.ts";

const held = { sub: "did:example:ada", score: "71.5", raters: 4 };
const made = await signSdJwt(claims, held, issuerKey.signer);
const verify = (text: string, more: Partial<SdJwtQuestion> = {}) => verifySdJwt(text, { resolve, now, ...more });
const outcome = async (text: string, more: Partial<SdJwtQuestion> = {}) => {
  const { checks } = await verify(text, more);
  return { verdict: judge(checks), ...Object.fromEntries(checks.map(({ name, code }) => [name, code])) };
};

describe("the examples of RFC 9901", () => {
  const read = parseSdJwt(rfc.presentation);

  test("are signed by their issuer, and open to what the specification says", async () => {
    expect(await checkJws(read.jws, rfc.issuer)).toBe(true);
    expect(openPayload(read.jws.payload, read.disclosures)).toEqual(rfc.claims);
  });

  test("are bound by their holder to these disclosures and no others", async () => {
    expect(await checkKeyBinding(read, rfc.claims)).toEqual(rfc.binding);
    const fewer = { ...read, bound: read.bound.replace(`${read.disclosures[0]}~`, "") };
    await expect(checkKeyBinding(fewer, rfc.claims)).rejects.toMatchObject({ code: "INVALID_PROOF" });
  });
});

describe("an SD-JWT VC of ours", () => {
  test("is a JWS of type dc+sd-jwt for any other library, and its disclosures come behind", async () => {
    const [jwt = "", ...rest] = made.split("~");
    const { protectedHeader, payload } = await compactVerify(jwt, await importJWK({ ...issuerKey.jwk }, "ES256"));
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "dc+sd-jwt", kid: issuerKey.signer.kid });
    const { _sd: digests, _sd_alg: hash, ...open } = JSON.parse(new TextDecoder().decode(payload));
    expect(open).toEqual(claims);
    expect(hash).toBe("sha-256");
    expect(digests).toHaveLength(3);
    expect(rest.pop()).toBe("");
    expect(rest.map((text) => JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/"))).slice(1))).toEqual(
      Object.entries(held),
    );
  });

  test("has its digests in an order that says nothing of the claims", async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`claim ${i}`, i]));
    const { _sd: digests } = parseSdJwt(await signSdJwt(claims, many, issuerKey.signer)).jws.payload;
    expect(digests).toEqual((digests as string[]).toSorted());
  });

  test("has a salt of its own for each claim, and another each time", async () => {
    const again = await signSdJwt(claims, { a: "same", b: "same" }, issuerKey.signer);
    const salts = [made, again].flatMap((text) => parseSdJwt(text).disclosures.map((each) => each.slice(0, 30)));
    expect(new Set(salts).size).toBe(5);
  });

  test("has neither digests nor a hash where nothing can be kept back", async () => {
    const text = await signSdJwt(claims, {}, issuerKey.signer);
    expect(parseSdJwt(text)).toMatchObject({ disclosures: [], jws: { payload: claims } });
    expect(parseSdJwt(text).jws.payload).toEqual(claims);
    expect(await outcome(text)).toMatchObject({ verdict: "valid" });
  });

  test("verifies with any of its disclosures, and tells those", async () => {
    const { disclosures } = parseSdJwt(made);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2]), async (chosen) => {
        const text = [withoutDisclosures(made).slice(0, -1), ...chosen.map((i) => disclosures[i]), ""].join("~");
        const report = await verify(text);
        expect(judge(report.checks)).toBe("valid");
        const shown = Object.fromEntries(Object.entries(held).filter((_, i) => chosen.includes(i)));
        expect(report.claims).toEqual({ ...claims, ...shown });
      }),
      { numRuns: 20 },
    );
  });

  test("fails with any character changed, taken out or put in", async () => {
    const bound = await shownTo(made);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bound.length - 1),
        fc.constantFrom(..."Aa0_-.~"),
        fc.constantFrom("change", "drop", "add"),
        async (at, character, how) => {
          const rest = bound.slice(how === "add" ? at : at + 1);
          const text = `${bound.slice(0, at)}${how === "drop" ? "" : character}${rest}`;
          fc.pre(text !== bound);
          expect(judge((await verify(text, { nonce: "n-1" })).checks)).not.toBe("valid");
        },
      ),
      { numRuns: 120 },
    );
  });
});

describe("what is no SD-JWT VC", () => {
  test("is refused by its form", async () => {
    const jwt = made.split("~")[0]!;
    const many = `${jwt}~${"YQ~".repeat(maxDisclosures + 1)}`;
    for (const text of ["~", "a.b.c~", jwt, `${jwt}~~`, `~${jwt}~`, many, `${made}${"A".repeat(300_000)}`])
      expect(await outcome(text)).toMatchObject({ verdict: "invalid", form: "INVALID_TOKEN" });
  });

  test("is refused by its header, its type, or a claim in a disclosure that judges it", async () => {
    expect(await outcome(await sealed(claims, [], "JWT"))).toMatchObject({ header: "INVALID_CREDENTIAL" });
    expect(await outcome(await sealed(claims, [], "vc+sd-jwt"))).toMatchObject({ verdict: "valid" });
    const { vct: _, ...untyped } = claims;
    expect(await outcome(await sealed(untyped))).toMatchObject({ "data-model": "INVALID_CREDENTIAL" });
    for (const name of ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"]) {
      const { [name]: value = 1, ...rest } = claims;
      const { text, digest } = disclosureOf(["salt", name, value]);
      const report = await outcome(await sealed({ ...rest, _sd: [digest] }, [text]));
      expect(report, name).toMatchObject({ verdict: "invalid", "data-model": "INVALID_CREDENTIAL" });
    }
  });

  test("is not judged where it follows the VC Data Model", async () => {
    const other = { "@context": ["https://www.w3.org/ns/credentials/v2"], issuer: "did:web:x.example" };
    expect(await outcome(await sealed(other, [], "vc+sd-jwt"))).toMatchObject({ "data-model": "UNKNOWN_SUITE" });
  });
});

describe("a credential in time", () => {
  const at = (time: number) => outcome(made, { now: time });
  const with_ = async (times: JsonObject) => outcome(await sealed({ ...claims, ...times }));

  test("holds from its issuance to its end, which is excluded", async () => {
    expect(await at(now + hour - 1)).toMatchObject({ verdict: "valid" });
    expect(await at(now + hour)).toMatchObject({ verdict: "invalid", validity: "EXPIRED" });
    expect(await at(now - 10 * minute)).toMatchObject({ validity: "NOT_YET_VALID" });
    expect(await at(now - minute)).toMatchObject({ verdict: "valid" });
  });

  test("begins at nbf to the second, and no unreadable time is no end", async () => {
    expect(await with_({ nbf: now / second + 1 })).toMatchObject({ validity: "NOT_YET_VALID" });
    expect(await with_({ exp: "never" })).toMatchObject({ verdict: "invalid", validity: "UNREADABLE_DATE" });
    expect(await with_({ nbf: 1e300 })).toMatchObject({ verdict: "invalid" });
  });

  test("is not signed by a key that had been retired", async () => {
    const retired = (time: number) => ({ resolve: async () => ({ jwk: issuerKey.jwk, retired: time }) });
    expect(await outcome(made, retired(now))).toMatchObject({ verdict: "invalid", key: "EXPIRED" });
    expect(await outcome(made, retired(now + 1))).toMatchObject({ verdict: "valid" });
  });

  test("is undetermined where its issuer does not answer, and nothing is said of its signature", async () => {
    const silent = async () => Promise.reject(new Failure("DID_UNREACHABLE"));
    expect(await outcome(made, { resolve: silent })).toMatchObject({
      verdict: "undetermined",
      key: "DID_UNREACHABLE",
      signature: "SKIPPED",
    });
    expect(await outcome(made, { resolve: async () => ({ jwk: holderKey.jwk }) })).toMatchObject({
      verdict: "invalid",
      signature: "BAD_SIGNATURE",
    });
  });
});

describe("key binding", () => {
  const asked = { nonce: "n-1", audience: "https://verifier.example" };

  test("is demanded by the verifier alone, never by what was sent", async () => {
    expect(await outcome(made, asked)).toMatchObject({ verdict: "invalid", "key-binding": "INVALID_PROOF" });
    expect(await outcome(made)).toMatchObject({ verdict: "valid", "key-binding": "NOT_CHECKED" });
    expect(await outcome(await shownTo(made))).toMatchObject({ verdict: "valid", audience: "NOT_CHECKED" });
  });

  test("holds for its verifier, its nonce and its moment alone", async () => {
    const bound = await shownTo(made);
    expect(await outcome(bound, asked)).toMatchObject({ verdict: "valid", "key-binding": "OK", audience: "OK" });
    expect(await outcome(bound, { ...asked, nonce: "n-2" })).toMatchObject({ audience: "INVALID_PROOF" });
    expect(await outcome(bound, { audience: "https://other.example" })).toMatchObject({ audience: "INVALID_PROOF" });
    expect(await outcome(bound, { ...asked, now: now + 11 * minute })).toMatchObject({ audience: "INVALID_PROOF" });
    const ahead = await shownTo(made, { at: now + 6 * minute });
    expect(await outcome(ahead, asked)).toMatchObject({ verdict: "invalid", audience: "INVALID_PROOF" });
  });

  test("is made by the key in cnf, over exactly these disclosures", async () => {
    const stolen = await shownTo(made, { key: keyPair(11).signer });
    expect(await outcome(stolen, asked)).toMatchObject({ verdict: "invalid", "key-binding": "BAD_SIGNATURE" });
    const elsewhere = await shownTo(made, { over: withoutDisclosures(made) });
    expect(await outcome(elsewhere, asked)).toMatchObject({ "key-binding": "INVALID_PROOF" });
    const untyped = await shownTo(made, { typ: "JWT" });
    expect(await outcome(untyped, asked)).toMatchObject({ "key-binding": "INVALID_PROOF" });
    const { cnf: _, ...unbound } = claims;
    const bearer = await shownTo(await sealed(unbound));
    expect(await outcome(bearer)).toMatchObject({ verdict: "invalid", "key-binding": "INVALID_CREDENTIAL" });
  });

  test("is never made by a private key that stands in the credential", async () => {
    const leaked = await sealed({ ...claims, cnf: { jwk: { ...holderKey.jwk, d: "AAAA" } } });
    expect(await outcome(await shownTo(leaked), asked)).toMatchObject({ "key-binding": "INVALID_CREDENTIAL" });
  });
});
