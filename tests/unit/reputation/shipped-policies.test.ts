import { describe, expect, test } from "vitest";
import { isAlias } from "../../../src/reputation/policy-document.ts";
import { parsePolicy } from "../../../src/reputation/policy-schema.ts";
import { shippedPolicies } from "../../../src/reputation/shipped-policies.ts";
import { seeds } from "./policy-samples.ts";

describe("the policies that come with the service", () => {
  test("are policies, each with a name of its own", () => {
    const shipped = shippedPolicies(seeds);
    expect(shipped.map(({ alias }) => alias)).toEqual(["open-work", "renown-trust"]);
    for (const { alias, policy } of shipped) {
      expect(isAlias(alias)).toBe(true);
      expect(parsePolicy(policy)).toEqual(policy);
    }
  });

  test("ask for trust only where somebody is trusted first, and the order of those does not count", () => {
    expect(shippedPolicies([]).map(({ alias }) => alias)).toEqual(["open-work"]);
    const [, given] = shippedPolicies(seeds);
    expect(given!.policy.trust!.seeds).toEqual([...seeds].sort());
    expect(shippedPolicies([...seeds].reverse())).toEqual(shippedPolicies(seeds));
  });

  test("let no rater alone give what it takes to pass, and let incidents subtract", () => {
    const [work, trust] = shippedPolicies(seeds).map(({ policy }) => policy);
    expect(Number(work!.caps.rater)).toBeLessThan(Number(work!.threshold));
    for (const policy of [work!, trust!]) {
      expect(policy.minRaters).toBe(2);
      expect(Number(policy.kinds.incident!.points)).toBeLessThan(0);
    }
    // Roots give most where a rater spreads what they may give over all kinds.
    const kinds = Object.values(trust!.kinds).filter(({ points }) => Number(points) > 0).length;
    expect(kinds * Math.sqrt(Number(trust!.caps.rater) / kinds)).toBeLessThan(Number(trust!.threshold));
  });

  test("count organisations alone where no graph weighs persons", () => {
    const [work] = shippedPolicies([]);
    for (const { weights } of Object.values(work!.policy.kinds)) expect(Object.keys(weights)).toEqual(["organization"]);
  });
});
