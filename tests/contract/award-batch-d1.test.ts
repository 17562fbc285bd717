import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import {
  type Academy,
  earn,
  learner,
  makeClass,
  openAcademy,
  readAward,
  secretOf,
  sendBatch,
} from "../http/academy.ts";
import { ask } from "../http/client.ts";
import { type LocalService, startLocal } from "../http/server.ts";
import * as worker from "../worker/harness.ts";

let service: LocalService;
let academy: Academy;
let klass: { id: string };
let dispose: () => Promise<void>;
beforeAll(async () => {
  const opened = await worker.openD1<D1Database>();
  dispose = opened.dispose;
  const storage = { ...openD1(opened.database, "test"), close: async () => {} };
  service = await startLocal({ parts: () => ({ storage }), limits: { rows: 100 } });
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
}, 60_000);
afterAll(async () => {
  await service.close();
  await dispose();
});

describe("awards over D1", () => {
  test("are made by the batch, claimed, sent again and revoked", { timeout: 60_000 }, async () => {
    const rows = Array.from({ length: 20 }, (_, i) => {
      return { key: `row-${i}`, class: klass.id, recipient: { email: `learner${i}@example.org` }, cohort: "first" };
    });
    const { lines, text } = await sendBatch(service, academy, rows);
    expect(lines.filter(({ problem }) => problem)).toEqual([]);
    expect((await sendBatch(service, academy, rows)).text).toBe(text);
    const { wallet, did } = await learner(service);
    const made = lines[3] as never as { award: string; url: string; claimLink: string; status: string };
    const claimed = await earn(service, wallet, made.award, "CLAIM", { secret: secretOf(made) });
    expect(claimed.status, claimed.text).toBe(201);
    expect((await readAward(service, academy, made.award)).body).toMatchObject({ subject: did, claimed: true });
    const revoked = await ask(service, "POST", `/v1/orgs/${academy.slug}/revocations:batch`, {
      body: { cohort: "first", reason: "Void." },
      token: academy.access,
    });
    expect(revoked.text.trim().split("\n")).toHaveLength(20);
    expect(revoked.text).not.toContain("problem");
    expect((await readAward(service, academy, made.award)).body).toMatchObject({ status: "revoked" });
  });
});
