import { parseDecimal } from "../../../src/reputation/decimal.ts";
import type { Epoch } from "../../../src/reputation/edges.ts";
import type { Fact, FactKind } from "../../../src/reputation/fact.ts";
import type { Tie } from "../../../src/reputation/ledger.ts";
import type { KindRule, Policy, PublishedPolicy } from "../../../src/reputation/policy.ts";
import type { Question } from "../../../src/reputation/score.ts";
import { supposedPolicy } from "../../../src/reputation/what-if.ts";

export const day = 86_400_000;
/** Midnight, so that it is the beginning of a tick of a day. */
export const now = Date.UTC(2026, 10, 20);
export const subject = wallet(1);

/** A wallet's DID by a number. */
export function wallet(number: number): string {
  return `did:pkh:eip155:1:0x${number.toString(16).padStart(40, "0")}`;
}

/** A fact that counts: an organisation's, of a hundred days ago; its place in the log tells its operation. */
export function factOf(seq: number, changes: Partial<Fact> = {}): Fact {
  const rater = changes.rater ?? `org-${seq}`;
  return {
    operation: `op-${seq}`,
    document: "reputation-1",
    seq,
    entry: `entry-${seq}`,
    subject,
    rater,
    raterIs: "organization",
    issuer: rater,
    field: "software/typescript",
    kind: "contribution",
    value: "1",
    work: { type: "operation", id: `work-${seq}` },
    standing: "organization",
    claimedAt: "2026-08-12T00:00:00.000Z",
    admittedAt: now - 100 * day,
    validFrom: undefined,
    validUntil: undefined,
    ended: undefined,
    dispute: undefined,
    issuerRevokedAt: undefined,
    compromised: false,
    selfAttested: false,
    hidden: false,
    ...changes,
  };
}

/** Somebody vouches for somebody else. */
export function vouch(seq: number, rater: string, to: string, changes: Partial<Fact> = {}): Fact & Tie {
  const raterIs = rater.startsWith("did:") ? "person" : "organization";
  const issuer = raterIs === "person" ? "" : rater;
  return factOf(seq, { rater, raterIs, issuer, subject: to, kind: "vouch", standing: "membership", ...changes });
}

export const plainRule: KindRule = {
  weights: { seed: "1", organization: "1", person: "0.5" },
  min: "0",
  max: "1",
  points: "10",
  halfLifeDays: 365,
  cap: null,
  transform: { type: "none" },
  minRaters: 1,
};

export const plainPolicy: Policy = {
  name: "Plain",
  description: "Ten points for each contribution.",
  fields: ["software/*"],
  tickSeconds: 86_400,
  scale: { max: "100", decimals: 2 },
  kinds: { contribution: plainRule },
  caps: { rater: null, issuer: null },
  minRaters: 1,
  threshold: "50",
  uncertainty: { method: "wilson", z: "1.96" },
  trust: null,
  disputeTermDays: 30,
};

/** A policy with kinds of its own, each on top of the plain rule. */
export function policyOf(
  kinds: Partial<Record<FactKind, Partial<KindRule>>>,
  changes: Partial<Policy> = {},
): PublishedPolicy {
  const rules = Object.entries(kinds).map(([kind, rule]) => [kind, { ...plainRule, ...rule }]);
  return published({ ...plainPolicy, kinds: Object.fromEntries(rules), ...changes });
}

export function published(policy: Policy): PublishedPolicy {
  return {
    ...supposedPolicy(policy),
    id: "policy-1",
    version: 1,
    operation: "publish",
    publishedAt: "2026-01-01T00:00:00.000Z",
  };
}

/** A question about the subject, under the plain policy unless told otherwise. */
export function questionOf(facts: readonly Fact[], changes: Partial<Question> = {}): Question {
  return {
    policy: published(plainPolicy),
    group: { members: [subject], name: subject, closedAt: undefined },
    facts,
    beyond: 0,
    trust: null,
    at: now,
    log: { position: 1_000_000, digest: "log-digest" },
    ...changes,
  };
}

/** An epoch that gives trust by name, as decimal strings. */
export function epochWith(trust: Record<string, string>, seeds: readonly string[] = []): Epoch {
  const of = (node: string) => parseDecimal(trust[node] ?? "0");
  const parts = (node: string) => ({ eigen: of(node), walk: of(node) });
  const size = { rounds: 1, nodes: Object.keys(trust).length, edges: 0 };
  return { ...size, of, parts, position: 1, at: now, digest: "epoch-digest", seeds, from: null };
}
