// Sign-in in workerd: ours beside viem with jose in the same Worker.
import { startWorker } from "../../tests/worker/harness.ts";
import { type Contender, compare, type Options, type Result, rotate, wallOf } from "../measure.ts";
import { makeProofs } from "../signing-in.ts";

export async function run({ rounds }: Options): Promise<Result[]> {
  const worker = await startWorker({ entry: "bench/worker/sign-in.ts" });
  try {
    const proofs = await makeProofs(128);
    const contender = (name: string, way: string, times: number): Contender => {
      const body = JSON.stringify({ way, proofs: proofs.slice(0, times) });
      const all = async () => {
        const answer = await worker.fetch("/", { method: "POST", body });
        if (!answer.ok) throw new Error(`The Worker answered ${answer.status}: ${await answer.text()}`);
      };
      return { name, cost: () => wallOf(times, all) };
    };
    const contenders = [contender("ours", "ours", 128), contender("viem with jose", "usual", 64)];
    const costs = await rotate(contenders, rounds * 2, 6);
    return [
      compare(costs, {
        name: "sign-in-workerd",
        unit: "µs",
        ours: "ours",
        yardstick: "viem with jose",
        as: "speed",
        goal: { of: "ratio", atLeast: 2 },
      }),
    ];
  } finally {
    await worker.dispose();
  }
}
