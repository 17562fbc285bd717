// The same where there is WebCrypto and nothing else, on Node: started with the conditions of a browser.
import { decidingTuple } from "../../src/operations/operation.ts";
import { checkSignature } from "../../src/operations/signature.ts";
import { compare, type Options, type Result, rotate, wallOf } from "../measure.ts";
import type { Sent } from "../operations.ts";
import { verifyOne } from "../verify-one.ts";
import { atOnce, inTurn, libcrypto, makeOperations } from "../verifying.ts";

/** Operations of a round: some milliseconds, so that many rounds are left alone by what else the machine does. */
const slice = 16;

export async function run({ rounds }: Options): Promise<Result[]> {
  const { house, operations, prepared } = await makeOperations(128);
  // The most that is possible: the call of WebCrypto alone, which waits for a thread to wake and to answer.
  const callAlone = ({ operation }: Sent) => checkSignature(decidingTuple(operation.action)!);
  const single = [
    libcrypto(prepared, wallOf, slice),
    inTurn("webcrypto alone", operations, callAlone, wallOf, slice),
    inTurn("ours", operations, verifyOne, wallOf, slice),
  ];
  const costs = await rotate(single, rounds * 16, 64);
  const many = [libcrypto(prepared, wallOf), atOnce("ours, 16 at once", operations, 16, verifyOne)];
  const together = await rotate(many, rounds * 2, 8);
  await house.close();
  const common = { unit: "µs", yardstick: "libcrypto", as: "speed" } as const;
  return [
    compare(costs, { ...common, name: "verify-web", ours: "ours" }),
    compare(costs, { ...common, name: "verify-web-limit", ours: "webcrypto alone" }),
    compare(together, { ...common, name: "verify-web-16", ours: "ours, 16 at once" }),
  ];
}
