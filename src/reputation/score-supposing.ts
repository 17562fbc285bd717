import { ensure, Failure } from "../kernel/failure.ts";
import { parsePolicy } from "./policy-schema.ts";
import { explainWhole, type Score } from "./score.ts";
import type { AskedScore, Asking, Place, Spend } from "./score-asking.ts";
import type { ScoreDiff } from "./score-diff.ts";
import { once, type Viewer, type Visits } from "./score-visit.ts";
import { type Hypothesis, supposedPolicy, whatIf } from "./what-if.ts";

/** What would be otherwise: facts more, operations less, another policy that nobody has published. */
export type Supposed = {
  add?: readonly Hypothesis[] | undefined;
  remove?: readonly string[] | undefined;
  policy?: unknown;
};

/** A score by a policy that is not published, or why it is not told. */
export type DryScore = { subject: string } & ({ score: Score["score"]; passes: boolean } | { failure: Failure });

/** What scores would be; who pays and what is refused is as for scores. */
export type Supposing<Caller> = {
  /** Refuses others with FORBIDDEN where the subject hides anything: by supposing they would find out what. */
  whatIf(
    viewer: Viewer<Caller>,
    subject: string,
    asked: AskedScore,
    supposed: Supposed,
    spend?: Spend,
  ): Promise<{ supposed: Score; diff: ScoreDiff }>;
  /**
   * What a policy that is not published would say of subjects; of those that hide anything from the viewer, or do not
   * show it all their scores, why it is not told.
   */
  dryRun(viewer: Viewer<Caller>, policy: unknown, subjects: readonly string[], spend?: Spend): Promise<DryScore[]>;
};

/** Scores of what is only supposed: facts that nobody has stated, policies that nobody has published. */
export function supposing<Caller>(asking: Asking, visits: Visits<Caller>): Supposing<Caller> {
  // A number before and after tells what has moved it, whatever is kept from the lists.
  const ensureNothingHidden = async (place: Place, own: boolean) => {
    const hidden = await asking.hiddenNow(place, own);
    ensure(hidden.size === 0, "FORBIDDEN", "The subject hides something, which this would tell.");
  };
  const dryScore = async (viewer: Viewer<Caller>, place: Place, spend: Spend | undefined) => {
    const { own } = await visits.suppose(viewer, place);
    await ensureNothingHidden(place, own);
    const { score, passes } = explainWhole(await asking.question(place, spend)).score;
    return { subject: place.subject, score, passes };
  };
  return {
    async whatIf(asker, subject, asked, { add = [], remove = [], policy: given }, spend) {
      const viewer = once(asker);
      const { own, place } = await visits.enter(viewer, subject, asked);
      const policy = given === undefined ? place.policy : supposedPolicy(parsePolicy(given));
      if (given !== undefined) await visits.suppose(viewer, place);
      await ensureNothingHidden(place, own);
      const trust = await asking.trustAt({ ...place, policy }, spend);
      const changes = { add, remove, policy, trust };
      const { then, diff } = whatIf(await asking.question(place, spend), changes, { showHidden: own });
      return { supposed: then.score, diff };
    },
    async dryRun(asker, policy, subjects, spend) {
      const viewer = once(asker);
      const supposed = supposedPolicy(parsePolicy(policy));
      const found = [];
      for (const each of subjects) {
        const place = await asking.now(each, supposed);
        try {
          found.push(await dryScore(viewer, place, spend));
        } catch (failure) {
          if (!(failure instanceof Failure) || failure.code !== "FORBIDDEN") throw failure;
          found.push({ subject: place.subject, failure });
        }
      }
      return found;
    },
  };
}
