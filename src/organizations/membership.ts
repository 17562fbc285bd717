import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { Role } from "./inputs.ts";
import { roleOf } from "./organization.ts";
import { type Organization, organizationKind } from "./organization-state.ts";

/** A wallet that a door has proved, and how. */
export type Person = { user: Did; method: ProofMethod };

/**
 * The role of a person by the organisation's log as it is on disk. Refuses with FORBIDDEN where it is none of those
 * allowed, and with NOT_FOUND what is no organisation.
 */
export async function ensureRole(
  reactor: Pick<Reactor, "document">,
  organization: string,
  person: Person,
  allowed: readonly Role[],
): Promise<Role> {
  const { kind, state } = await reactor.document(organization);
  ensure(kind.name === organizationKind, "NOT_FOUND");
  const role = roleOf(state as Organization, person);
  ensure(role !== undefined && allowed.includes(role), "FORBIDDEN");
  return role;
}
