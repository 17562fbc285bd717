import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/kernel/json.ts";
import { digestOf } from "../../../src/kernel/primitives-node.ts";
import { formatDecimal } from "../../../src/reputation/decimal.ts";
import { edgesOf, epochOf, viewFrom } from "../../../src/reputation/edges.ts";
import type { Tie } from "../../../src/reputation/ledger.ts";
import type { TrustRule } from "../../../src/reputation/policy.ts";
import { compilePolicy } from "../../../src/reputation/score-rules.ts";
import { day, factOf, now, policyOf, vouch, wallet } from "./facts-given.ts";

const trust: TrustRule = {
  seeds: ["seed"],
  alpha: 15,
  edges: ["vouch", "review", "incident"],
  mutual: "0.5",
  applies: ["person", "organization"],
};
const weights = { seed: "2", organization: "1", person: "0.5" };
const policy = policyOf(
  {
    vouch: { weights, halfLifeDays: null },
    review: { weights, min: "1", max: "5", halfLifeDays: 100 },
    incident: { weights, points: "-5" },
    contribution: { weights },
  },
  { trust },
);

function weightsOf(...ties: Tie[]): string[] {
  const edges = edgesOf(ties, compilePolicy(policy), ["seed"], now);
  return edges.map(({ from, to, weight }) => `${from} ${to} ${formatDecimal(weight)}`);
}

describe("the edges of trust", () => {
  test("go from rater to subject and weigh class, share of the value and decay", () => {
    const review = { kind: "review", value: "3", admittedAt: now - 100 * day } as const;
    expect(weightsOf(vouch(1, "seed", "a"), vouch(2, "org", "b"), vouch(3, "org", "c", review))).toEqual([
      "seed a 2",
      "org b 1",
      "org c 0.3",
    ]);
    expect(weightsOf(vouch(1, wallet(2), wallet(3)))).toEqual([`${wallet(2)} ${wallet(3)} 0.5`]);
  });

  const ended = { at: now, as: "retracted", operation: "r" } as const;
  test.each([
    ["unsolicited", { standing: "unsolicited" }],
    ["self-attested", { selfAttested: true }],
    ["retracted", { ended }],
    ["of a closed organisation", { issuerRevokedAt: now }],
    ["by a compromised key", { compromised: true }],
    ["expired", { validUntil: now }],
    ["not valid yet", { validFrom: now + day }],
    ["disputed without a ruling in time", { dispute: { at: now - 30 * day, operation: "d", ruling: undefined } }],
    ["in a field that does not count", { field: "cooking" }],
    ["of a kind that counts against somebody", { kind: "incident" }],
    ["of a kind that is no edge", { kind: "contribution" }],
    ["of a kind that the policy has not", { kind: "badge" }],
    ["without worth", { value: "0" }],
  ] as const)("are no facts %s", (_title, changes) => {
    expect(weightsOf(vouch(1, "org", "b", changes))).toEqual([]);
  });
});

describe("an epoch", () => {
  const vouches = [vouch(1, "seed", "a"), vouch(2, "a", "b"), vouch(3, "seed", "b")];
  const ties = [...vouches, vouch(4, "x", "y"), vouch(5, "y", "z"), vouch(6, "x", "z")];
  const question = { policy, ties, at: now + 5000, position: 6 };

  test("gives trust along edges from the seeds, and is pinned to its position and tick", () => {
    const epoch = epochOf(question);
    expect(epoch).toMatchObject({ position: 6, at: now, nodes: 6, edges: 6, seeds: ["seed"], from: null });
    expect(epoch.of("a")).toBeGreaterThan(0n);
    expect([epoch.of("x"), epoch.of("y"), epoch.of("nobody")]).toEqual([0n, 0n, 0n]);
  });

  test("is told apart by the digest of each node's trust", () => {
    const epoch = epochOf(question);
    const nodes = ["seed", "a", "b", "x", "y", "z"].map((node) => [node, formatDecimal(epoch.of(node))]);
    expect(epoch.digest).toBe(digestOf(canonicalJson(Object.fromEntries(nodes))));
    expect(epochOf({ ...question, ties: ties.toReversed() }).digest).toBe(epoch.digest);
    expect(epochOf({ ...question, ties: ties.slice(1) }).digest).not.toBe(epoch.digest);
  });

  test("takes seeds by the names of their groups where they are given", () => {
    const epoch = epochOf({ ...question, seeds: ["x"] });
    expect([epoch.of("a"), epoch.of("y") > 0n]).toEqual([0n, true]);
  });

  test("is another from a viewer, from whom alone trust flows", () => {
    const view = viewFrom(wallet(7), "x", question);
    expect(view).toMatchObject({ from: wallet(7), seeds: ["x"] });
    expect([view.of("a"), view.of("y") > 0n]).toEqual([0n, true]);
  });

  test("is refused of a policy that asks for no trust", () => {
    const plain = { ...question, policy: policyOf({ contribution: {} }) };
    for (const ask of [() => epochOf(plain), () => viewFrom(wallet(7), "x", plain)])
      expect(ask).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("takes facts as ties", () => {
    expect(weightsOf(factOf(1, { kind: "vouch" }))).toEqual([`org-1 ${wallet(1)} 1`]);
  });
});
