import type { Unsigned } from "../../src/badges/member-awarding.ts";
import { hex } from "../../src/kernel/bytes.ts";
import { appKey } from "../harness.ts";

/** Signs what was prepared for a member as their browser does, by the app's key. */
export async function signPrepared({ prepared, ticket }: Unsigned) {
  const { create, operations } = prepared as any;
  const signed = async ({ message, tuple, action }: any) => {
    const signature = await appKey.sign(Uint8Array.from(Buffer.from(message.hex, "hex")));
    const whole = structuredClone(action);
    whole.context.signer.signatures = [[...tuple, `0x${hex(signature)}`]];
    return whole;
  };
  return { ...(create && { create: await signed(create) }), operation: await signed(operations[0]), ticket };
}
