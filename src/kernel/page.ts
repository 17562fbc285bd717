/** Part of a list, and what the next part is asked after; null where this is the last. */
export type Page<T> = { items: T[]; next: string | null };
export type PageRequest = { after?: string | undefined; limit: number };

/** A page of what was fetched, one more than asked for telling whether there is a next. */
export function pageOf<T>(items: T[], limit: number, keyOf: (item: T) => string): Page<T> {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { items: page, next: items.length > limit && last ? keyOf(last) : null };
}
