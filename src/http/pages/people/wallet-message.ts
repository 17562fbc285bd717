import { checksummed } from "../../../identity/address.ts";
import { iso, type Millis } from "../../../kernel/time.ts";

export type WalletMessageParts = {
  origin: string;
  address: string;
  chainId: number;
  nonce: string;
  statement: string;
  now: Millis;
};

/** The message that a wallet signs (EIP-4361), the address as EIP-55 spells it; `more` are the lines behind its time. */
export function walletMessage(parts: WalletMessageParts, more: readonly string[] = []): string {
  const { origin, address, chainId, nonce, statement, now } = parts;
  return [
    `${new URL(origin).host} wants you to sign in with your Ethereum account:`,
    checksummed(address),
    "",
    statement,
    "",
    `URI: ${origin}`,
    "Version: 1",
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${iso(now)}`,
    ...more,
  ].join("\n");
}
