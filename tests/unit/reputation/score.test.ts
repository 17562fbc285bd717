import { describe, expect, test } from "vitest";
import { canonicalJson, type Json } from "../../../src/kernel/json.ts";
import { digestOf } from "../../../src/kernel/primitives-node.ts";
import { canonicalLists } from "../../../src/reputation/explanation.ts";
import { type Exclusion, exclusions, type Fact } from "../../../src/reputation/fact.ts";
import type { KindRule } from "../../../src/reputation/policy.ts";
import { explain, explainAfter, explainWhole, scoreOf, scoreText } from "../../../src/reputation/score.ts";
import { takesField } from "../../../src/reputation/score-rules.ts";
import { day, epochWith, factOf, now, plainPolicy, policyOf, published, questionOf, wallet } from "./facts-given.ts";

/** A rule under which a fact of value 1 gives ten points, whatever its age. */
const lasting: Partial<KindRule> = { halfLifeDays: null };

function reasonsOf(facts: readonly Fact[], policy = published(plainPolicy), at = now): Record<string, string> {
  const { evidence, excluded } = explainWhole(questionOf(facts, { policy, at }));
  return Object.fromEntries([
    ...evidence.map(({ operation, status }) => [operation, status]),
    ...excluded.map(({ operation, reason }) => [operation, reason]),
  ]);
}

describe("the points of a fact", () => {
  test("are points, weight, share of the value, decay and trust, each rounded down", () => {
    const [one] = explain(questionOf([factOf(1, { admittedAt: now - 365 * day })])).evidence;
    expect(one).toMatchObject({ weight: "1", decay: "0.5", trust: null, contribution: "5", status: "counted" });
    const [third] = explain(questionOf([factOf(1, { value: "0.333333333", admittedAt: now - 730 * day })])).evidence;
    expect(third?.contribution).toBe("0.833333332");
  });

  test("take values below and above the kind's scale as its ends", () => {
    const policy = policyOf({ review: { ...lasting, min: "1", max: "5" } });
    const values = ["0", "1", "3", "5", "9"];
    const facts = values.map((value, i) => factOf(i + 1, { kind: "review", value }));
    const { evidence } = explain(questionOf(facts, { policy }));
    expect(evidence.map(({ contribution }) => contribution)).toEqual(["2", "2", "6", "10", "10"]);
  });

  test("count against the subject where the kind's points are below zero", () => {
    const policy = policyOf({ contribution: lasting, incident: { ...lasting, points: "-4" } });
    const { score, evidence } = explain(questionOf([factOf(1), factOf(2, { kind: "incident" })], { policy }));
    expect(evidence[1]?.contribution).toBe("-4");
    expect(score).toMatchObject({ score: "6.00", uncertainty: { s: "10", n: "14" } });
  });

  test("begin to fade when they are admitted, not when a client says so", () => {
    const claimed = (claimedAt: string) => explain(questionOf([factOf(1, { claimedAt })])).score.score;
    expect(claimed("2036-01-01T00:00:00.000Z")).toBe(claimed("1999-01-01T00:00:00.000Z"));
  });

  test("are multiplied by the rater's trust where the policy applies it to the rater's class", () => {
    const trust = { seeds: [], alpha: 15, edges: ["vouch" as const], mutual: "0.5", applies: ["person" as const] };
    const policy = policyOf({ contribution: lasting }, { trust });
    const facts = [
      factOf(1),
      factOf(2, { rater: wallet(2), raterIs: "person" }),
      factOf(3, { rater: wallet(3), raterIs: "person" }),
    ];
    const question = questionOf(facts, { policy, trust: epochWith({ [wallet(2)]: "0.123456789" }) });
    const { evidence, excluded, score } = explain(question);
    expect(evidence.map(({ trust, contribution }) => [trust, contribution])).toEqual([
      [null, "10"],
      ["0.123456789", "0.617283945"],
    ]);
    expect(excluded).toMatchObject([{ operation: "op-3", reason: "out-of-scope", detail: { by: "trust" } }]);
    expect(score.trust).toMatchObject({ position: 1, digest: "epoch-digest", from: null });
  });

  test("are refused where the policy asks for trust and none is given", () => {
    const trust = { seeds: [], alpha: 15, edges: [], mutual: "0.5", applies: [] };
    expect(() => scoreOf(questionOf([], { policy: policyOf({}, { trust }) }))).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  test("of a seed have the weight of seeds", () => {
    const trust = { seeds: ["org-1"], alpha: 15, edges: [], mutual: "0.5", applies: [] };
    const policy = policyOf({ contribution: { ...lasting, weights: { seed: "2", organization: "1" } } }, { trust });
    const { evidence } = explain(questionOf([factOf(1), factOf(2)], { policy, trust: epochWith({}, ["org-1"]) }));
    expect(evidence.map((each) => [each.class, each.contribution])).toEqual([
      ["seed", "20"],
      ["organization", "10"],
    ]);
  });
});

describe("a fact does not count", () => {
  const ended = { at: now, as: "revoked", operation: "revocation" } as const;
  const dispute = { at: now - 40 * day, operation: "dispute", ruling: undefined };
  const ruled = (outcome: "upheld" | "struck", at: number) => ({
    ...dispute,
    ruling: { at, operation: "ruling", outcome },
  });
  const cases: [Exclusion, Partial<Fact>, object][] = [
    ["unsolicited", { standing: "unsolicited" }, {}],
    ["self-attested", { selfAttested: true }, {}],
    ["retracted", { ended }, { as: "revoked", operation: "revocation" }],
    ["issuer-revoked", { issuerRevokedAt: now }, { at: "2026-11-20T00:00:00.000Z" }],
    ["key-compromised", { compromised: true }, {}],
    ["expired", { validUntil: now }, { validUntil: "2026-11-20T00:00:00.000Z" }],
    ["not-yet-valid", { validFrom: now + 1 }, { validFrom: "2026-11-20T00:00:00.001Z" }],
    ["disputed", { dispute }, { dispute: "dispute" }],
    [
      "disputed",
      { dispute: ruled("struck", now - 39 * day) },
      { dispute: "dispute", outcome: "struck", ruling: "ruling" },
    ],
    [
      "disputed",
      { dispute: ruled("upheld", now - 9 * day) },
      { dispute: "dispute", outcome: "upheld", ruling: "ruling" },
    ],
    ["out-of-scope", { kind: "vouch" }, { by: "kind" }],
    ["out-of-scope", { field: "cooking" }, { by: "field" }],
  ];

  test.each(cases)("as %s with %j", (reason, changes, detail) => {
    const { evidence, excluded } = explainWhole(questionOf([factOf(1, changes)]));
    expect(evidence).toEqual([]);
    expect(excluded).toMatchObject([{ operation: "op-1", reason, detail }]);
  });

  test("as out-of-scope where its rater's class has no weight", () => {
    const policy = policyOf({ contribution: { weights: { organization: "1" } } });
    expect(reasonsOf([factOf(1, { raterIs: "person" })], policy)).toEqual({ "op-1": "out-of-scope" });
  });

  test.each([
    ["is valid from now on", { validFrom: now }],
    ["is valid a moment longer", { validUntil: now + 1 }],
    ["was upheld within the term", { dispute: ruled("upheld", now - 10 * day) }],
  ])("but counts where it %s", (_title, changes) => {
    expect(reasonsOf([factOf(1, changes)])).toEqual({ "op-1": "counted" });
  });

  test("but counts, and says so, while a ruling may still come", () => {
    expect(reasonsOf([factOf(1, { dispute: { ...dispute, at: now - 29 * day } })])).toEqual({ "op-1": "disputed" });
  });

  test("for the first reason in their order, whatever else there is", () => {
    const everything = {
      standing: "unsolicited",
      selfAttested: true,
      ended,
      compromised: true,
      kind: "vouch",
    } as const;
    expect(reasonsOf([factOf(1, everything)])).toEqual({ "op-1": "unsolicited" });
    expect(reasonsOf([factOf(1, { ...everything, standing: "organization" })])).toEqual({ "op-1": "self-attested" });
    expect(reasonsOf([factOf(1, { compromised: true, validUntil: now, kind: "vouch" })])).toEqual({
      "op-1": "key-compromised",
    });
  });

  test("as duplicate where the same rater says the same of the same work later", () => {
    const same = { rater: "org", work: { type: "operation", id: "w" } } as const;
    const facts = [
      factOf(1, same),
      factOf(2, same),
      factOf(3, { ...same, field: "software/rust" }),
      factOf(4, { ...same, work: { type: "badge", id: "w" } }),
      factOf(5, { ...same, work: undefined }),
      factOf(6, { ...same, work: undefined }),
    ];
    expect(reasonsOf(facts)).toEqual({
      "op-1": "duplicate",
      "op-2": "counted",
      "op-3": "counted",
      "op-4": "counted",
      "op-5": "duplicate",
      "op-6": "counted",
    });
    expect(explain(questionOf(facts)).excluded[0]?.detail).toEqual({ of: "op-2" });
  });

  test("as duplicate of what corrected it, also once a dispute over that has lapsed, unless it was struck", () => {
    const same = { rater: "org", work: undefined };
    const reasons = (changes: Partial<Fact>) =>
      reasonsOf([factOf(1, same), factOf(2, { ...same, value: "0", ...changes })]);
    expect(reasons({ dispute })).toEqual({ "op-1": "duplicate", "op-2": "disputed" });
    const late = ruled("upheld", now - 9 * day);
    expect(reasons({ dispute: late })).toEqual({ "op-1": "duplicate", "op-2": "disputed" });
    const struck = ruled("struck", now - 39 * day);
    expect(reasons({ dispute: struck })).toEqual({ "op-1": "counted", "op-2": "disputed" });
    // What is corrected again is a duplicate of the last correction.
    const again = [factOf(1, same), factOf(2, { ...same, dispute }), factOf(3, same)];
    expect(reasonsOf(again)).toEqual({ "op-1": "duplicate", "op-2": "disputed", "op-3": "counted" });
  });

  test("as self-attested only where it speaks for the subject", () => {
    const policy = policyOf({ contribution: {}, incident: { points: "-5", min: "-1" } });
    const own = { kind: "incident", selfAttested: true } as const;
    expect(reasonsOf([factOf(1, own)], policy)).toEqual({ "op-1": "counted" });
    expect(reasonsOf([factOf(1, { ...own, value: "-1" })], policy)).toEqual({ "op-1": "self-attested" });
    expect(reasonsOf([factOf(1, { ...own, ended })], policy)).toEqual({ "op-1": "retracted" });
    expect(reasonsOf([factOf(1, { ...own, field: "cooking" })], policy)).toEqual({ "op-1": "self-attested" });
    const fallen = policyOf({ contribution: { min: "-1" } });
    expect(reasonsOf([factOf(1, { selfAttested: true, value: "-0.5" })], fallen)).toEqual({ "op-1": "counted" });
  });

  test("where the ledger leaves it out, and the score says of how many that is so", () => {
    const asked = questionOf([factOf(1)], { beyond: 7 });
    const { score } = explainWhole(asked);
    expect(score.excluded).toEqual({ total: 0, byReason: {}, beyond: 7 });
    const before = { ...explainAfter(asked, undefined), question: { ...asked, beyond: 6 } };
    expect(explainAfter(asked, before).explanation).toEqual(explainWhole(asked));
    expect(score.evidence.digest).not.toBe(scoreOf({ ...asked, beyond: 6 }).evidence.digest);
  });

  test("as duplicate of nothing that does not count itself", () => {
    const same = { rater: "org", work: undefined };
    expect(reasonsOf([factOf(1, same), factOf(2, { ...same, ended })])).toEqual({
      "op-1": "counted",
      "op-2": "retracted",
    });
  });

  test("as not-independent where the kind has fewer raters than it needs", () => {
    const policy = policyOf({ contribution: { minRaters: 2 } });
    const byOne = [factOf(1, { rater: "org" }), factOf(2, { rater: "org" })];
    const { excluded } = explain(questionOf(byOne, { policy }));
    expect(excluded.map(({ reason, detail }) => ({ reason, detail }))).toEqual([
      { reason: "not-independent", detail: { needed: 2, raters: 1 } },
      { reason: "not-independent", detail: { needed: 2, raters: 1 } },
    ]);
    expect(reasonsOf([...byOne, factOf(3)], policy)).toEqual({
      "op-1": "counted",
      "op-2": "counted",
      "op-3": "counted",
    });
  });
});

describe("caps", () => {
  const byOne = (seq: number, changes: Partial<Fact> = {}) => factOf(seq, { rater: "org", issuer: "org", ...changes });
  const policy = policyOf({ contribution: lasting }, { caps: { rater: "15", issuer: null } });
  const contributions = (facts: readonly Fact[], under = policy) => {
    const { evidence } = explain(questionOf(facts, { policy: under }));
    return evidence.map(({ operation, contribution, status }) => `${operation} ${contribution} ${status}`);
  };

  test("take the larger first, then the earlier, and leave out whom nothing is left for", () => {
    expect(contributions([byOne(1, { value: "0.2" }), byOne(2), byOne(3), byOne(4)])).toEqual([
      "op-2 10 counted",
      "op-3 5 capped",
    ]);
    expect(reasonsOf([byOne(1, { value: "0.2" }), byOne(2), byOne(3), byOne(4)], policy)).toMatchObject({
      "op-1": "over-cap",
      "op-4": "over-cap",
    });
  });

  test("leave a fact that is worth nothing where it is: it counts, with nothing", () => {
    expect(contributions([byOne(1), byOne(2), byOne(3, { value: "0" })])).toEqual([
      "op-1 10 counted",
      "op-2 5 capped",
      "op-3 0 counted",
    ]);
  });

  test("hold each issuer after each rater, and nobody who has no issuer", () => {
    const under = policyOf({ contribution: lasting }, { caps: { rater: "15", issuer: "20" } });
    const inside = (seq: number, rater: string) => factOf(seq, { rater, issuer: "org" });
    const facts = [inside(1, "a"), inside(2, "a"), inside(3, "b"), inside(4, "c")];
    expect(contributions(facts, under)).toEqual(["op-1 10 counted", "op-3 10 counted"]);
    expect(
      contributions(
        facts.map((fact) => ({ ...fact, issuer: "" })),
        under,
      ),
    ).toHaveLength(4);
  });

  test("of a kind hold what its transform gives", () => {
    const under = policyOf({ contribution: { ...lasting, transform: { type: "sqrt" }, cap: "3" } });
    const { components } = scoreOf(questionOf([byOne(1), factOf(2)], { policy: under }));
    expect(components).toEqual([
      { kind: "contribution", facts: 2, sum: "20", transformed: "4.472135954", points: "3" },
    ]);
  });

  test("bound what counts against the subject too", () => {
    const under = policyOf({
      incident: { ...lasting, points: "-30", cap: "40" },
      contribution: { ...lasting, points: "50" },
    });
    const bad = { kind: "incident" } as const;
    const { components, score } = scoreOf(questionOf([factOf(1), factOf(2, bad), factOf(3, bad)], { policy: under }));
    expect(components.map(({ sum, points }) => [sum, points])).toEqual([
      ["50", "50"],
      ["-60", "-40"],
    ]);
    expect(score).toBe("10.00");
  });
});

describe("a score", () => {
  test("lies between zero and the policy's most", () => {
    const many = Array.from({ length: 30 }, (_, i) => factOf(i + 1));
    expect(scoreOf(questionOf(many)).score).toBe("100.00");
    const policy = policyOf({ incident: { points: "-10" } });
    expect(scoreOf(questionOf([factOf(1, { kind: "incident" })], { policy })).score).toBe("0.00");
  });

  test("is rounded once, half to even", () => {
    const policy = policyOf({ contribution: { ...lasting, points: "1" } }, { scale: { max: "100", decimals: 0 } });
    const shown = (...values: string[]) =>
      scoreOf(
        questionOf(
          values.map((value, i) => factOf(i + 1, { value })),
          { policy },
        ),
      ).score;
    expect(["0.5", "0.500000001"].map((value) => shown(value))).toEqual(["0", "1"]);
    expect(shown("1", "0.5")).toBe("2");
    expect(shown("0.3", "0.3", "0.3")).toBe("1");
  });

  test("passes by what it shows and by how many raters it has", () => {
    const policy = policyOf({ contribution: lasting }, { threshold: "20", minRaters: 2 });
    const passes = (...facts: Fact[]) => scoreOf(questionOf(facts, { policy })).passes;
    expect(passes(factOf(1), factOf(2))).toBe(true);
    expect(passes(factOf(1), factOf(2, { value: "0.99" }))).toBe(false);
    expect(passes(factOf(1, { rater: "org" }), factOf(2, { rater: "org" }))).toBe(false);
  });

  test("is the same bytes for every moment within a tick", () => {
    const facts = [factOf(1), factOf(2, { validUntil: now + 1000 }), factOf(3, { admittedAt: now + 500 })];
    const textAt = (at: number) => scoreText(scoreOf(questionOf(facts, { at })));
    expect(textAt(now + day - 1)).toBe(textAt(now));
    expect(textAt(now + day)).not.toBe(textAt(now));
  });

  test("names what it rests on", () => {
    expect(scoreOf(questionOf([factOf(1)]))).toMatchObject({
      subject: wallet(1),
      group: [wallet(1)],
      policy: { id: "policy-1", version: 1, hash: expect.stringMatching(/^[\w-]{43}$/) },
      asOf: { time: "2026-11-20T00:00:00.000Z", position: 1_000_000, digest: "log-digest" },
      trust: null,
      scale: { max: "100", decimals: 2 },
      threshold: "50",
      raters: 1,
      closed: false,
    });
  });

  test("is none once the subject has left, whatever there was", () => {
    const group = { members: [wallet(1)], name: wallet(1), closedAt: now - day };
    const { score, evidence, excluded } = explainWhole(questionOf([factOf(1)], { group }));
    expect(score).toMatchObject({ score: null, closed: true, passes: false, components: [], nextChange: null });
    expect([evidence, excluded]).toEqual([[], []]);
  });

  test("is told apart by a digest of it and all its lists as RFC 8785 writes them", () => {
    const detailed = factOf(3, {
      dispute: { at: 0, operation: "d", ruling: { at: now, operation: "r", outcome: "upheld" } },
    });
    const facts = [factOf(1, { hidden: true }), factOf(2, { standing: "unsolicited" }), detailed];
    const { score, evidence, excluded } = explainWhole(questionOf(facts));
    const { digest, ...rest } = score.evidence;
    const whole: Json = { evidence, excluded, score: { ...score, evidence: rest } };
    expect(digest).toBe(digestOf(canonicalJson(whole)));
    expect(canonicalJson({ evidence, excluded })).toBe(`{${canonicalLists({ evidence, excluded })}}`);
  });
});

describe("hidden evidence", () => {
  const facts = [factOf(1), factOf(2, { hidden: true }), factOf(3, { hidden: true, selfAttested: true })];

  test("counts like any other, and others learn its number and sum alone", () => {
    const seen = explain(questionOf(facts));
    expect(seen.evidence.map(({ operation }) => operation)).toEqual(["op-1"]);
    expect(seen.excluded).toEqual([]);
    expect(seen.score.evidence).toMatchObject({
      counted: 2,
      hidden: { count: 1, sum: seen.evidence[0]?.contribution },
    });
    expect(seen.score.excluded).toEqual({ total: 1, byReason: { "self-attested": 1 }, beyond: 0 });
    const open = scoreOf(questionOf(facts.map((fact) => ({ ...fact, hidden: false }))));
    expect(seen.score.score).toBe(open.score);
  });

  test("is shown to its subject, with the same score and the same digest", () => {
    const own = explain(questionOf(facts), { showHidden: true });
    expect(own.evidence.map(({ operation }) => operation)).toEqual(["op-1", "op-2"]);
    expect(own.excluded.map(({ operation }) => operation)).toEqual(["op-3"]);
    expect(own.score).toEqual(explain(questionOf(facts)).score);
  });

  test("is what nobody asked for too: to its subject alone", () => {
    const question = questionOf([factOf(1, { standing: "unsolicited" })]);
    expect(explain(question).excluded).toEqual([]);
    expect(explain(question, { showHidden: true }).excluded).toHaveLength(1);
  });
});

test("fields are taken exactly, with all below them, or all", () => {
  expect(takesField(["software/*"], "software")).toBe(true);
  expect(takesField(["software/*"], "software/rust/async")).toBe(true);
  expect(takesField(["software/*"], "software-testing")).toBe(false);
  expect(takesField(["software"], "software/rust")).toBe(false);
  expect(takesField(["cooking", "*"], "software")).toBe(true);
});

test("the reasons are those that the ledger's language knows, each once", () => {
  expect(new Set(exclusions).size).toBe(exclusions.length);
});
