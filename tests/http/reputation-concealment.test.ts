import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { auditBundle } from "../../src/operations/audit.ts";
import type { WireEntry } from "../../src/operations/bundle.ts";
import { type Academy, awardKind, earn, makeAward, makeClass, write } from "./academy.ts";
import { attest, entryOf, field, groundOf, openAttester, person } from "./attester.ts";
import { delegate, expectProblem, get, signIn } from "./client.ts";
import { authors, does as doesIn, fellows, memberOf as memberIn, type Person } from "./fellows.ts";
import { addClient, clientToken } from "./org-access.ts";
import { disputeAndRule, exported, replayed } from "./score-exporter.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let lab: Academy;
let other: Academy;
beforeAll(async () => {
  service = await startLocal();
  lab = await openAttester(service);
  other = await openAttester(service);
});
afterAll(() => service.close());

const does = (who: Person, subject: string, type: string, input: JsonObject = {}) =>
  doesIn(service, who, subject, type, input);
const tokenOf = async ({ wallet }: Person) => (await signIn(service, wallet)).token;
const memberOf = (academy: Academy, who: Person, role: string) => memberIn(service, academy, who, role);

/** What a viewer sees of a log: the type of each action, or that it is concealed. */
async function told(document: string, token?: string): Promise<string[]> {
  const { body } = await get(service, `/v1/documents/${document}/operations?limit=50`, { token });
  return (body.items as (WireEntry & { concealed?: boolean })[]).map(({ concealed, action }) =>
    concealed ? "concealed" : (JSON.parse(action) as { type: string }).type,
  );
}

const statusOf = async (attestation: string, token?: string) =>
  (await get(service, `/v1/attestations/${attestation}`, { token })).status;

describe("what is said about an attestation that its subject hides", () => {
  test("is concealed with it: answers, the dispute, the ruling, what took it back, and that it is hidden", async () => {
    const subject = await person(service);
    const [one, two] = [await attest(service, lab, subject.did), await attest(service, lab, subject.did)];
    await disputeAndRule(service, { lab, subject: subject.wallet, made: one, outcome: "upheld" });
    for (const { attestation: evidence } of [one, two]) await does(subject, subject.did, "HIDE", { evidence });
    for (const [what, said] of [
      ["respond", { narrative: "It was so." }],
      ["retract", {}],
    ] as const)
      expect((await write(service, lab.access, `/v1/attestations/${one.attestation}/${what}`, said)).status).toBe(201);
    const whole = ["ATTEST", "ATTEST", "DISPUTE", "RULE", "HIDE", "HIDE", "RESPOND", "RETRACT"];
    expect(await told(one.document)).toEqual(whole.map(() => "concealed"));
    for (const token of [await tokenOf(subject), lab.access, lab.token])
      expect(await told(one.document, token)).toEqual(whole);
    const { body } = await get(service, `/v1/operations?after=${one.seq - 1}&limit=100`);
    expect(JSON.stringify(body.items)).not.toContain(one.attestation);
    await does(subject, subject.did, "UNHIDE", { evidence: one.attestation });
    const shown = whole.map((type, i) => (i === 1 || i === 5 ? "concealed" : type));
    expect(await told(one.document)).toEqual([...shown, "UNHIDE"]);
  });

  test("is concealed of what nobody asked for, and of an award", async () => {
    const [subject, author] = [await person(service), await person(service)];
    await delegate(service, subject.wallet, { may: [awardKind, "renown/reputation"] });
    const loose = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
    const said = await does(author, subject.did, "ATTEST", loose);
    await does(subject, subject.did, "DISPUTE", { attestation: said.attestation, restsOn: [groundOf(said)] });
    expect(await told(said.document)).toEqual(["concealed", "concealed"]);
    const token = await tokenOf(author);
    expect(await told(said.document, token)).toEqual(["ATTEST", "DISPUTE"]);
    const { award, attestation, restsOn } = await awarded(subject);
    await does(subject, subject.did, "DISPUTE", { attestation, restsOn });
    expect(await told(said.document)).toEqual(["concealed", "concealed", "DISPUTE"]);
    expect((await earn(service, subject.wallet, award, "HIDE")).status).toBe(201);
    expect(await told(said.document, token)).toEqual(["ATTEST", "DISPUTE", "concealed"]);
    expect(await told(said.document, lab.token)).toEqual(["concealed", "concealed", "DISPUTE"]);
  });

  test("leaves a log that audits as far as it is shown, and whole to its subject", async () => {
    const subject = await person(service);
    const [one] = [await attest(service, lab, subject.did), await attest(service, other, subject.did)];
    await does(subject, subject.did, "HIDE", { evidence: one.attestation });
    await does(subject, subject.did, "DISPUTE", { attestation: one.attestation, restsOn: [groundOf(one)] });
    const answer = { narrative: "It was so." };
    await write(service, lab.access, `/v1/attestations/${one.attestation}/respond`, answer);
    const audit = async (token?: string) =>
      (await get(service, `/v1/documents/${one.document}/audit`, { token })).body as Awaited<
        ReturnType<typeof auditBundle>
      >;
    const open = await audit();
    expect({ verdict: open.verdict, findings: open.findings }).toMatchObject({ verdict: "undetermined" });
    expect(open.findings.filter(({ code }) => code !== "CONCEALED")).toEqual([]);
    expect((await audit(await tokenOf(subject))).verdict).toBe("valid");
    const { body: bundle } = await get(service, `/v1/documents/${one.document}/audit?bundle=1`);
    expect(JSON.stringify(bundle)).not.toContain(lab.document);
  });
});

/** A badge that the lab gave, and the entry that says so. */
async function awarded(subject: Person) {
  const klass = await makeClass(service, lab);
  const { award } = await makeAward(service, lab, { class: klass.id, recipient: { did: subject.did } });
  const { body } = await get(service, `/v1/documents/${award}/operations`);
  const given = (body.items as WireEntry[]).find(({ action }) => JSON.parse(action).type === "AWARD")!;
  return { award, attestation: given.operation, restsOn: [{ document: award, operation: given.operation }] };
}

describe("a hidden award in what others export", () => {
  test("stands in a log of no name, and the export is read and replayed as far as it goes", async () => {
    const subject = await person(service);
    await delegate(service, subject.wallet, { may: [awardKind, "renown/reputation"] });
    await attest(service, other, subject.did);
    const { award } = await awarded(subject);
    expect((await earn(service, subject.wallet, award, "HIDE")).status).toBe(201);
    const whole = await exported(service, subject.did);
    expect(JSON.stringify(whole)).not.toContain(award);
    expect(whole.logs.filter(({ document }) => document === "")).toHaveLength(1);
    const report = await replayed(service, whole);
    expect(report).toMatchObject({ verdict: "undetermined", concealed: 3 });
    expect(report.findings).toEqual([]);
  });
});

describe("a disputed attestation that its subject hides", () => {
  test.each([
    ["by a member of the same organisation", () => fellows(service, lab)],
    ["by somebody who shared the work", () => authors(service, lab, other)],
  ])("%s is shown to those who rule over it from the dispute on, and to nobody else", async (_, open) => {
    const { subject, made } = await open();
    const [arbiter, viewer, foreign] = [await person(service), await person(service), await person(service)];
    await memberOf(lab, arbiter, "arbiter");
    await memberOf(lab, viewer, "viewer");
    await memberOf(other, foreign, "arbiter");
    const tokens = await Promise.all([arbiter, viewer, foreign].map(tokenOf));
    const seen = async () => {
      const statuses = await Promise.all(tokens.map((token) => statusOf(made.attestation, token)));
      const logs = await Promise.all(tokens.map((token) => told(made.document, token)));
      return logs.map((types, i) => [statuses[i], types.includes("HIDE")]);
    };
    await does(subject, subject.did, "HIDE", { evidence: made.attestation });
    const unseen = [404, false];
    expect(await seen()).toEqual([unseen, unseen, unseen]);
    await does(subject, subject.did, "DISPUTE", { attestation: made.attestation, restsOn: [groundOf(made)] });
    expect(await seen()).toEqual([[200, true], unseen, unseen]);
    expect(await statusOf(made.attestation, lab.token)).toBe(200);
    expect(await statusOf(made.attestation)).toBe(404);
  });
});

describe("a hidden attestation of an organisation", () => {
  test("is shown to its clients that may attest, and to none for trying out or with another scope", async () => {
    const subject = await person(service);
    const made = await attest(service, lab, subject.did);
    await does(subject, subject.did, "HIDE", { evidence: made.attestation });
    const seenBy = async (terms: JsonObject) => {
      const token = await clientToken(service, await addClient(service, lab, terms));
      return [await statusOf(made.attestation, token), (await told(made.document, token))[0]];
    };
    expect(await seenBy({ scopes: ["attestations:write"] })).toEqual([200, "ATTEST"]);
    expect(await seenBy({ scopes: ["awards:read"] })).toEqual([404, "concealed"]);
    expect(await seenBy({ scopes: ["attestations:write", "awards:read"], mode: "test" })).toEqual([404, "concealed"]);
    expectProblem(
      await get(service, `/v1/attestations/${made.attestation}`, { token: other.access }),
      "NOT_FOUND",
      404,
    );
  });
});

describe("a ruling over an award", () => {
  test("is told to its earner", async () => {
    const [subject, arbiter] = [await person(service), await person(service)];
    const { attestation, restsOn } = await awarded(subject);
    const dispute = await does(subject, subject.did, "DISPUTE", { attestation, restsOn });
    const member = await memberOf(lab, arbiter, "arbiter");
    const grounds = { restsOn: [groundOf(dispute), ...restsOn, member], ends: [await entryOf(service, dispute)] };
    const ruled = { attestation, dispute: dispute.attestation, outcome: "upheld", ...grounds };
    const { attestation: operation } = await does(arbiter, subject.did, "RULE", ruled);
    const { body } = await get(service, "/v1/me/notices", { token: await tokenOf(subject) });
    expect(body.items).toMatchObject([{ what: "ruled", operation, attestation }]);
  });
});
