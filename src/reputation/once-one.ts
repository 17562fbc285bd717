import type { Did } from "../identity/did.ts";
import { accountOf } from "./accounts.ts";
import { maxBonded } from "./ledger.ts";
import { Sets } from "./sets.ts";

/** Two wallets that are one, from a place of the log on until another; null where that has not come. */
export type Bond = { one: Did; other: Did; since: number; until: number | null };

/** Who was one with whom at places of the log, whatever came of it, by account and over others. */
export type EverOne = {
  /** The accounts that were one with a wallet's, its own with them, at each place. */
  accountsThen(wallet: Did): (seq: number) => readonly string[];
  /** All accounts that it ever was one with, its own with them. */
  accountsEver(wallet: Did): readonly string[];
};

/** Bonds of accounts that hang together, and who was one at each place where one of them began or ended. */
type Past = { bonds: Bond[]; turns: number[]; sets: Map<number, Sets> };

/** Of more accounts than `maxBonded` that ever hung together each was one with those alone with whom it shared a bond. */
export function everOneBy(bonds: readonly Bond[]): EverOne {
  const whole = new Sets();
  for (const { one, other } of bonds) whole.join(accountOf(one), accountOf(other));
  const pasts = new Map<ReadonlySet<string>, Past>();
  const byComponent = once(() => Map.groupBy(bonds, ({ one }) => whole.of(accountOf(one))!));
  const byAccount = once(() => neighbours(bonds));
  const pastOf = (component: ReadonlySet<string>): Past => {
    const known = pasts.get(component);
    if (known) return known;
    const made = pastBy(byComponent().get(component)!);
    pasts.set(component, made);
    return made;
  };
  return {
    accountsThen: (wallet) => {
      const account = accountOf(wallet);
      const alone = [account];
      const component = whole.of(account);
      if (!component) return () => alone;
      if (component.size <= maxBonded) return (seq) => setsIn(pastOf(component), seq).inOrder(account);
      const near = byAccount().get(account) ?? [];
      return (seq) => [account, ...near.filter(({ bond }) => wasLive(bond, seq)).map(({ to }) => to)];
    },
    accountsEver: (wallet) => {
      const account = accountOf(wallet);
      if (whole.sizeOf(account) <= maxBonded) return whole.inOrder(account);
      return [...new Set([account, ...(byAccount().get(account) ?? []).map(({ to }) => to)])];
    },
  };
}

function pastBy(bonds: Bond[]): Past {
  const turns = new Set(bonds.flatMap(({ since, until }) => (until === null ? [since] : [since, until])));
  return { bonds, turns: [...turns].sort((a, b) => a - b), sets: new Map() };
}

function setsIn({ bonds, turns, sets: kept }: Past, seq: number): Sets {
  const turn = countUpTo(turns, seq);
  const known = kept.get(turn);
  if (known) return known;
  const sets = new Sets();
  for (const bond of bonds) if (wasLive(bond, seq)) sets.join(accountOf(bond.one), accountOf(bond.other));
  kept.set(turn, sets);
  return sets;
}

/** How many of the ordered places are not behind this one. */
function countUpTo(places: readonly number[], seq: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function neighbours(bonds: readonly Bond[]): Map<string, { to: string; bond: Bond }[]> {
  const both = bonds.flatMap((bond) => {
    const [one, other] = [accountOf(bond.one), accountOf(bond.other)];
    return [
      { from: one, to: other, bond },
      { from: other, to: one, bond },
    ];
  });
  return Map.groupBy(both, ({ from }) => from);
}

function wasLive({ since, until }: Bond, seq: number): boolean {
  return since <= seq && (until === null || until > seq);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
