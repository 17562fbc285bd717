import { beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "#primitives";
import { keyDid } from "../../../src/identity/did.ts";
import { type LogQuestion, verifyLog as verify } from "../../../src/index.ts";
import { base64url, fromBase64url } from "../../../src/kernel/bytes.ts";
import { openLogProofs, type SignedCheckpoint } from "../../../src/operations/checkpoint.ts";
import type { OperationStore } from "../../../src/operations/store.ts";
import { start } from "../../harness.ts";

const seed = base64url(new Uint8Array(32).fill(7));
const leaf = (seq: number) => digestOf(`entry ${seq}`);

/** A log that is nothing but leaves, and signs itself. */
async function openLog(digests: readonly string[], realm = "main", early = 0) {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), fromBase64url(seed)!]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const jwk = (await crypto.subtle.exportKey("jwk", key)) as { kty: "OKP"; crv: "Ed25519"; x: string; d: string };
  const at = (size: number) =>
    openLogProofs({
      tree: {
        leaves: async (from, to) => digests.slice(from - 1, to),
        node: async () => undefined,
        keep: async () => {},
      },
      store: { lastSeq: async () => size } as OperationStore,
      realm,
      jwk,
      clock: () => start + size + early,
    });
  const checkpoint = (size: number) => at(size).checkpoint();
  return { at, checkpoint, proofs: at(digests.length), logKey: keyDid("Ed25519", fromBase64url(jwk.x)!) };
}

const told = async (...asked: Parameters<typeof verify>) => {
  const { verdict, checks } = await verify(...asked);
  return [verdict, ...checks.map(({ name, code }) => `${name} ${code}`)];
};

describe("a checkpoint", () => {
  const digests = Array.from({ length: 11 }, (_, i) => leaf(i + 1));
  let log: Awaited<ReturnType<typeof openLog>>;
  let now: SignedCheckpoint;
  let before: SignedCheckpoint;
  let terms: Pick<LogQuestion, "logKey">;
  beforeAll(async () => {
    log = await openLog(digests);
    [now, before] = [await log.checkpoint(11), await log.checkpoint(5)];
    terms = { logKey: log.logKey };
  });

  test("is what the log key has signed, word for word", async () => {
    expect(await told(now, terms)).toEqual(["valid", "checkpoint OK"]);
    for (const change of [
      { size: 10 },
      { root: leaf(1) },
      { time: before.time },
      { realm: "other" },
      { signature: "AA" },
    ])
      expect(await told({ ...now, ...change }, terms)).toEqual(["invalid", "checkpoint BAD_SIGNATURE"]);
  });

  test("is of one realm", async () => {
    expect(await told(now, { ...terms, realm: "other" })).toEqual(["invalid", "checkpoint CONTENT_MISMATCH"]);
  });

  test("goes on from one of before, by a proof", async () => {
    for (let size = 1; size <= 11; size++) {
      const earlier = { checkpoint: await log.checkpoint(size), consistency: await log.proofs.consistency(size) };
      expect(await told(now, { ...terms, earlier })).toEqual([
        "valid",
        "checkpoint OK",
        "earlier OK",
        "consistency OK",
      ]);
    }
  });

  test("does not go on from one that another past had", async () => {
    const other = await openLog([leaf(99), ...digests.slice(1)]);
    const outcomes = ["invalid", "checkpoint OK", "earlier OK", "consistency CONTENT_MISMATCH"];
    const consistency = await log.proofs.consistency(5);
    expect(await told(now, { ...terms, earlier: { checkpoint: await other.checkpoint(5), consistency } })).toEqual(
      outcomes,
    );
    const same = { checkpoint: await other.checkpoint(11), consistency: await log.proofs.consistency(11) };
    expect(await told(now, { ...terms, earlier: same })).toEqual(outcomes);
  });

  test("asks for the two to be exchanged where they come in the wrong order", async () => {
    const earlier = { checkpoint: now, consistency: { from: 11, size: 11, path: [] } };
    const report = await verify(before, { ...terms, earlier });
    expect(report).toMatchObject({ verdict: "undetermined", checks: [{}, {}, { code: "NOT_COMPLETE" }] });
  });

  test("does not go on from one with more entries", async () => {
    const late = await openLog(digests, "main", -11);
    const earlier = { checkpoint: await late.checkpoint(11), consistency: { from: 11, size: 11, path: [] } };
    const report = await verify(before, { ...terms, earlier });
    expect(report).toMatchObject({ verdict: "invalid", checks: [{}, {}, { code: "CONTENT_MISMATCH" }] });
    expect(report.checks[2]!.detail).toContain("The log had 11 entries");
  });

  test("is asked for a proof of its own size, where it has one of another", async () => {
    const earlier = { checkpoint: before, consistency: await log.at(10).consistency(5) };
    const entry = { digest: leaf(3), inclusion: await log.at(10).inclusion(3) };
    const { verdict, checks } = await verify(now, { ...terms, earlier, entry });
    expect(verdict).toBe("undetermined");
    expect(checks.slice(2)).toMatchObject([
      { code: "NOT_COMPLETE", detail: expect.stringContaining("/v1/log/consistency?from=5&size=11") },
      { code: "NOT_COMPLETE", detail: expect.stringContaining("/v1/log/inclusion?seq=3&size=11") },
    ]);
  });

  test("holds each entry at its place, and none elsewhere", async () => {
    for (let seq = 1; seq <= 11; seq++) {
      const inclusion = await log.proofs.inclusion(seq);
      expect(await told(now, { ...terms, entry: { digest: leaf(seq), inclusion } })).toEqual([
        "valid",
        "checkpoint OK",
        "inclusion OK",
      ]);
      for (const entry of [
        { digest: leaf(seq + 1), inclusion },
        { digest: leaf(seq), inclusion: { ...inclusion, seq: (seq % 11) + 1 } },
        { digest: leaf(seq), inclusion: { ...inclusion, path: inclusion.path.slice(1) } },
      ])
        expect(await told(now, { ...terms, entry })).toEqual([
          "invalid",
          "checkpoint OK",
          "inclusion CONTENT_MISMATCH",
        ]);
    }
  });

  test("that nobody has signed proves nothing of a past or an entry", async () => {
    const forged = { ...now, root: leaf(1) };
    const earlier = { checkpoint: before, consistency: await log.proofs.consistency(5) };
    const entry = { digest: leaf(1), inclusion: { seq: 1, size: 11, path: [] } };
    expect(await told(forged, { ...terms, earlier, entry })).toEqual([
      "invalid",
      "checkpoint BAD_SIGNATURE",
      "earlier OK",
      "consistency SKIPPED",
      "inclusion SKIPPED",
    ]);
    const unsigned = { ...earlier, checkpoint: { ...before, signature: now.signature } };
    expect(await told(now, { ...terms, earlier: unsigned })).toEqual([
      "invalid",
      "checkpoint OK",
      "earlier BAD_SIGNATURE",
      "consistency SKIPPED",
    ]);
  });

  test.each([
    ["a checkpoint without a root", { root: undefined }, {}, "INVALID_INPUT"],
    ["an empty log", { size: 0 }, {}, "INVALID_INPUT"],
    ["no proof", {}, { entry: { digest: leaf(1), inclusion: null } }, "INVALID_INPUT"],
    ["no digest", {}, { entry: { digest: "abc", inclusion: { seq: 1, size: 11, path: [] } } }, "INVALID_INPUT"],
    [
      "a path without end",
      {},
      { entry: { digest: leaf(1), inclusion: { seq: 1, size: 11, path: Array(129).fill("") } } },
      "INVALID_INPUT",
    ],
    ["no key at all", {}, { logKey: undefined as unknown as string }, "INVALID_DID"],
    ["a key that is none", {}, { logKey: "did:key:z6Mk" }, "INVALID_DID"],
    ["a key of an app", {}, { logKey: "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv" }, "INVALID_INPUT"],
  ])("is not judged by %s", async (_name, change, more, code) => {
    await expect(verify({ ...now, ...change }, { ...terms, ...more })).rejects.toMatchObject({ code });
  });
});
