import type { Did } from "../identity/did.ts";
import { day, type Millis } from "../kernel/time.ts";
import { keepRights, keyGround } from "../operations/acting-right.ts";
import type { DocumentKind } from "../operations/kind.ts";
import type { Rights } from "../operations/organization-right.ts";
import type { Said } from "./attestation-decisions.ts";
import { type ReputationInput, reputationActions } from "./attestation-inputs.ts";
import { decideReputation, type EvidenceOf } from "./reputation-decisions.ts";
import { projectReputation } from "./reputation-rows.ts";
import { evolveReputation, noReputation, type Reputation, reputationKind, reputationView } from "./reputation-state.ts";

/** What is asked of the log when something arrives. */
export type AttestationLimits = {
  /** Counts what an attester has said: an organisation's document, or a person's DID for all of the account. */
  attested(attester: string, document: string, since: Millis): Promise<Said>;
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
  return {
    name: reputationKind,
    ids: ["derived"],
    order: "causal",
    actions: reputationActions,
    initial: () => noReputation,
    ...(limits && { facts: (deed) => askOf(limits, deed) }),
    byKey: (_state, { app }, grounds) => keyGround(rightOf, app, grounds),
    decide: (state, deed) => decideReputation(state, deed, { rightOf, evidenceOf }),
    evolve: evolveReputation,
    project: projectReputation,
    view: reputationView,
  };
}

type Asked = Parameters<NonNullable<DocumentKind["facts"]>>[0];

/** Of an attester how much it has said, of an arbiter as whom it rules. */
async function askOf(limits: AttestationLimits, deed: Asked): Promise<Said | readonly string[] | undefined> {
  if (deed.type === "RULE") return limits.oneWith(deed.actor.user);
  if (deed.type !== "ATTEST") return undefined;
  const { organization } = deed.input as unknown as ReputationInput<"ATTEST">;
  return limits.attested(organization || deed.actor.user, deed.document, deed.now - day);
}
