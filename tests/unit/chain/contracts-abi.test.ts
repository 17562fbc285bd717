import { readdirSync, readFileSync } from "node:fs";
import {
  type Abi,
  type AbiEvent,
  type AbiFunction,
  getAddress,
  isAddress,
  toEventSelector,
  toFunctionSelector,
} from "viem";
import { mainnet } from "viem/chains";
import { describe, expect, test } from "vitest";
import universalResolver from "../../../contracts-abi/ens-universal-resolver.json" with { type: "json" };
import erc1056 from "../../../contracts-abi/erc1056.json" with { type: "json" };
import erc1271 from "../../../contracts-abi/erc1271.json" with { type: "json" };

const folder = new URL("../../../contracts-abi/", import.meta.url);
const files = readdirSync(folder);

const functionOf = (abi: unknown, name: string) => (abi as Abi).find((each) => "name" in each && each.name === name);
const selector = (abi: unknown, name: string) => toFunctionSelector(functionOf(abi, name) as AbiFunction);
const topic = (abi: unknown, name: string) => toEventSelector(functionOf(abi, name) as AbiEvent);

describe("the ABIs", () => {
  test.each(files)("in %s say where they come from, and at which address of which chain they stand", (file) => {
    const { name, says, source, addresses, abi } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    expect([name, says]).toEqual([expect.stringMatching(/./), expect.stringMatching(/\.$/)]);
    expect(source).toMatch(/^https:\/\//);
    expect(abi.length).toBeGreaterThan(0);
    for (const [chainId, address] of Object.entries<string>(addresses)) {
      expect(chainId).toMatch(/^[1-9]\d*$/);
      expect(address).toBe(address.toLowerCase());
      expect(isAddress(address)).toBe(true);
    }
  });

  test("are those of the standards, by the numbers that these publish", () => {
    expect(selector(erc1271.abi, "isValidSignature")).toBe("0x1626ba7e");
    expect(selector(universalResolver.abi, "addr")).toBe("0x3b3b57de");
    expect(selector(universalResolver.abi, "resolve")).toBe("0x9061b923");
    // The interface id that IUniversalResolver publishes is over these two (ERC-165).
    const parts = [selector(universalResolver.abi, "resolve"), selector(universalResolver.abi, "reverse")];
    expect(parts.reduce((sum, each) => sum ^ BigInt(each), 0n)).toBe(0xcd191b34n);
    expect(topic(erc1056.abi, "DIDOwnerChanged")).toBe(
      "0x38a5a6e68f30ed1ab45860a4afb34bcb2fc00f22ca462d249b8a8d40cda6f7a3",
    );
    expect(topic(erc1056.abi, "DIDDelegateChanged")).toBe(
      "0x5a5084339536bcab65f20799fcc58724588145ca054bd2be626174b27ba156f7",
    );
    expect(topic(erc1056.abi, "DIDAttributeChanged")).toBe(
      "0x18ab6b2ae3d64306c00ce663125f2bd680e441a098de1635bd7ad8b0d44965e4",
    );
  });

  test("name the resolver that the library of the chain names", () => {
    const { address } = mainnet.contracts.ensUniversalResolver;
    expect(getAddress(universalResolver.addresses["1"])).toBe(getAddress(address));
  });

  test("know a registry on every network that they name", () => {
    for (const chainId of Object.values(erc1056.networks)) expect(erc1056.addresses).toHaveProperty(String(chainId));
  });
});
