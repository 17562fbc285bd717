import { type Code, ensure } from "../../../kernel/failure.ts";
import type { Call, Door } from "../../call.ts";
import type { Route } from "../../route.ts";
import { pageRoute } from "../form.ts";
import { type Guest, guestOf, type PageSession, sessionOfGuest } from "../guest.ts";
import { type Page, pageReply } from "../layout.ts";
import { signInPage } from "../people/sign-in-panel.ts";
import type { ConsoleFrame } from "./organization-console.ts";
import { bySlug, membershipOf } from "./organization-routes.ts";

/** A member who is signed in, and the organisation of the address. */
export type Entered = { guest: Guest; session: PageSession; frame: ConsoleFrame };

/**
 * Lets members in: refuses with UNAUTHENTICATED, FORBIDDEN and NOT_FOUND. `roles` are those that may; all unless given.
 * `stranger` is what everybody else is told.
 */
export async function enter(
  door: Door,
  call: Call,
  guest: Guest,
  roles?: readonly string[],
  stranger: Code = "FORBIDDEN",
): Promise<Entered> {
  const session = sessionOfGuest(guest);
  const organization = await bySlug(door, call);
  const membership = await membershipOf(door, guest, organization.id);
  ensure(membership, stranger);
  ensure(roles?.includes(membership.role) ?? true, "FORBIDDEN");
  const done = new URL(call.request.url).searchParams.get("done") ?? undefined;
  return { guest, session, frame: { organization, membership, token: guest.formToken, done } };
}

/** A page of the console, for members in these roles, all unless said; whoever is not signed in is asked to first. */
export function consoleRoute(
  door: Door,
  path: string,
  roles: readonly string[] | undefined,
  show: (entered: Entered, call: Call) => Promise<Page>,
  stranger?: Code,
): Route {
  return pageRoute(door, `/orgs/{slug}/console${path}`, async (call) => {
    const guest = await guestOf(door, call);
    if (!guest.session) return pageReply(signInPage(guest, new URL(call.request.url).pathname), guest.headers);
    const entered = await enter(door, call, guest, roles, stranger);
    return pageReply(await show(entered, call), guest.headers);
  });
}

/** Who governs, and who awards. */
export const governors = ["owner", "admin"] as const;
export const issuers = ["owner", "admin", "issuer"] as const;
