import { describe, expect, test } from "vitest";
import type { Delegation, Moment } from "../../../src/identity/delegation.ts";
import type { Did } from "../../../src/identity/did.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { hour, minute } from "../../../src/kernel/time.ts";
import { draftPresentation, readShared, type WalletWords } from "../../../src/securing/presentation-jwt.ts";
import { maxPresented, verifyPresentation } from "../../../src/verify/presentation.ts";
import { alice, appKey, bob, otherKey, userOf } from "../../harness.ts";
import { badgeBody, jwtOf, now, openScene } from "./badge-scene.ts";

const { knowledge } = openScene();
const [holder, other] = [userOf(alice), userOf(bob)];
const about = (id: string) =>
  jwtOf({ ...badgeBody, credentialSubject: { ...(badgeBody.credentialSubject as object), id } });
const onBase = holder.replace("eip155:1:", "eip155:8453:");

const given: Delegation = {
  document: "d-1",
  entry: "e-1",
  user: holder,
  key: appKey.did,
  limits: [{ kind: "renown/reputation" }],
  method: "recovery",
  grantedSeq: 3,
  grantedAt: now - hour,
  expiresAt: now + hour,
};
const end: Moment = { time: now, seq: Number.MAX_SAFE_INTEGER };

/** A log that knows these delegations, and has taken the presentation in where `kept` is given. */
const knowing = (delegations: readonly Delegation[], kept?: Moment, words?: WalletWords) => ({
  ...knowledge,
  holders: {
    logOf: (document: string) => `https://renown.example/v1/documents/${document}`,
    wordsOf: async () => words,
    delegationsOf: async (user: Did, key: Did) => delegations.filter((each) => each.user === user && each.key === key),
    momentAt: async (time: number) => (time >= now ? end : { time, seq: 5 }),
    keptAt: async () => kept,
  },
});

const draftContexts = draftPresentation({
  id: "urn:x:1",
  holder,
  key: appKey.did,
  credentials: [],
  delegation: { id: "urn:x:2", words: undefined },
  madeAt: now,
  until: now + hour,
}).payload["@context"] as Json[];

async function unsigned(credentials: readonly string[], change: JsonObject = {}, key = appKey) {
  const delegation = { id: "https://renown.example/v1/documents/d-1", words: undefined };
  const until = now + 24 * hour;
  const draft = { id: "urn:x:1", holder, key: key.did, credentials, delegation, madeAt: now - minute, until };
  const { header, payload } = draftPresentation(draft);
  return [header, { ...payload, ...change }].map((part) => base64url(utf8(JSON.stringify(part)))).join(".");
}

async function presented(credentials: readonly string[], change?: JsonObject, key = appKey): Promise<string> {
  const text = await unsigned(credentials, change, key);
  return `${text}.${base64url(await key.sign(utf8(text)))}`;
}

type Question = Parameters<typeof verifyPresentation>[1];

async function codes(jwt: string, known = knowing([given]), question: Question = { now }) {
  const { verdict, checks } = await verifyPresentation(jwt, question, known);
  return { verdict, ...Object.fromEntries(checks.map(({ name, code }) => [name, code])) } as Record<string, string>;
}

describe("a wallet that presents by a key", () => {
  test("holds where the key may, and what it shows is its own, on whatever chain", async () => {
    const jwt = await presented([await about(holder), await about(onBase)]);
    expect(await codes(jwt)).toMatchObject({
      verdict: "valid",
      delegation: "OK",
      "subject[0]": "OK",
      "subject[1]": "OK",
    });
    const contract: Delegation = { ...given, method: "contract" };
    expect(await codes(jwt, knowing([contract]))).toMatchObject({
      verdict: "invalid",
      "subject[1]": "NOT_THE_HOLDERS",
    });
  });

  test("does not hold by another's key, another delegation, or one for something else", async () => {
    const jwt = await presented([await about(holder)]);
    expect(await codes(jwt, knowing([]))).toMatchObject({ verdict: "invalid", delegation: "NOT_DELEGATED" });
    const badges: Delegation = { ...given, limits: [{ kind: "renown/award" }] };
    for (const limits of [badges.limits, "unsaid", "none"] as const)
      expect(await codes(jwt, knowing([{ ...given, limits }]))).toMatchObject({ delegation: "NOT_PERMITTED" });
    const only: Delegation = { ...given, limits: [{ kind: "renown/reputation", action: "PRESENT" }] };
    expect(await codes(jwt, knowing([badges, only]))).toMatchObject({ verdict: "valid", delegation: "OK" });
    expect(await codes(await presented([await about(holder)], {}, otherKey))).toMatchObject({
      signature: "OK",
      delegation: "NOT_DELEGATED",
    });
    expect(await codes(await presented([await about(holder)], { holder: other }))).toMatchObject({
      verdict: "invalid",
      delegation: "NOT_DELEGATED",
    });
  });

  test("is asked about now where nobody has seen it signed, whatever it says itself", async () => {
    const jwt = await presented([await about(holder)], { iat: (now - hour) / 1000 });
    expect(await codes(jwt, knowing([{ ...given, expiresAt: now }]))).toMatchObject({ delegation: "EXPIRED" });
    const revoked: Delegation = { ...given, revokedSeq: 6, revokedAt: now - minute };
    expect(await codes(jwt, knowing([revoked]))).toMatchObject({ verdict: "invalid", delegation: "REVOKED" });
    expect(await codes(jwt, knowing([revoked]), { now, at: now - 2 * minute })).toMatchObject({ delegation: "OK" });
  });

  test("is judged by when it was taken in, but not believed from when the key was another's", async () => {
    const jwt = await presented([await about(holder)]);
    const kept = { time: now - 2 * minute, seq: 5 };
    const revoked: Delegation = { ...given, revokedSeq: 6, revokedAt: now - minute };
    expect(await codes(jwt, knowing([revoked], kept))).toMatchObject({ verdict: "valid", delegation: "REVOKED_SINCE" });
    expect(await codes(jwt, knowing([{ ...given, expiresAt: now - minute }], kept))).toMatchObject({
      delegation: "OK",
    });
    const stolen: Delegation = { ...given, compromisedFrom: now - hour, compromisedSeq: 8 };
    expect(await codes(jwt, knowing([stolen], kept))).toMatchObject({
      verdict: "invalid",
      delegation: "KEY_COMPROMISED",
    });
  });

  test("says of its delegation what the wallet gave, or nothing", async () => {
    const credentials = [await about(holder)];
    const id = "https://renown.example/v1/documents/d-1";
    const words = { message: "I let this key present.", signature: "0x01" };
    const coded = async (keyDelegation: Json | undefined, known: WalletWords | undefined = words) => {
      const jwt = await presented(credentials, { keyDelegation } as JsonObject);
      return (await codes(jwt, knowing([given], undefined, known))).delegation;
    };
    for (const said of [undefined, id, { id }, { id, ...words }]) expect(await coded(said)).toBe("OK");
    for (const said of [
      null,
      {},
      `${id}2`,
      { id: `${id}2`, ...words },
      { id, message: words.message },
      { id, ...words, signature: "0x02" },
      { id, ...words, message: "I let it do all." },
      { id, ...words, more: "" },
    ])
      expect(await coded(said), JSON.stringify(said)).toBe("INVALID_PROOF");
    const jwt = await presented(credentials, { keyDelegation: { id, ...words } });
    expect((await codes(jwt)).delegation).toBe("INVALID_PROOF");
  });

  test("is judged by the delegation that it names, and not by another of the same key", async () => {
    const jwt = await presented([await about(holder)]);
    const ended: Delegation = { ...given, revokedSeq: 4, revokedAt: now - minute };
    const later: Delegation = { ...given, document: "d-2", grantedSeq: 5 };
    expect(await codes(jwt, knowing([ended, later]))).toMatchObject({ verdict: "invalid", delegation: "REVOKED" });
    expect(await codes(jwt, knowing([later, given]))).toMatchObject({ verdict: "valid", delegation: "OK" });
    expect(await codes(jwt, knowing([later]))).toMatchObject({ delegation: "INVALID_PROOF" });
  });

  test("has contexts that are known, and gives no known term another meaning", async () => {
    const credentials = [await about(holder)];
    const under = async (...more: Json[]) => {
      const [base, own] = draftContexts;
      return codes(await presented(credentials, { "@context": [base!, own!, ...more] }));
    };
    expect(await under()).toMatchObject({ verdict: "valid", context: "OWN_TERMS", terms: "OK" });
    for (const strange of ["https://elsewhere.example/terms", { holder: "https://elsewhere.example/h" }])
      expect(await under(strange)).toMatchObject({ verdict: "undetermined", context: "UNKNOWN_CONTEXT" });
    const byIri = { "https://www.w3.org/2018/credentials#termsOfUse": { type: "X" } };
    expect(await codes(await presented(credentials, byIri))).toMatchObject({
      verdict: "invalid",
      terms: "NOT_COMPACTED",
    });
  });

  test("does not say to have been made later than it is asked about", async () => {
    const credentials = [await about(holder)];
    const at = (iat: number) => presented(credentials, { iat: iat / 1000 });
    expect(await codes(await at(now + 4 * minute))).toMatchObject({ verdict: "valid", validity: "OK" });
    expect(await codes(await at(now + 6 * minute))).toMatchObject({ verdict: "invalid", validity: "FROM_THE_FUTURE" });
  });

  test("leaves it open where nobody holds a log", async () => {
    const jwt = await presented([await about(holder)]);
    expect(await codes(jwt, knowledge as never)).toMatchObject({
      verdict: "undetermined",
      delegation: "NOT_DELEGATED",
    });
  });

  test("names what is about somebody else, and what is about nobody", async () => {
    const nobody = await jwtOf({ ...badgeBody, credentialSubject: { type: "AchievementSubject", achievement: {} } });
    const found = await codes(await presented([await about(other), nobody]));
    expect(found).toMatchObject({
      verdict: "invalid",
      "subject[0]": "NOT_THE_HOLDERS",
      "subject[1]": "RECIPIENT_NOT_NAMED",
    });
    const subject = badgeBody.credentialSubject as JsonObject;
    const { id: _, ...unnamed } = subject;
    const beside = await jwtOf({ ...badgeBody, credentialSubject: [{ ...subject, id: holder }, unnamed] });
    expect(await codes(await presented([beside]))).toMatchObject({ "subject[0]": "RECIPIENT_NOT_NAMED" });
  });

  test("is not believed when a letter of it was changed, when it has ended, or when there is too much in it", async () => {
    const jwt = await presented([await about(holder)]);
    const [head, body, signature] = jwt.split(".") as [string, string, string];
    const changed = `${head}.${body.slice(0, -2)}${body.endsWith("AA") ? "BB" : "AA"}.${signature}`;
    expect((await codes(changed)).verdict).toBe("invalid");
    expect(await codes(`${head}.${body}.${"A".repeat(86)}`)).toMatchObject({
      signature: "BAD_SIGNATURE",
      delegation: "SKIPPED",
    });
    expect(await codes(jwt, undefined, { now: now + 24 * hour })).toMatchObject({ validity: "EXPIRED" });
    const many = Array.from({ length: maxPresented + 1 }, () => "a.b.c");
    expect(await codes(await presented(many))).toMatchObject({
      verdict: "undetermined",
      credentials: "QUOTA_EXCEEDED",
    });
  });

  test("has one holder, in one spelling", async () => {
    const credentials = [await about(holder)];
    expect((await codes(await presented(credentials, { holder: [holder, other] }))).verdict).toBe("invalid");
    const loud = holder.replace("0x", "0X");
    expect(await codes(await presented(credentials, { holder: loud }))).toMatchObject({
      signature: "INVALID_CREDENTIAL",
    });
  });
});

describe("a presentation that is to be shared", () => {
  test("is read with its times, its credentials, and whether it is for one verifier", async () => {
    const jwt = await presented(["a.b.c"], { nonce: "n" });
    expect(readShared(jwt, 10_000)).toMatchObject({
      holder,
      bound: true,
      credentials: ["a.b.c"],
      madeAt: now - minute,
    });
    for (const change of [
      { iat: null },
      { exp: "soon" },
      { exp: 1.5 },
      { exp: 1e14 },
      { iat: now, exp: now },
    ] as JsonObject[]) {
      const spoilt = await presented(["a.b.c"], change);
      expect(() => readShared(spoilt, 10_000)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
    }
    const embedded = await presented([], { verifiableCredential: [{ type: ["VerifiableCredential"] }] });
    expect(() => readShared(embedded, 10_000)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
    const refuse = async (change: JsonObject, credentials = ["a.b.c"]) => {
      const spoilt = await presented(credentials, change);
      expect(() => readShared(spoilt, 10_000)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
    };
    await refuse({ more: "of mine" });
    await refuse({ aud: ["https://v.example"] });
    await refuse({ type: ["VerifiablePresentation", "Mine"] });
    await refuse({ "@context": [...draftContexts, "https://elsewhere.example/terms"] });
    await refuse({ keyDelegation: { id: "https://renown.example/v1/documents/d-1", more: "of mine" } });
    await refuse({}, []);
    await refuse({}, ["a.b.c", "d.e.f", "a.b.c"]);
    expect(() => readShared(jwt, 10)).toThrow(expect.objectContaining({ code: "INVALID_TOKEN" }));
  });

  test("is what was prepared to the character: no other order, no space, no other spelling of a number or a letter", async () => {
    const sign = async (...parts: [string, string]) => {
      const text = parts.map((part) => base64url(utf8(part))).join(".");
      return `${text}.${base64url(await appKey.sign(utf8(text)))}`;
    };
    const { header, payload } = readShared(await presented(["a.b.c"]), 10_000).jws;
    const [first, second] = [JSON.stringify(header), JSON.stringify(payload)];
    expect(readShared(await sign(first, second), 10_000)).toMatchObject({ holder });
    const turned = (part: JsonObject) => JSON.stringify(Object.fromEntries(Object.entries(part).reverse()));
    const { iat } = payload as { iat: number };
    const seconds = Math.floor(iat / 1e5);
    for (const [one, other] of [
      [turned(header), second],
      [first, turned(payload)],
      [first, JSON.stringify(payload, null, 1)],
      [JSON.stringify({ ...header, jku: "https://x.example" }), second],
      [first, second.replace(`"iat":${iat}`, `"iat":${seconds}e5`.padEnd(`"iat":${iat}`.length))],
      [first, second.replace(`"iat":${iat}`, `"iat":${iat}.0`)],
      [first, second.replace('"holder"', '"h\\u006flder"')],
    ] as [string, string][]) {
      expect(`${one}${other}`).not.toBe(`${first}${second}`);
      const jwt = await sign(one, other);
      expect(() => readShared(jwt, 10_000)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
    }
  });
});
