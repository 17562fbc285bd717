import { expect, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { iso } from "../../../src/kernel/time.ts";
import type { Fact } from "../../../src/reputation/fact.ts";
import type { PublishedPolicy } from "../../../src/reputation/policy.ts";
import { type AskedScore, openAsking } from "../../../src/reputation/score-asking.ts";
import { createScores, type ScoringParts } from "../../../src/reputation/scores.ts";
import { factOf, now, plainPolicy, published, subject, vouch, wallet } from "./facts-given.ts";

const trusting = published({
  ...plainPolicy,
  trust: { seeds: ["org-1"], alpha: 50, edges: ["vouch"], mutual: "1", applies: ["person"] },
});

/** What scores are asked of: so many facts about the subject, at a place of the log. */
function partsOf(policy: PublishedPolicy, facts: readonly Fact[], position: number): ScoringParts<never> {
  return {
    clock: () => now,
    begin: async () => (_name, ask) => ask(),
    ledger: {
      group: async () => ({ members: [subject], name: subject, closedAt: undefined }),
      factsAbout: async () => ({ facts: [...facts], beyond: 0 }),
      hiddenAbout: async () => [],
      kin: async () => [subject],
      ties: async () => [vouch(1, "org-1", wallet(2))],
    },
    log: {
      momentAt: async () => ({ seq: position }),
      lastSeq: async () => position,
      entryAt: async () => ({ digest: "digest", admittedAt: iso(now) }),
    },
    findPolicy: async () => policy,
    follow: async () => {},
    reach: async (place) => place,
    audiences: { of: async () => ({ audience: "all" }), all: async () => [] },
    speaksFor: () => false,
  };
}

const asked: AskedScore = { policy: "policy-1" };
const nobody = async () => undefined;
const factsOf = (count: number) => Array.from({ length: count }, (_, i) => factOf(i + 1));

/** Pays for everything, and keeps what it came to. */
function purse() {
  const spent: number[] = [];
  const spend = async (cost: number) => void spent.push(cost);
  return { spent, spend };
}

const broke = async () => {
  throw new Failure("TOO_MANY_REQUESTS");
};

test("takes for few facts what one score costs at least, for many one for each four, and nothing for what is kept", async () => {
  for (const [count, cost] of [
    [0, 5],
    [20, 5],
    [21, 6],
    [4000, 1000],
  ] as const) {
    const scores = createScores(partsOf(published(plainPolicy), factsOf(count), 10_000));
    const { spent, spend } = purse();
    await scores.score(nobody, subject, asked, spend);
    expect(spent).toEqual([cost]);
    await scores.explain(nobody, subject, asked, spend);
    expect(spent).toEqual([cost]);
  }
});

test("takes for every score that a history, a difference or a supposition computes", async () => {
  const scores = createScores(partsOf(published(plainPolicy), factsOf(80), 10_000));
  const since = "2026-01-01T00:00:00.000Z";
  const { spent, spend } = purse();
  await scores.history(nobody, subject, asked, { since, points: 3 }, spend);
  expect(spent.splice(0)).toEqual([20, 20, 20]);
  await scores.diff(nobody, subject, asked, since, spend);
  expect(spent.splice(0)).toEqual([20, 20]);
  await scores.whatIf(nobody, subject, asked, { add: [] }, spend);
  expect(spent.splice(0)).toEqual([20]);
  await scores.dryRun(nobody, plainPolicy, [subject, wallet(3)], spend);
  expect(spent.splice(0)).toEqual([20, 20]);
  await scores.whole(nobody, subject, asked, spend);
  expect(spent).toEqual([20]);
});

test("takes for trust that is learned anew what the log that it reads is long, once", async () => {
  for (const [position, cost] of [
    [10, 50],
    [100_000, 1000],
    [5_000_000, 10_000],
  ] as const) {
    const scores = createScores(partsOf(trusting, [], position));
    const { spent, spend } = purse();
    await scores.score(nobody, subject, asked, spend);
    await scores.score(nobody, wallet(2), asked, spend);
    expect(spent).toEqual([5, cost, 5]);
    await scores.score(nobody, subject, { ...asked, from: wallet(7) }, spend);
    expect(spent).toEqual([5, cost, 5, 5, cost]);
  }
});

test("learns and computes nothing for whom it is too much, and that is no refusal to others who ask meanwhile", async () => {
  const parts = partsOf(trusting, factsOf(3), 10);
  let read = 0;
  const ties: typeof parts.ledger.ties = async (...of) => {
    read += 1;
    return parts.ledger.ties(...of);
  };
  const scores = createScores({ ...parts, ledger: { ...parts.ledger, ties } });
  const { spent, spend } = purse();
  const [refused, answered] = await Promise.allSettled([
    scores.score(nobody, subject, asked, broke),
    scores.score(nobody, subject, asked, spend),
  ]);
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "TOO_MANY_REQUESTS" } });
  expect(answered).toMatchObject({ status: "fulfilled" });
  expect(spent).toEqual([5, 50]);
  expect(read).toBe(1);
  const asking = openAsking(parts);
  const place = await asking.now(subject, trusting);
  await expect(asking.trustAt(place, broke)).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
});
