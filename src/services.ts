/**
 * What the doors may call: one plain type of functions. `compose.ts` makes it of the rooms and the adapters; HTTP knows
 * nothing else of the house. Everything here refuses with a Failure; questions answer with reports.
 */
import type { PostedCredential } from "./credentials/clients.ts";
import type { CredentialQuery, RenownCredentialRow } from "./credentials/credential-row.ts";
import type { delegationView } from "./credentials/delegating.ts";
import type { issuedView } from "./credentials/issued.ts";
import type { Party } from "./credentials/party.ts";
import type { ConsoleSession, ConsoleSessions } from "./identity/console-session.ts";
import type { ProofMethod } from "./identity/delegation.ts";
import type { DeviceAnswer, DeviceRequest, Devices } from "./identity/device.ts";
import type { Did } from "./identity/did.ts";
import type { NonceRequest } from "./identity/nonce.ts";
import type { ResolutionResult } from "./identity/resolve.ts";
import type { WalletMessage } from "./identity/sign-in.ts";
import type { JsonObject } from "./kernel/json.ts";
import type { AuditReport } from "./operations/audit.ts";
import type { Bundle, WireEntry } from "./operations/bundle.ts";
import type { LogProofs } from "./operations/checkpoint.ts";
import type { ClientDocument, ClientDoor } from "./operations/client-door.ts";
import type { DocumentView } from "./operations/document-view.ts";
import type { Receipt } from "./operations/receipt.ts";
import type { ProfileChange } from "./profiles/profiles.ts";
import type { ProfileQuery, PublicProfile, UserRow } from "./profiles/public-profile.ts";
import type { CredentialReport } from "./verify/credential.ts";
import type { OperationReport } from "./verify/operation.ts";
import type { Asked } from "./verify/question.ts";

export type {
  Asked,
  ClientDocument,
  ConsoleSession,
  DeviceAnswer,
  DeviceRequest,
  DocumentView,
  Party,
  PublicProfile,
  RenownCredentialRow,
  UserRow,
};

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

/** One of the wallet's own, with when it last signed something here; null where it never has. */
export type ListedDelegation = DelegationView & { lastUsedAt: string | null };

export type DelegationView = ReturnType<typeof delegationView>;

export type IssuedView = ReturnType<typeof issuedView>;

export type Page<T> = { items: T[]; next: string | null };
export type PageRequest = { after?: string | undefined; limit: number };

export type ClientCredentialQuery = Omit<CredentialQuery, "unexpiredAt"> & {
  /** Only those that have not run out; all unless said. */
  unexpired?: boolean | undefined;
};

/** A credential as the portal posts it, and what its new profile may say; what does not fit there is left out. */
export type ClientCredential = PostedCredential & { username?: unknown; userImage?: unknown };

/** Says who calls, when that matters: reads may be anonymous, whatever they carry. */
export type Caller = () => Promise<Party | undefined>;

export type ClientServices = ClientDoor<Caller> & {
  /** Whole values, all at once, the newest first, at most `limit` (200 unless given); nothing asked, nothing found. */
  credentials(query: ClientCredentialQuery, limit?: number): Promise<RenownCredentialRow[]>;
  /** Profiles that fit one of the values. */
  users(query: ProfileQuery): Promise<UserRow[]>;
  /** The document of a profile, by what `profiles.find` takes. */
  profileOf(identifier: string): Promise<string | undefined>;
  /**
   * Checks a credential, enters it, and opens the profile of its wallet where that has none. The same once more gives
   * the same answer and changes nothing. Refuses as `acceptCredential` does.
   */
  accept(
    posted: ClientCredential,
    party: Party | undefined,
  ): Promise<{ document: string; profile: string | undefined; created: boolean }>;
  /** Refuses with NOT_FOUND, FORBIDDEN, ALREADY_REVOKED. */
  revoke(party: Party, document: string, reason: string | null): Promise<void>;
  /** The credential of an address by its own id, and what is to be said of it now; undefined where none is known. */
  verify(
    credentialId: string,
    address: string,
  ): Promise<{ row: RenownCredentialRow; report: CredentialReport } | undefined>;
};

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
    mine(party: Party, page: PageRequest): Promise<Page<ListedDelegation>>;
    /** The one by which a key speaks for a user now. */
    live(user: Did, key: Did): Promise<DelegationView | undefined>;
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
    /** The party's own, the latest first, at most `limit`. */
    mine(party: Party, page: { limit: number }): Promise<IssuedView[]>;
    revoke(party: Party, id: string): Promise<void>;
    /** A signed BitstringStatusListCredential, its strong ETag (quoted), and for how many seconds it may be kept. */
    statusList(id: string): Promise<{ jwt: string; etag: string; maxAge: number }>;
  };
  /** What clients of the existing Renown ask; see `interop/renown.md` of the contract, sections 1 and 3. */
  clients: ClientServices;
  /** How a command line waits for what a person does in a browser. */
  console: ConsoleSessions;
  /** Device authorization (RFC 8628). */
  devices: Devices;
  profiles: {
    /** By an address (0x and 40 hex digits), a did:pkh, a document id or a name, in this order. */
    find(identifier: string): Promise<PublicProfile | undefined>;
    /**
     * By the wallet's session; opens the profile where there is none. The empty text takes the image away. Refuses with
     * FORBIDDEN, INVALID_INPUT, NAME_TAKEN, TOO_MANY_REQUESTS.
     */
    update(party: Party, change: ProfileChange): Promise<PublicProfile>;
    /** Whether the wallet wishes its ENS name to be shown. */
    showsEns(party: Party): Promise<boolean>;
  };
  dids: {
    resolve(did: string): Promise<ResolutionResult>;
    document(): JsonObject;
    jwks(): JsonObject;
  };
  /** Forgets what has lapsed, a bounded number at a time; called now and then by the entries. */
  tidy(): Promise<void>;
  /** Throws where the database does not answer, or was made for another realm. */
  ready(): Promise<void>;
};
