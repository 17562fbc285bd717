import { z } from "zod";
import { parsePkh } from "../../../identity/did.ts";
import { clearedCookie } from "../../authentication.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import type { Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { formRoute, pageRoute } from "../form.ts";
import { type Guest, guestOf, type PageSession, sessionOfGuest } from "../guest.ts";
import { pageReply, redirect } from "../layout.ts";
import { mePage } from "./me-page.ts";
import { signInPage } from "./sign-in-panel.ts";

/** Apps on one page; the rest is behind a link. */
const mostApps = 100;
/** Sessions and credentials that are shown: the latest. */
const [mostSessions, mostCredentials] = [50, 10];

export function myRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/me", (call) => serveMe(door, call)),
    profileRoute(door),
    ...appRoutes(door),
    credentialRoute(door),
    ...sessionRoutes(door),
  ];
}

async function serveMe(door: Door, call: Call): Promise<Reply> {
  const guest = await guestOf(door, call);
  if (!guest.session) return pageReply(signInPage(guest, "/me"), guest.headers);
  const query = new URL(call.request.url).searchParams;
  const after = query.get("after")?.slice(0, 128) || undefined;
  return pageReply(mePage(await viewOf(door, guest, after, query.get("done") ?? undefined)), guest.headers);
}

async function viewOf({ services }: Door, guest: Guest, after: string | undefined, done: string | undefined) {
  const party = sessionOfGuest(guest);
  const { user, method } = party;
  const [apps, credentials, sessions, profile, showsEns] = await Promise.all([
    services.delegations.mine(party, { after, limit: mostApps }),
    services.credentials.mine(party, { limit: mostCredentials }),
    services.auth.sessions(party, { limit: mostSessions }),
    services.profiles.find(profileName(party)),
    services.profiles.showsEns(party),
  ]);
  const lists = { apps: apps.items, moreApps: apps.next, credentials, sessions: sessions.items };
  return { user, method, profile, showsEns, ...lists, done, token: guest.formToken };
}

/** What a wallet's profile is found by: a contract's on its own chain alone. */
function profileName({ user, method }: PageSession): string {
  return method === "contract" ? user : parsePkh(user).address;
}

function profileRoute(door: Door): Route {
  const fields = z.strictObject({
    username: z.string().max(512),
    userImage: z.string().max(4096),
    showEns: z.literal("yes").optional(),
  });
  return formRoute(door, "/me/profile", { fields }, async (_call, { guest, fields: wanted }) => {
    const session = sessionOfGuest(guest);
    const { profiles } = door.services;
    const current = await profiles.find(profileName(session));
    const username = wanted.username.trim();
    const userImage = wanted.userImage.trim();
    // Each change is an entry in the log, so only changes are sent. A name cannot be taken away: empty leaves it.
    await profiles.update(session, {
      ...(username !== "" && username !== current?.username && { username }),
      ...(userImage !== (current?.userImage ?? "") && { userImage }),
      showEns: wanted.showEns === "yes",
    });
    return done("profile");
  });
}

function appRoutes(door: Door): Route[] {
  const { delegations } = door.services;
  const stop = z.strictObject({ reason: z.string().max(200).default("") });
  const compromised = z.strictObject({ from: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/) });
  return [
    formRoute(door, "/me/apps/{id}/stop", { fields: stop }, async (call, { guest, fields: { reason } }) => {
      await delegations.revoke(sessionOfGuest(guest), pathPart(call, "id"), reason.trim() || null);
      return done("app", "#apps");
    }),
    formRoute(door, "/me/apps/{id}/compromised", { fields: compromised }, async (call, { guest, fields: { from } }) => {
      const time = from.length === 16 ? `${from}:00Z` : `${from}Z`;
      await delegations.compromise(sessionOfGuest(guest), pathPart(call, "id"), time);
      return done("compromised", "#apps");
    }),
  ];
}

function credentialRoute(door: Door): Route {
  return formRoute(door, "/me/credentials/{id}/revoke", { fields: z.strictObject({}) }, async (call, { guest }) => {
    await door.services.credentials.revoke(sessionOfGuest(guest), pathPart(call, "id"));
    return done("credential", "#credentials");
  });
}

function sessionRoutes(door: Door): Route[] {
  const { auth } = door.services;
  const fields = z.strictObject({});
  return [
    formRoute(door, "/me/sessions/{id}/end", { fields }, async (call, { guest }) => {
      await auth.endSession(sessionOfGuest(guest), pathPart(call, "id"));
      return done("session", "#sessions");
    }),
    formRoute(door, "/me/sessions/end", { fields }, async (_call, { guest }) => {
      await auth.endAllSessions(sessionOfGuest(guest));
      return redirect("/", { "set-cookie": clearedCookie });
    }),
  ];
}

/** Back to the page, which says what was done. */
function done(what: string, place = ""): Reply {
  return redirect(`/me?done=${what}${place}`);
}
