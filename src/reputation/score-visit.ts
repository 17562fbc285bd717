import { type Audience, type Audiences, ensureShown } from "./audience.ts";
import { hiddenOf, hideAlso, visibleLists } from "./explanation.ts";
import type { Explanation, Score } from "./score.ts";
import type { AskedScore, Asking, AskingParts, Place } from "./score-asking.ts";

export type Viewer<Caller> = () => Promise<Caller | undefined>;

export type VisitParts<Caller> = Pick<AskingParts, "begin"> & {
  audiences: Audiences;
  /** Whether a caller speaks for a DID. */
  speaksFor(caller: Caller, did: string): boolean;
};

/** A viewer to whom the scores of a subject under a policy are shown. */
export type Visit = {
  /** Whether it is the subject. */
  own: boolean;
  /** What is asked for. */
  place: Place;
  /** The same at another moment. FORBIDDEN */
  placeOf(asked: AskedScore): Promise<Place>;
};

export type Visits<Caller> = {
  /** Refuses with FORBIDDEN those whom the score is not shown to. */
  enter(viewer: Viewer<Caller>, subject: string, asked: AskedScore): Promise<Visit>;
  /** Under a policy that nobody has published: shown to those whom a subject shows all scores to. FORBIDDEN */
  suppose(viewer: Viewer<Caller>, place: Place): Promise<{ own: boolean }>;
};

export function openVisits<Caller>(parts: VisitParts<Caller>, asking: Asking): Visits<Caller> {
  const { audiences, speaksFor } = parts;
  // Wallets are shown at a moment as each of those says that were one with it then.
  const show = (viewer: Viewer<Caller>, { group }: Place, said: Said) =>
    ensureShown(said, { viewer, speaksFor }, group.members);
  return {
    async enter(asker, subject, asked) {
      const recall = await parts.begin();
      const viewer = once(asker);
      const { id } = await asking.policyOf(asked, recall);
      const said: Said = async (did) => [await recall(`audience ${id} ${did}`, () => audiences.of(did, id))];
      const place = await asking.placeOf(subject, asked, recall);
      const { own } = await show(viewer, place, said);
      const placeOf = async (which: AskedScore) => {
        const other = await asking.placeOf(subject, which, recall);
        await show(viewer, other, said);
        return other;
      };
      return { own, place, placeOf };
    },
    suppose: (viewer, place) => show(viewer, place, (did) => audiences.all(did)),
  };
}

/** What is shown to others of an explanation, in which these operations are hidden, too. */
export function asOthersSee({ score, ...lists }: Explanation, unseen: ReadonlySet<string> = new Set()): Explanation {
  const marked = unseen.size > 0 ? hideAlso(lists, unseen) : lists;
  return { score: scoreWithout(score, hiddenOf(marked)), ...visibleLists(marked, false) };
}

/** The score without the names of operations that are not to be seen: that it will change, and when, stays. */
export function scoreWithout(score: Score, unseen: ReadonlySet<string>): Score {
  const { nextChange } = score;
  if (!nextChange || nextChange.at === null || !nextChange.operations.some((each) => unseen.has(each))) return score;
  const operations = nextChange.operations.filter((each) => !unseen.has(each));
  return { ...score, nextChange: { ...nextChange, operations } };
}

/** Asks who it is once. */
export function once<Caller>(viewer: Viewer<Caller>): Viewer<Caller> {
  let asked: ReturnType<Viewer<Caller>> | undefined;
  return () => {
    asked ??= viewer();
    return asked;
  };
}

type Said = (did: string) => Promise<readonly Audience[]>;
