import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDecimal, parseDecimal } from "../../../src/reputation/decimal.ts";
import { exclusions, type Fact } from "../../../src/reputation/fact.ts";
import { explainWhole, scoreOf, scoreText } from "../../../src/reputation/score.ts";
import { factLists, policies, risingPolicies } from "./arbitrary-facts.ts";
import { day, factOf, now, questionOf } from "./facts-given.ts";

const runs = { numRuns: 100, seed: 20261120 };

/** A shuffle that a list of numbers decides. */
function shuffled<T>(list: readonly T[], by: readonly number[]): T[] {
  const keyed = list.map((value, i) => ({ value, key: by[i % Math.max(1, by.length)] ?? 0, i }));
  return keyed.sort((a, b) => a.key - b.key || b.i - a.i).map(({ value }) => value);
}

describe("every score", () => {
  test("is the same bytes in whatever order its facts come", () => {
    const orders = fc.array(fc.nat(), { minLength: 24, maxLength: 24 });
    const law = fc.property(factLists, policies, orders, (facts, policy, order) => {
      const given = explainWhole(questionOf(facts, { policy }));
      expect(explainWhole(questionOf(shuffled(facts, order), { policy }))).toEqual(given);
    });
    fc.assert(law, runs);
  });

  test("has each fact in exactly one of its lists, in the order of the log, for a reason of the closed list", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      const { score, evidence, excluded } = explainWhole(questionOf(facts, { policy }));
      const places = [...evidence, ...excluded].map(({ seq }) => seq);
      expect(places.toSorted((a, b) => a - b)).toEqual(facts.map(({ seq }) => seq));
      for (const list of [evidence, excluded])
        expect(list.map(({ seq }) => seq)).toEqual(list.map(({ seq }) => seq).toSorted((a, b) => a - b));
      for (const { reason } of excluded) expect(exclusions).toContain(reason);
      expect(score.evidence.counted).toBe(evidence.length);
      const counted = Object.values(score.excluded.byReason).reduce((sum, count) => sum + count, 0);
      expect([counted, score.excluded.total]).toEqual([excluded.length, excluded.length]);
    });
    fc.assert(law, runs);
  });

  test("can be added up from its evidence to the last digit", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      const { score, evidence } = explainWhole(questionOf(facts, { policy }));
      for (const { kind, sum, facts: count } of score.components) {
        const own = evidence.filter((each) => each.kind === kind);
        const total = own.reduce((all, { contribution }) => all + parseDecimal(contribution), 0n);
        expect([formatDecimal(total), own.length]).toEqual([sum, count]);
      }
      const s = evidence.map(({ contribution }) => parseDecimal(contribution));
      const positive = s.reduce((all, each) => (each > 0n ? all + each : all), 0n);
      const whole = s.reduce((all, each) => all + (each < 0n ? -each : each), 0n);
      expect(score.uncertainty).toMatchObject({ s: formatDecimal(positive), n: formatDecimal(whole) });
      expect(new Set(evidence.map(({ rater }) => rater)).size).toBe(score.raters);
    });
    fc.assert(law, runs);
  });

  test("holds every rater and every issuer to its cap", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      const { evidence } = explainWhole(questionOf(facts, { policy }));
      const { rater, issuer } = policy.policy.caps;
      for (const [name, cap] of [["rater", rater] as const, ["issuer", issuer] as const]) {
        const sums = new Map<string, bigint>();
        for (const each of evidence) {
          const amount = parseDecimal(each.contribution.replace("-", ""));
          if (each[name] !== "") sums.set(each[name], (sums.get(each[name]) ?? 0n) + amount);
        }
        for (const sum of sums.values()) expect(cap === null || sum <= parseDecimal(cap)).toBe(true);
      }
    });
    fc.assert(law, runs);
  });

  test("is spelt so that no digit is lost: what is read from its strings is written as them", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      const { score, evidence } = explainWhole(questionOf(facts, { policy }));
      const spelt = evidence.flatMap(({ weight, decay, contribution }) => [weight, decay, contribution]);
      const sums = score.components.flatMap(({ sum, transformed, points }) => [sum, transformed, points]);
      for (const text of [...spelt, ...sums, score.uncertainty.lower])
        expect(formatDecimal(parseDecimal(text))).toBe(text);
      const { decimals } = policy.policy.scale;
      expect(score.score).toMatch(decimals === 0 ? /^\d+$/ : new RegExp(`^\\d+\\.\\d{${decimals}}$`));
    });
    fc.assert(law, runs);
  });

  test("from all facts at once is that from facts that came one position after the other", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      // Whoever follows the log holds one growing list, and asks at each position; whoever replays starts with all of it.
      const growing: Fact[] = [];
      const followed = facts.map((fact, i) => {
        growing.push(fact);
        return scoreText(scoreOf(questionOf(growing, { policy, log: { position: i + 1, digest: `log-${i + 1}` } })));
      });
      const replayed = facts.map((_, i) => {
        const upTo = facts.filter(({ seq }) => seq <= i + 1);
        return scoreText(scoreOf(questionOf(upTo, { policy, log: { position: i + 1, digest: `log-${i + 1}` } })));
      });
      expect(followed).toEqual(replayed);
    });
    fc.assert(law, { ...runs, numRuns: 20 });
  });

  test("does not depend on what clients claim about time", () => {
    const claims = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });
    const law = fc.property(factLists, policies, claims, (facts, policy, claim) => {
      const numbers = ({ score, components, nextChange }: ReturnType<typeof scoreOf>) => ({
        score,
        components,
        nextChange,
      });
      const claimed = facts.map((fact) => ({ ...fact, claimedAt: claim.toISOString() }));
      expect(numbers(scoreOf(questionOf(claimed, { policy })))).toEqual(
        numbers(scoreOf(questionOf(facts, { policy }))),
      );
    });
    fc.assert(law, runs);
  });

  test("does not depend on what is hidden", () => {
    const law = fc.property(factLists, policies, (facts, policy) => {
      const open = scoreOf(
        questionOf(
          facts.map((fact) => ({ ...fact, hidden: false })),
          { policy },
        ),
      );
      const { score, passes, components } = scoreOf(questionOf(facts, { policy }));
      expect({ score, passes, components }).toEqual({
        score: open.score,
        passes: open.passes,
        components: open.components,
      });
    });
    fc.assert(law, runs);
  });
});

describe("where no issuer is capped and no transform falls", () => {
  const added = fc.record({ value: fc.constantFrom("0.1", "1"), age: fc.integer({ min: 0, max: 900 }) });
  const ofKind = (facts: readonly Fact[], policy: Parameters<typeof explainWhole>[0]["policy"]) => {
    const { score } = explainWhole(questionOf(facts, { policy }));
    const { sum, points } = score.components[0]!;
    return { sum: parseDecimal(sum), points: parseDecimal(points), score: parseDecimal(score.score!) };
  };

  test("a fact for the subject by a new rater never lowers the sum of its kind, its points or the score", () => {
    const law = fc.property(factLists, risingPolicies, added, (facts, policy, { value, age }) => {
      const before = ofKind(facts, policy);
      const fact = factOf(100, { rater: "new", issuer: "new", value, admittedAt: now - age * day });
      const after = ofKind([...facts, fact], policy);
      expect(after.sum).toBeGreaterThanOrEqual(before.sum);
      expect(after.points).toBeGreaterThanOrEqual(before.points);
      expect(after.score).toBeGreaterThanOrEqual(before.score);
    });
    fc.assert(law, runs);
  });

  test("taking a fact for the subject back never raises them, unless an older one on the same work stood behind it", () => {
    const law = fc.property(factLists, risingPolicies, fc.nat(), (list, policy, which) => {
      const facts = list.map((fact) => ({ ...fact, work: { type: "operation", id: fact.operation } }) satisfies Fact);
      const gone = facts[which % Math.max(1, facts.length)];
      const before = ofKind(facts, policy);
      const after = ofKind(
        facts.filter((fact) => fact !== gone),
        policy,
      );
      expect(after.sum).toBeLessThanOrEqual(before.sum);
      expect(after.score).toBeLessThanOrEqual(before.score);
    });
    fc.assert(law, runs);
  });

  test("time alone never raises the score while no fact begins to count", () => {
    const law = fc.property(factLists, risingPolicies, fc.integer({ min: 1, max: 2000 }), (list, policy, days) => {
      const facts = list.map((fact) => ({ ...fact, validFrom: undefined, validUntil: undefined, dispute: undefined }));
      const at = (moment: number) => parseDecimal(scoreOf(questionOf(facts, { policy, at: moment })).score!);
      expect(at(now + days * day)).toBeLessThanOrEqual(at(now));
    });
    fc.assert(law, runs);
  });
});
