import { BaseError, createClient, type Hex, http, isHex, rpcSchema } from "viem";
import { Failure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import { type Millis, second } from "../kernel/time.ts";

/** Where each chain is asked, by chain id: addresses in order of preference. */
export type Endpoints = ReadonlyMap<number, readonly string[]>;

/** One endpoint of one chain; what it answers is read by whoever asks. */
export type Node = (method: string, params: readonly unknown[]) => Promise<unknown>;

export type Chains = {
  knows(chainId: number): boolean;
  /**
   * Puts a question to the first endpoint that answers all of it, so that its parts are told by one node. What the
   * question itself refuses is passed on; UNAVAILABLE where no endpoint answers in time.
   */
  ask<T>(chainId: number, question: (node: Node) => Promise<T>): Promise<T>;
};

export type ChainTerms = { fetch?: typeof fetch; requestTime?: Millis; wholeTime?: Millis };

/** A call without a transaction; it may use `maxGas`, and neither sends nor changes anything. */
export type Call = { to?: Hex; data: Hex };

/** A block by its hash (EIP-1898), so that everything is asked of one state, or the latest. */
export type At = "latest" | { blockHash: Hex };

export type Block = { number: number; hash: Hex; time: Millis };

/** Gas that one call may burn: wallets with passkeys and a factory need a tenth of it. */
export const maxGas = 10_000_000;

/** Questions under way at a time: each may hold a connection for seconds. */
const maxQuestions = 64;

/** Bytes of an answer: a block with fifteen thousand transactions fits. */
const maxAnswer = 1_048_576;

/** One request may take `requestTime`, a question with all that it asks of all endpoints `wholeTime`. */
const requestTime = 3 * second;
const wholeTime = 8 * second;

export function openChains(endpoints: Endpoints, terms: ChainTerms = {}): Chains {
  const preferred = new Map<number, string>();
  const genuine = new Set<string>();
  let underWay = 0;
  const askAll = async <T>(chainId: number, question: (node: Node) => Promise<T>): Promise<T> => {
    const whole = AbortSignal.timeout(terms.wholeTime ?? wholeTime);
    for (const url of inOrder(endpoints.get(chainId) ?? [], preferred.get(chainId))) {
      const node = nodeAt(url, whole, terms);
      try {
        if (!genuine.has(url)) await ensureChain(node, chainId);
        genuine.add(url);
        const answer = await question(node);
        preferred.set(chainId, url);
        return answer;
      } catch (error) {
        if (error instanceof Failure) throw error;
        if (whole.aborted) break;
      }
    }
    // Addresses of endpoints carry keys, so what went wrong there is not told.
    throw new Failure("UNAVAILABLE", `Chain ${chainId} did not answer.`);
  };
  return {
    knows: (chainId) => endpoints.has(chainId),
    ask: async (chainId, question) => {
      if (underWay >= maxQuestions) throw new Failure("UNAVAILABLE", "Too many questions to chains are under way.");
      underWay++;
      try {
        return await askAll(chainId, question);
      } finally {
        underWay--;
      }
    },
  };
}

/** What a call returns; undefined where the contract failed: it reverted or spent its gas. */
export async function callAt(node: Node, call: Call, at: At): Promise<Hex | undefined> {
  try {
    return readHex(await node("eth_call", [{ ...call, gas: quantity(maxGas) }, at]));
  } catch (error) {
    if (isExecutionFailure(error)) return undefined;
    throw error;
  }
}

/** A block by its number or as the latest; throws where the node has not got it. */
export async function blockAt(node: Node, which: "latest" | number): Promise<Block> {
  const tag = which === "latest" ? which : quantity(which);
  const block = await node("eth_getBlockByNumber", [tag, false]);
  if (!isObject(block)) throw new Error("The node has no such block.");
  const hash = readHex(block.hash);
  if (hash.length !== 66) throw new Error("The node answers with a block without a hash.");
  return { number: readQuantity(block.number), hash, time: readQuantity(block.timestamp) * second };
}

/** Bytes in hex as JSON-RPC has them, in lower case; throws where they are none. */
export function readHex(value: unknown): Hex {
  if (!isHex(value) || value.length % 2 !== 0) throw new Error("The node answers with something other than hex.");
  return value.toLowerCase() as Hex;
}

export function readQuantity(value: unknown): number {
  const number = isHex(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new Error("The node answers with something other than a number.");
  return number;
}

export function quantity(value: number): Hex {
  return `0x${value.toString(16)}`;
}

type AnyMethod = [{ Method: string; Parameters: readonly unknown[]; ReturnType: unknown }];

/** No retries: a question that got no answer goes to the next endpoint. */
function nodeAt(url: string, whole: AbortSignal, terms: ChainTerms): Node {
  const call = terms.fetch ?? fetch;
  const timeout = terms.requestTime ?? requestTime;
  // Redirects are not followed, and the signal holds for the body too.
  const fetchFn = (input: string | URL | Request, init?: RequestInit) =>
    call(input, { ...init, redirect: "manual", signal: AbortSignal.any([whole, AbortSignal.timeout(timeout)]) });
  const transport = http(url, { retryCount: 0, timeout, maxResponseBodySize: maxAnswer, fetchFn });
  const client = createClient({ transport, rpcSchema: rpcSchema<AnyMethod>() });
  return (method, params) => client.request({ method, params });
}

/** Told by the wrong chain, everything that follows would be wrong: a contract there may be another's. */
async function ensureChain(node: Node, chainId: number): Promise<void> {
  if (readQuantity(await node("eth_chainId", [])) !== chainId) throw new Error("The endpoint is of another chain.");
}

function inOrder(urls: readonly string[], first: string | undefined): readonly string[] {
  return first === undefined ? urls : [first, ...urls.filter((url) => url !== first)];
}

/** How nodes say that it was the contract that failed, not they themselves. */
const executionFailure =
  /revert|out ?of ?gas|gas uint64 overflow|invalid ?(fe)?opcode|opcode ?not ?found|invalid ?jump|stack ?(over|under)flow|evm error/i;

function isExecutionFailure(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const told = error.walk((each) => isObject(each) && typeof each.code === "number");
  if (!isObject(told)) return false;
  return told.code === 3 || executionFailure.test(error.details);
}
