import { privateKeyToAccount } from "viem/accounts";
import type { Nonce } from "../../../src/identity/nonce.ts";
import { iso } from "../../../src/kernel/time.ts";
import keys from "../../keys.json" with { type: "json" };

export const alice = privateKeyToAccount(keys.wallets.alice as `0x${string}`);
export const bob = privateKeyToAccount(keys.wallets.bob as `0x${string}`);
export const origin = "https://renown.example";
export const now = Date.parse("2026-11-20T12:00:00.000Z");

export type Parts = {
  head?: string;
  address?: string;
  statement?: string | undefined;
  uri?: string;
  version?: string;
  chainId?: string | number;
  nonce?: string;
  issuedAt?: string;
  expirationTime?: string | undefined;
  notBefore?: string;
  requestId?: string;
  resources?: readonly string[] | undefined;
};

/** An EIP-4361 message as wallets and libraries write it. */
export function siweText(parts: Parts = {}): string {
  const { head = "renown.example", address = alice.address, uri = origin, version = "1", chainId = 1 } = parts;
  const { nonce = "abcdefgh1234567890", issuedAt = iso(now) } = parts;
  const statement = "statement" in parts ? parts.statement : "Hello.";
  const lines = [
    `${head} wants you to sign in with your Ethereum account:`,
    address,
    "",
    ...(statement === undefined ? [] : [statement]),
    "",
    `URI: ${uri}`,
    `Version: ${version}`,
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${issuedAt}`,
    ...(parts.expirationTime === undefined ? [] : [`Expiration Time: ${parts.expirationTime}`]),
    ...(parts.notBefore === undefined ? [] : [`Not Before: ${parts.notBefore}`]),
    ...(parts.requestId === undefined ? [] : [`Request ID: ${parts.requestId}`]),
    ...(parts.resources === undefined ? [] : ["Resources:", ...parts.resources.map((each) => `- ${each}`)]),
  ];
  return lines.join("\n");
}

/** What a wallet answers to a nonce: the message with its statement, and the signature. */
export async function signedMessage({ nonce, statement }: Nonce, parts: Parts = {}, wallet = alice) {
  const message = siweText({ nonce, statement, address: wallet.address, ...parts });
  return { message, signature: await wallet.signMessage({ message }) };
}
