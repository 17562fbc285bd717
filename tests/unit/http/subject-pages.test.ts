import { describe, expect, test } from "vitest";
import { chartMarkup } from "../../../src/http/pages/reputation/subject-chart.ts";
import { excludedPart, sumByField } from "../../../src/http/pages/reputation/subject-sections.ts";
import { type SubjectView, subjectPath, type ToldScore } from "../../../src/http/pages/reputation/subject-view.ts";
import { nextWords, pointsText, sureWords } from "../../../src/http/pages/reputation/subject-words.ts";
import { day, iso } from "../../../src/kernel/time.ts";
import type { Evidence } from "../../../src/reputation/explanation.ts";
import type { Score } from "../../../src/reputation/score.ts";
import { shippedPolicies } from "../../../src/reputation/shipped-policies.ts";

const noon = Date.parse("2026-11-20T12:00:00.000Z");
const { policy } = shippedPolicies([])[0]!;

const score = (more: Partial<Score> = {}) =>
  ({
    score: "40.0",
    passes: true,
    raters: 2,
    nextChange: null,
    uncertainty: { method: "wilson", lower: "0.91", s: "40", n: "40" },
    ...more,
  }) as Score;

describe("points for people", () => {
  test.each([
    ["10", "10", "+10"],
    ["9.461", "9.46", "+9.46"],
    ["-7.775", "−7.78", "−7.78"],
    ["3.8", "3.80", "+3.80"],
    ["0", "0", "0"],
    ["-0.001", "0", "0"],
    ["0.004", "0", "0"],
  ])("spells %s as %s", (points, plain, signed) => {
    expect([pointsText(points), pointsText(points, true)]).toEqual([plain, signed]);
  });

  test("adds up what each field gives, the largest amounts first, whatever their sign", () => {
    const facts = [
      ["a", "1"],
      ["b", "-4"],
      ["a", "2.5"],
      ["c", "3.5"],
    ].map(([field, contribution]) => ({ field, contribution }) as Evidence);
    expect(sumByField(facts).map(({ field, sum, count }) => [field, pointsText(sum), count])).toEqual([
      ["b", "−4", 1],
      ["a", "3.50", 2],
      ["c", "3.50", 1],
    ]);
  });
});

describe("what was left out", () => {
  const view = { did: "did:example:ada", listed: { id: "r1", alias: null } } as SubjectView;
  const told = (beyond: number, byReason: Record<string, number> = {}) => {
    const total = Object.values(byReason).reduce((all, count) => all + count, 0);
    const excluded = { total, byReason, beyond };
    return { score: { excluded }, excluded: [], names: new Map(), disputed: new Map() } as unknown as ToldScore;
  };

  test("says how many facts a score has no room for, whatever else is left out", () => {
    expect(String(excludedPart(view, told(0)))).toContain("Nothing was left out.");
    expect(String(excludedPart(view, told(1)))).toContain("1 more fact is not taken in");
    const both = String(excludedPart(view, told(12_345, { duplicate: 2 })));
    expect(both).toContain("12,345 more facts are not taken in");
    expect(both).toContain("Said twice");
    expect(String(excludedPart(view, told(0, { duplicate: 2 })))).not.toContain("not taken in");
  });
});

describe("a score in words", () => {
  test("is never called sure where too few have rated", () => {
    expect(sureWords(score(), 2)).toEqual({
      level: "Quite sure",
      text: "At the least 91 % of all points speak for the subject.",
    });
    expect(sureWords(score({ raters: 1 }), 2).level).toBe("Not very sure");
    expect(sureWords(score({ uncertainty: { method: "beta", lower: "0.2", s: "1", n: "5" } }), 2).level).toMatch(
      /^Hardly/,
    );
    expect(sureWords(score({ uncertainty: { method: "beta", lower: "0", s: "0", n: "0" } }), 0).text).toBe("");
  });

  test("says when it changes, to what, and why", () => {
    const at = iso(noon + day);
    const change = (to: { score: string; passes: boolean }) =>
      nextWords(score({ nextChange: { at, why: "valid-until", operations: [], to } }));
    expect(nextWords(score())).toBe("Time alone changes nothing. It moves when something new is signed.");
    expect(change({ score: "29.9", passes: false })).toBe(
      "On Saturday, 21 November 2026 the score becomes 29.9 and no longer passes, because something that was attested runs out.",
    );
    expect(change({ score: "40.0", passes: false })).toContain("the score stays 40.0 and no longer passes,");
    expect(nextWords(score({ nextChange: { at: null, notBefore: at } }))).toBe(
      "Time alone changes nothing before Saturday, 21 November 2026.",
    );
  });
});

describe("the chart of a score", () => {
  const points = (scores: (string | null)[]) =>
    scores.map((each, i) => {
      return { time: iso(noon + i * day), position: i, score: each, lower: "0", passes: Number(each) >= 30, raters: 2 };
    });
  const draw = (scores: (string | null)[], facts: Evidence[] = []) =>
    String(chartMarkup({ history: points(scores), policy, facts }));

  test("steps from moment to moment, below a top that is round", () => {
    const drawn = draw(["0.0", "20.0", "42.0"]);
    expect(drawn).toContain('class="chart-step" d="M0 160H487.5V99.2H975V32.3H1000"');
    expect(drawn).toContain('y="12" text-anchor="end">50</text>');
    expect(drawn).toContain(
      "It began at 0.0 and is 42.0 now; the highest was 42.0, the lowest 0.0. 30 is needed to pass.",
    );
    expect(drawn.match(/<tr><th scope="row">/g)).toHaveLength(3);
  });

  test("never rises above the scale, and is not drawn where there is nothing to see", () => {
    expect(draw(["90.0", "100.0"])).toContain('text-anchor="end">100</text>');
    expect(draw(["0.0", "0.0"])).toBe("");
    expect(draw(["10.0"])).toBe("");
  });

  test("leads from a dot to the row of its fact, for pointers alone", () => {
    const fact = { admittedAt: iso(noon + day), operation: "D", contribution: "-3" } as Evidence;
    const drawn = draw(["10.0", "7.0", "7.0"], [fact]);
    expect(drawn).toContain('<a href="#fact-D" tabindex="-1">');
    expect(drawn).toContain('class="chart-dot chart-against" d="M487.5 10h0"');
    expect(drawn).toMatch(/class="chart-dots"[^>]*aria-hidden="true"/);
  });
});

test("the address of a subject keeps its colons and hides nothing of it", () => {
  expect(subjectPath("did:pkh:eip155:1:0xab", "open work")).toBe("/subjects/did:pkh:eip155:1:0xab?policy=open%20work");
  expect(decodeURIComponent(subjectPath("did:web:localhost%3A8787"))).toBe("/subjects/did:web:localhost%3A8787");
});
