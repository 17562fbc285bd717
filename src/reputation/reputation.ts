import type { Did } from "../identity/did.ts";
import { day, type Millis, minute } from "../kernel/time.ts";
import { keepRights, keyGround } from "../operations/acting-right.ts";
import type { Deed, DocumentKind } from "../operations/kind.ts";
import type { Rights } from "../operations/organization-right.ts";
import { keepTallies, type Settle } from "../operations/tallies.ts";
import { accountOf } from "./accounts.ts";
import { countSaid, type Said } from "./attestation-decisions.ts";
import { type ReputationInput, reputationActions } from "./attestation-inputs.ts";
import { decideReputation, type EvidenceOf } from "./reputation-decisions.ts";
import { projectReputation } from "./reputation-rows.ts";
import { evolveReputation, noReputation, type Reputation, reputationKind, reputationView } from "./reputation-state.ts";

/** What is asked of the log when something arrives. */
export type AttestationLimits = {
  /** Counts what an attester has said in a document: an organisation, or all of a person's account. */
  saidAbout(account: string, document: string): Promise<number>;
  /** Counts what an attester has said since a moment, whatever it is about. */
  saidSince(account: string, since: Millis): Promise<number>;
  /** The addresses of the wallets that now are one with this one, its own among them; whatever their chains. */
  oneWith(user: Did): Promise<readonly string[]>;
};

export type ReputationParts = {
  rightOf: Rights;
  /** What stands in other documents and may be disputed here; nothing unless given. */
  evidenceOf?: EvidenceOf;
  /** Asked when something arrives, never in a replay or an audit; nothing is limited unless given. */
  limits?: AttestationLimits;
};

/**
 * What others say about a subject: attestations, which who made them takes back and nobody else, and what the subject
 * says to them. Nobody opens it. Refuses with FORBIDDEN, WRONG_ORGANIZATION, INVALID_INPUT, INVALID_DID, QUOTA_EXCEEDED,
 * TOO_MANY_REQUESTS, UNCHANGED, REVOKED; with ALREADY_SET a second dispute or answer, and with NOT_DELEGATED what rests
 * on something that has ended.
 * @see docs/operations.md, "Reputation"
 */
export function reputation({ limits, ...parts }: ReputationParts): DocumentKind<Reputation> {
  const rightOf = keepRights(parts.rightOf);
  const evidenceOf: EvidenceOf = parts.evidenceOf ?? (() => undefined);
  const ask = limits && askLimits(limits);
  return {
    name: reputationKind,
    ids: ["derived"],
    order: "causal",
    actions: reputationActions,
    initial: () => noReputation,
    ...(ask && { facts: ask, count: countAttest }),
    byKey: (_state, { app }, grounds) => keyGround(rightOf, app, grounds),
    decide: (state, deed) => decideReputation(state, deed, { rightOf, evidenceOf }),
    evolve: evolveReputation,
    project: projectReputation,
    view: reputationView,
  };
}

type Asked = Parameters<NonNullable<DocumentKind["facts"]>>[0];

/** Whoever says much in a day would else be counted anew for each. */
const dailyKeptFor = minute;

/** Of an attester how much it has said, of an arbiter as whom it rules. */
function askLimits({ saidAbout, saidSince, oneWith }: AttestationLimits) {
  const about = keepTallies(0);
  const daily = keepTallies(dailyKeptFor);
  return async ({ type, document, actor, input, now }: Asked): Promise<Said | readonly string[] | undefined> => {
    if (type === "RULE") return oneWith(actor.user);
    if (type !== "ATTEST") return undefined;
    const { organization } = input as unknown as ReputationInput<"ATTEST">;
    const account = organization || accountOf(actor.user);
    return {
      about: await about(`${account} ${document}`, now, () => saidAbout(account, document)),
      since: await daily(account, now, () => saidSince(account, now - day)),
    };
  };
}

function countAttest({ type, facts }: Deed): Settle | undefined {
  return type === "ATTEST" && facts !== undefined ? countSaid(facts as Said) : undefined;
}
