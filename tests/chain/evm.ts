import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import solc from "solc";
import {
  type Abi,
  type Address,
  createTestClient,
  defineChain,
  type Hex,
  http,
  publicActions,
  walletActions,
} from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const anvil = `${root}node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil`;

/** Whether there is an EVM here; where npm has none for the platform these tests are left out. */
export const hasEvm = process.platform === "linux" && process.arch === "x64" && existsSync(anvil);
if (!hasEvm) console.warn("npm has no EVM for this platform, so the tests that need one are left out.");

/** Accounts that anvil gives 10,000 ether each; their keys are published. */
export const deployer = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
export const owner = privateKeyToAccount("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
export const heir = privateKeyToAccount("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a");

export type Evm = Awaited<ReturnType<typeof startEvm>>;
type Compiled = { abi: Abi; bytecode: Hex };

/** A chain of its own, with a contract's worth of ways to use it. */
export async function startEvm(chainId = 31_337) {
  const child = spawn(anvil, ["--port", "0", "--chain-id", String(chainId)], { stdio: ["ignore", "pipe", "inherit"] });
  const url = `http://127.0.0.1:${await portOf(child)}`;
  const chain = defineChain({
    id: chainId,
    name: "test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
  const client = createTestClient({ chain, mode: "anvil", transport: http(url), pollingInterval: 20 })
    .extend(publicActions)
    .extend(walletActions);
  const mined = async (hash: Hex) => client.waitForTransactionReceipt({ hash });
  return {
    url,
    chainId,
    client,
    deploy: async (name: string, args: readonly unknown[] = []): Promise<Address> => {
      const { abi, bytecode } = contract(name);
      const receipt = await mined(await client.deployContract({ abi, bytecode, args, account: deployer }));
      return receipt.contractAddress!.toLowerCase() as Address;
    },
    send: async (name: string, address: Address, functionName: string, args: readonly unknown[], from = deployer) => {
      const call = { abi: contract(name).abi, address, functionName, args, account: from as PrivateKeyAccount };
      return mined(await client.writeContract({ ...call, chain }));
    },
    read: (name: string, address: Address, functionName: string, args: readonly unknown[]) =>
      client.readContract({ abi: contract(name).abi, address, functionName, args }),
    close: () => child.kill(),
  };
}

const files = ["Wallet.sol", "Strange.sol", "Registry.sol", "Names.sol"];
let compiled: Map<string, Compiled> | undefined;

/** A contract of ours by its name; all are compiled when the first is asked for. */
export function contract(name: string): Compiled {
  compiled ??= compile();
  return compiled.get(name)!;
}

type Output = {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>;
};

function compile(): Map<string, Compiled> {
  const read = (name: string) => readFileSync(new URL(`contracts/${name}`, import.meta.url), "utf8");
  const sources = Object.fromEntries(files.map((name) => [name, { content: read(name) }]));
  const settings = { outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } }, evmVersion: "cancun" };
  const output: Output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const made = Object.values(output.contracts).flatMap((each) => Object.entries(each));
  return new Map(made.map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]));
}

/** anvil says where it listens once it does. */
function portOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let told = "";
  child.stdout!.on("data", (chunk) => {
    told += chunk;
    const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(told)?.[1];
    if (port) resolve(Number(port));
  });
  child.once("exit", (code) => reject(new Error(`anvil ended with ${code}.`)));
  return promise;
}
