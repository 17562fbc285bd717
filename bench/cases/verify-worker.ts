// The same in workerd, one after the other, beside the library of C in this process.
import { startWorker } from "../../tests/worker/harness.ts";
import { type Contender, compare, type Options, type Result, rotate, wallOf } from "../measure.ts";
import { libcrypto, makeOperations } from "../verifying.ts";

/** Times that a request goes through its operations, so that carrying and reading them weighs little. */
const passes = 16;

export async function run({ rounds }: Options): Promise<Result[]> {
  const { house, operations, prepared } = await makeOperations(64);
  const worker = await startWorker({ entry: "bench/worker/verify.ts" });
  try {
    const body = JSON.stringify({ operations, passes });
    const times = operations.length * passes;
    const all = async () => {
      const answer = await worker.fetch("/", { method: "POST", body });
      const { verified } = (await answer.json()) as { verified: number };
      if (verified !== times) throw new Error("A good one was refused.");
    };
    const ours: Contender = { name: "ours", cost: () => wallOf(times, all) };
    const costs = await rotate([libcrypto(prepared, wallOf), ours], rounds * 3, 8);
    const common = { unit: "µs", yardstick: "libcrypto", as: "speed" } as const;
    return [compare(costs, { ...common, name: "verify-workerd", ours: "ours", goal: { of: "ratio", atLeast: 0.45 } })];
  } finally {
    await worker.dispose();
    await house.close();
  }
}
