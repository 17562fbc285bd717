import { pageOf } from "../kernel/page.ts";
import type { Explanation } from "../reputation/score.ts";

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

function firstPage<T extends { seq: number }>(list: T[]) {
  return pageOf(list, usualFacts, ({ seq }) => String(seq));
}
