import { type Did, isUserDid, pkhDid } from "../identity/did.ts";
import { accountOf } from "./accounts.ts";
import { maxBonded, maxGroup } from "./ledger.ts";
import type { LedgerRows, LinkPair } from "./ledger-rows.ts";
import { type Bond, type EverOne, everOneBy } from "./once-one.ts";
import { Sets } from "./sets.ts";
import { stolenKeys } from "./stolen-keys.ts";

/** Who is one with whom, as far as it was looked for. */
export type Groups = EverOne & {
  /** All wallets that are one with this, itself with them, in code-unit order. */
  membersOf(wallet: Did): readonly Did[];
  /** The name by which they are known: the first of their addresses, on the first chain. */
  nameOf(wallet: Did): Did;
  /** The accounts of these: an address is its owner's on every chain. */
  accountsOf(wallet: Did): readonly string[];
  /** All wallets that were found to have been one with another. */
  wallets(): readonly Did[];
};

/** The groups of these wallets at a position, or of all that are linked, and who was one with them before. */
export async function groupsAt(
  rows: Pick<LedgerRows, "links" | "compromises">,
  wallets: readonly Did[] | undefined,
  position: number,
): Promise<Groups> {
  const bonds: Bond[] = [];
  const [live, ever] = [new Sets(), new Sets()];
  const seen = new Set(wallets?.map(accountOf));
  for (let asked = wallets && [...seen]; asked === undefined || asked.length > 0; ) {
    const found = await bondsOf(rows, asked, position);
    bonds.push(...found);
    if (asked === undefined) break;
    const near = found.map((bond) => ({ to: accountOf(bond.other), isLive: isLive(bond, position) }));
    for (const { one, other } of found) ever.join(accountOf(one), accountOf(other));
    for (const bond of found) if (isLive(bond, position)) live.join(accountOf(bond.one), accountOf(bond.other));
    const few = near.filter(
      (each) => (each.isLive && live.sizeOf(each.to) <= maxBonded) || ever.sizeOf(each.to) <= maxBonded,
    );
    asked = [...new Set(few.map(({ to }) => to))].filter((each) => !seen.has(each));
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
  const whole = new Sets();
  for (const { one, other } of live) whole.join(accountOf(one), accountOf(other));
  const [dids, accounts] = [new Sets(maxGroup), new Sets(maxGroup)];
  for (const { one, other } of live) {
    if (whole.sizeOf(accountOf(one)) > maxBonded) continue;
    dids.join(one, other);
    accounts.join(accountOf(one), accountOf(other));
  }
  const accountsOf = (wallet: Did) => {
    const known = accounts.inOrder(accountOf(wallet));
    const members = dids.inOrder(wallet);
    return members.length === 1 ? known : [...new Set([...known, ...members.map(accountOf)])];
  };
  return {
    ...everOneBy(bonds),
    membersOf: (wallet) => dids.inOrder(wallet),
    nameOf: (wallet) => (isUserDid(wallet) ? walletOf(accounts.inOrder(accountOf(wallet))[0]!) : wallet),
    accountsOf,
    wallets: () => [...new Set(bonds.flatMap(({ one, other }) => [one, other]))],
  };
}

/** A link to a document that was closed meanwhile never ends; the bond lasts as long as both links do. */
export function bondOf({ one, other, ...pair }: Omit<LinkPair, "at" | "authority" | "backAt" | "backAuthority">) {
  const since = Math.max(pair.seq, pair.backSeq);
  const until = Math.min(
    endOf(pair.seq, pair.ended, pair.otherClosed),
    endOf(pair.backSeq, pair.backEnded, pair.oneClosed),
  );
  if (since >= until) return undefined;
  return { one, other, since, until: until === Number.POSITIVE_INFINITY ? null : until } satisfies Bond;
}

/** A link that was made with a key which was others' by then makes no bond. */
async function bondsOf(
  rows: Pick<LedgerRows, "links" | "compromises">,
  accounts: readonly string[] | undefined,
  position: number,
): Promise<Bond[]> {
  const pairs = await rows.links(accounts, position);
  if (pairs.length === 0) return [];
  const authorities = new Set(pairs.flatMap(({ authority, backAuthority }) => [authority, backAuthority]));
  const isStolen = stolenKeys(await rows.compromises([...authorities], position));
  return pairs.flatMap((pair) => {
    const stolen = isStolen(pair.authority, pair.at) || isStolen(pair.backAuthority, pair.backAt);
    return (stolen ? undefined : bondOf(pair)) ?? [];
  });
}

function walletOf(account: string): Did {
  return pkhDid({ chainId: 1, address: account as `0x${string}` });
}

function endOf(seq: number, ended: number | null, closed: number | null): number {
  if (ended === null) return Number.POSITIVE_INFINITY;
  return closed !== null && closed > seq && closed < ended ? Number.POSITIVE_INFINITY : ended;
}

function isLive({ since, until }: Bond, seq: number): boolean {
  return since <= seq && (until === null || until > seq);
}
