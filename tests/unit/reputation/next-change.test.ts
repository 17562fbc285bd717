import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { iso } from "../../../src/kernel/time.ts";
import { evaluate, openCase, type Question } from "../../../src/reputation/evaluation.ts";
import type { Fact } from "../../../src/reputation/fact.ts";
import { type NextChange, nextChangeOf } from "../../../src/reputation/next-change.ts";
import type { PublishedPolicy } from "../../../src/reputation/policy.ts";
import { scoreOf } from "../../../src/reputation/score.ts";
import { factLists, policies } from "./arbitrary-facts.ts";
import { day, factOf, now, policyOf, questionOf } from "./facts-given.ts";

const lasting = { halfLifeDays: null };
const tenths = { scale: { max: "100", decimals: 1 } };

function nextOf(facts: readonly Fact[], policy: PublishedPolicy, at = now): NextChange | null {
  return scoreOf(questionOf(facts, { policy, at })).nextChange;
}

/** The first tick at which the score is another, by looking at every one. */
function firstOfAll(question: Question, ticks: number): NextChange | null {
  const asked = openCase(question);
  const shown = evaluate(asked, question.at);
  for (let tick = 1; tick <= ticks; tick++) {
    const { score, passes, now: at } = evaluate(asked, question.at + tick * day);
    if (score !== shown.score || passes !== shown.passes)
      return { at: iso(at), why: "decay", operations: [], to: { score, passes } };
  }
  return null;
}

describe("the next change", () => {
  test("is the tick at which what fades is shown as less", () => {
    const policy = policyOf({ contribution: {} }, tenths);
    const fresh = [factOf(1, { admittedAt: now })];
    // 10 · 2^(−d/365) rounds to 9.9 from 2.64 days on.
    expect(nextOf(fresh, policy)).toEqual({
      at: "2026-11-23T00:00:00.000Z",
      why: "decay",
      operations: [],
      to: { score: "9.9", passes: false },
    });
  });

  test.each([
    ["valid-from", { validFrom: now + 5 * day - 1 }, "2026-11-25", "20.0"],
    ["valid-until", { validUntil: now + 5 * day + 1 }, "2026-11-26", "10.0"],
    ["dispute-term", { dispute: { at: now - 25 * day, operation: "d", ruling: undefined } }, "2026-11-25", "10.0"],
  ])("names the fact that turns: %s", (why, changes, date, score) => {
    const policy = policyOf({ contribution: lasting }, tenths);
    expect(nextOf([factOf(1), factOf(2, changes)], policy)).toEqual({
      at: `${date}T00:00:00.000Z`,
      why,
      operations: ["op-2"],
      to: { score, passes: false },
    });
  });

  test("is none where nothing fades and nothing ends", () => {
    expect(nextOf([factOf(1)], policyOf({ contribution: lasting }, tenths))).toBeNull();
    expect(nextOf([], policyOf({ contribution: {} }, tenths))).toBeNull();
  });

  test("is none where what turns does not count anyway", () => {
    const policy = policyOf({ contribution: lasting }, tenths);
    const gone = { validUntil: now + day, selfAttested: true };
    expect(
      nextOf([factOf(1), factOf(2, gone), factOf(3, { validUntil: now + day, field: "cooking" })], policy),
    ).toBeNull();
  });

  test("passes over years in which a capped kind stays at its cap", () => {
    const policy = policyOf({ contribution: { cap: "10" } }, tenths);
    const many = Array.from({ length: 16 }, (_, i) => factOf(i + 1, { admittedAt: now }));
    // 160 points are 10 after four half-lives, and shown as less once they are below 9.95.
    expect(nextOf(many, policy)).toMatchObject({ at: "2030-11-22T00:00:00.000Z", to: { score: "9.9" } });
  });

  test("is the passing alone where only that alters", () => {
    const policy = policyOf({ contribution: { ...lasting, cap: "10" } }, { ...tenths, threshold: "10", minRaters: 2 });
    const facts = [factOf(1), factOf(2, { validUntil: now + 3 * day })];
    expect(nextOf(facts, policy)).toMatchObject({ why: "valid-until", to: { score: "10.0", passes: false } });
  });

  test("may be a rise: what counts against the subject fades too", () => {
    const policy = policyOf({ contribution: lasting, incident: { points: "-5", halfLifeDays: 30 } }, tenths);
    const facts = [factOf(1), factOf(2, { kind: "incident", admittedAt: now })];
    expect(nextOf(facts, policy)).toMatchObject({ at: "2026-11-21T00:00:00.000Z", to: { score: "5.1" } });
  });

  test("is found where what fades makes room for what a cap had left out", () => {
    const step = (at: string) => ({ transform: { type: "steps" as const, steps: [[at, "5"] as const] } });
    const policy = policyOf(
      { contribution: step("5"), review: { ...step("1"), points: "8", halfLifeDays: null } },
      { ...tenths, caps: { rater: "10", issuer: null } },
    );
    const byOne = { rater: "org", admittedAt: now };
    // 9 come before 8 and leave them 1; after 63 days they are less than 8, come second, and are left 2.
    const facts = [factOf(1, { ...byOne, value: "0.9" }), factOf(2, { ...byOne, kind: "review" })];
    expect(nextOf(facts, policy)).toMatchObject({ at: iso(now + 63 * day), why: "decay", to: { score: "5.0" } });
  });

  test("is found where a rater comes in under the issuer's cap and lets the subject pass", () => {
    const policy = policyOf(
      { contribution: { points: "20" }, review: { points: "1", halfLifeDays: null } },
      { ...tenths, caps: { rater: null, issuer: "10" }, minRaters: 2, threshold: "10" },
    );
    const facts = [
      factOf(1, { rater: "a", issuer: "org", admittedAt: now }),
      factOf(2, { rater: "b", issuer: "org", kind: "review" }),
    ];
    expect(nextOf(facts, policy)).toMatchObject({ at: iso(now + 366 * day), to: { score: "10.0", passes: true } });
  });

  test("is found where a capped kind hides behind the most that a score can be", () => {
    const policy = policyOf(
      {
        contribution: { points: "30", halfLifeDays: null, cap: "12" },
        review: { points: "3" },
        incident: { points: "-4", halfLifeDays: null },
      },
      { scale: { max: "10", decimals: 0 } },
    );
    const facts = [factOf(1), factOf(2, { kind: "review", admittedAt: now }), factOf(3, { kind: "incident" })];
    // 12 + 3/2 − 4 is 9.5 after a year, which is still shown as 10.
    expect(nextOf(facts, policy)).toMatchObject({ at: iso(now + 366 * day), to: { score: "9" } });
  });

  test("is found where a score falls and comes back between two ticks that are looked at", () => {
    const policy = policyOf(
      {
        contribution: { points: "303", halfLifeDays: null },
        review: { points: "600", halfLifeDays: 40 },
        incident: { points: "-800", halfLifeDays: 80 },
      },
      { scale: { max: "40", decimals: 0 } },
    );
    const fresh = { admittedAt: now };
    const facts = [factOf(1), factOf(2, { ...fresh, kind: "review" }), factOf(3, { ...fresh, kind: "incident" })];
    const question = questionOf(facts, { policy });
    expect(scoreOf(question).score).toBe("40");
    expect(scoreOf({ ...question, at: now + 64 * day }).score).toBe("40");
    expect(scoreOf(question).nextChange).toEqual(firstOfAll(question, 64));
    expect(firstOfAll(question, 64)).not.toBeNull();
  });

  test("knows that what came within this tick begins to fade with the next", () => {
    const policy = policyOf(
      { contribution: { halfLifeDays: 20 }, incident: { points: "-5", halfLifeDays: 10 } },
      tenths,
    );
    const facts = [factOf(1, { admittedAt: now + day / 2 }), factOf(2, { kind: "incident", admittedAt: now })];
    expect(nextOf(facts, policy)).toMatchObject({ at: iso(now + day), to: { score: "5.2" } });
  });

  test("is exact where each of many small facts is rounded down by itself", () => {
    const policy = policyOf(
      { contribution: { points: "0.000001", halfLifeDays: 3650 } },
      { scale: { max: "1", decimals: 7 } },
    );
    for (let shift = 0; shift < 40; shift++) {
      const facts = Array.from({ length: 40 }, (_, i) =>
        factOf(i + 1, { value: `0.${900 - i}${shift + 10}`, admittedAt: now - (i * 7 + shift) * day }),
      );
      const question = questionOf(facts, { policy });
      expect(scoreOf(question).nextChange).toEqual(firstOfAll(question, 100));
    }
  });

  test("says how far it has looked where it may cost no more", () => {
    const policy = policyOf({ contribution: { cap: "10" } }, tenths);
    const many = Array.from({ length: 16 }, (_, i) => factOf(i + 1, { admittedAt: now }));
    const asked = openCase(questionOf(many, { policy }));
    const found = nextChangeOf(asked, evaluate(asked, now), 30);
    expect(found).toMatchObject({ at: null, notBefore: expect.stringMatching(/^20(2|3)\d-/) });
    expect(Date.parse((found as { notBefore: string }).notBefore)).toBeLessThanOrEqual(Date.UTC(2030, 10, 22));
  });

  test("is the very first, as looking at every tick finds it", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      const question = questionOf(facts, { policy });
      const asked = openCase(question);
      const found = nextChangeOf(asked, evaluate(asked, now), Number.POSITIVE_INFINITY);
      const first = firstOfAll(question, 400);
      const nearer = found?.at && Date.parse(found.at) <= now + 400 * day ? found : null;
      expect(nearer && { at: nearer.at, to: nearer.to }).toEqual(first?.at ? { at: first.at, to: first.to } : null);
    });
    fc.assert(law, { numRuns: 60, seed: 5 });
  });

  test("is the same however little of the search is left, or is not told", () => {
    const law = fc.property(factLists, policies, fc.integer({ min: 1, max: 400 }), (facts, policy, most) => {
      const asked = openCase(questionOf(facts, { policy }));
      const shown = evaluate(asked, now);
      const whole = nextChangeOf(asked, shown, Number.POSITIVE_INFINITY);
      const part = nextChangeOf(asked, shown, most);
      if (!part || part.at !== null) expect(part).toEqual(whole);
      else if (whole?.at) expect(Date.parse(part.notBefore)).toBeLessThanOrEqual(Date.parse(whole.at));
    });
    fc.assert(law, { numRuns: 60, seed: 6 });
  });
});
