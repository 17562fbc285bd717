// Sign-in on Node with the native port; started with `with-wasm.ts` the same with the one of WebAssembly.
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { createKeccak } from "hash-wasm";
import secp256k1 from "secp256k1";
import { secp256k1Implementation } from "#primitives";
import { messageDigest } from "../../src/identity/wallet.ts";
import { fromHex, utf8 } from "../../src/kernel/bytes.ts";
import { type Contender, compare, cpuOf, type Options, type Result, rotate } from "../measure.ts";
import { credentialOf, makeKeys, makeProofs, ours, type Proof, viemWithJose } from "../signing-in.ts";

const count = 128;

export async function run({ rounds }: Options): Promise<Result[]> {
  const keys = await makeKeys();
  const proofs = await makeProofs(count);
  const usual = await viemWithJose(keys);
  const key = createPrivateKey({ key: keys.signing[0]!.jwk, format: "jwk" });
  const contenders = [await limit(proofs, key), signingIn("ours", proofs, ours(keys))];
  const costs = await rotate([...contenders, signingIn("viem with jose", proofs.slice(0, 32), usual)], rounds * 2, 8);
  const implementation: string = secp256k1Implementation();
  const wasm = implementation === "wasm";
  const name = wasm ? "sign-in-wasm" : "sign-in";
  const notes = [`secp256k1 of ours is ${implementation}.`];
  const common = { unit: "µs", ours: "ours", as: "speed", notes } as const;
  const goals = wasm ? { limit: 0.3, usual: 5 } : { limit: 0.5, usual: 8 };
  return [
    compare(costs, { ...common, name, yardstick: "limit", goal: { of: "ratio", atLeast: goals.limit } }),
    compare(costs, {
      ...common,
      name: `${name}-viem`,
      yardstick: "viem with jose",
      goal: { of: "ratio", atLeast: goals.usual },
    }),
  ];
}

function signingIn(name: string, proofs: readonly Proof[], signIn: (proof: Proof) => Promise<string>): Contender {
  const all = async () => {
    for (const proof of proofs) await signIn(proof);
  };
  return { name, cost: () => cpuOf(proofs.length, all) };
}

/** What C has to do at least, everything prepared: two hashes, one recovery, one signature. */
async function limit(proofs: readonly Proof[], key: KeyObject): Promise<Contender> {
  const keccak = await createKeccak(256);
  const payload = utf8(
    `${"x".repeat(150)}.${Buffer.from(JSON.stringify(credentialOf("did", "did"))).toString("base64url")}`,
  );
  const prepared = proofs.map(({ message, signature }) => {
    const text = utf8(`\x19Ethereum Signed Message:\n${utf8(message).length}${message}`);
    const bytes = fromHex(signature, 2)!;
    return { text, signature: bytes.slice(0, 64), recovery: bytes[64]! - 27 };
  });
  if (
    secp256k1.ecdsaRecover(prepared[0]!.signature, prepared[0]!.recovery, messageDigest(proofs[0]!.message)).length !==
    33
  )
    throw new Error("The limit does not do its work.");
  const all = () => {
    for (const { text, signature, recovery } of prepared) {
      const digest = keccak.init().update(text).digest("binary");
      const point = secp256k1.ecdsaRecover(signature, recovery, digest, false);
      keccak.init().update(point.subarray(1)).digest("binary");
      sign("sha256", payload, key);
    }
  };
  return { name: "limit", cost: () => cpuOf(prepared.length, all) };
}
