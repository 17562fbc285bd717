/**
 * What the doors may call: one plain type of functions. `compose.ts` makes it of the rooms and the adapters; HTTP knows
 * nothing else of the house. Everything here refuses with a Failure; questions answer with reports.
 */
import type { delegationView } from "./credentials/delegating.ts";
import type { Party } from "./credentials/party.ts";
import type { ProofMethod } from "./identity/delegation.ts";
import type { Did } from "./identity/did.ts";
import type { NonceRequest } from "./identity/nonce.ts";
import type { ResolutionResult } from "./identity/resolve.ts";
import type { WalletMessage } from "./identity/sign-in.ts";
import type { JsonObject } from "./kernel/json.ts";
import type { AuditReport } from "./operations/audit.ts";
import type { Bundle, WireEntry } from "./operations/bundle.ts";
import type { LogProofs } from "./operations/checkpoint.ts";
import type { DocumentView } from "./operations/document-view.ts";
import type { Receipt } from "./operations/receipt.ts";
import type { CredentialReport } from "./verify/credential.ts";
import type { OperationReport } from "./verify/operation.ts";
import type { Asked } from "./verify/question.ts";

export type { Asked, DocumentView, Party };

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

export type DelegationView = ReturnType<typeof delegationView>;

export type Page<T> = { items: T[]; next: string | null };
export type PageRequest = { after?: string | undefined; limit: number };

export type Services = {
  /** Public origin, and the service's own DID. */
  origin: string;
  did: Did;
  realm: string;
  auth: {
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
  me(party: Party): Promise<{
    user: Did;
    address: string;
    chainId: number;
    session: string;
    method: ProofMethod;
    profile: string | null;
  }>;
  delegations: {
    /** `created` is false where the same credential was brought again. */
    give(
      proof: { credential: unknown } | WalletMessage,
      party: Party | undefined,
    ): Promise<{ delegation: DelegationView; created: boolean }>;
    mine(party: Party, page: PageRequest): Promise<Page<DelegationView>>;
    /** NOT_FOUND where the party has no right to know of it. */
    revoke(party: Party, id: string, reason: string | null): Promise<DelegationView>;
    compromise(party: Party, id: string, from: string): Promise<DelegationView>;
  };
  documents: {
    /** An opening: CREATE_DOCUMENT, and a first run. */
    open(create: unknown, kind: string, operations: readonly unknown[]): Promise<Receipt[]>;
    get(id: string): Promise<DocumentView>;
    entries(id: string, page: PageRequest): Promise<Page<WireEntry>>;
    submit(id: string, operations: readonly unknown[], kind?: string): Promise<Receipt[]>;
    audit(id: string): Promise<AuditReport>;
    bundle(id: string): Promise<Bundle>;
  };
  log: LogProofs & {
    /** Entries after a place, in commit order. */
    after(seq: number, limit: number): Promise<WireEntry[]>;
    /** Resolves at the next commit of this process, or when `milliseconds` have passed; rejects never. */
    next(milliseconds: number, signal: AbortSignal): Promise<void>;
  };
  verify: {
    /** Prepares a question once for any number of operations; then each is asked. Reads of one question are shared. */
    operations(question: Asked): Promise<(operation: unknown) => Promise<OperationReport>>;
    credential(credential: unknown, question: Asked): Promise<CredentialReport>;
  };
  credentials: {
    /** The JWT as issued, for its subject and for whoever has its id. */
    get(id: string): Promise<string>;
    revoke(party: Party, id: string): Promise<void>;
    /** A signed BitstringStatusListCredential, its strong ETag (quoted), and for how many seconds it may be kept. */
    statusList(id: string): Promise<{ jwt: string; etag: string; maxAge: number }>;
  };
  dids: {
    resolve(did: string): Promise<ResolutionResult>;
    document(): JsonObject;
    jwks(): JsonObject;
  };
  /** Forgets what has lapsed, a bounded number at a time; called now and then by the entries. */
  tidy(): Promise<void>;
  /** Throws where the database does not answer. */
  ready(): Promise<void>;
};
