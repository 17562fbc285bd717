import { describe, expect, test } from "vitest";
import type { Score } from "../../../src/reputation/score.ts";
import { statementOf } from "../../../src/reputation/score-credential.ts";
import { scoreTerms, scoreTypeMetadata, scoreTypeUrl } from "../../../src/reputation/score-credential-types.ts";

const origin = "https://renown.example";
const score: Score = {
  subject: "did:pkh:eip155:1:0x1111111111111111111111111111111111111111",
  group: ["did:pkh:eip155:1:0x1111111111111111111111111111111111111111"],
  policy: { id: "r1policy", version: 2, hash: "hash-of-policy" },
  asOf: { time: "2026-11-20T12:00:00.000Z", position: 42, digest: "digest-of-entry" },
  trust: null,
  score: "71.5",
  scale: { max: "100", decimals: 1 },
  uncertainty: { method: "wilson", lower: "0.6123", s: "8.25", n: "9.125" },
  threshold: "30",
  passes: true,
  raters: 4,
  components: [],
  evidence: { counted: 5, hidden: { count: 1, sum: "3.75" }, digest: "digest-of-evidence" },
  excluded: { total: 0, byReason: {}, beyond: 0 },
  nextChange: null,
  closed: false,
};

describe("what a credential says of a score", () => {
  test("is under which policy, as of which place, and what it comes to", () => {
    expect(statementOf(score, "score", origin)).toEqual({
      type: "reputation-score",
      open: {
        policy: { id: `${origin}/v1/policies/r1policy/2`, version: 2, hash: "hash-of-policy" },
        asOf: score.asOf,
        scale: { max: "100", decimals: 1 },
      },
      held: {
        score: "71.5",
        lower: "0.6123",
        raters: 4,
        threshold: "30",
        passes: true,
        evidenceDigest: "digest-of-evidence",
      },
    });
  });

  test("is at least so much and nothing that tells more", () => {
    const { type, open, held } = statementOf(score, { atLeast: "50.0" }, origin);
    expect(type).toBe("reputation-at-least");
    expect(held).toEqual({});
    expect(Object.keys(open)).toEqual(["policy", "asOf", "scale", "atLeast"]);
    expect(open.atLeast).toBe("50");
    const text = JSON.stringify(open);
    for (const told of ["71.5", "0.6123", "8.25", "3.75", "digest-of-evidence", score.subject])
      expect(text).not.toContain(told);
  });

  test.each(["71.5", "71.499999999", "0", "-1"])("holds for at least %s", (atLeast) => {
    expect(statementOf(score, { atLeast }, origin).open).toHaveProperty("atLeast");
  });

  test.each([
    ["71.500000001", "NOT_REACHED"],
    ["100", "NOT_REACHED"],
    ["7e1", "INVALID_INPUT"],
    ["fifty", "INVALID_INPUT"],
    ["", "INVALID_INPUT"],
  ])("is not that it is at least %s", (atLeast, code) => {
    expect(() => statementOf(score, { atLeast }, origin)).toThrowError(expect.objectContaining({ code }));
  });

  test("is nothing once the subject has left", () => {
    const left = { ...score, score: null, closed: true };
    for (const claim of ["score", { atLeast: "0" }] as const)
      expect(() => statementOf(left, claim, origin)).toThrowError(expect.objectContaining({ code: "REVOKED" }));
  });
});

describe("the metadata of a type", () => {
  test.each([
    ["score", "reputation-score"],
    [{ atLeast: "1" }, "reputation-at-least"],
  ] as const)("tells of each claim whether it can be kept back: %j", (claim, type) => {
    const { open, held } = statementOf(score, claim, origin);
    const metadata = scoreTypeMetadata(origin, type)!;
    expect(metadata.vct).toBe(scoreTypeUrl(origin, type));
    const told = (metadata.claims as { path: string[]; sd: string }[]).filter(({ path }) => path.length === 1);
    const kept = (sd: string) => told.filter((each) => each.sd === sd).map(({ path }) => path[0]);
    expect(kept("never").toSorted()).toEqual(Object.keys(open).toSorted());
    expect(kept("always").toSorted()).toEqual(["sub", ...Object.keys(held)].toSorted());
  });

  test("is none for what is no type", () => {
    for (const name of ["", "toString", "__proto__", "reputation"]) {
      expect(scoreTypeMetadata(origin, name)).toBeUndefined();
    }
  });

  test("has a JSON-LD term for every member", () => {
    const { open, held } = statementOf(score, "score", origin);
    const names = (value: unknown): string[] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([name, each]) => [name, ...names(each)])
        : [];
    for (const name of names({ ...open, ...held, atLeast: "1" }))
      if (name !== "id") expect(scoreTerms).toHaveProperty(name);
  });
});
