/**
 * Appends to the SQLite file named by its argument until it is killed, and prints each receipt once it has been
 * acknowledged: a line for each.
 */
import type { Receipt } from "../../../src/operations/receipt.ts";
import type { Previous } from "../../../src/operations/sign.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, openHouse, userOf } from "../../harness.ts";
import { accountKind, testKinds, testLimits } from "./test-kinds.ts";

const house = openHouse(testKinds, { file: process.argv[2]! });
const user = userOf(alice);
const tell = (receipts: readonly Receipt[]) => {
  for (const receipt of receipts) process.stdout.write(`${JSON.stringify(receipt)}\n`);
};

await house.delegate({ may: [...testLimits, profileKind] });

/** Many into one causal stream, none waiting for another. */
async function change(document: string): Promise<void> {
  for (let i = 0; ; i++) {
    const input = { userImage: `https://image.example/${crypto.randomUUID()}/${i}` };
    const { action } = await house.sign({ document, kind: profileKind, type: "SET_USER_IMAGE", input, user });
    tell(await house.reactor.submit(document, [action]));
  }
}

/** Runs into a strict stream, each behind the one before. */
async function count(): Promise<void> {
  const { document, action } = await house.opening(accountKind);
  tell(await house.reactor.open(action, accountKind, []));
  let previous: Previous | undefined;
  for (;;) {
    const run = [];
    for (let i = 0; i < 3; i++) {
      const intent = { document, kind: accountKind, type: "ADD", input: { amount: 1 }, user };
      const signed = await house.sign(previous ? { ...intent, previous } : intent);
      previous = signed.previous;
      run.push(signed.action);
    }
    tell(await house.reactor.submit(document, run));
  }
}

const { document, action } = await house.opening(profileKind);
tell(await house.reactor.open(action, profileKind, []));
await Promise.all([count(), count(), ...Array.from({ length: 8 }, () => change(document))]);
