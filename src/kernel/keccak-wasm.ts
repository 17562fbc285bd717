import type { Bytes } from "./bytes.ts";

/**
 * Keccak-256 by the module that `hash-wasm` carries in its JavaScript as text, kept here as the file `sha3.wasm`
 * (MIT, (c) Dani Biró): workerd takes WebAssembly as a file only.
 */
export function keccak256Hash(module: WebAssembly.Module): (data: Uint8Array) => Bytes {
  const library = new WebAssembly.Instance(module).exports as Library;
  const buffer = new Uint8Array(library.memory.buffer, library.Hash_GetBuffer(), bufferSize);
  return (data) => {
    library.Hash_Init(256);
    for (let at = 0; at < data.length; at += bufferSize) {
      const part = data.subarray(at, at + bufferSize);
      buffer.set(part);
      library.Hash_Update(part.length);
    }
    library.Hash_Final(keccakPadding);
    return buffer.slice(0, 32);
  };
}

/** Bytes that the module takes at once. */
const bufferSize = 16_384;
/** Keccak as submitted to the competition, and as Ethereum uses it; FIPS 202 pads with 6. */
const keccakPadding = 1;

type Library = {
  memory: WebAssembly.Memory;
  Hash_GetBuffer(): number;
  Hash_Init(bits: number): void;
  Hash_Update(length: number): void;
  Hash_Final(padding: number): void;
};
