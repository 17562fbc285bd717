import { describe, expect, test } from "vitest";
import type { Fact } from "../../../src/reputation/fact.ts";
import { explainAfter, explainWhole, type Question } from "../../../src/reputation/score.ts";
import { day, epochWith, factOf, now, plainPolicy, policyOf, published, questionOf, wallet } from "./facts-given.ts";

const later = { position: 2_000_000, digest: "a later digest" };

const facts = () => [
  factOf(1),
  factOf(2, { validUntil: now + 10 * day, work: undefined }),
  factOf(3, { dispute: { at: now - day, operation: "dispute", ruling: undefined } }),
  factOf(4, { ended: { at: now - day, as: "retracted", operation: "retraction" } }),
];

describe("a score after another", () => {
  test("takes over all but its place in the log where nothing has changed, and says what computing it says", () => {
    const before = explainAfter(questionOf(facts()), undefined);
    const moved = questionOf(facts(), { at: now + day / 2, log: later });
    const { explanation } = explainAfter(moved, before);
    expect(explanation).toEqual(explainWhole(moved));
    expect(explanation.score.asOf).toMatchObject(later);
    expect(explanation.score.evidence.digest).not.toBe(before.explanation.score.evidence.digest);
    expect(explanation.evidence).toBe(before.explanation.evidence);
    const again = { ...moved, log: { position: 3_000_000, digest: "the last" } };
    expect(explainAfter(again, explainAfter(moved, before)).explanation).toEqual(explainWhole(again));
  });

  test("takes over that there is none once the subject has left", () => {
    const group = { members: [wallet(1)], name: wallet(1), closedAt: now - day };
    const before = explainAfter(questionOf(facts(), { group }), undefined);
    const moved = questionOf(facts(), { group, log: later });
    expect(explainAfter(moved, before).explanation).toEqual(explainWhole(moved));
  });

  const changed = (change: Partial<Fact>): Fact[] => [{ ...facts()[0]!, ...change }, ...facts().slice(1)];
  test.each<[string, Partial<Question>]>([
    ["one more fact", { facts: [...facts(), factOf(5)] }],
    ["one less", { facts: facts().slice(1) }],
    ["a value", { facts: changed({ value: "0.5" }) }],
    ["a rater", { facts: changed({ rater: "another" }) }],
    ["a work", { facts: changed({ work: { type: "operation", id: "another" } }) }],
    ["a retraction", { facts: changed({ ended: { at: now, as: "retracted", operation: "its end" } }) }],
    ["a dispute", { facts: changed({ dispute: { at: now, operation: "another", ruling: undefined } }) }],
    ["an end", { facts: changed({ validUntil: now + 5 * day }) }],
    ["an organisation's end", { facts: changed({ issuerRevokedAt: now - day }) }],
    ["a stolen key", { facts: changed({ compromised: true }) }],
    ["what was hidden", { facts: changed({ hidden: true }) }],
    ["another wallet", { group: { members: [wallet(1), wallet(7)], name: wallet(1), closedAt: undefined } }],
    ["a subject that has left", { group: { members: [wallet(1)], name: wallet(1), closedAt: now } }],
    ["more facts that are left out", { beyond: 3 }],
    ["another policy", { policy: policyOf({ contribution: { points: "3" } }) }],
    ["another version of it", { policy: { ...published(plainPolicy), version: 9 } }],
    ["another tick", { at: now + 40 * day }],
  ])("is computed anew with %s", (_, change) => {
    const before = explainAfter(questionOf(facts()), undefined);
    const question = questionOf(facts(), { log: later, ...change });
    const { explanation } = explainAfter(question, before);
    expect(explanation).toEqual(explainWhole(question));
    expect(explanation.evidence).not.toBe(before.explanation.evidence);
  });

  test("is computed anew with another epoch of trust", () => {
    const trust = {
      seeds: [],
      alpha: 15,
      edges: ["vouch" as const],
      mutual: "0.5",
      applies: ["organization" as const],
    };
    const policy = policyOf({ contribution: {} }, { trust });
    const [early, late] = ["0.5", "0.75"].map((held) => epochWith({ "org-1": held }));
    const before = explainAfter(questionOf(facts(), { policy, trust: early! }), undefined);
    const question = questionOf(facts(), { policy, trust: late!, log: later });
    const { explanation } = explainAfter(question, before);
    expect(explanation).toEqual(explainWhole(question));
    expect(explanation.evidence.map(({ trust }) => trust)).toEqual(["0.75"]);
  });
});
