import type { FactKind } from "./fact.ts";
import type { Transform } from "./transform.ts";

export const policyKind = "renown/policy";

/** What weight a fact has by who states it: `seed` is named in the policy's trust, whatever else it is. */
export type RaterClass = "seed" | "organization" | "person";

/** How facts of a kind count. Numbers are decimal strings with at most nine decimals. */
export type KindRule = {
  /** Factor by who states it; a class that is not named does not count. */
  weights: Partial<Record<RaterClass, string>>;
  /** Values below and above count as these; a value counts as its share of `max`. */
  min: string;
  max: string;
  /** Points for a whole value of weight 1; below zero for what counts against the subject. */
  points: string;
  /** Days after which a fact counts half; null where it does not fade. */
  halfLifeDays: number | null;
  /** The most points (by amount) that the kind gives after its transform; null for no cap. */
  cap: string | null;
  transform: Transform;
  /** Distinct raters without whom facts of the kind do not count. */
  minRaters: number;
};

/** How trust in raters is learnt from the graph of who states what about whom. */
export type TrustRule = {
  /** Organisations' documents and did:pkh, from which trust flows. */
  seeds: readonly string[];
  /** Per cent of trust that returns to the seeds in each round (EigenTrust's alpha). */
  alpha: number;
  /** Kinds whose facts are edges from rater to subject. */
  edges: readonly FactKind[];
  /** Factor on each direction of a mutual pair. */
  mutual: string;
  /** Classes whose facts are multiplied by their rater's trust; others count whole. */
  applies: readonly RaterClass[];
};

/** How facts become a score: the whole of a published version, but for its name in the log. */
export type Policy = {
  name: string;
  /** Why the rules are as they are, in plain words. */
  description: string;
  /** Fields that count: exact, with all below them as `software/*`, or `*` for all. */
  fields: readonly string[];
  /** Seconds to which time is floored; within them an unchanged log gives the same bytes. */
  tickSeconds: number;
  /** The score is between 0 and `max`, shown with so many decimals. */
  scale: { max: string; decimals: number };
  kinds: Partial<Record<FactKind, KindRule>>;
  /** The most points (by amount) that one rater, and one issuer, may give; null for no cap. */
  caps: { rater: string | null; issuer: string | null };
  /** Distinct raters whose facts count without whom nobody passes. */
  minRaters: number;
  /** At or above it the subject passes. */
  threshold: string;
  /** How sure the score is: the lower bound of the share of points that count for the subject. */
  uncertainty: { method: "wilson"; z: string } | { method: "beta"; k: string };
  trust: TrustRule | null;
  /** Days within which a ruling must come, or a disputed fact stops counting. */
  disputeTermDays: number;
};

/** A published version; it never changes. */
export type PublishedPolicy = {
  /** The document, and the version in it, from 1. */
  id: string;
  version: number;
  /** base64url(SHA-256(JCS(policy))) */
  hash: string;
  policy: Policy;
  /** Operation digest D that published it, and its admission. */
  operation: string;
  publishedAt: string;
};
