import type { ReadEthr } from "../identity/resolve.ts";
import type { ContractCheck } from "../identity/wallet.ts";
import type { Clock } from "../kernel/time.ts";
import type { EnsNames } from "../profiles/public-profile.ts";
import { contractCheck } from "./contract-wallet.ts";
import { ensNames } from "./ens.ts";
import { ethrReader } from "./ethr.ts";
import { type Endpoints, openChains } from "./rpc.ts";

/** What an installation can do where chains are configured. */
export type ChainParts = { contract: ContractCheck; readEthr: ReadEthr; ens: EnsNames | undefined };

export function openChainParts(endpoints: Endpoints, clock: Clock): ChainParts {
  const chains = openChains(endpoints);
  return {
    contract: contractCheck(chains, clock),
    readEthr: ethrReader(chains, clock),
    ens: ensNames(chains, clock),
  };
}
