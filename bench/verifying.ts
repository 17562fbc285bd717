// What the cases of verification have in common: the operations, and who verifies them.
import { verify } from "node:crypto";
import { alice, appKey, openHouse, start, userOf } from "../tests/harness.ts";
import { type Contender, cpuOf, wallOf } from "./measure.ts";
import { type Prepared, preparedOf, sentOf, signStream } from "./operations.ts";

export const document = "5b6a3c2e-0000-4222-8333-444455556666";

/** A house with a delegated key, and what that key has signed for a document kept elsewhere. */
export async function makeOperations(count: number) {
  const house = openHouse();
  await house.delegate({ may: ["powerhouse/renown-user"] });
  const user = userOf(alice);
  const actions = await signStream({ document, user, key: appKey }, count, start);
  return {
    house,
    operations: actions.map((action, i) => sentOf(document, action, i)),
    prepared: actions.map(preparedOf),
    delegations: await house.store.delegationsOf(user, appKey.did),
  };
}

/** The library of C behind node:crypto, its key parsed and its signature in DER beforehand. */
export function libcrypto(prepared: readonly Prepared[], by: typeof cpuOf = cpuOf, size?: number): Contender {
  return inTurn("libcrypto", prepared, ({ message, der, key }) => verify("sha256", message, key, der), by, size);
}

/** Asks about one after the other, in each round the next `size`, all unless told otherwise; every answer must be yes. */
export function inTurn<T>(
  name: string,
  items: readonly T[],
  ask: (item: T) => boolean | Promise<boolean>,
  by: typeof cpuOf = cpuOf,
  size: number = items.length,
): Contender {
  let from = 0;
  const all = async () => {
    const slice = items.slice(from, from + size);
    from = (from + size) % items.length;
    for (const item of slice) {
      const answer = ask(item);
      if (!(typeof answer === "boolean" ? answer : await answer)) throw new Error(`${name}: a good one was refused.`);
    }
  };
  return { name, cost: () => by(size, all) };
}

/** The same with some in flight at once. */
export function atOnce<T>(
  name: string,
  items: readonly T[],
  width: number,
  ask: (item: T) => boolean | Promise<boolean>,
  by: typeof cpuOf = wallOf,
): Contender {
  const all = async () => {
    let next = 0;
    const lane = async () => {
      while (next < items.length) if (!(await ask(items[next++]!))) throw new Error(`${name}: a good one was refused.`);
    };
    await Promise.all(Array.from({ length: width }, lane));
  };
  return { name, cost: () => by(items.length, all) };
}
