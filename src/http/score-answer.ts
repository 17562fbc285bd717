import { digestOf } from "#primitives";
import { pageOf } from "../kernel/page.ts";
import type { Explanation, Score } from "../reputation/score.ts";

/** Facts at once unless asked for otherwise. */
export const usualFacts = 100;

/** A score as it is answered with its lists, their first page each: the same object while the explanation is. */
export function explainedScore(explanation: Explanation): object {
  const known = answers.get(explanation);
  if (known) return known;
  const { score, evidence, excluded } = explanation;
  const made = { ...score, lists: { evidence: firstPage(evidence), excluded: firstPage(excluded) } };
  answers.set(explanation, made);
  return made;
}

const answers = new WeakMap<Explanation, object>();

/** What tells a score from all others, without quotes: its digest is the same whoever looks, and what is shown is not. */
export function scoreTag({ evidence: { digest }, nextChange }: Score): string {
  const named = nextChange !== null && nextChange.at !== null ? nextChange.operations : [];
  return named.length === 0 ? digest : `${digest}-${digestOf(named.join())}`;
}

/** The same of a score with its lists. */
export function explainedTag(explanation: Explanation): string {
  const known = tags.get(explanation);
  if (known !== undefined) return known;
  const { score, evidence, excluded } = explanation;
  const shown = [...evidence, ...excluded].map(({ operation }) => operation);
  const tag = `${score.evidence.digest}-${digestOf(shown.join())}`;
  tags.set(explanation, tag);
  return tag;
}

const tags = new WeakMap<Explanation, string>();

function firstPage<T extends { seq: number }>(list: T[]) {
  return pageOf(list, usualFacts, ({ seq }) => String(seq));
}
