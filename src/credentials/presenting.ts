import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { day, type Millis } from "../kernel/time.ts";
import type { UnsignedPresentation } from "../securing/presentation-jwt.ts";

/** How long a presentation that is shared lives unless said, and at most. */
export const usualLife: Millis = 7 * day;
export const maxLife: Millis = 30 * day;

/** Presentations that one subject may keep here at once. */
export const maxKept = 20;

/** Characters of one that is kept: sixteen credentials of the usual size, or some with a picture inside. */
export const maxKeptJwt = 262_144;

/** One score: under a policy, all of it or that it is at least so much. */
export type ChosenScore = { policy: string; version?: number | undefined; atLeast?: string | undefined };

/** What a subject chooses to show; `key` is the did:key that will sign, an app's own unless said. */
export type PresentationChoice = {
  scores: readonly ChosenScore[];
  /** Documents of awards. */
  badges: readonly string[];
  key?: string | undefined;
  lifeSeconds?: number | undefined;
  /** One verifier alone, and what it gave to be sure that it was made for it now. */
  audience?: string | undefined;
  nonce?: string | undefined;
};

/** Everything but the signature. Times are RFC 3339. */
export type PreparedPresentation = UnsignedPresentation & { id: string; key: Did; expiresAt: string };

/** One that is kept, byte for byte, until it ends. */
export type KeptPresentation = {
  /** Nobody guesses it: the last part of its address. */
  id: string;
  subject: Did;
  /** How its subject was proved: by its own key (recovery) it is the same wallet on every chain. */
  method: ProofMethod;
  key: Did;
  jwt: string;
  scores: number;
  /** Documents of the awards in it. */
  awards: readonly string[];
  /** Place of the log and time when it was taken in. */
  keptSeq: number;
  keptAt: Millis;
  expiresAt: Millis;
};

/** The same as its subject sees it in a list. */
export type PresentationView = {
  id: string;
  url: string;
  key: Did;
  scores: number;
  badges: number;
  keptAt: string;
  expiresAt: string;
};

export type ListedPresentation = Omit<KeptPresentation, "method" | "jwt" | "awards" | "keptSeq"> & {
  badges: number;
  /** Whether its subject has left. */
  left: boolean;
  /** Whether a badge in it is not for everybody now. */
  hidden: boolean;
  /** Whether anything has been said of a badge in it since it was taken in. */
  moved: boolean;
};

/** Whether one is shown to whoever has its address, each code with a sentence for its subject. */
export const servedSentences = {
  SHARED: "Whoever has its address sees it.",
  LEFT: "Its subject has left, so nobody sees it.",
  BADGE_HIDDEN: "A badge in it is hidden from others, and so is the presentation as long as that lasts.",
  BADGE_CHANGED: "A badge in it no longer stands as it did when this was signed, so nobody sees it.",
  NOT_CHECKED: "Too many badges have changed to look at all of them here; its address tells.",
} as const;

export type ServedCode = keyof typeof servedSentences;

/** `served` is null where it is not known. */
export type Served = { served: boolean | null; code: ServedCode; detail: string };

/** How often awards were erased, by their documents; never where they are not named. */
export type Erasures = ReadonlyMap<string, number>;

/**
 * A wallet as it was proved: by recovery all that is of its address is its own, on whatever chain; by contract what is of
 * exactly its DID, because elsewhere the same address may be another's.
 */
export type Owner = { user: Did; method: ProofMethod };

/** What keeping presentations asks of a database. A contract suite holds the adapters to it. */
export type PresentationStore = {
  /** How often the awards were erased, asked before what is in a presentation is judged. */
  erasures(awards: readonly string[]): Promise<Erasures>;
  /**
   * Keeps it once; "full" where its wallet has as many as one may that have not ended, "closed" where that has left,
   * "taken" where the id is another's, and "erased" where one of its awards was erased since `erasures` was told.
   */
  insert(presentation: KeptPresentation, erasures: Erasures): Promise<"kept" | "full" | "closed" | "taken" | "erased">;
  /**
   * One that has not ended, of a subject that has not left, while all badges in it are for everybody. Whoever leaves
   * leaves on its own chain, and on all of them where it is the same wallet there.
   */
  find(id: string, now: Millis): Promise<KeptPresentation | undefined>;
  /** Those of a wallet that have not ended, the latest first. */
  ofOwner(owner: Owner, now: Millis): Promise<ListedPresentation[]>;
  /** False where the wallet has none of this id. */
  remove(id: string, owner: Owner): Promise<boolean>;
  /** Forgets all of a wallet, or all in which an award stands. */
  removeOf(owner: Owner): Promise<void>;
  removeWith(award: string): Promise<void>;
  /** Forgets what has ended, and what is of those who have left; at most `limit`. */
  tidy(now: Millis, limit: number): Promise<void>;
};

/** What a subject may show of itself, signed by a key that its wallet lets act. */
export type Presentations<Caller, Spend> = {
  /**
   * Writes down what the subject chose, with credentials of its scores made for it. By the wallet's session or an app's
   * token whose delegation names reputation. Refuses as credentials of scores do, and with NOT_FOUND, NO_KEY,
   * INVALID_INPUT, LIFETIME_TOO_LONG, NOT_DELEGATED, NOT_PERMITTED.
   */
  prepare(caller: Caller, choice: PresentationChoice, spend?: Spend): Promise<PreparedPresentation>;
  /**
   * Keeps one that is signed, for whoever has its address. Refuses with FORBIDDEN, INVALID_TOKEN, INVALID_CREDENTIAL,
   * INVALID_INPUT, LIFETIME_TOO_LONG, FROM_THE_FUTURE, STALE, NOT_VERIFIED, QUOTA_EXCEEDED, REVOKED.
   */
  keep(caller: Caller, jwt: string): Promise<PresentationView>;
  /** Refuses with NOT_FOUND, whether there was none, it has ended, was deleted, or has a hidden badge in it. */
  find(id: string): Promise<PresentationView & { jwt: string }>;
  /** The wallet's own, and whether each is shown now. FORBIDDEN. */
  mine(caller: Caller, spend?: Spend): Promise<(PresentationView & Served)[]>;
  /** NOT_FOUND, FORBIDDEN. */
  remove(caller: Caller, id: string): Promise<void>;
};
