import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { signOpening, signOperation } from "../../../src/operations/sign.ts";
import type { Policy } from "../../../src/reputation/policy.ts";
import { policyHash } from "../../../src/reputation/policy-schema.ts";
import { policyWords } from "../../../src/reputation/policy-words.ts";
import { appKey, userOf } from "../../harness.ts";
import { sample } from "../../unit/reputation/policy-samples.ts";
import { delegate, expectProblem, freshWallet, get, post, type Wallet } from "../client.ts";
import type { Service } from "../server.ts";

const kind = "renown/policy";

/** A signed opening of a policy, and of a next operation. */
export async function signPolicy(service: Service, wallet: Wallet, policy: Policy) {
  const user = userOf(wallet);
  const create = await signOpening({ realm: service.realm, kind, user }, appKey, service.now());
  const { document } = create;
  const input = { policy } as unknown as JsonObject;
  const first = await signOperation({ document, kind, type: "PUBLISH", input, user }, appKey, service.now());
  return { document, first, body: { create: create.action, operations: [first.action] } };
}

/** A policy of a wallet that has let a key publish. */
export async function publishPolicy(service: Service, policy: Policy, wallet: Wallet = freshWallet()) {
  await delegate(service, wallet, { may: [kind] });
  const signed = await signPolicy(service, wallet, policy);
  const answer = await post(service, "/v1/policies", signed.body);
  expect(answer.status, answer.text).toBe(201);
  return { id: answer.body.id as string, wallet, ...signed };
}

export async function changePolicy(service: Service, id: string, wallet: Wallet, type: string, input: JsonObject) {
  const { body } = await get(service, `/v1/documents/${id}`);
  const intent = { document: id, kind, user: userOf(wallet), type, input, previous: body.head };
  const { action } = await signOperation(intent, appKey, service.now());
  return post(service, `/v1/documents/${id}/operations`, { operations: [action] });
}

export function policyContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("policies", () => {
    test("that come with the service are there, signed in its own name, and audit", async () => {
      const { status, body } = await get(service, "/v1/policies/open-work");
      expect(status).toBe(200);
      expect(body).toMatchObject({ alias: "open-work", owner: null, version: 1, policy: { name: "Open work" } });
      expect(body.hash).toBe(policyHash(body.policy));
      const listed = (await get(service, "/v1/policies")).body.items;
      expect(listed.filter(({ alias }: { alias: string }) => alias === "open-work")).toHaveLength(1);
      const { body: entries } = await get(service, `/v1/documents/${body.id}/operations`);
      expect(entries.items.map((each: JsonObject) => each.authority)).toEqual(
        Array(2).fill({ by: "service", entry: "" }),
      );
      expect(entries.items[1]).toMatchObject({ operation: body.operation, binding: "full", signer: { user: "" } });
      expect((await get(service, `/v1/documents/${body.id}/audit`)).body.verdict).toBe("valid");
      expectProblem(await get(service, "/v1/policies/renown-trust"), "NOT_FOUND", 404);
    });

    test("are published by their owner's signature, and never change", async () => {
      const { id, wallet, first } = await publishPolicy(service, sample);
      const path = `/v1/policies/${id}`;
      const one = await get(service, `${path}/1`);
      expect(one.body).toEqual({
        id,
        version: 1,
        hash: policyHash(sample),
        policy: sample,
        operation: first.digest,
        publishedAt: expect.any(String),
      });
      expect(one.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(one.headers.get("etag")).toBe(`"${policyHash(sample)}"`);
      const next = { ...sample, name: "Welding II" };
      const changed = await changePolicy(service, id, wallet, "PUBLISH", { policy: next } as unknown as JsonObject);
      expect(changed.status, changed.text).toBe(201);
      expect((await get(service, `${path}/1`)).text).toBe(one.text);
      const latest = await get(service, path);
      expect(latest.body).toMatchObject({ id, version: 2, policy: next, owner: userOf(wallet), alias: null });
      expect(latest.body.versions.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
      const known = { headers: { "if-none-match": `"${policyHash(sample)}"` } };
      expect((await get(service, `${path}/1`, known)).status).toBe(304);
    });

    test("may be called superseded, and stay there", async () => {
      const { id, wallet } = await publishPolicy(service, sample);
      const { headers } = await get(service, `/v1/policies/${id}`);
      const retired = await changePolicy(service, id, wallet, "RETIRE", { version: 1 });
      expect(retired.status, retired.text).toBe(201);
      const known = { headers: { "if-none-match": headers.get("etag")! } };
      const { status, body } = await get(service, `/v1/policies/${id}`, known);
      expect(status).toBe(200);
      expect(body.versions).toMatchObject([{ version: 1, supersededAt: expect.any(String) }]);
      expect((await get(service, `/v1/policies/${id}/1`)).status).toBe(200);
    });

    test("are checked without being kept", async () => {
      const before = (await get(service, "/v1/policies?limit=200")).body.items.length;
      const { status, body } = await post(service, "/v1/policies", { policy: sample });
      expect(status).toBe(200);
      expect(body).toMatchObject({ hash: policyHash(sample), words: policyWords(sample) });
      expect(body.warnings).toContain("Incidents do not count: nothing that went wrong lowers the score.");
      expect((await get(service, "/v1/policies?limit=200")).body.items).toHaveLength(before);
      const wrong = { ...sample, kinds: { review: { ...sample.kinds.review!, points: "0" } } };
      const refused = await post(service, "/v1/policies", { policy: wrong });
      expectProblem(refused, "INVALID_INPUT", 422);
      expect(refused.body.detail).toContain("policy.kinds.review.points");
    });

    test("are refused to a key that may not, to another's, and to nobody at all", async () => {
      const wallet = freshWallet();
      await delegate(service, wallet, { may: ["powerhouse/renown-user"] });
      const { body } = await signPolicy(service, wallet, sample);
      expectProblem(await post(service, "/v1/policies", body), "NOT_PERMITTED", 403);
      const { body: unknown } = await signPolicy(service, freshWallet(), sample);
      expectProblem(await post(service, "/v1/policies", unknown), "NOT_DELEGATED", 403);
      const nobody = await signOpening({ realm: service.realm, kind, user: "" }, appKey, service.now());
      const input = { policy: sample } as unknown as JsonObject;
      const intent = { document: nobody.document, kind, type: "PUBLISH", input, user: "" } as const;
      const { action } = await signOperation(intent, appKey, service.now());
      const posted = await post(service, "/v1/policies", { create: nobody.action, operations: [action] });
      expectProblem(posted, "NOT_DELEGATED", 403);
    });

    test.each([
      {},
      { policy: sample, create: {} },
      { create: {} },
      { create: {}, operations: [], subjects: [] },
      { policy: [] },
      { policy: sample, subjects: Array(21).fill("did:pkh:eip155:1:0xaa") },
    ])("are not read from %j", async (body) => {
      expectProblem(await post(service, "/v1/policies", body), "INVALID_REQUEST", 400);
    });

    test("are not found where there are none", async () => {
      const { id } = (await get(service, "/v1/policies/open-work")).body;
      for (const path of ["nobody-has-it", "r1none", `${id}/2`, `${id}/0`, `${id}/01`, `${id}/x`, "open-work/1001"])
        expectProblem(await get(service, `/v1/policies/${path}`), "NOT_FOUND", 404);
    });

    test("are listed page by page", async () => {
      await publishPolicy(service, { ...sample, name: "Another" });
      const all = (await get(service, "/v1/policies?limit=200")).body.items;
      const first = await get(service, "/v1/policies?limit=1");
      expect(first.body.items).toEqual(all.slice(0, 1));
      expect(first.headers.get("link")).toContain(`after=${first.body.next}`);
      const second = await get(service, `/v1/policies?limit=1&after=${first.body.next}`);
      expect(second.body.items).toEqual(all.slice(1, 2));
      expectProblem(await get(service, "/v1/policies?after=x"), "INVALID_REQUEST", 400);
    });

    test("have a JSON Schema that everybody may read and keep", async () => {
      const { status, headers, body } = await get(service, "/schemas/policy-1.json");
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("application/schema+json");
      expect(headers.get("cache-control")).toBe("public, max-age=86400");
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(body.$id).toBe(`${service.origin}/schemas/policy-1.json`);
      const known = { headers: { "if-none-match": headers.get("etag")! } };
      expect((await get(service, "/schemas/policy-1.json", known)).status).toBe(304);
    });

    test("have pages that say their rules", async () => {
      const list = await get(service, "/policies");
      expect(list.status).toBe(200);
      expect(list.text).toContain('href="/policies/open-work"');
      const page = await get(service, "/policies/open-work/1");
      expect(page.status).toBe(200);
      const { policy } = (await get(service, "/v1/policies/open-work")).body;
      for (const { title, sentences } of policyWords(policy))
        for (const text of [title, ...sentences]) expect(page.text).toContain(text);
      expect((await get(service, "/policies/open-work")).status).toBe(200);
      for (const path of ["/policies/none", "/policies/open-work/2", "/policies/open-work/x"])
        expect((await get(service, path)).status, path).toBe(404);
    });
  });
}
