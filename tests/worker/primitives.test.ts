import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import secp256k1 from "secp256k1";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hex } from "../../src/kernel/bytes.ts";
import * as node from "../../src/kernel/primitives-node.ts";
import { openD1, type RunningWorker, startWorker } from "./harness.ts";

const digest = new Uint8Array(32).fill(7);
const key = new Uint8Array(32).fill(9);
const { signature, recid } = secp256k1.ecdsaSign(digest, key);
const data = "00ff".repeat(50);

describe("the primitives in workerd", () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await startWorker({ entry: "tests/worker/fixture/primitives.ts", vars: { GREETING: "hello" } });
  });
  afterAll(() => worker?.dispose());

  const ask = async (changes: Record<string, unknown> = {}) => {
    const asked = { digest: hex(digest), signature: hex(signature), recovery: recid, data, ...changes };
    const answer = await worker.fetch("/", { method: "POST", body: JSON.stringify(asked) });
    return (await answer.json()) as Record<string, unknown>;
  };

  test("are those in WebAssembly", async () => {
    expect((await ask()).implementation).toBe("wasm");
  });

  test("recover the key that signed, and none from what is no signature", async () => {
    expect((await ask()).point).toBe(hex(secp256k1.publicKeyCreate(key, false)));
    expect((await ask({ signature: "00".repeat(64) })).point).toBeNull();
  });

  test("hash as those of Node do", async () => {
    const bytes = fromHex(data)!;
    expect(await ask()).toMatchObject({
      keccak256: hex(node.keccak256(bytes)),
      sha256: hex(node.sha256(bytes)),
      sha1: hex(node.sha1(bytes)),
      digestOf: node.digestOf(data),
    });
  });

  test("stand beside a migrated database and the variables given", async () => {
    const answer = await ask();
    expect(answer.tables).toEqual(expect.arrayContaining(["entries", "documents", "d1_migrations"]));
    expect(answer.greeting).toBe("hello");
  });
});

describe("a Worker that does not start", () => {
  test("says so where its module is missing", async () => {
    await expect(startWorker({ entry: "tests/worker/fixture/absent.ts" })).rejects.toThrow();
  });

  test("says so where it cannot be bundled", async () => {
    const entry = `.tmp/broken-${randomUUID()}.ts`;
    mkdirSync(".tmp", { recursive: true });
    writeFileSync(entry, `export { default } from "./absent.ts";\n`);
    try {
      await expect(startWorker({ entry })).rejects.toThrow("does not start");
    } finally {
      rmSync(entry);
    }
  });
});

test("D1 without a Worker is migrated too, and refuses what its tables forbid", async () => {
  type Statement = { first(): Promise<unknown>; run(): Promise<unknown> };
  const { database, dispose } = await openD1<{ prepare(sql: string): Statement }>();
  try {
    expect(await database.prepare("SELECT count(*) AS entries FROM entries").first()).toEqual({ entries: 0 });
    await expect(database.prepare("INSERT INTO documents (id) VALUES (NULL)").run()).rejects.toThrow("NOT NULL");
  } finally {
    await dispose();
  }
});
