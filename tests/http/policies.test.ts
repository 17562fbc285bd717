import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeServiceKeys, rotate, type ServiceKeys } from "../../src/identity/service-keys.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day } from "../../src/kernel/time.ts";
import { maxDailyBytes, versionBytes } from "../../src/reputation/policy-document.ts";
import { policyHash } from "../../src/reputation/policy-schema.ts";
import { alice, start, userOf } from "../harness.ts";
import { sample, seeds } from "../unit/reputation/policy-samples.ts";
import { expectProblem, freshWallet, get, post } from "./client.ts";
import { changePolicy, publishPolicy, signPolicy } from "./resources/policies.ts";
import { type LocalService, startLocal, wideLimits } from "./server.ts";

const running: LocalService[] = [];
let folder: string;
let keys: ServiceKeys;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "renown-policies-"));
  keys = await makeServiceKeys(start - day);
});
afterAll(async () => {
  for (const service of running) await service.close();
  rmSync(folder, { recursive: true });
});

/** A process over a database of its own or another's, with what it trusts first. */
async function open(file: string, trustSeeds: readonly string[], more: { keys?: ServiceKeys } = {}) {
  const parts = () => ({ keys: more.keys ?? keys, trustSeeds });
  const service = await startLocal({ file: file === ":memory:" ? file : join(folder, file), parts });
  running.push(service);
  return service;
}

const told = async ({ services }: LocalService) =>
  (await services.policies.list({ limit: 9 })).items.map(({ alias, version }) => `${alias} ${version}`);

describe("the service's own policies", () => {
  test("are published once, however often that is asked for, also at once", async () => {
    const service = await open(":memory:", seeds);
    const { policies } = service.services;
    await Promise.all([policies.ship(), policies.ship(), policies.list({ limit: 9 })]);
    await policies.ship();
    expect(await told(service)).toEqual(["open-work 1", "renown-trust 1"]);
    expect((await policies.find("renown-trust"))!.policy.trust!.seeds).toEqual([...seeds].sort());
  });

  test("are the same for processes that share a database, whoever is first", async () => {
    const [one, other] = [await open("shared.sqlite", seeds), await open("shared.sqlite", seeds)];
    await Promise.all([one.services.policies.ship(), other.services.policies.ship()]);
    expect(await told(one)).toEqual(["open-work 1", "renown-trust 1"]);
    expect(await told(other)).toEqual(await told(one));
    const ids = [one, other].map(async ({ services }) => (await services.policies.find("open-work"))!.id);
    expect(new Set(await Promise.all(ids)).size).toBe(1);
  });

  test("stay the same documents after a start, and come to a version where their text is another", async () => {
    const before = await open("again.sqlite", seeds);
    const first = (await before.services.policies.find("renown-trust"))!;
    const same = await open("again.sqlite", [...seeds].reverse());
    expect(await same.services.policies.find("renown-trust")).toEqual(first);
    const other = await open("again.sqlite", [seeds[0]]);
    expect(await told(other)).toEqual(["open-work 1", "renown-trust 2"]);
    const second = (await other.services.policies.find("renown-trust"))!;
    expect(second).toMatchObject({ id: first.id, version: 2, policy: { trust: { seeds: [seeds[0]] } } });
    expect(await other.services.policies.find("renown-trust", 1)).toEqual(first);
    expect(await told(await open("again.sqlite", []))).toEqual(["open-work 1", "renown-trust 2"]);
  });

  test("go on under a next operation key, and audit", async () => {
    await (await open("rotated.sqlite", [seeds[0]])).services.policies.ship();
    const rotated = await rotate(keys, "operation", start + 1);
    const service = await open("rotated.sqlite", [seeds[1]], { keys: rotated });
    service.clock.advance(day);
    expect(await told(service)).toEqual(["open-work 1", "renown-trust 2"]);
    const { id } = (await service.services.policies.find("renown-trust"))!;
    expect((await get(service, `/v1/documents/${id}/audit`)).body.verdict).toBe("valid");
  });
});

describe("a policy", () => {
  test("is scored for the subjects that are named, before it is published", async () => {
    const service = await open(":memory:", []);
    const subject = userOf(alice);
    const { status, body } = await post(service, "/v1/policies", { policy: sample, subjects: [subject] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ hash: policyHash(sample), dryRun: [{ subject, score: "0.00", passes: false }] });
    expect((await post(service, "/v1/policies", { policy: sample })).body.dryRun).toBeNull();
    expect(await told(service)).toEqual(["open-work 1"]);
  });

  test("shows its state as a document does", async () => {
    const service = await open(":memory:", []);
    const { id, wallet } = await publishPolicy(service, sample);
    await changePolicy(service, id, wallet, "RETIRE", { version: 1 });
    const { body } = await get(service, `/v1/documents/${id}`);
    expect(body.state).toMatchObject({ owner: userOf(wallet), version: 1, retired: [1], hash: policyHash(sample) });
    expectProblem(await changePolicy(service, id, wallet, "RETIRE", { version: 1 }), "UNCHANGED", 409);
  });
});

describe("what a policy costs", () => {
  /** Some twelve thousand bytes. */
  const long = (title: string) => ({ ...sample, name: title, description: "\u20ac".repeat(4_000) });

  test("is a day's allowance of bytes, which an account uses up in whatever documents and gets back the next day", async () => {
    const service = await open(":memory:", []);
    const { id, wallet } = await publishPolicy(service, long("Version 1"));
    const size = Buffer.byteLength(JSON.stringify(long("Version 1"))) + versionBytes;
    let versions = 1;
    for (; versions < 1_000; versions++) {
      const policy = long(`Version ${versions + 1}`) as unknown as JsonObject;
      const answer = await changePolicy(service, id, wallet, "PUBLISH", { policy });
      if (answer.status === 201) continue;
      expectProblem(answer, "TOO_MANY_REQUESTS", 429);
      expect(answer.body.detail).toContain(String(maxDailyBytes));
      break;
    }
    expect(Math.abs(versions - maxDailyBytes / size)).toBeLessThan(2);
    const more = await signPolicy(service, wallet, long("Another"));
    expectProblem(await post(service, "/v1/policies", more.body), "TOO_MANY_REQUESTS", 429);
    await publishPolicy(service, long("Another's"));
    service.clock.advance(day + 1);
    await publishPolicy(service, long("The next day"), wallet);
  });

  test("is what an address may have checked, by its size, whichever way it comes", async () => {
    const operations = { burst: 20, window: 1_000_000_000 };
    const service = await startLocal({ limits: { ...wideLimits, operations } });
    running.push(service);
    // Four of twenty each, where a short one takes two with its opening.
    const [one, other] = [await publishPolicy(service, sample), freshWallet()];
    for (let i = 0; i < 3; i++) {
      const policy = long(`Version ${i}`) as unknown as JsonObject;
      expect((await changePolicy(service, one.id, one.wallet, "PUBLISH", { policy })).status).toBe(201);
    }
    const signed = await signPolicy(service, other, long("Another"));
    expectProblem(await post(service, "/v1/documents", signed.body), "NOT_DELEGATED");
    for (const path of ["/v1/documents", "/v1/policies"])
      expectProblem(await post(service, path, signed.body), "TOO_MANY_REQUESTS", 429);
    const short = await signPolicy(service, other, sample);
    expectProblem(await post(service, "/v1/policies", short.body), "NOT_DELEGATED");
  });
});
