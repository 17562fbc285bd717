import { describe, expect, test } from "vitest";
import type { Did } from "../../../src/identity/did.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day } from "../../../src/kernel/time.ts";
import { here } from "../../../src/operations/kind.ts";
import type { Policy } from "../../../src/reputation/policy.ts";
import {
  isAlias,
  maxDailyBytes,
  maxPolicyVersions,
  policyDocument,
  policyDocumentWith,
  versionBytes,
} from "../../../src/reputation/policy-document.ts";
import { policyHash } from "../../../src/reputation/policy-schema.ts";
import { type Act, type By, given, noon, serviceKey, theDocument } from "../given.ts";
import { sample } from "./policy-samples.ts";

const ann: Did = "did:pkh:eip155:1:0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const bea: Did = "did:pkh:eip155:1:0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const app: Did = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
const may = { limits: [{ kind: "renown/policy" }] } as const;

const by = (user: Did, more: Partial<By> = {}): By => ({
  user,
  app,
  binding: "full",
  by: "delegation",
  ...may,
  ...more,
});
const service: By = { user: "", app: serviceKey, binding: "full", by: "service" };

const publish = (policy: Policy = sample, who = by(ann), more: JsonObject = {}): Act => ({
  type: "PUBLISH",
  input: { policy: policy as unknown as JsonObject, ...more },
  by: who,
});
const retire = (version: number, who = by(ann)): Act => ({ type: "RETIRE", input: { version }, by: who });
const second = { ...sample, name: "Welding II" };

const opened = (...log: Act[]) => given(policyDocument, log, { user: ann, app });
const ours = (...log: Act[]) => given(policyDocument, log, { user: "", app: serviceKey });

describe("a policy's document", () => {
  test("begins with a first version by the wallet that opened it", async () => {
    const { projection, entry } = await opened()
      .when(publish())
      .then({ owner: ann, version: 1, name: "Welding", hash: policyHash(sample), retired: [], alias: "" });
    const { operation, digest } = entry;
    expect(projection.claims).toEqual([]);
    expect(projection.rows).toEqual([
      {
        table: "policies",
        key: { document: theDocument },
        set: {
          name: "Welding",
          owner: ann,
          alias: null,
          latest: 1,
          hash: policyHash(sample),
          updated_at: noon,
          created_seq: here,
          created_at: noon,
        },
      },
      {
        table: "policy_versions",
        key: { document: theDocument, version: "1" },
        set: {
          hash: policyHash(sample),
          operation,
          entry: digest,
          seq: here,
          policy: JSON.stringify(sample),
          account: ann.slice(-42),
          bytes: JSON.stringify(sample).length,
          published_at: noon,
          superseded_at: null,
        },
      },
    ]);
  });

  test("keeps the text as it was signed, members in their order of arrival", async () => {
    const turned = Object.fromEntries(Object.entries(sample).reverse()) as Policy;
    const { projection } = await opened()
      .when(publish(turned))
      .then({ hash: policyHash(sample) });
    const version = projection.rows.find(({ table }) => table === "policy_versions")!;
    expect(version.set.policy).toBe(JSON.stringify(turned));
    expect(version.set.policy).not.toBe(JSON.stringify(sample));
  });

  test("comes to a next version, and never touches the one before", async () => {
    const { projection } = await opened(publish()).when(publish(second)).then({ version: 2, name: "Welding II" });
    const [policy, version, ...more] = projection.rows;
    expect(policy!.set).not.toHaveProperty("created_seq");
    expect(policy!.set).toMatchObject({ latest: 2, hash: policyHash(second) });
    expect(version!.key).toEqual({ document: theDocument, version: "2" });
    expect(more).toEqual([]);
  });

  test("may say of a version that it is superseded, which changes nothing else", async () => {
    const { projection, state } = await opened(publish(), publish(second))
      .when(retire(1))
      .then({ retired: [1], version: 2 });
    expect(projection.rows[1]).toEqual({
      table: "policy_versions",
      key: { document: theDocument, version: "1" },
      set: { superseded_at: noon },
    });
    expect(projection.rows[0]!.set).not.toHaveProperty("created_seq");
    expect(state.hash).toBe(policyHash(second));
    const only = await opened(publish())
      .when(retire(1))
      .then({ retired: [1], version: 1 });
    expect(only.projection.rows[0]!.set).not.toHaveProperty("created_seq");
  });

  test.each<[string, Act[], Act, string]>([
    ["another wallet", [], publish(sample, by(bea)), "FORBIDDEN"],
    ["another wallet later", [publish()], publish(second, by(bea)), "FORBIDDEN"],
    ["another wallet to retire", [publish()], retire(1, by(bea)), "FORBIDDEN"],
    ["the service in another's document", [publish()], publish(second, service), "FORBIDDEN"],
    ["a key without limits", [], publish(sample, by(ann, { limits: "unsaid" })), "NOT_PERMITTED"],
    ["a weaker binding", [], publish(sample, by(ann, { binding: "content" })), "BINDING_NOT_TAKEN"],
    ["what is attested", [], publish(sample, by(ann, { binding: "attested", by: "session" })), "BINDING_NOT_TAKEN"],
    ["the same again", [publish()], publish(), "UNCHANGED"],
    ["a policy that is none", [], publish({ ...sample, minRaters: -1 }), "INVALID_INPUT"],
    ["a name of the service's", [], publish(sample, by(ann), { alias: "open-work" }), "FORBIDDEN"],
    ["a version that is not there", [publish()], retire(2), "NOT_FOUND"],
    ["a version before there is one", [], retire(1), "NOT_FOUND"],
    ["a version twice", [publish(), retire(1)], retire(1), "UNCHANGED"],
  ])("refuses %s", async (_, log, act, code) => {
    await opened(...log)
      .when(act)
      .then(code);
  });

  test("has at most 1,000 versions", () => {
    const state = { ...policyDocument.initial({ user: ann, app }), version: maxPolicyVersions };
    const actor = {
      user: ann,
      app,
      binding: "full",
      method: "recovery",
      authority: { by: "delegation", entry: "" },
    } as const;
    const deed = {
      document: "",
      type: "PUBLISH",
      input: publish().input,
      actor,
      now: noon,
      facts: undefined,
      grounds: [],
    };
    expect(() => policyDocument.decide(state, deed)).toThrow(expect.objectContaining({ code: "QUOTA_EXCEEDED" }));
  });
});

describe("what arrives", () => {
  const decided = (policy: Policy, before: { versions: number; bytes: number }, who = by(ann)) => {
    const asked: unknown[] = [];
    const kind = policyDocumentWith({
      published: async (...each) => {
        asked.push(each);
        return before;
      },
    });
    const outcome = given(kind, [], { user: who.user, app }).when(publish(policy, who));
    return { outcome, asked };
  };
  const size = JSON.stringify(sample).length + versionBytes;

  test("is held to so many bytes of an account within a day, by its address alone", async () => {
    const most = { versions: 3, bytes: maxDailyBytes - 3 * versionBytes - size };
    const { outcome, asked } = decided(sample, most);
    await outcome.then({ version: 1 });
    expect(asked).toEqual([[ann.slice(-42), noon - day]]);
    await decided(sample, { ...most, bytes: most.bytes + 1 }).outcome.then("TOO_MANY_REQUESTS");
    await decided(sample, { ...most, versions: 4 }).outcome.then("TOO_MANY_REQUESTS");
  });

  test("of the service's own is not, nor what stands and is judged again", async () => {
    const full = { versions: 0, bytes: maxDailyBytes };
    const { outcome, asked } = decided(sample, full, service);
    await outcome.then({ version: 1 });
    expect(asked).toEqual([]);
    await opened().when(publish()).then({ version: 1 });
  });

  test("says its owner's account and its bytes with the version", async () => {
    const name = "Schweißen";
    const { projection } = await opened()
      .when(publish({ ...sample, name }))
      .then({ name });
    const { set } = projection.rows.find(({ table }) => table === "policy_versions")!;
    expect(set).toMatchObject({ account: ann.slice(-42), bytes: Buffer.byteLength(String(set.policy)) });
  });
});

describe("a policy of the service's own", () => {
  const alias = "open-work";
  test("has a name by which it is found, which is claimed with every version", async () => {
    const { projection } = await ours()
      .when(publish(sample, service, { alias }))
      .then({ owner: "", alias });
    const claim = { space: "policy", key: alias, holder: theDocument, until: null, refusal: "NAME_TAKEN" };
    expect(projection.claims).toEqual([claim]);
    expect(projection.rows[0]!.set).toMatchObject({ owner: "", alias });
    const next = await ours(publish(sample, service, { alias }))
      .when(publish(second, service, { alias }))
      .then({ version: 2 });
    expect(next.projection.claims).toEqual([claim]);
  });

  test.each<[string, Act, string]>([
    ["a wallet", publish(second, by(ann)), "FORBIDDEN"],
    ["a key of nobody's", publish(second, { ...service, app }), "NOT_DELEGATED"],
    ["another name", publish(second, service, { alias: "other-name" }), "INVALID_INPUT"],
    ["no name any more", publish(second, service), "INVALID_INPUT"],
    ["a name of another form", publish(second, service, { alias: "Open" }), "INVALID_INPUT"],
  ])("refuses %s", async (_, act, code) => {
    await ours(publish(sample, service, { alias }))
      .when(act)
      .then(code);
  });

  test("has a name that no document has", () => {
    expect(["open-work", "abc"].map(isAlias)).toEqual([true, true]);
    expect(["r1EM-UfvDrgYoVkNlkAbF-MGxSIWWc0Y3ZeC59VcomLlw", "ab", "1ab", "a_b", ""].some(isAlias)).toBe(false);
    expect(isAlias(`r1${"a".repeat(43)}`)).toBe(false);
  });
});
