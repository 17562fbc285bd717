import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "#primitives";
import { canonicalJson, type JsonObject } from "../../src/kernel/json.ts";
import { clockSkew, day, iso } from "../../src/kernel/time.ts";
import { attest, openAttester, person } from "./attester.ts";
import { get } from "./client.ts";
import { type Exported, exported, replayed } from "./score-exporter.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeEach(async () => {
  service = await startLocal();
});
afterEach(() => service.close());

type Wire = JsonObject & { seq: number; document: string; kind: string; action: string; digest: string };

/** Somebody of whom three organisations say something good, and one of them that something went wrong. */
async function subject(): Promise<string> {
  const { did } = await person(service);
  const labs = [await openAttester(service), await openAttester(service), await openAttester(service)];
  for (const lab of labs) await attest(service, lab, did);
  await attest(service, labs[1]!, did, { kind: "incident", value: "0.9" });
  return did;
}

async function wholeLog(): Promise<Wire[]> {
  const { body } = await get(service, "/v1/operations?after=0&limit=500");
  return body.items as Wire[];
}

/** What the service has signed of its whole log, with the key that its DID document lists for it. */
async function signedRoot() {
  const { verificationMethod } = (await get(service, "/.well-known/did.json")).body;
  const methods = verificationMethod as { id: string; publicKeyMultibase: string }[];
  const key = `did:key:${methods.find(({ id }) => id.endsWith("#log"))!.publicKeyMultibase}`;
  return { checkpoint: (await get(service, "/v1/log")).body as JsonObject, key };
}

/** The question and the score of an export, with other entries. */
function withEntries(whole: Exported, entries: readonly Wire[]): Exported {
  const logs = [...Map.groupBy(entries, ({ document }) => document)].map(([document, own]) => {
    return { document, kind: own[0]!.kind, entries: own };
  });
  const { digest } = entries.at(-1)!;
  return { ...whole, logs, question: { ...whole.question, position: entries.length, digest } };
}

/** The same with the score that follows from its entries, as whoever forges it would put in. */
async function forged(whole: Exported, entries: readonly Wire[]): Promise<Exported> {
  const draft = withEntries(whole, entries);
  const { score } = await replayed(service, draft);
  return { ...draft, score: score as unknown as Exported["score"] };
}

const outcomesOf = ({ checks }: Awaited<ReturnType<typeof replayed>>) =>
  Object.fromEntries(
    checks
      .filter(({ name }) => ["log", "admission", "root"].includes(name))
      .map(({ name, outcome, code }) => [name, outcome === "pass" ? outcome : code]),
  );

test("the whole log with its signed root shows that nothing is missing, and when it was admitted", async () => {
  const did = await subject();
  const whole = withEntries(await exported(service, did), await wholeLog());
  const alone = await replayed(service, whole);
  expect(alone.verdict).toBe("equal");
  expect(outcomesOf(alone)).toEqual({ log: "NOT_COMPLETE", admission: "NOT_COMPLETE" });
  const rooted = await replayed(service, whole, { root: await signedRoot() });
  expect(rooted.verdict).toBe("equal");
  expect(outcomesOf(rooted)).toEqual({ log: "pass", admission: "pass", root: "pass" });
});

test("a log from which something was cut is told by the root alone", async () => {
  const whole = await exported(service, await subject());
  const kept = (await wholeLog()).filter((each) => JSON.parse(each.action).input.kind !== "incident");
  const cut = await forged(
    whole,
    kept.map((each, i) => ({ ...each, seq: i + 1 })),
  );
  const alone = await replayed(service, cut);
  expect(outcomesOf(alone)).toEqual({ log: "NOT_COMPLETE", admission: "NOT_COMPLETE" });
  const rooted = await replayed(service, cut, { root: await signedRoot() });
  expect(outcomesOf(rooted)).toMatchObject({ root: "NOT_COMPLETE", log: "NOT_COMPLETE" });
  expect([alone.verdict, rooted.verdict]).toEqual(["equal", "undetermined"]);
  const last = { ...kept.at(-1)!, seq: kept.length + 1 };
  const filled = withEntries(whole, [...kept.map((each, i) => ({ ...each, seq: i + 1 })), last]);
  const refused = await replayed(service, filled, { root: await signedRoot() });
  expect([refused.verdict, outcomesOf(refused).root]).toEqual(["refused", "CONTENT_MISMATCH"]);
});

test("a root over fewer places than the question leaves it open", async () => {
  const did = await subject();
  await exported(service, did);
  const root = await signedRoot();
  await attest(service, await openAttester(service), did);
  const whole = withEntries(await exported(service, did), await wholeLog());
  const report = await replayed(service, whole, { root });
  expect([report.verdict, outcomesOf(report)]).toEqual([
    "undetermined",
    { root: "pass", log: "NOT_COMPLETE", admission: "NOT_COMPLETE" },
  ]);
});

test("a root from before the moment asked about leaves open what was admitted since, and says what to fetch", async () => {
  const did = await subject();
  await exported(service, did); // the policies are shipped with it
  const [root, log] = [await signedRoot(), await wholeLog()];
  service.clock.advance(30 * day);
  const lab = await openAttester(service);
  for (let i = 0; i < 2; i++) await attest(service, lab, did, { kind: "incident", value: "0.9" });
  service.clock.advance(day);
  const told = await exported(service, did);
  // Today's question over the log of a month ago, with the root of then: what was said since is left out.
  const cut = await forged(told, log);
  expect(cut.score.score).not.toBe(told.score.score);
  const report = await replayed(service, cut, { root });
  expect([report.verdict, outcomesOf(report)]).toEqual([
    "undetermined",
    { root: "NOT_COMPLETE", log: "NOT_COMPLETE", admission: "pass" },
  ]);
  const detail = report.checks.find(({ name }) => name === "root")!.detail;
  expect(detail).toMatch(new RegExp(`${root.checkpoint.time}.*${cut.question.at}.*GET /v1/log`));
  const rooted = await replayed(service, withEntries(told, await wholeLog()), { root: await signedRoot() });
  expect([rooted.verdict, outcomesOf(rooted).root]).toEqual(["equal", "pass"]);
});

test("a root that was fetched shortly before the moment asked about will do", async () => {
  const did = await subject();
  await exported(service, did);
  const root = await signedRoot();
  service.clock.advance(clockSkew);
  const inTime = withEntries(await exported(service, did), await wholeLog());
  expect((await replayed(service, inTime, { root })).verdict).toBe("equal");
  service.clock.advance(1);
  const late = withEntries(await exported(service, did), await wholeLog());
  expect((await replayed(service, late, { root })).verdict).toBe("undetermined");
});

test("a root without the places under it leaves open a question about nothing of them", async () => {
  const whole = withEntries(await exported(service, await subject()), await wholeLog());
  const shipped = whole.logs.filter(({ kind }) => kind === "renown/policy");
  const at = shipped[0]!.entries[0]!.admittedAt as string;
  const cut = {
    ...whole,
    logs: shipped,
    question: { ...whole.question, position: 0, digest: "", at },
    score: undefined,
  };
  const { score } = await replayed(service, cut);
  expect((await replayed(service, { ...cut, score })).verdict).toBe("equal");
  const report = await replayed(service, { ...cut, score }, { root: await signedRoot() });
  expect([report.verdict, outcomesOf(report).root]).toEqual(["undetermined", "NOT_COMPLETE"]);
});

test("entries that were made young, with digests to match, are told by the root", async () => {
  const did = await subject();
  service.clock.advance(700 * day);
  const told = await exported(service, did);
  const admittedAt = iso(service.now());
  const last = new Map<string, string>();
  const young = (await wholeLog()).map((entry) => {
    if (entry.kind !== "renown/reputation") return entry;
    const changed = { ...entry, admittedAt, prev: last.get(entry.document) ?? "" };
    const digest = digestOf(canonicalJson(sealed(changed, service.realm)));
    last.set(entry.document, digest);
    return { ...changed, digest };
  });
  const whole = withEntries(told, young);
  const report = await replayed(service, whole, { root: await signedRoot() });
  expect([report.verdict, outcomesOf(report).root]).toEqual(["refused", "CONTENT_MISMATCH"]);
});

test("a root that the log key has not signed is refused, and so is one of another size under its signature", async () => {
  const whole = withEntries(await exported(service, await subject()), await wholeLog());
  const { checkpoint, key } = await signedRoot();
  for (const change of [{ size: 3 }, { root: "A".repeat(43) }, { time: iso(0) }, { signature: "A".repeat(86) }]) {
    const report = await replayed(service, whole, { root: { checkpoint: { ...checkpoint, ...change }, key } });
    expect([report.verdict, outcomesOf(report).root]).toEqual(["refused", "BAD_SIGNATURE"]);
  }
  const wrong = { code: "INVALID_INPUT" };
  await expect(replayed(service, whole, { root: { checkpoint: {}, key } })).rejects.toMatchObject(wrong);
});

test.each([
  ["of another length", { digest: "AAAA" }],
  ["of no base64url", { digest: "!".repeat(43) }],
  ["that is no text", { digest: 7 }],
  ["that is an object without a text", { digest: { toString: 1, valueOf: 1 } }],
  ["that is missing", { digest: undefined }],
])("a concealed entry with a digest %s is told as what fails, with a root and without", async (_, broken) => {
  const told = await exported(service, await subject());
  const entries = await wholeLog();
  const root = await signedRoot();
  const [first, ...others] = entries;
  const stub = { seq: first!.seq, kind: first!.kind, document: "", digest: first!.digest, concealed: true };
  const whole = withEntries(told, others);
  const withStub = (stub: object) => {
    const log = { document: "", kind: "", entries: [stub as unknown as Wire] };
    return { ...whole, logs: [...whole.logs, log], question: { ...whole.question, position: entries.length } };
  };
  const sound = await replayed(service, withStub(stub), { root });
  expect(outcomesOf(sound).root).toBe("pass");
  const malformed = withStub({ ...stub, ...broken });
  const grammar = { name: "grammar", outcome: "fail", code: "INVALID_OPERATION" };
  const alone = await replayed(service, malformed);
  expect([alone.verdict, alone.checks]).toEqual([
    "refused",
    expect.arrayContaining([expect.objectContaining(grammar)]),
  ]);
  const report = await replayed(service, malformed, { root });
  const check = { name: "root", outcome: "fail", code: "INVALID_OPERATION" };
  const detail = expect.stringContaining(`place ${first!.seq} `);
  expect([report.verdict, report.checks]).toEqual([
    "refused",
    expect.arrayContaining([expect.objectContaining(grammar), expect.objectContaining({ ...check, detail })]),
  ]);
});

/** What the digest of an entry covers. */
function sealed(entry: Wire, realm: string): JsonObject {
  const { kind, document, branch, scope, index, skip, prev, operation, binding, signer, authority, admittedAt } = entry;
  const place = { kind, document, branch: branch!, scope: scope!, index: index!, skip: skip!, prev: prev! };
  const made = {
    operation: operation!,
    binding: binding!,
    signer: signer!,
    authority: authority!,
    admittedAt: admittedAt!,
  };
  return { suite: "renown-entry-1", realm, ...place, ...made, text: digestOf(entry.action) };
}
