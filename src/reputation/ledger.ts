import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { Fact, FactKind } from "./fact.ts";

/** The wallets that are one subject at a position of the log. */
export type Group = {
  /** The asked one first, then in code-unit order; at most `maxGroup`. */
  members: readonly Did[];
  /** The member by whose name the group is known as a rater: the first in code-unit order. */
  name: Did;
  /** When a member closed its document; then the group has no score. */
  closedAt: Millis | undefined;
};

/** Wallets that may be linked as one. */
export const maxGroup = 8;

/** Facts in one score: what lies beyond is refused, never left out quietly. */
export const maxFacts = 20_000;

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
   * All facts that are addressed to these wallets, in the order of the log. Refuses with QUOTA_EXCEEDED above `maxFacts`
   * of those that may count.
   */
  factsAbout(subjects: readonly Did[], position: number): Promise<Fact[]>;
  /** All facts of these kinds, about everybody, subjects under their groups' names, in the order of the log. */
  ties(kinds: readonly FactKind[], position: number): Promise<Tie[]>;
};
