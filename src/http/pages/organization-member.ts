import { ensure } from "../../kernel/failure.ts";
import type { Call, Door } from "../call.ts";
import { type Guest, type PageSession, sessionOfGuest } from "./guest.ts";
import type { ConsoleFrame } from "./organization-console.ts";
import { bySlug, membershipOf } from "./organization-routes.ts";

/** A member who is signed in, and the organisation of the address. */
export type Entered = { guest: Guest; session: PageSession; frame: ConsoleFrame };

/** Lets members in: refuses with UNAUTHENTICATED, FORBIDDEN and NOT_FOUND. `roles` are those that may; all unless given. */
export async function enter(door: Door, call: Call, guest: Guest, roles?: readonly string[]): Promise<Entered> {
  const session = sessionOfGuest(guest);
  const organization = await bySlug(door, call);
  const membership = await membershipOf(door, guest, organization.id);
  ensure(membership && (roles?.includes(membership.role) ?? true), "FORBIDDEN");
  const done = new URL(call.request.url).searchParams.get("done") ?? undefined;
  return { guest, session, frame: { organization, membership, token: guest.formToken, done } };
}

/** Who governs, and who awards. */
export const governors = ["owner", "admin"] as const;
export const issuers = ["owner", "admin", "issuer"] as const;
