import type { Reader, Statement } from "./statement.ts";

/**
 * Answers of the database, kept by name until they may have changed: until anything is written other than appends of
 * this process, which `forget` is told of. Where nobody can tell what others write, nothing is kept; nor is `undefined`,
 * for what is not there yet. Beyond `most` all are dropped.
 */
export function keepAnswers<Row, Answer>({ rows, version }: Reader, most: number, answerOf: (found: Row[]) => Answer) {
  const kept = new Map<string, Answer>();
  let seen: number | undefined;
  return {
    /** What is kept under the name, else what the statement answers. */
    async ask(name: string, statement: () => Statement): Promise<Answer> {
      if (!version) return answerOf(await rows<Row>(statement()));
      const now = await version();
      if (now !== seen || kept.size >= most) kept.clear();
      seen = now;
      const known = kept.get(name);
      if (known !== undefined) return known;
      const found = rows<Row>(statement());
      // Between reading and keeping nothing may be awaited: what is written meanwhile would be forgotten too early.
      if (found instanceof Promise) return answerOf(await found);
      const answer = answerOf(found);
      if (answer !== undefined) kept.set(name, answer);
      return answer;
    },
    forget: (name: string): void => void kept.delete(name),
    forgetAll: (): void => kept.clear(),
  };
}

/** The same where nobody tells what is appended: whatever is written by anybody, this process too, drops all. */
export function keepUntilWritten<Row, Answer>(
  { versionOfAll, ...reader }: Reader,
  most: number,
  answerOf: (found: Row[]) => Answer,
) {
  const { version: _, ...rest } = reader;
  return keepAnswers<Row, Answer>({ ...rest, ...(versionOfAll && { version: versionOfAll }) }, most, answerOf);
}
