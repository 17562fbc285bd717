import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reckonMany } from "../vectors/reputation/arithmetic.ts";
import { startWorker } from "./harness.ts";

test("reputation's arithmetic gives the same bytes in workerd as on Node", async () => {
  const file = readFileSync(new URL("../vectors/reputation/arithmetic.json", import.meta.url), "utf8");
  const worker = await startWorker({ entry: "tests/worker/fixture/reputation.ts" });
  try {
    const answer = await worker.fetch("/", { method: "POST", body: file });
    const { vectors, many } = (await answer.json()) as { vectors: string; many: string };
    expect(vectors).toBe(file);
    expect(many).toBe(reckonMany());
  } finally {
    await worker.dispose();
  }
});
