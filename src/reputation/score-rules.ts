import { ensure } from "../kernel/failure.ts";
import { day, type Millis, second } from "../kernel/time.ts";
import { parseDecimal } from "./decimal.ts";
import { type FactKind, factKinds } from "./fact.ts";
import type { KindRule, Policy, PublishedPolicy, RaterClass } from "./policy.ts";
import type { Transform } from "./transform.ts";

/** A policy as scoring reads it: numbers in units of 10⁻⁹, spans in milliseconds. */
export type Rules = {
  tick: Millis;
  max: bigint;
  decimals: number;
  threshold: bigint;
  minRaters: number;
  /** In the order of `factKinds`; a kind that is not here does not count. */
  kinds: ReadonlyMap<FactKind, KindTerms>;
  caps: { rater: bigint | null; issuer: bigint | null };
  uncertainty: { method: "wilson" | "beta"; deviations: bigint };
  trust: TrustRules | null;
  disputeTerm: Millis;
  countsField(field: string): boolean;
};

export type KindTerms = {
  kind: FactKind;
  weights: Readonly<Partial<Record<RaterClass, bigint>>>;
  min: bigint;
  max: bigint;
  /** The amount; `negative` where the kind counts against the subject. */
  points: bigint;
  negative: boolean;
  halfLife: Millis | null;
  cap: bigint | null;
  transform: Transform;
  minRaters: number;
};

export type TrustRules = {
  seeds: readonly string[];
  alpha: number;
  mutual: bigint;
  edges: ReadonlySet<FactKind>;
  applies: ReadonlySet<RaterClass>;
};

/**
 * Reads a policy once; the published ones last asked for are kept, by their hash. Refuses what no published policy has
 * (INVALID_INPUT): numbers that cannot be read, a tick, half-life, cap or greatest value that is not above zero.
 */
export function compilePolicy({ hash, policy }: PublishedPolicy): Rules {
  const known = compiled.get(hash);
  if (known) return known;
  const rules = readPolicy(policy);
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(hash, rules);
  return rules;
}

// A service has few policies in use at a time, and reading one again is cheap.
const compiled = new Map<string, Rules>();
const maxCompiled = 64;

/** The beginning of the tick in which a moment lies. */
export function tickFloor(at: Millis, tick: Millis): Millis {
  return Math.floor(at / tick) * tick;
}

/** The first beginning of a tick that does not lie before a moment. */
export function tickCeil(at: Millis, tick: Millis): Millis {
  return Math.ceil(at / tick) * tick;
}

/** Whether patterns of a policy take in a field: `*` all, `software/*` that field and all below it, or the field itself. */
export function takesField(patterns: readonly string[], field: string): boolean {
  return patterns.some((pattern) => {
    if (pattern === "*" || pattern === field) return true;
    if (!pattern.endsWith("/*")) return false;
    return field === pattern.slice(0, -2) || field.startsWith(pattern.slice(0, -1));
  });
}

function readPolicy(policy: Policy): Rules {
  const fields = new Map<string, boolean>();
  const { uncertainty } = policy;
  const kinds = factKinds.flatMap((kind) => {
    const rule = policy.kinds[kind];
    return rule ? [[kind, readKind(kind, rule)] as const] : [];
  });
  const tick = policy.tickSeconds * second;
  ensure(Number.isSafeInteger(tick) && tick > 0, "INVALID_INPUT", "A tick is a whole number of seconds.");
  return {
    tick,
    max: readPositive(policy.scale.max),
    decimals: policy.scale.decimals,
    threshold: parseDecimal(policy.threshold),
    minRaters: policy.minRaters,
    kinds: new Map(kinds),
    caps: { rater: readCap(policy.caps.rater), issuer: readCap(policy.caps.issuer) },
    uncertainty: {
      method: uncertainty.method,
      deviations: parseDecimal(uncertainty.method === "wilson" ? uncertainty.z : uncertainty.k),
    },
    trust: policy.trust && readTrust(policy.trust),
    disputeTerm: policy.disputeTermDays * day,
    countsField: (field) => remembered(fields, field, () => takesField(policy.fields, field)),
  };
}

function readKind(kind: FactKind, rule: KindRule): KindTerms {
  const points = parseDecimal(rule.points);
  const halfLife = rule.halfLifeDays === null ? null : rule.halfLifeDays * day;
  ensure(
    halfLife === null || (Number.isSafeInteger(halfLife) && halfLife > 0),
    "INVALID_INPUT",
    "A half-life is a whole number of milliseconds above zero.",
  );
  const weights: Partial<Record<RaterClass, bigint>> = {};
  for (const each of raterClasses) {
    const text = rule.weights[each];
    if (text !== undefined) weights[each] = parseDecimal(text);
  }
  return {
    kind,
    weights,
    min: parseDecimal(rule.min),
    max: readPositive(rule.max),
    points: points < 0n ? -points : points,
    negative: points < 0n,
    halfLife,
    cap: readCap(rule.cap),
    transform: rule.transform,
    minRaters: rule.minRaters,
  };
}

const raterClasses: readonly RaterClass[] = ["seed", "organization", "person"];

function readTrust({ seeds, alpha, mutual, edges, applies }: NonNullable<Policy["trust"]>): TrustRules {
  return { seeds, alpha, mutual: parseDecimal(mutual), edges: new Set(edges), applies: new Set(applies) };
}

function readCap(text: string | null): bigint | null {
  return text === null ? null : readPositive(text);
}

function readPositive(text: string): bigint {
  const units = parseDecimal(text);
  ensure(units > 0n, "INVALID_INPUT", "A cap, and the most that counts, is above zero.");
  return units;
}

/** Fields come from the log, so what is remembered of them has an end. */
function remembered(known: Map<string, boolean>, field: string, find: () => boolean): boolean {
  const held = known.get(field);
  if (held !== undefined) return held;
  if (known.size >= maxFields) known.clear();
  const found = find();
  known.set(field, found);
  return found;
}

const maxFields = 1000;
