import type { Bytes } from "./bytes.ts";
import type { RecoverableSignature } from "./primitives.ts";

/** Digest 32 bytes, signature r || s 64 bytes; the point of 65 bytes, undefined where none can be recovered. */
export type Recover = (digest: Uint8Array, signature: Uint8Array, recovery: 0 | 1) => Bytes | undefined;

export type Secp256k1 = {
  recover: Recover;
  /** Digest and private key of 32 bytes each. */
  sign(digest: Uint8Array, privateKey: Uint8Array): RecoverableSignature;
};

/** Recovery alone. */
export function secp256k1Recovery(module: WebAssembly.Module): Recover {
  return secp256k1Library(module).recover;
}

/**
 * Recovery and signing by libsecp256k1 from the module that `@bitauth/libauth` ships (`secp256k1.wasm`, compiled by emscripten).
 * The package's own loader takes bytes and compiles them, which workerd forbids; this one takes the compiled module.
 */
export function secp256k1Library(module: WebAssembly.Module): Secp256k1 {
  const { memory, library } = instantiate(module);
  return { recover: recovery(memory, library), sign: signing(memory, library) };
}

function recovery(memory: WebAssembly.Memory, library: Library): Recover {
  const context = library._secp256k1_context_create(verifyContext);
  const heap = new Uint8Array(memory.buffer);
  const place = (size: number) => library._malloc(size);
  const [digestAt, compactAt, signatureAt, keyAt, pointAt] = [place(32), place(64), place(65), place(64), place(65)];
  const lengthAt = place(4);
  return (digest, signature, recovery) => {
    if (digest.length !== 32 || signature.length !== 64) return undefined;
    heap.set(digest, digestAt);
    heap.set(signature, compactAt);
    const parse = library._secp256k1_ecdsa_recoverable_signature_parse_compact;
    if (parse(context, signatureAt, compactAt, recovery) !== 1) return undefined;
    if (library._secp256k1_ecdsa_recover(context, keyAt, signatureAt, digestAt) !== 1) return undefined;
    heap.set([65, 0, 0, 0], lengthAt);
    library._secp256k1_ec_pubkey_serialize(context, pointAt, lengthAt, keyAt, uncompressed);
    return heap.slice(pointAt, pointAt + 65);
  };
}

function signing(memory: WebAssembly.Memory, library: Library): Secp256k1["sign"] {
  const heap = new Uint8Array(memory.buffer);
  let context: number | undefined;
  return (digest, privateKey) => {
    // Tables for signing take time of their own, and most processes never sign.
    context ??= library._secp256k1_context_create(signContext);
    const at = library._malloc(200);
    const [compactAt, digestAt, keyAt, recoveryAt] = [at + 68, at + 132, at + 164, at + 196];
    heap.set(digest, digestAt);
    heap.set(privateKey, keyAt);
    const signed = library._secp256k1_ecdsa_sign_recoverable(context, at, digestAt, keyAt, 0, 0);
    heap.fill(0, keyAt, keyAt + 32);
    if (signed !== 1) abort();
    library._secp256k1_ecdsa_recoverable_signature_serialize_compact(context, compactAt, recoveryAt, at);
    const signature = heap.slice(compactAt, compactAt + 64);
    const recovery = heap[recoveryAt] as 0 | 1;
    library._free(at);
    return { signature, recovery };
  };
}

/** SECP256K1_CONTEXT_VERIFY, SECP256K1_CONTEXT_SIGN and SECP256K1_EC_UNCOMPRESSED of secp256k1.h. */
const verifyContext = 0x101;
const signContext = 0x201;
const uncompressed = 0x2;

type Library = {
  _malloc(size: number): number;
  _free(at: number): void;
  _secp256k1_context_create(flags: number): number;
  _secp256k1_ecdsa_recoverable_signature_parse_compact(
    context: number,
    signature: number,
    compact: number,
    recovery: number,
  ): number;
  _secp256k1_ecdsa_sign_recoverable(
    context: number,
    signature: number,
    digest: number,
    key: number,
    nonceFunction: number,
    nonceData: number,
  ): number;
  _secp256k1_ecdsa_recoverable_signature_serialize_compact(
    context: number,
    compact: number,
    recovery: number,
    signature: number,
  ): number;
  _secp256k1_ecdsa_recover(context: number, key: number, signature: number, digest: number): number;
  _secp256k1_ec_pubkey_serialize(context: number, out: number, length: number, key: number, flags: number): number;
};

/** The layout that the module was linked for: static data from 1,024, then the stack, then the heap. */
const memorySize = 16_777_216;
const pageSize = 65_536;
const staticEnd = 1024 + 67_696 + 16;
const stackStart = align(staticEnd + 4);
const stackSize = 5_242_880;
const tableSize = 6;

function instantiate(module: WebAssembly.Module): { memory: WebAssembly.Memory; library: Library } {
  const pages = memorySize / pageSize;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const heap = new Uint8Array(memory.buffer);
  // The word behind the static data tells the module's allocator where its heap begins.
  new DataView(memory.buffer).setUint32(staticEnd, align(stackStart + stackSize), true);
  const env = {
    memory,
    table: new WebAssembly.Table({ element: "anyfunc", initial: tableSize, maximum: tableSize }),
    tableBase: 0,
    DYNAMICTOP_PTR: staticEnd,
    STACKTOP: stackStart,
    getTotalMemory: () => memorySize,
    abort,
    _abort: abort,
    enlargeMemory: abort,
    abortOnCannotGrowMemory: abort,
    ___setErrNo: (value: number) => value,
    _emscripten_memcpy_big: (to: number, from: number, length: number) => {
      heap.copyWithin(to, from, from + length);
      return to;
    },
  };
  return { memory, library: new WebAssembly.Instance(module, { env }).exports as Library };
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16;
}

function abort(): never {
  throw new Error("The secp256k1 module gave up.");
}
