import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { walletCheck } from "../../src/identity/wallet.ts";
import { iso, minute } from "../../src/kernel/time.ts";
import { auditBundle } from "../../src/operations/audit.ts";
import { signOperation } from "../../src/operations/sign.ts";
import { allKinds } from "../../src/verify/kinds.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { type Academy, awardKind, earn, learner, makeAward, makeClass, openAcademy, write } from "./academy.ts";
import { expectProblem, get, post, signIn } from "./client.ts";
import { codeOf, executeMutation, olderMutation } from "./graphql-client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let other: Academy;
let klass: { id: string };
beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
  other = await openAcademy(service);
  klass = await makeClass(service, academy);
});
afterAll(() => service.close());

type Entry = { seq: number; kind: string; digest: string; concealed?: boolean; document?: string };

async function hidden() {
  const earner = await learner(service);
  const { token } = await signIn(service, earner.wallet);
  const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did: earner.did } });
  const { body: before } = await get(service, `/v1/documents/${award}/operations`);
  expect((await earn(service, earner.wallet, award, "HIDE")).status).toBe(201);
  return { ...earner, token, award, before: before.items as Entry[] };
}

const logOf = async (award: string, token?: string) =>
  (await get(service, `/v1/documents/${award}/operations`, { token })).body.items as Entry[];

describe("what an earner has hidden", () => {
  test("shows others place, kind and digest of each entry, and nothing else", async () => {
    const { award, before } = await hidden();
    const entries = await logOf(award);
    expect(entries).toHaveLength(3);
    for (const entry of entries)
      expect(entry).toEqual({ seq: entry.seq, kind: awardKind, digest: entry.digest, concealed: true });
    expect(entries.slice(0, 2).map(({ digest }) => digest)).toEqual(before.map(({ digest }) => digest));
  });

  test("looks to others like what is not there", async () => {
    const { award } = await hidden();
    const absent = await get(service, `/v1/documents/r1${"x".repeat(43)}`);
    const concealed = await get(service, `/v1/documents/${award}`);
    expectProblem(concealed, "UNKNOWN_DOCUMENT", 404);
    const { requestId: _, instance: __, ...told } = absent.body;
    expect(concealed.body).toMatchObject(told);
    const foreign = await get(service, `/v1/documents/${award}`, { token: other.access });
    expectProblem(foreign, "UNKNOWN_DOCUMENT", 404);
    const stranger = (await signIn(service)).token;
    expectProblem(await get(service, `/v1/documents/${award}`, { token: stranger }), "UNKNOWN_DOCUMENT", 404);
  });

  test("refuses a stranger's operation as if it were not there, and tells its earner why", async () => {
    const { award, wallet, token } = await hidden();
    const stranger = await learner(service);
    const { body } = await get(service, `/v1/documents/${award}`, { token });
    for (const who of [stranger.wallet, wallet]) {
      const intent = { document: award, kind: awardKind, user: userOf(who), type: "HIDE", input: {} };
      for (const previous of [body.head, { operation: "A".repeat(43), timestampUtcMs: iso(service.now()) }]) {
        const { action } = await signOperation({ ...intent, previous }, appKey, service.now() + 1);
        const answer = await post(service, `/v1/documents/${award}/operations`, action);
        const own = previous === body.head ? "UNCHANGED" : "HEAD_MOVED";
        expect(answer.body.code).toBe(who === wallet ? own : "UNKNOWN_DOCUMENT");
      }
    }
    const forged = { document: award, kind: awardKind, user: userOf(wallet), type: "HIDE", input: {} };
    const { action } = await signOperation({ ...forged, previous: body.head }, otherKey, service.now() + 1);
    expectProblem(await post(service, `/v1/documents/${award}/operations`, action), "UNKNOWN_DOCUMENT", 404);
  });

  test("is concealed in the whole log, page by page, and keeps its place there", async () => {
    const { award, before } = await hidden();
    const after = before[0]!.seq - 1;
    const { body } = await get(service, `/v1/operations?after=${after}&limit=100`);
    const items = body.items as Entry[];
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, i) => after + 1 + i));
    expect(JSON.stringify(items)).not.toContain(award);
    expect(items[0]).toEqual({ seq: after + 1, kind: awardKind, digest: before[0]!.digest, concealed: true });
  });

  test("is whole to its earner and its organisation, and no cache keeps that", async () => {
    const { award, token } = await hidden();
    for (const viewer of [token, academy.token, academy.access]) {
      const answer = await get(service, `/v1/documents/${award}/operations`, { token: viewer });
      expect((answer.body.items as Entry[]).map(({ document }) => document)).toEqual([award, award, award]);
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
      expect(answer.headers.get("vary")).toContain("authorization");
      expect((await get(service, `/v1/documents/${award}`, { token: viewer })).status).toBe(200);
    }
    expect((await logOf(award, other.access)).every(({ concealed }) => concealed)).toBe(true);
  });

  test("is audited by its earner; by others nothing of it can be told", async () => {
    const { award, token } = await hidden();
    const own = await get(service, `/v1/documents/${award}/audit`, { token });
    expect(own.body).toMatchObject({ verdict: "valid", entries: 3 });
    const others = await get(service, `/v1/documents/${award}/audit`);
    expect(others.body).toMatchObject({ verdict: "undetermined", entries: 0, state: null, findings: [] });
    expect(others.body.checks[0]).toMatchObject({ name: "grammar", outcome: "unknown", code: "CONCEALED" });
    const { body: bundle } = await get(service, `/v1/documents/${award}/audit?bundle=1`);
    // What it rests on, and whose key signed in it, would tell of it.
    expect(bundle.logs.map(({ document }: { document: string }) => document)).toEqual([award]);
    expect(others.body.delegations).toEqual([]);
    const offline = await auditBundle(bundle, { kinds: allKinds(walletCheck()) });
    expect(offline.verdict).toBe("undetermined");
  });

  test("is not shown by sending again what was public before", async () => {
    const { award, wallet } = await hidden();
    const { body } = await get(service, `/v1/documents/${award}/operations`, { token: academy.access });
    const action = JSON.parse(body.items[1].action);
    const again = await post(service, `/v1/documents/${award}/operations`, action);
    expect(again.text).not.toContain(userOf(wallet));
    // GraphQL carries a tuple as one text.
    const signer = { ...action.context.signer, signatures: [action.context.signer.signatures[0].join(", ")] };
    const actions = [{ ...action, context: { ...action.context, signer } }];
    for (const mutation of [executeMutation, olderMutation])
      expect(await codeOf(service, mutation, { documentIdentifier: award, actions })).toBe("UNKNOWN_DOCUMENT");
  });

  test("is for everybody again once its earner shows it", async () => {
    const { award, wallet, token } = await hidden();
    expect((await earn(service, wallet, award, "UNHIDE", {}, token)).status).toBe(201);
    expect((await logOf(award)).map(({ document }) => document)).toEqual([award, award, award, award]);
  });
});

describe("what is held", () => {
  const heldAward = async () => {
    const { did } = await learner(service);
    return makeAward(service, academy, { class: klass.id, recipient: { did }, holdMinutes: 10 });
  };

  test("is concealed until its time has come", async () => {
    const { award } = await heldAward();
    expect((await logOf(award)).every(({ concealed }) => concealed)).toBe(true);
    service.clock.advance(10 * minute);
    expect((await logOf(award)).every(({ document }) => document === award)).toBe(true);
  });

  test("stays concealed for good where it was cancelled in time", async () => {
    const { award } = await heldAward();
    expect((await write(service, academy.access, `/v1/awards/${award}/cancel`, {})).status).toBe(200);
    service.clock.advance(20 * minute);
    expect((await logOf(award)).every(({ concealed }) => concealed)).toBe(true);
  });
});
