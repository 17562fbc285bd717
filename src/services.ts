/**
 * What the doors may call: one plain type of functions. `compose.ts` makes it of the rooms and the adapters; HTTP knows
 * nothing else of the house. Everything here refuses with a Failure; questions answer with reports.
 */

import type { AwardCounts } from "./badges/award-count.ts";
import type { Badges } from "./badges/badges.ts";
import type { EarnedAward } from "./badges/earned.ts";
import type { Faces } from "./badges/face.ts";
import type { MemberIssuing } from "./badges/member-batch.ts";
import type { Auth, SessionView, SignedInAnswer, Tokens } from "./credentials/auth.ts";
import type { PostedCredential } from "./credentials/clients.ts";
import type { VcApi } from "./credentials/commissions.ts";
import type { CredentialQuery, RenownCredentialRow } from "./credentials/credential-row.ts";
import type { delegationView } from "./credentials/delegating.ts";
import type { issuedView } from "./credentials/issued.ts";
import type { Party } from "./credentials/party.ts";
import type { Presentations } from "./credentials/presenting.ts";
import type { DrainReport, Outbox } from "./followers/outbox.ts";
import type { ConsoleSession, ConsoleSessions } from "./identity/console-session.ts";
import type { ProofMethod } from "./identity/delegation.ts";
import type { DeviceAnswer, DeviceRequest, Devices } from "./identity/device.ts";
import type { Did, KeyType } from "./identity/did.ts";
import type { ResolutionResult } from "./identity/resolve.ts";
import type { WalletMessage } from "./identity/sign-in.ts";
import type { JsonObject } from "./kernel/json.ts";
import type { Page, PageRequest } from "./kernel/page.ts";
import type { AuditReport } from "./operations/audit.ts";
import type { BundleWish } from "./operations/bundle.ts";
import type { LogProofs } from "./operations/checkpoint.ts";
import type { ClientDocument, ClientDoor } from "./operations/client-door.ts";
import type { ShownBundle, ShownEntry } from "./operations/concealment.ts";
import type { DocumentView } from "./operations/document-view.ts";
import type { Receipt } from "./operations/receipt.ts";
import type { Access } from "./organizations/access.ts";
import type { ClientProof, ClientToken } from "./organizations/client-token.ts";
import type { Directory, OrganizationView } from "./organizations/directory.ts";
import type { Membership } from "./organizations/my-organizations.ts";
import type { Prepared, Wish } from "./organizations/prepare.ts";
import type { ProfileChange } from "./profiles/profiles.ts";
import type { ProfileQuery, PublicProfile, UserRow } from "./profiles/public-profile.ts";
import type { Policies } from "./reputation/policies.ts";
import type { Reputations } from "./reputation/reputations.ts";
import type { Spend } from "./reputation/score-asking.ts";
import type { ScoreCredentials } from "./reputation/score-credential.ts";
import type { ExportedScore } from "./reputation/score-export.ts";
import type { AskedScore, Scores } from "./reputation/scores.ts";
import type { ShownTo } from "./securing/key-binding.ts";
import type { BadgeReport } from "./verify/badge.ts";
import type { AskedBadge } from "./verify/badge-question.ts";
import type { BadgeInput } from "./verify/badge-reading.ts";
import type { CredentialReport } from "./verify/credential.ts";
import type { OperationReport } from "./verify/operation.ts";
import type { AskedPresentation, PresentationReport } from "./verify/presentation.ts";
import type { Asked } from "./verify/question.ts";

export type {
  Asked,
  BadgeReport,
  ClientDocument,
  ClientProof,
  ClientToken as TokenAnswer,
  ConsoleSession,
  DeviceAnswer,
  DeviceRequest,
  DocumentView,
  Membership,
  OrganizationView,
  Page,
  PageRequest,
  Party,
  PublicProfile,
  RenownCredentialRow,
  SessionView,
  SignedInAnswer,
  Tokens,
  UserRow,
};

/** One of the wallet's own, with when it last signed something here; null where it never has. */
export type ListedDelegation = DelegationView & { lastUsedAt: string | null };

export type DelegationView = ReturnType<typeof delegationView>;

export type IssuedView = ReturnType<typeof issuedView>;

export type ClientCredentialQuery = Omit<CredentialQuery, "unexpiredAt"> & {
  /** Only those that have not run out; all unless said. */
  unexpired?: boolean | undefined;
};

/** A credential as the portal posts it, and what its new profile may say; what does not fit there is left out. */
export type ClientCredential = PostedCredential & { username?: unknown; userImage?: unknown };

/**
 * How long work is metered: `spend` is told of entries before they are worked on, `pause` lets others have a turn; `most`
 * entries are read for a bundle.
 */
export type Work = { spend(entries: number): Promise<void>; pause(): Promise<void>; most?: number | undefined };

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

export type MemberView = Awaited<ReturnType<Directory["members"]>>[number];

/** `name` is a slug or a document; all that take one refuse with NOT_FOUND. */
export type OrganizationServices = {
  /** Those whose slug or name begins so. */
  list(prefix: string, page: PageRequest): Promise<Page<OrganizationView>>;
  get(name: string): Promise<OrganizationView>;
  members(name: string, page: PageRequest): Promise<Page<MemberView>>;
  keys: Directory["keys"];
  /** What it attests in, by the ids of the fields. */
  fields(name: string, page: PageRequest): Promise<Page<Awaited<ReturnType<Directory["fields"]>>[number]>>;
  /** Closes it for the operator, for ever. FORBIDDEN, REVOKED, NOT_INITIALIZED, INVALID_INPUT. */
  close(party: Party, name: string, reason: string): Promise<OrganizationView>;
  /** Makes a key whose private half stays here; for owners and admins. FORBIDDEN, QUOTA_EXCEEDED. */
  makeKey(party: Party, name: string, type: KeyType): Promise<Did>;
  /** Asks the domain; for any member. FORBIDDEN, NOT_INITIALIZED, TOO_MANY_REQUESTS. */
  checkDomain(party: Party, name: string): Promise<OrganizationView>;
  /** The DID document of a slug. */
  document(slug: string): Promise<JsonObject>;
};

export type Services = {
  /** Public origin, and the service's own DID. */
  origin: string;
  did: Did;
  realm: string;
  auth: Auth;
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
    /** Of what is concealed only those whom it concerns see more than place, kind and digest; the others UNKNOWN_DOCUMENT. */
    get(id: string, viewer?: Caller): Promise<DocumentView>;
    entries(id: string, page: PageRequest, viewer?: Caller): Promise<Page<ShownEntry>>;
    submit(id: string, operations: readonly unknown[], kind?: string): Promise<Receipt[]>;
    audit(id: string, viewer?: Caller, work?: Work): Promise<AuditReport>;
    /** Whole, or a page of its log with what that rests on; with the logs of other documents where they are wanted, too. */
    bundle(id: string, viewer?: Caller, work?: Work, wanted?: BundleWish): Promise<ShownBundle>;
  };
  log: LogProofs & {
    /**
     * Entries after a place, in commit order: at most `limit`, and none behind the one with which their actions' texts
     * come to `bytes`. `full` where they end for one of the two.
     */
    after(seq: number, limit: number, bytes?: number): Promise<{ items: ShownEntry[]; full: boolean }>;
    /** Resolves at the next commit of this process, or when `milliseconds` have passed; rejects never. */
    next(milliseconds: number, signal: AbortSignal): Promise<void>;
  };
  verify: {
    /** Prepares a question once for any number of operations; then each is asked. Reads of one question are shared. */
    operations(question: Asked): Promise<(operation: unknown) => Promise<OperationReport>>;
    /** With a nonce or an audience that the holder was given, an SD-JWT VC must be bound to them. */
    credential(credential: unknown, question: Asked & ShownTo): Promise<CredentialReport>;
    /** A badge of ours or of any issuer; see `verifyBadge`. */
    badge(badge: BadgeInput, question: AskedBadge): Promise<BadgeReport>;
    /** `audience` is the domain that the verifier gave with its challenge. */
    presentation(presentation: unknown, question: AskedPresentation): Promise<PresentationReport>;
  };
  vcApi: VcApi;
  credentials: {
    /** The JWT as issued (an SD-JWT without its disclosures), for its subject and for whoever has its id. */
    get(id: string): Promise<string>;
    /** The party's own, the latest first, at most `limit`. */
    mine(party: Party, page: { limit: number }): Promise<IssuedView[]>;
    revoke(party: Party, id: string): Promise<void>;
    /** A signed BitstringStatusListCredential or Status List Token, its strong ETag (quoted), and seconds that it may be kept. */
    statusList(id: string, form?: "token"): Promise<{ jwt: string; etag: string; maxAge: number }>;
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
  access: Access<Party>;
  organizations: OrganizationServices;
  /** Badge classes and awards. */
  badges: Badges<Party>;
  /** Facts about subjects: attestations, and what became of them. */
  reputations: Reputations<Party>;
  /** What follows from them under a policy, with its reasons. */
  scores: Scores<Party>;
  /** What a subject may show of its scores elsewhere. */
  scoreCredentials: ScoreCredentials<Party>;
  /** What a subject shows together, signed by a key of its wallet. */
  presentations: Presentations<Party, Spend>;
  /** Every log that a score rests on, and the score; for `npm run replay`. Refuses as scores do, and with QUOTA_EXCEEDED. */
  exportScore(viewer: Caller, subject: string, asked: AskedScore, work?: Work): Promise<ShownBundle & ExportedScore>;
  /** What members of organisations do about badges by keys of their own. FORBIDDEN for all but wallets that are signed in. */
  memberBadges: MemberIssuing<Party>;
  /** What the wallet that is signed in is a member of; of one organisation where its document is given. FORBIDDEN. */
  memberships(party: Party, organization?: string): Promise<Membership[]>;
  /** A DID configuration by which its domain can name an organisation. FORBIDDEN, NOT_INITIALIZED, NO_KEY. */
  domainConfiguration(party: Party, organization: string): Promise<JsonObject>;
  /** How many awards of classes everybody may know of, by class; see `AwardCounts`. */
  countAwards(classes: readonly string[]): ReturnType<AwardCounts["countAwards"]>;
  /** Operations but for their signatures, for whoever signs elsewhere; see `prepareOperations`. */
  prepare(wish: Wish): Promise<Prepared>;
  /** How the world sees awards. */
  faces: Faces<Caller>;
  /** What was awarded to the wallet that is signed in, the latest first, before a place in the log. FORBIDDEN. */
  earned(party: Party, before: number, limit: number): Promise<EarnedAward[]>;
  /** A list of an organisation, by its slug: signed, its strong ETag (quoted), seconds that it may be kept. NOT_FOUND, NO_KEY. */
  statusList(slug: string, list: string, form: "json" | "jwt"): Promise<{ text: string; etag: string; maxAge: number }>;
  /** How facts become scores. */
  policies: Policies;
  /** What is done after an answer: mail, follow-ups. */
  outbox: Pick<Outbox, "failed" | "retry"> & {
    /** Does what is due, a bounded amount at a time; called now and then by the entries. */
    drain(): Promise<DrainReport>;
  };
  /** Forgets what has lapsed, a bounded number at a time; called now and then by the entries. */
  tidy(): Promise<void>;
  /** Throws where the database does not answer, or was begun with another realm, origin or keys. */
  ready(): Promise<void>;
};
