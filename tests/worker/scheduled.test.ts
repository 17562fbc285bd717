import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServiceKeys } from "../../src/identity/service-keys.ts";
import { type RunningWorker, startWorker } from "./harness.ts";

let worker: RunningWorker | undefined;
beforeAll(async () => {
  const keys = JSON.stringify(await makeServiceKeys(Date.now() - 86_400_000));
  worker = await startWorker({ vars: { RENOWN_ORIGIN: "http://localhost:8787", RENOWN_KEYS: keys } });
});
afterAll(() => worker?.dispose());

test.each(["* * * * *", "7,37 * * * *"])("sees to what is waiting and what has lapsed at %s", async (cron) => {
  const answer = await worker!.fetch(`/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`);
  expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
});
