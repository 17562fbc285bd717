import {
  type Abi,
  bytesToHex,
  decodeAbiParameters,
  encodeDeployData,
  encodeFunctionData,
  erc6492SignatureValidatorByteCode,
  type Hex,
  hexToBytes,
  parseAbiParameters,
  size,
} from "viem";
import { digestOf, keccak256 } from "#primitives";
import erc1271 from "../../contracts-abi/erc1271.json" with { type: "json" };
import erc6492 from "../../contracts-abi/erc6492.json" with { type: "json" };
import { maxFactoryData } from "../identity/as-checked.ts";
import { type Account, pkhDid } from "../identity/did.ts";
import type { ContractAnswer, ContractCheck } from "../identity/wallet.ts";
import { hex } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { type Clock, iso, type Millis, minute } from "../kernel/time.ts";
import { blockAt, type Chains, callAt, type Node, readHex } from "./rpc.ts";

/** How long an answer serves those who ask the same: the door and the kind both do, within one request. */
const keptFor = minute;
const maxKept = 1000;

/**
 * Asks contracts about signatures, by `eth_call` in one block alone: deployed ones by ERC-1271, others by ERC-6492 with
 * the factory that the signature names. Refuses with BAD_SIGNATURE what is wrapped too large, and with UNAVAILABLE.
 */
export function contractCheck(chains: Chains, clock: Clock): ContractCheck {
  const kept = new Map<string, { until: Millis; answer: Promise<ContractAnswer> }>();
  return async (account, digest, signature) => {
    if (!chains.knows(account.chainId)) return undefined;
    const name = digestOf([pkhDid(account), hex(digest), hex(signature)].join(" "));
    const known = kept.get(name);
    if (known && known.until > clock()) return known.answer;
    const question = { account, digest: bytesToHex(digest), ...unwrap(bytesToHex(signature)) };
    const answer = chains.ask(account.chainId, (node) => askContract(node, question, clock()));
    kept.delete(name);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(name, { until: clock() + keptFor, answer });
    // What did not answer may do so at once.
    answer.catch(() => kept.get(name)?.answer === answer && kept.delete(name));
    return answer;
  };
}

type Deployment = { factory: Hex; factoryData: Hex };
type Question = { account: Account; digest: Hex; signature: Hex; wrapped: Hex; deployment: Deployment | undefined };

/** The state of one block answers everything, so that anyone can ask the same again. */
async function askContract(node: Node, question: Question, now: Millis): Promise<ContractAnswer> {
  const { account, digest, deployment } = question;
  const block = await blockAt(node, "latest");
  const at = { blockHash: block.hash };
  const code = readHex(await node("eth_getCode", [account.address, at]));
  const call = code === "0x" ? undeployedCall(question) : deployedCall(question);
  const said = call && (await callAt(node, call, at));
  if (said !== (code === "0x" ? validatorYes : contractYes)) return false;
  return {
    method: "contract",
    chainId: account.chainId,
    address: account.address,
    digest,
    blockNumber: block.number,
    blockHash: block.hash,
    codeHash: bytesToHex(keccak256(hexToBytes(code))),
    checkedAt: iso(now),
    ...(code === "0x" && deployment),
  };
}

/** The selector of `isValidSignature`, and nothing behind it: a contract that echoes what it is sent says no. */
const contractYes = `0x1626ba7e${"00".repeat(28)}`;
const validatorYes = "0x01";

function deployedCall({ account, digest, signature }: Question) {
  const functionName = "isValidSignature";
  const data = encodeFunctionData({ abi: erc1271.abi as Abi, functionName, args: [digest, signature] });
  return { to: account.address, data };
}

/** Without a factory nothing can stand at the address. */
function undeployedCall({ account, digest, wrapped, deployment }: Question) {
  if (!deployment) return undefined;
  const args = [account.address, digest, wrapped];
  return { data: encodeDeployData({ abi: erc6492.abi as Abi, bytecode: erc6492SignatureValidatorByteCode, args }) };
}

/** How ERC-6492 marks a signature that is wrapped with what deploys its contract. */
const magic = "6492".repeat(16);
const wrapping = parseAbiParameters("address factory, bytes factoryData, bytes signature");

/** A signature that only looks wrapped is taken as it is: the contract says what it is. */
function unwrap(wrapped: Hex): Pick<Question, "signature" | "wrapped" | "deployment"> {
  const inner = wrapped.endsWith(magic) ? decodeWrapping(wrapped.slice(0, -magic.length) as Hex) : undefined;
  if (!inner) return { signature: wrapped, wrapped, deployment: undefined };
  const [factory, factoryData, signature] = inner;
  const fits = size(factoryData) <= maxFactoryData;
  ensure(fits, "BAD_SIGNATURE", `What a factory is called with has at most ${maxFactoryData} bytes.`);
  return { signature, wrapped, deployment: { factory: factory.toLowerCase() as Hex, factoryData } };
}

function decodeWrapping(data: Hex) {
  try {
    return decodeAbiParameters(wrapping, data);
  } catch {
    return undefined;
  }
}
