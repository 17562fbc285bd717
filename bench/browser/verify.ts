// What a page runs: verifies operations, one after the other or some at once, and says what one took in microseconds.
import type { Sent } from "../operations.ts";
import { verifyOne } from "../verify-one.ts";

export async function timeOne(operations: readonly Sent[], width: number): Promise<number> {
  let next = 0;
  const lane = async () => {
    while (next < operations.length)
      if (!(await verifyOne(operations[next++]!))) throw new Error("A good one was refused.");
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: width }, lane));
  return ((performance.now() - start) * 1000) / operations.length;
}

/** The most that is possible: the call of WebCrypto alone, its key imported once. */
export async function timeCall(times: number): Promise<number> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const message = new Uint8Array(190);
  const signature = await crypto.subtle.sign(algorithm, privateKey, message);
  const start = performance.now();
  for (let i = 0; i < times; i++) await crypto.subtle.verify(algorithm, publicKey, signature, message);
  return ((performance.now() - start) * 1000) / times;
}
