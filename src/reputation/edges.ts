import { digestOf } from "#primitives";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { canonicalJson } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import { decay } from "./decay.ts";
import { formatDecimal, parseDecimal } from "./decimal.ts";
import { classOf, lastingRefusal, passingRefusal } from "./eligibility.ts";
import type { Tie } from "./ledger.ts";
import type { PublishedPolicy, RaterClass } from "./policy.ts";
import { compilePolicy, type KindTerms, type Rules, tickFloor } from "./score-rules.ts";
import { type Edge, type Trust, trustOf } from "./trust.ts";

/** Trust in raters under a policy, as of a position of the log and the beginning of a tick. */
export type Epoch = Trust & {
  position: number;
  at: Millis;
  /** base64url(SHA-256(JCS)) of an object that gives each node its trust as a decimal string. */
  digest: string;
  /** From whom trust flows, by the names of their groups: whose facts are of class `seed`. */
  seeds: readonly string[];
  /** The viewer whose own view it is; null for the policy's seeds. */
  from: Did | null;
};

export type EpochQuestion = {
  policy: PublishedPolicy;
  /** What the ledger answers for the policy's kinds of edges, at the position. */
  ties: Iterable<Tie>;
  at: Millis;
  position: number;
  /** The policy's seeds by the names of their groups; as the policy has them unless given. */
  seeds?: readonly string[];
};

/** Learns trust from the log. Refuses with INVALID_INPUT a policy that asks for none. */
export function epochOf(question: EpochQuestion): Epoch {
  const rules = compilePolicy(question.policy);
  ensure(rules.trust, "INVALID_INPUT", "The policy asks for no trust.");
  return learn(question, rules, question.seeds ?? rules.trust.seeds, null);
}

/**
 * The same policy seen by a viewer, from whom alone trust flows: `viewer` as it was asked, `name` as that of its group.
 * A view is no score of the subject's: two viewers see two numbers.
 */
export function viewFrom(viewer: Did, name: string, question: EpochQuestion): Epoch {
  const rules = compilePolicy(question.policy);
  ensure(rules.trust, "INVALID_INPUT", "The policy asks for no trust, so all viewers see the same.");
  return learn(question, rules, [name], viewer);
}

/**
 * The edges of the trust graph, from rater to subject: facts of the policy's kinds of edges and in its fields, unless
 * something about themselves keeps them from counting. An edge weighs class weight · value / max, rounded down, then
 * decayed, in units of 10⁻⁹. Kinds that count against the subject are no edges, nor are values below zero.
 */
export function edgesOf(ties: Iterable<Tie>, rules: Rules, seeds: readonly string[], at: Millis): Edge[] {
  const now = tickFloor(at, rules.tick);
  const named = new Set(seeds);
  const edges: Edge[] = [];
  const undecayed = rememberingWeights();
  for (const tie of ties) {
    const weight = weightOf(tie, rules, named, now, undecayed);
    if (weight > 0n) edges.push({ from: tie.rater, to: tie.subject, weight });
  }
  return edges;
}

function learn({ ties, at, position }: EpochQuestion, rules: Rules, seeds: readonly string[], from: Did | null): Epoch {
  const { alpha, mutual } = rules.trust!;
  const edges = edgesOf(ties, rules, seeds, at);
  const trust = trustOf(edges, { seeds, alpha, mutual });
  const digest = digestOfTrust(trust, edges, seeds);
  return { ...trust, position, at: tickFloor(at, rules.tick), digest, seeds, from };
}

type Undecayed = (terms: KindTerms, by: RaterClass, value: string) => bigint;

function weightOf(tie: Tie, rules: Rules, seeds: ReadonlySet<string>, now: Millis, undecayed: Undecayed): bigint {
  const terms = rules.kinds.get(tie.kind);
  if (!terms || terms.negative || !rules.trust?.edges.has(tie.kind) || !rules.countsField(tie.field)) return 0n;
  if (lastingRefusal(tie) || passingRefusal(tie, now, rules)) return 0n;
  const whole = undecayed(terms, classOf(tie, seeds), tie.value);
  return terms.halfLife === null || whole <= 0n ? whole : decay(whole, now - tie.admittedAt, terms.halfLife);
}

/** Reckons each weight before decay once: among a hundred thousand edges there are few. */
function rememberingWeights(): Undecayed {
  const known = new Map<string, bigint>();
  return (terms, by, value) => {
    const key = `${terms.kind} ${by} ${value}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const units = parseDecimal(value);
    const counted = units < terms.min ? terms.min : units > terms.max ? terms.max : units;
    const whole = ((terms.weights[by] ?? 0n) * counted) / terms.max;
    known.set(key, whole);
    return whole;
  };
}

function digestOfTrust(trust: Trust, edges: readonly Edge[], seeds: readonly string[]): string {
  const nodes = new Map<string, string>();
  const note = (name: string) => {
    if (!nodes.has(name)) nodes.set(name, formatDecimal(trust.of(name)));
  };
  for (const seed of seeds) note(seed);
  for (const { from, to } of edges) {
    note(from);
    note(to);
  }
  return digestOf(canonicalJson(Object.fromEntries(nodes)));
}
