import { digestOf } from "#primitives";
import type { Party } from "../../credentials/party.ts";
import { equalBytes, utf8 } from "../../kernel/bytes.ts";
import { ensure, Failure } from "../../kernel/failure.ts";
import { randomText } from "../../kernel/random.ts";
import { cookieNamed, sessionCookieName } from "../authentication.ts";
import type { Call, Door } from "../call.ts";

/** A wallet that is signed in on pages. */
export type PageSession = Extract<Party, { by: "session" }>;

/** Who looks at a page: signed in or not, and by what their forms are known. */
export type Guest = {
  session: PageSession | undefined;
  /** What every form of theirs brings back. */
  formToken: string;
  /** Headers of an answer that shows forms: a cookie where there was none. */
  headers: Readonly<Record<string, string>>;
};

/** Known to one browser only, so that nobody else can fill in forms for it. Not Strict: people come from apps. */
const formCookieName = "__Host-renown-form";

/** Says who looks at a page. A session that has ended is none; what else is wrong with it says the same. */
export async function guestOf(door: Door, call: Call): Promise<Guest> {
  const cookie = cookieNamed(call, sessionCookieName);
  const session = cookie === undefined ? undefined : await sessionOf(door, call, cookie);
  if (session) return { session, formToken: tokenFor(cookie!), headers: {} };
  const known = cookieNamed(call, formCookieName);
  if (known !== undefined && formCookiePattern.test(known))
    return { session: undefined, formToken: tokenFor(known), headers: {} };
  const fresh = randomText(16);
  const setCookie = `${formCookieName}=${fresh}; Path=/; HttpOnly; Secure; SameSite=Lax`;
  return { session: undefined, formToken: tokenFor(fresh), headers: { "set-cookie": setCookie } };
}

/** The session of whoever looks; refuses with UNAUTHENTICATED. */
export function sessionOfGuest({ session }: Guest): PageSession {
  ensure(session, "UNAUTHENTICATED");
  return session;
}

/**
 * Takes a form only from a page of ours that was made for this browser. Refuses with FOREIGN_FORM: another origin, no
 * word of the origin at all, or a token that is not this guest's.
 */
export function checkForm(call: Call, origin: string, guest: Guest, token: string | undefined): void {
  const { request } = call;
  const from = request.header("origin");
  const site = request.header("sec-fetch-site");
  const ours =
    from === undefined ? site === "same-origin" : from === origin && (site ?? "same-origin") === "same-origin";
  ensure(ours, "FOREIGN_FORM");
  ensure(token !== undefined && equalBytes(utf8(token), utf8(guest.formToken)), "FOREIGN_FORM");
}

const formCookiePattern = /^[A-Za-z0-9_-]{22}$/;

/** The cookie itself never stands in a page. */
function tokenFor(cookie: string): string {
  return digestOf(`form ${cookie}`);
}

async function sessionOf(door: Door, call: Call, cookie: string): Promise<PageSession | undefined> {
  await door.gate.guard(call);
  try {
    const party = await door.services.auth.identifyCookie(cookie);
    return party.by === "session" ? party : undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Guesses at cookies count; a session that has run out is nobody's fault.
    await door.gate.count(call, error);
    return undefined;
  }
}
