// Wires facts about subjects: who attests by which key, and what is kept beside the log.
import { awardStatement } from "../badges/award-statement.ts";
import { type Party, requireScope } from "../credentials/party.ts";
import { isUserDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { findOrganization, type OrganizationStore } from "../organizations/directory.ts";
import { type Role, roles } from "../organizations/inputs.ts";
import { ensureRole, type Person } from "../organizations/membership.ts";
import type { OrganizationKeys } from "../organizations/organization-keys.ts";
import type { Attesters } from "../reputation/attesting.ts";
import type { DisputeStore } from "../reputation/disputes.ts";
import { createReputations, type Standing } from "../reputation/reputations.ts";
import type { TextStore } from "../reputation/texts.ts";
import type { Services } from "../services.ts";
import { attestationLimits } from "../storage/attestation-limits.ts";
import { attestationStore } from "../storage/attestation-store.ts";
import type { Storage } from "../storage/database.ts";
import { disputeStore } from "../storage/dispute-store.ts";
import { reputationTextStore } from "../storage/reputation-text-store.ts";

export type AttestationParts = {
  realm: string;
  keys: ServiceKeys;
  clock: Clock;
  reactor: Reactor;
  store: OperationStore;
  storage: Storage;
  organizations: {
    store: OrganizationStore;
    keys: OrganizationKeys;
    personOf(party: Party, action: string): Promise<Person>;
  };
};

/** What the doors may call of facts, and where their texts are kept; `reach` follows awards, as far as there is time. */
export function openReputations(
  parts: AttestationParts & { reach(position: number): Promise<number> },
): Pick<Services, "reputations"> & { texts: TextStore } {
  const { storage, store, reach } = parts;
  const texts = reputationTextStore(storage);
  const attesting = { ...parts, attesters: attestersOf(parts), texts };
  const attestations = { ...attestationStore(storage), ...followedDisputes(disputeStore(storage), { store, reach }) };
  const { oneWith } = attestationLimits(storage.reader);
  const reading = { attestations, evidenceOf: awardStatement, oneWith };
  return { texts, reputations: createReputations({ ...attesting, ...reading }, standingOf(parts)) };
}

/** Whose endorsement is disputed is known as far as awards are followed. */
function followedDisputes(
  disputes: DisputeStore,
  { store, reach }: { store: Pick<OperationStore, "lastSeq">; reach(position: number): Promise<number> },
): DisputeStore {
  return {
    ...disputes,
    disputes: async (...asked) => {
      await reach(await store.lastSeq());
      return disputes.disputes(...asked);
    },
  };
}

/** Whether a party is a wallet that speaks for a DID. */
export function speaksForDid(party: Party, did: string): boolean {
  return party.by === "session" && isUserDid(did) && speaksFor(party, parsePkh(did));
}

/** What a client needs to attest, and to see what others may not. */
const scope = "attestations:write";

function attestersOf({ organizations: { store, keys } }: AttestationParts): Attesters {
  return {
    find: async (named) => {
      const { document, slug, profile } = await findOrganization(store, named);
      return { document, slug, name: profile.name };
    },
    keyOf: async (organization) => {
      const { operation } = await keys.signersOf(organization);
      return operation && { signer: operation, ground: operation.ground };
    },
    fieldOf: async (document, field) => {
      const listed = await store.field(document, field);
      return listed?.operation ? { document, operation: listed.operation } : undefined;
    },
  };
}

function standingOf({ organizations, reactor }: AttestationParts): Standing<Party> {
  const hasRole = async (party: Party, organization: string, allowed: readonly Role[]) => {
    try {
      const person = await organizations.personOf(party, "SET_PROFILE");
      await ensureRole(reactor, organization, person, allowed);
      return true;
    } catch (error) {
      if (error instanceof Failure && (error.code === "FORBIDDEN" || error.code === "NOT_FOUND")) return false;
      throw error;
    }
  };
  return {
    client: (party) => requireScope(party, scope),
    wallet: (party) => (party.by === "session" ? party.user : undefined),
    speaksFor: speaksForDid,
    belongs: async (party, organization) => {
      if (party.by !== "client") return hasRole(party, organization, roles);
      return party.organization === organization && party.mode === "live" && party.scopes.includes(scope);
    },
    rules: async (party, organization) =>
      party.by !== "client" && (await hasRole(party, organization, ["owner", "arbiter"])),
  };
}
