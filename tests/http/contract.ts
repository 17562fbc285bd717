import { afterAll } from "vitest";
import { authContract } from "./resources/auth.ts";
import { meContract } from "./resources/me.ts";
import type { Service } from "./server.ts";

/**
 * What the service promises over HTTP, whatever runs it. `start` is called once; limits must be wide, and the operator's
 * token and the realm as the service says.
 */
export function httpContract(start: () => Promise<Service>): void {
  let started: Promise<Service> | undefined;
  const open = () => {
    started ??= start();
    return started;
  };
  afterAll(async () => (await started)?.close());
  for (const contract of [authContract, meContract]) contract(open);
}
