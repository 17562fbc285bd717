// Node's primitives with the WebAssembly port in place of the native one, as a machine has it for which there is no
// prebuilt binary.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { keccak256Hash } from "../src/kernel/keccak-wasm.ts";
import { secp256k1Recovery } from "../src/kernel/secp256k1-wasm.ts";

export { digestOf, p256Decompress, p256Signer, p256Verifier, sha1, sha256 } from "../src/kernel/primitives-node.ts";

const libauth = createRequire(import.meta.url).resolve("@bitauth/libauth");
const secp256k1Module = libauth.replace(/build[\\/]index\.js$/, "build/lib/bin/secp256k1/secp256k1.wasm");

export const keccak256 = keccak256Hash(compiled(new URL("../src/kernel/sha3.wasm", import.meta.url)));
export const secp256k1Recover = secp256k1Recovery(compiled(secp256k1Module));
export const secp256k1Implementation = () => "wasm";

function compiled(file: string | URL): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(file));
}
