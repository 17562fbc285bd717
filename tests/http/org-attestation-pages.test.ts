import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { otherKey, userOf } from "../harness.ts";
import { type Academy, earn, makeAward, makeClass, secretOf, write } from "./academy.ts";
import { attest, field, groundOf, openAttester, person, signed } from "./attester.ts";
import { ask, delegate, expectProblem, freshWallet, get, signIn } from "./client.ts";
import { authors, does, fellows, groundIn, memberOf, type Person } from "./fellows.ts";
import { say } from "./reputations.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let lab: Academy;
let other: Academy;
let owner: Person;
beforeAll(async () => {
  service = await startLocal();
  lab = await openAttester(service);
  other = await openAttester(service);
  for (const { wallet } of [lab, other]) await delegate(service, wallet, { may: ["renown/reputation"] });
  owner = { wallet: lab.wallet, did: lab.user };
});
afterAll(() => service.close());

const cookieOf = async ({ wallet }: Pick<Person, "wallet">) => (await signIn(service, wallet)).cookie;
const page = (path: string, cookie = "") => get(service, path, { headers: { accept: "text/html", cookie } });
const path = ({ slug }: Academy, part: string) => `/orgs/${slug}/console${part}`;

async function member(role: string, of = lab): Promise<Person & { cookie: string }> {
  const who = await person(service);
  await memberOf(service, of, who, role);
  return { ...who, cookie: await cookieOf(who) };
}

/** The words of a page without its markup. */
const wordsOf = (text: string) =>
  text
    .replaceAll(/<(style|script|title)[\s\S]*?<\/\1>/g, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");

const sizeOf = (text: string) => new TextEncoder().encode(text).length;

/** The rows of a page by what they are about. */
function rowOf(text: string, id: string): string {
  const [, from = ""] = text.split(`id="${id}"`);
  return from.split('<li class="row')[0]!;
}

/** What the form of a deed gives the script along, and what that rests on beside. */
function formOf(text: string, deed: string): JsonObject & { restsOn: JsonObject[] } {
  const given = new RegExp(`data-deed="${deed}"[^>]* data-given="([^"]+)"`).exec(text)![1]!;
  const rests = /data-rests="([^"]+)"/.exec(text)![1]!;
  const read = (value: string) => JSON.parse(value.replaceAll("&quot;", '"'));
  const { restsOn = [], ...more } = read(given);
  return { ...more, restsOn: [...restsOn, ...read(rests)] };
}

/** As the browser signs what a form of the disputes page gives along. */
async function rule(who: Person, text: string, evidence: string, outcome: "upheld" | "struck") {
  const { ends, subject, ...input } = formOf(rowOf(text, `dispute-${evidence}`) + restsIn(text), "rule");
  const chosen = (ends as Record<string, string[]>)[outcome]!;
  return signed(service, who.wallet, String(subject), "RULE", { ...input, outcome, ends: chosen });
}

const restsIn = (text: string) => /data-rests="[^"]+"/.exec(text)![0];

const dispute = (who: Person, made: { attestation: string; document: string; seq: number; subject: string }) =>
  does(service, who, who.did, "DISPUTE", { attestation: made.attestation, restsOn: [groundOf(made)] });

const parts = ["/attestations", "/attestations/new", "/disputes"];

describe("the pages about what an organisation attests", () => {
  test.each(parts)("ask whoever is not signed in, and are to strangers as absent ones: %s", async (part) => {
    const asked = await page(path(lab, part));
    expect([asked.status, asked.text.includes("data-sign-in")]).toEqual([200, true]);
    expect(asked.text).not.toContain("data-console");
    for (const cookie of [await cookieOf({ wallet: freshWallet() }), other.cookie]) {
      const refused = await page(path(lab, part), cookie);
      const absent = await page(`/orgs/nobody-here/console${part}`, cookie);
      expect([refused.status, absent.status]).toEqual([404, 404]);
      const [told, untold] = [refused, absent].map(({ text }) => wordsOf(text).replace(/[\da-f-]{36}/, ""));
      expect(told).toBe(untold);
    }
    const own = await page(path(lab, part), lab.cookie);
    expect(own.status, own.text).toBe(200);
    expect(own.text).toContain('data-purpose="attestations"');
  });

  test("show a viewer lists and no form", async () => {
    const subject = await person(service);
    const made = await attest(service, lab, subject.did, { title: "Seen by viewers" });
    await dispute(subject, made);
    const { cookie } = await member("viewer");
    for (const part of ["/attestations", "/disputes"]) {
      const { status, text } = await page(path(lab, part), cookie);
      expect([status, text.includes("Seen by viewers"), text.includes("data-deed=")]).toEqual([200, true, false]);
    }
    expect((await page(path(lab, "/attestations/new"), cookie)).status).toBe(403);
    expect(wordsOf((await page(path(lab, "/disputes"), cookie)).text)).toContain("Your role lets you look.");
  });

  test("offer an issuer to attest and an arbiter to rule, and neither the other", async () => {
    const subject = await person(service);
    await dispute(subject, await attest(service, lab, subject.did));
    const [issuer, arbiter] = [await member("issuer"), await member("arbiter")];
    const deeds = async (part: string, { cookie }: { cookie: string }) => {
      const { text } = await page(path(lab, part), cookie);
      return [...new Set([...text.matchAll(/data-deed="(\w+)"/g)].map(([, deed]) => deed))].sort();
    };
    expect(await deeds("/attestations", issuer)).toEqual(["respond", "retract"]);
    expect(await deeds("/attestations", arbiter)).toEqual([]);
    expect(await deeds("/attestations/new", issuer)).toEqual(["attest"]);
    expect((await page(path(lab, "/attestations/new"), arbiter.cookie)).status).toBe(403);
    expect(await deeds("/disputes", issuer)).toEqual([]);
    expect(await deeds("/disputes", arbiter)).toEqual(["rule"]);
  });

  test("let a key of the browser attest, take back, answer and rule, and nothing else", async () => {
    const wallet = freshWallet();
    const cookie = await cookieOf({ wallet });
    const token = /name="token" value="([^"]+)"/.exec((await page("/orgs", cookie)).text)![1]!;
    const wish = { token, app: otherKey.did, purpose: "attestations", address: wallet.address, chainId: "1" };
    const headers = { "content-type": "application/x-www-form-urlencoded", origin: service.origin, cookie };
    const send = (at: string, fields: Record<string, string>) =>
      ask(service, "POST", at, { body: new URLSearchParams(fields).toString(), headers });
    const { body } = await send("/badge-key/message", wish);
    const named = ["ATTEST", "RETRACT", "RESPOND", "RULE"].map(
      (action) => `urn:renown:may:renown/reputation:${action}`,
    );
    expect(body.message.split("\n- ").slice(1)).toEqual([otherKey.did, ...named]);
    const signature = await wallet.signMessage({ message: body.message });
    expect((await send("/badge-key", { token, message: body.message, signature })).status).toBe(200);
    await memberOf(service, lab, { wallet, did: userOf(wallet) }, "issuer");
    const { text } = await page(path(lab, "/attestations/new"), cookie);
    const { fields, restsOn } = formOf(text, "attest");
    const ground = { document: lab.document, operation: fields! };
    const said = { organization: lab.document, standing: "organization", field, kind: "review", value: "1" };
    const { did } = await person(service);
    const by = (type: string, input: JsonObject, subject: string) =>
      signed(service, wallet, subject, type, input, { key: otherKey });
    const made = await by("ATTEST", { ...said, restsOn: [...restsOn, ground] }, did);
    expect(made.status, made.text).toBe(201);
    expectProblem(await by("CLOSE", {}, userOf(wallet)), "NOT_PERMITTED");
  });
});

describe("what an organisation has attested", () => {
  test("is attested, taken back and answered by members, with what their forms say", async () => {
    const issuer = await member("issuer");
    const subject = await person(service);
    const form = await page(path(lab, "/attestations/new"), issuer.cookie);
    const { fields, restsOn } = formOf(form.text, "attest");
    const said = { organization: lab.document, standing: "organization", field, kind: "review", value: "0.5" };
    const grounds = [...restsOn, { document: lab.document, operation: fields! }];
    await say(service, issuer.wallet, subject.did, "ATTEST", { ...said, restsOn: grounds }, { title: "By hand" });
    const list = await page(path(lab, "/attestations"), issuer.cookie);
    expect(wordsOf(list.text)).toMatch(/By hand Review in software\/typescript, .*stands/);
    const [, attestation] = /id="fact-([\w-]{43})"/.exec(list.text)!;
    const { items } = (await get(service, `/v1/subjects/${encodeURIComponent(subject.did)}/attestations`)).body;
    expect(items).toMatchObject([
      {
        attestation,
        value: "0.5",
        by: { organization: lab.document, member: issuer.did },
        texts: { title: "By hand" },
      },
    ]);
    await dispute(subject, items[0]);
    const row = (text: string) => rowOf(text, `fact-${attestation}`) + restsIn(text);
    const disputed = row((await page(path(lab, "/attestations"), issuer.cookie)).text);
    expect(wordsOf(disputed)).toContain("disputed");
    const { subject: _, ...answer } = formOf(disputed, "respond");
    await say(service, issuer.wallet, subject.did, "RESPOND", answer, { narrative: "We looked again." });
    const answered = row((await page(path(lab, "/attestations"), issuer.cookie)).text);
    expect(wordsOf(answered)).toContain("We looked again.");
    expect(answered).not.toContain('data-deed="respond"');
    const { subject: __, ...back } = formOf(answered, "retract");
    await does(service, issuer, subject.did, "RETRACT", back);
    const gone = row((await page(path(lab, "/attestations"), issuer.cookie)).text);
    expect(gone).toContain("state-retracted");
    expect(gone).not.toContain("data-deed=");
  });

  test("is listed the latest first, page by page, also what its subject hides, and nothing of another’s", async () => {
    const big = await openAttester(service);
    const subject = await person(service);
    for (let i = 0; i < 22; i++) await attest(service, big, subject.did, { title: `Work ${i}.` });
    await attest(service, other, subject.did, { title: "Work 99." });
    const hidden = await attest(service, big, subject.did, { title: "Work 22." });
    await does(service, subject, subject.did, "HIDE", { evidence: hidden.attestation });
    const titles = (text: string) => [...text.matchAll(/row-title">Work (\d+)\./g)].map(([, n]) => Number(n));
    const first = await page(path(big, "/attestations"), big.cookie);
    expect(wordsOf(first.text)).toContain("Hidden by whom it is about");
    expect(sizeOf(first.text)).toBeLessThan(61_440);
    const follow = async (text: string) => page(/href="([^"]+)" rel="next"/.exec(text)![1]!, big.cookie);
    const second = await follow(first.text);
    const last = await follow(second.text);
    const listed = [first, second, last].map(({ text }) => titles(text));
    expect(listed.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(listed.flat()).toEqual(Array.from({ length: 23 }, (_, i) => 22 - i));
    expect(last.text).not.toContain('rel="next"');
    expect(wordsOf(last.text)).toContain("The latest ones");
  });

  test("says how each stands, and when it holds", async () => {
    const subject = await person(service);
    const holds = (days: number) => new Date(service.now() + days * 86_400_000).toISOString();
    const later = await attest(service, lab, subject.did, { validFrom: holds(3) });
    const brief = await attest(service, lab, subject.did, { validUntil: holds(1) });
    const { text } = await page(path(lab, "/attestations"), lab.cookie);
    expect(rowOf(text, `fact-${later.attestation}`)).toContain("state-notYet");
    expect(rowOf(text, `fact-${brief.attestation}`)).toContain("state-stands");
    const shown = await page(`/orgs/${lab.slug}/console/attestations?before=oops`, lab.cookie);
    expect(shown.status).toBe(200);
  });

  test("asks for fields first", async () => {
    const bare = await openAttester(service);
    await groundIn(service, bare, "SET_FIELDS", { fields: [] });
    const { text } = await page(path(bare, "/attestations/new"), bare.cookie);
    expect(wordsOf(text)).toContain("Say first in which fields the organisation attests.");
    expect(text).not.toContain('data-deed="attest"');
    const { text: none } = await page(path(bare, "/attestations"), bare.cookie);
    expect(wordsOf(none)).toContain("The organisation has attested nothing yet.");
  });
});

describe("a dispute", () => {
  test("waits for an arbiter with its claim, its words and its term, and is ruled over", async () => {
    const arbiter = await member("arbiter");
    const subject = await person(service);
    const made = await attest(service, lab, subject.did, { title: "A broken release", kind: "incident" });
    const input = { attestation: made.attestation, restsOn: [groundOf(made)] };
    await say(service, subject.wallet, subject.did, "DISPUTE", input, { narrative: "I was on leave." });
    await write(service, lab.access, `/v1/attestations/${made.attestation}/respond`, { narrative: "The tag is hers." });
    const { text } = await page(path(lab, "/disputes"), arbiter.cookie);
    const row = wordsOf(rowOf(text, `dispute-${made.attestation}`));
    for (const said of ["A broken release", "I was on leave.", "The tag is hers.", "by Sunday, 20 December 2026"])
      expect(row).toContain(said);
    expect(row).toContain("A ruling must stand by Sunday, 20 December 2026 under Open work");
    const ruled = await rule(arbiter, text, made.attestation, "struck");
    expect(ruled.status, ruled.text).toBe(201);
    const after = await page(path(lab, "/disputes"), arbiter.cookie);
    const settled = rowOf(after.text, `dispute-${made.attestation}`);
    expect(after.text.indexOf('id="settled"')).toBeLessThan(after.text.indexOf(`id="dispute-${made.attestation}"`));
    expect(settled).toContain("state-struck");
    expect(settled).not.toContain('data-deed="rule"');
    const shown = wordsOf((await page(`/subjects/${subject.did}`)).text);
    expect(shown).toMatch(
      /Disputed 1 .*A broken release: Incident in .*I was on leave\. .*Ruling .*Struck: it does not count/,
    );
  });

  test("says when its term is over", async () => {
    const late = await startLocal();
    try {
      const academy = await openAttester(late);
      const subject = await person(late);
      const made = await attest(late, academy, subject.did);
      await does(late, subject, subject.did, "DISPUTE", { attestation: made.attestation, restsOn: [groundOf(made)] });
      late.clock.advance(31 * 86_400_000);
      const { cookie } = await signIn(late, academy.wallet);
      const { text } = await get(late, path(academy, "/disputes"), { headers: { accept: "text/html", cookie } });
      expect(wordsOf(text)).toContain("term over");
      expect(wordsOf(text)).toContain("over, so that it has stopped counting there");
      expect(text).toContain('data-deed="rule"');
    } finally {
      await late.close();
    }
  });

  test.each([
    ["among its members", () => fellows(service, lab)],
    ["over a work that it has confirmed", () => authors(service, lab, other)],
  ])("%s is the organisation’s to rule over, hidden or not, and no other’s", async (_, open) => {
    const { subject, fellow, made } = await open();
    await does(service, subject, subject.did, "HIDE", { evidence: made.attestation });
    await dispute(subject, made);
    const [arbiter, viewer, foreign] = [
      await member("arbiter"),
      await member("viewer"),
      await member("arbiter", other),
    ];
    const named = `dispute-${made.attestation}`;
    const seen = async (of: Academy, cookie: string) => (await page(path(of, "/disputes"), cookie)).text;
    expect(await seen(lab, viewer.cookie)).not.toContain(named);
    expect(await seen(other, foreign.cookie)).not.toContain(named);
    expect(await seen(other, other.cookie)).not.toContain(named);
    const text = await seen(lab, arbiter.cookie);
    expect(wordsOf(rowOf(text, named))).toContain("Whom it is about hides it");
    await memberOf(service, lab, fellow, "arbiter");
    const own = await seen(lab, await cookieOf(fellow));
    expect(wordsOf(rowOf(own, named))).toContain("This is your own matter");
    expect(rowOf(own, named)).not.toContain("data-deed");
    expectProblem(await rule(fellow, text, made.attestation, "upheld"), "FORBIDDEN", 403);
    expectProblem(await rule(foreign, text, made.attestation, "upheld"), "FORBIDDEN", 403);
    const ruled = await rule(arbiter, text, made.attestation, "upheld");
    expect(ruled.status, ruled.text).toBe(201);
    expect(rowOf(await seen(lab, arbiter.cookie), named)).toContain("state-upheld");
  });

  test("over a badge is ruled over by who awarded it", async () => {
    const subject = await person(service);
    const { id } = await makeClass(service, lab);
    const { award } = await makeAward(service, lab, { class: id, recipient: { did: subject.did } });
    const log = await get(service, `/v1/documents/${award}/operations`, { token: lab.token });
    const awarded = log.body.items.find(({ action }: { action: string }) => JSON.parse(action).type === "AWARD");
    const restsOn = [{ document: award, operation: awarded.operation }];
    const input = { attestation: awarded.operation, restsOn };
    await say(service, subject.wallet, subject.did, "DISPUTE", input, { narrative: "It was my sister’s." });
    const arbiter = await member("arbiter");
    const { text } = await page(path(lab, "/disputes"), arbiter.cookie);
    const row = rowOf(text, `dispute-${awarded.operation}`);
    expect(wordsOf(row)).toMatch(/Welding, level 1 .*It was my sister’s\./);
    expect((await page(path(other, "/disputes"), other.cookie)).text).not.toContain(awarded.operation);
    const ruled = await rule(arbiter, text, awarded.operation, "struck");
    expect(ruled.status, ruled.text).toBe(201);
    const after = rowOf((await page(path(lab, "/disputes"), arbiter.cookie)).text, `dispute-${awarded.operation}`);
    expect(after).toContain("state-struck");
  });

  test("over a badge that was claimed, and over what endorses it, is for each to rule over who said it", async () => {
    const subject = await person(service);
    await delegate(service, subject.wallet, { may: ["renown/award", "renown/reputation"] });
    const { id } = await makeClass(service, lab);
    const made = await makeAward(service, lab, { class: id, recipient: { email: "ada@example.org" } });
    const claimed = await earn(service, subject.wallet, made.award, "CLAIM", { secret: secretOf(made) });
    expect(claimed.status, claimed.text).toBe(201);
    const endorsed = await write(service, other.access, `/v1/orgs/${other.slug}/endorsements`, { badge: made.url });
    expect(endorsed.status, endorsed.text).toBe(201);
    const mine = await page("/me/reputation", await cookieOf(subject));
    const given = [...mine.text.matchAll(/data-deed="DISPUTE" data-given="([^"]+)"/g)];
    const inputs = given.map(([, text]) => JSON.parse(text!.replaceAll("&quot;", '"')));
    expect(inputs).toHaveLength(2);
    for (const { subject: _, ...input } of inputs) await does(service, subject, subject.did, "DISPUTE", input);
    const arbiters = [await member("arbiter", lab), await member("arbiter", other)];
    for (const [i, of] of [lab, other].entries()) {
      const { text } = await page(path(of, "/disputes"), arbiters[i]!.cookie);
      const named = inputs.filter(({ attestation }) => text.includes(`id="dispute-${attestation}"`));
      expect(named).toHaveLength(1);
      const ruled = await rule(arbiters[i]!, text, named[0].attestation, i === 0 ? "upheld" : "struck");
      expect(ruled.status, ruled.text).toBe(201);
      expect((await page(path(of, "/disputes"), arbiters[i]!.cookie)).text).toContain(
        `state-${i === 0 ? "upheld" : "struck"}`,
      );
    }
  });

  test("over an endorsement waits for who has endorsed though nobody has asked for a score, and though the badge is hidden", async () => {
    const subject = await person(service);
    await delegate(service, subject.wallet, { may: ["renown/award", "renown/reputation"] });
    const { id } = await makeClass(service, lab);
    const { award, url } = await makeAward(service, lab, { class: id, recipient: { did: subject.did } });
    const endorsed = await write(service, other.access, `/v1/orgs/${other.slug}/endorsements`, { badge: url });
    expect(endorsed.status, endorsed.text).toBe(201);
    const log = await get(service, `/v1/documents/${award}/operations`, { token: lab.token });
    const typed = (type: string) =>
      log.body.items.find(({ action }: { action: string }) => JSON.parse(action).type === type).operation as string;
    const restsOn = ["ENDORSE", "AWARD"].map((type) => ({ document: award, operation: typed(type) }));
    const evidence = typed("ENDORSE");
    const input = { attestation: evidence, restsOn };
    await say(service, subject.wallet, subject.did, "DISPUTE", input, { narrative: "They have never met me." });
    const [arbiter, viewer] = [await member("arbiter", other), await member("viewer", other)];
    const named = `dispute-${evidence}`;
    const seen = async ({ cookie }: { cookie: string }, of = other) => (await page(path(of, "/disputes"), cookie)).text;
    expect(wordsOf(rowOf(await seen(arbiter), named))).toContain("They have never met me.");
    expect(await seen(viewer)).toContain(named);
    expect((await earn(service, subject.wallet, award, "HIDE")).status).toBe(201);
    const text = await seen(arbiter);
    expect(wordsOf(rowOf(text, named))).toMatch(/Welding, level 1 .*They have never met me\./);
    expect(wordsOf(rowOf(text, named))).toContain("Whom it is about hides it: those who rule see it.");
    expect(rowOf(text, named)).toContain(`/badges/${id}`);
    expect(rowOf(text, named)).not.toContain(new URL(url).pathname);
    expect(await seen(other)).toContain(named);
    // Who only looks sees no more of it than of the badge; nor does who awarded it, of whom another thing was said.
    expect(await seen(viewer)).not.toContain(evidence);
    expect(await seen(lab, lab)).not.toContain(evidence);
    const ruled = await rule(arbiter, text, evidence, "struck");
    expect(ruled.status, ruled.text).toBe(201);
    expect(rowOf(await seen(arbiter), named)).toContain("state-struck");
  });

  test("is not ruled over by whoever is one with a party to it", async () => {
    const [subject, second] = [await person(service), await member("arbiter")];
    const made = await attest(service, lab, subject.did);
    await dispute(subject, made);
    await does(service, subject, subject.did, "LINK", { other: second.did });
    await does(service, second, second.did, "LINK", { other: subject.did });
    const { text } = await page(path(lab, "/disputes"), second.cookie);
    expect(wordsOf(rowOf(text, `dispute-${made.attestation}`))).toContain("This is your own matter");
    const shown = await page(path(lab, "/disputes"), lab.cookie);
    expectProblem(await rule(second, shown.text, made.attestation, "upheld"), "FORBIDDEN", 403);
  });

  test("has nothing to rule over once it was taken back, or its subject has left", async () => {
    const [one, two] = [await person(service), await person(service)];
    const [first, second] = [await attest(service, lab, one.did), await attest(service, lab, two.did)];
    for (const [who, made] of [
      [one, first],
      [two, second],
    ] as const)
      await dispute(who, made);
    await write(service, lab.access, `/v1/attestations/${first.attestation}/retract`, {});
    await does(service, two, two.did, "CLOSE");
    const { text } = await page(path(lab, "/disputes"), lab.cookie);
    expect(rowOf(text, `dispute-${first.attestation}`)).toContain("state-retracted");
    expect(wordsOf(rowOf(text, `dispute-${second.attestation}`))).toContain("closed");
    for (const { attestation } of [first, second])
      expect(rowOf(text, `dispute-${attestation}`)).not.toContain("data-deed");
  });

  test("is listed with others, the latest first, those that wait and those that are settled apart", async () => {
    const busy = await openAttester(service);
    const attestations: string[] = [];
    for (let i = 0; i < 11; i++) {
      const subject = await person(service);
      const made = await attest(service, busy, subject.did);
      await dispute(subject, made);
      attestations.unshift(made.attestation);
    }
    const named = (text: string) => [...text.matchAll(/id="dispute-([\w-]+)"/g)].map(([, evidence]) => evidence);
    const first = await page(path(busy, "/disputes"), busy.cookie);
    expect(named(first.text)).toEqual(attestations.slice(0, 9));
    expect(sizeOf(first.text)).toBeLessThan(61_440);
    const next = /href="([^"]+)" rel="next"/.exec(first.text)![1]!;
    expect(next).toMatch(/\?open=\d+$/);
    const second = await page(next, busy.cookie);
    expect(named(second.text)).toEqual(attestations.slice(9));
    const [latest] = attestations;
    await delegate(service, busy.wallet, { may: ["renown/reputation"] });
    const ruled = await rule({ wallet: busy.wallet, did: busy.user }, first.text, latest!, "upheld");
    expect(ruled.status, ruled.text).toBe(201);
    expect(named((await page(path(busy, "/disputes"), busy.cookie)).text)).toEqual([
      ...attestations.slice(1, 10),
      latest,
    ]);
  });
});

test("the owner of an organisation rules where no arbiter is", async () => {
  const subject = await person(service);
  const made = await attest(service, lab, subject.did);
  await dispute(subject, made);
  const { text } = await page(path(lab, "/disputes"), lab.cookie);
  expect((await rule(owner, text, made.attestation, "upheld")).status).toBe(201);
});
