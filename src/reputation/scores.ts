import { foldAccount } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { keepLatest, keepWhile } from "../kernel/keep.ts";
import { iso, type Millis, parseTime } from "../kernel/time.ts";
import { type Audience, type Audiences, ensureShown } from "./audience.ts";
import { hideAlso, visibleLists } from "./explanation.ts";
import { parsePolicy } from "./policy-schema.ts";
import { type Explained, type Explanation, explainAfter, explainWhole, type Question, type Score } from "./score.ts";
import { type AskedScore, type Asking, type AskingParts, openAsking, type Place } from "./score-asking.ts";
import { diffOf, type ScoreDiff } from "./score-diff.ts";
import { historyOf, type Point } from "./score-history.ts";
import { type Hypothesis, supposedPolicy, whatIf } from "./what-if.ts";

export type { AskedScore } from "./score-asking.ts";

export type ScoringParts<Caller> = AskingParts & {
  audiences: Audiences;
  /** Whether a caller speaks for a DID. */
  speaksFor(caller: Caller, did: string): boolean;
};

/** What would be otherwise: facts more, operations less, another policy that nobody has published. */
export type Supposed = {
  add?: readonly Hypothesis[] | undefined;
  remove?: readonly string[] | undefined;
  policy?: unknown;
};

type Viewer<Caller> = () => Promise<Caller | undefined>;

/**
 * Scores of one installation. All refuse with NOT_FOUND (no such policy), INVALID_DID, FROM_THE_FUTURE, UNREADABLE_DATE,
 * QUOTA_EXCEEDED (more facts than one score takes), and FORBIDDEN where the subject does not show the score to the viewer.
 */
export type Scores<Caller> = {
  score(viewer: Viewer<Caller>, subject: string, asked: AskedScore): Promise<Score>;
  /** The score with its lists as the viewer may see them. */
  explain(viewer: Viewer<Caller>, subject: string, asked: AskedScore): Promise<Explanation>;
  /** Scores at the ends of so many spans between two moments, the last one at `to`. */
  history(
    viewer: Viewer<Caller>,
    subject: string,
    asked: Omit<AskedScore, "at">,
    span: { since: string; to?: string | undefined; points: number },
  ): Promise<Point[]>;
  /** What moved the score between two moments, and which operations did it. */
  diff(viewer: Viewer<Caller>, subject: string, asked: AskedScore, before: string): Promise<ScoreDiff>;
  whatIf(
    viewer: Viewer<Caller>,
    subject: string,
    asked: AskedScore,
    supposed: Supposed,
  ): Promise<{ supposed: Score; diff: ScoreDiff }>;
  /** Whom the subject shows its score under a policy to, for itself alone. */
  audience(viewer: Viewer<Caller>, subject: string, policy: string): Promise<Audience>;
  /** What a policy that is not published would say of subjects. */
  dryRun(
    policy: unknown,
    subjects: readonly string[],
  ): Promise<{ subject: string; score: Score["score"]; passes: boolean }[]>;
  /** A score with the whole of what it was computed of, for whoever would compute it again. */
  whole(
    viewer: Viewer<Caller>,
    subject: string,
    asked: AskedScore,
  ): Promise<{ score: Score; question: Question; own: boolean }>;
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
  const explained = (place: Place) =>
    explanations.ask(place.name, async () => {
      const question = await asking.question(place);
      const made = explainAfter(question, latest.get(place.about));
      latest.set(place.about, made);
      return made.explanation;
    });
  const visit: Enter<Caller> = async (viewer, subject, asked) => {
    const recall = await parts.begin();
    const { id } = await asking.policyOf(asked, recall);
    const audienceOf = () => parts.audiences.of(foldAccount(subject), id);
    const audiences = { of: async () => recall(`audience ${id} ${foldAccount(subject)}`, audienceOf) };
    const { own } = await ensureShown(audiences, { viewer, speaksFor: parts.speaksFor }, foldAccount(subject), id);
    const placeOf = (which: AskedScore) => asking.placeOf(subject, which, recall);
    return { own, placeOf, explained: async (which) => explained(await placeOf(which)) };
  };
  const audience: Scores<Caller>["audience"] = async (viewer, asked, policy) => {
    const [caller, subject] = [await viewer(), foldAccount(asked)];
    ensure(caller !== undefined && parts.speaksFor(caller, subject), "FORBIDDEN");
    const { id } = await asking.policyOf({ policy }, await parts.begin());
    return parts.audiences.of(subject, id);
  };
  return { ...answering(asking, visit), ...comparing(parts, asking, visit), audience };
}

/** A viewer to whom the scores of a subject under a policy are shown. */
type Visit = {
  /** Whether it is the subject. */
  own: boolean;
  placeOf(asked: AskedScore): Promise<Place>;
  explained(asked: AskedScore): Promise<Explanation>;
};

type Enter<Caller> = (viewer: Viewer<Caller>, subject: string, asked: AskedScore) => Promise<Visit>;

function answering<Caller>(
  asking: Asking,
  visit: Enter<Caller>,
): Pick<Scores<Caller>, "score" | "explain" | "whole" | "dryRun"> {
  const shownToOthers = new WeakMap<Explanation, Explanation>();
  return {
    async score(viewer, subject, asked) {
      const { explained } = await visit(viewer, subject, asked);
      return (await explained(asked)).score;
    },
    async explain(viewer, subject, asked) {
      const { own, placeOf, explained } = await visit(viewer, subject, asked);
      const explanation = await explained(asked);
      const now = asked.at === undefined;
      if (now && !own) return remembered(shownToOthers, explanation, asOthersSee);
      const place = await placeOf(asked);
      const unseen = now ? new Set<string>() : await asking.hiddenNow(place, own);
      if (!own) return asOthersSee({ score: explanation.score, ...hideAlso(explanation, unseen) });
      const isSeen = ({ operation }: { operation: string }) => !unseen.has(operation);
      const { score } = explanation;
      const evidence = explanation.evidence.filter(isSeen);
      const rest = explainWhole(await asking.question(place, "unsolicited"));
      const whole = [...explanation.excluded.filter(isSeen), ...rest.excluded];
      return { score, evidence, excluded: whole.sort((one, other) => one.seq - other.seq) };
    },
    async whole(viewer, subject, asked) {
      const { own, placeOf } = await visit(viewer, subject, asked);
      const question = await asking.question(await placeOf(asked));
      return { score: explainWhole(question).score, question, own };
    },
    async dryRun(policy, subjects) {
      const supposed = supposedPolicy(parsePolicy(policy));
      const results = [];
      for (const each of subjects) {
        const place = await asking.now(each, supposed);
        const { score, passes } = explainWhole(await asking.question(place)).score;
        results.push({ subject: place.subject, score, passes });
      }
      return results;
    },
  };
}

function asOthersSee({ score, ...lists }: Explanation): Explanation {
  return { score, ...visibleLists(lists, false) };
}

/** Made once, as long as what it is made of is kept. */
function remembered<Key extends object, T>(known: WeakMap<Key, T>, key: Key, make: (key: Key) => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make(key);
  known.set(key, made);
  return made;
}

function comparing<Caller>(
  parts: AskingParts,
  asking: Asking,
  visit: Enter<Caller>,
): Pick<Scores<Caller>, "history" | "diff" | "whatIf"> {
  return {
    async history(viewer, subject, asked, { since, to, points }) {
      const { placeOf } = await visit(viewer, subject, asked);
      const questions: Question[] = [];
      for (const at of await momentsBetween(parts, asked, since, to, points))
        questions.push(await asking.question(await placeOf({ ...asked, at: iso(at) })));
      return historyOf(questions);
    },
    async diff(viewer, subject, asked, before) {
      const { own, placeOf, explained } = await visit(viewer, subject, asked);
      const unseen = await asking.hiddenNow(await placeOf({ ...asked, at: before }), own);
      const seen = ({ score, ...lists }: Explanation) => ({ score, ...hideAlso(lists, unseen) });
      const earlier = seen(await explained({ ...asked, at: before }));
      return diffOf(earlier, seen(await explained(asked)), { showHidden: own && unseen.size === 0 });
    },
    async whatIf(viewer, subject, asked, { add = [], remove = [], policy: given }) {
      const { own, placeOf } = await visit(viewer, subject, asked);
      const place = await placeOf(asked);
      const policy = given === undefined ? place.policy : supposedPolicy(parsePolicy(given));
      const trust = await asking.trustAt({ ...place, policy });
      const changes = { add, remove, policy, trust };
      const { then: supposed, diff } = whatIf(await asking.question(place), changes, { showHidden: own });
      return { supposed: supposed.score, diff };
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
  const end = to === undefined ? parts.clock() : parseTime(to);
  const start = parseTime(since);
  ensure(start < end, "INVALID_INPUT", "A history begins before it ends.");
  const { trust } = (await parts.findPolicy(policy, version)).policy;
  const most = trust ? maxTrustPoints : maxPoints;
  ensure(points <= most, "QUOTA_EXCEEDED", `A history under this policy has at most ${most} points.`);
  return Array.from({ length: points }, (_, i) => Math.floor(start + ((end - start) * (i + 1)) / points));
}
