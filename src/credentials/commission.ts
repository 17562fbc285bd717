import type { Did } from "../identity/did.ts";
import type { Clock, Millis } from "../kernel/time.ts";
import type { ProofSigner } from "../securing/data-integrity.ts";
import type { Places } from "../securing/list-places.ts";

/** A key that signs credentials, in use; `key` is its did:key. */
export type IssuingSigner = ProofSigner & { key: Did };

export const statusPurposes = ["revocation", "suspension"] as const;
export type StatusPurpose = (typeof statusPurposes)[number];

/** An organisation and the keys that sign its credentials here; `key` is the did:key of each. */
export type IssuingOrganization = {
  organization: string;
  slug: string;
  did: Did;
  credential: readonly IssuingSigner[];
};

/** Where one status of a credential stands. */
export type CommissionPlace = { purpose: StatusPurpose; list: string; place: number };

/** A list of what was issued in one DID of an organisation. */
export type CommissionList = { id: string; organization: string; issuer: Did; purpose: StatusPurpose; size: number };

/** What is kept of credentials that organisations have had issued: where their status stands, and nothing they say. */
export type CommissionStore = {
  /** Keeps all or none: `taken` where another has one of the places, `known` where the credential has a status. */
  insert(
    credential: { organization: string; id: string },
    places: readonly CommissionPlace[],
    now: Millis,
  ): Promise<"kept" | "taken" | "known">;
  find(organization: string, id: string): Promise<(CommissionPlace & { set: boolean })[]>;
  /** Sets or clears a bit, and counts the change; nothing where it stands so already. */
  setBit(organization: string, id: string, place: CommissionPlace, set: boolean, now: Millis): Promise<void>;
  latestList(organization: string, issuer: Did, purpose: StatusPurpose): Promise<CommissionList | undefined>;
  insertList(list: CommissionList, now: Millis): Promise<void>;
  findList(id: string): Promise<CommissionList | undefined>;
  /** Counts the changes of a list's bits. */
  revisionOf(list: string): Promise<number>;
  /** Places of a list that are taken, or of those only that are set. */
  places(list: string, only?: "set"): Promise<number[]>;
};

export type CommissionParts = {
  origin: string;
  clock: Clock;
  store: CommissionStore;
  /** Refuses with NOT_FOUND. */
  signersOf(organization: string): Promise<IssuingOrganization>;
  pick?: Places["pick"];
};

/** Public URL of a list, and the id of its credential. */
export function commissionListUrl(origin: string, slug: string, list: string): string {
  return `${origin}/orgs/${slug}/issued/${list}`;
}
