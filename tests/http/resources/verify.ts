import { beforeAll, describe, expect, test } from "vitest";
import { signOperation } from "../../../src/operations/sign.ts";
import { appKey, userOf } from "../../harness.ts";
import { expectProblem, freshWallet, openProfile, post, withContext } from "../client.ts";
import type { Service } from "../server.ts";

const path = "/v1/operations/verify";
const ndjson = { "content-type": "application/x-ndjson" };

export function verifyContract(open: () => Promise<Service>): void {
  let service: Service;
  let mine: ReturnType<typeof withContext>;
  beforeAll(async () => {
    service = await open();
    const { document, first } = await openProfile(service);
    mine = withContext(document, first.action);
  });
  const verify = (body: unknown, headers = {}, query = "") => post(service, `${path}${query}`, body, { headers });
  const linesOf = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  describe("verification", () => {
    test("reports on one operation with its context, as it stands", async () => {
      const { status, body } = await verify(mine);
      expect(status).toBe(200);
      expect(body.results).toHaveLength(1);
      expect(body.results[0]).toMatchObject({
        verdict: "valid",
        binding: "full",
        signer: { app: appKey.did },
        delegation: { state: "LIVE" },
        require: [],
      });
      expect(body.results[0].checks.length).toBeGreaterThan(5);
    });

    test("reports on a batch, in order, each by itself", async () => {
      const spoilt = structuredClone(mine);
      spoilt.operation.action = { ...spoilt.operation.action, input: { ethAddress: "0x" } } as never;
      const { body } = await verify({
        operations: [mine, spoilt, { operation: {}, context: {} }, mine],
        require: ["full"],
      });
      expect(body.results.map((each: { verdict: string }) => each.verdict)).toEqual([
        "valid",
        "invalid",
        "invalid",
        "valid",
      ]);
      expect(body.results[0].require).toEqual(["full"]);
    });

    test("takes operations of documents that were never seen here", async () => {
      const user = userOf(freshWallet());
      const intent = { document: "elsewhere", kind: "x/y", type: "DO", input: {}, user };
      const { action } = await signOperation(intent, appKey, service.now());
      const { body } = await verify(withContext("elsewhere", action, "x/y"));
      const named = new Map(body.results[0].checks.map((each: { name: string }) => [each.name, each]));
      expect(named.get("signature")).toMatchObject({ outcome: "pass" });
      expect(named.get("delegation")).toMatchObject({ outcome: "fail", code: "NOT_DELEGATED" });
    });

    test("is asked for a past moment", async () => {
      const before = "2020-01-01T00:00:00.000Z";
      const asked = await verify({ operations: [mine], at: before });
      expect(asked.body.results[0]).toMatchObject({ at: before, verdict: "invalid" });
      const byQuery = await verify(mine, {}, `?at=${before}&require=full,user`);
      expect(byQuery.body.results[0]).toMatchObject({ at: before, require: ["full", "user"] });
    });

    test("refuses questions that cannot be read", async () => {
      expectProblem(await verify({ operations: [mine], at: "yesterday" }), "UNREADABLE_DATE", 400);
      expectProblem(await verify({ operations: [mine], require: ["everything"] }), "INVALID_REQUEST", 400);
      expectProblem(await verify(mine, {}, "?require=everything"), "INVALID_REQUEST", 400);
      expectProblem(await verify(mine, {}, "?when=now"), "INVALID_REQUEST", 400);
      expectProblem(await verify({ ...mine, more: 1 }), "INVALID_REQUEST", 400);
      expectProblem(await verify([mine]), "INVALID_REQUEST", 400);
      expectProblem(await verify({ operations: mine }), "INVALID_REQUEST", 400);
    });

    test("streams a large batch", async () => {
      const { status, body } = await verify({ operations: Array.from({ length: 300 }, () => mine) });
      expect(status).toBe(200);
      expect(body.results).toHaveLength(300);
      expect(new Set(body.results.map((each: { verdict: string }) => each.verdict))).toEqual(new Set(["valid"]));
    });

    test("answers an empty batch with no results", async () => {
      expect((await verify({ operations: [] })).body).toEqual({ results: [] });
    });

    test("refuses a batch of more operations or DIDs than one request may ask about", async () => {
      const many = { operations: Array.from({ length: 10_001 }, () => ({})) };
      expectProblem(await verify(many), "QUOTA_EXCEEDED", 422);
      const foreign = Array.from({ length: 1_001 }, (_, i) => ({
        operation: { action: { context: { signer: { app: { key: `did:key:${i}` } } } } },
        context: {},
      }));
      expectProblem(await verify({ operations: foreign }), "QUOTA_EXCEEDED", 422);
    });

    test("answers lines with lines, in order, and bad ones with the problem", async () => {
      const line = JSON.stringify(mine);
      const text = [line, "{", "", '{"a":1,"a":2}', '{"a":"\\ud800"}', "[".repeat(60) + "]".repeat(60), "7", line].join(
        "\n",
      );
      const answer = await verify(text, ndjson, "?require=full");
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
      const results = linesOf(answer.text);
      expect(results.map((each) => each.verdict ?? each.error.code)).toEqual([
        "valid",
        "MALFORMED_JSON",
        "MALFORMED_JSON",
        "MALFORMED_JSON",
        "TOO_DEEP",
        "invalid",
        "valid",
      ]);
      expect(results[0].require).toEqual(["full"]);
      expect(results[1].error).toMatchObject({ title: expect.any(String) });
    });

    test("passes over a line that is too long", async () => {
      const line = JSON.stringify(mine);
      const answer = await verify(`${line}\n"${"x".repeat(300_000)}"\n${line}\n`, ndjson);
      expect(linesOf(answer.text).map((each) => each.verdict ?? each.error.code)).toEqual([
        "valid",
        "TOO_LARGE",
        "valid",
      ]);
    });

    test("answers no lines with none", async () => {
      const answer = await verify("\n \n", ndjson);
      expect(answer.text).toBe("");
    });

    test("takes no other type", async () => {
      const plain = await verify("a=b", { "content-type": "text/plain" });
      expectProblem(plain, "UNSUPPORTED_MEDIA_TYPE", 415);
      expect(plain.body.detail).toBe("The body is application/json or application/x-ndjson.");
      const packed = { ...ndjson, "content-encoding": "gzip" };
      expectProblem(await verify("x", packed), "UNSUPPORTED_MEDIA_TYPE", 415);
    });

    test("says what the operation was bound to in many streams at once", async () => {
      const text = Array.from({ length: 200 }, () => JSON.stringify(mine)).join("\n");
      const answers = await Promise.all([1, 2, 3].map(() => verify(text, ndjson)));
      for (const answer of answers) expect(linesOf(answer.text)).toHaveLength(200);
    });
  });
}
