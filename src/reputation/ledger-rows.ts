import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { FactKind, Standing, Work } from "./fact.ts";

/** Something stated about a subject as the read models have it. Moments are milliseconds, places are of the log. */
export type StatementRow = {
  seq: number;
  subject: Did;
  /** The organisation's document where one states it, else the wallet. */
  rater: string;
  /** The organisation by which a member speaks of another, "" for none. */
  context: string;
  /** Digest of the entry by which its key spoke. */
  authority: string;
  field: string;
  kind: FactKind;
  value: string;
  standing: Standing;
  admittedAt: Millis;
  /** Null where nothing limits it and nothing has come of it. */
  changes: Changes | null;
};

/** What limits a statement and what came of it; what came later than the position asked about is for the reader to see. */
export type Changes = readonly [
  validFrom: Millis | null,
  validUntil: Millis | null,
  heldUntil: Millis | null,
  endedSeq: number | null,
  endedAt: Millis | null,
  endedAs: "retracted" | "revoked" | "suspended" | null,
  endedBy: string | null,
  disputedSeq: number | null,
  disputedAt: Millis | null,
  dispute: string | null,
  ruledSeq: number | null,
  ruledAt: Millis | null,
  ruling: string | null,
  outcome: "upheld" | "struck" | null,
  /** By which entries the keys spoke that ended, disputed and ruled, and the wallet that ruled. */
  endedAuthority: string | null,
  disputeAuthority: string | null,
  rulingAuthority: string | null,
  ruledBy: Did | null,
];

/** The same with all that a fact shows. */
export type DetailRow = StatementRow & {
  operation: string;
  document: string;
  entry: string;
  claimedAt: string;
  /** "" for none. */
  workType: Work["type"] | "";
  workId: string;
  /** Whether the document in which it stands says that it is hidden. */
  hidden: boolean;
};

/**
 * Two links that name each other, one made while the other stood: places of both and of their ends, when and by which
 * authority they were made, and where the wallets closed their documents.
 */
export type LinkPair = {
  one: Did;
  other: Did;
  seq: number;
  at: Millis;
  authority: string;
  ended: number | null;
  backSeq: number;
  backAt: Millis;
  backAuthority: string;
  backEnded: number | null;
  oneClosed: number | null;
  otherClosed: number | null;
};

/** A role with which one speaks for an organisation, and from which place to which it was held. */
export type RoleRow = { organization: string; user: Did; seq: number; ended: number | null };

/** How many statements of one rater are taken, and how many in all. */
export type Most = { each: number; all: number };

/** Statements, and how many more there are. */
export type About = { rows: DetailRow[]; beyond: number };

/**
 * The tables that a ledger reads. Each question takes a position, and rows that came behind it are left out; what later
 * changed a row that stands may be in it. Where `undefined` may be asked for it means all. Order does not matter unless
 * told.
 */
export type LedgerRows = {
  /** As `latestOf` takes of all that is stated about them and not held back beyond a moment. */
  about(subjects: readonly Did[], position: number, most: Most, by: Millis): Promise<About>;
  /** Without `authorities` these may be left empty. */
  ofKinds(kinds: readonly FactKind[], position: number, authorities: boolean): Promise<StatementRow[]>;
  /** Links of wallets of these accounts that were answered while they stood, theirs first; of all each pair once. */
  links(accounts: readonly string[] | undefined, position: number): Promise<LinkPair[]>;
  /** Of wallets that have closed their documents. */
  closures(subjects: readonly Did[], position: number): Promise<{ subject: Did; at: Millis }[]>;
  /** What the subjects have hidden or shown again, in the order of the log. */
  hidings(subjects: readonly Did[], position: number): Promise<{ subject: Did; evidence: string; hidden: boolean }[]>;
  /** Operations of awards and of their endorsements that are hidden by the award's own document. */
  hiddenAwards(subjects: readonly Did[], position: number): Promise<{ subject: Did; operation: string }[]>;
  /** Owners, admins and issuers, ever, whose address is one of these. */
  roles(
    organizations: readonly string[] | undefined,
    accounts: readonly string[],
    position: number,
  ): Promise<RoleRow[]>;
  /** When organisations were closed. */
  closings(organizations: readonly string[], position: number): Promise<{ organization: string; at: Millis }[]>;
  /** From when on keys may have been others', by the entry that gave them their right. */
  compromises(
    authorities: readonly string[] | undefined,
    position: number,
  ): Promise<{ authority: string; from: Millis }[]>;
};
