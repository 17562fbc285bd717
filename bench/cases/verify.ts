// One operation after the other in this process, on Node's own primitives.
import { verifyOperation } from "../../src/index.ts";
import { start } from "../../tests/harness.ts";
import { opensslSpeed } from "../machine.ts";
import { type Contender, compare, type Options, type Result, rotate } from "../measure.ts";
import type { Sent } from "../operations.ts";
import { inTurn, libcrypto, makeOperations, verifyOne } from "../verifying.ts";

export async function run({ rounds }: Options): Promise<Result[]> {
  const { house, operations, prepared, delegations } = await makeOperations(256);
  const options = { now: start, delegationsOf: () => delegations };
  const report = async (sent: Sent) => (await verifyOperation(sent, options)).verdict === "valid";
  const sdk = await sdkOf(operations);
  const contenders = [libcrypto(prepared), inTurn("ours", operations, verifyOne), inTurn("report", operations, report)];
  const costs = await rotate([...contenders, ...(sdk ? [sdk] : [])], rounds * 3, 12);
  await house.close();
  const common = { unit: "µs", ours: "ours", yardstick: "libcrypto", as: "speed" } as const;
  const openssl = opensslSpeed() ?? "There is no openssl command here";
  return [
    compare(costs, { ...common, name: "verify", goal: { of: "ratio", atLeast: 0.9 }, notes: [openssl] }),
    ...(sdk
      ? [compare(costs, { ...common, name: "verify-sdk", yardstick: "sdk", goal: { of: "ratio", atLeast: 4 } })]
      : []),
    compare(costs, { ...common, name: "verify-report", ours: "report" }),
  ];
}

/** Powerhouse's own verifier, which checks the bytes alone; undefined where it is not installed. */
async function sdkOf(operations: readonly Sent[]): Promise<Contender | undefined> {
  const sdk = await import("@renown/sdk-6").catch(() => undefined);
  if (!sdk) return undefined;
  const check = sdk.createSignatureVerifier();
  return inTurn("sdk", operations, ({ operation }) =>
    check(operation as unknown as Parameters<typeof check>[0], operation.action.context!.signer!.app.key),
  );
}
