import { ensure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { applyCap, type Cap } from "./caps.ts";
import { decayFactor } from "./decay.ts";
import { parseDecimal, unit } from "./decimal.ts";
import type { Epoch } from "./edges.ts";
import { classOf, lastingRefusal, passingRefusal, type Refusal } from "./eligibility.ts";
import type { Fact } from "./fact.ts";
import type { RaterClass } from "./policy.ts";
import type { KindTerms, Rules } from "./score-rules.ts";

/** A fact with all about its points that no moment changes. Amounts in units of 10⁻⁹, without their sign. */
export type Prepared = {
  fact: Fact;
  /** Place in the order of the log. */
  order: number;
  lasting: Refusal | undefined;
  /** What counts, and undefined with its refusal where the policy gives the fact no weight. */
  worth: Worth | undefined;
  outOfScope: Refusal | undefined;
};

export type Worth = {
  terms: KindTerms;
  class: RaterClass;
  weight: bigint;
  /** The rater's trust; null where the policy asks for none. */
  trust: bigint | null;
  /** points · weight · value / max, rounded down once. */
  base: bigint;
  negative: boolean;
  /** Numbers of the rater, of the issuer if there is one, and of what the fact would be a duplicate of. */
  rater: number;
  issuer: number | undefined;
  same: number;
};

/** A fact that may count at a moment. */
export type Weighed = {
  fact: Fact;
  worth: Worth;
  order: number;
  /** In units of 2⁻⁶². */
  decay: bigint;
  /** After decay and trust, before caps. */
  amount: bigint;
  /** After caps. */
  left: bigint;
  cut: Cap | null;
};

export type Left = { fact: Fact; order: number; refusal: Refusal };

/** Orders facts as the log does and reads all about them that does not depend on the moment. */
export function prepareFacts(facts: readonly Fact[], rules: Rules, trust: Epoch | null): Prepared[] {
  ensure(!rules.trust || trust, "INVALID_INPUT", "The policy asks for trust, and there is none.");
  const ordered = [...facts].sort((a, b) => a.seq - b.seq || compareText(a.operation, b.operation));
  const number = numbering();
  const seeds = new Set(rules.trust ? trust?.seeds : []);
  return ordered.map((fact, order) => {
    const worth = worthOf(fact, rules, trust, seeds, number);
    const outOfScope = "reason" in worth ? worth : undefined;
    return {
      fact,
      order,
      lasting: lastingRefusal(fact, "negative" in worth && worth.negative),
      worth: "reason" in worth ? undefined : worth,
      outOfScope,
    };
  });
}

/**
 * Which facts count at a moment, and with how much; every fact is in exactly one of the two lists, both in the order of
 * the log. `eligible` are those that count and those that caps leave nothing.
 */
export function weighFacts(
  prepared: readonly Prepared[],
  now: Millis,
  rules: Rules,
): { counted: Weighed[]; eligible: Weighed[]; left: Left[] } {
  const left: Left[] = [];
  const refuse = ({ fact, order }: Prepared, refusal: Refusal) => void left.push({ fact, order, refusal });
  const latest = new Map<number, Prepared>();
  const standing = prepared.filter((each) => {
    const refusal = each.lasting ?? passingRefusal(each.fact, now, rules) ?? each.outOfScope;
    if (refusal) refuse(each, refusal);
    // What is disputed goes on correcting what was said before, unless it was found to be wrong.
    const corrects = refusal?.reason === "disputed" && refusal.detail.outcome !== "struck";
    if (each.worth && (!refusal || corrects)) latest.set(each.worth.same, each);
    return !refusal;
  });
  const eligible = enoughRaters(latestOfSame(standing, latest, refuse), refuse).map((each) => weigh(each, now));
  applyCap(eligible, ({ worth }) => worth.rater, rules.caps.rater, "rater");
  applyCap(eligible, ({ worth }) => worth.issuer, rules.caps.issuer, "issuer");
  const counted = eligible.filter((each) => {
    // A fact that has faded to nothing counts with nothing; one that a cap has left nothing does not count.
    if (each.left > 0n || each.amount === 0n) return true;
    left.push({ fact: each.fact, order: each.order, refusal: { reason: "over-cap", detail: { cap: each.cut! } } });
    return false;
  });
  return { counted, eligible, left: left.sort((a, b) => a.order - b.order) };
}

/** What a fact gives after decay, in units of 10⁻⁹ and without its sign: each step rounds down. */
export function fade(base: bigint, decay: bigint, trust: bigint | null): bigint {
  const faded = (base * decay) >> 62n;
  return trust === null ? faded : (faded * trust) / unit;
}

function worthOf(
  fact: Fact,
  rules: Rules,
  trust: Epoch | null,
  seeds: ReadonlySet<string>,
  number: (name: string) => number,
): Worth | Refusal {
  const terms = rules.kinds.get(fact.kind);
  if (!terms) return outOfScope("kind");
  if (!rules.countsField(fact.field)) return outOfScope("field");
  const cls = classOf(fact, seeds);
  const weight = terms.weights[cls] ?? 0n;
  if (weight <= 0n) return outOfScope("class");
  const held = rules.trust?.applies.has(cls) ? trust!.of(fact.rater) : null;
  if (held === 0n) return outOfScope("trust");
  const value = clamp(parseDecimal(fact.value), terms.min, terms.max);
  const { type, id } = fact.work ?? { type: "", id: "" };
  const rater = number(`rater ${fact.rater}`);
  return {
    terms,
    class: cls,
    weight,
    trust: held,
    base: (terms.points * weight * (value < 0n ? -value : value)) / (unit * terms.max),
    negative: terms.negative !== value < 0n,
    rater,
    issuer: fact.issuer === "" ? undefined : number(`issuer ${fact.issuer}`),
    // Only the id may contain spaces, and it comes last.
    same: number(`same ${rater} ${fact.kind} ${fact.field} ${type} ${id}`),
  };
}

function outOfScope(by: "kind" | "field" | "class" | "trust"): Refusal {
  return { reason: "out-of-scope", detail: { by } };
}

/** Of facts by one rater on one work, in one field and of one kind, the latest stays. */
function latestOfSame(
  standing: readonly Prepared[],
  latest: ReadonlyMap<number, Prepared>,
  refuse: (each: Prepared, refusal: Refusal) => void,
): readonly Prepared[] {
  return standing.filter((each) => {
    const stays = latest.get(each.worth!.same)!;
    if (stays !== each) refuse(each, { reason: "duplicate", detail: { of: stays.fact.operation } });
    return stays === each;
  });
}

/** A kind with fewer raters than it asks for does not count at all. */
function enoughRaters(
  standing: readonly Prepared[],
  refuse: (each: Prepared, refusal: Refusal) => void,
): readonly Prepared[] {
  const raters = new Map<KindTerms, Set<number>>();
  for (const { worth } of standing) {
    const known = raters.get(worth!.terms);
    if (known) known.add(worth!.rater);
    else raters.set(worth!.terms, new Set([worth!.rater]));
  }
  return standing.filter((each) => {
    const { terms } = each.worth!;
    const found = raters.get(terms)!.size;
    if (found >= terms.minRaters) return true;
    refuse(each, { reason: "not-independent", detail: { needed: terms.minRaters, raters: found } });
    return false;
  });
}

function weigh({ fact, worth, order }: Prepared, now: Millis): Weighed {
  const { terms, base, trust } = worth!;
  const decay = terms.halfLife === null ? undecayed : decayFactor(now - fact.admittedAt, terms.halfLife);
  const amount = fade(base, decay, trust);
  return { fact, worth: worth!, order, decay, amount, left: amount, cut: null };
}

const undecayed = 1n << 62n;

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  return value < min ? min : value > max ? max : value;
}

function numbering(): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    known.set(name, known.size);
    return known.size - 1;
  };
}
