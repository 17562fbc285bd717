import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { Fact, FactKind } from "./fact.ts";

/** The wallets that are one subject at a position of the log. */
export type Group = {
  /** The asked one first, then in code-unit order; at most `maxGroup`. */
  members: readonly Did[];
  /** The name by which the group is known as a rater: the first of its addresses, as a wallet of the first chain. */
  name: Did;
  /** When a member closed its document; then the group has no score. */
  closedAt: Millis | undefined;
};

/** Wallets that may be linked as one. */
export const maxGroup = 8;

/** Accounts that may hang together over links: of more, each stands by itself, since nobody has so many. */
export const maxBonded = 64;

/** Facts in one score: those of whoever stated something first come first. */
export const maxFacts = 20_000;

/** Facts of one rater about one subject in a score, its latest: nobody crowds out others. */
export const maxOfRater = 200;

/** Facts about a subject, and how many more there are than enter a score. */
export type FactsAbout = { facts: Fact[]; beyond: number };

/** Who states something about whom, as trust reads it: what a policy's edges are made of. */
export type Tie = Pick<
  Fact,
  | "seq"
  | "rater"
  | "raterIs"
  | "issuer"
  | "subject"
  | "kind"
  | "field"
  | "value"
  | "standing"
  | "admittedAt"
  | "validFrom"
  | "validUntil"
  | "ended"
  | "dispute"
  | "issuerRevokedAt"
  | "compromised"
  | "selfAttested"
>;

/**
 * What scoring reads of the log. Every answer is as of a position: entries behind it do not exist, and a change that came
 * later has not happened. The database answers it, and so does an export of the log in memory; both give the same.
 */
export type Ledger = {
  group(subject: Did, position: number): Promise<Group>;
  /**
   * The facts that are addressed to these wallets, in the order of the log: of each rater, by account, the latest
   * `maxOfRater`; and of raters, in the order of what they first stated, as many as bring `maxFacts`. What nobody asked
   * for comes on top. Of awards that are held back beyond `by` nothing is told, not even their number.
   */
  factsAbout(subjects: readonly Did[], position: number, by?: Millis): Promise<FactsAbout>;
  /** All facts, by operation, that subjects or the documents in which those stand hide, however many there are. */
  hiddenAbout(subjects: readonly Did[], position: number): Promise<{ subject: Did; operation: string }[]>;
  /** All wallets that ever were one with these, over others too, these among them: on whose links a group rests. */
  kin(wallets: readonly Did[], position: number): Promise<Did[]>;
  /** All facts of these kinds, about everybody, subjects under their groups' names, in the order of the log. */
  ties(kinds: readonly FactKind[], position: number): Promise<Tie[]>;
};
