import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { replayScore } from "../../src/index.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, iso, minute } from "../../src/kernel/time.ts";
import { shippedPolicies } from "../../src/reputation/shipped-policies.ts";
import { bundleOf, readLog } from "../../tools/replay-log.ts";
import { type Academy, definition, learner, makeAward, makeClass, write } from "./academy.ts";
import { type Attested, attest, field, groundOf, openAttester, person, signed, subjectPath } from "./attester.ts";
import { delegate, get, post, signIn } from "./client.ts";
import { act } from "./org-access.ts";
import { publishPolicy } from "./resources/policies.ts";
import {
  disputeAndRule,
  expectReplays,
  exported,
  hideAward,
  link,
  logOf,
  replayed,
  serviceKeys,
} from "./score-exporter.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let labs: [Academy, Academy, Academy];
beforeEach(async () => {
  service = await startLocal();
  labs = [await openAttester(service), await openAttester(service), await openAttester(service)];
});
afterEach(() => service.close());

/** Somebody of whom three organisations say something. */
async function worker() {
  const subject = await person(service);
  const made: Attested[] = [];
  for (const lab of labs) made.push(await attest(service, lab, subject.did));
  return { ...subject, made };
}

/** The score as anybody is told it, apart from any export. */
async function told(did: string, policy = "open-work", query = "") {
  return (await get(service, `${subjectPath(did)}/scores/${policy}${query}`)).body;
}

describe("an export", () => {
  test("of what three organisations say is enough for the same bytes, and says whose keys are taken", async () => {
    const { did } = await worker();
    const { whole, report } = await expectReplays(service, did);
    expect(report.score).toMatchObject({ score: "30.0", raters: 3 });
    expect(report).toMatchObject({ concealed: 0, logs: whole.logs.length, service: { trusted: true } });
    const alone = await replayScore(whole);
    expect(alone).toMatchObject({ verdict: "equal", service: { trusted: false } });
    expect(alone.checks).toContainEqual(expect.objectContaining({ name: "service", code: "UNTRUSTED_KEYS" }));
  });

  test("of nobody about whom anything is said holds the policy alone", async () => {
    const { did } = await person(service);
    const { whole } = await expectReplays(service, did);
    expect(whole.logs.map(({ kind }) => kind)).toContain("renown/policy");
    expect(whole.score.score).toBe("0.0");
  });

  test("of the past answers as the past did, whatever came later", async () => {
    const { did, made } = await worker();
    const at = iso(service.now());
    const { whole: then } = await expectReplays(service, did, `?at=${at}`);
    service.clock.advance(10 * minute);
    await write(service, labs[0].access, `/v1/attestations/${made[0]!.attestation}/retract`, {});
    const { whole } = await expectReplays(service, did, `?at=${at}`);
    expect(whole.score).toEqual(then.score);
    const { whole: now } = await expectReplays(service, did);
    expect(now.score.excluded).toMatchObject({ byReason: { retracted: 1 } });
  });

  test("holds disputes with their rulings, and the organisation that was closed", async () => {
    const { did, wallet, made } = await worker();
    await disputeAndRule(service, { lab: labs[0], subject: wallet, made: made[0]!, outcome: "struck" });
    await disputeAndRule(service, { lab: labs[1], subject: wallet, made: made[1]!, outcome: "upheld" });
    await attest(service, labs[2], did, { kind: "incident", value: "0.5" });
    service.clock.advance(minute);
    await act(service, labs[2], "CLOSE", { reason: "It is wound up." });
    const { report } = await expectReplays(service, did);
    expect(report.score!.excluded.byReason).toEqual({ disputed: 1, "issuer-revoked": 2 });
    service.clock.advance(40 * day);
    await expectReplays(service, did);
  });

  test("holds badges with their classes, and what became of them", async () => {
    const earner = await learner(service);
    await delegate(service, earner.wallet, { may: ["renown/reputation"] });
    for (const lab of labs) {
      const klass = await makeClass(service, lab, { ...definition, tags: [field] });
      const { award } = await makeAward(service, lab, { class: klass.id, recipient: { did: earner.did } });
      if (lab === labs[2]) await write(service, lab.access, `/v1/awards/${award}/revoke`, { reason: "By mistake." });
    }
    const { report } = await expectReplays(service, earner.did);
    expect(report.score).toMatchObject({ score: "16.0", excluded: { byReason: { retracted: 1 } } });
  });

  test("holds both sides of wallets that are one, and of those that were", async () => {
    const [one, other] = [await person(service), await person(service)];
    await attest(service, labs[0], one.did);
    await attest(service, labs[1], other.did);
    await link(service, one, other);
    const { whole } = await expectReplays(service, one.did);
    expect(whole.score).toMatchObject({ group: [one.did, other.did], raters: 2 });
    expect((await expectReplays(service, other.did)).whole.score.score).toBe(whole.score.score);
  });

  test("has no number once the subject has left", async () => {
    const { did, wallet } = await worker();
    await signed(service, wallet, did, "CLOSE");
    const { whole } = await expectReplays(service, did);
    expect(whole.score).toMatchObject({ score: null, closed: true });
  });

  test("of a score by trust is the whole log, every place of it", async () => {
    const [trusted, newcomer, stranger] = [await person(service), await person(service), await person(service)];
    const [policy] = shippedPolicies([labs[0].document]).slice(1);
    const { id } = await publishPolicy(service, policy!.policy);
    const roles = new Map<string, { document: string; operation: string }>();
    for (const { did } of [trusted, newcomer]) {
      const { body } = await act(service, labs[0], "SET_MEMBER", { user: did, role: "viewer" });
      roles.set(did, { document: labs[0].document, operation: body.receipts[0].operation });
    }
    const fields = await act(service, labs[0], "SET_FIELDS", { fields: [{ id: field, name: "TypeScript" }] });
    const listed = { document: labs[0].document, operation: fields.body.receipts[0].operation };
    await attest(service, labs[0], trusted.did, { kind: "endorsement" });
    const joined = await signed(service, newcomer.wallet, newcomer.did, "JOIN", { organization: labs[0].document });
    const { document, operation } = joined.body;
    const restsOn = [roles.get(trusted.did)!, roles.get(newcomer.did)!, { document, operation }, listed];
    const said = { organization: "", field, kind: "vouch", value: "1" };
    const member = { ...said, standing: "membership", context: labs[0].document, restsOn };
    const vouched = await signed(service, trusted.wallet, newcomer.did, "ATTEST", member as unknown as JsonObject);
    expect(vouched.status, vouched.text).toBe(201);
    const loose = { ...said, standing: "unsolicited", restsOn: [] };
    expect((await signed(service, stranger.wallet, newcomer.did, "ATTEST", loose)).status).toBe(201);
    service.clock.advance(2 * day);
    const { whole, report } = await replayedByTrust(newcomer.did, id);
    expect(report.score).toMatchObject({ trust: { nodes: 3, edges: 2 }, raters: 1 });
    expect(Number(report.score!.score)).toBeGreaterThan(0);
    // Every place is there, and of the one that is concealed nobody can say what stands there.
    const log = { name: "log", outcome: "unknown", required: false };
    expect(report.checks).toContainEqual(expect.objectContaining(log));
    const view = await replayedByTrust(newcomer.did, id, `?from=${trusted.did}`);
    expect(view.whole.question.from).toBe(trusted.did);
    expect(view.whole.score.score).not.toBe(whole.score.score);
  });

  /** What nobody asked for is concealed from whoever it does not concern, and keeps nobody from the score. */
  async function replayedByTrust(did: string, policy: string, query = "") {
    const whole = await exported(service, did, query, undefined, policy);
    const report = await replayed(service, whole, { expected: await told(did, policy, query) });
    expect({ verdict: report.verdict, differs: report.differs, concealed: report.concealed }).toEqual({
      verdict: "equal",
      differs: [],
      concealed: 1,
    });
    expect(report.score).toEqual(whole.score);
    return { whole, report };
  }
});

describe("an export that was changed", () => {
  test("is refused where a value is another, or an entry is missing between others", async () => {
    const { did, made } = await worker();
    const whole = await exported(service, did);
    const { document } = made[0]!;
    const tampered = structuredClone(whole);
    const [first] = logOf(tampered, document).entries;
    first!.action = (first!.action as string).replace('"value":"1"', '"value":"9"');
    expect((await replayed(service, tampered)).findings).toContainEqual(
      expect.objectContaining({ law: "digests", code: "CONTENT_MISMATCH" }),
    );
    const shorter = structuredClone(whole);
    logOf(shorter, document).entries.splice(1, 1);
    const report = await replayed(service, shorter);
    expect(report).toMatchObject({ verdict: "refused", score: null });
    expect(report.findings).toContainEqual(expect.objectContaining({ law: "chain", code: "OUT_OF_ORDER" }));
  });

  test("is unequal where its last entry is left out, and where the number is another", async () => {
    const { did, made } = await worker();
    const whole = await exported(service, did);
    const shorter = structuredClone(whole);
    logOf(shorter, made[0]!.document).entries.pop();
    expect(await replayed(service, shorter)).toMatchObject({ verdict: "unequal", score: { score: "20.0" } });
    const better = structuredClone(whole);
    better.score.score = "99.0";
    expect(await replayed(service, better)).toMatchObject({ verdict: "unequal", differs: ["score"] });
    const given = await replayed(service, whole, { expected: better.score });
    expect(given).toMatchObject({ verdict: "unequal", differs: ["score"] });
  });

  test("is refused with another policy, and with a policy whose text is another", async () => {
    const { did } = await worker();
    const whole = await exported(service, did);
    const { id } = whole.question.policy as { id: string };
    const other = structuredClone(whole);
    const published = logOf(other, id).entries.at(-1)!;
    published.action = (published.action as string).replace('"points":"10"', '"points":"20"');
    expect((await replayed(service, other)).verdict).toBe("refused");
    const without = structuredClone(whole);
    without.logs = without.logs.filter(({ document }) => document !== id);
    const report = await replayed(service, without);
    expect(report).toMatchObject({ verdict: "undetermined", score: null });
    expect(report.checks.at(-1)).toMatchObject({ name: "question", code: "NOT_FOUND" });
  });

  test("is refused where it says that it goes less far, or by keys that are not the service's", async () => {
    const { did } = await worker();
    service.clock.advance(10 * minute);
    const whole = await exported(service, did);
    const earlier = structuredClone(whole);
    earlier.question.position -= 1;
    expect((await replayed(service, earlier)).verdict).not.toBe("equal");
    const [key] = await serviceKeys(service);
    const foreign = await replayed(service, whole, { operationKeys: [`${key!.slice(0, -4)}aaaa`] });
    expect(foreign.verdict).toBe("refused");
  });

  test("answers no other question than its own", async () => {
    const { did } = await worker();
    const whole = await exported(service, did);
    const stranger = await person(service);
    const others = [
      { subject: stranger.did },
      { at: iso(service.now() + 2 * day) },
      { version: 2 },
      { from: stranger.did },
      { at: "yesterday" },
    ];
    for (const asked of others) {
      const answer = replayed(service, whole, { asked }).then(({ verdict }) => verdict);
      await expect(answer.catch(({ code }) => code)).resolves.toMatch(/INVALID_INPUT|UNREADABLE_DATE|undetermined/);
    }
    const own = { subject: did, policy: "open-work", version: 1, at: whole.question.at };
    expect((await replayed(service, whole, { asked: own })).verdict).toBe("equal");
    await expect(replayScore({})).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("what is concealed", () => {
  test("keeps others from the score, which its subject can compute", async () => {
    const { did, wallet, made } = await worker();
    await signed(service, wallet, did, "HIDE", { evidence: made[1]!.attestation });
    const others = await replayed(service, await exported(service, did));
    // What is stated, and what says that it is hidden.
    expect(others).toMatchObject({ verdict: "undetermined", concealed: 2, findings: [] });
    expect(others.checks.at(-1)).toMatchObject({ name: "score", outcome: "unknown", code: "CONCEALED" });
    const { body: audit } = await get(service, `/v1/documents/${made[1]!.document}/audit`);
    expect(audit).toMatchObject({ verdict: "undetermined", findings: [] });
    const { token } = await signIn(service, wallet);
    const { report } = await expectReplays(service, did, "", "open-work", token);
    expect(report).toMatchObject({ concealed: 0, score: { evidence: { hidden: { count: 1, sum: "10" } } } });
  });

  test("keeps nobody from it where it is what nobody asked for, though others rest on it", async () => {
    const { did, wallet } = await worker();
    const author = await person(service);
    const said = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
    const { body } = await signed(service, author.wallet, did, "ATTEST", said);
    const restsOn = [groundOf({ ...body, attestation: body.operation } as Attested)];
    const disputed = await signed(service, wallet, did, "DISPUTE", { attestation: body.operation, restsOn });
    expect(disputed.status, disputed.text).toBe(201);
    await attest(service, labs[0], did, { kind: "endorsement" });
    const whole = await exported(service, did);
    const report = await replayed(service, whole, { expected: await told(did) });
    expect(report).toMatchObject({ verdict: "equal", concealed: 2 });
    expect(report.checks.at(-1)!.detail).toContain("nothing of the 2 concealed entries is in it");
    // Whoever made the file could have concealed what speaks against its own score.
    expect(await replayed(service, whole)).toMatchObject({ verdict: "undetermined", differs: [] });
  });

  test("lets nothing be invented that rests on what is not shown", async () => {
    const { did } = await worker();
    const whole = structuredClone(await exported(service, did));
    const [forged] = whole.logs
      .flatMap((log) => log.entries as { action?: string }[])
      .filter(({ action }) => action?.includes('"ATTEST"'));
    // The entry stays, and the log that gave its author the right is replaced by a concealed entry.
    expect(forged).toBeDefined();
    const kept = whole.logs.filter(
      (log) => !log.entries.includes(forged as never) && log.kind !== "renown/organization",
    );
    const log = whole.logs.find(({ entries }) => entries.includes(forged as never))!;
    const stub = { seq: 1, kind: "renown/organization", digest: "A".repeat(43), concealed: true };
    const file = { ...whole, logs: [log, ...kept, { document: "", kind: "", entries: [stub] }] };
    for (const more of [{}, { expected: whole.score }]) {
      const { verdict } = await replayed(service, file, more);
      expect(["refused", "undetermined"]).toContain(verdict);
    }
  });

  test("is no way to make a log whole that is not", async () => {
    const { did, made } = await worker();
    const whole = await exported(service, did);
    const { document } = made[0]!;
    const conceal = (digest: (own: unknown) => unknown) => {
      const feigned = structuredClone(whole);
      const { entries } = logOf(feigned, document);
      const { seq, kind, digest: own } = entries[1]!;
      entries[1] = { seq: seq!, kind: kind!, digest: digest(own) as string, concealed: true };
      return replayed(service, feigned);
    };
    expect(await conceal((own) => own)).toMatchObject({ verdict: "undetermined", findings: [] });
    expect(await conceal(() => "A".repeat(43))).toMatchObject({ verdict: "refused" });
  });

  test("is a badge, too, of which others see no more than that it is there", async () => {
    const earner = await learner(service);
    const klass = await makeClass(service, labs[0], { ...definition, tags: [field] });
    const { award } = await makeAward(service, labs[0], { class: klass.id, recipient: { did: earner.did } });
    const then = iso(service.now());
    service.clock.advance(minute);
    await hideAward(service, earner.wallet, award);
    const whole = await exported(service, earner.did);
    const others = await replayed(service, whole);
    expect(others).toMatchObject({ verdict: "undetermined", concealed: 3 });
    const before = await exported(service, earner.did, `?at=${then}`);
    for (const { logs } of [whole, before])
      for (const told of [award, klass.id, labs[0].document]) expect(JSON.stringify(logs)).not.toContain(told);
    const { token } = await signIn(service, earner.wallet);
    await expectReplays(service, earner.did, "", "open-work", token);
  });
});

describe("wallets that are one", () => {
  test("have all that either hides in the export of each, until they part", async () => {
    const [one, other] = [await person(service), await person(service)];
    const hidden = await attest(service, labs[0], one.did);
    await attest(service, labs[1], other.did);
    await link(service, one, other);
    await signed(service, one.wallet, one.did, "HIDE", { evidence: hidden.attestation });
    const { token } = await signIn(service, other.wallet);
    const { whole } = await expectReplays(service, other.did, "", "open-work", token);
    expect(whole.score).toMatchObject({ group: [other.did, one.did], evidence: { hidden: { count: 1, sum: "10" } } });
    const then = `?at=${iso(service.now())}`;
    service.clock.advance(minute);
    const links = await get(service, `/v1/documents/${hidden.document}/operations?limit=50`, { token });
    const linked = (links.body.items as { action?: string; digest: string }[]).find(({ action }) =>
      action?.includes('"LINK"'),
    );
    const parted = { other: other.did, ends: [linked!.digest] };
    expect((await signed(service, one.wallet, one.did, "UNLINK", parted)).status).toBe(201);
    const expected = (await get(service, `${subjectPath(other.did)}/scores/open-work`, { token })).body;
    const alone = await replayed(service, await exported(service, other.did, "", token), { expected });
    expect(alone).toMatchObject({ verdict: "equal", concealed: 2, score: { group: [other.did] } });
    const past = await replayed(service, await exported(service, other.did, then, token));
    expect(past).toMatchObject({ verdict: "undetermined", concealed: 2 });
  });
});

describe("the whole log", () => {
  test("is as good as an export, in pages as in lines, and tells a score nobody has exported", async () => {
    const { did, made, wallet } = await worker();
    const author = await person(service);
    const said = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
    expect((await signed(service, author.wallet, did, "ATTEST", said)).status).toBe(201);
    await signed(service, wallet, did, "DISPUTE", { attestation: made[0]!.attestation, restsOn: [groundOf(made[0]!)] });
    const { body: score } = await get(service, `/v1/subjects/${did}/scores/open-work`);
    const pages: string[] = [];
    for (let after = "0"; ; ) {
      const { text, body } = await get(service, `/v1/operations?after=${after}&limit=20`);
      if (body.items.length === 0) break;
      pages.push(text);
      after = body.next;
    }
    const lines = pages.flatMap((page) => (JSON.parse(page).items as unknown[]).map((entry) => JSON.stringify(entry)));
    const asked = { subject: did, policy: "open-work", at: iso(service.now()) };
    for (const text of [pages.join("\n"), lines.join("\n")]) {
      const found = readLog(text);
      const bundle = "entries" in found ? bundleOf(found.entries, service.realm) : undefined;
      expect(await replayed(service, bundle, { asked, expected: score })).toMatchObject({
        verdict: "equal",
        concealed: 1,
      });
      const byDigest = await replayed(service, bundle, { asked, expected: score.evidence.digest });
      expect(byDigest.verdict).toBe("equal");
      expect(await replayed(service, bundle, { asked })).toMatchObject({ verdict: "undetermined", score });
      const elsewhere = { asked: { ...asked, at: iso(service.now() + day) }, expected: score };
      expect(await replayed(service, bundle, elsewhere)).toMatchObject({
        verdict: "undetermined",
        differs: expect.arrayContaining(["asOf", "components"]),
      });
    }
    expect(() => readLog("{}")).toThrow("neither");
    expect((await post(service, "/v1/scores:batch", { policy: "open-work", subjects: [did] })).body.results).toEqual([
      score,
    ]);
  });
});
