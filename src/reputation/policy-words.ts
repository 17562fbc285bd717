import { parseDecimal } from "./decimal.ts";
import { type FactKind, factKinds } from "./fact.ts";
import type { KindRule, Policy, RaterClass, TrustRule } from "./policy.ts";
import type { Transform } from "./transform.ts";

/** A part of a policy in words: what it is about, and what it says of that. */
export type PolicyPart = { title: string; sentences: string[] };

/** All rules of a policy in sentences, the same for the same policy: every number of it stands in one of them. */
export function policyWords(policy: Policy): PolicyPart[] {
  const kinds = kindsOf(policy);
  return [
    { title: "What counts", sentences: [fieldWords(policy.fields), kindWords(kinds.map(([kind]) => kind))] },
    ...kinds.map(([kind, rule]) => ({ title: names[kind].title, sentences: ruleWords(kind, rule) })),
    { title: "What one may give", sentences: capWords(policy) },
    { title: "Trust in those who state facts", sentences: trustWords(policy.trust) },
    { title: "The score", sentences: scaleWords(policy) },
    { title: "How sure it is", sentences: [sureWords(policy)] },
    { title: "Disputes", sentences: [disputeWords(policy.disputeTermDays)] },
  ];
}

/** A kind of facts as a heading. */
export function kindTitle(kind: FactKind): string {
  return names[kind].title;
}

/** What is allowed and yet seldom meant. */
export function policyWarnings(policy: Policy): string[] {
  const { caps, trust, threshold, minRaters } = policy;
  const rules = kindsOf(policy);
  const gains = rules.filter(([, { points }]) => parseDecimal(points) > 0n);
  const byPersons = rules.some(([, { weights }]) => weights.person !== undefined);
  const bySeeds = rules.some(([, { weights }]) => weights.seed !== undefined);
  const most = gains.every(([, { cap }]) => cap !== null)
    ? gains.reduce((sum, [, { cap }]) => sum + parseDecimal(cap!), 0n)
    : undefined;
  const weighed = trust?.applies.includes("person") ?? false;
  const warnings: [boolean, string][] = [
    [gains.length === 0, "No kind gives points, so every score is 0."],
    [
      most !== undefined && most < parseDecimal(threshold),
      "The caps of all kinds together are below the threshold: nobody passes.",
    ],
    [parseDecimal(threshold) === 0n && minRaters === 0, "Everybody passes, also who has no facts at all."],
    [byPersons && !weighed, "Persons count without trust from a graph: whoever makes wallets gives points."],
    [caps.rater === null, "One rater alone may give all points: there is no cap for a rater."],
    [minRaters < 2, "One rater alone may let a subject pass."],
    [bySeeds && trust === null, "Seeds have a weight, and there are none: the policy has no trust."],
    [policy.kinds.incident === undefined, "Incidents do not count: nothing that went wrong lowers the score."],
    [
      policy.kinds.vouch !== undefined && trust === null,
      "Vouches count without a graph, though they say nothing but trust.",
    ],
  ];
  return warnings.filter(([holds]) => holds).map(([, words]) => words);
}

const names: Record<FactKind, { title: string; one: string; many: string }> = {
  contribution: { title: "Contributions", one: "contribution", many: "contributions" },
  review: { title: "Reviews", one: "review", many: "reviews" },
  endorsement: { title: "Endorsements", one: "endorsement", many: "endorsements" },
  badge: { title: "Badges", one: "badge", many: "badges" },
  vouch: { title: "Vouches", one: "vouch", many: "vouches" },
  incident: { title: "Incidents", one: "incident", many: "incidents" },
};

const classes: Record<RaterClass, string> = { seed: "a seed", organization: "an organisation", person: "a person" };
const classOrder: readonly RaterClass[] = ["seed", "organization", "person"];

/** In one order, whatever that of the members. */
function kindsOf({ kinds }: Policy): [FactKind, KindRule][] {
  return factKinds.flatMap((kind) => {
    const rule = kinds[kind];
    return rule ? [[kind, rule] as [FactKind, KindRule]] : [];
  });
}

function fieldWords(fields: readonly string[]): string {
  if (fields.includes("*")) return `Facts of every field count${fields.length > 1 ? ` (${list(fields)})` : ""}.`;
  const each = fields.map((field) => (field.endsWith("/*") ? `${field.slice(0, -2)} with all below it` : field));
  return `Facts of ${fields.length === 1 ? "this field" : "these fields"} count, and of no other: ${list(each)}.`;
}

function kindWords(counting: readonly FactKind[]): string {
  const others = factKinds.filter((kind) => !counting.includes(kind)).map((kind) => names[kind].many);
  const rest = others.length === 0 ? "" : `; ${list(others)} do not`;
  return `${capital(list(counting.map((kind) => names[kind].many)))} count${rest}.`;
}

function ruleWords(kind: FactKind, rule: KindRule): string[] {
  const { one, many } = names[kind];
  const { min, max, points, weights, halfLifeDays, minRaters, transform, cap } = rule;
  const against = points.startsWith("-");
  const amount = against ? points.slice(1) : points;
  const named = classOrder.filter((each) => weights[each] !== undefined);
  const factors = named.map((each, i) => `by ${classes[each]}${i === 0 ? " it counts" : ""} times ${weights[each]}`);
  return [
    `${capital(article(one))} of full value ${against ? "takes away" : "gives"} ${counted(amount, "point")}.`,
    `A value counts as its share of ${max}, which is full; one below ${min} counts as ${min}, one above ${max} as ${max}.`,
    `Stated ${factors.join(", ")}, by anybody else not at all.`,
    halfLifeDays === null
      ? "It does not fade with time."
      : `It fades: after ${counted(halfLifeDays, "day")} it counts half, after twice as long a quarter.`,
    raterWords(minRaters, many),
    transformWords(transform),
    cap === null
      ? `There is no cap on what ${many} come to together.`
      : `All ${many} together ${against ? "take away" : "give"} at most ${counted(cap, "point")}.`,
  ];
}

function raterWords(least: number, many: string): string {
  if (least === 0) return `There is no least number of raters for ${many} (0).`;
  if (least === 1) return `${capital(many)} count from the first rater on (1).`;
  return `${capital(many)} count once ${least} different raters have stated some, and none before.`;
}

function transformWords(transform: Transform): string {
  switch (transform.type) {
    case "none":
      return "Their points are added up as they are.";
    case "sqrt":
      return "Their points are added up and the square root of the sum counts, so that each one more adds less.";
    case "log2":
      return "Their points are added up and log2(1 + sum) counts, so that each one more adds much less.";
    case "steps": {
      const steps = transform.steps.map(([at, gives]) => `from ${at} on ${gives}`);
      return `Their points are added up and the sum counts by steps: ${list(steps)}; below the first nothing.`;
    }
  }
}

function capWords({ caps: { rater, issuer } }: Policy): string[] {
  const unlimited = (who: string) => `There is no cap on what one ${who} may give or take away.`;
  return [
    rater === null ? unlimited("rater") : `One rater gives, or takes away, at most ${counted(rater, "point")}.`,
    issuer === null
      ? unlimited("organisation and all who speak in its context")
      : `One organisation and all who speak in its context give, or take away, at most ${counted(issuer, "point")}.`,
    "Where a cap is reached the larger facts count first, then the earlier ones.",
  ];
}

function trustWords(trust: TrustRule | null): string[] {
  if (trust === null) return ["No graph of trust is asked: who states something counts by what they are."];
  const { seeds, alpha, edges, mutual, applies } = trust;
  return [
    `Trust flows from ${counted(seeds.length, "seed")}: ${list(seeds)}.`,
    `It flows from who states something to the subject, along ${list(edges.map((kind) => names[kind].many))}.`,
    `In each round ${alpha} per cent of it returns to the seeds, so that it does not gather far away from them.`,
    `Where two state something about each other, each direction counts times ${mutual}.`,
    `What ${list(applies.map((each) => `${classes[each]} states`))} is multiplied by the trust that has reached them.`,
  ];
}

function scaleWords({ scale, threshold, minRaters, tickSeconds }: Policy): string[] {
  const { max, decimals } = scale;
  const raters = `${counted(minRaters, "different rater")} whose facts count`;
  return [
    `The score is the sum of all kinds, at least 0 and at most ${max}, with ${decimals === 0 ? "0 decimals" : counted(decimals, "decimal")}.`,
    `A subject passes at ${threshold} or more, with at least ${raters}.`,
    `Time is counted in steps of ${tickWords(tickSeconds)}: within one the score moves only when the log does.`,
  ];
}

function sureWords({ uncertainty }: Policy): string {
  const bound = "Beside the score stands how large the share of points that speak for the subject is at the least";
  return uncertainty.method === "wilson"
    ? `${bound}: the lower Wilson bound with z = ${uncertainty.z}.`
    : `${bound}: the mean of a Beta distribution less ${uncertainty.k} of its standard deviations.`;
}

function disputeWords(days: number): string {
  return (
    `A fact that its subject disputes counts on while a ruling may come, for ${counted(days, "day")}; ` +
    "without one it then stops counting, and what was struck never counts."
  );
}

function tickWords(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  const found = units.find(([length]) => seconds % length === 0);
  return `${counted(seconds, "second")}${found ? ` (${counted(seconds / found[0], found[1])})` : ""}`;
}

function counted(count: number | string, noun: string): string {
  return `${count} ${noun}${String(count) === "1" ? "" : "s"}`;
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}
