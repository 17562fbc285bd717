// Wires policies: where they are kept, and how the service publishes its own.
import type { Clock } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { Signer } from "../operations/signature.ts";
import { openPolicies } from "../reputation/policies.ts";
import { publishShipped } from "../reputation/policy-shipping.ts";
import { shippedPolicies } from "../reputation/shipped-policies.ts";
import type { Services } from "../services.ts";
import type { Storage } from "../storage/database.ts";
import { policyStore } from "../storage/policy-store.ts";

export type PolicyParts = {
  origin: string;
  realm: string;
  storage: Storage;
  clock: Clock;
  reactor: Reactor;
  /** Signs in the service's own name. */
  operationKey: Signer;
  documents: Pick<Services["documents"], "open">;
  /** Organisations' documents and did:pkh from which trust flows; none unless given. */
  trustSeeds?: readonly string[] | undefined;
};

/** What the doors may call. */
export function policyServices(parts: PolicyParts): Pick<Services, "policies"> {
  const { origin, storage, documents, trustSeeds = [] } = parts;
  const store = policyStore(storage);
  const shipped = shippedPolicies(trustSeeds);
  const ship = () => publishShipped({ ...parts, store }, shipped);
  return { policies: openPolicies({ origin, store, open: documents.open, ship }) };
}
