import { type Abi, decodeFunctionResult, encodeFunctionData, type Hex, toHex } from "viem";
import { namehash, normalize, packetToBytes } from "viem/ens";
import universalResolver from "../../contracts-abi/ens-universal-resolver.json" with { type: "json" };
import { Failure } from "../kernel/failure.ts";
import { type Clock, hour, type Millis, minute } from "../kernel/time.ts";
import type { EnsNames } from "../profiles/public-profile.ts";
import { type Chains, callAt, type Node, readHex } from "./rpc.ts";

/** Where names are looked up; Ethereum mainnet unless given. */
export type EnsPlace = { chainId: number; resolver: Hex };

/** How long an answer is kept, and how long it is kept that there was none. */
const keptFor = hour;
const unansweredFor = minute;
const maxKept = 10_000;

/** Characters of a name that is shown. */
const maxName = 255;

/** The coin type of Ethereum (SLIP-44). */
const coinType = 60n;

const mainnet: EnsPlace = { chainId: 1, resolver: universalResolver.addresses["1"] as Hex };
const abi = universalResolver.abi as Abi;

/** ENS through its Universal Resolver; undefined where its chain is not configured. Gateways (EIP-3668) are not asked. */
export function ensNames(chains: Chains, clock: Clock, place: EnsPlace = mainnet): EnsNames | undefined {
  if (!chains.knows(place.chainId)) return undefined;
  const keep = keeper(clock);
  const resolve = (name: string) =>
    keep(`name ${name}`, () => chains.ask(place.chainId, (node) => addressOf(node, place.resolver, name)));
  const primary = (address: string) =>
    keep(`address ${address}`, () => chains.ask(place.chainId, (node) => primaryName(node, place.resolver, address)));
  return {
    nameOf: async (address) => {
      const name = await primary(address.toLowerCase());
      // Whoever holds an address may write any name beside it: the name itself has to agree.
      return name !== undefined && (await resolve(name)) === address.toLowerCase() ? name : undefined;
    },
    provesName: async (name, address) => {
      const normal = normalized(name);
      return normal !== undefined && (await resolve(normal)) === address.toLowerCase();
    },
  };
}

async function primaryName(node: Node, to: Hex, address: string): Promise<string | undefined> {
  const data = encodeFunctionData({ abi, functionName: "reverse", args: [address, coinType] });
  const answer = await callAt(node, { to, data }, "latest");
  const name = answer && firstOf("reverse", answer);
  // A name that is not spelt as ENS spells it could look like another.
  return typeof name === "string" && normalized(name) === name ? name : undefined;
}

async function addressOf(node: Node, to: Hex, name: string): Promise<string | undefined> {
  const asked = encodeFunctionData({ abi, functionName: "addr", args: [namehash(name)] });
  const data = encodeFunctionData({ abi, functionName: "resolve", args: [toHex(packetToBytes(name)), asked] });
  const answer = await callAt(node, { to, data }, "latest");
  const result = answer && firstOf("resolve", answer);
  const address = result === undefined ? undefined : decoded("addr", readHex(result));
  return typeof address === "string" && BigInt(address) !== 0n ? address.toLowerCase() : undefined;
}

/** Undefined for what is no name of ENS, or too long to be shown. */
function normalized(name: string): string | undefined {
  try {
    const normal = normalize(name);
    return normal.includes(".") && normal.length <= maxName ? normal : undefined;
  } catch {
    return undefined;
  }
}

function firstOf(functionName: string, data: Hex): unknown {
  const result = decoded(functionName, data);
  return Array.isArray(result) ? result[0] : undefined;
}

/** Undefined where a resolver answers with something else than its function does. */
function decoded(functionName: string, data: Hex): unknown {
  try {
    return decodeFunctionResult({ abi, functionName, data });
  } catch {
    return undefined;
  }
}

/**
 * Keeps answers, also that there is none; what did not answer counts as none, for a moment. Questions under way are not
 * shared: on Workers one that is broken off would never end for the others.
 */
function keeper(clock: Clock) {
  const kept = new Map<string, { until: Millis; answer: string | undefined }>();
  return async (name: string, ask: () => Promise<string | undefined>): Promise<string | undefined> => {
    const known = kept.get(name);
    if (known && known.until > clock()) return known.answer;
    const [answer, life] = await ask().then(
      (found) => [found, keptFor] as const,
      (error: unknown) => {
        if (error instanceof Failure) return [undefined, unansweredFor] as const;
        throw error;
      },
    );
    kept.delete(name);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(name, { until: clock() + life, answer });
    return answer;
  };
}
