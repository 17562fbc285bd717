// Primitives in workerd: WebCrypto as in any browser, secp256k1 recovery and keccak in WebAssembly. Compiling
// WebAssembly from bytes is forbidden there, so the modules are imported as files.
import secp256k1Module from "@bitauth/libauth/build/lib/bin/secp256k1/secp256k1.wasm";
import type { Bytes } from "./bytes.ts";
import { keccak256Hash } from "./keccak-wasm.ts";
import type { RecoverableSignature } from "./primitives.ts";
import { type Secp256k1, secp256k1Library } from "./secp256k1-wasm.ts";
import sha3Module from "./sha3.wasm";

export {
  digestOf,
  ed25519Signer,
  ed25519Verifier,
  p256Decompress,
  p256Signer,
  p256Verifier,
  sha1,
  sha256,
} from "./primitives-web.ts";

export const keccak256: (data: Uint8Array) => Bytes = keccak256Hash(sha3Module);

let library: Secp256k1 | undefined;

/** Made at the first use: its tables take milliseconds and 16 MB, and the start of a Worker is short of time. */
const secp256k1 = () => (library ??= secp256k1Library(secp256k1Module));

export function secp256k1Recover(digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Bytes | undefined {
  return secp256k1().recover(digest, signature, recovery);
}

export function secp256k1Signer(privateKey: Uint8Array): (digest: Uint8Array) => RecoverableSignature {
  const key = Uint8Array.from(privateKey);
  return (digest) => secp256k1().sign(digest, key);
}

export function secp256k1Implementation(): "wasm" {
  return "wasm";
}
