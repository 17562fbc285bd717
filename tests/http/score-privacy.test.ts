import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hour, iso, minute } from "../../src/kernel/time.ts";
import { type Academy, definition, learner, makeAward, makeClass } from "./academy.ts";
import { type Attested, attest, entryOf, field, openAttester, person, signed, subjectPath } from "./attester.ts";
import { delegate, expectProblem, get, post, type Request, signIn, type Wallet } from "./client.ts";
import { publishPolicy } from "./resources/policies.ts";
import { exported, hideAward, link, replayed } from "./score-exporter.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let labs: [Academy, Academy, Academy];
beforeEach(async () => {
  service = await startLocal();
  labs = [await openAttester(service), await openAttester(service), await openAttester(service)];
});
afterEach(() => service.close());

const path = (did: string, more = "", policy = "open-work") => `${subjectPath(did)}/scores/${policy}${more}`;
const scoreOf = (did: string, more = "", request: Request = {}) => get(service, path(did, more), request);

type Person = { wallet: Wallet; did: string };

/** Somebody of whom three organisations say something. */
async function worker(): Promise<Person & { made: Attested[]; token: string }> {
  const subject = await person(service);
  const made = [];
  for (const lab of labs) made.push(await attest(service, lab, subject.did));
  return { ...subject, made, token: (await signIn(service, subject.wallet)).token };
}

async function hide({ wallet, did }: Person, { attestation }: Attested, type = "HIDE") {
  const answer = await signed(service, wallet, did, type, { evidence: attestation });
  expect(answer.status, answer.text).toBe(201);
}

async function unlink(subject: Person & { made: Attested[] }, other: Person) {
  const [first] = subject.made;
  const { body } = await get(service, `/v1/documents/${first!.document}/operations?limit=50`);
  const entries = body.items as { action?: string; operation: string; seq: number }[];
  const bond = entries.find((each) => each.action?.includes('"LINK"'));
  const linked = { ...first!, attestation: bond!.operation, seq: bond!.seq };
  const parted = { other: other.did, ends: [await entryOf(service, linked)] };
  const answer = await signed(service, subject.wallet, subject.did, "UNLINK", parted);
  expect(answer.status, answer.text).toBe(201);
}

async function show({ wallet, did }: Person, policy: string, audience: string) {
  const answer = await signed(service, wallet, did, "SHOW", { policy, audience });
  expect(answer.status, answer.text).toBe(201);
}

const openWork = async () => (await get(service, "/v1/policies/open-work")).body;

/** An earner with a badge of the second organisation. */
async function earner() {
  const subject = await learner(service);
  await delegate(service, subject.wallet, { may: ["renown/reputation"] });
  const { id } = await makeClass(service, labs[1], { ...definition, tags: [field] });
  const { award } = await makeAward(service, labs[1], { class: id, recipient: { did: subject.did } });
  return { ...subject, award, class: id };
}

describe("what a subject hides", () => {
  test("is a badge of before, too, whoever asks of the past", async () => {
    const { did, wallet, award } = await earner();
    const at = iso(service.now());
    service.clock.advance(minute);
    const before = iso(service.now() - hour);
    await hideAward(service, wallet, award);
    for (const more of [`?explain=full&at=${at}`, `/evidence?at=${at}`, `/diff?before=${before}&at=${at}`])
      expect((await scoreOf(did, more)).text).not.toContain(award);
    const { token } = await signIn(service, wallet);
    expect((await scoreOf(did, `?explain=full&at=${at}`, { token })).text).toContain(award);
  });

  test("is not found out by supposing, neither in a what-if nor in a dry run", async () => {
    const subject = await worker();
    const { policy } = await openWork();
    const add = [{ rater: "r", raterIs: "organization", issuer: "r", kind: "review", field, value: "1" }];
    const wishes = [{ remove: [subject.made[0]!.attestation] }, { policy }, { add }];
    const dryRun = async (token?: string) =>
      (await post(service, "/v1/policies", { policy, subjects: [subject.did] }, { token })).body.dryRun;
    for (const wish of wishes) expect((await post(service, path(subject.did, "/what-if"), wish)).status).toBe(200);
    await hide(subject, subject.made[0]!);
    for (const wish of wishes) {
      expectProblem(await post(service, path(subject.did, "/what-if"), wish), "FORBIDDEN", 403);
      const own = await post(service, path(subject.did, "/what-if"), wish, { token: subject.token });
      expect(own.status).toBe(200);
    }
    expect(await dryRun()).toMatchObject([{ subject: subject.did, error: { code: "FORBIDDEN" } }]);
    expect(await dryRun(subject.token)).toEqual([{ subject: subject.did, score: "30.0", passes: true }]);
    await hide(subject, subject.made[0]!, "UNHIDE");
    expect(await dryRun()).toEqual([{ subject: subject.did, score: "30.0", passes: true }]);
  });

  test("is not named as what another fact is a duplicate of", async () => {
    const subject = await worker();
    const again = await attest(service, labs[0], subject.did, { value: "0.3" });
    await hide(subject, again);
    const { body, text } = await scoreOf(subject.did, "?explain=full");
    expect(body.lists.excluded.items).toMatchObject([
      { operation: subject.made[0]!.attestation, reason: "duplicate", detail: {} },
    ]);
    expect(text).not.toContain(again.attestation);
    const { body: own } = await scoreOf(subject.did, "/excluded", { token: subject.token });
    expect(own.items).toMatchObject([{ reason: "duplicate", detail: { of: again.attestation } }]);
  });

  test("is not named as what the score will change by, now and in the past", async () => {
    const subject = await worker();
    const ending = await attest(service, labs[0], subject.did, {
      kind: "endorsement",
      validUntil: iso(service.now() + hour),
    });
    const at = iso(service.now());
    const named = [ending.attestation];
    const { body: before, headers } = await scoreOf(subject.did);
    expect(before.nextChange).toMatchObject({ why: "valid-until", operations: named });
    service.clock.advance(minute);
    await hide(subject, ending);
    for (const more of ["", `?at=${at}`, "?explain=full", `?explain=full&at=${at}`]) {
      const others = await scoreOf(subject.did, more, { headers: { "if-none-match": headers.get("etag")! } });
      expect(others.body.nextChange).toEqual({ ...before.nextChange, operations: [] });
      const own = await scoreOf(subject.did, more, { token: subject.token });
      expect(own.body.nextChange.operations).toEqual(named);
    }
    const whole = await exported(service, subject.did);
    expect(JSON.stringify(whole)).not.toContain(ending.attestation);
    expect((await replayed(service, whole)).verdict).toBe("undetermined");
    expect((await replayed(service, await exported(service, subject.did, "", subject.token))).verdict).toBe("equal");
  });

  test("makes another answer for its subject, whatever others have in their caches", async () => {
    const subject = await worker();
    await hide(subject, subject.made[0]!);
    const { headers } = await scoreOf(subject.did, "?explain=full");
    const cached = { "if-none-match": headers.get("etag")! };
    expect((await scoreOf(subject.did, "?explain=full", { headers: cached })).status).toBe(304);
    const own = await scoreOf(subject.did, "?explain=full", { token: subject.token, headers: cached });
    expect(own.status).toBe(200);
    expect(own.body.lists.evidence.items).toHaveLength(3);
  });

  test("leaves no organisation in the logs that others get, and no document of a badge", async () => {
    const subject = await earner();
    await attest(service, labs[0], subject.did);
    await hide(subject, await attest(service, labs[2], subject.did, { kind: "incident" }));
    await hideAward(service, subject.wallet, subject.award);
    const documents = (await exported(service, subject.did)).logs.map(({ document }) => document);
    expect(documents).toContain(labs[0].document);
    for (const unseen of [labs[1].document, labs[2].document, subject.award, subject.class])
      expect(documents).not.toContain(unseen);
    const { token } = await signIn(service, subject.wallet);
    const own = (await exported(service, subject.did, "", token)).logs.map(({ document }) => document);
    expect(own).toEqual(expect.arrayContaining([labs[1].document, labs[2].document, subject.award]));
  });
});

test("a badge that is held back enters with the tick, and the same bytes are answered, kept and exported until then", async () => {
  const subject = await learner(service);
  await attest(service, labs[0], subject.did);
  const { id } = await makeClass(service, labs[0], { ...definition, tags: [field] });
  await makeAward(service, labs[0], { class: id, recipient: { did: subject.did }, holdMinutes: 30 });
  const { body: first } = await scoreOf(subject.did);
  service.clock.advance(31 * minute);
  expect((await scoreOf(subject.did)).body).toEqual(first);
  const whole = await exported(service, subject.did);
  expect(whole.score).toEqual(first);
  expect(await replayed(service, whole)).toMatchObject({ verdict: "equal" });
  service.clock.advance(24 * hour);
  expect((await scoreOf(subject.did)).body).toMatchObject({ evidence: { counted: 2 } });
});

test("a wallet that was one with another is told no more of what nobody has asked for", async () => {
  const [subject, friend, stranger] = [await worker(), await person(service), await person(service)];
  await link(service, subject, friend);
  const unasked = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
  const said = await signed(service, stranger.wallet, subject.did, "ATTEST", unasked);
  expect(said.status, said.text).toBe(201);
  service.clock.advance(minute);
  const at = iso(service.now());
  const { token } = await signIn(service, friend.wallet);
  const told = async () => {
    const { body } = await scoreOf(friend.did, `/excluded?at=${at}`, { token });
    return (body.items as { reason: string }[]).filter(({ reason }) => reason === "unsolicited").length;
  };
  service.clock.advance(minute);
  expect(await told()).toBe(1);
  await unlink(subject, friend);
  expect(await told()).toBe(0);
});

describe("a score that is shown to nobody", () => {
  test("is not shown under the name of a linked wallet, nor of a moment when it was linked", async () => {
    const [subject, friend] = [await worker(), await person(service)];
    const { id } = await openWork();
    await link(service, subject, friend);
    const at = iso(service.now());
    await show(subject, id, "nobody");
    for (const more of ["", "?explain=full", "/export", "/history?since=2026-01-01T00:00:00Z"])
      expectProblem(await scoreOf(friend.did, more), "FORBIDDEN", 403);
    expect((await scoreOf(friend.did, "", { token: subject.token })).status).toBe(200);
    service.clock.advance(minute);
    await unlink(subject, friend);
    expect((await scoreOf(friend.did)).status).toBe(200);
    expectProblem(await scoreOf(friend.did, `?at=${at}`), "FORBIDDEN", 403);
  });

  test("is shown under no policy that nobody has published", async () => {
    const [subject, other] = [await worker(), await person(service)];
    const { id, policy } = await openWork();
    await show(subject, id, "nobody");
    const { id: published } = await publishPolicy(service, { ...policy, name: "Another" });
    expect((await get(service, path(subject.did, "", published))).status).toBe(200);
    expectProblem(await post(service, path(subject.did, "/what-if", published), { policy }), "FORBIDDEN", 403);
    const { body } = await post(service, "/v1/policies", { policy, subjects: [other.did, subject.did] });
    expect(body.dryRun).toMatchObject([
      { subject: other.did, score: "0.0" },
      { subject: subject.did, error: { code: "FORBIDDEN" } },
    ]);
    expect(JSON.stringify(body.dryRun[1])).not.toContain("30.0");
  });

  test("is said by the policy's document: a name that could pass to another is refused", async () => {
    const { wallet, did } = await person(service);
    const answer = await signed(service, wallet, did, "SHOW", { policy: "open-work", audience: "nobody" });
    expectProblem(answer, "INVALID_INPUT");
  });
});
