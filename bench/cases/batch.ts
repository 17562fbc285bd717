// A batch through the question that the service asks, signatures on other threads, on all cores of this machine.
import { appPoint, type KeyCheck } from "../../src/identity/app-key.ts";
import { openP256Threads } from "../../src/kernel/p256-threads.ts";
import { openQuestion } from "../../src/verify/question.ts";
import { appKey } from "../../tests/harness.ts";
import { compare, type Options, type Result, rotate, wallOf } from "../measure.ts";
import type { Sent } from "../operations.ts";
import { atOnce, libcrypto, makeOperations } from "../verifying.ts";

export async function run({ rounds, quick }: Options): Promise<Result[]> {
  const { house, operations, prepared } = await makeOperations(quick ? 1024 : 10_000);
  const threads = openP256Threads();
  const check = threads.checkOf(appPoint(appKey.did));
  const questionWith = (keyOf?: () => KeyCheck) =>
    openQuestion(
      {
        store: house.store,
        clock: house.clock.now,
        realm: house.realm,
        did: "did:web:bench.example",
        isServiceKey: house.isServiceKey,
        ...(keyOf && { keyOf }),
      },
      {},
    );
  const onThreads = await questionWith(() => check);
  const onOne = await questionWith();
  const valid = (ask: typeof onOne) => async (sent: Sent) => (await ask(sent)).verdict === "valid";
  const contenders = [
    libcrypto(prepared, wallOf),
    atOnce("ours", operations, 512, valid(onThreads)),
    atOnce("one thread", operations, 16, valid(onOne)),
  ];
  const costs = await rotate(contenders, rounds, 2);
  await Promise.all([threads.close(), house.close()]);
  const common = { unit: "µs", yardstick: "libcrypto", as: "speed" } as const;
  return [
    compare(costs, { ...common, name: "batch", ours: "ours", goal: { of: "ratio", atLeast: 1.6, stretch: 1.9 } }),
    compare(costs, { ...common, name: "batch-one-thread", ours: "one thread" }),
  ];
}
