import { ensure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { appPoint } from "./app-key.ts";
import { type Limits, parseLimits } from "./delegation.ts";
import { type Account, type Did, pkhDid } from "./did.ts";
import { type DelegationTerms, delegationResources, delegationStatement, nonceLife, spendNonce } from "./nonce.ts";
import type { MessageContext, WalletMessage } from "./sign-in.ts";
import { checkSiwe, parseSiwe, type SiweMessage } from "./siwe.ts";
import type { WalletCheck, WalletProof } from "./wallet.ts";

/** What a sign-in message delegates, as it can be read from the message alone. */
export type DelegationMessage = {
  account: Account;
  user: Did;
  app: Did;
  limits: Limits;
  /** The message's Issued At and Expiration Time. */
  issuedAt: Millis;
  expiresAt: Millis;
  /** The site that the wallet was shown. */
  domain: string;
};

/** A delegation message whose signature has been checked, with the proof as it came. */
export type DelegationProof = DelegationMessage & WalletMessage & WalletProof & { chainId: number };

/**
 * Takes a delegation message: only with a nonce issued for exactly that key, those limits and that expiry, and with
 * the statement word for word. Refuses as `signIn` does; NONCE_PURPOSE where the message asks for other terms.
 */
export async function readDelegationMessage(
  context: MessageContext,
  proof: WalletMessage,
  now: Millis,
): Promise<DelegationProof> {
  const message = parseSiwe(proof.message);
  const { statement, terms } = await spendNonce(context.nonces, message.nonce, "delegate", now);
  ensure(message.statement === statement, "WRONG_STATEMENT");
  ensure(message.expirationTime === terms.until, "NONCE_PURPOSE", "The nonce was issued for another expiry.");
  const named = message.resources.join("\n") === delegationResources(terms).join("\n");
  ensure(named, "NONCE_PURPOSE", "The nonce was issued for another key or other limits.");
  checkSiwe(message, context.origin, now, nonceLife);
  return checkProof(delegationOf(message), proof, context.wallet);
}

/**
 * Reads what a message delegates, without its nonce: for audits, which ask nobody. The statement must say it in words.
 * Refuses with INVALID_SIWE, WRONG_CHAIN, UNREADABLE_DATE, INVALID_DID, INVALID_CREDENTIAL and WRONG_STATEMENT.
 */
export function parseDelegationProof(message: string): DelegationMessage {
  return delegationOf(parseSiwe(message));
}

/** Reads the message and checks its signature; refuses as `parseDelegationProof` and the wallet check do. */
export async function checkDelegationProof(proof: WalletMessage, wallet: WalletCheck): Promise<DelegationProof> {
  return checkProof(parseDelegationProof(proof.message), proof, wallet);
}

async function checkProof(
  delegation: DelegationMessage,
  { message, signature }: WalletMessage,
  wallet: WalletCheck,
): Promise<DelegationProof> {
  const checked = await wallet.checkMessage(delegation.account, message, signature);
  return { ...delegation, message, signature, chainId: delegation.account.chainId, ...checked };
}

function delegationOf(message: SiweMessage): DelegationMessage {
  const { account, issuedAt, domain, expirationTime, expiresAt } = message;
  const [app = "", ...names] = message.resources;
  ensure(expirationTime !== undefined && expiresAt !== undefined, "INVALID_SIWE", "A delegation names its expiry.");
  appPoint(app);
  const terms: DelegationTerms = { app, limits: parseLimits(names, "urn:renown:may:"), until: expirationTime };
  // Every resource counts: one that is passed over could mean something to somebody else.
  const exact = message.resources.join("\n") === delegationResources(terms).join("\n");
  ensure(exact, "INVALID_SIWE", "The resources are the key and its limits, nothing else.");
  ensure(message.statement === delegationStatement(terms), "WRONG_STATEMENT");
  return { account, user: pkhDid(account), app, limits: terms.limits, issuedAt, expiresAt, domain };
}
