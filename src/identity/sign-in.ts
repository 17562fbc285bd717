import { ensure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import type { ProofMethod } from "./delegation.ts";
import { type Account, type Did, pkhDid } from "./did.ts";
import { type NonceStore, nonceLife, spendNonce } from "./nonce.ts";
import { checkSiwe, parseSiwe } from "./siwe.ts";
import type { WalletCheck } from "./wallet.ts";

/** What reading a wallet's message needs: our public origin, the nonces issued here, and who checks signatures. */
export type MessageContext = { origin: string; nonces: NonceStore; wallet: WalletCheck };

/** An EIP-4361 message and the wallet's signature over its text, as `0x` and hex. */
export type WalletMessage = { message: string; signature: string };

export type SignedIn = { account: Account; user: Did; method: ProofMethod };

/**
 * Says who signed a sign-in message. Refuses with INVALID_SIWE, WRONG_CHAIN, UNREADABLE_DATE, NONCE_UNKNOWN,
 * NONCE_PURPOSE, WRONG_STATEMENT, WRONG_DOMAIN, NOT_YET_VALID, EXPIRED, BAD_SIGNATURE and CONTRACT_WALLET.
 */
export async function signIn(context: MessageContext, proof: WalletMessage, now: Millis): Promise<SignedIn> {
  const message = parseSiwe(proof.message);
  // The nonce is spent before anything else is judged, so a failed attempt also burns it.
  const nonce = await spendNonce(context.nonces, message.nonce, "sign-in", now);
  ensure(message.statement === nonce.statement, "WRONG_STATEMENT");
  checkSiwe(message, context.origin, now, nonceLife);
  // Whoever brings a message that delegates may be the app alone: a session would give it the whole wallet.
  ensure(!message.resources.some(isDelegating), "NONCE_PURPOSE", "A message that delegates a key opens no session.");
  const { method } = await context.wallet.checkMessage(message.account, message.text, proof.signature);
  return { account: message.account, user: pkhDid(message.account), method };
}

function isDelegating(resource: string): boolean {
  const folded = resource.toLowerCase();
  return folded.startsWith("did:key:") || folded.startsWith("urn:renown:may:");
}
