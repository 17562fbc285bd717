// One operation after the other in this process, on Node's own primitives.
import { verifyOperation } from "../../src/index.ts";
import { start } from "../../tests/harness.ts";
import { opensslSpeed } from "../machine.ts";
import { type Contender, compare, cpuOf, type Options, type Result, rotate } from "../measure.ts";
import type { Sent } from "../operations.ts";
import { verifyOne } from "../verify-one.ts";
import { inTurn, libcrypto, makeOperations } from "../verifying.ts";

/**
 * Operations of a round: nine milliseconds, so that rounds are left alone by what else the machine does, and few of them
 * run with what another contender left in the caches.
 */
const slice = 128;

export async function run({ rounds }: Options): Promise<Result[]> {
  const { house, operations, prepared, delegations } = await makeOperations(256);
  const options = { now: start, delegationsOf: () => delegations };
  const report = async (sent: Sent) => (await verifyOperation(sent, options)).verdict === "valid";
  const sdk = await sdkOf(operations);
  const ours = inTurn("ours", operations, verifyOne, cpuOf, slice);
  const few = [libcrypto(prepared, cpuOf, slice), ours, inTurn("report", operations, report, cpuOf, slice)];
  const costs = await rotate(few, rounds * 12, 40);
  // Apart, because what its numbers leave behind would be cleared away at the cost of whoever runs next.
  const beside = sdk && (await rotate([ours, sdk], rounds * 4, 8));
  await house.close();
  const common = { unit: "µs", ours: "ours", yardstick: "libcrypto", as: "speed" } as const;
  const openssl = opensslSpeed() ?? "There is no openssl command here";
  return [
    compare(costs, { ...common, name: "verify", goal: { of: "ratio", atLeast: 0.9 }, notes: [openssl] }),
    ...(beside
      ? [compare(beside, { ...common, name: "verify-sdk", yardstick: "sdk", goal: { of: "ratio", atLeast: 4 } })]
      : []),
    compare(costs, { ...common, name: "verify-report", ours: "report" }),
  ];
}

/** Powerhouse's own verifier, which checks the bytes alone; undefined where it is not installed. */
async function sdkOf(operations: readonly Sent[]): Promise<Contender | undefined> {
  const sdk = await import("@renown/sdk-6").catch(() => undefined);
  if (!sdk) return undefined;
  const check = sdk.createSignatureVerifier();
  const ask = ({ operation }: Sent) =>
    check(operation as unknown as Parameters<typeof check>[0], operation.action.context!.signer!.app.key);
  return inTurn("sdk", operations, ask, cpuOf, slice);
}
