// Primitives in workerd: WebCrypto as in any browser, secp256k1 recovery and keccak in WebAssembly. Compiling
// WebAssembly from bytes is forbidden there, so the modules are imported as files.
import secp256k1Module from "@bitauth/libauth/build/lib/bin/secp256k1/secp256k1.wasm";
import type { Bytes } from "./bytes.ts";
import { keccak256Hash } from "./keccak-wasm.ts";
import { type Recover, secp256k1Recovery } from "./secp256k1-wasm.ts";
import sha3Module from "./sha3.wasm";

export { digestOf, p256Decompress, p256Signer, p256Verifier, sha1, sha256 } from "./primitives-web.ts";

export const keccak256: (data: Uint8Array) => Bytes = keccak256Hash(sha3Module);

let recover: Recover | undefined;

export function secp256k1Recover(digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Bytes | undefined {
  // Made at the first use: its tables take milliseconds and 16 MB, and the start of a Worker is short of time.
  recover ??= secp256k1Recovery(secp256k1Module);
  return recover(digest, signature, recovery);
}

export function secp256k1Implementation(): "wasm" {
  return "wasm";
}
