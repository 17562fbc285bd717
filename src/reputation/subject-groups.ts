import type { Did } from "../identity/did.ts";
import { maxGroup } from "./ledger.ts";
import type { LedgerRows, LinkPair } from "./ledger-rows.ts";

/** Two wallets that are one, from a place of the log on until another; null where that has not come. */
export type Bond = { one: Did; other: Did; since: number; until: number | null };

/** Who is one with whom, as far as it was looked for. */
export type Groups = {
  /** All wallets that are one with this, itself with them, in code-unit order. */
  membersOf(wallet: Did): readonly Did[];
  /** The name by which they are known: the first in code-unit order. */
  nameOf(wallet: Did): Did;
  /** Whether two wallets named each other at a place, whatever came of it. */
  wereOne(wallet: Did, other: Did, seq: number): boolean;
};

/** Wallets that may hang together over bonds: of more, each stands by itself, since nobody has so many. */
const maxBonded = 64;

/** The groups of these wallets at a position, or of all that are linked. */
export async function groupsAt(
  rows: Pick<LedgerRows, "links">,
  wallets: readonly Did[] | undefined,
  position: number,
): Promise<Groups> {
  const bonds: Bond[] = [];
  const joined = new Sets(Number.POSITIVE_INFINITY);
  const seen = new Set(wallets);
  for (let asked = wallets; asked === undefined || asked.length > 0; ) {
    const found = (await rows.links(asked, position)).flatMap((pair) => bondOf(pair) ?? []);
    bonds.push(...found);
    if (asked === undefined) break;
    const live = found.filter((bond) => isLive(bond, position));
    for (const { one, other } of live) joined.join(one, other);
    const next = new Set(live.map(({ other }) => other).filter((each) => !seen.has(each)));
    asked = [...next].filter((each) => joined.sizeOf(each) <= maxBonded);
    for (const each of asked) seen.add(each);
  }
  return groupsOf(bonds, position);
}

/**
 * The groups that bonds make at a position. They join in the order in which they came about, so that a later one never
 * parts an earlier group; one that would make a group too large joins nothing.
 */
export function groupsOf(bonds: readonly Bond[], position: number): Groups {
  const live = bonds.filter((bond) => isLive(bond, position)).sort((a, b) => a.since - b.since);
  const whole = new Sets(Number.POSITIVE_INFINITY);
  for (const { one, other } of live) whole.join(one, other);
  const sets = new Sets(maxGroup);
  for (const { one, other } of live) if (whole.sizeOf(one) <= maxBonded) sets.join(one, other);
  const ordered = new Map([...sets.all()].map((set) => [set, [...set].sort()]));
  const membersOf = (wallet: Did) => {
    const set = sets.of(wallet);
    return set ? ordered.get(set)! : [wallet];
  };
  const bonded = new Set(bonds.flatMap(({ one, other }) => [one, other]));
  const pairs = Map.groupBy(bonds, ({ one, other }) => pairOf(one, other));
  return {
    membersOf,
    nameOf: (wallet) => membersOf(wallet)[0]!,
    wereOne: (wallet, other, seq) => {
      if (!bonded.has(wallet)) return false;
      const between = pairs.get(pairOf(wallet, other)) ?? [];
      return between.some(({ since, until }) => since <= seq && (until === null || until > seq));
    },
  };
}

/** A link to a document that was closed meanwhile never ends; the bond lasts as long as both links do. */
export function bondOf({ one, other, ...pair }: LinkPair): Bond | undefined {
  const since = Math.max(pair.seq, pair.backSeq);
  const until = Math.min(
    endOf(pair.seq, pair.ended, pair.otherClosed),
    endOf(pair.backSeq, pair.backEnded, pair.oneClosed),
  );
  if (since >= until) return undefined;
  return { one, other, since, until: until === Number.POSITIVE_INFINITY ? null : until };
}

function endOf(seq: number, ended: number | null, closed: number | null): number {
  if (ended === null) return Number.POSITIVE_INFINITY;
  return closed !== null && closed > seq && closed < ended ? Number.POSITIVE_INFINITY : ended;
}

function isLive({ since, until }: Bond, position: number): boolean {
  return since <= position && (until === null || until > position);
}

function pairOf(one: Did, other: Did): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** Disjoint sets of wallets, none of them larger than `most`. */
class Sets {
  readonly #of = new Map<Did, Set<Did>>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  join(one: Did, other: Did): void {
    const [a, b] = [this.#setOf(one), this.#setOf(other)];
    if (a === b || a.size + b.size > this.#most) return;
    const [small, large] = a.size < b.size ? [a, b] : [b, a];
    for (const each of small) this.#of.set(each, large.add(each));
  }

  of(wallet: Did): ReadonlySet<Did> | undefined {
    return this.#of.get(wallet);
  }

  sizeOf(wallet: Did): number {
    return this.#of.get(wallet)?.size ?? 1;
  }

  all(): Set<ReadonlySet<Did>> {
    return new Set(this.#of.values());
  }

  #setOf(wallet: Did): Set<Did> {
    const known = this.#of.get(wallet);
    if (known) return known;
    const alone = new Set([wallet]);
    this.#of.set(wallet, alone);
    return alone;
  }
}
