import { ensure, Failure } from "../kernel/failure.ts";
import type { Party, SignedInAnswer } from "../services.ts";
import type { Call, Door } from "./call.ts";
import type { Reply } from "./reply.ts";

/** `__Host-`: browsers take it only with Secure, for the whole host and no other (RFC 6265bis, section 4.1.3.2). */
export const sessionCookieName = "__Host-renown";

/**
 * Who calls: by a bearer token, else by the cookie of a page of ours. Refuses with UNAUTHENTICATED, INVALID_TOKEN,
 * EXPIRED, WRONG_AUDIENCE and the other codes of tokens.
 */
export async function partyOf(door: Door, call: Call): Promise<Party> {
  const party = await partyIfAny(door, call);
  ensure(party, "UNAUTHENTICATED", sources);
  return party;
}

/** Who calls, undefined where nobody says; what is said must hold. */
export async function partyIfAny(door: Door, call: Call): Promise<Party | undefined> {
  const bearer = bearerOf(call);
  return identify(door, call, bearer, bearer === undefined ? cookieOf(door, call) : undefined);
}

/** The same by a bearer token alone: for addresses that pages of any origin call, where a cookie says nothing. */
export async function bearerIfAny(door: Door, call: Call): Promise<Party | undefined> {
  return identify(door, call, bearerOf(call), undefined);
}

/** Who reads, asked only where it makes a difference: most reads are anonymous, whatever they carry. */
export function viewerOf(door: Door, call: Call): () => Promise<Party | undefined> {
  return () => bearerIfAny(door, call);
}

/** The reply as its cache may keep it: what was asked with a token may be for its bearer alone. */
export function forViewer({ request }: Call, reply: Reply): Reply {
  const shared = { ...reply.headers, vary: [reply.headers.vary, "authorization"].filter(Boolean).join(", ") };
  if (request.header("authorization") === undefined) return { ...reply, headers: shared };
  return { ...reply, headers: { ...shared, "cache-control": "private, no-store" } };
}

export { requireScope } from "../credentials/party.ts";

/** `Set-Cookie` for a session that began; it ends with the session. */
export function sessionCookie({ cookie, sessionExpiresAt }: SignedInAnswer, now: number): string {
  const seconds = Math.max(0, Math.floor((Date.parse(sessionExpiresAt) - now) / 1000));
  return `${sessionCookieName}=${cookie}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Lax`;
}

export const clearedCookie = `${sessionCookieName}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`;

/** The value of a cookie that came with a request. */
export function cookieNamed({ request }: Call, name: string): string | undefined {
  const cookie = (request.header("cookie") ?? "")
    .split(";")
    .map((each) => each.trim())
    .find((each) => each.startsWith(`${name}=`));
  return cookie?.slice(name.length + 1);
}

async function identify(
  door: Door,
  call: Call,
  bearer: string | undefined,
  cookie: string | undefined,
): Promise<Party | undefined> {
  if (bearer === undefined && cookie === undefined) return undefined;
  await door.gate.guard(call);
  try {
    return bearer === undefined
      ? await door.services.auth.identifyCookie(cookie!)
      : await door.services.auth.identify(bearer);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // As a token it is not valid, whatever is wrong with its signature.
    if (error.code === "BAD_SIGNATURE") throw new Failure("INVALID_TOKEN", error.message);
    const hinted = error.code === "INVALID_TOKEN" || error.code === "UNAUTHENTICATED";
    throw hinted ? new Failure(error.code, error.detail ?? sources) : error;
  }
}

const sources =
  "Tokens come from POST /v1/auth/siwe or /v1/auth/refresh (sessions) and POST /oauth/token (clients); an app signs its " +
  "own, and the operator's is the server's setting RENOWN_OPERATOR_TOKEN.";

function bearerOf({ request }: Call): string | undefined {
  const header = request.header("authorization");
  if (header === undefined) return undefined;
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(header.trim())?.[1];
  ensure(token !== undefined, "INVALID_TOKEN", "The Authorization header is not of the form Bearer <token>.");
  return token;
}

/** A cookie comes along unasked, so it counts only where the call is known to come from a page of ours. */
function cookieOf({ services }: Door, call: Call): string | undefined {
  const cookie = cookieNamed(call, sessionCookieName);
  if (cookie === undefined) return undefined;
  const { request } = call;
  const site = request.header("sec-fetch-site");
  const ours = site === "same-origin" || request.header("origin") === services.origin;
  const read = request.method === "GET" || request.method === "HEAD";
  // A person who types an address sends "none"; browsers that say nothing of the site are trusted with reading.
  const mine = ours || (read && (site === undefined || site === "none"));
  return mine ? cookie : undefined;
}
