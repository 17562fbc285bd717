import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hex } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { appKey, userOf } from "../harness.ts";
import { type Academy, awardKind, classKind, makeClass, openAcademy, sendBatch, write } from "./academy.ts";
import { type Answer, ask, delegate, expectProblem, freshWallet, get, signIn } from "./client.ts";
import { act } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let other: Academy;
let badge: { id: string };
let stranger: string;
beforeAll(async () => {
  service = await startLocal({ limits: { rows: 40 } });
  academy = await openAcademy(service);
  other = await openAcademy(service);
  badge = await makeClass(service, academy);
  stranger = (await signIn(service, freshWallet())).cookie;
  for (const { wallet } of [academy, other])
    await delegate(service, wallet, { app: appKey.did, may: [awardKind, classKind] });
});
afterAll(() => service.close());

const path = ({ slug }: Academy, rest: string) => `/orgs/${slug}/console/awards${rest}`;
const page = (at: string, cookie?: string) =>
  get(service, at, { headers: { accept: "text/html", ...(cookie && { cookie }) } });

async function tokenOf(cookie: string): Promise<string> {
  return /name="token" value="([^"]+)"/.exec((await page("/orgs", cookie)).text)![1]!;
}

async function send(at: string, cookie: string, fields: Record<string, string>, token?: string): Promise<Answer> {
  const body = new URLSearchParams({ token: token ?? (await tokenOf(cookie)), ...fields }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: service.origin, cookie };
  return ask(service, "POST", at, { body, headers });
}

/** As the browser sends a file to be checked; answers with its lines. */
async function check(body: string, cookie = academy.cookie, type = "text/csv", of = academy) {
  const headers = { "content-type": type, origin: service.origin, ...(cookie && { cookie }) };
  const answer = await ask(service, "POST", `${path(of, "/check")}?class=${badge.id}`, { body, headers });
  const lines = answer.status === 200 ? answer.text.split("\n").filter(Boolean) : [];
  return { ...answer, lines: lines.map((line) => JSON.parse(line)) };
}

async function signed({ action, tuple, message }: any): Promise<JsonObject> {
  const signature = await appKey.sign(fromHex(message.hex)!);
  action.context.signer.signatures = [[...tuple, `0x${hex(signature)}`]];
  return action;
}

const draft = (rows: object[], cookie = academy.cookie, of = academy) =>
  send(path(of, "/rows/draft"), cookie, { app: appKey.did, rows: JSON.stringify(rows) });

async function give(rows: object[]): Promise<any[]> {
  const { body, status, text } = await draft(rows);
  expect(status, text).toBe(200);
  const sent = body.rows.flatMap((each: any) => (each.prepared ? [each] : []));
  const whole = await Promise.all(
    sent.map(async ({ prepared, ticket }: any) => {
      const [create, operation] = [await signed(prepared.create), await signed(prepared.operations[0])];
      return { signed: JSON.stringify({ create, operation }), ticket };
    }),
  );
  if (whole.length === 0) return body.rows;
  const answer = await send(path(academy, "/rows"), academy.cookie, { rows: JSON.stringify(whole) });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.rows;
}

const csv = (...lines: string[]) => ["key,email,name,cohort", ...lines, ""].join("\r\n");
const count = async (cohort: string) =>
  (await get(service, `/v1/orgs/${academy.slug}/awards?cohort=${cohort}`, { token: academy.access })).body.items.length;

describe("awarding from a file on the console", () => {
  test("is for those who award, and asks whoever is not signed in", async () => {
    expect((await page(path(academy, "/batch"))).text).toContain("data-sign-in");
    for (const cookie of [stranger, other.cookie])
      expect((await page(path(academy, "/batch"), cookie)).status).toBe(403);
    const own = await page(path(academy, "/batch"), academy.cookie);
    expect(own.status).toBe(200);
    expect(own.text).toContain("data-batch-check");
    expect(own.text).toContain("40 rows at most");
    expect((await page(path(academy, ""), academy.cookie)).text).toContain(`href="${path(academy, "/batch")}"`);
    const viewer = freshWallet();
    await act(service, academy, "SET_MEMBER", { user: userOf(viewer), role: "viewer" });
    const { cookie } = await signIn(service, viewer);
    expect((await page(path(academy, "/batch"), cookie)).status).toBe(403);
    expectProblem(await check(csv("v-1,a@example.org,,"), cookie), "FORBIDDEN", 403);
    expect((await draft([{ key: "v-1", request: {} }], cookie)).status).toBe(403);
  });

  test("checks a file and writes nothing", async () => {
    const { status, headers, lines } = await check(
      csv("c-1,ada@example.org,Ada,checked", "c-2,nobody,,checked", "c-1,eve@example.org,,checked"),
    );
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    const request = { class: badge.id, recipient: { email: "ada@example.org" }, name: "Ada", cohort: "checked" };
    expect(lines[0]).toEqual({ line: 2, key: "c-1", request });
    expect(lines.slice(1).map(({ line, problem }) => [line, problem.code])).toEqual([
      [3, "INVALID_EMAIL"],
      [4, "IDEMPOTENCY_KEY_REUSED"],
    ]);
    expect(await count("checked")).toBe(0);
    const ndjson = `${JSON.stringify({ key: "n-1", recipient: { did: "did:web:example.org" } })}\n`;
    expect((await check(ndjson, academy.cookie, "application/x-ndjson")).lines).toMatchObject([{ key: "n-1" }]);
  });

  test("ends the check at the limit of rows, which it names", async () => {
    const { lines } = await check(csv(...Array.from({ length: 41 }, (_, i) => `m-${i},a${i}@example.org,,`)));
    expect(lines).toHaveLength(41);
    expect(lines[40]).toMatchObject({ key: "m-40", problem: { code: "QUOTA_EXCEEDED" } });
  });

  test("takes a file from its own page alone, in a type that no form has", async () => {
    expectProblem(await check(csv(), ""), "UNAUTHENTICATED", 401);
    expectProblem(await check(csv(), stranger), "FORBIDDEN", 403);
    expectProblem(await check(csv(), other.cookie), "FORBIDDEN", 403);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
      expectProblem(await check(csv(), academy.cookie, type), "UNSUPPORTED_MEDIA_TYPE", 415);
    const foreign = await send(path(academy, "/rows/draft"), academy.cookie, { app: "x", rows: "[]" }, "another");
    expect(foreign.status).toBe(403);
  });

  test("awards what was checked, row by row, and each row once however often it is sent", async () => {
    const file = csv("g-1,one@example.org,One,given", "g-2,two@example.org,Two,given");
    const rows = (await check(file)).lines.map(({ key, request }) => ({ key, request }));
    const made = await give(rows);
    expect(made).toMatchObject([
      { status: "active", claimLink: expect.stringContaining("#claim=") },
      { status: "active", claimLink: expect.stringContaining("#claim=") },
    ]);
    const again = await draft(rows);
    expect(again.body.rows).toEqual(made.map((each) => ({ made: each })));
    expect(await count("given")).toBe(2);
    const other = await draft([{ key: "g-1", request: { ...rows[0]!.request, name: "Somebody else" } }]);
    expect(other.body.rows).toMatchObject([{ problem: { code: "IDEMPOTENCY_KEY_REUSED" } }]);
    // The same file by a client of the API makes nothing twice either.
    const api = await sendBatch(service, academy, file, `?class=${badge.id}`);
    expect(api.lines.map(({ award }) => award)).toEqual(made.map(({ award }) => award));
  });

  test("tells of what has been revoked since its status, and no claim link", async () => {
    const rows = [{ key: "r-1", request: { class: badge.id, recipient: { email: "r@example.org" } } }];
    const [{ award }] = (await give(rows)) as [{ award: string }];
    await write(service, academy.access, `/v1/awards/${award}/revoke`, { reason: "By mistake." });
    const [again] = (await draft(rows)).body.rows;
    expect(again.made).toMatchObject({ award, status: "revoked" });
    expect(again.made).not.toHaveProperty("claimLink");
  });

  test("gives each row its own refusal, and the others nothing of it", async () => {
    const foreign = await makeClass(service, other);
    const good = { class: badge.id, recipient: { did: "did:web:example.org" } };
    const { body } = await draft([
      { key: "f-1", request: { ...good, class: foreign.id } },
      { key: "f-2", request: good },
      { key: "f-3", request: { ...good, recipient: { did: "nobody" } } },
    ]);
    expect(body.rows.map((each: any) => each.problem?.code)).toEqual(["WRONG_ORGANIZATION", undefined, "INVALID_DID"]);
    const [, { prepared, ticket }] = body.rows;
    const create = await signed(prepared.create);
    const changed = await signed({ ...prepared.operations[0], message: { hex: "00" } });
    const rows = JSON.stringify([{ signed: JSON.stringify({ create, operation: changed }), ticket }]);
    const answer = await send(path(academy, "/rows"), academy.cookie, { rows });
    expect(answer.body.rows).toMatchObject([{ problem: { code: "BAD_SIGNATURE" } }]);
    // A ticket of one member's is worth nothing to another's.
    await makeClass(service, other);
    const theirs = await send(path(other, "/rows"), other.cookie, { rows });
    expect(theirs.body.rows).toMatchObject([{ problem: { code: "FORBIDDEN" } }]);
  });

  test("takes so many rows at once and no more", async () => {
    const request = { class: badge.id, recipient: { did: "did:web:example.org" } };
    const rows = Array.from({ length: 17 }, (_, i) => ({ key: `t-${i}`, request }));
    expect((await draft(rows)).status).toBe(400);
    expect((await draft([])).status).toBe(400);
  });
});
