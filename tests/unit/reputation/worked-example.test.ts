import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatDecimal, unit } from "../../../src/reputation/decimal.ts";
import type { Fact } from "../../../src/reputation/fact.ts";
import { explainWhole } from "../../../src/reputation/score.ts";
import { shippedPolicies } from "../../../src/reputation/shipped-policies.ts";
import { applyTransform } from "../../../src/reputation/transform.ts";
import { type Edge, trustOf } from "../../../src/reputation/trust.ts";
import { day, factOf, now, published, questionOf, wallet } from "./facts-given.ts";

// docs/reputation.md tells these numbers to people: they are computed here, and looked for there.
const paper = readFileSync(new URL("../../../docs/reputation.md", import.meta.url), "utf8");
const [openWork, renownTrust] = shippedPolicies(["Seed"]);

const said = (rater: string, kind: Fact["kind"], value: string, days: number, work: string, more: Partial<Fact> = {}) =>
  ({ rater, kind, value, admittedAt: now - days * day, work: { type: "operation", id: work }, ...more }) as const;

const facts = [
  said("Harbour", "contribution", "1", 365, "pier"),
  said("Harbour", "contribution", "0.8", 73, "crane"),
  said("Lighthouse", "incident", "0.5", 730, "lamp"),
  said("Shipyard", "badge", "1", 0, "welding"),
  said("Shipyard", "contribution", "1", 0, "hull"),
  said("Shipyard", "badge", "1", 0, "rigging"),
  said("Harbour", "contribution", "1", 500, "pier"),
  said("a friend", "endorsement", "1", 0, "", { rater: wallet(2), raterIs: "person", issuer: "", work: undefined }),
  said("Lighthouse", "endorsement", "1", 90, "watch", { validUntil: now - day }),
].map((each, i) => factOf([2, 3, 4, 5, 6, 7, 1, 8, 9][i]!, { issuer: each.rater, ...each }));

const question = questionOf(facts, { policy: published(openWork!.policy) });
const { score, evidence, excluded } = explainWhole(question);

const nameOf = ({ rater }: { rater: string }) => (rater.startsWith("did:") ? "a friend" : rater);

describe("the worked example", () => {
  test("has each fact that counts with what it gives", () => {
    for (const each of evidence) {
      const days = (now - Date.parse(each.admittedAt)) / day;
      const row = [nameOf(each), each.kind, each.value, days, each.decay, each.contribution, each.status];
      expect(paper).toContain(`| ${row.join(" | ")} |`);
    }
    expect(evidence).toHaveLength(6);
  });

  test("has each fact that does not count with its reason", () => {
    for (const each of excluded) expect(paper).toContain(`| ${nameOf(each)} | ${each.kind} | \`${each.reason}\` |`);
    expect(excluded.map(({ reason }) => reason)).toEqual(["duplicate", "out-of-scope", "expired"]);
  });

  test("has the sums by kind, the score, the bound, and what comes next", () => {
    const sums = score.components.filter(({ facts: counted }) => counted > 0);
    for (const { kind, sum, transformed, points } of sums)
      expect(paper).toContain(`| ${kind} | ${sum} | ${transformed} | ${points} |`);
    const { uncertainty, raters, nextChange } = score;
    expect(paper).toContain(`**${score.score}**`);
    expect(score.passes).toBe(true);
    expect(paper).toContain(`${raters} raters`);
    expect(paper).toContain(`s = ${uncertainty.s} of n = ${uncertainty.n}`);
    expect(paper).toContain(`at least ${uncertainty.lower}`);
    const next = { at: "2026-11-21T00:00:00.000Z", why: "decay", to: { score: "31.9", passes: true } };
    expect(nextChange).toMatchObject(next);
    expect(paper).toContain(`At ${next.at} it becomes ${next.to.score}`);
  });
});

describe("the example of trust", () => {
  const edge = (from: string, to: string): Edge => ({ from, to, weight: unit });
  const { alpha } = renownTrust!.policy.trust!;
  const terms = { seeds: ["Seed"], alpha, mutual: unit / 2n };
  const ground = [edge("Seed", "Ada"), edge("Ada", "Bob")];
  const trust = trustOf(ground, terms);

  test("has both signals of each, and the smaller one", () => {
    for (const name of ["Seed", "Ada", "Bob"]) {
      const { eigen, walk } = trust.parts(name);
      const row = [name, formatDecimal(eigen), formatDecimal(walk), formatDecimal(trust.of(name))];
      expect(paper).toContain(`| ${row.join(" | ")} |`);
    }
  });

  test("has what a vouch by Bob gives", () => {
    const points = BigInt(renownTrust!.policy.kinds.vouch!.points) * trust.of("Bob");
    const root = applyTransform({ type: "sqrt" }, points);
    expect(paper).toContain(`25 · ${formatDecimal(trust.of("Bob"))} = ${formatDecimal(points)}`);
    expect(paper).toContain(`whose root is ${formatDecimal(root)}`);
  });

  test("gives a ring without an edge nothing, and holds one with an edge to its bound", () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `x${i}`);
    const ring = names.map((name, i) => edge(name, names[(i + 1) % names.length]!));
    expect(names.every((name) => trustOf([...ground, ...ring], terms).of(name) === 0n)).toBe(true);
    const entered = trustOf([...ground, edge("Bob", "x0"), ...ring], terms);
    const held = names.reduce((sum, name) => sum + entered.parts(name).eigen, 0n);
    const carried = entered.parts("Bob").eigen;
    expect(held <= 3n * carried + 1_000n).toBe(true);
    expect(held > carried).toBe(true);
  });
});
