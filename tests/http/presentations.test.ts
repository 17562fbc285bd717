import { compactVerify, importJWK } from "jose";
import { recoverMessageAddress } from "viem";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Did } from "../../src/identity/did.ts";
import { parseCompact } from "../../src/identity/jws.ts";
import { base64url, utf8 } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, hour, iso, minute } from "../../src/kernel/time.ts";
import { jwkOfApp } from "../../src/securing/public-jwk.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { type Academy, awardKind, earn, makeAward, makeClass } from "./academy.ts";
import { attest, openAttester, person, signed } from "./attester.ts";
import { appToken, delegate, expectProblem, freshWallet, get, post, remove, signIn, siweText } from "./client.ts";
import {
  codesOf,
  getShared,
  type Holder,
  holderOf,
  oneScore,
  prepare,
  share,
  signClaims,
  signText,
  tryKeep,
  tryPrepare,
  verify,
} from "./presentations.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let labs: Academy[];
beforeEach(async () => {
  service = await startLocal();
  labs = [await openAttester(service), await openAttester(service), await openAttester(service)];
});
afterEach(() => service.close());

/** Somebody with a score of 30, and a key that may do everything about reputations. */
async function worker(): Promise<Holder> {
  const holder = await holderOf(service, await person(service));
  for (const lab of labs) await attest(service, lab, holder.did);
  return holder;
}

/** A badge of somebody's, as its document. */
async function badgeOf({ did }: Holder): Promise<string> {
  const { id } = await makeClass(service, labs[0]!, { name: "Parsers, level 2" });
  return (await makeAward(service, labs[0]!, { class: id, recipient: { did }, narrative: "Wrote a parser." })).award;
}

const enveloped = (jwt: string) => ({
  "@context": ["https://www.w3.org/ns/credentials/v2"],
  type: "EnvelopedVerifiableCredential",
  id: `data:application/vc+jwt,${jwt}`,
});

describe("a presentation that is shared", () => {
  test("has what was chosen, holds for anybody, and is given as it was signed", async () => {
    const holder = await worker();
    const badge = await badgeOf(holder);
    const choice = { scores: [{ policy: "open-work" }, { policy: "open-work", atLeast: "20" }], badges: [badge] };
    const shared = await share(service, holder, choice);
    expect(shared.url).toBe(`${service.origin}/presentations/${shared.id}`);
    expect(shared.payload).toMatchObject({ id: shared.url, holder: holder.did, type: ["VerifiablePresentation"] });
    expect((shared.payload.verifiableCredential as object[]).length).toBe(3);
    const read = await getShared(service, shared.id);
    expect(read.text).toBe(shared.jwt);
    expect(read.headers.get("content-type")).toBe("application/vp+jwt");
    expect(read.headers.get("access-control-allow-origin")).toBe("*");
    expect(read.headers.get("x-robots-tag")).toContain("noindex");
    const report = await verify(service, shared.jwt);
    expect(report).toMatchObject({ verdict: "valid", holder: holder.did });
    expect(codesOf(report)).toMatchObject({ signature: "OK", delegation: "OK", "subject[2]": "OK" });
    const { body } = await get(service, "/v1/me/presentations", { token: holder.token });
    expect(body.items).toMatchObject([{ id: shared.id, scores: 2, badges: 1, key: appKey.did }]);
  });

  test("can be established by a stranger from the bytes alone, with other people's libraries", async () => {
    const holder = await worker();
    const { jwt } = await share(service, holder);
    const [key] = String(parseCompact(jwt, 1 << 20).header.kid).split("#");
    const { payload } = await compactVerify(jwt, await importJWK({ ...jwkOfApp(key as `did:${string}`) }, "ES256"));
    const claims = JSON.parse(new TextDecoder().decode(payload));
    const { message, signature } = claims.keyDelegation;
    const address = await recoverMessageAddress({ message, signature });
    expect(claims.holder).toBe(`did:pkh:eip155:1:${address.toLowerCase()}`);
    expect(message).toContain(`- ${key}\n`);
    expect(message).toContain("- urn:renown:may:renown/reputation");
    expect(Date.parse(/Expiration Time: (.*)/.exec(message)![1]!)).toBeGreaterThan(claims.iat * 1000);
    const { status } = await get(service, claims.keyDelegation.id);
    expect(status).toBe(200);
  });

  test("goes on holding when the delegation has run out, or was revoked, after it was taken in", async () => {
    const holder = await holderOf(service, { wallet: freshWallet(), did: "" });
    const { id } = await delegate(service, holder.wallet, { may: ["renown/reputation"] });
    const badge = await badgeOf({ ...holder, did: userOf(holder.wallet) });
    const shared = await share(service, holder, { badges: [badge] });
    const elsewhere = await signClaims(await prepare(service, holder, { badges: [badge] }), {});
    expect((await verify(service, elsewhere)).verdict).toBe("valid");
    expect((await remove(service, `/v1/me/delegations/${id}`, { token: holder.token, body: {} })).status).toBe(200);
    expect(codesOf(await verify(service, shared.jwt))).toMatchObject({ delegation: "REVOKED_SINCE" });
    expect((await verify(service, shared.jwt)).verdict).toBe("valid");
    const late = await verify(service, elsewhere);
    expect(late.verdict).toBe("invalid");
    expect(codesOf(late)).toMatchObject({ signature: "OK", delegation: "REVOKED" });
    expectProblem(await tryKeep(service, holder, elsewhere), "NOT_VERIFIED", 422);
  });

  test("does not hold when the wallet says that the key was another's by then", async () => {
    const holder = await holderOf(service, { wallet: freshWallet(), did: "" });
    const { id } = await delegate(service, holder.wallet, { may: ["renown/reputation"] });
    const badge = await badgeOf({ ...holder, did: userOf(holder.wallet) });
    const { jwt } = await share(service, holder, { badges: [badge] });
    const from = { from: iso(service.now() - minute) };
    await post(service, `/v1/me/delegations/${id}/compromised`, from, { token: holder.token });
    expect(codesOf(await verify(service, jwt))).toMatchObject({ delegation: "KEY_COMPROMISED" });
  });

  test("says which of its credentials has run out, and ends itself", async () => {
    const holder = await worker();
    const badge = await badgeOf(holder);
    const shared = await share(service, holder, { ...oneScore, badges: [badge], lifeSeconds: 3 * 86_400 });
    service.clock.advance(day + minute);
    const later = await verify(service, shared.jwt);
    expect(later.verdict).toBe("invalid");
    expect(codesOf(later)).toMatchObject({
      delegation: "OK",
      validity: "OK",
      "credential[0]": "EXPIRED",
      "credential[1]": "OK",
    });
    expect((await getShared(service, shared.id)).status).toBe(200);
    service.clock.advance(2 * day);
    expectProblem(await getShared(service, shared.id), "NOT_FOUND", 404);
    expect(codesOf(await verify(service, shared.jwt))).toMatchObject({ validity: "EXPIRED" });
    await service.services.tidy();
  });

  test("is gone when it is deleted, and to everybody as if it had never been", async () => {
    const holder = await worker();
    const { id, jwt } = await share(service, holder);
    const stranger = await signIn(service);
    const path = `/v1/me/presentations/${id}`;
    expectProblem(await remove(service, path, { token: stranger.token }), "NOT_FOUND", 404);
    expect((await remove(service, path, { token: holder.token })).status).toBe(204);
    const [gone, never] = [await getShared(service, id), await getShared(service, "A".repeat(28))];
    expect([gone.status, gone.body.detail]).toEqual([404, never.body.detail]);
    expect((await get(service, "/v1/me/presentations", { token: holder.token })).body.items).toEqual([]);
    // Nor is its address another's to take.
    const other = await worker();
    const taken = await signClaims(await prepare(service, other), {
      id: `${service.services.origin}/presentations/${id}`,
    });
    expectProblem(await tryKeep(service, other, taken), "INVALID_INPUT", 422);
    expect((await verify(service, jwt)).verdict).toBe("valid");
    service.clock.advance(day);
    expect(codesOf(await verify(service, jwt))).toMatchObject({ delegation: "EXPIRED" });
  });

  test("is gone when its holder leaves, and none is kept then", async () => {
    const holder = await worker();
    const badge = await badgeOf(holder);
    const { id } = await share(service, holder, { badges: [badge] });
    const signedThen = await signText((await prepare(service, holder, { badges: [badge] })).signing);
    expect((await signed(service, holder.wallet, holder.did, "CLOSE")).status).toBe(201);
    expectProblem(await getShared(service, id), "NOT_FOUND", 404);
    expectProblem(await tryKeep(service, holder, signedThen), "REVOKED", 409);
    expectProblem(await tryPrepare(service, holder), "REVOKED", 409);
  });

  test("is gone when its holder erases all words, or what one of its badges says is erased", async () => {
    const holder = await worker();
    const badge = await badgeOf(holder);
    const [one, whole] = [await share(service, holder, { badges: [badge] }), await share(service, holder)];
    const late = await signText((await prepare(service, holder, { badges: [badge] })).signing);
    const erased = await remove(service, `/v1/awards/${badge}/personal`, { token: labs[0]!.access });
    expect(erased.status, erased.text).toBe(204);
    expectProblem(await getShared(service, one.id), "NOT_FOUND", 404);
    expect((await getShared(service, whole.id)).status).toBe(200);
    expect((await tryKeep(service, holder, late)).body.code).toMatch(/INVALID_CREDENTIAL|NOT_VERIFIED/);
    await service.services.reputations.erase(await service.services.auth.identify(holder.token), holder.did);
    expectProblem(await getShared(service, whole.id), "NOT_FOUND", 404);
  });
});

/** The wallet closes its reputation on a chain, by a key that it lets act. */
async function leaveOn({ wallet, did }: Holder, chain: number): Promise<void> {
  const user = did.replace("eip155:1:", `eip155:${chain}:`) as Did;
  const closed = await signed(service, wallet, user, "CLOSE", {}, { user });
  expect(closed.status, closed.text).toBe(201);
}

describe("a wallet that is the same on every chain", () => {
  const signInOn = async (holder: Holder, chainId: number) => {
    const { body: nonce } = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
    const message = siweText(service, holder.wallet, nonce).replace("Chain ID: 1", `Chain ID: ${chainId}`);
    const signature = await holder.wallet.signMessage({ message });
    const answer = await post(service, "/v1/auth/siwe", { message, signature });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.accessToken as string;
  };

  test("shares on all of them what it shares on one, and so many at once", async () => {
    const holder = await worker();
    const { id } = await share(service, holder);
    const token = await signInOn(holder, 5);
    const mine = await get(service, "/v1/me/presentations", { token });
    expect(mine.body.items.map((each: { id: string }) => each.id)).toEqual([id]);
    expect((await remove(service, `/v1/me/presentations/${id}`, { token })).status).toBe(204);
    expectProblem(await getShared(service, id), "NOT_FOUND", 404);
  });

  test("keeps twenty together, on whatever chains it shares them", async () => {
    const holder = await worker();
    const badges = [await badgeOf(holder)];
    const tokens = [holder.token, ...(await Promise.all([5, 7, 56].map((chain) => signInOn(holder, chain))))];
    for (let kept = 0; kept < 20; kept++) await share(service, { token: tokens[kept % 4]! }, { badges });
    for (const token of tokens) {
      const { signing } = await prepare(service, { token }, { badges });
      expectProblem(await tryKeep(service, { token }, await signText(signing)), "QUOTA_EXCEEDED");
      expect((await get(service, "/v1/me/presentations", { token })).body.items).toHaveLength(20);
    }
  });

  test("has left on all of them when it has left on one, whichever it is", async () => {
    for (const chain of [5, 8453]) {
      const holder = await worker();
      const badges = [await badgeOf(holder)];
      const elsewhere = { token: await signInOn(holder, 56) };
      const shared = [await share(service, holder, { badges }), await share(service, elsewhere, { badges })];
      const signedThen = await signText((await prepare(service, holder, { badges })).signing);
      await leaveOn(holder, chain);
      for (const { id } of shared) expectProblem(await getShared(service, id), "NOT_FOUND", 404);
      expectProblem(await tryKeep(service, holder, signedThen), "REVOKED", 409);
    }
  });

  test("is witnessed no longer when it has left on another, nor kept beyond the next tidying", async () => {
    const holder = await worker();
    const { jwt } = await share(service, holder, { badges: [await badgeOf(holder)] });
    const other = await worker();
    const theirs = await share(service, other, { badges: [await badgeOf(other)] });
    await leaveOn(holder, 8453);
    expect(codesOf(await verify(service, jwt)).delegation).toBe("OK");
    service.clock.advance(day);
    expect(await verify(service, jwt)).toMatchObject({ verdict: "invalid" });
    expect(codesOf(await verify(service, jwt)).delegation).toBe("EXPIRED");
    expect(codesOf(await verify(service, theirs.jwt)).delegation).toBe("OK");
    await service.services.tidy();
    const { token } = await holderOf(service, holder);
    expect((await get(service, "/v1/me/presentations", { token })).body.items).toEqual([]);
    expect((await getShared(service, theirs.id)).status).toBe(200);
  });
});

describe("a presentation with a badge", () => {
  test("is gone when its holder hides the name in it again, and when it says something else", async () => {
    const holder = await worker();
    await delegate(service, holder.wallet, { may: [awardKind, "renown/reputation"] });
    const { id } = await makeClass(service, labs[0]!, { name: "Parsers, level 3" });
    const said = { recipient: { did: holder.did }, name: "Greta Garbo", narrative: "Wrote a parser." };
    const { award } = await makeAward(service, labs[0]!, { class: id, ...said });
    const late = await signText((await prepare(service, holder, { badges: [award] })).signing);
    const before = await share(service, holder, { badges: [award] });
    expect((await earn(service, holder.wallet, award, "SHOW_NAME", { shown: true })).status).toBe(201);
    expectProblem(await getShared(service, before.id), "NOT_FOUND", 404);
    expectProblem(await tryKeep(service, holder, late), "INVALID_CREDENTIAL", 422);
    const named = await share(service, holder, { badges: [award] });
    expect((await getShared(service, named.id)).text).toBe(named.jwt);
    expect((await earn(service, holder.wallet, award, "SHOW_NAME", { shown: false })).status).toBe(201);
    for (const path of ["", "/presentation.jwt"])
      expect((await get(service, `/presentations/${named.id}${path}`)).status).toBe(404);
    service.clock.advance(day);
    expect(codesOf(await verify(service, named.jwt))).toMatchObject({ delegation: "EXPIRED" });
  });
});

describe("the list of what one shares", () => {
  const listed = async ({ token }: Pick<Holder, "token">) => {
    const answer = await get(service, "/v1/me/presentations", { token });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.items as { id: string; served: boolean | null; code: string; detail: string }[];
  };
  /** What the list says of one, which is what whoever has its address finds. */
  const standing = async (holder: Holder, id: string) => {
    const { served, code } = (await listed(holder)).find((each) => each.id === id)!;
    expect((await getShared(service, id)).status).toBe(served ? 200 : 404);
    return code;
  };

  test("says whether each is shown now: not while a badge in it is hidden, nor once it says something else", async () => {
    const holder = await worker();
    await delegate(service, holder.wallet, { may: [awardKind, "renown/reputation"] });
    const { id } = await makeClass(service, labs[0]!, { name: "Parsers, level 4" });
    const said = { recipient: { did: holder.did }, name: "Greta Garbo" };
    const { award } = await makeAward(service, labs[0]!, { class: id, ...said });
    const [badge, score] = [await share(service, holder, { badges: [award] }), await share(service, holder)];
    const all = { served: true, code: "SHARED", detail: "Whoever has its address sees it." };
    expect(await listed(holder)).toMatchObject([all, all]);
    await earn(service, holder.wallet, award, "HIDE");
    expect(await standing(holder, badge.id)).toBe("BADGE_HIDDEN");
    const page = async () => {
      const { cookie } = await signIn(service, holder.wallet);
      return (await get(service, "/me/reputation", { headers: { accept: "text/html", cookie } })).text;
    };
    expect(await page()).toContain("Not shown while a badge in it is hidden.");
    expect(await page()).not.toContain(`href="/presentations/${badge.id}"`);
    await earn(service, holder.wallet, award, "UNHIDE", {}, holder.token);
    expect(await standing(holder, badge.id)).toBe("SHARED");
    expect(await page()).toContain(`href="/presentations/${badge.id}"`);
    expect((await earn(service, holder.wallet, award, "SHOW_NAME", { shown: true })).status).toBe(201);
    expect(await standing(holder, badge.id)).toBe("BADGE_CHANGED");
    expect(await standing(holder, score.id)).toBe("SHARED");
    expect(await page()).toContain("a badge in it no longer says what you signed");
  });

  test("says where its holder has left, on whatever chain", async () => {
    for (const chain of [1, 5, 8453]) {
      const holder = await worker();
      const { id } = await share(service, holder, { badges: [await badgeOf(holder)] });
      expect(await standing(holder, id)).toBe("SHARED");
      await leaveOn(holder, chain);
      expect(await standing(holder, id)).toBe("LEFT");
    }
  });

  test("reads so many badges again and no more, and says of the others that it has not", async () => {
    const holder = await worker();
    await delegate(service, holder.wallet, { may: [awardKind, "renown/reputation"] });
    const { id } = await makeClass(service, labs[0]!, { name: "Parsers, level 5" });
    const badges: string[] = [];
    for (let made = 0; made < 16; made++)
      badges.push((await makeAward(service, labs[0]!, { class: id, recipient: { did: holder.did } })).award);
    for (let shared = 0; shared < 5; shared++) {
      await share(service, holder, { badges });
      service.clock.advance(minute);
    }
    await earn(service, holder.wallet, badges[7]!, "HIDE");
    await earn(service, holder.wallet, badges[7]!, "UNHIDE", {}, holder.token);
    const items = await listed(holder);
    expect(items.map(({ code }) => code)).toEqual(["SHARED", "SHARED", "SHARED", "SHARED", "NOT_CHECKED"]);
    expect(items.at(-1)!.served).toBeNull();
  });
});

describe("keeping a presentation refuses", () => {
  test("what was changed after it was signed, or signed by another key", async () => {
    const holder = await worker();
    const prepared = await prepare(service, holder);
    const jwt = await signText(prepared.signing);
    const [header, payload, signature] = jwt.split(".") as [string, string, string];
    const spoilt = `${header}.${payload}.${signature.slice(0, -4)}AAAA`;
    expectProblem(await tryKeep(service, holder, spoilt), "NOT_VERIFIED", 422);
    expect(codesOf(await verify(service, spoilt))).toMatchObject({ signature: "BAD_SIGNATURE", delegation: "SKIPPED" });
    expectProblem(await tryKeep(service, holder, await signText(prepared.signing, otherKey)), "NOT_VERIFIED", 422);
    const kid = `${otherKey.did}#${otherKey.did.slice("did:key:".length)}`;
    const other = await signClaims(prepared, {}, otherKey, { kid });
    expect(codesOf(await verify(service, other))).toMatchObject({ signature: "OK", delegation: "NOT_DELEGATED" });
    expectProblem(await tryKeep(service, holder, other), "NOT_VERIFIED", 422);
  });

  test("another holder's credential, which is named", async () => {
    const [holder, other] = [await worker(), await worker()];
    const theirs = (await prepare(service, other)).payload.verifiableCredential!;
    const swapped = await signClaims(await prepare(service, holder), { verifiableCredential: theirs });
    const report = await verify(service, swapped);
    expect(report.verdict).toBe("invalid");
    expect(codesOf(report)).toMatchObject({ "credential[0]": "OK", "subject[0]": "NOT_THE_HOLDERS" });
    expectProblem(await tryKeep(service, holder, swapped), "NOT_VERIFIED", 422);
  });

  test("another's presentation, two holders, and a holder that did not sign", async () => {
    const [holder, other] = [await worker(), await worker()];
    const prepared = await prepare(service, holder);
    const jwt = await signText(prepared.signing);
    expectProblem(await tryKeep(service, other, jwt), "FORBIDDEN", 403);
    const two = await signClaims(prepared, { holder: [holder.did, other.did] });
    expectProblem(await tryKeep(service, holder, two), "INVALID_CREDENTIAL", 422);
    expect((await verify(service, two)).verdict).toBe("invalid");
    const nobody = userOf(freshWallet());
    expect(codesOf(await verify(service, await signClaims(prepared, { holder: nobody })))).toMatchObject({
      delegation: "NOT_DELEGATED",
    });
  });

  test("what lives too long, is for one verifier, or has an id of its own", async () => {
    const holder = await worker();
    const prepared = await prepare(service, holder);
    const { iat } = prepared.payload as { iat: number };
    const long = await signClaims(prepared, { exp: iat + 31 * 86_400 });
    expectProblem(await tryKeep(service, holder, long), "LIFETIME_TOO_LONG", 422);
    expectProblem(await tryKeep(service, holder, await signClaims(prepared, { exp: null })), "INVALID_CREDENTIAL", 422);
    expectProblem(
      await tryPrepare(service, holder, { ...oneScore, lifeSeconds: 31 * 86_400 }),
      "LIFETIME_TOO_LONG",
      422,
    );
    const bound = await prepare(service, holder, { ...oneScore, audience: "https://v.example", nonce: "n-1" });
    const jwt = await signText(bound.signing);
    expectProblem(await tryKeep(service, holder, jwt), "INVALID_INPUT", 422);
    const right = { challenge: "n-1", domain: "https://v.example" };
    expect((await verify(service, jwt, right)).verdict).toBe("valid");
    expect(codesOf(await verify(service, jwt, { ...right, challenge: "n-2" }))).toMatchObject({
      challenge: "WRONG_CHALLENGE",
    });
    for (const id of [
      "https://elsewhere.example/presentations/AAAAAAAAAAAAAAAAAAAAAA",
      `${service.origin}/presentations/me`,
    ])
      expectProblem(await tryKeep(service, holder, await signClaims(prepared, { id })), "INVALID_INPUT", 422);
  });

  test("what others issue, a badge that is hidden, and one that is too large", async () => {
    const holder = await worker();
    const badge = await badgeOf(holder);
    const prepared = await prepare(service, holder, { badges: [badge] });
    const login = (await signIn(service, holder.wallet)).answer.credential;
    const foreign = await signClaims(prepared, { verifiableCredential: [enveloped(login)] });
    expectProblem(await tryKeep(service, holder, foreign), "INVALID_CREDENTIAL", 422);
    await delegate(service, holder.wallet, { may: ["renown/award", "renown/reputation"] });
    const jwt = await signText(prepared.signing);
    await earn(service, holder.wallet, badge, "HIDE");
    expectProblem(await tryKeep(service, holder, jwt), "INVALID_CREDENTIAL", 422);
    expectProblem(await tryPrepare(service, holder, { badges: [badge] }), "NOT_FOUND", 404);
    expectProblem(await tryKeep(service, holder, "x".repeat(262_145)), "INVALID_REQUEST", 400);
  });

  test("what its holder has put into it: other members, no credential, or one twice", async () => {
    const holder = await worker();
    const prepared = await prepare(service, holder);
    const [credential] = prepared.payload.verifiableCredential as JsonObject[];
    const own: [JsonObject, JsonObject?][] = [
      [{ payloadOfMine: "A".repeat(150_000) }],
      [{ termsOfUse: [{ type: "X", html: "<b>" }] }],
      [{}, { junk: "B".repeat(1000) }],
      [{ "@context": ["https://www.w3.org/ns/credentials/v2", "https://elsewhere.example/terms"] }],
      [{ verifiableCredential: [] }],
      [{ verifiableCredential: [credential!, credential!] }],
      [{ verifiableCredential: [{ ...credential!, name: "Mine" }] }],
    ];
    for (const [claims, header] of own) {
      const jwt = await signClaims(prepared, claims, appKey, header);
      expectProblem(await tryKeep(service, holder, jwt), "INVALID_CREDENTIAL", 422);
    }
    expectProblem(await getShared(service, prepared.id), "NOT_FOUND", 404);
    expect((await tryKeep(service, holder, await signClaims(prepared, {}))).status).toBe(201);
  });

  test("a number in another spelling, filled up with blanks to what was prepared", async () => {
    const holder = await worker();
    const { header, payload } = await prepare(service, holder);
    const seconds = Math.floor((payload.exp as number) / 1e5);
    const text = JSON.stringify(payload).replace(
      /"exp":\d+/,
      `"exp":${seconds}e5`.padEnd(`"exp":${payload.exp}`.length),
    );
    expect([text.length, JSON.parse(text).exp]).toEqual([JSON.stringify(payload).length, seconds * 1e5]);
    const odd = [JSON.stringify(header), text].map((part) => base64url(utf8(part))).join(".");
    expectProblem(await tryKeep(service, holder, await signText(odd)), "INVALID_CREDENTIAL", 422);
  });

  test("what another app's key has signed, where an app brings it", async () => {
    const wallet = freshWallet();
    await delegate(service, wallet, { may: ["renown/reputation"] });
    await delegate(service, wallet, { app: otherKey.did, may: ["renown/reputation:PRESENT"] });
    const holder = await holderOf(service, { wallet, did: userOf(wallet) });
    const badges = [await badgeOf(holder)];
    const jwt = await signText((await prepare(service, holder, { badges })).signing);
    const [own, others] = [await appToken(service, wallet), await appToken(service, wallet, otherKey)];
    expectProblem(await tryKeep(service, { token: others }, jwt), "FORBIDDEN", 403);
    expect((await tryKeep(service, { token: own }, jwt)).status).toBe(201);
    // The wallet itself, signed in, brings what any key has signed that it lets present.
    for (const [key, signer] of [
      [appKey.did, appKey],
      [otherKey.did, otherKey],
    ] as const) {
      const { signing } = await prepare(service, holder, { badges, key });
      expect((await tryKeep(service, holder, await signText(signing, signer))).status).toBe(201);
    }
  });

  test("another wallet's words, or made-up ones, which do not hold for anybody", async () => {
    const [holder, other] = [await worker(), await worker()];
    const prepared = await prepare(service, holder);
    const own = prepared.payload.keyDelegation as JsonObject;
    const theirs = (await prepare(service, other)).payload.keyDelegation as JsonObject;
    const made = { id: own.id!, message: "I let this key act.", signature: own.signature! };
    for (const keyDelegation of [theirs, { ...own, ...theirs, id: own.id! }, made, { id: "https://x.example/" }]) {
      const jwt = await signClaims(prepared, { keyDelegation });
      const report = await verify(service, jwt);
      expect(report.verdict).toBe("invalid");
      expect(codesOf(report)).toMatchObject({ signature: "OK", delegation: "INVALID_PROOF" });
      expectProblem(await tryKeep(service, holder, jwt), "NOT_VERIFIED", 422);
    }
  });

  test("what says to have been signed on another day", async () => {
    const holder = await worker();
    const prepared = await prepare(service, holder);
    const at = (ahead: number) => {
      const iat = (prepared.payload.iat as number) + ahead / 1000;
      return signClaims(prepared, { iat, exp: iat + 86_400 });
    };
    const future = await at(20 * day);
    expectProblem(await tryKeep(service, holder, future), "FROM_THE_FUTURE", 422);
    expect(codesOf(await verify(service, future))).toMatchObject({ validity: "FROM_THE_FUTURE" });
    expectProblem(await tryKeep(service, holder, await at(-hour)), "STALE", 422);
    expect((await tryKeep(service, holder, await at(-5 * minute))).status).toBe(201);
  });

  test("the same id a second time, and the twenty-first", async () => {
    const holder = await worker();
    const badge = await badgeOf(holder);
    const first = await prepare(service, holder, { badges: [badge] });
    expect((await tryKeep(service, holder, await signClaims(first, {}))).status).toBe(201);
    expectProblem(
      await tryKeep(service, holder, await signClaims(first, { exp: (first.payload.exp as number) - 1 })),
      "INVALID_INPUT",
    );
    for (let kept = 1; kept < 20; kept++) await share(service, holder, { badges: [badge] });
    const last = await signText((await prepare(service, holder, { badges: [badge] })).signing);
    expectProblem(await tryKeep(service, holder, last), "QUOTA_EXCEEDED");
    service.clock.advance(hour);
  });
});

describe("preparing a presentation", () => {
  test("is for who is signed in, or an app that may do so, by a key that may", async () => {
    const holder = await worker();
    expectProblem(await post(service, "/v1/me/presentations:prepare", oneScore), "UNAUTHENTICATED", 401);
    expectProblem(await tryPrepare(service, holder, { ...oneScore, key: otherKey.did }), "NOT_DELEGATED", 403);
    expectProblem(await tryPrepare(service, holder, {}), "INVALID_INPUT", 422);
    const token = await appToken(service, holder.wallet);
    const made = await prepare(service, { token }, oneScore);
    expect((await tryKeep(service, { token }, await signText(made.signing))).status).toBe(201);
    const { wallet } = await holderOf(service, { wallet: freshWallet(), did: "" });
    await delegate(service, wallet, { may: ["renown/award"] });
    expectProblem(await tryPrepare(service, { token: await appToken(service, wallet) }), "NOT_PERMITTED", 403);
    expectProblem(await tryPrepare(service, await holderOf(service, { wallet, did: "" })), "NOT_PERMITTED", 403);
  });

  test("is for an app whose delegation names presenting alone, scores and all", async () => {
    const wallet = freshWallet();
    await delegate(service, wallet, { may: ["renown/reputation:PRESENT"] });
    const token = await appToken(service, wallet);
    const made = await prepare(service, { token }, oneScore);
    expect((await tryKeep(service, { token }, await signText(made.signing))).status).toBe(201);
    const alone = `/v1/subjects/${userOf(wallet)}/scores/open-work/credential`;
    expectProblem(await post(service, alone, { form: "vc+jwt", claim: "score" }, { token }), "NOT_PERMITTED", 403);
  });

  test("shows nobody's badges but one's own", async () => {
    const [holder, other] = [await worker(), await worker()];
    const badge = await badgeOf(other);
    expectProblem(await tryPrepare(service, holder, { badges: [badge] }), "NOT_FOUND", 404);
    expectProblem(await tryPrepare(service, holder, { badges: ["r1nothing"] }), "NOT_FOUND", 404);
  });
});
