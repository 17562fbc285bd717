import { sha256 } from "#primitives";
import { readBearer } from "../identity/bearer.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { parseCompact } from "../identity/jws.ts";
import { type Authenticated, authenticate, authenticatePage, type SessionContext } from "../identity/session.ts";
import { equalBytes } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";

/** Who stands at a door, proved by a token: see docs/decisions, the authority matrix, for what each may do. */
export type Party =
  | { by: "session"; user: Did; session: string; method: ProofMethod }
  | { by: "token"; app: Did; user: Did }
  | { by: "operator" };

/** The wallet behind a session; refuses with FORBIDDEN everybody else. */
export function walletOf(party: Party): Extract<Party, { by: "session" }> {
  if (party.by !== "session") throw new Failure("FORBIDDEN", "Only the wallet itself, signed in, may do this.");
  return party;
}

/** How the ways of standing at a door are told apart; `operatorToken` where one is configured. */
export type Doorkeeper = { sessions: SessionContext; clock: Clock; operatorToken: string | undefined };

/**
 * Says who presents a bearer token: the operator, an app by a token of its own, or a wallet's session. Refuses with
 * INVALID_TOKEN, WRONG_AUDIENCE, EXPIRED, UNAUTHENTICATED and what `readBearer` refuses with.
 */
export async function identify(bearer: string, { sessions, clock, operatorToken }: Doorkeeper): Promise<Party> {
  if (operatorToken !== undefined && equalBytes(sha256(bearer), sha256(operatorToken))) return { by: "operator" };
  const { header } = parseCompact(bearer, maxBearer);
  if (header.typ !== "at+jwt") {
    const { app, user } = await readBearer(bearer, sessions.origin, clock());
    return { by: "token", app, user };
  }
  return partyOf(await authenticate(sessions, bearer, clock()));
}

/** Says whose session a page's cookie names; refuses as `authenticatePage` does. */
export async function identifyCookie(cookie: string, { sessions, clock }: Doorkeeper): Promise<Party> {
  return partyOf(await authenticatePage(sessions, cookie, clock()));
}

function partyOf({ user, method, session }: Authenticated): Party {
  return { by: "session", user, method, session: session.id };
}

/** Characters of a bearer token of either sort. */
const maxBearer = 4096;
