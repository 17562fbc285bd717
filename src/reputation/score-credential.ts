import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { formatDecimal, parseDecimal } from "./decimal.ts";
import type { Score } from "./score.ts";
import type { Spend } from "./score-asking.ts";
import type { ScoreType } from "./score-credential-types.ts";

/** What is to be said of a score: all of it, or that it is at least so much and nothing else. */
export type ScoreClaim = "score" | { atLeast: string };

/** Which credential is asked for. The life is in seconds, an hour unless given; `key` is the app that will show it. */
export type AskedScoreCredential = {
  policy: string;
  version?: number | undefined;
  at?: string | undefined;
  form: "vc+jwt" | "dc+sd-jwt";
  claim: ScoreClaim;
  key?: string | undefined;
  lifeSeconds?: number | undefined;
};

/** `id` is the last part of its address, by which it is revoked; an SD-JWT comes with all its disclosures. */
export type IssuedScore = { id: string; form: AskedScoreCredential["form"]; credential: string; expiresAt: string };

/** What a subject may show of its scores elsewhere. */
export type ScoreCredentials<Caller> = {
  /**
   * Issues a credential of a subject's score to the subject: by its wallet's session, or an app's token whose delegation
   * names reputation. Refuses as scores do, and with FORBIDDEN, NOT_DELEGATED, NOT_PERMITTED, INVALID_INPUT,
   * LIFETIME_TOO_LONG, REVOKED (the subject has left by now) and NOT_REACHED: then nothing is issued.
   */
  issue(caller: Caller, subject: string, asked: AskedScoreCredential, spend?: Spend): Promise<IssuedScore>;
  /** SD-JWT VC Type Metadata of a type, by the last part of its address. NOT_FOUND */
  type(name: string): JsonObject;
  /** JWT VC Issuer Metadata of the service. */
  issuer(): JsonObject;
};

/** What a credential says: what all see who see it, and what its holder may keep back. */
export type ScoreStatement = { type: ScoreType; open: JsonObject; held: JsonObject };

/**
 * What a score gives to say. A claim of "at least" says neither the score nor anything that it could be found by, but the
 * subject: no bound, no raters, and not the digest, which covers the score. Refuses with INVALID_INPUT what is no decimal,
 * REVOKED where there is no score any more, and NOT_REACHED.
 */
export function statementOf(score: Score, claim: ScoreClaim, origin: string): ScoreStatement {
  ensureOpen(score);
  const open = groundsOf(score, origin);
  if (claim === "score") return { type: "reputation-score", open, held: wholeOf(score, score.score) };
  const least = parseDecimal(claim.atLeast);
  // The score as it is shown decides, as it does about the policy's own threshold.
  ensure(
    parseDecimal(score.score) >= least,
    "NOT_REACHED",
    `Under ${score.policy.id}, version ${score.policy.version}.`,
  );
  return { type: "reputation-at-least", open: { ...open, atLeast: formatDecimal(least) }, held: {} };
}

/** Refuses with REVOKED where the subject has left. */
export function ensureOpen(score: Score): asserts score is Score & { score: string } {
  ensure(score.score !== null, "REVOKED", "The subject has closed it: there is no score.");
}

/** Under which rules, up to which place of the log: by them anybody who may see the score can compute it. */
function groundsOf({ policy: { id, version, hash }, asOf: { time, position, digest }, scale }: Score, origin: string) {
  return {
    policy: { id: `${origin}/v1/policies/${encodeURIComponent(id)}/${version}`, version, hash },
    asOf: { time, position, digest },
    scale: { max: scale.max, decimals: scale.decimals },
  };
}

function wholeOf({ uncertainty, raters, threshold, passes, evidence }: Score, score: string): JsonObject {
  return { score, lower: uncertainty.lower, raters, threshold, passes, evidenceDigest: evidence.digest };
}
