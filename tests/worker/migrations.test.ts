import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServiceKeys } from "../../src/identity/service-keys.ts";
import { schema } from "../../src/storage/installation-store.ts";
import { type RunningWorker, startWorker } from "./harness.ts";

let worker: RunningWorker | undefined;
beforeAll(async () => {
  const keys = JSON.stringify(await makeServiceKeys(Date.now() - 86_400_000));
  const vars = { RENOWN_ORIGIN: "http://localhost:8787", RENOWN_KEYS: keys };
  worker = await startWorker({ vars, entry: "tests/worker/fixture/behind-worker.ts" });
});
afterAll(() => worker?.dispose());

const statusOf = async (path: string) => (await worker!.fetch(path)).status;

test("a Worker serves no database that lacks migrations, and runs no jobs over it, until they are applied", async () => {
  await worker!.fetch("/migrate/0026");
  const cron = `/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`;
  const paths = ["/health/ready", "/v1/log", cron];
  for (const path of paths) expect([path, await statusOf(path)]).toEqual([path, 500]);
  await worker!.fetch(`/migrate/${schema}`);
  for (const path of paths) expect([path, await statusOf(path)]).toEqual([path, 200]);
});
