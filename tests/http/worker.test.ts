import { makeServiceKeys } from "../../src/identity/service-keys.ts";
import { startWorker } from "../worker/harness.ts";
import { httpContract } from "./contract.ts";
import { operatorToken } from "./server.ts";

httpContract(async () => {
  const origin = "http://localhost:8787";
  const many = "1000000";
  const worker = await startWorker({
    vars: {
      RENOWN_ORIGIN: origin,
      RENOWN_REALM: "test",
      RENOWN_KEYS: JSON.stringify(await makeServiceKeys(Date.now() - 86_400_000)),
      RENOWN_OPERATOR_TOKEN: operatorToken,
      RENOWN_RATE_BURST: many,
      RENOWN_OPERATIONS_BURST: many,
      RENOWN_FAILURES_PER_ADDRESS: many,
      RENOWN_FAILURES_PER_KEY: many,
    },
  });
  return { origin, realm: "test", operatorToken, now: Date.now, fetch: worker.fetch, close: worker.dispose };
});
