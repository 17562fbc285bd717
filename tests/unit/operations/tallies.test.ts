import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minute } from "../../../src/kernel/time.ts";
import { keepTallies, type Settle } from "../../../src/operations/tallies.ts";
import { noon } from "../given.ts";

/** A store of one number, and how often it was asked. */
function openStore(stands = 0) {
  const store = { stands, asked: 0 };
  const read = async () => {
    store.asked++;
    return store.stands;
  };
  return { store, read };
}

describe("a tally", () => {
  it("counts what is being written, and gives back what was refused", async () => {
    const { store, read } = openStore(3);
    const tallies = keepTallies(0);
    const [one, two] = await Promise.all([tallies("ann", noon, read), tallies("ann", noon, read)]);
    const [kept, refused] = [one.take(1), two.take(5)];
    expect([one.used(), two.used()]).toEqual([9, 9]);
    refused(false);
    expect(one.used()).toBe(4);
    store.stands = 4;
    kept(true);
    expect([one.used(), (await tallies("ann", noon, read)).used()]).toEqual([4, 4]);
    expect((await tallies("bea", noon, async () => 0)).used()).toBe(0);
  });

  it("does not count twice what is written while it asks", async () => {
    const tallies = keepTallies(0);
    const settle = (await tallies("ann", noon, async () => 0)).take(1);
    const during = await tallies("ann", noon - 1, async () => {
      settle(true);
      return 1;
    });
    expect(during.used()).toBe(1);
  });

  it("goes on from what was read for as long as it is told, then asks what others have written", async () => {
    const { store, read } = openStore();
    const tallies = keepTallies(minute);
    (await tallies("ann", noon, read)).take(1)(true);
    store.stands = 8;
    for (const at of [noon + minute - 1, noon - 1]) expect((await tallies("ann", at, read)).used()).toBe(1);
    expect((await tallies("ann", noon + minute, read)).used()).toBe(8);
    expect(store.asked).toBe(2);
  });

  it("forgets after a minute what nobody has been told of", async () => {
    const { read } = openStore();
    const tallies = keepTallies(0);
    (await tallies("ann", noon, read)).take(7);
    expect((await tallies("ann", noon + minute - 1, read)).used()).toBe(7);
    expect((await tallies("ann", noon + minute, read)).used()).toBe(0);
  });

  it("is one for all who hold it, also when thousands were asked for meanwhile", async () => {
    const { read } = openStore();
    const tallies = keepTallies(0);
    const before = await tallies("ann", noon, read);
    const settle = (await tallies("cai", noon, read)).take(1);
    for (let i = 0; i < 3_000; i++) await tallies(`other ${i}`, noon, read);
    const after = await tallies("ann", noon, read);
    before.take(1);
    after.take(1);
    expect([before.used(), after.used(), (await tallies("cai", noon, read)).used()]).toEqual([2, 2, 1]);
    settle(false);
    expect((await tallies("cai", noon, read)).used()).toBe(0);
  });

  it("lets no more in than the limit, in whatever order it is asked, written and refused", async () => {
    const step = fc.record({ act: fc.constantFrom("ask", "take", "write", "refuse"), which: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, minute), async (steps, keptFor) => {
        const { store, read } = openStore();
        const tallies = keepTallies(keptFor);
        const most = 3;
        const asked = [await tallies("ann", noon, read)];
        const writing: Settle[] = [];
        for (const { act, which } of steps) {
          const tally = asked[which % asked.length]!;
          if (act === "ask") asked.push(await tallies("ann", noon, read));
          else if (act === "take" && tally.used() < most) writing.push(tally.take(1));
          else if (act === "write" || act === "refuse") {
            const [settle] = writing.splice(which % Math.max(1, writing.length), 1);
            if (settle && act === "write") store.stands++;
            settle?.(act === "write");
          }
          expect(tally.used()).toBe(store.stands + writing.length);
        }
        expect(store.stands).toBeLessThanOrEqual(most);
      }),
    );
  });
});
