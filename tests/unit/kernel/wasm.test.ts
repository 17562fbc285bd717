import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import secp256k1 from "secp256k1";
import { describe, expect, test } from "vitest";
import { keccak256Hash } from "../../../src/kernel/keccak-wasm.ts";
import * as node from "../../../src/kernel/primitives-node.ts";
import * as web from "../../../src/kernel/primitives-web.ts";
import { secp256k1Recovery } from "../../../src/kernel/secp256k1-wasm.ts";

const require = createRequire(import.meta.url);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const secret = bytes(32).filter((key) => secp256k1.privateKeyVerify(key));
const recoveryId = fc.constantFrom<0 | 1>(0, 1);

describe("secp256k1 recovery in WebAssembly", () => {
  const recover = secp256k1Recovery(
    moduleAt(require.resolve("@bitauth/libauth/build/lib/bin/secp256k1/secp256k1.wasm")),
  );

  test("gives the signer's key back, for low and high s", () => {
    fc.assert(
      fc.property(secret, bytes(32), fc.boolean(), (key, digest, high) => {
        const { signature, recid } = secp256k1.ecdsaSign(digest, key);
        const sent = high ? withHighS(signature) : signature;
        const recovery = (high ? recid ^ 1 : recid) as 0 | 1;
        const point = secp256k1.publicKeyCreate(key, false);
        expect(recover(digest, sent, recovery)).toEqual(point);
        expect(web.secp256k1Recover(digest, sent, recovery)).toEqual(point);
      }),
      { numRuns: 40 },
    );
  });

  test("recovers from any 64 bytes what the native library recovers", () => {
    fc.assert(
      fc.property(bytes(32), bytes(64), recoveryId, (digest, signature, recovery) => {
        const native = node.secp256k1Recover(digest, signature, recovery);
        expect(recover(digest, signature, recovery)).toEqual(native && new Uint8Array(native));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ["zero r", "00".repeat(32) + "01".repeat(32)],
    ["zero s", "01".repeat(32) + "00".repeat(32)],
    ["r of the order", `fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141${"01".repeat(32)}`],
    ["s beyond the order", `${"01".repeat(32)}${"ff".repeat(32)}`],
    ["63 bytes", "01".repeat(63)],
    ["65 bytes", "01".repeat(65)],
  ])("recovers nothing from %s", (_name, text) => {
    expect(recover(new Uint8Array(32).fill(7), Buffer.from(text, "hex"), 0)).toBeUndefined();
  });

  test("recovers nothing from a digest that is not 32 bytes", () => {
    const { signature } = secp256k1.ecdsaSign(new Uint8Array(32).fill(7), new Uint8Array(32).fill(1));
    expect(recover(new Uint8Array(31).fill(7), signature, 0)).toBeUndefined();
    expect(recover(new Uint8Array(33).fill(7), signature, 0)).toBeUndefined();
  });
});

describe("keccak in WebAssembly", () => {
  const file = new URL("../../../src/kernel/sha3.wasm", import.meta.url);
  const keccak256 = keccak256Hash(new WebAssembly.Module(readFileSync(file)));

  test("is the very module that hash-wasm carries", () => {
    const source = readFileSync(require.resolve("hash-wasm/dist/sha3.umd.min.js"), "utf8");
    const carried = /name:"sha3",data:"([^"]+)"/.exec(source)?.[1];
    expect(readFileSync(file).toString("base64")).toBe(carried);
  });

  test("hashes bytes of any length as hash-wasm and noble do", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (data) => {
        const hash = keccak256(data);
        expect(hash).toEqual(node.keccak256(data));
        expect(hash).toEqual(web.keccak256(data));
      }),
    );
  });

  test.each([16_383, 16_384, 16_385, 40_000])("hashes %i bytes, around and beyond the module's buffer", (length) => {
    const data = Uint8Array.from({ length }, (_, i) => i % 251);
    expect(keccak256(data)).toEqual(web.keccak256(data));
  });
});

function moduleAt(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(path));
}

/** The other signature of the same key and digest: s becomes n - s. */
function withHighS(signature: Uint8Array): Uint8Array {
  const s = secp256k1.privateKeyNegate(signature.slice(32));
  return new Uint8Array([...signature.subarray(0, 32), ...s]);
}
