/** What a cap may cut: an amount that is not negative, and a place in the log that says who comes first among equals. */
export type Capped = { left: bigint; order: number; cut: Cap | null };

export type Cap = "rater" | "issuer";

/**
 * Holds what the members of each group have left to `cap` in all, in units of 10⁻⁹. Within a group the larger amount
 * comes first, then the earlier in the log; whoever comes when nothing is left keeps nothing. What is cut bears `name`.
 */
export function applyCap<Item extends Capped>(
  items: readonly Item[],
  groupOf: (item: Item) => number | undefined,
  cap: bigint | null,
  name: Cap,
): void {
  if (cap === null) return;
  for (const group of groupsAbove(items, groupOf, cap)) {
    let room = cap;
    for (const item of group.sort(largerFirst)) {
      const kept = item.left < room ? item.left : room;
      room -= kept;
      if (kept === item.left) continue;
      item.left = kept;
      item.cut = name;
    }
  }
}

/** The groups whose members have more than the cap in all. */
function groupsAbove<Item extends { left: bigint }>(
  items: readonly Item[],
  groupOf: (item: Item) => number | undefined,
  cap: bigint,
): Item[][] {
  const sums = new Map<number, bigint>();
  for (const item of items) {
    const group = groupOf(item);
    if (group !== undefined) sums.set(group, (sums.get(group) ?? 0n) + item.left);
  }
  const groups = new Map<number, Item[]>();
  for (const [group, sum] of sums) if (sum > cap) groups.set(group, []);
  if (groups.size > 0) for (const item of items) groups.get(groupOf(item) ?? -1)?.push(item);
  return [...groups.values()];
}

function largerFirst(a: { left: bigint; order: number }, b: { left: bigint; order: number }): number {
  if (a.left !== b.left) return a.left > b.left ? -1 : 1;
  return a.order - b.order;
}
