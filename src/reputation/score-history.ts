import { iso } from "../kernel/time.ts";
import { evaluate, openCase, type Question, uncertaintyOf } from "./evaluation.ts";
import { tickFloor } from "./score-rules.ts";

/** A score at a moment, without its reasons. `score` is null once the subject has left. */
export type Point = {
  time: string;
  position: number;
  score: string | null;
  lower: string;
  passes: boolean;
  raters: number;
};

/** A score at several moments, each asked with what the log held by then. Errors as those of `scoreOf`. */
export function historyOf(questions: Iterable<Question>): Point[] {
  return Array.from(questions, pointOf);
}

function pointOf(question: Question): Point {
  const { group, at, log } = question;
  const closed = group.closedAt !== undefined;
  const asked = openCase(closed ? { ...question, facts: [] } : question);
  const time = iso(tickFloor(at, asked.rules.tick));
  const { position } = log;
  if (closed) return { time, position, score: null, lower: "0", passes: false, raters: 0 };
  const { score, counted, passes, raters } = evaluate(asked, at);
  return { time, position, score, lower: uncertaintyOf(counted, asked.rules).lower, passes, raters };
}
