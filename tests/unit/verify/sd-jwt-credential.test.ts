import { describe, expect, test } from "vitest";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour, iso, minute } from "../../../src/kernel/time.ts";
import { signSdJwt, withoutDisclosures } from "../../../src/securing/sd-jwt.ts";
import { signTokenList, tokenStatus } from "../../../src/securing/token-status-list.ts";
import { verifyCredential } from "../../../src/verify/credential.ts";
import type { CredentialKnowledge } from "../../../src/verify/credential-question.ts";
import { claims, issuerKey, keyPair, now, resolve, sealed, shownTo } from "../securing/sd-jwt-scene.ts";

const list = "https://issuer.example/lists/1";
const origin = "https://renown.example";
const did = "did:web:renown.example";
const ours = { ...claims, iss: origin, jti: `${origin}/v1/credentials/1` };
const records = new Map<string, { jwt: string; revokedAt?: number }>();
const web = new Map<string, string>();
const knowledge = {
  resolveKey: () => Promise.reject(new Failure("DID_NOT_FOUND")),
  issuers: { origin, resolve },
  wallet: walletCheck(),
  fetchStatusList: async (url: string) => web.get(url) ?? Promise.reject(new Failure("STATUS_UNAVAILABLE")),
  own: { did, find: async (id: string) => records.get(id) },
} as unknown as CredentialKnowledge;

const report = (text: string, more: object = {}) => verifyCredential(text, { now, ...more }, knowledge);
const checksOf = async (text: string, more: object = {}) => {
  const { verdict, checks } = await report(text, more);
  return { verdict, ...Object.fromEntries(checks.map(({ name, code }) => [name, code])) };
};

describe("an SD-JWT VC of another issuer", () => {
  test("is reported with its claims, its head, and every check by name", async () => {
    const text = await signSdJwt({ ...claims, jti: "urn:x" }, { sub: "did:example:ada" }, issuerKey.signer);
    const { checks, ...head } = await report(` ${text}\n`);
    expect(head).toMatchObject({
      form: "dc+sd-jwt",
      verdict: "valid",
      id: "urn:x",
      types: [claims.vct],
      issuer: claims.iss,
      subjects: ["did:example:ada"],
      validFrom: iso(now),
      validUntil: iso(now + hour),
      claims: { ...claims, sub: "did:example:ada" },
    });
    expect(checks.map(({ name }) => name)).toEqual([
      ..."form header disclosures data-model key signature validity key-binding status".split(" "),
    ]);
    expect((await report(withoutDisclosures(text))).subjects).toEqual([]);
  });

  test("is bound to what its verifier asks for", async () => {
    const text = await shownTo(await sealed(claims));
    expect(await checksOf(text, { nonce: "n-1" })).toMatchObject({ verdict: "valid", audience: "OK" });
    expect(await checksOf(text, { nonce: "n-2" })).toMatchObject({ verdict: "invalid", audience: "INVALID_PROOF" });
  });

  test("that cannot be read has no head, and nothing is asked about it", async () => {
    expect(await report("x~")).toMatchObject({ verdict: "invalid", form: "dc+sd-jwt", issuer: null, types: [] });
    expect(await checksOf("x~")).toMatchObject({ status: "SKIPPED" });
  });
});

describe("its status", () => {
  const listed = (index: number) => sealed({ ...claims, status: tokenStatus({ index, list }) });
  const put = async (terms: JsonObject = {}, key = issuerKey.signer) => {
    const usual = {
      uri: list,
      issuer: String(claims.iss),
      size: 64,
      revoked: [3],
      at: now,
      until: now + hour,
      ttl: minute,
    };
    web.set(list, await signTokenList({ ...usual, ...terms } as typeof usual, key));
  };

  test("is told by the list that it names, and its issuer is asked for its key once", async () => {
    await put();
    let asked = 0;
    const count: typeof resolve = (...each) => {
      asked++;
      return resolve(...each);
    };
    const counted = { origin, resolve: count };
    await verifyCredential(await listed(2), { now }, { ...knowledge, issuers: counted });
    expect(asked).toBe(1);
    expect(await checksOf(await listed(2))).toMatchObject({ verdict: "valid", status: "OK" });
    expect(await checksOf(await listed(3))).toMatchObject({ verdict: "invalid", status: "REVOKED" });
    expect(await checksOf(await listed(64))).toMatchObject({ verdict: "invalid", status: "INVALID_CREDENTIAL" });
  });

  test("is not told by a list of another, at another place, that has run out, or of the future", async () => {
    for (const [terms, code] of [
      [{ issuer: "https://other.example" }, "INVALID_CREDENTIAL"],
      [{ uri: "https://issuer.example/lists/2" }, "INVALID_CREDENTIAL"],
      [{ at: now - 2 * hour, until: now - hour }, "EXPIRED"],
      [{ at: now + hour }, "INVALID_CREDENTIAL"],
    ] as const) {
      await put(terms);
      expect(await checksOf(await listed(2))).toMatchObject({ verdict: "invalid", status: code });
    }
    await put({ at: now + 2_000 });
    const retired = { origin, resolve: async () => ({ ...(await resolve({} as never, now)), retired: now + 1 }) };
    const late = await verifyCredential(await listed(2), { now }, { ...knowledge, issuers: retired });
    expect(late.checks.at(-1)).toMatchObject({ name: "status", outcome: "fail", code: "EXPIRED" });
    await put({}, keyPair(11).signer);
    expect(await checksOf(await listed(2))).toMatchObject({ verdict: "invalid", status: "BAD_SIGNATURE" });
  });

  test("is unknown where its list does not answer, or is of a kind that is not read", async () => {
    web.clear();
    expect(await checksOf(await listed(2))).toMatchObject({ verdict: "undetermined", status: "STATUS_UNAVAILABLE" });
    const other = await sealed({ ...claims, status: { other: {} } });
    expect(await checksOf(other)).toMatchObject({ verdict: "undetermined", status: "UNKNOWN_STATUS_TYPE" });
  });

  test("is not asked for where the signature does not hold", async () => {
    await put();
    const text = await listed(3);
    const [head, body] = text.split(".");
    const forged = `${head}.${body}.${(await sealed(claims)).split(".")[2]}`;
    expect(await checksOf(forged)).toMatchObject({ verdict: "invalid", signature: "BAD_SIGNATURE", status: "SKIPPED" });
  });
});

describe("an SD-JWT VC of our own", () => {
  test("stands in our records as it was signed, whatever is disclosed of it", async () => {
    const text = await signSdJwt(ours, { sub: "did:example:ada" }, issuerKey.signer);
    records.clear();
    expect(await checksOf(text)).toMatchObject({ verdict: "invalid", status: "NOT_ISSUED" });
    records.set(ours.jti, { jwt: withoutDisclosures(text) });
    expect(await checksOf(text)).toMatchObject({ verdict: "valid", status: "OK" });
    expect(await checksOf(withoutDisclosures(text))).toMatchObject({ verdict: "valid", status: "OK" });
    const other = await signSdJwt(ours, { sub: "did:example:eve" }, issuerKey.signer);
    expect(await checksOf(other)).toMatchObject({ verdict: "invalid", status: "NOT_ISSUED" });
    records.set(ours.jti, { jwt: text.split("~")[0]! });
    expect(await checksOf(text)).toMatchObject({ verdict: "invalid", status: "NOT_ISSUED" });
  });

  test("is revoked from a moment on, as far as that was known", async () => {
    const text = await sealed(ours);
    records.set(ours.jti, { jwt: text, revokedAt: now - minute });
    expect(await checksOf(text)).toMatchObject({ verdict: "invalid", status: "REVOKED" });
    expect(await checksOf(text, { at: now - 2 * minute })).toMatchObject({ status: "REVOKED_SINCE" });
    expect(await checksOf(text, { known: now - 2 * minute })).toMatchObject({ verdict: "valid", status: "OK" });
  });

  test("is nobody's in the name of our DID either, without a record", async () => {
    const text = await sealed({ ...claims, iss: did });
    expect(await checksOf(text)).toMatchObject({ verdict: "invalid", status: "NOT_ISSUED" });
  });
});
