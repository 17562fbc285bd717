import { digestOf } from "#primitives";
import type { Did } from "../identity/did.ts";
import { canonicalJson } from "../kernel/json.ts";
import { isSame } from "../kernel/same.ts";
import { iso } from "../kernel/time.ts";
import type { Left, Weighed } from "./contributions.ts";
import { formatDecimal } from "./decimal.ts";
import type { Epoch } from "./edges.ts";
import {
  type Case,
  contributionOf,
  type Evaluation,
  evaluate,
  type KindSum,
  openCase,
  type Question,
  uncertaintyOf,
} from "./evaluation.ts";
import { canonicalLists, type Lists, listsOf, visibleLists } from "./explanation.ts";
import type { FactKind } from "./fact.ts";
import { type NextChange, nextChangeOf } from "./next-change.ts";
import { compilePolicy, tickFloor } from "./score-rules.ts";

export type { Question } from "./evaluation.ts";

/**
 * A score, as RFC 8785 JSON the same bytes wherever it is computed and whenever within a tick. Numbers that are reckoned
 * are decimal strings; those that are counted are JSON integers.
 */
export type Score = {
  subject: Did;
  /** All wallets that are this subject, the asked one first. */
  group: Did[];
  policy: { id: string; version: number; hash: string };
  /** The beginning of the tick, and the log up to which entries were admitted. */
  asOf: { time: string; position: number; digest: string };
  trust: TrustOfScore | null;
  /** Null where the subject has closed its document: then there is no score at all. */
  score: string | null;
  scale: { max: string; decimals: number };
  uncertainty: { method: "wilson" | "beta"; lower: string; s: string; n: string };
  threshold: string;
  passes: boolean;
  /** Distinct raters of the evidence. */
  raters: number;
  components: Component[];
  /** `digest`: base64url(SHA-256(JCS({evidence, excluded, score without this digest}))), all of it, whoever looks. */
  evidence: { counted: number; hidden: { count: number; sum: string }; digest: string };
  /** `beyond`: facts of raters who have stated more than a score takes, or came when it was full; they are listed nowhere. */
  excluded: { total: number; byReason: { [reason: string]: number }; beyond: number };
  nextChange: NextChange | null;
  closed: boolean;
};

/** The epoch of trust that was used; `from` is the viewer whose own view it is. */
export type TrustOfScore = {
  position: number;
  time: string;
  digest: string;
  rounds: number;
  nodes: number;
  edges: number;
  from: Did | null;
};

/** What a kind gives: the sum of its contributions, that sum transformed, and the points left by the kind's cap. */
export type Component = { kind: FactKind; facts: number; sum: string; transformed: string; points: string };

/** A score with the whole of its lists, hidden evidence included. */
export type Explanation = Lists & { score: Score };

/** The score alone. Refuses with INVALID_INPUT a policy that asks for trust without an epoch of it. */
export function scoreOf(question: Question): Score {
  return explainWhole(question).score;
}

/** The score with its lists as others may see them, or, with `showHidden`, as the subject may. */
export function explain(question: Question, { showHidden = false } = {}): Explanation {
  const { score, ...lists } = explainWhole(question);
  return { score, ...visibleLists(lists, showHidden) };
}

/** The score with all its lists, from which every other answer about it can be made. */
export function explainWhole(question: Question): Explanation {
  return explainAfter(question, undefined).explanation;
}

/** An explanation with what it was made of; `text` is that of its lists. */
export type Explained = { explanation: Explanation; question: Question; text: string };

/**
 * The same as `explainWhole`. The log moves with whatever is stated about anybody: where nothing else has changed since
 * `before`, its lists and numbers stand, and they are told as of the new place.
 */
export function explainAfter(question: Question, before: Explained | undefined): Explained {
  if (before && isSameCase(question, before.question)) {
    const { score, ...lists } = before.explanation;
    const { log } = question;
    const moved = { ...score, asOf: { ...score.asOf, ...log } };
    const explanation = withDigest(moved, lists, before.text);
    return { explanation, question: { ...before.question, log }, text: before.text };
  }
  const { score, ...lists } = explainWithout(question);
  const text = canonicalLists(lists);
  return { explanation: withDigest(score, lists, text), question, text };
}

/** Whether two questions differ in nothing but their places in the log. */
function isSameCase({ policy, group, facts, beyond, trust, at }: Question, other: Question): boolean {
  const { tick } = compilePolicy(policy);
  const asked = ({ id, version, hash }: Question["policy"]) => ({ id, version, hash });
  return (
    isSame(asked(policy), asked(other.policy)) &&
    tickFloor(at, tick) === tickFloor(other.at, tick) &&
    trust === other.trust &&
    beyond === other.beyond &&
    isSame(group, other.group) &&
    isSame(facts, other.facts)
  );
}

function explainWithout(question: Question): Explanation {
  if (question.group.closedAt !== undefined) return closedExplanation(question);
  const asked = openCase(question);
  const now = evaluate(asked, question.at);
  return { score: scoreWithout(question, asked, now), ...listsOf(now) };
}

/** RFC 8785 text of a score. */
export function scoreText(score: Score): string {
  return canonicalJson(score);
}

function scoreWithout(question: Question, asked: Case, now: Evaluation): Score {
  const { rules } = asked;
  const hidden = now.counted.filter(({ fact }) => fact.hidden);
  return {
    ...headOf(question, asked),
    score: now.score,
    uncertainty: uncertaintyOf(now.counted, rules),
    passes: now.passes,
    raters: now.raters,
    components: now.kinds.map(componentOf),
    evidence: {
      counted: now.counted.length,
      hidden: { count: hidden.length, sum: formatDecimal(sumOf(hidden)) },
      digest: "",
    },
    excluded: { total: now.left.length, byReason: countReasons(now.left), beyond: question.beyond },
    nextChange: nextChangeOf(asked, now),
    closed: false,
  };
}

/** What no fact changes. */
function headOf({ group, policy, at, log, trust }: Question, { rules }: Case) {
  const { id, version, hash } = policy;
  return {
    subject: group.members[0]!,
    group: [...group.members],
    policy: { id, version, hash },
    asOf: { time: iso(tickFloor(at, rules.tick)), position: log.position, digest: log.digest },
    trust: rules.trust && trust ? trustOfScore(trust) : null,
    scale: { max: policy.policy.scale.max, decimals: rules.decimals },
    threshold: policy.policy.threshold,
  };
}

function trustOfScore({ position, at, digest, rounds, nodes, edges, from }: Epoch): TrustOfScore {
  return { position, time: iso(at), digest, rounds, nodes, edges, from };
}

/** Who has left has no score and no lists; a number of nothing could be a better one. */
function closedExplanation(question: Question): Explanation {
  const asked = openCase({ ...question, facts: [] });
  const score: Score = {
    ...headOf(question, asked),
    score: null,
    uncertainty: { method: asked.rules.uncertainty.method, lower: "0", s: "0", n: "0" },
    passes: false,
    raters: 0,
    components: [],
    evidence: { counted: 0, hidden: { count: 0, sum: "0" }, digest: "" },
    excluded: { total: 0, byReason: {}, beyond: 0 },
    nextChange: null,
    closed: true,
  };
  return { score, evidence: [], excluded: [] };
}

function withDigest(bare: Score, lists: Lists, listed: string): Explanation {
  const { counted, hidden } = bare.evidence;
  const text = canonicalJson({ ...bare, evidence: { counted, hidden } });
  const digest = digestOf(`{${listed},"score":${text}}`);
  return { score: { ...bare, evidence: { counted, hidden, digest } }, ...lists };
}

function componentOf({ terms, facts, sum, transformed, points }: KindSum): Component {
  return {
    kind: terms.kind,
    facts,
    sum: formatDecimal(sum),
    transformed: formatDecimal(transformed),
    points: formatDecimal(points),
  };
}

function sumOf(counted: readonly Weighed[]): bigint {
  return counted.reduce((sum, each) => sum + contributionOf(each), 0n);
}

function countReasons(left: readonly Left[]): { [reason: string]: number } {
  const counts: { [reason: string]: number } = {};
  for (const { refusal } of left) counts[refusal.reason] = (counts[refusal.reason] ?? 0) + 1;
  return counts;
}
