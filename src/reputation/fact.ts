import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";

/** What a fact is of, in the field's words. */
export const factKinds = ["contribution", "review", "endorsement", "badge", "vouch", "incident"] as const;

export type FactKind = (typeof factKinds)[number];

/**
 * By what right an attester speaks about a subject: for an organisation, as its fellow member, as its fellow on a work
 * that an organisation has confirmed for both, or by none.
 */
export type Standing = "organization" | "membership" | "work" | "unsolicited";

/** What a fact rests on, by a name that everybody may know; what is personal about it stands beside the log. */
export type Work = { type: "operation" | "badge" | "transaction" | "url"; id: string };

/**
 * A fact about a subject as the log tells it up to a position: an attestation, or an award. Plain data, from whatever
 * document it comes; moments are those of admission unless they are called claims. Nothing here depends on a policy.
 */
export type Fact = {
  /** Operation digest D of the ATTEST, AWARD or ENDORSE that states it. */
  operation: string;
  /** Document and place in the log of its entry, and the entry's digest. */
  document: string;
  seq: number;
  entry: string;
  /** To whom it is addressed; a linked wallet keeps its own. */
  subject: Did;
  /**
   * Who states it: an organisation's document, or a person, under the one name of all wallets that are linked: the first of
   * their addresses, as a wallet of the first chain.
   */
  rater: string;
  raterIs: "organization" | "person";
  /** The organisation in whose context it is stated: the rater itself where that is one; "" for none. */
  issuer: string;
  field: string;
  kind: FactKind;
  /** Decimal string with at most nine decimals, in the scale of the kind. */
  value: string;
  /** Undefined where it rests on nothing that is named. */
  work: Work | undefined;
  standing: Standing;
  /** What the client said, for show. */
  claimedAt: string;
  admittedAt: Millis;
  validFrom: Millis | undefined;
  validUntil: Millis | undefined;
  /** Of an award that is held back: nobody learns of it before. It is not valid before, either. */
  heldUntil?: Millis;
  /** Taken back by who stated it, with a key that was their own: retracted, or an award revoked or suspended. */
  ended: { at: Millis; as: "retracted" | "revoked" | "suspended"; operation: string } | undefined;
  dispute: Dispute | undefined;
  /** The organisation (rater or issuer) that was closed, and when. */
  issuerRevokedAt: Millis | undefined;
  /** Whether its key counts as compromised at the moment when it was admitted. */
  compromised: boolean;
  /**
   * Whether rater and subject are one, or were so when it was stated, or an account that is or was one with the subject was
   * then an owner, admin or issuer of the rater or issuer.
   */
  selfAttested: boolean;
  /** Whether its subject keeps it from being shown; it counts all the same. */
  hidden: boolean;
};

/** A dispute and its ruling, each by a key that was its signer's own; a ruling by a wallet that was one with a party is none. */
export type Dispute = {
  at: Millis;
  operation: string;
  ruling: { at: Millis; operation: string; outcome: "upheld" | "struck" } | undefined;
};

/** Why a fact does not count under a policy at a moment. */
export const exclusions = [
  "unsolicited",
  "self-attested",
  "retracted",
  "issuer-revoked",
  "key-compromised",
  "expired",
  "not-yet-valid",
  "disputed",
  "duplicate",
  "out-of-scope",
  "not-independent",
  "over-cap",
] as const;

export type Exclusion = (typeof exclusions)[number];
