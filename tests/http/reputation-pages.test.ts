import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appKey, otherKey, userOf } from "../harness.ts";
import { type Academy, earn, makeAward, makeClass, write } from "./academy.ts";
import { attest, person } from "./attester.ts";
import { ask, delegate, freshWallet, get, openProfile, post, signIn, type Wallet } from "./client.ts";
import { openNamed, say } from "./reputations.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let guild: Academy;
beforeAll(async () => {
  service = await startLocal();
  academy = await openNamed(service, "Example Academy");
  guild = await openNamed(service, "Guild of Compilers");
});
afterAll(() => service.close());

const html = { accept: "text/html" };
const pathOf = (did: string) => `/subjects/${did}`;
const see = async (path: string, cookie = "") => get(service, path, { headers: { ...html, cookie } });

/** The words of a page without its markup. */
const wordsOf = (text: string) =>
  text
    .replaceAll(/<(style|script|title|desc)[\s\S]*?<\/\1>/g, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");

async function signedIn(wallet: Wallet): Promise<string> {
  return (await signIn(service, wallet)).cookie;
}

/** Four facts of two organisations: 40 points, so that it passes. */
async function passing(did: string) {
  const facts = [];
  for (const [by, field, title] of [
    [academy, "software/typescript", "The parser"],
    [guild, "software/typescript", "The printer"],
    [academy, "writing", "The handbook"],
    [guild, "software", "A review of the parser"],
  ] as const)
    facts.push(await attest(service, by, did, { field, title, narrative: "Done\nwith <care>." }));
  return facts;
}

/** A form as a browser posts it, with the cookie and the token of a page. */
async function postForm(page: string, path: string, cookie: string, fields: Record<string, string>) {
  const token = /name="token" value="([\w-]+)"/.exec((await see(page, cookie)).text)![1]!;
  const type = "application/x-www-form-urlencoded";
  const headers = { ...html, cookie, origin: service.origin, "sec-fetch-site": "same-origin", "content-type": type };
  return ask(service, "POST", path, { body: new URLSearchParams({ token, ...fields }).toString(), headers });
}

describe("GET /subjects/{did}", () => {
  test("is calm where nothing is said yet", async () => {
    const page = await see(pathOf(userOf(freshWallet())));
    expect(page.status, page.text).toBe(200);
    const words = wordsOf(page.text);
    expect(words).toContain("no score is not a bad score");
    expect(words).not.toMatch(/\b0\.0\b/);
    expect(page.text).toContain('href="/policies/open-work"');
  });

  test("says the score, what is missing, and each fact with who says it", async () => {
    const { did } = await person(service);
    const [first] = await passing(did);
    const page = await see(pathOf(did));
    const words = wordsOf(page.text);
    expect(words).toContain("40.0 of 100");
    expect(words).toContain("Passes");
    expect(words).toContain("30 or more is needed, from at least 2 different raters.");
    expect(words).toContain("2 different raters, 4 facts that count");
    expect(words).toMatch(/As of Friday, 20 November 2026 , place \d+ in the log/);
    expect(words).toContain("Contribution in software/typescript, Example Academy,");
    expect(words).toContain("Done with &lt;care&gt;.");
    expect(page.text).toContain(`id="fact-${first!.attestation}"`);
    expect(page.text).toMatch(/<svg class="chart-line"[^>]*role="img" aria-labelledby="chart-title chart-text"/);
    expect(page.text).toContain(`/scores/open-work/export`);
    expect(words).toMatch(/On \w+, \d+ \w+ 2026 the score becomes 39\.9, because what counts fades with time\./);
    expect(page.text).toContain(`<meta property="og:image" content="${service.origin}${pathOf(did)}/card.png">`);
    expect(page.text).not.toMatch(/<script(?! type="module" src)|style="|onclick/);
    const card = await service.fetch(`${pathOf(did)}/card.png`);
    expect(card.headers.get("content-type")).toBe("image/png");
  });

  test("says what is missing where it does not pass", async () => {
    const { did } = await person(service);
    await attest(service, academy, did);
    const words = wordsOf((await see(pathOf(did))).text);
    expect(words).toContain("Not yet");
    expect(words).toContain("20 points are missing. It counts what 1 rater said; 2 are needed.");
  });

  test("says what counts against somebody, and what was left out, by its reason", async () => {
    const { did } = await person(service);
    await attest(service, academy, did, { kind: "incident", title: "A broken release" });
    const again = await attest(service, guild, did, { title: "Twice" });
    await attest(service, guild, did, { title: "Twice" });
    const other = await attest(service, guild, did, { field: "writing" });
    await write(service, guild.access, `/v1/attestations/${other.attestation}/retract`, {});
    const page = await see(pathOf(did));
    const words = wordsOf(page.text);
    expect(words).toContain("−20");
    expect(words).toMatch(/Said twice 1 /);
    expect(words).toMatch(/Taken back 1 /);
    expect(page.text).toContain(`operations?after=${again.seq - 1}&amp;limit=1`);
  });

  test("counts what the subject hides, and shows others nothing of it", async () => {
    const { wallet, did } = await person(service);
    const [first] = await passing(did);
    await say(service, wallet, did, "HIDE", { evidence: first!.attestation });
    const others = wordsOf((await see(pathOf(did))).text);
    expect(others).toContain("1 further fact, which the subject hides, counts too: 10 points.");
    expect(others).toContain("40.0");
    expect(others).not.toContain("The parser");
    expect(others).toContain("Hidden by the subject +10");
    const own = wordsOf((await see(pathOf(did), await signedIn(wallet))).text);
    expect(own).toContain("The parser");
    expect(own).toContain("This is you.");
  });

  test("shows a score to those alone whom the subject shows it to", async () => {
    const { wallet, did } = await person(service);
    await passing(did);
    const friend = freshWallet();
    const { id } = await service.services.policies.get("open-work");
    await say(service, wallet, did, "SHOW", { policy: id, audience: "named" }, { audience: [userOf(friend)] });
    const others = wordsOf((await see(pathOf(did))).text);
    expect(others).toContain("does not show its score under this policy");
    expect(others).not.toContain("40.0");
    expect(wordsOf((await see(pathOf(did), await signedIn(friend))).text)).toContain("40.0 of 100");
    expect((await see(`${pathOf(did)}/resume`)).text).not.toContain("40.0");
  });

  test("has no number once the subject has left", async () => {
    const { wallet, did } = await person(service);
    await passing(did);
    await say(service, wallet, did, "CLOSE");
    const words = wordsOf((await see(pathOf(did))).text);
    expect(words).toContain("The subject has left and closed its reputation.");
    expect(words).not.toMatch(/of 100|40\.0/);
  });

  test("tells disputes, answers and rulings with their words, and says where words were erased", async () => {
    const { wallet, did } = await person(service);
    const [first] = await passing(did);
    const attestation = first!.attestation;
    const restsOn = [{ document: first!.document, operation: attestation }];
    await say(service, wallet, did, "DISPUTE", { restsOn, attestation }, { narrative: "That was not me." });
    await write(service, academy.access, `/v1/attestations/${attestation}/respond`, { narrative: "We are sure." });
    const words = wordsOf((await see(pathOf(did))).text);
    expect(words).toContain("That was not me.");
    expect(wordsOf((await see(`${pathOf(did)}/resume`)).text)).toContain("The parser Contribution · disputed ·");
    expect(words).toContain("We are sure.");
    expect(words).toContain("It counts while a ruling may come.");
    service.clock.set(service.now() + 1);
    await service.services.reputations.eraseOne((await partyOf(wallet))!, attestation);
    expect(wordsOf((await see(pathOf(did))).text)).not.toContain("That was not me.");
  });

  test("names badges by their titles, with a way to them", async () => {
    const { wallet, did } = await person(service);
    await delegate(service, wallet, { may: ["renown/award"] });
    const { id } = await makeClass(service, academy, { tags: ["welding"] });
    const { award, url } = await makeAward(service, academy, { class: id, recipient: { did } });
    await earn(service, wallet, award, "ACCEPT");
    const own = await see(pathOf(did), await signedIn(wallet));
    expect(wordsOf(own.text)).toContain("Welding, level 1");
    expect(own.text).toContain(`href="${new URL(url).pathname}"`);
    const others = await see(pathOf(did));
    expect(others.text).toContain(`href="/orgs/${academy.slug}/badges/${id}">Welding, level 1</a>`);
    expect(others.text).not.toContain(new URL(url).pathname);
    const mine = await see("/me/reputation", await signedIn(wallet));
    expect(wordsOf(mine.text)).toMatch(
      /Badges and what others say of them .* Welding, level 1 Badge in welding, Example Academy/,
    );
    const given = /data-deed="DISPUTE" data-given="([^"]+)"/.exec(mine.text)![1]!.replaceAll("&quot;", '"');
    const { subject: _, ...input } = JSON.parse(given);
    await say(service, wallet, did, "DISPUTE", input, { narrative: "It was my sister’s." });
    expect(wordsOf((await see(pathOf(did))).text)).toContain("It counts while a ruling may come.");
    const disputed = await see("/me/reputation", await signedIn(wallet));
    expect(disputed.text).toContain('class="state state-disputed"');
    expect(disputed.text).not.toContain('data-deed="DISPUTE"');
  });

  test("pages through evidence, the latest first, and weighs little", async () => {
    const { wallet, did } = await person(service);
    for (let i = 0; i < 23; i++)
      await attest(service, academy, did, { value: "0.1", title: `Work ${i}.`, work: { type: "badge", id: `w${i}` } });
    const worksOf = (text: string) => [...text.matchAll(/row-title">Work (\d+)\./g)].map(([, place]) => Number(place));
    const first = await see(`${pathOf(did)}?policy=open-work`);
    const packed = await service.fetch(pathOf(did), { headers: { ...html, "accept-encoding": "gzip" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect((await packed.arrayBuffer()).byteLength).toBeLessThan(12_000);
    const mine = await see("/me/reputation", await signedIn(wallet));
    expect(new TextEncoder().encode(mine.text).length).toBeLessThan(61_440);
    expect(worksOf(mine.text)).toEqual(Array.from({ length: 9 }, (_, i) => 22 - i));
    const cookie = await signedIn(wallet);
    const follow = async (text: string, rel: "next" | "prev") =>
      see(new RegExp(`href="([^"#]+)[^"]*" rel="${rel}"`).exec(text)![1]!, cookie);
    const earlier = await follow(mine.text, "next");
    expect(worksOf(earlier.text)).toEqual(Array.from({ length: 9 }, (_, i) => 13 - i));
    const last = await follow(earlier.text, "next");
    expect(worksOf(last.text)).toEqual([4, 3, 2, 1, 0]);
    expect(last.text).not.toContain('rel="next"');
    expect(worksOf((await follow(last.text, "prev")).text)).toEqual(worksOf(earlier.text));
    const back = await follow(earlier.text, "prev");
    expect(worksOf(back.text)).toEqual(worksOf(mine.text));
    for (const { text } of [mine, back]) expect(text).not.toContain('rel="prev"');
    expect(worksOf(first.text)).toEqual(Array.from({ length: 20 }, (_, i) => 22 - i));
    const next = /href="([^"#]+)[^"]*" rel="next"/.exec(first.text)![1]!.replaceAll("&amp;", "&");
    const second = await see(next);
    expect(worksOf(second.text)).toEqual([2, 1, 0]);
    expect(second.text).not.toContain('rel="next"');
    expect(wordsOf(second.text)).toContain("The latest ones");
  });

  test("chooses a policy by its short name, and refuses what is none", async () => {
    const { did } = await person(service);
    const chosen = await see(`${pathOf(did)}?policy=open-work`);
    expect(chosen.text).toMatch(/href="[^"]+policy=open-work" aria-current="page"/);
    expect((await see(`${pathOf(did)}?policy=nobody-has-it`)).status).toBe(404);
    expect((await see("/subjects/nobody")).status).toBe(400);
  });

  test("is linked from the profile and from Me", async () => {
    const wallet = freshWallet();
    await openProfile(service, wallet);
    const profile = await see(`/profile/${wallet.address}`);
    expect(profile.text).toContain(`href="${pathOf(userOf(wallet))}"`);
    expect((await see("/me", await signedIn(wallet))).text).toContain('href="/me/reputation"');
  });
});

describe("GET /subjects/{did}/resume", () => {
  test("lists what counts by field, with how to check it", async () => {
    const { did } = await person(service);
    await passing(did);
    const page = await see(`${pathOf(did)}/resume?policy=open-work`);
    const words = wordsOf(page.text);
    expect(words).toContain("40.0 of 100 under the policy Open work, version 1: passes.");
    expect(words.indexOf("software/typescript +20")).toBeLessThan(words.indexOf("writing +10"));
    expect(words).toContain("The handbook");
    expect(words).toContain(`${service.origin}/v1/subjects/${encodeURIComponent(did)}/scores/open-work/export`);
  });
});

describe("/me/reputation", () => {
  test("asks for a wallet first", async () => {
    expect((await see("/me/reputation")).text).toContain("data-sign-in");
  });

  test("shows what happened, and everything that is said, also what nobody asked for", async () => {
    const { wallet, did } = await person(service);
    const [first] = await passing(did);
    await say(service, wallet, did, "HIDE", { evidence: first!.attestation });
    const stranger = await person(service);
    const said = {
      organization: "",
      standing: "unsolicited",
      field: "software",
      kind: "vouch",
      value: "1",
      restsOn: [],
    };
    await say(service, stranger.wallet, did, "ATTEST", said, { title: "I like her" });
    const words = wordsOf((await see("/me/reputation", await signedIn(wallet))).text);
    expect(words).toContain("Somebody attested something about you");
    expect(words).toContain("I like her");
    expect(words).toContain("not asked for");
    expect(words).toContain("hidden");
    expect(wordsOf((await see(pathOf(did))).text)).not.toContain("I like her");
  });

  test("erases the words of one attestation, or all, and the rest goes on counting", async () => {
    const { wallet, did } = await person(service);
    const [first] = await passing(did);
    const cookie = await signedIn(wallet);
    const one = `/me/reputation/attestations/${first!.attestation}/erase`;
    const answer = await postForm("/me/reputation", one, cookie, {});
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/me/reputation?done=erasedOne"]);
    expect((await see(pathOf(did))).text).not.toContain("The parser");
    expect((await postForm("/me/reputation", "/me/reputation/erase", cookie, {})).status).toBe(400);
    const all = await postForm("/me/reputation", "/me/reputation/erase", cookie, { sure: "yes" });
    expect(all.headers.get("location")).toBe("/me/reputation?done=erased");
    const words = wordsOf((await see(pathOf(did))).text);
    expect(words).toContain("The subject has had the words of this attestation erased.");
    expect(words).toContain("40.0 of 100");
  });

  test("makes a credential of the score, or of no more than that it is enough", async () => {
    const { wallet, did } = await person(service);
    await passing(did);
    const cookie = await signedIn(wallet);
    const { id } = await service.services.policies.get("open-work");
    const hand = (atLeast: string) =>
      postForm("/me/reputation", "/me/reputation/credential", cookie, { policy: id, atLeast, life: "3600" });
    const enough = await hand("30");
    expect(wordsOf(enough.text)).toContain("It says that your score under the policy Open work is at least 30.");
    const credential = /<code>(eyJ[^<]+)</.exec(enough.text)![1]!;
    expect(atob(credential.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))).not.toContain("40.0");
    const report = await post(service, "/v1/credentials/verify", { credential });
    expect(report.body).toMatchObject({ verdict: "valid", subjects: [did] });
    expect(wordsOf((await hand("")).text)).toContain("It says your score under the policy Open work.");
    expect((await hand("41")).status).toBe(422);
  });

  test("makes an SD-JWT for an app that acts for the subject, and for no other", async () => {
    const { wallet, did } = await person(service);
    await passing(did);
    const cookie = await signedIn(wallet);
    const { id } = await service.services.policies.get("open-work");
    expect((await see("/me/reputation", cookie)).text).toContain(`<option value="${appKey.did}">SD-JWT for `);
    const hand = (app: string) =>
      postForm("/me/reputation", "/me/reputation/credential", cookie, { policy: id, atLeast: "", life: "3600", app });
    const made = await hand(appKey.did);
    expect(wordsOf(made.text)).toContain("The credential (SD-JWT)");
    const credential = /<code>(eyJ[^<]+~)</.exec(made.text)![1]!;
    const report = await post(service, "/v1/credentials/verify", { credential });
    expect(report.body, report.text).toMatchObject({ verdict: "valid" });
    expect((await hand(otherKey.did)).status).toBe(403);
    const closed = await person(service);
    await say(service, closed.wallet, closed.did, "CLOSE");
    expect((await see("/me/reputation", await signedIn(closed.wallet))).text).not.toContain("SD-JWT for ");
  });

  test("offers nothing but erasing once it is closed", async () => {
    const { wallet, did } = await person(service);
    await passing(did);
    await say(service, wallet, did, "CLOSE");
    const page = await see("/me/reputation", await signedIn(wallet));
    expect(wordsOf(page.text)).toContain("You have closed your reputation.");
    expect(page.text).not.toContain("data-deed=");
    expect(page.text).toContain('action="/me/reputation/erase"');
  });
});

async function partyOf(wallet: Wallet) {
  const { token } = await signIn(service, wallet);
  return service.services.auth.identify(token);
}
