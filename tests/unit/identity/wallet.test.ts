import fc from "fast-check";
import { getAddress, hashMessage, hexToBytes, recoverAddress as viemRecover } from "viem";
import { describe, expect, test } from "vitest";
import { checksummed } from "../../../src/identity/address.ts";
import type { Account } from "../../../src/identity/did.ts";
import { messageDigest, recoverAddress, walletCheck } from "../../../src/identity/wallet.ts";
import { hex } from "../../../src/kernel/bytes.ts";
import renown from "../../vectors/shared/renown.json" with { type: "json" };
import { alice, bob } from "./message.ts";

const code = (code: string) => expect.objectContaining({ code });
const accountOf = (wallet: { address: string }): Account => ({
  chainId: 1,
  address: wallet.address.toLowerCase() as `0x${string}`,
});
const contract = accountOf({ address: "0x00000000000000000000000000000000000000c0" });
const magic = "6492".repeat(16);

describe("a wallet's signature", () => {
  const wallet = walletCheck();
  const text = "Grüße, \u{1f30d}";

  test("over a message speaks for the account that made it", async () => {
    const signature = await alice.signMessage({ message: text });
    expect(await wallet.checkMessage(accountOf(alice), text, signature)).toEqual({ method: "recovery" });
  });

  test("over a digest is that of the published delegation", async () => {
    const digest = hexToBytes(renown.digest as `0x${string}`);
    expect(await wallet.checkDigest(accountOf(renown), digest, renown.signature)).toEqual({ method: "recovery" });
  });

  test("is taken with each of the two ways to write v, and in capitals", async () => {
    const signature = await alice.signMessage({ message: text });
    const v = Number.parseInt(signature.slice(-2), 16) - 27;
    for (const other of [`${signature.slice(0, -2)}0${v}`, `0x${signature.slice(2).toUpperCase()}`])
      expect(await wallet.checkMessage(accountOf(alice), text, other)).toEqual({ method: "recovery" });
  });

  test("is refused for another account, another text and another chain's v", async () => {
    const signature = await alice.signMessage({ message: text });
    await expect(wallet.checkMessage(accountOf(bob), text, signature)).rejects.toThrow(code("BAD_SIGNATURE"));
    await expect(wallet.checkMessage(accountOf(alice), `${text} `, signature)).rejects.toThrow(code("BAD_SIGNATURE"));
    const v = `${signature.slice(0, -2)}25`;
    await expect(wallet.checkMessage(accountOf(alice), text, v)).rejects.toThrow(code("BAD_SIGNATURE"));
  });

  test.each([
    ["nothing", ""],
    ["no prefix", "11".repeat(65)],
    ["an odd number of digits", `0x${"1".repeat(129)}`],
    ["letters beyond f", `0x${"1g".repeat(65)}`],
    ["zeros", `0x${"00".repeat(65)}`],
    ["r and s beyond the order of the curve", `0x${"ff".repeat(64)}1b`],
    ["more than anybody sends", `0x${"11".repeat(8193)}`],
  ])("of %s is refused", async (_name, signature) => {
    await expect(wallet.checkMessage(accountOf(alice), text, signature)).rejects.toThrow(code("BAD_SIGNATURE"));
  });

  test.each([
    ["of another length", `0x${"11".repeat(96)}`],
    ["of no bytes at all", "0x"],
    ["in the compact form of 64 bytes", `0x${"11".repeat(64)}`],
    ["wrapped for a contract that is not deployed", `0x${"11".repeat(96)}${magic}`],
    ["of 65 bytes that end as a wrapped one", `0x${"11".repeat(33)}${magic}`],
  ])("%s is the affair of a contract, and none can be asked", async (_name, signature) => {
    await expect(wallet.checkMessage(accountOf(alice), text, signature)).rejects.toThrow(code("CONTRACT_WALLET"));
  });
});

describe("a contract that can be asked", () => {
  const asChecked = {
    method: "contract",
    chainId: 1,
    address: contract.address,
    blockNumber: 7,
    blockHash: `0x${"b".repeat(64)}`,
    codeHash: `0x${"c".repeat(64)}`,
    checkedAt: "2026-11-20T12:00:00.000Z",
  } as const;
  const asked: string[] = [];
  const wallet = walletCheck(async (account, digest, signature) => {
    asked.push(`${account.address} ${hex(digest)} ${signature.length}`);
    if (account.chainId !== 1) return undefined;
    return signature[0] === 0xaa && { ...asChecked, digest: `0x${hex(digest)}` };
  });

  test("is not asked where recovery has settled the matter", async () => {
    const signature = await alice.signMessage({ message: "a" });
    expect(await wallet.checkMessage(accountOf(alice), "a", signature)).toEqual({ method: "recovery" });
    expect(asked).toEqual([]);
  });

  test("settles what recovery cannot", async () => {
    const digest = hashMessage("a").slice(2);
    const yes = { method: "contract", asChecked: { ...asChecked, digest: `0x${digest}` } };
    expect(await wallet.checkMessage(contract, "a", `0x${"aa".repeat(65)}`)).toEqual(yes);
    expect(await wallet.checkMessage(contract, "a", `0x${"aa".repeat(200)}`)).toEqual(yes);
    expect(asked).toEqual([`${contract.address} ${digest} 65`, `${contract.address} ${digest} 200`]);
  });

  test("is named by its chain where that cannot be asked", async () => {
    const elsewhere = { ...contract, chainId: 10 };
    const detail = expect.stringContaining("chain 10");
    for (const [length, name] of [
      [65, "BAD_SIGNATURE"],
      [200, "CONTRACT_WALLET"],
    ] as const)
      await expect(wallet.checkMessage(elsewhere, "a", `0x${"aa".repeat(length)}`)).rejects.toThrow(
        expect.objectContaining({ code: name, detail }),
      );
  });

  test("may say no", async () => {
    await expect(wallet.checkMessage(contract, "a", `0x${"bb".repeat(200)}`)).rejects.toThrow(code("BAD_SIGNATURE"));
  });
});

describe("what is computed here", () => {
  test("is what viem computes: digests of messages", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(`0x${hex(messageDigest(text))}`).toBe(hashMessage(text));
      }),
    );
  });

  test("is what viem computes: spellings of addresses", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const address = `0x${hex(bytes)}` as const;
        expect(checksummed(address)).toBe(getAddress(address));
      }),
    );
  });

  test("is what viem computes: recovered addresses, a high s as well", async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    for (let i = 0; i < 8; i++) {
      const message = `message ${i}`;
      const hash = hashMessage(message);
      const signature = await bob.signMessage({ message });
      const high = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
      const turned = `${signature.slice(0, 66)}${high}${signature.endsWith("1b") ? "1c" : "1b"}` as `0x${string}`;
      for (const each of [signature, turned]) {
        const ours = recoverAddress(hexToBytes(hash), hexToBytes(each));
        expect(ours).toBe((await viemRecover({ hash, signature: each })).toLowerCase());
        expect(ours).toBe(bob.address.toLowerCase());
      }
    }
  });
});
