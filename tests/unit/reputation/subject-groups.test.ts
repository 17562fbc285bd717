import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accountOf } from "../../../src/reputation/accounts.ts";
import { maxGroup } from "../../../src/reputation/ledger.ts";
import type { LedgerRows, LinkPair } from "../../../src/reputation/ledger-rows.ts";
import { bondOf, groupsAt, groupsOf } from "../../../src/reputation/subject-groups.ts";

const did = (n: number) => `did:pkh:eip155:1:0x${n.toString(16).padStart(40, "0")}`;

/** A bond of two wallets, by the number of its later link. */
const bond = (one: number, other: number, since: number, until: number | null = null) => ({
  one: did(one),
  other: did(other),
  since,
  until,
});

type Event = { who: number; other: number; type: "LINK" | "UNLINK" | "CLOSE" };

/** The rows that events come to, one after the other, as their tables would have them. */
function rowsOf(events: readonly Event[]): Pick<LedgerRows, "links" | "compromises"> {
  const links: { subject: number; other: number; seq: number; ended: number | null }[] = [];
  const closed = new Map<number, number>();
  events.forEach(({ who, other, type }, i) => {
    const live = links.find((each) => each.subject === who && each.other === other && each.ended === null);
    if (closed.has(who) || who === other) return;
    if (type === "CLOSE") closed.set(who, i + 1);
    else if (type === "LINK" && !live) links.push({ subject: who, other, seq: i + 1, ended: null });
    else if (type === "UNLINK" && live) live.ended = i + 1;
  });
  const pairs = (position: number) =>
    links.flatMap((link) =>
      links
        .filter((back) => back.subject === link.other && back.other === link.subject)
        .filter((back) => Math.max(link.seq, back.seq) <= position)
        .map(
          (back): LinkPair => ({
            one: did(link.subject),
            other: did(link.other),
            seq: link.seq,
            at: link.seq,
            authority: `key of ${link.subject}`,
            ended: link.ended,
            backSeq: back.seq,
            backAt: back.seq,
            backAuthority: `key of ${back.subject}`,
            backEnded: back.ended,
            oneClosed: closed.get(link.subject) ?? null,
            otherClosed: closed.get(link.other) ?? null,
          }),
        ),
    );
  return {
    links: async (accounts, position) =>
      pairs(position).filter(({ one, other }) => (accounts ? accounts.includes(accountOf(one)) : one < other)),
    compromises: async (authorities) =>
      ["key of 3"].filter((each) => authorities?.includes(each)).map((authority) => ({ authority, from: 60 })),
  };
}

describe("wallets that are one", () => {
  test("are so over others, each under the same name", () => {
    const groups = groupsOf([bond(3, 1, 5), bond(1, 2, 6)], 6);
    for (const n of [1, 2, 3]) expect(groups.membersOf(did(n))).toEqual([did(1), did(2), did(3)]);
    expect([groups.nameOf(did(3)), groups.nameOf(did(4))]).toEqual([did(1), did(4)]);
  });

  test("are so from their bond on and until it ends", () => {
    const groups = (position: number) => groupsOf([bond(1, 2, 5, 8)], position).membersOf(did(1)).length;
    expect([groups(4), groups(5), groups(7), groups(8)]).toEqual([1, 2, 2, 1]);
    const then = groupsOf([bond(1, 2, 5, 8)], 20).accountsThen(did(2));
    expect([4, 5, 7, 8].map((seq) => then(seq).length)).toEqual([1, 2, 2, 1]);
  });

  test("were so over others at a place, also of more than a group takes, and whatever their chains", () => {
    const chain = [...Array.from({ length: 20 }, (_, i) => bond(i, i + 1, i + 1, 30)), bond(5, 6, 40)];
    const groups = groupsOf(chain, 50);
    expect(groups.accountsThen(did(0))(25)).toHaveLength(21);
    expect(groups.accountsThen(did(0))(10)).toHaveLength(11);
    expect(groups.accountsThen(did(6))(45)).toEqual([5, 6].map((n) => accountOf(did(n))));
    expect(groups.accountsEver(did(20))).toHaveLength(21);
    const elsewhere = did(2).replace(":1:0x", ":137:0x");
    const over = groupsOf([bond(1, 2, 1), { ...bond(3, 4, 2), other: elsewhere }], 5);
    expect(over.accountsThen(did(1))(3)).toContain(accountOf(did(3)));
    expect([over.nameOf(did(3)), over.nameOf(elsewhere)]).toEqual([did(1), did(1)]);
    expect(over.membersOf(did(3))).toEqual([elsewhere, did(3)].sort());
    expect(groupsOf([], 5).nameOf(elsewhere)).toBe(did(2));
  });

  test("were one with those alone whom they named where more have hung together than anybody has", () => {
    const star = Array.from({ length: 80 }, (_, i) => bond(0, i + 1, i + 1, i + 50));
    const groups = groupsOf(star, 500);
    expect(groups.accountsThen(did(3))(10)).toEqual([did(3), did(0)].map(accountOf));
    expect(groups.accountsEver(did(3))).toEqual([did(3), did(0)].map(accountOf));
    expect(groups.accountsThen(did(0))(10)).toHaveLength(11);
  });

  test("are at most so many: what would make a group too large joins nothing, and parts no earlier one", () => {
    const chain = Array.from({ length: maxGroup + 2 }, (_, i) => bond(i, i + 1, 100 - i));
    const groups = groupsOf(chain, 100);
    const sizes = Array.from({ length: maxGroup + 3 }, (_, i) => groups.membersOf(did(i)).length);
    // The last bonds of the chain are the earliest.
    expect(sizes).toEqual([3, 3, 3, ...Array.from({ length: maxGroup }, () => maxGroup)]);
  });

  test("are none where more hang together than anybody has", () => {
    const star = Array.from({ length: 80 }, (_, i) => bond(i, i + 1, i + 1));
    expect(groupsOf(star, 80).membersOf(did(0))).toEqual([did(0)]);
    expect(groupsOf(star, 63).membersOf(did(0))).toHaveLength(maxGroup);
  });

  test("stay so where one of them was closed before the other took its word back", () => {
    const pair = { one: did(1), other: did(2), seq: 1, ended: 9, backSeq: 2, backEnded: null };
    expect(bondOf({ ...pair, oneClosed: null, otherClosed: null })).toMatchObject({ since: 2, until: 9 });
    expect(bondOf({ ...pair, oneClosed: null, otherClosed: 5 })).toMatchObject({ until: null });
    expect(bondOf({ ...pair, oneClosed: null, otherClosed: 10 })).toMatchObject({ until: 9 });
    expect(bondOf({ ...pair, ended: 2, oneClosed: null, otherClosed: null })).toBeUndefined();
  });

  test("are the same whoever of them is asked about, at every position", async () => {
    const wallet = fc.integer({ min: 0, max: 11 });
    const type = fc.constantFrom("LINK", "LINK", "LINK", "UNLINK", "CLOSE" as const);
    const events = fc.array(fc.record({ who: wallet, other: wallet, type }) as fc.Arbitrary<Event>, { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(events, fc.nat(120), async (list, position) => {
        const all = await groupsAt(rowsOf(list), undefined, position);
        // What comes later changes nothing.
        const before = await groupsAt(rowsOf(list.slice(0, position)), undefined, position);
        for (let n = 0; n < 12; n++) {
          const members = all.membersOf(did(n));
          const asked = await groupsAt(rowsOf(list), [did(n)], position);
          expect(asked.membersOf(did(n))).toEqual(members);
          expect(asked.nameOf(did(n))).toBe(all.nameOf(did(n)));
          for (let seq = 0; seq <= position; seq += 7)
            expect(asked.accountsThen(did(n))(seq)).toEqual(all.accountsThen(did(n))(seq));
          expect(asked.accountsEver(did(n))).toEqual(all.accountsEver(did(n)));
          expect(before.membersOf(did(n))).toEqual(members);
          expect(members.length).toBeLessThanOrEqual(maxGroup);
          for (const each of members) expect(all.membersOf(each)).toEqual(members);
        }
      }),
      { numRuns: 60 },
    );
  });
});
