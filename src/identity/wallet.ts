import { keccak256, secp256k1Recover } from "#primitives";
import { type Bytes, concat, fromHex, hex, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { addressOf } from "./address.ts";
import type { AsChecked } from "./as-checked.ts";
import type { ProofMethod } from "./delegation.ts";
import type { Account } from "./did.ts";

/** How it was checked; of a contract's yes what was asked, where and when. */
export type WalletProof = { method: ProofMethod; asChecked?: AsChecked };

/**
 * Whether an account signed. Signatures are `0x` and hex, the address of the account in lower case. Both refuse with
 * BAD_SIGNATURE, with CONTRACT_WALLET where only a contract could say and none can be asked, and with UNAVAILABLE where
 * its chain does not answer.
 */
export type WalletCheck = {
  /** EIP-191, version 0x45 (personal_sign), over exactly this text. */
  checkMessage(account: Account, message: string, signature: string): Promise<WalletProof>;
  /** Over 32 bytes as they are: the digest of EIP-712. */
  checkDigest(account: Account, digest: Uint8Array, signature: string): Promise<WalletProof>;
};

/** A contract's yes with the record of it, its no, or undefined where its chain cannot be asked here at all. */
export type ContractAnswer = AsChecked | false | undefined;

/**
 * Asks the account's contract (ERC-1271, ERC-6492) whether it holds the signature for its own. Refuses with UNAVAILABLE
 * where its chain does not answer now.
 */
export type ContractCheck = (account: Account, digest: Uint8Array, signature: Uint8Array) => Promise<ContractAnswer>;

/** Bytes of a signature: what contract wallets send is longer than 65, but not without end. */
export const maxSignature = 8192;

/** Recovery first; where it does not settle the matter the contract is asked, if one can be. */
export function walletCheck(contract?: ContractCheck): WalletCheck {
  const checkDigest = async (account: Account, digest: Uint8Array, text: string): Promise<WalletProof> => {
    const signature = parseSignature(text);
    if (recoverAddress(digest, signature) === account.address) return { method: "recovery" };
    const asChecked = await contract?.(account, digest, signature);
    if (asChecked) return { method: "contract", asChecked };
    ensure(asChecked === undefined, "BAD_SIGNATURE");
    const unasked = `Contracts on chain ${account.chainId} cannot be asked here.`;
    throw isPlain(signature)
      ? new Failure("BAD_SIGNATURE", `It is not by the account's own key. ${unasked}`)
      : new Failure("CONTRACT_WALLET", unasked);
  };
  return {
    checkDigest,
    checkMessage: (account, message, signature) => checkDigest(account, messageDigest(message), signature),
  };
}

/** What personal_sign signs: keccak-256 over the prefix of EIP-191 with the length in bytes, and the text. */
export function messageDigest(message: string): Bytes {
  const bytes = utf8(message);
  return keccak256(concat(utf8(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes));
}

/**
 * The address whose key signed a digest of 32 bytes, in lower case; undefined where none can be recovered. `v` is 27,
 * 28, 0 or 1. A high `s` is taken, as wallets take it: a signature is no identifier here.
 */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array): `0x${string}` | undefined {
  if (signature.length !== 65) return undefined;
  const v = signature[64]!;
  const recovery = v >= 27 ? v - 27 : v;
  if (recovery !== 0 && recovery !== 1) return undefined;
  const point = secp256k1Recover(digest, signature.subarray(0, 64), recovery);
  return point && addressOf(point);
}

function parseSignature(text: string): Bytes {
  const fits = text.startsWith("0x") && text.length <= 2 + 2 * maxSignature;
  const bytes = fits ? fromHex(text.slice(2)) : undefined;
  ensure(bytes, "BAD_SIGNATURE", "A signature is 0x and an even number of hex digits.");
  return bytes;
}

/** ERC-6492: a signature that ends so is wrapped for a contract that may not be deployed yet. */
const magic = "6492".repeat(16);

/** A signature of the account's own key has this form; one of a contract may have any. */
function isPlain(signature: Uint8Array): boolean {
  return signature.length === 65 && !hex(signature).endsWith(magic);
}
