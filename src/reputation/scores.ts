import { foldAccount } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { keepLatest, keepWhile } from "../kernel/keep.ts";
import { iso, type Millis, parseNamedTime } from "../kernel/time.ts";
import type { Audience } from "./audience.ts";
import { hideAlso, listsWithout } from "./explanation.ts";
import { type Explained, type Explanation, explainAfter, explainWhole, type Question, type Score } from "./score.ts";
import {
  type AskedScore,
  type Asking,
  type AskingParts,
  openAsking,
  type Place,
  type Spend,
  sharing,
} from "./score-asking.ts";
import { diffOf, type ScoreDiff } from "./score-diff.ts";
import { historyOf, type Point } from "./score-history.ts";
import { type Supposing, supposing } from "./score-supposing.ts";
import {
  asOthersSee,
  openVisits,
  scoreWithout,
  type Viewer,
  type Visit,
  type VisitParts,
  type Visits,
} from "./score-visit.ts";

export type { AskedScore, Spend } from "./score-asking.ts";

export type ScoringParts<Caller> = AskingParts & VisitParts<Caller>;

/**
 * Scores of one installation. All refuse with NOT_FOUND (no such policy), INVALID_DID, FROM_THE_FUTURE, UNREADABLE_DATE,
 * QUOTA_EXCEEDED (more points of a history than are told at once), and FORBIDDEN where the subject, or a wallet that is
 * one with it, does not show the score to the viewer. What has to be computed is paid for by `spend`, whose refusals are
 * passed on.
 */
export type Scores<Caller> = Supposing<Caller> & {
  score(viewer: Viewer<Caller>, subject: string, asked: AskedScore, spend?: Spend): Promise<Score>;
  /** The score with its lists as the viewer may see them. */
  explain(viewer: Viewer<Caller>, subject: string, asked: AskedScore, spend?: Spend): Promise<Explanation>;
  /** Scores at the ends of so many spans between two moments, the last one at `to`. */
  history(
    viewer: Viewer<Caller>,
    subject: string,
    asked: Omit<AskedScore, "at">,
    span: { since: string; to?: string | undefined; points: number },
    spend?: Spend,
  ): Promise<Point[]>;
  /** What moved the score between two moments, and which operations did it. */
  diff(viewer: Viewer<Caller>, subject: string, asked: AskedScore, before: string, spend?: Spend): Promise<ScoreDiff>;
  /** Whom the subject shows its score under a policy to, for itself alone. */
  audience(viewer: Viewer<Caller>, subject: string, policy: string): Promise<Audience>;
  /**
   * A score with the whole of what it was computed of, for whoever would compute it again; and as the viewer sees it.
   * `counted` are the operations of the facts that count.
   */
  whole(
    viewer: Viewer<Caller>,
    subject: string,
    asked: AskedScore,
    spend?: Spend,
  ): Promise<{ score: Score; seen: Score; question: Question; counted: ReadonlySet<string>; own: boolean }>;
};

/** Points of a history at most; a policy that learns trust learns it anew for each. */
export const maxPoints = 120;
export const maxTrustPoints = 24;

/** Facts in the explanations that are kept in memory: a kilobyte each, with the texts that are answered of them. */
const maxKeptFacts = 50_000;

export function createScores<Caller>(parts: ScoringParts<Caller>): Scores<Caller> {
  const asking = openAsking(parts);
  const sizeOf = ({ evidence, excluded }: Explanation) => 1 + evidence.length + excluded.length;
  const explanations = keepWhile<Explanation>(maxKeptFacts, sizeOf);
  const latest = keepLatest<Explained>(maxKeptFacts, ({ explanation }) => sizeOf(explanation));
  const explained = (place: Place, spend: Spend | undefined) =>
    sharing(explanations, place.name, async () => {
      const question = await asking.question(place, spend);
      const made = explainAfter(question, latest.get(place.about));
      latest.set(place.about, made);
      return made.explanation;
    });
  const audience: Scores<Caller>["audience"] = async (viewer, asked, policy) => {
    const [caller, subject] = [await viewer(), foldAccount(asked)];
    ensure(caller !== undefined && parts.speaksFor(caller, subject), "FORBIDDEN");
    const { id } = await asking.policyOf({ policy }, await parts.begin());
    return parts.audiences.of(subject, id);
  };
  const visits = openVisits(parts, asking);
  const others = new WeakMap<Explanation, Explanation>();
  // An explanation as the viewer may see it, but for what nobody has asked for.
  const seen = async ({ own, place }: Visit, at: string | undefined, explanation: Explanation) => {
    // Of now it says itself what is hidden; of the past more may be by now, or nobody knows yet whether it is.
    if (at === undefined && !place.behind)
      return own ? explanation : remembered(others, explanation, (whole) => asOthersSee(whole));
    const unseen = await asking.hiddenNow(place, own, explanation);
    if (!own) return asOthersSee(explanation, unseen);
    const { score, ...lists } = explanation;
    return { score: scoreWithout(score, unseen), ...listsWithout(lists, unseen) };
  };
  const answers = answering({ asking, visits, explained, seen });
  return { ...answers, ...comparing({ parts, asking, visits, explained }), ...supposing(asking, visits), audience };
}

type Answering<Caller> = {
  asking: Asking;
  visits: Visits<Caller>;
  explained(place: Place, spend: Spend | undefined): Promise<Explanation>;
  seen(visit: Visit, at: string | undefined, explanation: Explanation): Promise<Explanation>;
};

function answering<Caller>({
  asking,
  visits,
  explained,
  seen,
}: Answering<Caller>): Pick<Scores<Caller>, "score" | "explain" | "whole"> {
  return {
    async score(viewer, subject, asked, spend) {
      const visit = await visits.enter(viewer, subject, asked);
      const explanation = await explained(visit.place, spend);
      if (!namesOperations(explanation)) return explanation.score;
      return (await seen(visit, asked.at, explanation)).score;
    },
    async explain(viewer, subject, asked, spend) {
      const visit = await visits.enter(viewer, subject, asked);
      const found = await seen(visit, asked.at, await explained(visit.place, spend));
      if (!visit.own) return found;
      const { score, evidence, excluded } = found;
      const unasked = await asking.question(visit.place, spend, "unsolicited");
      // Of wallets that are one with it no more it is told nothing that nobody else is told.
      const members = await asking.membersNow(visit.place.subject);
      const rest = explainWhole({ ...unasked, facts: unasked.facts.filter((fact) => members.includes(fact.subject)) });
      const whole = [...excluded, ...rest.excluded];
      return { score, evidence, excluded: whole.sort((one, other) => one.seq - other.seq) };
    },
    async whole(viewer, subject, asked, spend) {
      const visit = await visits.enter(viewer, subject, asked);
      const question = await asking.question(visit.place, spend);
      const explanation = explainWhole(question);
      const { score } = await seen(visit, asked.at, explanation);
      const counted = new Set(explanation.evidence.map(({ operation }) => operation));
      return { score: explanation.score, seen: score, question, counted, own: visit.own };
    },
  };
}

/** Whether the score itself says by which operations it will change. */
function namesOperations({ score: { nextChange } }: Explanation): boolean {
  return nextChange !== null && nextChange.at !== null && nextChange.operations.length > 0;
}

/** Made once, as long as what it is made of is kept. */
function remembered<Key extends object, T>(known: WeakMap<Key, T>, key: Key, make: (key: Key) => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make(key);
  known.set(key, made);
  return made;
}

function comparing<Caller>({
  parts,
  asking,
  visits,
  explained,
}: Omit<Answering<Caller>, "seen"> & { parts: AskingParts }): Pick<Scores<Caller>, "history" | "diff"> {
  return {
    async history(viewer, subject, asked, { since, to, points }, spend) {
      const { placeOf } = await visits.enter(viewer, subject, asked);
      const questions: Question[] = [];
      for (const at of await momentsBetween(parts, asked, since, to, points))
        questions.push(await asking.question(await placeOf({ ...asked, at: iso(at) }), spend));
      return historyOf(questions);
    },
    async diff(viewer, subject, asked, before, spend) {
      const { own, place, placeOf } = await visits.enter(viewer, subject, asked);
      const earlier = await placeOf({ ...asked, at: iso(parseNamedTime("before", before)) });
      // Hidden by now is hidden at both ends, whoever was one with the subject then.
      const unseen = new Set([...(await asking.hiddenNow(earlier, own)), ...(await asking.hiddenNow(place, own))]);
      const marked = ({ score, ...lists }: Explanation) => ({ score, ...hideAlso(lists, unseen) });
      const from = marked(await explained(earlier, spend));
      return diffOf(from, marked(await explained(place, spend)), { showHidden: own && unseen.size === 0 });
    },
  };
}

/** Moments at equal spans, the last one the end. Refuses with INVALID_INPUT and QUOTA_EXCEEDED. */
async function momentsBetween(
  parts: AskingParts,
  { policy, version }: Omit<AskedScore, "at">,
  since: string,
  to: string | undefined,
  points: number,
): Promise<Millis[]> {
  const end = to === undefined ? parts.clock() : parseNamedTime("to", to);
  const start = parseNamedTime("since", since);
  ensure(start < end, "INVALID_INPUT", "A history begins before it ends.");
  const { trust } = (await parts.findPolicy(policy, version)).policy;
  const most = trust ? maxTrustPoints : maxPoints;
  ensure(points <= most, "QUOTA_EXCEEDED", `A history under this policy has at most ${most} points.`);
  return Array.from({ length: points }, (_, i) => Math.floor(start + ((end - start) * (i + 1)) / points));
}
