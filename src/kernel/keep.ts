/**
 * Keeps answers by name, the latest used ones up to a total of their sizes; those who ask while one is made share it. What
 * fails is not kept.
 */
export function keepWhile<T>(most: number, sizeOf: (value: T) => number) {
  const kept = new Map<string, { answer: Promise<T>; size: number }>();
  let total = 0;
  const drop = (name: string) => {
    total -= kept.get(name)?.size ?? 0;
    kept.delete(name);
  };
  return {
    ask(name: string, make: () => Promise<T>): Promise<T> {
      const known = kept.get(name);
      if (known) {
        kept.delete(name);
        kept.set(name, known);
        return known.answer;
      }
      const answer = make();
      const own = { answer, size: 0 };
      kept.set(name, own);
      answer.then(
        (value) => {
          if (kept.get(name) !== own) return;
          own.size = sizeOf(value);
          total += own.size;
          for (const oldest of kept.keys()) if (total > most) drop(oldest);
        },
        () => kept.get(name) === own && drop(name),
      );
      return answer;
    },
  };
}

/** Keeps a value by each name, those last set up to a total of their sizes. */
export function keepLatest<T>(most: number, sizeOf: (value: T) => number) {
  const kept = new Map<string, { value: T; size: number }>();
  let total = 0;
  const drop = (name: string) => {
    total -= kept.get(name)?.size ?? 0;
    kept.delete(name);
  };
  return {
    get: (name: string): T | undefined => kept.get(name)?.value,
    set(name: string, value: T): void {
      drop(name);
      const size = sizeOf(value);
      kept.set(name, { value, size });
      total += size;
      for (const oldest of kept.keys()) if (total > most) drop(oldest);
    },
  };
}
