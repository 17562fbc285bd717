import { secp256k1 } from "@noble/curves/secp256k1.js";
import { type Abi, decodeEventLog, decodeFunctionResult, encodeFunctionData, type Hex, pad, size } from "viem";
import registry from "../../contracts-abi/erc1056.json" with { type: "json" };
import { addressOf } from "../identity/address.ts";
import { maxChainId } from "../identity/did.ts";
import type { ReadEthr } from "../identity/resolve.ts";
import { fromHex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import { type Clock, iso, second } from "../kernel/time.ts";
import { type Change, ethrDocument, type Identifier } from "./ethr-document.ts";
import { type Block, blockAt, type Chains, callAt, type Node, quantity, readHex, readQuantity } from "./rpc.ts";

/** Changes of one DID that are read: each block of them costs a request, and anybody may make any number of changes. */
export const maxChanges = 200;

/** Bytes of what they say, all together. */
const maxBytes = 262_144;

/** DIDs whose changes are kept for the next time: no more is asked then than whether there are others. */
const maxKept = 64;

/** ERC-1056 registries by chain id; the published ones unless given. */
export type Registries = ReadonlyMap<number, Hex>;

const published: Registries = new Map(
  Object.entries(registry.addresses).map(([chainId, address]) => [Number(chainId), address as Hex]),
);
const networks = new Map(Object.entries(registry.networks));
const abi = registry.abi as Abi;

/**
 * Reads did:ethr documents from the registry's events, where the chain of the DID is configured. Refuses with
 * INVALID_DID, UNSUPPORTED_DID_METHOD (a chain or registry that is not known here), QUOTA_EXCEEDED and DID_UNREACHABLE.
 * @see https://github.com/decentralized-identity/ethr-did-resolver/blob/master/doc/did-method-spec.md
 */
export function ethrReader(chains: Chains, clock: Clock, registries: Registries = published): ReadEthr {
  const kept = new Map<string, History>();
  return async (did) => {
    const identifier = parseEthr(did);
    const { chainId, address } = identifier;
    const to = registries.get(chainId);
    const known = to !== undefined && chains.knows(chainId);
    ensure(known, "UNSUPPORTED_DID_METHOD", `did:ethr of chain ${chainId} is not resolved here.`);
    const name = `${chainId} ${address}`;
    const history = await answered(chains.ask(chainId, (node) => readHistory(node, to, address, kept.get(name))));
    kept.delete(name);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(name, history);
    const { document, deactivated } = ethrDocument(identifier, history.changes, Math.floor(clock() / second));
    return { document, metadata: { ...(deactivated && { deactivated }), ...versionOf(history) } };
  };
}

const form =
  /^did:ethr:(?:([a-z][a-z0-9]*(?::[a-z0-9]+)?|0x[0-9a-fA-F]{1,8}):)?(0x[0-9a-fA-F]{40}|0x0[23][0-9a-fA-F]{64})$/;

/** Reads a did:ethr; without a network it is of mainnet. Refuses with INVALID_DID and UNSUPPORTED_DID_METHOD. */
export function parseEthr(did: string): Identifier {
  const [, network = "mainnet", id = ""] = form.exec(did) ?? [];
  ensure(id !== "", "INVALID_DID", "A did:ethr names an address or a compressed key, and its network before it.");
  const chainId = network.startsWith("0x") ? Number(network) : networks.get(network);
  ensure(chainId !== undefined, "UNSUPPORTED_DID_METHOD", "did:ethr of this network is not resolved here.");
  ensure(chainId >= 1 && chainId <= maxChainId, "INVALID_DID");
  if (id.length === 42) return { did, chainId, address: id.toLowerCase() as Hex };
  const point = pointOf(id);
  return { did, chainId, address: addressOf(point), point };
}

function pointOf(key: string): Uint8Array {
  try {
    return secp256k1.Point.fromBytes(fromHex(key.slice(2))!).toBytes(false);
  } catch {
    throw new Failure("INVALID_DID", "The key is no point on secp256k1.");
  }
}

/** Where no chain answers, the DID is out of reach; that is for a moment, and says nothing of the DID. */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const silent = error instanceof Failure && error.code === "UNAVAILABLE";
    throw silent ? new Failure("DID_UNREACHABLE", error.detail) : error;
  }
}

/** All changes in the order in which they happened, and the block of the last; none where nothing ever changed. */
type History = { changes: Change[]; last: Block | undefined };

async function readHistory(node: Node, to: Hex, identity: Hex, known: History | undefined): Promise<History> {
  const number = await lastChange(node, to, identity);
  if (number === 0) return { changes: [], last: undefined };
  const last = await blockAt(node, number);
  if (known?.last?.hash === last.hash) return known;
  return { changes: await changesUntil(node, { to, identity, block: number }), last };
}

function versionOf({ last }: History): { versionId?: string; updated?: string } {
  return last ? { versionId: String(last.number), updated: iso(last.time).replace(".000", "") } : {};
}

/** Found backwards: each change names the block of the one before. */
async function changesUntil(node: Node, { to, identity, block: last }: Place): Promise<Change[]> {
  const changes: Change[] = [];
  let bytes = 0;
  for (let block = last; block > 0; ) {
    const found = await changesIn(node, { to, identity, block });
    changes.unshift(...found.changes);
    bytes += found.bytes;
    ensure(changes.length <= maxChanges, "QUOTA_EXCEEDED", `Of a DID at most ${maxChanges} changes are read.`);
    ensure(bytes <= maxBytes, "QUOTA_EXCEEDED", `Of a DID's changes at most ${maxBytes} bytes are read.`);
    block = found.before;
  }
  return changes;
}

async function lastChange(node: Node, to: Hex, identity: Hex): Promise<number> {
  const data = encodeFunctionData({ abi, functionName: "changed", args: [identity] });
  const answer = await callAt(node, { to, data }, "latest");
  if (answer === undefined) throw new Error("The registry does not answer.");
  return readQuantity(quantity(Number(decodeFunctionResult({ abi, functionName: "changed", data: answer }))));
}

type Place = { to: Hex; identity: Hex; block: number };

/** The changes of one block; the first of them names the block of the change before. */
async function changesIn(node: Node, place: Place): Promise<{ changes: Change[]; before: number; bytes: number }> {
  const { to, identity, block } = place;
  const at = quantity(block);
  const logs = await node("eth_getLogs", [{ address: to, fromBlock: at, toBlock: at, topics: [null, pad(identity)] }]);
  // A node that has dropped old logs would tell of a document that never was.
  if (!Array.isArray(logs) || logs.length === 0) throw new Error("The node has not got the logs.");
  const events = logs.map((log) => readLog(log, place)).sort((a, b) => a.index - b.index);
  const before = Math.min(...events.map(({ previousChange }) => previousChange));
  if (before >= block) throw new Error("The registry's changes name no earlier block.");
  const bytes = events.reduce((sum, each) => sum + each.bytes, 0);
  return { changes: events.map(({ change }) => change), before, bytes };
}

type Logged = { change: Change; previousChange: number; index: number; bytes: number };

function readLog(log: unknown, { to, identity, block }: Place): Logged {
  if (!isObject(log) || !Array.isArray(log.topics)) throw new Error("The node answers with something other than logs.");
  const [event, about] = log.topics.map(readHex);
  const ours = readHex(log.address) === to.toLowerCase() && about === pad(identity);
  if (!event || !about || !ours || readQuantity(log.blockNumber) !== block)
    throw new Error("The node answers with other logs than it was asked for.");
  const data = readHex(log.data);
  const decoded: unknown = decodeEventLog({ abi, topics: [event, about], data });
  // The ABI has no other events than these, and says of which types their arguments are.
  const { eventName, args } = decoded as { eventName: Change["event"]; args: { previousChange: bigint } };
  const { previousChange, ...told } = args;
  const change = { event: eventName, ...told } as Change;
  return { change, previousChange: Number(previousChange), index: readQuantity(log.logIndex), bytes: size(data) };
}
