import { digestOf } from "#primitives";
import { base64url, equalBytes, fromBase64url, hex, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { hmacSha256 } from "../kernel/hmac.ts";
import { randomText } from "../kernel/random.ts";
import { day, iso, type Millis, second } from "../kernel/time.ts";
import { type AccessToken, type Issuer, mintAccessToken, readAccessToken } from "./access-token.ts";
import type { ProofMethod } from "./delegation.ts";
import type { Did } from "./did.ts";
import type { ServiceKeys } from "./service-keys.ts";

/** A signed-in session: the family of its refresh tokens. */
export type Session = {
  /** Hex; a later session has a greater id. */
  id: string;
  user: Did;
  method: ProofMethod;
  /** User agent at sign-in, shortened: by it a person knows the session in a list. */
  agent: string;
  createdAt: Millis;
  usedAt: Millis;
  /** Absolute end: no refresh goes beyond it. */
  expiresAt: Millis;
  endedAt: Millis | undefined;
};

/** A refresh token as kept: by base64url(SHA-256) of its text; the text itself is nowhere. */
export type RefreshToken = { hash: string; session: string; createdAt: Millis; usedAt: Millis | undefined };

export type SessionStore = {
  /** Keeps a new session with its first token, and forgets a bounded number of sessions past their end. */
  open(session: Session, refreshHash: string): Promise<void>;
  session(id: string): Promise<Session | undefined>;
  /** Those of a user that have neither ended nor run out, by falling ids, below `before`; at most `limit`. */
  sessionsOf(user: Did, now: Millis, before: string, limit: number): Promise<Session[]>;
  refreshToken(hash: string): Promise<RefreshToken | undefined>;
  /** Keeps a token, unless it is kept already. */
  addRefreshToken(hash: string, session: string, now: Millis): Promise<void>;
  /** Marks a token used, and its session too; of any number of callers one gets true. */
  spendRefreshToken(hash: string, session: string, now: Millis): Promise<boolean>;
  /** Ends a session of this user that has not ended; false where there is none. */
  end(user: Did, id: string, now: Millis): Promise<boolean>;
  /** Ends all of a user's; how many there were. */
  endAll(user: Did, now: Millis): Promise<number>;
};

export type SessionContext = Issuer & { store: SessionStore };

export type Authenticated = { user: Did; method: ProofMethod; session: Session };

/** What opens a session. `agent` may be as long as the client likes. */
export type SessionOpening = { user: Did; method: ProofMethod; agent: string };

/** What a client gets; `pageSession` is for a cookie that only our own pages send. */
export type SessionTokens = {
  session: Session;
  access: AccessToken;
  refreshToken: string;
  pageSession: string;
};

export const sessionLife = 30 * day;

/** What a contract says today it may deny tomorrow, and a session is not asked about again: it ends with the day. */
export const contractSessionLife = day;

/** A client that lost our answer may ask again with the token it has, this long. */
export const refreshGrace = 30 * second;

export async function openSession(
  context: SessionContext,
  opening: SessionOpening,
  now: Millis,
): Promise<SessionTokens> {
  const session: Session = {
    id: sessionId(now),
    user: opening.user,
    method: opening.method,
    agent: opening.agent.slice(0, maxAgent),
    createdAt: now,
    usedAt: now,
    expiresAt: now + (opening.method === "contract" ? contractSessionLife : sessionLife),
    endedAt: undefined,
  };
  const refreshToken = randomText(32);
  await context.store.open(session, digestOf(refreshToken));
  return tokensOf(context, session, refreshToken, now);
}

/**
 * Trades a refresh token, once, for new tokens. Within `refreshGrace` the same token gets the same successor again, if
 * nobody has used that; later use of a spent token ends the whole session. Refuses with INVALID_TOKEN,
 * UNAUTHENTICATED, TOKEN_EXPIRED and TOKEN_REUSED.
 */
export async function refreshSession(context: SessionContext, token: string, now: Millis): Promise<SessionTokens> {
  const { store } = context;
  ensure(fromBase64url(token)?.length === 32, "INVALID_TOKEN");
  const known = await store.refreshToken(digestOf(token));
  ensure(known, "INVALID_TOKEN");
  const session = await liveSession(store, known.session, now);
  const successor = macOf(context.keys, `refresh:${token}`);
  if (known.usedAt === undefined) {
    // The successor is kept first: a crash in between leaves a token that can still be used.
    await store.addRefreshToken(digestOf(successor), session.id, now);
    if (await store.spendRefreshToken(known.hash, session.id, now))
      return tokensOf(context, { ...session, usedAt: now }, successor, now);
  }
  await refuseReuse(store, session, known.hash, digestOf(successor), now);
  return tokensOf(context, session, successor, now);
}

/**
 * Says whose session an access token is of. Refuses as `readAccessToken` does, and with UNAUTHENTICATED once the
 * session has ended.
 */
export async function authenticate(context: SessionContext, token: string, now: Millis): Promise<Authenticated> {
  const claims = await readAccessToken(context, token, now);
  const session = await liveSession(context.store, claims.session, now);
  ensure(session.user === claims.user, "INVALID_TOKEN");
  return { user: session.user, method: session.method, session };
}

/** Says whose session a page's cookie names. Refuses with INVALID_TOKEN, UNAUTHENTICATED and TOKEN_EXPIRED. */
export async function authenticatePage(context: SessionContext, cookie: string, now: Millis): Promise<Authenticated> {
  const [id = ""] = cookie.length < 128 ? cookie.split(".", 1) : [];
  ensure(equalBytes(utf8(cookie), utf8(pageSessionOf(context.keys, id))), "INVALID_TOKEN");
  const session = await liveSession(context.store, id, now);
  return { user: session.user, method: session.method, session };
}

/** A user's live sessions, latest first, at most `limit`; `before` is the id of the last one seen. */
export function listSessions(
  { store }: SessionContext,
  user: Did,
  now: Millis,
  { before = "~", limit }: { before?: string | undefined; limit: number },
): Promise<Session[]> {
  return store.sessionsOf(user, now, before, limit);
}

/** Ends one session of the user's; refuses with NOT_FOUND what is not theirs or has ended. */
export async function endSession(context: SessionContext, user: Did, id: string, now: Millis): Promise<void> {
  ensure(await context.store.end(user, id, now), "NOT_FOUND");
}

/** Signs the user out everywhere; how many sessions that ended. */
export function endAllSessions(context: SessionContext, user: Did, now: Millis): Promise<number> {
  return context.store.endAll(user, now);
}

/** Tokens as a client is given them; times in RFC 3339. */
export function tokensView({ access, refreshToken, session }: SessionTokens) {
  const accessTokenExpiresAt = iso(access.expiresAt);
  return { accessToken: access.token, accessTokenExpiresAt, refreshToken, sessionExpiresAt: iso(session.expiresAt) };
}

/** A session as its user sees it in a list; `current` is the id of the one that asks. */
export function sessionView({ id, agent, createdAt, usedAt, expiresAt }: Session, current: string) {
  const times = { createdAt: iso(createdAt), usedAt: iso(usedAt), expiresAt: iso(expiresAt) };
  return { id, agent, ...times, current: id === current };
}

/** The session, if it still lives. Refuses with UNAUTHENTICATED (unknown or ended) and TOKEN_EXPIRED. */
async function liveSession(store: SessionStore, id: string, now: Millis): Promise<Session> {
  const session = await store.session(id);
  ensure(session && session.endedAt === undefined, "UNAUTHENTICATED");
  ensure(session.expiresAt > now, "TOKEN_EXPIRED");
  return session;
}

/** Characters of a user agent that are kept. */
const maxAgent = 200;

async function refuseReuse(
  store: SessionStore,
  session: Session,
  hash: string,
  next: string,
  now: Millis,
): Promise<void> {
  const [spent, successor] = await Promise.all([store.refreshToken(hash), store.refreshToken(next)]);
  const usedAt = spent?.usedAt ?? Number.NEGATIVE_INFINITY;
  if (successor && successor.usedAt === undefined && now - usedAt <= refreshGrace) return;
  await store.end(session.user, session.id, now);
  throw new Failure("TOKEN_REUSED");
}

async function tokensOf(
  context: SessionContext,
  session: Session,
  refreshToken: string,
  now: Millis,
): Promise<SessionTokens> {
  const access = await mintAccessToken(context, session, now);
  return { session, access, refreshToken, pageSession: pageSessionOf(context.keys, session.id) };
}

function pageSessionOf(keys: ServiceKeys, id: string): string {
  return `${id}.${macOf(keys, `page:${id}`)}`;
}

/** base64url of HMAC-SHA-256 under the service's secret; the first word of the text says what it is for. */
function macOf(keys: ServiceKeys, text: string): string {
  return base64url(hmacSha256(fromBase64url(keys.secret)!, utf8(text)));
}

/** 12 hex digits of the time, so that later sessions have greater ids, and 128 random bits. */
function sessionId(now: Millis): string {
  return now.toString(16).padStart(12, "0") + hex(crypto.getRandomValues(new Uint8Array(16)));
}
