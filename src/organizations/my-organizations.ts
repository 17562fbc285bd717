import type { Did } from "../identity/did.ts";
import { parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { type Role, roles } from "./inputs.ts";
import type { Person } from "./membership.ts";

/** That somebody is a member; `operation` is what their operations for the organisation name in `restsOn`. */
export type MembershipRecord = {
  document: string;
  slug: string;
  name: string;
  user: Did;
  role: Role;
  operation: string;
  since: Millis;
};

export type MembershipStore = {
  /** Those of an address on any chain, in office, by document and DID; of one organisation where it is given. */
  membershipsOf(address: string, limit: number, document?: string): Promise<MembershipRecord[]>;
};

/** One for each organisation: the strongest role where several DIDs of a wallet are members. `since` is RFC 3339. */
export type Membership = Omit<MembershipRecord, "since"> & { since: string };

/** Organisations of one person that are shown; more are found by their addresses. */
export const maxMine = 200;

/** What a person is a member of, by name; of one organisation where its document is given. */
export async function membershipsOf(store: MembershipStore, person: Person, document?: string): Promise<Membership[]> {
  const { address } = parsePkh(person.user);
  const found = await store.membershipsOf(address, maxMine, document);
  const strongest = new Map<string, MembershipRecord>();
  for (const each of found.filter(({ user }) => speaksFor(person, parsePkh(user)))) {
    const before = strongest.get(each.document);
    if (!before || rank(each) < rank(before)) strongest.set(each.document, each);
  }
  const all = [...strongest.values()].map((each) => ({ ...each, since: iso(each.since) }));
  return all.sort((one, other) => one.name.localeCompare(other.name));
}

function rank({ role }: Pick<MembershipRecord, "role">): number {
  return roles.indexOf(role);
}
