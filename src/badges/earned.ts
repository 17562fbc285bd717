import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, parsePkh, pkhDid } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";

/** An award of somebody's; `seq` is the place in the log at which it was made. */
export type EarnedAward = { document: string; seq: number };

/** What was awarded to one of several DIDs of a wallet. */
export type EarnedAwards = {
  /** The latest first, before a place; neither what is held back at `now` nor what was cancelled. */
  earned(subjects: readonly Did[], before: number, limit: number, now: Millis): Promise<EarnedAward[]>;
};

/** Chains on which issuers name wallets: an account that is proved by its own key is the same on each. */
const chains = [1, 10, 100, 137, 8453, 42161, 84532, 11155111];

/** The DIDs by which badges may name a wallet: its own, and of one that is no contract those on other chains. */
export function earnerDids(user: Did, method: ProofMethod): Did[] {
  if (method === "contract") return [user];
  const { address } = parsePkh(user);
  return [...new Set([user, ...chains.map((chainId) => pkhDid({ chainId, address }))])];
}
