import { inflateSync } from "node:zlib";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "#primitives";
import { makeServiceKeys, rotate } from "../../src/identity/service-keys.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, hour, iso, minute } from "../../src/kernel/time.ts";
import { contextCheck } from "../../src/securing/plain-terms.ts";
import { appKey, otherKey, start, userOf } from "../harness.ts";
import type { Academy } from "./academy.ts";
import { attest, openAttester, person, signed, subjectPath } from "./attester.ts";
import {
  appToken,
  delegate,
  expectProblem,
  freshWallet,
  get,
  post,
  remove,
  signIn,
  signJwt,
  type Wallet,
} from "./client.ts";
import { link } from "./score-exporter.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let labs: Academy[];
beforeEach(async () => {
  service = await startLocal();
  labs = [await openAttester(service), await openAttester(service), await openAttester(service)];
});
afterEach(() => service.close());

const path = (did: string) => `${subjectPath(did)}/scores/open-work`;
const credentialOf = (did: string, body: JsonObject, token?: string) =>
  post(service, `${path(did)}/credential`, body, token === undefined ? {} : { token });
const verify = async (credential: string, more: JsonObject = {}) =>
  (await post(service, "/v1/credentials/verify", { credential, ...more })).body;
const codes = (report: { checks: { name: string; code: string }[] }) =>
  Object.fromEntries(report.checks.map(({ name, code }) => [name, code]));
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1]!, "base64url").toString());

/** Somebody with a score of 30, signed in, with an app that may do everything about reputations. */
async function worker() {
  const subject = await person(service);
  for (const lab of labs) await attest(service, lab, subject.did);
  const { token } = await signIn(service, subject.wallet);
  return { ...subject, token };
}

async function issued(did: string, body: JsonObject, token: string) {
  const answer = await credentialOf(did, body, token);
  expect(answer.status, answer.text).toBe(201);
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  return answer.body as { id: string; form: string; credential: string; expiresAt: string };
}

describe("a credential of a score as vc+jwt", () => {
  test("says the score, its rules and its place, lives an hour, and holds here", async () => {
    const { did, token } = await worker();
    const made = await issued(did, { form: "vc+jwt", claim: "score" }, token);
    const { body: score } = await get(service, path(did));
    const claims = claimsOf(made.credential);
    const { policy, asOf, scale, uncertainty, raters, threshold, passes, evidence } = score;
    expect(claims).toMatchObject({
      type: ["VerifiableCredential", "ReputationScoreCredential"],
      id: `${service.origin}/v1/credentials/${made.id}`,
      validUntil: iso(service.now() + hour),
      credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "revocation" },
    });
    expect(claims.credentialSubject).toEqual({
      id: did,
      policy: { ...policy, id: `${service.origin}/v1/policies/${policy.id}/${policy.version}` },
      asOf,
      scale,
      score: "30.0",
      lower: uncertainty.lower,
      raters,
      threshold,
      passes,
      evidenceDigest: evidence.digest,
    });
    expect(made.expiresAt).toBe(iso(service.now() + hour));
    expect(contextCheck(claims).outcome).toBe("pass");
    const rules = await get(service, claims.credentialSubject.policy.id);
    expect(rules.body).toMatchObject({ hash: policy.hash });
    expect(await verify(made.credential)).toMatchObject({ verdict: "valid", form: "vc+jwt", subjects: [did] });
    const shown = await verify(made.credential, { nonce: "of the verifier" });
    expect(shown.verdict).toBe("invalid");
    expect(codes(shown)).toMatchObject({ signature: "OK", "key-binding": "INVALID_PROOF" });
    service.clock.advance(hour);
    expect(await verify(made.credential)).toMatchObject({ verdict: "invalid" });
  });

  test("says that the score is at least so much, and neither the score nor what it could be found by", async () => {
    const { did, token } = await worker();
    const made = await issued(did, { form: "vc+jwt", claim: { atLeast: "12.50" } }, token);
    const { credentialSubject } = claimsOf(made.credential);
    expect(Object.keys(credentialSubject)).toEqual(["id", "policy", "asOf", "scale", "atLeast"]);
    expect(credentialSubject.atLeast).toBe("12.5");
    const { body: score } = await get(service, path(did));
    expect(JSON.stringify(claimsOf(made.credential))).not.toContain(score.evidence.digest);
    expect(await verify(made.credential)).toMatchObject({ verdict: "valid" });
  });

  test("is not issued where the claim does not hold", async () => {
    const { did, token } = await worker();
    expectProblem(await credentialOf(did, { form: "vc+jwt", claim: { atLeast: "30.1" } }, token), "NOT_REACHED", 422);
    expectProblem(await credentialOf(did, { form: "vc+jwt", claim: { atLeast: "x" } }, token), "INVALID_INPUT", 422);
    const kept = await service.services.credentials.mine(await service.services.auth.identify(token), { limit: 10 });
    expect(kept.map(({ type }) => type)).not.toContain("ReputationScoreCredential");
  });

  test("is of the past where it is asked of the past", async () => {
    const { did, wallet } = await person(service);
    await attest(service, labs[0]!, did);
    const at = iso(service.now());
    service.clock.advance(minute);
    await attest(service, labs[1]!, did);
    const { token } = await signIn(service, wallet);
    const made = await issued(did, { form: "vc+jwt", claim: "score", at }, token);
    expect(claimsOf(made.credential).credentialSubject).toMatchObject({ score: "10.0", raters: 1 });
    const ahead = { form: "vc+jwt", claim: "score", at: iso(service.now() + day) };
    expectProblem(await credentialOf(did, ahead, token), "FROM_THE_FUTURE");
  });

  test("is kept, listed among the wallet's own, and revoked by it", async () => {
    const { did, token } = await worker();
    const { id, credential } = await issued(did, { form: "vc+jwt", claim: "score" }, token);
    expect((await get(service, `/v1/credentials/${id}`)).text).toBe(credential);
    const party = await service.services.auth.identify(token);
    const mine = await service.services.credentials.mine(party, { limit: 10 });
    expect(mine).toContainEqual(expect.objectContaining({ id, type: "ReputationScoreCredential" }));
    expect((await remove(service, `/v1/credentials/${id}`, { token })).status).toBe(204);
    expect(codes(await verify(credential))).toMatchObject({ status: "REVOKED" });
  });

  test("lives as long as it is asked to, a day at most", async () => {
    const { did, token } = await worker();
    const lived = (lifeSeconds: number) => credentialOf(did, { form: "vc+jwt", claim: "score", lifeSeconds }, token);
    expect((await lived(86_400)).body.expiresAt).toBe(iso(service.now() + day));
    expect((await lived(60)).body.expiresAt).toBe(iso(service.now() + minute));
    expectProblem(await lived(86_401), "LIFETIME_TOO_LONG", 422);
    expectProblem(await lived(59), "INVALID_REQUEST", 400);
  });
});

describe("a credential of a score as dc+sd-jwt", () => {
  const asked = { form: "dc+sd-jwt", claim: "score", key: appKey.did };

  test("is bound to the app, verifies with the keys that the issuer publishes, and keeps its claims back", async () => {
    const { did, token } = await worker();
    const { credential } = await issued(did, asked, token);
    const [jwt = "", ...disclosures] = credential.split("~");
    const { body: metadata, headers } = await get(service, "/.well-known/jwt-vc-issuer");
    expect(metadata.issuer).toBe(service.origin);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const keys = createLocalJWKSet(metadata.jwks as JSONWebKeySet);
    const { protectedHeader, payload } = await compactVerify(jwt, keys);
    expect(protectedHeader).toMatchObject({ alg: "ES256", typ: "dc+sd-jwt" });
    const claims = JSON.parse(new TextDecoder().decode(payload));
    const seconds = Math.floor(service.now() / 1000);
    expect(claims).toMatchObject({
      iss: service.origin,
      vct: `${service.origin}/v1/credential-types/reputation-score`,
      iat: seconds,
      exp: seconds + 3600,
      cnf: { jwk: { kty: "EC", crv: "P-256" } },
      _sd_alg: "sha-256",
      policy: { version: 1 },
    });
    expect(JSON.stringify(claims)).not.toContain(did);
    expect(JSON.stringify(claims)).not.toContain("30.0");
    const told = disclosures.slice(0, -1).map((each) => JSON.parse(Buffer.from(each, "base64url").toString()));
    expect(disclosures.slice(0, -1).map(digestOf).toSorted()).toEqual(claims._sd);
    expect(Object.fromEntries(told.map(([, name, value]) => [name, value]))).toMatchObject({ sub: did, score: "30.0" });
  });

  test("is shown by the app to one verifier, as much of it as the app likes", async () => {
    const { did, token } = await worker();
    const { credential } = await issued(did, asked, token);
    const [jwt, ...disclosures] = credential.split("~");
    const score = disclosures.find((each) => Buffer.from(each, "base64url").toString().includes('"score"'));
    const shown = `${jwt}~${score}~`;
    const nonce = "of the verifier";
    const audience = "https://verifier.example";
    const payload = { nonce, aud: audience, iat: Math.floor(service.now() / 1000), sd_hash: digestOf(shown) };
    const bound = (key: typeof appKey) => signJwt(key, payload, { alg: "ES256", typ: "kb+jwt" });
    const report = await verify(`${shown}${await bound(appKey)}`, { nonce, audience });
    expect(report).toMatchObject({ verdict: "valid", form: "dc+sd-jwt", subjects: [], claims: { score: "30.0" } });
    expect(report.claims).not.toHaveProperty("sub");
    expect(codes(report)).toMatchObject({ "key-binding": "OK", audience: "OK", status: "OK" });
    expect((await verify(`${shown}${await bound(appKey)}`, { nonce: "another" })).verdict).toBe("invalid");
    expect((await verify(`${shown}${await bound(otherKey)}`, { nonce, audience })).verdict).toBe("invalid");
    expect((await verify(shown, { nonce, audience })).verdict).toBe("invalid");
    expect((await verify(shown)).verdict).toBe("valid");
  });

  test("is read on the page that verifies", async () => {
    const { did, token } = await worker();
    const { credential } = await issued(did, asked, token);
    const page = await get(service, "/verify", { headers: { accept: "text/html" } });
    const headers = { cookie: page.headers.get("set-cookie")!.split(";")[0]!, origin: service.origin };
    const form = new FormData();
    form.append("token", /name="token" value="([^"]+)"/.exec(page.text)![1]!);
    form.append("pasted", ` ${credential}\n`);
    const sent = new Request("http://x", { method: "POST", body: form });
    const type = { "content-type": sent.headers.get("content-type")! };
    const body = new Uint8Array(await sent.arrayBuffer());
    const answer = await post(service, "/verify", body, { headers: { ...headers, ...type, accept: "text/html" } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("7 disclosures are committed to.");
    expect(answer.text).toContain("The issuer has not revoked it.");
  });

  test("of at least so much tells nobody whose it is unless its holder does", async () => {
    const { did, token } = await worker();
    const { credential } = await issued(did, { ...asked, claim: { atLeast: "30" } }, token);
    const [jwt, ...disclosures] = credential.split("~");
    expect(disclosures).toHaveLength(2);
    const claims = claimsOf(jwt!);
    expect(claims).toMatchObject({ atLeast: "30", vct: `${service.origin}/v1/credential-types/reputation-at-least` });
    expect(Object.keys(claims).toSorted()).toEqual(
      "_sd _sd_alg asOf atLeast cnf exp iat iss jti policy scale status vct".split(" "),
    );
    expect(JSON.stringify(claims)).not.toContain(did);
    expect(await verify(`${jwt}~`)).toMatchObject({ verdict: "valid", subjects: [] });
    expect(await verify(credential)).toMatchObject({ verdict: "valid", subjects: [did] });
  });

  test("is kept without its disclosures, and its status stands in a list that other libraries read", async () => {
    const { did, token } = await worker();
    const { id, credential } = await issued(did, asked, token);
    const kept = await get(service, `/v1/credentials/${id}`);
    expect(kept.headers.get("content-type")).toBe("application/dc+sd-jwt");
    expect(kept.text).toBe(`${credential.split("~")[0]}~`);
    const { idx, uri } = claimsOf(credential).status.status_list;
    const bit = async () => {
      const list = await get(service, uri.slice(service.origin.length));
      expect(list.headers.get("content-type")).toBe("application/statuslist+jwt");
      const claims = claimsOf(list.text);
      expect(claims).toMatchObject({ iss: service.origin, sub: uri, ttl: 300 });
      const bits = inflateSync(Buffer.from(claims.status_list.lst, "base64url"));
      return { etag: list.headers.get("etag")!, bit: (bits[idx >> 3]! >> (idx & 7)) & 1 };
    };
    const before = await bit();
    expect(before.bit).toBe(0);
    const again = { headers: { "if-none-match": before.etag } };
    expect((await get(service, uri.slice(service.origin.length), again)).status).toBe(304);
    expect((await remove(service, `/v1/credentials/${id}`, { token })).status).toBe(204);
    expect((await bit()).bit).toBe(1);
    expect(codes(await verify(credential))).toMatchObject({ status: "REVOKED" });
  });

  test("names the app that will show it, which the wallet has to have let act", async () => {
    const { did, token } = await worker();
    const { key: _, ...keyless } = asked;
    expectProblem(await credentialOf(did, keyless, token), "INVALID_INPUT", 422);
    expectProblem(await credentialOf(did, { ...asked, key: otherKey.did }, token), "NOT_DELEGATED", 403);
    expectProblem(await credentialOf(did, { ...asked, form: "vc+jwt" }, token), "INVALID_INPUT", 422);
    expectProblem(await credentialOf(did, { ...asked, key: "did:key:zDn" }, token), "INVALID_REQUEST", 400);
  });
});

describe("whoever asks for a credential", () => {
  const asked = { form: "dc+sd-jwt", claim: "score" };

  test("is the subject's wallet, or nobody", async () => {
    const { did } = await worker();
    const stranger = await signIn(service);
    expectProblem(await credentialOf(did, { ...asked, form: "vc+jwt" }), "UNAUTHENTICATED", 401);
    expectProblem(await credentialOf(did, { ...asked, form: "vc+jwt" }, stranger.token), "FORBIDDEN", 403);
    expectProblem(await credentialOf(did, asked, service.operatorToken), "FORBIDDEN", 403);
    const school = "did:web:school.example";
    expectProblem(await credentialOf(school, { ...asked, form: "vc+jwt" }, stranger.token), "FORBIDDEN", 403);
    expectProblem(await credentialOf("x", asked, stranger.token), "INVALID_DID", 400);
  });

  test("may be an app of the subject, for itself, where its delegation names reputation", async () => {
    const { did, wallet } = await worker();
    const made = await issued(did, asked, await appToken(service, wallet));
    expect(claimsOf(made.credential).cnf.jwk).toMatchObject({ crv: "P-256" });
    expect(await verify(made.credential)).toMatchObject({ verdict: "valid", subjects: [did] });
    await delegate(service, wallet, { app: otherKey.did, may: ["renown/reputation:CREDENTIAL"] });
    const other = await appToken(service, wallet, otherKey);
    expect((await credentialOf(did, asked, other)).status).toBe(201);
    expectProblem(await credentialOf(did, { ...asked, key: appKey.did }, other), "FORBIDDEN", 403);
    // Whichever was given last: one that covers it is enough.
    await delegate(service, wallet, { app: otherKey.did, may: ["none"] });
    expect((await credentialOf(did, asked, other)).status).toBe(201);
  });

  test.each([
    ["names nothing", undefined],
    ["names something else", ["powerhouse/renown-user"]],
    ["lets it log in alone", ["none"]],
    ["names another action", ["renown/reputation:HIDE"]],
  ])("is no app whose delegation %s", async (_what, may) => {
    const wallet: Wallet = freshWallet();
    await delegate(service, wallet, may ? { may } : {});
    expectProblem(await credentialOf(userOf(wallet), asked, await appToken(service, wallet)), "NOT_PERMITTED", 403);
  });

  test("is no app of somebody else, and no app without a delegation", async () => {
    const { did } = await worker();
    const other = await person(service);
    expectProblem(await credentialOf(did, asked, await appToken(service, other.wallet)), "FORBIDDEN", 403);
    const nobody = freshWallet();
    expectProblem(await credentialOf(userOf(nobody), asked, await appToken(service, nobody)), "NOT_DELEGATED", 403);
  });

  test("may show what the subject hides from others", async () => {
    const { did, wallet, token } = await worker();
    const { body: score } = await get(service, path(did));
    await signed(service, wallet, did, "SHOW", { policy: score.policy.id, audience: "nobody" });
    expectProblem(await get(service, path(did)), "FORBIDDEN", 403);
    const made = await issued(did, { form: "vc+jwt", claim: "score" }, token);
    expect(claimsOf(made.credential).credentialSubject.score).toBe("30.0");
    expect((await credentialOf(did, asked, await appToken(service, wallet))).status).toBe(201);
  });

  test("sees its credentials revoked once it leaves, in both forms, and those of wallets that are one with it", async () => {
    const [one, other, stranger] = [await worker(), await worker(), await worker()];
    await link(service, one, other);
    const wish = { form: "vc+jwt", claim: "score", lifeSeconds: 86_400 };
    const sd = { ...wish, form: "dc+sd-jwt", key: appKey.did };
    const made = [await issued(one.did, wish, one.token), await issued(one.did, sd, one.token)];
    const [linked, foreign] = [
      await issued(other.did, wish, other.token),
      await issued(stranger.did, wish, stranger.token),
    ];
    const list = new URL(claimsOf(made[1]!.credential).status.status_list.uri).pathname;
    const before = await get(service, list);
    const verdicts = async () => {
      const all: string[] = [];
      for (const { credential } of [...made, linked, foreign]) all.push(codes(await verify(credential)).status!);
      return all;
    };
    expect(await verdicts()).toEqual(["OK", "OK", "OK", "OK"]);
    service.clock.advance(minute);
    expect((await signed(service, one.wallet, one.did, "CLOSE")).status).toBe(201);
    await service.services.outbox.drain();
    expect(await verdicts()).toEqual(["REVOKED", "REVOKED", "REVOKED", "OK"]);
    expect((await get(service, list)).text).not.toBe(before.text);
    const party = await service.services.auth.identify(other.token);
    const mine = await service.services.credentials.mine(party, { limit: 10 });
    expect(mine).toContainEqual(expect.objectContaining({ id: linked.id, revokedAt: iso(service.now()) }));
  });

  test("keeps what speaks of another chain, while a wallet that was one with it leaves; its own goes on every chain", async () => {
    const [one, other] = [await worker(), await worker()];
    await link(service, one, other);
    const elsewhere = (did: string) => did.replace("eip155:1:", "eip155:8453:");
    const wish = { form: "vc+jwt", claim: "score" };
    const made = [
      await issued(elsewhere(other.did), wish, other.token),
      await issued(elsewhere(one.did), wish, one.token),
    ];
    service.clock.advance(minute);
    expect((await signed(service, one.wallet, one.did, "CLOSE")).status).toBe(201);
    await service.services.outbox.drain();
    const statuses = made.map(async ({ credential }) => codes(await verify(credential)).status);
    expect(await Promise.all(statuses)).toEqual(["OK", "REVOKED"]);
  });

  test("has none of a subject who has left", async () => {
    const { did, wallet, token } = await worker();
    const at = iso(service.now());
    service.clock.advance(minute);
    await signed(service, wallet, did, "CLOSE");
    for (const claim of ["score", { atLeast: "0" }])
      for (const when of [{}, { at }])
        expectProblem(await credentialOf(did, { form: "vc+jwt", claim, ...when }, token), "REVOKED", 409);
  });
});

describe("what others need to verify it", () => {
  test("is the metadata of each type at its own address, to be kept for a while", async () => {
    for (const type of ["reputation-score", "reputation-at-least"]) {
      const { body, headers } = await get(service, `/v1/credential-types/${type}`);
      expect(body).toMatchObject({ vct: `${service.origin}/v1/credential-types/${type}`, display: [{ locale: "en" }] });
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("cache-control")).toBe("public, max-age=3600");
      const known = { headers: { "if-none-match": headers.get("etag")! } };
      expect((await get(service, `/v1/credential-types/${type}`, known)).status).toBe(304);
    }
    expectProblem(await get(service, "/v1/credential-types/none"), "NOT_FOUND", 404);
  });

  test("is each key that signed something which may still live", async () => {
    const kidsAfter = async (age: number) => {
      const first = await makeServiceKeys(start - 9 * day);
      const keys = await rotate(first, "signing", start - age);
      const rotated = await startLocal({ parts: () => ({ keys }) });
      const { body } = await get(rotated, "/.well-known/jwt-vc-issuer");
      await rotated.close();
      return body.jwks.keys.map(({ kid }: { kid: string }) => (kid === first.signing[0]!.kid ? "old" : "new"));
    };
    expect(await kidsAfter(day - 1)).toEqual(["new", "old"]);
    expect(await kidsAfter(day)).toEqual(["new"]);
  });
});
