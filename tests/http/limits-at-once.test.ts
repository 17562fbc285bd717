import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { signOpening, signOperation } from "../../src/operations/sign.ts";
import { maxAbout } from "../../src/reputation/attestation-decisions.ts";
import { maxDailyBytes, versionBytes } from "../../src/reputation/policy-document.ts";
import { appKey, userOf } from "../harness.ts";
import { sample } from "../unit/reputation/policy-samples.ts";
import { field, openAttester, person, signed, tryAttest } from "./attester.ts";
import { type Answer, delegate, expectProblem, freshWallet, post, type Wallet } from "./client.ts";
import { signPolicy } from "./resources/policies.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const times = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const letIn = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 201);
/** All that are not let in are refused with this. */
const expectRefused = (answers: readonly Answer[], code: string, status: number) => {
  for (const answer of answers) if (answer.status !== 201) expectProblem(answer, code, status);
};

describe("about one subject at once", () => {
  const asStranger = { field, kind: "endorsement", value: "1", standing: "unsolicited", organization: "", restsOn: [] };
  const endorse = (who: Wallet, subject: string) => signed(service, who, subject, "ATTEST", asStranger);
  const sent = maxAbout + 40;

  test("an organisation says as much as it may, and no more", async () => {
    const lab = await openAttester(service);
    const { did } = await person(service);
    const answers = await times(sent, () => tryAttest(service, lab, did));
    expect(letIn(answers)).toHaveLength(maxAbout);
    expectRefused(answers, "QUOTA_EXCEEDED", 422);
    expect((await tryAttest(service, lab, (await person(service)).did)).status).toBe(201);
  });

  test("a person nobody asked says as much as they may, and leaves room for others", async () => {
    const [{ did }, one, other] = [await person(service), freshWallet(), await person(service)];
    await delegate(service, one, { may: ["renown/reputation"] });
    const answers = await times(sent, () => endorse(one, did));
    expect(letIn(answers)).toHaveLength(maxAbout);
    expectRefused(answers, "QUOTA_EXCEEDED", 422);
    expect((await endorse(other.wallet, did)).status).toBe(201);
  });
});

describe("policies published at once", () => {
  /** Some fourteen thousand bytes with what a version takes, each of one length. */
  const long = (i: number) => ({ ...sample, name: `P${1_000 + i}`, description: "\u20ac".repeat(4_000) });
  const size = Buffer.byteLength(JSON.stringify(long(0))) + versionBytes;

  const publisher = async () => {
    const wallet = freshWallet();
    await delegate(service, wallet, { may: ["renown/policy"] });
    return wallet;
  };

  /** An opening with so many versions, signed ahead. */
  async function opening(wallet: Wallet, versions: number): Promise<JsonObject> {
    const [kind, user] = ["renown/policy", userOf(wallet)];
    const { document, action } = await signOpening({ realm: service.realm, kind, user }, appKey, service.now());
    const operations: object[] = [];
    let after = {};
    for (let i = 0; i < versions; i++) {
      const input = { policy: long(i) } as unknown as JsonObject;
      const next = await signOperation(
        { document, kind, type: "PUBLISH", input, user, ...after },
        appKey,
        service.now(),
      );
      after = { previous: { operation: next.digest, timestampUtcMs: next.action.timestampUtcMs } };
      operations.push(next.action);
    }
    return { create: action, operations } as unknown as JsonObject;
  }

  test("come to a day's bytes of their account, in however many documents", async () => {
    const wallet = await publisher();
    const most = Math.floor(maxDailyBytes / size);
    const bodies = await times(most + 20, async (i) => (await signPolicy(service, wallet, long(i))).body);
    const answers = await Promise.all(bodies.map((body) => post(service, "/v1/policies", body)));
    expect(letIn(answers)).toHaveLength(most);
    expectRefused(answers, "TOO_MANY_REQUESTS", 429);
  });

  test("are counted within a run, and what a refused run would have used is there for another", async () => {
    const wallet = await publisher();
    const [run, most] = [20, Math.floor(maxDailyBytes / size)];
    const bodies = await times(Math.floor(most / run) + 3, () => opening(wallet, run));
    const answers = await Promise.all(bodies.map((body) => post(service, "/v1/documents", body)));
    expect(letIn(answers)).toHaveLength(Math.floor(most / run));
    expectRefused(answers, "TOO_MANY_REQUESTS", 429);
    const rest = await post(service, "/v1/documents", await opening(wallet, most % run));
    expect(rest.status, rest.text).toBe(201);
    expectProblem(await post(service, "/v1/documents", await opening(wallet, 1)), "TOO_MANY_REQUESTS", 429);
  });
});
