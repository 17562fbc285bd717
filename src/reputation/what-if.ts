import { iso } from "../kernel/time.ts";
import type { Epoch } from "./edges.ts";
import type { Fact } from "./fact.ts";
import type { Policy, PublishedPolicy } from "./policy.ts";
import { policyHash } from "./policy-schema.ts";
import { type Explanation, explainWhole, type Question } from "./score.ts";
import { diffOf, type ScoreDiff } from "./score-diff.ts";

/** A fact that nobody has stated. */
export type Hypothesis = Pick<Fact, "rater" | "raterIs" | "issuer" | "field" | "kind" | "value"> &
  Partial<Pick<Fact, "work" | "validUntil">>;

/** What is to be otherwise: facts more, operations less, another policy (with an epoch, where that asks for trust). */
export type Changes = {
  add?: readonly Hypothesis[];
  remove?: readonly string[];
  policy?: PublishedPolicy;
  trust?: Epoch | null;
};

/**
 * The score as it would be, and what would make the difference. Added facts are stated now, count as solicited and bear
 * the names `what-if:1`, `what-if:2`; trust stays as it is unless an epoch is given. Nothing of it is kept, and its
 * digest is nobody's score. Errors as those of `scoreOf`.
 */
export function whatIf(
  question: Question,
  changes: Changes,
  { showHidden = false } = {},
): { then: Explanation; diff: ScoreDiff } {
  const { add = [], remove = [], policy = question.policy, trust = question.trust } = changes;
  const gone = new Set(remove);
  const kept = question.facts.filter(({ operation }) => !gone.has(operation));
  const added = add.map((each, i) => supposedFact(each, i, question));
  const then = explainWhole({ ...question, policy, trust, facts: [...kept, ...added] });
  return { then, diff: diffOf(explainWhole(question), then, { showHidden }) };
}

/** A policy that is not published: version 0 of none, with the hash that it would have. */
export function supposedPolicy(policy: Policy): PublishedPolicy {
  return { id: "", version: 0, hash: policyHash(policy), policy, operation: "", publishedAt: "" };
}

function supposedFact(hypothesis: Hypothesis, i: number, { group, at, log }: Question): Fact {
  const name = `what-if:${i + 1}`;
  return {
    work: undefined,
    validUntil: undefined,
    ...hypothesis,
    operation: name,
    document: "",
    seq: log.position + 1 + i,
    entry: "",
    subject: group.members[0]!,
    standing: hypothesis.raterIs === "organization" ? "organization" : "membership",
    claimedAt: iso(at),
    admittedAt: at,
    validFrom: undefined,
    ended: undefined,
    dispute: undefined,
    issuerRevokedAt: undefined,
    compromised: false,
    selfAttested: hypothesis.rater === group.name,
    hidden: false,
  };
}
