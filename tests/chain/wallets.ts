import { concat, encodeAbiParameters, encodeFunctionData, getAddress, type Hex, parseAbiParameters, toHex } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { contract, type Evm, owner } from "./evm.ts";

/** A wallet contract as clients see one: its address, and signatures that it holds for its own. */
export type ContractWallet = PrivateKeyAccount;

const magic: Hex = `0x${"6492".repeat(16)}`;
const wrapping = parseAbiParameters("address, bytes, bytes");

/** A wallet contract that stands. */
export async function deployedWallet(evm: Evm, signer = owner): Promise<ContractWallet> {
  return signingAs(await evm.deploy("Wallet", [signer.address]), signer);
}

export type Undeployed = { wallet: ContractWallet; factory: Hex; factoryData: Hex; deploy(): Promise<unknown> };

/** A wallet contract that a factory would deploy; signatures name it, as ERC-6492 has it. */
export async function undeployedWallet(evm: Evm, salt = 1n, signer = owner): Promise<Undeployed> {
  const factory = await evm.deploy("Factory");
  const args = [signer.address, toHex(salt, { size: 32 })];
  const address = (await evm.read("Factory", factory, "addressOf", args)) as Hex;
  const factoryData = encodeFunctionData({ abi: contract("Factory").abi, functionName: "deploy", args });
  const wallet = signingAs(address, signer, (signature) => wrapped(factory, factoryData, signature));
  return { wallet, factory, factoryData, deploy: () => evm.send("Factory", factory, "deploy", args) };
}

/** A signature with what would deploy its contract around it. */
export function wrapped(factory: Hex, factoryData: Hex, signature: Hex): Hex {
  return concat([encodeAbiParameters(wrapping, [factory, factoryData, signature]), magic]);
}

/** Whatever stands at an address, with signatures by somebody's key. */
export function signingAs(address: Hex, signer: PrivateKeyAccount, form = (signature: Hex) => signature) {
  const signMessage: ContractWallet["signMessage"] = async (asked) => form(await signer.signMessage(asked));
  const signTypedData: ContractWallet["signTypedData"] = async (asked) => form(await signer.signTypedData(asked));
  return { ...signer, address: getAddress(address), signMessage, signTypedData };
}
