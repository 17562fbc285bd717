import { hashMessage } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningWorker, startWorker } from "../worker/harness.ts";
import { type Evm, hasEvm, heir, startEvm } from "./evm.ts";
import { deployedWallet, signingAs, undeployedWallet } from "./wallets.ts";

describe.skipIf(!hasEvm)("chains in workerd", () => {
  let evm: Evm;
  let worker: RunningWorker;

  beforeAll(async () => {
    evm = await startEvm(1);
    worker = await startWorker({ entry: "tests/chain/fixture/worker.ts", vars: { RPC: evm.url } });
  });
  afterAll(async () => {
    await worker?.dispose();
    evm?.close();
  });

  async function ask(wallet: { address: string; signMessage(asked: { message: string }): Promise<string> }) {
    const address = wallet.address.toLowerCase();
    const signature = (await wallet.signMessage({ message: "a" })).slice(2);
    const asked = { address, digest: hashMessage("a").slice(2), signature, did: `did:ethr:${address}` };
    const answer = await worker.fetch("/", { method: "POST", body: JSON.stringify(asked) });
    return answer.json();
  }

  test("are asked as on Node", async () => {
    const wallet = await deployedWallet(evm);
    const { wallet: undeployed, factory } = await undeployedWallet(evm);
    const address = wallet.address.toLowerCase();
    expect(await ask(wallet)).toMatchObject({ answer: { method: "contract", chainId: 1, address } });
    expect(await ask(undeployed)).toMatchObject({ answer: { factory } });
    // No registry and no resolver stand on this chain.
    const none = { answer: false, document: "DID_UNREACHABLE", name: null };
    expect(await ask(signingAs(wallet.address, heir))).toEqual(none);
  });
});
