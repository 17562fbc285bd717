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

/** Gives what `ask` answers, or what it answered before under the same name if that still `holds`. */
export type Recall = <T>(name: string, ask: () => Promise<T>, holds?: (answer: T) => boolean) => T | Promise<T>;

/** A number that changes with all that is written, by whomever. */
type VersionOf = () => number | Promise<number>;

/**
 * Keeps answers that follow from the whole database, by name, until anything is written by anybody. The version is asked
 * for once, when a question begins: so no answer in it is older than the question, and each is asked for once in it.
 * Where nobody can tell what others write, nothing is kept longer. Beyond `most` all are dropped.
 */
export function keepForQuestions(versionOf: VersionOf | undefined, most: number): () => Promise<Recall> {
  const kept = new Map<string, unknown>();
  let seen = -1;
  return async () => {
    const version = await versionOf?.();
    const asked = new Map<string, Promise<unknown>>();
    if (version !== undefined && version > seen) {
      kept.clear();
      seen = version;
    }
    return <T>(name: string, ask: () => Promise<T>, holds: (answer: T) => boolean = () => true) => {
      const known = version === seen ? (kept.get(name) as T | undefined) : undefined;
      if (known !== undefined && holds(known)) return known;
      const begun = asked.get(name) as Promise<T> | undefined;
      if (begun) return begun;
      const answer = ask().then((found) => {
        // A question that began later may have seen what has been written since this one was asked.
        if (version !== seen || found === undefined) return found;
        if (kept.size >= most) kept.clear();
        kept.set(name, found);
        return found;
      });
      asked.set(name, answer);
      return answer;
    };
  };
}
