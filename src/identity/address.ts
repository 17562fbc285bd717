import { keccak256 } from "#primitives";
import { hex, utf8 } from "../kernel/bytes.ts";

/** The Ethereum address of an uncompressed secp256k1 point (65 bytes), in lower case. */
export function addressOf(point: Uint8Array): `0x${string}` {
  return `0x${hex(keccak256(point.subarray(1)).subarray(12))}`;
}

/** The one spelling of an address that EIP-55 allows where its letters carry the checksum. */
export function checksummed(address: string): string {
  const digits = address.slice(2).toLowerCase();
  const hash = keccak256(utf8(digits));
  let text = "0x";
  for (let i = 0; i < digits.length; i++) {
    const nibble = (hash[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15;
    text += nibble >= 8 ? digits[i]!.toUpperCase() : digits[i]!;
  }
  return text;
}
