import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxImages } from "../../src/badges/kept-image.ts";
import { maxMailsToOne, maxUnverifiedMails } from "../../src/badges/mail-allowance.ts";
import { day, minute } from "../../src/kernel/time.ts";
import { signOperation } from "../../src/operations/sign.ts";
import { appKey } from "../harness.ts";
import {
  type Academy,
  awardKind,
  earn,
  learner,
  makeAward,
  makeClass,
  openAcademy,
  readAward,
  sendBatch,
  tryAward,
  write,
} from "./academy.ts";
import { ask, delegate, expectProblem, get, signIn } from "./client.ts";
import { signPrepared } from "./member-awards.ts";
import { addClient, clientToken } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let klass: { id: string };
beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
});
afterAll(() => service.close());

const hidden = async () => {
  const earner = await learner(service);
  const made = await makeAward(service, academy, { class: klass.id, recipient: { did: earner.did } });
  expect((await earn(service, earner.wallet, made.award, "HIDE")).status).toBe(201);
  return { ...made, ...earner };
};

describe("a hidden award", () => {
  test("is read by its organisation's clients of its own mode alone", async () => {
    const { award, url } = await hidden();
    const terms = { scopes: ["awards:read"] };
    const live = await clientToken(service, await addClient(service, academy, terms));
    const trying = await clientToken(service, await addClient(service, academy, { ...terms, mode: "test" }));
    const face = new URL(url).pathname;
    for (const path of [`/v1/documents/${award}`, `/v1/awards/${award}/credential`, face]) {
      const headers = { accept: "application/vc, application/json" };
      expect((await get(service, path, { token: live, headers })).status, path).toBe(200);
      expect((await get(service, path, { token: trying, headers })).status, path).toBe(404);
    }
  });

  test("is kept by no cache, page and files, for whomever it is shown to", async () => {
    const { url, wallet } = await hidden();
    const { token } = await signIn(service, wallet);
    const face = new URL(url).pathname;
    for (const file of ["", "/picture", "/card.png", "/badge.svg", "/badge.json", "/badge.jwt"]) {
      const { status, headers } = await get(service, `${face}${file}`, { token, headers: { accept: "*/*" } });
      expect([file, status, headers.get("cache-control")]).toEqual([file, 200, "private, no-store"]);
    }
  });
});

describe("what came of a write", () => {
  test("is told to nobody under its key whose token lacks the scope by now", async () => {
    const client = await addClient(service, academy, { scopes: ["awards:write", "awards:read"] });
    const whole = await clientToken(service, client);
    const narrow = await clientToken(service, client, "awards:read");
    const path = `/v1/orgs/${academy.slug}/awards`;
    const body = { class: klass.id, recipient: { email: "ada@example.org" } };
    expect((await write(service, whole, path, body, "narrow")).body.claimLink).toContain("#claim=");
    expectProblem(await write(service, narrow, path, body, "narrow"), "FORBIDDEN", 403);
    expect((await write(service, whole, path, body, "narrow")).headers.get("idempotency-replayed")).toBe("true");
  });

  test("is answered where an attempt before died between its work and its answer", async () => {
    const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did: academy.user } });
    const revoke = (again: boolean) =>
      service.services.badges.change(
        { ...clientParty(), scopes: ["awards:write"] },
        award,
        { type: "REVOKE", reason: "Mistake." },
        again,
      );
    expect(await revoke(true)).toMatchObject({ id: award, status: "revoked" });
    expect(await revoke(true)).toMatchObject({ id: award, status: "revoked" });
    await expect(revoke(false)).rejects.toMatchObject({ code: "ALREADY_REVOKED" });
  });
});

const clientParty = () => {
  const { document: organization, client, clientOperation: operation } = academy;
  return { by: "client", client, organization, operation, mode: "live" } as const;
};

describe("one ticket of a member", () => {
  test("makes one award, with its page, however often and by whatever signatures it is sent", async () => {
    await delegate(service, academy.wallet, { may: [awardKind] });
    const { memberBadges } = service.services;
    const party = { by: "session", user: academy.user, session: "s", method: "recovery" } as const;
    const request = { class: klass.id, recipient: { email: "twice@example.org" }, name: "Twice" };
    const draft = await memberBadges.prepareAward(party, academy.slug, appKey.did, request);
    const first = await signPrepared(draft);
    const { document } = draft.prepared as { document: string };
    const intent = { document, kind: awardKind, user: academy.user, type: "AWARD", input: first.operation.input };
    const { action } = await signOperation(intent, appKey, service.now());
    const second = { ...first, operation: action as never };
    const sent = [first, second, first].map((each) => memberBadges.award(party, academy.slug, each));
    const settled = await Promise.allSettled(sent);
    const [made] = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(made).toBeDefined();
    const { body } = await readAward(service, academy, document);
    expect(body).toMatchObject({ url: made!.url, personal: { name: "Twice" } });
    expect((await get(service, new URL(made!.url).pathname)).status).toBe(200);
  });
});

describe("the work of an address", () => {
  test("is counted for each write, picture and revocation, each award named twice once", async () => {
    const small = await startLocal({ limits: { operations: { burst: 40, window: minute } } });
    const theirs = await openAcademy(small);
    const { id } = await makeClass(small, theirs);
    const made = await makeAward(small, theirs, { class: id, recipient: { did: theirs.user } });
    const path = `/v1/orgs/${theirs.slug}/revocations:batch`;
    const revoke = (awards: string[]) =>
      ask(small, "POST", path, { body: { awards, reason: "Mistake." }, token: theirs.access });
    small.clock.advance(minute);
    const many = await revoke(Array(1_000).fill(made.award));
    expect(many.text.trim().split("\n")).toHaveLength(1);
    const unknown = Array.from({ length: 300 }, (_, i) => `r1${i}`);
    const lines = (await revoke(unknown)).text.trim().split("\n");
    expect(JSON.parse(lines.at(-1)!).problem.code).toBe("TOO_MANY_REQUESTS");
    small.clock.advance(minute);
    const spent: number[] = [];
    for (let i = 0; i < 45; i++)
      spent.push((await write(small, theirs.access, `/v1/awards/${made.award}/resend`, {})).status);
    expect([spent[0], spent.at(-1)]).toEqual([404, 429]);
    small.clock.advance(minute);
    for (const status of [201, 201, 429]) expect((await sendSvg(small, theirs, `s${status}`)).status).toBe(status);
    await small.close();
  });
});

function sendSvg(at: LocalService, { slug, access }: Academy, title: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>${title}</title><circle r="4"/></svg>`;
  const headers = { "content-type": "image/svg+xml", "idempotency-key": crypto.randomUUID() };
  return ask(at, "POST", `/v1/orgs/${slug}/images`, { body: svg, token: access, headers });
}

describe("an organisation", () => {
  test("sends so many new pictures a day", async () => {
    for (let i = 0; i < maxImages; i++) expect((await sendSvg(service, academy, `p${i}`)).status).toBe(201);
    const over = await sendSvg(service, academy, "one more");
    expectProblem(over, "QUOTA_EXCEEDED", 422);
    expect((await sendSvg(service, academy, "p0")).status).toBe(201);
  });
});

describe("mail", () => {
  let mailing: LocalService;
  let sender: Academy;
  let given: { id: string };
  let sent = 0;
  beforeAll(async () => {
    mailing = await startLocal({ parts: () => ({ deliver: async () => void sent++ }) });
    sender = await openAcademy(mailing);
    given = await makeClass(mailing, sender);
  });
  afterAll(() => mailing.close());
  const request = (email: string) => ({ class: given.id, recipient: { email } });

  test("goes to one address so often a day, and says what to do then", async () => {
    for (let i = 0; i < maxMailsToOne.unverified; i++)
      expect((await tryAward(mailing, sender, request("Victim@example.org"))).status).toBe(201);
    const over = await tryAward(mailing, sender, request("victim@EXAMPLE.org"));
    expectProblem(over, "QUOTA_EXCEEDED", 422);
    expect(over.body.detail).toContain("tomorrow");
    const other = await openAcademy(mailing);
    const { id } = await makeClass(mailing, other);
    const theirs = await tryAward(mailing, other, { class: id, recipient: { email: "victim@example.org" } });
    expectProblem(theirs, "QUOTA_EXCEEDED", 422);
    expect((await tryAward(mailing, sender, { ...request(""), recipient: { did: sender.user } })).status).toBe(201);
    mailing.clock.advance(day);
    const later = await openAcademy(mailing);
    const one = { class: (await makeClass(mailing, later)).id, recipient: { email: "victim@example.org" } };
    expect((await tryAward(mailing, later, one)).status).toBe(201);
  });

  test("of an organisation without a verified domain is so much a day, in a batch too, and what is sent again counts", async () => {
    sender = await openAcademy(mailing);
    given = await makeClass(mailing, sender);
    const rows = Array.from({ length: maxUnverifiedMails + 10 }, (_, i) => {
      return { key: `row-${i}`, ...request(`learner${i}@example.org`) };
    });
    const { lines } = await sendBatch(mailing, sender, rows);
    const refused = lines.filter(({ problem }) => problem);
    expect(refused.map(({ problem }) => (problem as { code: string }).code)).toEqual(Array(10).fill("QUOTA_EXCEEDED"));
    expect(JSON.stringify(refused[0])).toContain("verify one");
    const again = await sendBatch(mailing, sender, rows.slice(0, maxUnverifiedMails));
    expect(again.lines).toEqual(lines.slice(0, maxUnverifiedMails));
    const { award } = lines[0] as { award: string };
    expectProblem(await write(mailing, sender.access, `/v1/awards/${award}/resend`, {}), "QUOTA_EXCEEDED", 422);
    const elsewhere = { email: "elsewhere@example.org" };
    const moved = await write(mailing, sender.access, `/v1/awards/${award}/correct`, elsewhere);
    expectProblem(moved, "QUOTA_EXCEEDED", 422);
    sent = 0;
    await mailing.services.outbox.drain();
    expect(sent).toBeGreaterThanOrEqual(maxUnverifiedMails);
  });

  test("is not counted where none is sent from here", async () => {
    const rows = Array.from({ length: maxUnverifiedMails + 10 }, (_, i) => {
      return { key: `free-${i}`, class: klass.id, recipient: { email: "one@example.org" } };
    });
    const { lines } = await sendBatch(service, academy, rows);
    expect(lines.filter(({ problem }) => problem)).toEqual([]);
  });
});
