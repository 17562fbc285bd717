/** Disjoint sets of names, none of them larger than `most`. */
export class Sets {
  readonly #of = new Map<string, Set<string>>();
  readonly #ordered = new WeakMap<ReadonlySet<string>, readonly string[]>();
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Makes one set of two, unless it would be too large. */
  join(one: string, other: string): void {
    const [a, b] = [this.#setOf(one), this.#setOf(other)];
    if (a === b || a.size + b.size > this.#most) return;
    const [small, large] = a.size < b.size ? [a, b] : [b, a];
    this.#ordered.delete(large);
    for (const each of small) this.#of.set(each, large.add(each));
  }

  of(name: string): ReadonlySet<string> | undefined {
    return this.#of.get(name);
  }

  sizeOf(name: string): number {
    return this.#of.get(name)?.size ?? 1;
  }

  /** The set in which a name is, itself alone unless it was joined, in code-unit order. */
  inOrder(name: string): readonly string[] {
    const set = this.#of.get(name);
    if (!set) return [name];
    const known = this.#ordered.get(set);
    if (known) return known;
    const made = [...set].sort();
    this.#ordered.set(set, made);
    return made;
  }

  #setOf(name: string): Set<string> {
    const known = this.#of.get(name);
    if (known) return known;
    const alone = new Set([name]);
    this.#of.set(name, alone);
    return alone;
  }
}
