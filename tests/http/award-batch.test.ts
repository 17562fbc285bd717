import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Academy, makeClass, openAcademy, readAward, sendBatch, tryAward, write } from "./academy.ts";
import { ask, expectProblem, get } from "./client.ts";
import { addClient, clientToken } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let other: Academy;
let klass: { id: string };
beforeAll(async () => {
  service = await startLocal({ limits: { rows: 300 } });
  academy = await openAcademy(service);
  other = await openAcademy(service);
  klass = await makeClass(service, academy);
});
afterAll(() => service.close());

let keys = 0;
const row = (more: object = {}) => {
  const n = ++keys;
  return { key: `row-${n}`, class: klass.id, recipient: { email: `learner${n}@example.org` }, ...more };
};
const count = async (query = "") => {
  const { body } = await get(service, `/v1/orgs/${academy.slug}/awards?limit=100${query}`, { token: academy.access });
  return body.items.length as number;
};

describe("a batch of awards", () => {
  test("answers a line for each row, in order, a bad one alone with its problem", async () => {
    const rows = [
      row(),
      row({ recipient: { did: "nobody" } }),
      "{",
      row({ class: "nothing" }),
      { ...row(), key: "" },
      row(),
    ];
    const { lines, headers } = await sendBatch(service, academy, rows);
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    expect(lines.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6]);
    const problems = lines.map(({ problem }) => (problem as { code: string } | undefined)?.code);
    expect(problems).toEqual([undefined, "INVALID_DID", "MALFORMED_JSON", "NOT_FOUND", "INVALID_REQUEST", undefined]);
    expect(lines[0]).toMatchObject({ key: "row-1", status: "active", claimLink: expect.stringContaining("#claim=") });
    expect((await readAward(service, academy, lines[5]!.award as string)).status).toBe(200);
  });

  test("is safe to send again, whole, and gives the same answers", async () => {
    const rows = Array.from({ length: 150 }, () => row({ cohort: "again" }));
    const first = await sendBatch(service, academy, rows.slice(0, 90));
    const whole = await sendBatch(service, academy, rows);
    expect(whole.lines.slice(0, 90)).toEqual(first.lines);
    expect(new Set(whole.lines.map(({ award }) => award)).size).toBe(150);
    expect((await sendBatch(service, academy, rows)).text).toBe(whole.text);
    const held = await get(service, `/v1/orgs/${academy.slug}/awards?cohort=again&limit=100`, {
      token: academy.access,
    });
    const rest = await get(service, held.headers.get("link")!.slice(1).split(">")[0]!, { token: academy.access });
    expect(held.body.items.length + rest.body.items.length).toBe(150);
  });

  test("makes one award of two rows with the same key, and refuses the key for something else", async () => {
    const twice = row();
    const { lines } = await sendBatch(service, academy, [twice, twice, { ...twice, name: "Somebody else" }]);
    expect(lines[1]!.award).toBe(lines[0]!.award);
    expect(lines[2]).toMatchObject({ problem: { code: "IDEMPOTENCY_KEY_REUSED" } });
    const later = await sendBatch(service, academy, [{ ...twice, name: "Somebody else" }]);
    expect(later.lines[0]).toMatchObject({ problem: { code: "IDEMPOTENCY_KEY_REUSED" } });
  });

  test("keeps keys of organisations apart", async () => {
    const theirs = await makeClass(service, other);
    const mine = row();
    const { lines } = await sendBatch(service, academy, [mine]);
    const { lines: others } = await sendBatch(service, other, [{ ...mine, class: theirs.id }]);
    expect(others[0]!.award).toEqual(expect.any(String));
    expect(others[0]!.award).not.toBe(lines[0]!.award);
    const foreign = await sendBatch(service, other, [row()]);
    expect(foreign.lines[0]).toMatchObject({ problem: { code: "WRONG_ORGANIZATION" } });
  });

  test("keeps keys of test mode apart from those in earnest", async () => {
    const { client, secret } = await addClient(service, academy, { mode: "test", scopes: ["awards:write"] });
    const trying = { ...academy, access: await clientToken(service, { client, secret }) };
    const mine = row();
    const { lines } = await sendBatch(service, academy, [mine]);
    const { lines: tests } = await sendBatch(service, trying, [mine]);
    expect(tests[0]!.award).toEqual(expect.any(String));
    expect(tests[0]!.award).not.toBe(lines[0]!.award);
  });

  test("takes CSV, with the lines of the file and a class for all of them", async () => {
    const text = [
      ["key", "email", "did", "name", "evidence", "holdMinutes"],
      ["c-1", "c1@example.org", "", "Ada, Countess", "https://example.org/e", ""],
      ["c-2", "", "did:web:example.org", "Two\nlines", "", "5"],
      ["c-3", "", "", "", "", "soon"],
    ].map((fields) => `${fields.map((field) => `"${field}"`).join(",")}\r\n`);
    const { lines } = await sendBatch(service, academy, `${text.join("")}a,b\r\n`, `?class=${klass.id}`);
    expect(lines.map(({ line, key }) => [line, key])).toEqual([
      [2, "c-1"],
      [3, "c-2"],
      [5, "c-3"],
      [6, null],
    ]);
    expect(lines[1]).toMatchObject({ status: "held" });
    expect(lines[2]).toMatchObject({ problem: { code: "INVALID_REQUEST" } });
    expect(lines[3]).toMatchObject({ problem: { code: "INVALID_CSV" } });
    expect((await readAward(service, academy, lines[0]!.award as string)).body.personal).toEqual({
      name: "Ada, Countess",
      evidence: [{ id: "https://example.org/e" }],
    });
  });

  test("refuses a CSV whose columns it does not know", async () => {
    const { lines } = await sendBatch(service, academy, "key,surname\r\n1,x\r\n");
    expect(lines).toMatchObject([{ problem: { code: "INVALID_CSV" } }]);
  });

  test("checks a file and writes nothing when asked to", async () => {
    const rows = [row({ cohort: "dry" }), row({ cohort: "dry", recipient: { email: "nobody" } })];
    const { lines } = await sendBatch(service, academy, rows, "?dry_run=1");
    expect(lines[0]).toEqual({ line: 1, key: rows[0]!.key, ok: true });
    expect(lines[1]).toMatchObject({ problem: { code: "INVALID_EMAIL" } });
    expect(await count("&cohort=dry")).toBe(0);
    expect((await sendBatch(service, academy, rows, "?dry_run")).lines).toEqual(lines);
  });

  test("tells of what has ended its status, and hands out no claim link for it again", async () => {
    const rows = [row(), row(), row({ holdMinutes: 5 })];
    const { lines } = await sendBatch(service, academy, rows);
    expect(lines.every(({ claimLink }) => typeof claimLink === "string")).toBe(true);
    const end = (place: number, how: string, body: object) =>
      write(service, academy.access, `/v1/awards/${lines[place]!.award}/${how}`, body);
    expect((await end(1, "revoke", { reason: "By mistake." })).status).toBe(200);
    expect((await end(2, "cancel", {})).status).toBe(200);
    const again = (await sendBatch(service, academy, rows)).lines;
    expect(again[0]).toEqual(lines[0]);
    const { claimLink: _, ...revoked } = lines[1]!;
    expect(again[1]).toEqual({ ...revoked, status: "revoked" });
    const { claimLink: __, ...cancelled } = lines[2]!;
    expect(again[2]).toEqual({ ...cancelled, status: "cancelled" });
  });

  test("ends at its limit, which it names", async () => {
    const rows = Array.from({ length: 301 }, () => row());
    const { lines } = await sendBatch(service, academy, rows, "?dry_run=1");
    expect(lines).toHaveLength(301);
    expect(lines[299]).toMatchObject({ ok: true });
    expect(lines[300]).toMatchObject({
      line: 301,
      key: rows[300]!.key,
      problem: { code: "QUOTA_EXCEEDED", detail: expect.stringContaining("300") },
    });
  });

  test("needs the organisation's own client, and a body of its form", async () => {
    const path = `/v1/orgs/${academy.slug}/awards:batch`;
    const headers = { "content-type": "application/x-ndjson" };
    const send = (token: string | undefined, more = headers) =>
      ask(service, "POST", path, { body: "", token, headers: more });
    expectProblem(await send(undefined), "UNAUTHENTICATED", 401);
    expectProblem(await send(other.access), "NOT_FOUND", 404);
    expectProblem(await send(academy.token), "FORBIDDEN", 403);
    expectProblem(await send(academy.access, { "content-type": "application/json" }), "UNSUPPORTED_MEDIA_TYPE", 415);
    expect((await send(academy.access)).text).toBe("");
  });
});

describe("a batch of revocations", () => {
  const revoke = (body: object, { slug, access } = academy, query = "") =>
    ask(service, "POST", `/v1/orgs/${slug}/revocations:batch${query}`, { body, token: access });
  const linesOf = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("revokes those that are named, and says of each what became of it", async () => {
    const { lines } = await sendBatch(service, academy, [row(), row()]);
    const theirs = await tryAward(service, other, {
      class: (await makeClass(service, other)).id,
      recipient: { email: "a@example.org" },
    });
    const awards = [lines[0]!.award as string, "nothing", theirs.body.award];
    const answer = await revoke({ awards, reason: "By mistake." });
    const results = linesOf(answer.text);
    expect(results.map(({ award }) => award)).toEqual(awards);
    expect(results.map(({ problem }) => problem?.code)).toEqual([undefined, "NOT_FOUND", "NOT_FOUND"]);
    expect((await readAward(service, academy, awards[0]!)).body.status).toBe("revoked");
    expect((await readAward(service, academy, lines[1]!.award as string)).body.status).toBe("active");
    expect(results[0]).toEqual({ award: awards[0], result: "revoked" });
    const again = await revoke({ awards: [awards[0]], reason: "Again." });
    expect(linesOf(again.text)).toEqual([{ award: awards[0], result: "already revoked" }]);
  });

  test("revokes a cohort, or a class, and no other's", async () => {
    const cohort = Array.from({ length: 70 }, () => row({ cohort: "leaving" }));
    await sendBatch(service, academy, cohort);
    expect((await revoke({ cohort: "leaving", reason: "Void." }, other)).text).toBe("");
    expect(linesOf((await revoke({ cohort: "leaving", reason: "Void." })).text)).toHaveLength(70);
    expect(await count("&cohort=leaving&standing=revoked")).toBe(70);
    expect((await revoke({ cohort: "leaving", reason: "Void." })).text).toBe("");
    const foreign = await revoke({ class: klass.id, reason: "Void." }, other);
    expect(linesOf(foreign.text)).toMatchObject([{ problem: { code: "NOT_FOUND" } }]);
  });

  test.each(["?dry_run", "?dry_run=1"])("says with %s what would become of each, and writes nothing", async (query) => {
    const { lines } = await sendBatch(service, academy, [row(), row(), row({ holdMinutes: 5 })]);
    const [standing, gone, held] = lines.map(({ award }) => award as string);
    await revoke({ awards: [gone], reason: "By mistake." });
    expect((await write(service, academy.access, `/v1/awards/${held}/cancel`, {})).status).toBe(200);
    const theirClass = await makeClass(service, other);
    const recipient = { email: "b@example.org" };
    const theirs = await tryAward(service, other, { class: theirClass.id, recipient });
    const awards = [standing, gone, held, "nothing", theirs.body.award];
    const answer = await revoke({ awards, reason: "Void." }, academy, query);
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const results = linesOf(answer.text);
    expect(results.slice(0, 2)).toEqual([
      { award: standing, result: "would be revoked" },
      { award: gone, result: "already revoked" },
    ]);
    const codes = results.slice(2).map(({ award, problem }) => [award, problem.code]);
    expect(codes).toEqual([
      [held, "REVOKED"],
      ["nothing", "NOT_FOUND"],
      [theirs.body.award, "NOT_FOUND"],
    ]);
    // What is another's and what is not there are refused in the same words.
    expect(results[4].problem).toEqual(results[3].problem);
    expect((await readAward(service, academy, standing!)).body.status).toBe("active");
    expect((await readAward(service, other, theirs.body.award)).body.status).toBe("active");
  });

  test("tries a cohort or a class without touching it", async () => {
    const tried = await makeClass(service, academy);
    const rows = Array.from({ length: 3 }, () => row({ class: tried.id, cohort: "trying" }));
    const { lines } = await sendBatch(service, academy, rows);
    await revoke({ awards: [lines[1]!.award], reason: "By mistake." });
    const left = [lines[0]!, lines[2]!].map(({ award }) => ({ award, result: "would be revoked" }));
    for (const selection of [{ cohort: "trying" }, { class: tried.id }])
      expect(linesOf((await revoke({ ...selection, reason: "Void." }, academy, "?dry_run")).text)).toEqual(left);
    expect(await count("&cohort=trying&standing=active")).toBe(2);
    const foreign = await revoke({ class: tried.id, reason: "Void." }, other, "?dry_run");
    expect(linesOf(foreign.text)).toMatchObject([{ problem: { code: "NOT_FOUND" } }]);
  });

  test("refuses a try by whoever may not revoke", async () => {
    const reader = await addClient(service, academy, { scopes: ["awards:read"] });
    const access = await clientToken(service, reader);
    const named = { cohort: "trying", reason: "Void." };
    expectProblem(await revoke(named, { ...academy, access }, "?dry_run"), "FORBIDDEN", 403);
    expectProblem(await revoke(named, { ...academy, access: other.access }, "?dry_run"), "NOT_FOUND", 404);
    expectProblem(await revoke(named, academy, "?dry_run=yes"), "INVALID_REQUEST", 400);
  });
});
