import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { joinBundles } from "../../src/index.ts";
import { day, iso } from "../../src/kernel/time.ts";
import { shippedPolicies } from "../../src/reputation/shipped-policies.ts";
import { bundleOf, joinLogs, type Log, readLog } from "../../tools/replay-log.ts";
import { type Academy, definition, learner, makeAward, makeClass, write as send } from "./academy.ts";
import { attest, field, openAttester, person, signed } from "./attester.ts";
import { expectProblem, get, signIn } from "./client.ts";
import { act } from "./org-access.ts";
import { publishPolicy } from "./resources/policies.ts";
import { type Exported, exported, hideAward, logOf, replayed } from "./score-exporter.ts";
import { type LocalService, startLocal } from "./server.ts";

/** Entries that an export takes here. */
const most = 120;

let service: LocalService;
let lab: Academy;
let loud: Academy;
beforeEach(async () => {
  service = await startLocal({ limits: { bundle: most } });
  lab = await openAttester(service);
  loud = await openAttester(service);
});
afterEach(() => service.close());

/** An organisation writes, and writes. */
async function write(academy: Academy, times: number) {
  for (let i = 0; i < times; i++) await act(service, academy, "SET_PROFILE", { name: `Name ${i}` });
}

/** A bundle of a document in pages, as it comes over HTTP, and what else those leave out. */
async function pagesOf(document: string, token?: string): Promise<Log[]> {
  const pages: Log[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const path = `/v1/documents/${document}/audit?bundle=1&after=${after}&limit=50`;
    const { status, text, body } = await get(service, path, { token });
    expect(status, text).toBe(200);
    pages.push(readLog(text));
    after = body.page.next;
  }
  return pages;
}

/** The whole log in pages. */
async function wholeLog(): Promise<Log[]> {
  const pages: Log[] = [];
  for (let after = "0"; ; ) {
    const { text, body } = await get(service, `/v1/operations?after=${after}&limit=100`);
    if (body.items.length === 0) return pages;
    pages.push(readLog(text));
    after = body.next;
  }
}

const leftOutOf = (whole: Exported) => (whole.leftOut ?? []) as unknown as { document: string; entries: number }[];

describe("somebody of whom an organisation with a long log says something", () => {
  test("has an export, which names that log and is undetermined without it", async () => {
    const { did } = await person(service);
    await attest(service, lab, did);
    const said = await attest(service, loud, did);
    await write(loud, most);
    const whole = await exported(service, did);
    const { body: log } = await get(service, `/v1/documents/${loud.document}`);
    const entries = log.revision.global + log.revision.document;
    expect(whole.leftOut).toEqual([{ document: loud.document, kind: "renown/organization", entries, why: "long" }]);
    expect(logOf(whole, lab.document).entries.length).toBeGreaterThan(2);
    const report = await replayed(service, whole);
    expect(report).toMatchObject({ verdict: "undetermined", score: null });
    expect(report.leftOut).toMatchObject([{ document: loud.document, operations: [said.attestation] }]);
    const check = report.checks.find(({ name }) => name === "leftOut")!;
    expect(check).toMatchObject({ outcome: "unknown", code: "LEFT_OUT" });
    for (const told of [loud.document, said.attestation]) expect(check.detail).toContain(told);
  });

  test("has a score that is replayed from its export and the pages of that log", async () => {
    const { did } = await person(service);
    await attest(service, lab, did);
    await attest(service, loud, did);
    await write(loud, most);
    const whole = await exported(service, did);
    const pages = await pagesOf(loud.document);
    expect(pages.length).toBeGreaterThan(2);
    const all = [...pages, { export: whole } as Log];
    const joined = joinLogs(all, service.realm);
    expect(joined).not.toHaveProperty("leftOut");
    expect(await replayed(service, joined)).toMatchObject({ verdict: "equal", leftOut: [], score: whole.score });
    // Without the last page, or with one that is missing between, it is not whole.
    expect(() => joinLogs(all.toSpliced(pages.length - 1, 1), service.realm)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", detail: expect.stringContaining("missing") }),
    );
    expect(() => joinLogs(all.toSpliced(1, 1), service.realm)).toThrow();
    expect(() => joinBundles([whole, { ...bundleOf([], "") }])).toThrow();
  });

  test("has an export, too, where a person with a long log speaks, and where it is itself spoken of at length", async () => {
    const [subject, author] = [await person(service), await person(service)];
    const said = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
    for (let i = 0; i < 10; i++) await attest(service, loud, author.did);
    expect((await signed(service, author.wallet, subject.did, "ATTEST", said)).status).toBe(201);
    await attest(service, lab, subject.did);
    expect(leftOutOf(await exported(service, subject.did))).toEqual([]);
    const own = await attest(service, lab, subject.did);
    for (let i = 0; i < most; i++) await attest(service, loud, subject.did, { kind: "endorsement" });
    const whole = await exported(service, subject.did);
    expect(leftOutOf(whole).map(({ document }) => document)).toEqual([own.document]);
    expect((await replayed(service, whole)).verdict).toBe("undetermined");
    const { token } = await signIn(service, subject.wallet);
    const mine = await exported(service, subject.did, "", token);
    const joined = joinLogs([{ export: mine }, ...(await pagesOf(own.document, token))], service.realm);
    expect(await replayed(service, joined, { most: 10 * most })).toMatchObject({ verdict: "equal", concealed: 0 });
  });
});

test("what a file says that it leaves out makes nothing hold that does not, and hides nothing that is broken", async () => {
  const { did } = await person(service);
  const { attestation } = await attest(service, lab, did);
  const whole = await exported(service, did);
  const leftOut = [{ document: lab.document, kind: "renown/organization", entries: 9, why: "long" }];
  const logs = whole.logs.filter(({ document }) => document !== lab.document);
  const without = await replayed(service, { ...whole, logs, leftOut });
  expect(without).toMatchObject({ verdict: "undetermined", score: null, leftOut: [{ operations: [attestation] }] });
  expect((await replayed(service, { ...whole, logs })).verdict).toBe("refused");
  expect((await replayed(service, { ...whole, leftOut })).verdict).toBe("undetermined");
  const other = [{ ...leftOut[0], document: "another" }];
  expect((await replayed(service, { ...whole, logs, leftOut: other })).verdict).not.toBe("equal");
  const broken = structuredClone({ ...whole, logs, leftOut });
  Object.assign(broken.logs[0]!.entries[0]!, { admittedAt: iso(service.now() - day) });
  expect((await replayed(service, broken)).verdict).toBe("refused");
  for (const wrong of [{ leftOut: {} }, { leftOut: [{}] }, { page: { after: -1, next: null } }, { page: {} }])
    await expect(replayed(service, { ...whole, ...wrong })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});

test("a score by trust has an export, however long the whole log is, which completes it", async () => {
  const { did } = await person(service);
  await attest(service, lab, did, { kind: "endorsement" });
  const [policy] = shippedPolicies([lab.document]).slice(1);
  const { id } = await publishPolicy(service, policy!.policy);
  await write(loud, most);
  service.clock.advance(2 * day);
  const whole = await exported(service, did, "", undefined, id);
  const { position } = whole.question;
  expect(leftOutOf(whole)).toContainEqual({ document: "", kind: "", entries: position, why: "log" });
  expect(await replayed(service, whole)).toMatchObject({ verdict: "undetermined" });
  const joined = joinLogs([{ export: whole }, ...(await wholeLog())], service.realm);
  expect(await replayed(service, joined, { most: 10 * most })).toMatchObject({ verdict: "equal", concealed: 0 });
});

describe("an audit", () => {
  test("of what rests on a long log names that, and is undetermined", async () => {
    const klass = await makeClass(service, lab);
    const { did } = await learner(service);
    const { award } = await makeAward(service, lab, { class: klass.id, recipient: { did } });
    await write(lab, most);
    const { body } = await get(service, `/v1/documents/${award}/audit`);
    expect(body).toMatchObject({ verdict: "undetermined", entries: 2 });
    expect(body.findings.map(({ code }: { code: string }) => code)).toContain("LEFT_OUT");
    expect(body.checks.filter(({ outcome }: { outcome: string }) => outcome === "fail")).toEqual([]);
  });

  test("of a long log is refused, and says how it comes", async () => {
    await write(lab, most);
    const refused = await get(service, `/v1/documents/${lab.document}/audit`);
    expectProblem(refused, "QUOTA_EXCEEDED", refused.status);
    expect(refused.body.detail).toContain(`${most} entries: ask for pages`);
  });
});

describe("a log of large entries", () => {
  test("counts for as many as these take, and comes in pages that end where they are too large", async () => {
    const { id } = await makeClass(service, lab);
    const path = `/v1/badge-classes/${id}/revisions`;
    for (let i = 0; i < 14; i++) {
      const narrative = "\u2603".repeat(9_000) + i;
      const revised = await send(service, lab.access, path, { definition: { ...definition, criteria: { narrative } } });
      expect(revised.status, revised.text).toBe(201);
    }
    const { did } = await learner(service);
    const { award } = await makeAward(service, lab, { class: id, recipient: { did } });
    const { body: whole } = await get(service, `/v1/documents/${award}/audit?bundle=1`);
    expect(whole.leftOut).toEqual([{ document: id, kind: "renown/badge-class", entries: 16, why: "long" }]);
    expectProblem(await get(service, `/v1/documents/${id}/audit`), "QUOTA_EXCEEDED", 422);
    const pages = await pagesOf(id);
    const bundles = pages.flatMap((page) => ("export" in page ? [page.export as Exported] : []));
    expect(bundles.map((page) => logOf(page, id).entries.length)).toEqual([13, 3]);
    const joined = joinBundles([whole, ...bundles]);
    expect(joined.logs.find(({ document }) => document === id)?.entries).toHaveLength(16);
    expect(joined).not.toHaveProperty("leftOut");
  });
});

test("what is concealed is not named where it is left out", async () => {
  const earner = await learner(service);
  const klass = await makeClass(service, lab, { ...definition, tags: [field] });
  const { award } = await makeAward(service, lab, { class: klass.id, recipient: { did: earner.did } });
  await hideAward(service, earner.wallet, award);
  const { bundle } = service.services.documents;
  const wish = { also: [{ document: award, rank: 3 as const }], lenient: true };
  const work = { spend: async () => {}, pause: async () => {}, most: 3 };
  const { body } = await get(service, "/v1/policies/open-work");
  const made = await bundle(body.id, undefined, work, wish);
  expect(made.leftOut).toMatchObject([{ document: "", kind: "renown/award" }]);
  expect(JSON.stringify(made)).not.toContain(award);
});

test("a score beside a log that is left out tells others no more of what is hidden than the score alone", async () => {
  const earner = await learner(service);
  const klass = await makeClass(service, lab, { ...definition, tags: [field] });
  const validUntil = iso(service.now() + day);
  const { award } = await makeAward(service, lab, { class: klass.id, recipient: { did: earner.did }, validUntil });
  await hideAward(service, earner.wallet, award);
  const work = { spend: async () => {}, pause: async () => {}, most: 3 };
  const asked = { policy: "open-work" };
  const { exportScore, scores } = service.services;
  const others = await exportScore(async () => undefined, earner.did, asked, work);
  expect(others.leftOut).toContainEqual(expect.objectContaining({ document: "", kind: "renown/award" }));
  expect(others.logs.flatMap(({ entries }) => entries).filter((entry) => "concealed" in entry)).toEqual([]);
  expect(others.score).toEqual(await scores.score(async () => undefined, earner.did, asked));
  const party = await service.services.auth.identify((await signIn(service, earner.wallet)).token);
  const own = await exportScore(async () => party, earner.did, asked, work);
  expect(own.score.nextChange).toMatchObject({ operations: [expect.stringMatching(/^[\w-]{43}$/)] });
  expect(others.score.nextChange).toMatchObject({ operations: [] });
});

test("an export of another realm is refused by name", async () => {
  const { did } = await person(service);
  const whole = await exported(service, did);
  const refused = { code: "INVALID_REQUEST", detail: expect.stringContaining("the realm test, and not of main") };
  await expect(replayed(service, whole, { realm: "main" })).rejects.toMatchObject(refused);
  expect((await replayed(service, whole, { realm: "test" })).verdict).toBe("equal");
});
