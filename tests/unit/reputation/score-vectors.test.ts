import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalJson, type Json } from "../../../src/kernel/json.ts";
import { digestOf } from "../../../src/kernel/primitives-node.ts";
import { exclusions } from "../../../src/reputation/fact.ts";
import { type Explanation, scoreText } from "../../../src/reputation/score.ts";
import { reckonScores, type ScoreVectors } from "../../vectors/reputation/scores.ts";

const file = readFileSync(new URL("../../vectors/reputation/scores.json", import.meta.url), "utf8");
const { vectors } = JSON.parse(file) as ScoreVectors;
const answers = vectors.map(({ title, answer }): [string, Explanation] => [title, answer]);

describe("the vectors of scores", () => {
  test("are what their questions give, byte for byte", () => {
    expect(reckonScores(JSON.parse(file))).toBe(file);
  });

  test.each(answers)("have digests that others can reckon: %s", (_title, { score, evidence, excluded }) => {
    const { digest, ...rest } = score.evidence;
    const whole: Json = { evidence, excluded, score: { ...score, evidence: rest } };
    expect(digestOf(canonicalJson(whole))).toBe(digest);
    expect(scoreText(score)).toBe(canonicalJson(score));
  });

  test("leave no reason out", () => {
    const reasons = answers.flatMap(([, { excluded }]) => excluded.map(({ reason }) => reason));
    expect(new Set(reasons)).toEqual(new Set(exclusions));
  });

  test("give the worked example as it is told: 5, half of what 100 days leave, and what half a day does", () => {
    const [, { score, evidence }] = answers[0]!;
    expect(evidence.map(({ contribution }) => contribution)).toEqual(["5", "4.13519537", "9.990509339"]);
    expect(score).toMatchObject({ score: "19.13", uncertainty: { s: "19.125704709" } });
  });
});
