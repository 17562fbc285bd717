import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso, minute } from "../../src/kernel/time.ts";
import { type Academy, awardKind, learner, makeAward, makeClass, openAcademy } from "./academy.ts";
import { get, post } from "./client.ts";
import { act } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let klass: { id: string };
beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
});
afterAll(() => service.close());

/** An award's entry as a host app has it. */
async function awardOperation() {
  const { did } = await learner(service);
  const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did } });
  const { body } = await get(service, `/v1/documents/${award}/operations`);
  const action = JSON.parse(body.items[1].action);
  const context = { documentId: award, documentType: awardKind, branch: "main", scope: "global" };
  return { operation: { action }, context, admittedAt: body.items[1].admittedAt as string };
}

const verify = async ({ operation, context }: { operation: unknown; context: unknown }, question = {}) => {
  const query = new URLSearchParams(question).toString();
  const answer = await post(service, `/v1/operations/verify?${query}`, { operation, context });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.results[0];
};

const keyCheck = (report: { checks: { name: string }[] }) => report.checks.find(({ name }) => name === "delegation");

describe("an operation by an organisation's own key", () => {
  test("is the organisation's, which the report names by its document", async () => {
    const report = await verify(await awardOperation());
    expect(report).toMatchObject({ verdict: "valid", binding: "full", signer: { user: "" } });
    expect(keyCheck(report)).toMatchObject({ outcome: "pass", code: "ORGANIZATION" });
    expect(report.delegation).toMatchObject({ state: "LIVE", id: academy.document });
  });

  test("stays valid when the key is retired, and the report tells since when", async () => {
    const asked = await awardOperation();
    service.clock.advance(minute);
    const made = await post(service, `/v1/orgs/${academy.slug}/keys`, { type: "P-256" }, { token: academy.token });
    await act(service, academy, "ADD_KEY", { key: made.body.key, made: true });
    const report = await verify(asked);
    expect(report.verdict).toBe("valid");
    expect(report.delegation).toMatchObject({ state: "LIVE", revokedSince: iso(service.now()) });
    const later = await verify(asked, { at: iso(service.now()) });
    expect(later).toMatchObject({ verdict: "invalid", delegation: { state: "REVOKED" } });
  });

  test("is invalid where the organisation says that the key was compromised by then, from when it says so", async () => {
    const asked = await awardOperation();
    service.clock.advance(minute);
    const before = iso(service.now());
    service.clock.advance(minute);
    const key = asked.operation.action.context.signer.app.key;
    await act(service, academy, "RETIRE_KEY", { key, compromisedFrom: asked.admittedAt });
    service.clock.advance(minute);
    const report = await verify(asked);
    expect(report).toMatchObject({ verdict: "invalid", delegation: { state: "KEY_COMPROMISED" } });
    expect(keyCheck(report)).toMatchObject({ outcome: "fail", code: "KEY_COMPROMISED" });
    const known = await verify(asked, { known: before });
    expect(known).toMatchObject({ verdict: "valid", delegation: { state: "LIVE" } });
  });
});
