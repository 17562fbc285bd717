import { Failure } from "../../../kernel/failure.ts";
import type { Call, Door } from "../../call.ts";
import type { Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { pageRoute } from "../form.ts";
import { guestOf, type PageSession } from "../guest.ts";
import { pageReply } from "../layout.ts";
import { signInPage } from "../people/sign-in-panel.ts";
import { type MyBadge, myBadgesPage } from "./badge-mine-page.ts";

/** Badges on one page; the rest is behind a link. */
const mostBadges = 20;

export function myBadgesRoutes(door: Door): Route[] {
  return [pageRoute(door, "/me/badges", (call) => serveMine(door, call))];
}

async function serveMine(door: Door, call: Call): Promise<Reply> {
  const guest = await guestOf(door, call);
  const { session, headers } = guest;
  if (!session) return pageReply(signInPage(guest, "/me/badges"), headers);
  const query = new URL(call.request.url).searchParams;
  const asked = query.get("before") ?? "";
  const before = /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : Number.MAX_SAFE_INTEGER;
  const found = await door.services.earned(session, before, mostBadges + 1);
  const shown = found.slice(0, mostBadges);
  const badges = await Promise.all(shown.map(({ document }) => myBadge(door, session, document)));
  const list = {
    badges: badges.flatMap((each) => each ?? []),
    before: found.length > mostBadges ? shown.at(-1)?.seq : undefined,
    done: query.get("done") ?? undefined,
    now: call.now,
  };
  return pageReply(myBadgesPage(guest, list), headers);
}

/** Undefined where it went away in the meantime. */
async function myBadge({ services }: Door, session: PageSession, document: string): Promise<MyBadge | undefined> {
  const award = await unlessGone(() => services.faces.ofDocument(document, async () => session));
  if (!award) return undefined;
  const facts = await services.faces.facts(award);
  const view = await unlessGone(() => services.badges.get(session, document));
  return { award, facts, name: view?.personal?.name };
}

async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
