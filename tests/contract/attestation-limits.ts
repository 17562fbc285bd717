import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Did } from "../../src/identity/did.ts";
import { here } from "../../src/operations/kind.ts";
import { accountOf } from "../../src/reputation/accounts.ts";
import { attestationLimits } from "../../src/storage/attestation-limits.ts";
import type { Storage } from "../../src/storage/database.ts";
import { appendOf, entryOf, freshId } from "./synthetic.ts";

const now = 1_800_000_000_000;

type Of = (chain: number) => Did;

const wallet = (chain: number, digit: string): Did => `did:pkh:eip155:${chain}:0x${digit.repeat(40)}`;

/** What every database answers about how much an attester has said. */
export function attestationLimitsContract(name: string, open: () => Promise<Storage>): void {
  describe(`limits of attesters over ${name}`, () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = await open();
    });
    afterAll(() => storage.close());

    const attested = async (rater: string, document: string, at: number) => {
      const texts = {
        subject: "s",
        entry: "e",
        organization: "",
        attester: rater,
        app: "",
        authority: "",
        texts: "[]",
      };
      const said = {
        field: "f",
        kind: "review",
        value: "1",
        work_type: "",
        work_id: "",
        context: "",
        standing: "work",
      };
      const set = { ...texts, ...said, document, rater, seq: here, claimed_at: "", admitted_at: at } as const;
      const row = { table: "attestations", key: { operation: freshId() }, set };
      await storage.operations.commit(appendOf([entryOf({ document: freshId() })], { rows: [row] }));
    };

    it("counts one attester's about one subject, and all since a moment", async () => {
      const [ann, bea, here, there] = [freshId(), freshId(), freshId(), freshId()];
      await attested(ann, here, now - 2);
      await attested(ann, here, now);
      await attested(ann, there, now);
      await attested(bea, here, now);
      const { saidAbout, saidSince } = attestationLimits(storage.reader);
      expect(await Promise.all([saidAbout(ann, here), saidAbout(bea, there), saidAbout(freshId(), here)])).toEqual([
        2, 0, 0,
      ]);
      expect(await Promise.all([saidSince(ann, now - 1), saidSince(ann, now), saidSince(bea, now - 1)])).toEqual([
        2, 0, 1,
      ]);
    });

    it("counts a person's on all chains as one account's", async () => {
      const document = freshId();
      const [ann, bea] = ["a", "b"].map((digit) => (chain: number) => wallet(chain, digit)) as [Of, Of];
      await attested(ann(1), document, now);
      await attested(ann(10), document, now);
      await attested(bea(1), document, now);
      const { saidAbout, saidSince } = attestationLimits(storage.reader);
      const [anns, beas] = [accountOf(ann(137)), accountOf(bea(1))];
      expect(await Promise.all([saidAbout(anns, document), saidAbout(anns, freshId())])).toEqual([2, 0]);
      expect(await Promise.all([saidSince(anns, now - 1), saidSince(anns, now)])).toEqual([2, 0]);
      expect(await Promise.all([saidAbout(beas, document), saidSince(beas, now - 1)])).toEqual([1, 1]);
    });

    it("knows who is one with a wallet: who names it and is named by it, whatever the chains, and theirs", async () => {
      const link = async (subject: string, other: string, ended = false) => {
        const by = { operation: freshId(), document: "d", authority: "", linked_at: now } as const;
        const key = { entry: freshId() };
        const set = { ...by, subject, other, seq: here, ended_seq: ended ? here : null } as const;
        const rows = [{ table: "subject_links", key, set }];
        await storage.operations.commit(appendOf([entryOf({ document: freshId() })], { rows }));
      };
      const both = async (one: string, other: string) => {
        await link(one, other);
        await link(other, one);
      };
      const { oneWith } = attestationLimits(storage.reader);
      await both(wallet(1, "1"), wallet(1, "2"));
      await both(wallet(10, "2"), wallet(1, "3"));
      await link(wallet(1, "1"), wallet(1, "4"));
      await link(wallet(1, "5"), wallet(1, "1"));
      await link(wallet(1, "1"), wallet(1, "6"));
      await link(wallet(1, "6"), wallet(1, "1"), true);
      const ours = ["1", "2", "3"].map((digit) => wallet(1, digit).slice(-42));
      for (const who of [wallet(5, "1"), wallet(1, "3")]) expect([...(await oneWith(who))].sort()).toEqual(ours);
      expect(await oneWith(wallet(1, "4"))).toEqual([wallet(1, "4").slice(-42)]);
    });
  });
}
