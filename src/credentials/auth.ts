import type { Did } from "../identity/did.ts";
import type { NonceRequest } from "../identity/nonce.ts";
import type { WalletMessage } from "../identity/sign-in.ts";
import type { Page, PageRequest } from "../kernel/page.ts";
import type { Party } from "./party.ts";

/** What a signed-in client holds. Times are RFC 3339. */
export type Tokens = {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  sessionExpiresAt: string;
};

export type SignedInAnswer = Tokens & {
  user: Did;
  session: string;
  /** The identity credential, a JWT of media type vc+jwt. */
  credential: string;
  /** Value of the cookie by which pages know the session. */
  cookie: string;
};

export type SessionView = {
  id: string;
  agent: string;
  createdAt: string;
  usedAt: string;
  expiresAt: string;
  current: boolean;
};

/** Signing in, and sessions. */
export type Auth = {
  nonce(request: NonceRequest): Promise<{ nonce: string; statement: string; expiresAt: string }>;
  signIn(proof: WalletMessage, agent: string): Promise<SignedInAnswer>;
  /** Refuses with TOKEN_REUSED, INVALID_TOKEN, EXPIRED. */
  refresh(refreshToken: string): Promise<Tokens & { user: Did; session: string }>;
  /** Who presents a bearer token: a wallet's session, an app by its own token, or the operator. UNAUTHENTICATED, INVALID_TOKEN, … */
  identify(bearer: string): Promise<Party>;
  /** Who presents the cookie of a page's session. */
  identifyCookie(cookie: string): Promise<Party>;
  sessions(party: Party, page: PageRequest): Promise<Page<SessionView>>;
  /** NOT_FOUND where it is not the party's. */
  endSession(party: Party, id: string): Promise<void>;
  endAllSessions(party: Party): Promise<void>;
};
