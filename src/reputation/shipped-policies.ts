import { factKinds } from "./fact.ts";
import type { KindRule, Policy } from "./policy.ts";

/** A policy that comes with the service, and the name by which it is found. */
export type ShippedPolicy = { alias: string; policy: Policy };

export const workAlias = "open-work";
export const trustAlias = "renown-trust";

/**
 * The policies that come with the service; `seeds` are the organisations' documents and did:pkh from which trust flows,
 * and without any there is no policy that asks for trust. The reasons stand in docs/reputation-policies.md.
 */
export function shippedPolicies(seeds: readonly string[]): ShippedPolicy[] {
  const work = { alias: workAlias, policy: workPolicy };
  return seeds.length === 0 ? [work] : [work, { alias: trustAlias, policy: trustPolicy(seeds) }];
}

const year = 365;

/** What the rules of both have in common; values are shares of 1. */
const usual = { min: "0", max: "1", halfLifeDays: year, transform: { type: "none" }, minRaters: 1 } as const;

const byOrganizations = { ...usual, weights: { organization: "1" } } satisfies Partial<KindRule>;

/** Work that organisations confirm; who is nobody's member and knows nobody can have it. */
const workPolicy: Policy = {
  name: "Open work",
  description:
    "What organisations say that somebody has done: contributions, badges and endorsements, no matter who vouches for " +
    "whom. It halves every year, no organisation counts for more than a quarter of the scale, and incidents count against " +
    "it for longer than work counts for it.",
  fields: ["*"],
  tickSeconds: 86_400,
  scale: { max: "100", decimals: 1 },
  kinds: {
    contribution: { ...byOrganizations, points: "10", cap: "60" },
    badge: { ...byOrganizations, points: "8", cap: "40" },
    endorsement: { ...byOrganizations, points: "5", cap: "20" },
    incident: { ...byOrganizations, points: "-20", halfLifeDays: 2 * year, cap: "60" },
  },
  caps: { rater: "25", issuer: "25" },
  minRaters: 2,
  threshold: "30",
  uncertainty: { method: "wilson", z: "1.96" },
  trust: null,
  disputeTermDays: 30,
};

// Trust in most raters is a small part of that in a seed, so the root lifts what few and little trusted raters give.
const rooted = {
  ...usual,
  transform: { type: "sqrt" },
  weights: { seed: "1", organization: "1", person: "1" },
} as const;

/** Standing among those who are trusted, directly or by others, from the seeds of this installation on. */
function trustPolicy(seeds: readonly string[]): Policy {
  return {
    name: "Renown trust",
    description:
      "What is said about somebody by those whom the seeds of this service trust, directly or through others. Whoever " +
      "makes a thousand wallets gains nothing by it: trust comes along facts that trusted raters state, and two who " +
      "praise each other count half.",
    fields: ["*"],
    tickSeconds: 86_400,
    scale: { max: "100", decimals: 1 },
    kinds: {
      contribution: { ...rooted, points: "75", cap: "40" },
      review: { ...rooted, max: "5", points: "50", cap: "30" },
      endorsement: { ...rooted, points: "50", cap: "30" },
      badge: { ...rooted, points: "50", cap: "30" },
      vouch: { ...rooted, points: "25", cap: "20" },
      incident: { ...rooted, points: "-75", halfLifeDays: 2 * year, cap: "60" },
    },
    // Spread over all five kinds that give points, what one rater may give comes to less than the threshold.
    caps: { rater: "75", issuer: "200" },
    minRaters: 2,
    threshold: "20",
    uncertainty: { method: "wilson", z: "1.96" },
    trust: {
      seeds: [...new Set(seeds)].sort(),
      alpha: 25,
      edges: factKinds.filter((kind) => kind !== "incident"),
      mutual: "0.5",
      applies: ["organization", "person"],
    },
    disputeTermDays: 30,
  };
}
