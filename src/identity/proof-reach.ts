import type { ProofMethod } from "./delegation.ts";
import { type Did, parsePkh } from "./did.ts";

/** An address on one chain, or on every chain where `chainId` is null; in lower case. */
export type Reached = { address: string; chainId: number | null };

/**
 * Whether a wallet that was proved to be `user` speaks for the address: proved by recovery, on every chain; proved by
 * contract, on its own chain only, because elsewhere the same address may be another's.
 */
export function speaksFor(proved: { user: Did | ""; method: ProofMethod }, reached: Reached): boolean {
  if (proved.user === "") return false;
  const { address, chainId } = parsePkh(proved.user);
  return address === reached.address && (proved.method === "recovery" || chainId === reached.chainId);
}
