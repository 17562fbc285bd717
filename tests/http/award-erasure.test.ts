import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { minute } from "../../src/kernel/time.ts";
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
  secretOf,
  write,
} from "./academy.ts";
import { delegate, expectProblem, get, remove } from "./client.ts";
import { signPrepared } from "./member-awards.ts";
import { addClient, clientToken } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

const folder = mkdtempSync(join(tmpdir(), "renown-erasure-"));
const file = join(folder, "renown.sqlite");
let service: LocalService;
let academy: Academy;
let klass: { id: string };
let down = false;
const mails: { to: string; text: string }[] = [];
beforeAll(async () => {
  const deliver = async (mail: { to: string; text: string }) => {
    if (down) throw new Error("The mail server is down.");
    mails.push(mail);
  };
  service = await startLocal({ file, parts: () => ({ deliver }) });
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
  await delegate(service, academy.wallet, { may: [awardKind] });
});
afterEach(async () => {
  down = false;
  await service.services.outbox.drain();
  mails.length = 0;
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const make = (more: object = {}) =>
  makeAward(service, academy, { class: klass.id, recipient: { email: "ada@example.org" }, ...more });
const erase = async (award: string) => {
  const answer = await remove(service, `/v1/awards/${award}/personal`, { token: academy.access });
  expect(answer.status, answer.text).toBe(204);
};
const to = () => mails.map((mail) => mail.to);
const member = () => ({ by: "session", user: academy.user, session: "s", method: "recovery" }) as const;

describe("what was erased of an award", () => {
  test("is not told again under the key of a write, whose answer is else the same", async () => {
    const { award } = await make({ narrative: "Long story." });
    const amend = () => write(service, academy.access, `/v1/awards/${award}/amend`, { name: "Ada King" }, "amend-once");
    const first = await amend();
    expect(first.body.personal).toEqual({ name: "Ada King", narrative: "Long story." });
    const second = await amend();
    expect([second.text, second.headers.get("idempotency-replayed")]).toEqual([first.text, "true"]);
    await erase(award);
    const third = await amend();
    expect(third.headers.get("idempotency-replayed")).toBe("true");
    expect(third.body).toEqual({ ...first.body, personal: null });
  });

  test("stands nowhere in the file of the database", async () => {
    const { did, wallet } = await learner(service);
    const { award, url } = await make({ recipient: { did }, narrative: "Kwisatz story ".repeat(300).trim() });
    await get(service, new URL(url).pathname, { headers: { accept: "application/vc" } });
    await earn(service, wallet, award, "SHOW_NAME", { shown: true });
    await get(service, new URL(url).pathname, { headers: { accept: "application/vc" } });
    const found = () => {
      const database = new Database(file);
      database.pragma("wal_checkpoint(TRUNCATE)");
      database.close();
      return readFileSync(file, "latin1").includes("Kwisatz");
    };
    expect(found()).toBe(true);
    await erase(award);
    expect(found()).toBe(false);
  });

  test("does not come back with a correction that a member was given to sign before", async () => {
    const { award } = await make({ name: "Ada Lovelace" });
    const { memberBadges } = service.services;
    const draft = () =>
      memberBadges.prepareCorrection(member(), academy.slug, appKey.did, { award, email: "new@example.org" });
    const [before, sent] = [await draft(), await draft()];
    await erase(award);
    const late = { ...(await signPrepared(before)), ticket: sent.ticket };
    await expect(memberBadges.correct(member(), academy.slug, late)).rejects.toMatchObject({
      code: "CONTENT_MISMATCH",
    });
    const signed = await signPrepared(before);
    await expect(memberBadges.correct(member(), academy.slug, signed)).rejects.toMatchObject({ code: "EXPIRED" });
    await memberBadges.correct(member(), academy.slug, await signPrepared(await draft()));
    expect((await readAward(service, academy, award)).body.personal).toBeNull();
  });
});

describe("a claim link that could not be sent", () => {
  const change = {
    corrected: (award: string) =>
      write(service, academy.access, `/v1/awards/${award}/correct`, { email: "b@example.org" }),
    revoked: (award: string) => write(service, academy.access, `/v1/awards/${award}/revoke`, { reason: "Mistake." }),
    erased: erase,
  };
  test.each(["corrected", "revoked", "erased"] as const)(
    "is sent to nobody any more once the award is %s",
    async (name) => {
      down = true;
      const { award } = await make({ recipient: { email: `${name}@example.org` } });
      await service.services.outbox.drain();
      await service.services.outbox.drain();
      await change[name](award);
      down = false;
      service.clock.advance(minute);
      await service.services.outbox.drain();
      await service.services.outbox.drain();
      expect(to()).toEqual(name === "corrected" ? ["b@example.org"] : []);
    },
  );

  test("is sent when it can be, once, under one message id", async () => {
    down = true;
    const made = await make({ recipient: { email: "later@example.org" } });
    await service.services.outbox.drain();
    down = false;
    service.clock.advance(minute);
    await service.services.outbox.drain();
    await service.services.outbox.drain();
    expect(to()).toEqual(["later@example.org"]);
    expect(mails[0]!.text).toContain(secretOf(made));
  });
});

describe("a member's correction of what is held", () => {
  test("says so, and is sent when it is held no more", async () => {
    const { memberBadges, outbox } = service.services;
    const { award } = await make({ recipient: { email: "held@example.org" }, holdMinutes: 1 });
    const wish = { award, email: "held-too@example.org" };
    const draft = await memberBadges.prepareCorrection(member(), academy.slug, appKey.did, wish);
    const told = await memberBadges.correct(member(), academy.slug, await signPrepared(draft));
    expect(told.status).toBe("held");
    await outbox.drain();
    expect(to()).toEqual([]);
    service.clock.advance(minute);
    await outbox.drain();
    expect(to()).toEqual(["held-too@example.org"]);
  });
});

describe("what an award says of a person", () => {
  test("is read by nobody whose token is for writing alone", async () => {
    const { award } = await make({ narrative: "Private words." });
    const writer = await clientToken(service, await addClient(service, academy, { scopes: ["awards:write"] }));
    const amended = await write(service, writer, `/v1/awards/${award}/amend`, { name: "Ada" });
    expect([amended.status, amended.body.personal]).toEqual([200, null]);
    expectProblem(await get(service, `/v1/awards/${award}`, { token: writer }), "FORBIDDEN", 403);
    expect((await readAward(service, academy, award)).body.personal).toEqual({
      name: "Ada",
      narrative: "Private words.",
    });
  });
});
