import { encodeFunctionData, hashMessage, keccak256 } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractCheck } from "../../src/chain/contract-wallet.ts";
import { openChains } from "../../src/chain/rpc.ts";
import type { Account } from "../../src/identity/did.ts";
import { walletCheck } from "../../src/identity/wallet.ts";
import { minute } from "../../src/kernel/time.ts";
import { start, testClock } from "../harness.ts";
import { contract, type Evm, hasEvm, heir, owner, startEvm } from "./evm.ts";
import { deployedWallet, signingAs, undeployedWallet, wrapped } from "./wallets.ts";

const refused = (code: string) => expect.objectContaining({ code });
const text = "I sign in.";

describe.skipIf(!hasEvm)("a contract wallet", () => {
  let evm: Evm;
  let other: Evm;
  let asked: string[];

  beforeAll(async () => {
    [evm, other] = await Promise.all([startEvm(1), startEvm(10)]);
  });
  afterAll(() => {
    evm?.close();
    other?.close();
  });

  /** A check that counts what it asks. */
  function openCheck(clock = testClock()) {
    asked = [];
    const counting: typeof fetch = (input, init) => {
      asked.push(JSON.parse(String(init?.body)).method);
      return fetch(input, init);
    };
    const endpoints = new Map([
      [1, [evm.url]],
      [10, [other.url]],
    ]);
    return walletCheck(contractCheck(openChains(endpoints, { fetch: counting }), clock.now));
  }
  const accountOf = (address: string, chainId = 1): Account => ({
    chainId,
    address: address.toLowerCase() as `0x${string}`,
  });

  test("that stands is asked in one block, and its yes is put down so that anybody can ask again", async () => {
    const wallet = await deployedWallet(evm);
    const signature = await wallet.signMessage({ message: text });
    const { method, asChecked } = await openCheck().checkMessage(accountOf(wallet.address), text, signature);
    expect(method).toBe("contract");
    const block = await evm.client.getBlock();
    const code = await evm.client.getCode({ address: wallet.address });
    expect(asChecked).toEqual({
      method: "contract",
      chainId: 1,
      address: wallet.address.toLowerCase(),
      digest: hashMessage(text),
      blockNumber: Number(block.number),
      blockHash: block.hash,
      codeHash: keccak256(code!),
      checkedAt: "2026-11-20T12:00:00.000Z",
    });
    const { abi } = contract("Wallet");
    const again = { abi, functionName: "isValidSignature", args: [asChecked!.digest, signature] };
    const { blockHash } = asChecked as { blockHash: `0x${string}` };
    expect(await evm.client.readContract({ ...again, address: wallet.address, blockHash })).toBe("0x1626ba7e");
  });

  test("that is not deployed yet is asked with what would deploy it, and nothing is deployed by that", async () => {
    const { wallet, factory, factoryData } = await undeployedWallet(evm);
    const signature = await wallet.signMessage({ message: text });
    const { asChecked } = await openCheck().checkMessage(accountOf(wallet.address), text, signature);
    expect(asChecked).toMatchObject({ factory, factoryData, codeHash: keccak256("0x") });
    expect(await evm.client.getCode({ address: wallet.address })).toBeUndefined();
    expect(asked).toEqual(["eth_chainId", "eth_getBlockByNumber", "eth_getCode", "eth_call"]);
  });

  test("that was deployed since its signature was wrapped is asked itself", async () => {
    const { wallet, deploy } = await undeployedWallet(evm, 2n);
    const signature = await wallet.signMessage({ message: text });
    await deploy();
    const { asChecked } = await openCheck().checkMessage(accountOf(wallet.address), text, signature);
    const code = await evm.client.getCode({ address: wallet.address });
    expect(asChecked?.codeHash).toBe(keccak256(code!));
    expect(asChecked).not.toHaveProperty("factory");
  });

  test("is asked once about one signature, however often that is brought within a minute", async () => {
    const clock = testClock();
    const wallet = await deployedWallet(evm);
    const signature = await wallet.signMessage({ message: text });
    const check = openCheck(clock);
    const ask = () => check.checkMessage(accountOf(wallet.address), text, signature);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(answers.map(({ asChecked }) => asChecked)).size).toBe(1);
    expect(asked.filter((method) => method === "eth_call")).toHaveLength(1);
    clock.advance(minute);
    await ask();
    expect(asked.filter((method) => method === "eth_call")).toHaveLength(2);
  });

  test("has no say about another's signature, another text or another wallet", async () => {
    const check = openCheck();
    const wallet = await deployedWallet(evm);
    const others = signingAs(wallet.address, heir);
    const byHeir = await others.signMessage({ message: text });
    await expect(check.checkMessage(accountOf(wallet.address), text, byHeir)).rejects.toThrow(refused("BAD_SIGNATURE"));
    const good = await wallet.signMessage({ message: text });
    await expect(check.checkMessage(accountOf(wallet.address), "other", good)).rejects.toThrow(
      refused("BAD_SIGNATURE"),
    );
    const { wallet: undeployed } = await undeployedWallet(evm, 3n, heir);
    const signature = await undeployed.signMessage({ message: text });
    const wrong = accountOf(`0x${"ab".repeat(20)}`);
    await expect(check.checkMessage(wrong, text, signature)).rejects.toThrow(refused("BAD_SIGNATURE"));
  });

  test("speaks on its own chain alone", async () => {
    const wallet = await deployedWallet(evm);
    const signature = await wallet.signMessage({ message: text });
    const check = openCheck();
    await check.checkMessage(accountOf(wallet.address), text, signature);
    const elsewhere = accountOf(wallet.address, 10);
    await expect(check.checkMessage(elsewhere, text, signature)).rejects.toThrow(refused("BAD_SIGNATURE"));
  });

  test("gets a clear answer where its chain is not configured, and other wallets sign in there", async () => {
    const wallet = await deployedWallet(evm);
    const check = openCheck();
    const signature = await wallet.signMessage({ message: text });
    await expect(check.checkMessage(accountOf(wallet.address, 5), text, signature)).rejects.toThrow(
      expect.objectContaining({ code: "BAD_SIGNATURE", detail: expect.stringContaining("chain 5 cannot be asked") }),
    );
    const { wallet: undeployed } = await undeployedWallet(evm, 4n);
    const long = await undeployed.signMessage({ message: text });
    await expect(check.checkMessage(accountOf(undeployed.address, 5), text, long)).rejects.toThrow(
      refused("CONTRACT_WALLET"),
    );
    const own = await owner.signMessage({ message: text });
    expect(await check.checkMessage(accountOf(owner.address, 5), text, own)).toEqual({ method: "recovery" });
    expect(asked).toEqual([]);
  });

  test.each([
    ["reverts", 0, "BAD_SIGNATURE"],
    ["burns all gas", 1, "BAD_SIGNATURE"],
    ["burns all memory", 2, "BAD_SIGNATURE"],
    ["returns two megabytes that begin like a yes", 3, "UNAVAILABLE"],
    ["reverts with two megabytes", 4, "UNAVAILABLE"],
    ["echoes what it is asked", 5, "BAD_SIGNATURE"],
    ["answers with nothing", 6, "BAD_SIGNATURE"],
    ["does what no opcode does", 7, "BAD_SIGNATURE"],
  ])("that %s is refused, and soon", async (_name, way, code) => {
    const address = await evm.deploy("Strange", [way]);
    const before = performance.now();
    const signature = await owner.signMessage({ message: text });
    const refusal = openCheck().checkMessage(accountOf(address), text, signature);
    await expect(refusal).rejects.toThrow(refused(code));
    expect(performance.now() - before).toBeLessThan(8_000);
  });

  test("cannot have a factory that burns all gas, or one that is called with too much", async () => {
    const factory = await evm.deploy("Factory");
    const nowhere = accountOf(`0x${"cd".repeat(20)}`);
    const inner = await owner.signMessage({ message: text });
    const burning = wrapped(factory, encodeFunctionData({ abi: contract("Factory").abi, functionName: "burn" }), inner);
    const check = openCheck();
    await expect(check.checkMessage(nowhere, text, burning)).rejects.toThrow(refused("BAD_SIGNATURE"));
    asked.length = 0;
    const much = wrapped(factory, `0x${"00".repeat(4097)}`, inner);
    await expect(check.checkMessage(nowhere, text, much)).rejects.toThrow(
      expect.objectContaining({ code: "BAD_SIGNATURE", detail: expect.stringContaining("4096 bytes") }),
    );
    expect(asked).toEqual([]);
  });

  test("that only looks wrapped is asked about the bytes as they are", async () => {
    const wallet = await deployedWallet(evm);
    const signature = `0x${"11".repeat(70)}${"6492".repeat(16)}`;
    const check = openCheck();
    await expect(check.checkMessage(accountOf(wallet.address), text, signature)).rejects.toThrow(
      refused("BAD_SIGNATURE"),
    );
    expect(asked).toContain("eth_call");
    await expect(check.checkMessage(accountOf(`0x${"cd".repeat(20)}`), text, signature)).rejects.toThrow(
      refused("BAD_SIGNATURE"),
    );
  });

  test("is not taken for another's where the endpoint is of another chain", async () => {
    const wallet = await deployedWallet(evm);
    const signature = await wallet.signMessage({ message: text });
    const chains = openChains(new Map([[10, [evm.url]]]));
    const check = walletCheck(contractCheck(chains, () => start));
    await expect(check.checkMessage(accountOf(wallet.address, 10), text, signature)).rejects.toThrow(
      refused("UNAVAILABLE"),
    );
  });
});
