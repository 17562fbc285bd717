import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDecimal, parseDecimal } from "../../../src/reputation/decimal.ts";
import type { Fact } from "../../../src/reputation/fact.ts";
import { explainWhole, scoreOf } from "../../../src/reputation/score.ts";
import { diffOf, type Movement } from "../../../src/reputation/score-diff.ts";
import { historyOf } from "../../../src/reputation/score-history.ts";
import { type Hypothesis, supposedPolicy, whatIf } from "../../../src/reputation/what-if.ts";
import { factLists, policies } from "./arbitrary-facts.ts";
import { day, epochWith, factOf, now, plainPolicy, policyOf, questionOf, wallet } from "./facts-given.ts";

const policy = policyOf({ contribution: { halfLifeDays: null } });
const whole = (facts: readonly Fact[], at = now) => explainWhole(questionOf(facts, { policy, at }));
const moves = (movements: readonly Movement[]) => movements.map(({ operation, change }) => `${operation} ${change}`);

describe("the difference between two scores", () => {
  test("names the facts that came, went and moved, and by how much", () => {
    const before = [factOf(1), factOf(2), factOf(3, { rater: "org" })];
    const after = [
      factOf(1),
      { ...factOf(2), selfAttested: true },
      factOf(3, { rater: "org", value: "0.5" }),
      factOf(4),
    ];
    const diff = diffOf(whole(before), whole(after));
    expect(moves(diff.entered)).toEqual(["op-4 10"]);
    expect(moves(diff.left)).toEqual(["op-2 -10"]);
    expect(moves(diff.changed)).toEqual(["op-3 -5"]);
    expect(diff.left[0]?.reason).toBe("self-attested");
    expect(diff.entered[0]).not.toHaveProperty("reason");
    expect(diff).toMatchObject({ from: { score: "30.00" }, to: { score: "25.00" }, change: "-5" });
    expect(diff.kinds).toEqual([
      {
        kind: "contribution",
        sum: { from: "30", to: "25", change: "-5" },
        transformed: { from: "30", to: "25", change: "-5" },
        points: { from: "30", to: "25", change: "-5" },
      },
    ]);
  });

  test("says why a fact had not counted before", () => {
    const later = factOf(1, { validFrom: now + day });
    const { entered } = diffOf(whole([later]), whole([later], now + day));
    expect(entered).toMatchObject([{ operation: "op-1", from: "0", to: "10", reason: "not-yet-valid" }]);
  });

  test("is empty between a score and itself", () => {
    const one = whole([factOf(1), factOf(2)]);
    expect(diffOf(one, one)).toMatchObject({ entered: [], left: [], changed: [], hidden: [], change: "0" });
  });

  test("has no number where one of the two is no score", () => {
    const group = { members: [wallet(1)], name: wallet(1), closedAt: now };
    const closed = explainWhole(questionOf([factOf(1)], { policy, group }));
    expect(diffOf(whole([factOf(1)]), closed)).toMatchObject({ change: null, to: { score: null } });
    expect(moves(diffOf(whole([factOf(1)]), closed).left)).toEqual(["op-1 -10"]);
  });

  test("gives others only the sum of what is hidden, and names it to the subject", () => {
    const after = whole([factOf(1), factOf(2, { hidden: true }), factOf(3, { hidden: true })]);
    const seen = diffOf(whole([factOf(1)]), after);
    expect(seen.hidden).toEqual([{ kind: "contribution", count: 2, change: "20" }]);
    expect(seen.entered).toEqual([]);
    expect(moves(diffOf(whole([factOf(1)]), after, { showHidden: true }).entered)).toEqual(["op-2 10", "op-3 10"]);
  });

  test("keeps to itself what was hidden and counts no longer", () => {
    const hidden = factOf(2, { hidden: true });
    const seen = diffOf(whole([factOf(1), hidden]), whole([factOf(1), { ...hidden, selfAttested: true }]));
    expect([seen.left, seen.hidden]).toEqual([[], [{ kind: "contribution", count: 1, change: "-10" }]]);
  });

  test("explains the change of each kind's sum to the last digit", () => {
    const days = fc.integer({ min: 0, max: 100 });
    const law = fc.property(factLists, policies, fc.array(fc.boolean()), days, (facts, policy, kept, later) => {
      const some = facts.filter((_, i) => kept[i] ?? true);
      const before = explainWhole(questionOf(some, { policy }));
      const after = explainWhole(questionOf(facts, { policy, at: now + later * day }));
      const { kinds, entered, left, changed, hidden } = diffOf(before, after);
      for (const { kind, sum } of kinds) {
        const own = [...entered, ...left, ...changed, ...hidden].filter((each) => each.kind === kind);
        const moved = own.reduce((all, { change }) => all + parseDecimal(change), 0n);
        expect(formatDecimal(moved)).toBe(sum.change);
      }
    });
    fc.assert(law, { numRuns: 60, seed: 7 });
  });
});

describe("the history of a score", () => {
  test("has the score that was asked for at each moment, with what the log held by then", () => {
    const facts = [factOf(1, { admittedAt: now - 9 * day }), factOf(2, { admittedAt: now - 4 * day })];
    const questions = [0, 5, 10].map((days) => {
      const at = now - 10 * day + days * day + 3_600_000;
      const held = facts.filter(({ admittedAt }) => admittedAt <= at);
      return questionOf(held, { at, log: { position: days, digest: `log-${days}` } });
    });
    const points = historyOf(questions);
    expect(points).toEqual(
      questions.map((question) => {
        const { score, passes, raters, uncertainty, asOf } = scoreOf(question);
        return { time: asOf.time, position: asOf.position, score, lower: uncertainty.lower, passes, raters };
      }),
    );
    expect(points.map(({ score }) => score)).toEqual(["0.00", "9.92", "19.75"]);
  });

  test("ends where the subject leaves", () => {
    const group = { members: [wallet(1)], name: wallet(1), closedAt: now };
    expect(historyOf([questionOf([factOf(1)], { group })])).toMatchObject([{ score: null, raters: 0 }]);
  });
});

describe("what would be", () => {
  const hypothesis: Hypothesis = {
    rater: "org-9",
    raterIs: "organization",
    issuer: "org-9",
    field: "software/rust",
    kind: "contribution",
    value: "0.5",
  };
  const question = questionOf([factOf(1), factOf(2)], { policy });

  test("if somebody stated more is told with what makes the difference", () => {
    const { then, diff } = whatIf(question, { add: [hypothesis, { ...hypothesis, rater: "org-8" }] });
    expect(then.score.score).toBe("30.00");
    expect(moves(diff.entered)).toEqual(["what-if:1 5", "what-if:2 5"]);
    expect(then.evidence.at(-1)).toMatchObject({ link: "", document: "", admittedAt: "2026-11-20T00:00:00.000Z" });
  });

  test("if an operation were not there is told likewise", () => {
    const { diff } = whatIf(question, { remove: ["op-2", "op-7"] });
    expect(moves(diff.left)).toEqual(["op-2 -10"]);
    expect(diff.left[0]).not.toHaveProperty("reason");
  });

  test("under another policy has that policy's hash and rules", () => {
    const other = supposedPolicy({ ...plainPolicy, fields: ["cooking"] });
    const { then, diff } = whatIf(question, { policy: other });
    expect(then.score).toMatchObject({ score: "0.00", policy: { id: "", version: 0, hash: other.hash } });
    expect(diff.left.map(({ reason }) => reason)).toEqual(["out-of-scope", "out-of-scope"]);
    expect(scoreOf(question).score).toBe("20.00");
  });

  test("with another epoch of trust takes that one", () => {
    const trust = { seeds: [], alpha: 15, edges: [], mutual: "0.5", applies: ["organization" as const] };
    const trusting = policyOf({ contribution: { halfLifeDays: null } }, { trust });
    const changes = { policy: trusting, trust: epochWith({ "org-1": "0.25" }) };
    expect(whatIf(question, changes).then.score).toMatchObject({ score: "2.50", trust: { digest: "epoch-digest" } });
  });

  test("if the subject praised itself counts as that", () => {
    const own = { ...hypothesis, rater: wallet(1), raterIs: "person" as const, issuer: "" };
    const { then } = whatIf(question, { add: [own] });
    expect(then.excluded).toMatchObject([{ operation: "what-if:1", reason: "self-attested" }]);
  });
});
