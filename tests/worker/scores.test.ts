import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reckonManyScores } from "../vectors/reputation/scores.ts";
import { startWorker } from "./harness.ts";

test("scores are the same bytes in workerd as on Node", async () => {
  const file = readFileSync(new URL("../vectors/reputation/scores.json", import.meta.url), "utf8");
  const worker = await startWorker({ entry: "tests/worker/fixture/scores.ts" });
  try {
    const answer = await worker.fetch("/", { method: "POST", body: file });
    const { vectors, many } = (await answer.json()) as { vectors: string; many: string };
    expect(vectors).toBe(file);
    expect(many).toBe(reckonManyScores(JSON.parse(file)));
  } finally {
    await worker.dispose();
  }
});
