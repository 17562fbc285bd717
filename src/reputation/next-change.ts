import { iso, type Millis } from "../kernel/time.ts";
import { type Turn, turnsOf } from "./eligibility.ts";
import { type Case, type Evaluation, evaluate } from "./evaluation.ts";
import { type Outlook, outlookOf, staysAt } from "./score-range.ts";
import { tickCeil } from "./score-rules.ts";

/**
 * The first tick at which a score is shown differently, or passes differently, while the log and the epoch of trust stay
 * as they are: when, why, by which operations' terms (none where it fades), and to what. `at` null with `notBefore`
 * says that the search ended there: up to that tick nothing changes.
 */
export type NextChange =
  | { at: string; why: Turn["why"] | "decay"; operations: string[]; to: { score: string; passes: boolean } }
  | { at: null; notBefore: string };

/** What a search may cost, in facts weighed: as much as weighing a thousand facts fifty times. */
export const maxSearch = 50_000;

/**
 * Finds the next change, and null where there is none before the year 10000. It is exact: ticks are passed over only
 * where bounds prove that the score is shown the same throughout, and what they leave open is evaluated as a score is.
 */
export function nextChangeOf(asked: Case, now: Evaluation, most = maxSearch): NextChange | null {
  const { tick } = asked.rules;
  const stops = stopsOf(asked, now.now);
  const search: Search = { asked, shown: now, spent: 0, most };
  let start = now;
  for (let i = 0; ; i++) {
    const stop = stops[i];
    const end = stop ? stop.at - tick : horizonOf(start, tick);
    const found = searchSpan(search, start, start.now + tick, end);
    if (found) return found;
    if (!stop) return null;
    if (spend(search, asked.prepared.length)) return { at: null, notBefore: iso(stop.at) };
    start = evaluate(asked, stop.at);
    if (differs(start, now)) return changeAt(start, stop.turns);
  }
}

type Search = { asked: Case; shown: Evaluation; spent: number; most: number };
type Stop = { at: Millis; turns: { why: Turn["why"]; operation: string }[] };

/**
 * Ticks at which the bounds of before do not hold, because facts begin or cease to count there. The next tick is one too:
 * until then facts of this tick have not begun to age.
 */
function stopsOf({ rules, prepared }: Case, now: Millis): Stop[] {
  const stops = new Map<Millis, Stop>();
  const stopAt = (at: Millis): Stop => {
    const stop = stops.get(at) ?? { at, turns: [] };
    stops.set(at, stop);
    return stop;
  };
  stopAt(now + rules.tick);
  for (const { fact, lasting, worth } of prepared) {
    if (lasting || !worth) continue;
    for (const { at, why } of turnsOf(fact, rules))
      if (at > now) stopAt(tickCeil(at, rules.tick)).turns.push({ why, operation: fact.operation });
  }
  return [...stops.values()].filter(({ at }) => at <= lastMoment).sort((a, b) => a.at - b.at);
}

/** The last moment that a date-time of four digits for the year can name. */
const lastMoment = Date.UTC(9999, 11, 31);

/** The tick from which on all that fades has faded. */
function horizonOf({ eligible, now }: Evaluation, tick: Millis): Millis {
  let horizon = now;
  for (const { fact, worth } of eligible) {
    const { halfLife } = worth.terms;
    if (halfLife !== null) horizon = Math.max(horizon, tickCeil(fact.admittedAt + 62 * halfLife, tick));
  }
  return Math.min(horizon, Math.floor(lastMoment / tick) * tick);
}

/** Searches the ticks from `first` to `last`, in spans that double, so that what is near is found at once. */
function searchSpan(search: Search, start: Evaluation, first: Millis, last: Millis): NextChange | undefined {
  if (first > last) return undefined;
  const { rules } = search.asked;
  const outlook = outlookOf(start, rules);
  for (let from = first, width = 1; from <= last; width *= 2) {
    const to = Math.min(last, from + (width - 1) * rules.tick);
    const found = searchRange(search, outlook, from, to);
    if (found) return found;
    from = to + rules.tick;
  }
  return undefined;
}

function searchRange(search: Search, outlook: Outlook, from: Millis, to: Millis): NextChange | undefined {
  const { asked, shown } = search;
  const { rules, prepared } = asked;
  const weight = outlook.cells.length + (from === to ? prepared.length : 0);
  if (spend(search, weight)) return { at: null, notBefore: iso(from) };
  if (staysAt(shown.score, outlook, from, to, rules)) return undefined;
  if (from === to) {
    const then = evaluate(asked, from);
    return differs(then, shown) ? changeAt(then, []) : undefined;
  }
  const middle = from + Math.floor((to - from) / (2 * rules.tick)) * rules.tick;
  return searchRange(search, outlook, from, middle) ?? searchRange(search, outlook, middle + rules.tick, to);
}

/** Whether the search has to end. */
function spend(search: Search, facts: number): boolean {
  search.spent += facts + 1;
  return search.spent > search.most;
}

function differs(then: Evaluation, now: Evaluation): boolean {
  return then.score !== now.score || then.passes !== now.passes;
}

function changeAt({ now, score, passes }: Evaluation, turns: Stop["turns"]): NextChange {
  const [first] = turns;
  const operations = turns.map(({ operation }) => operation);
  return { at: iso(now), why: first?.why ?? "decay", operations, to: { score, passes } };
}
