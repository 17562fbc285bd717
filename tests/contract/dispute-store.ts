import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { here, type Row } from "../../src/operations/kind.ts";
import { attestationStore } from "../../src/storage/attestation-store.ts";
import type { Storage } from "../../src/storage/database.ts";
import { disputeStore } from "../../src/storage/dispute-store.ts";
import { appendOf, entryOf, freshId } from "./synthetic.ts";

const now = 1_800_000_000_000;
const latest = Number.MAX_SAFE_INTEGER;

/** What every database answers about what organisations have attested and what is disputed of it. */
export function disputeStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`attestations and disputes of organisations over ${name}`, () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = await open();
    });
    afterAll(() => storage.close());

    const write = (...rows: Row[]) => storage.operations.commit(appendOf([entryOf({ document: freshId() })], { rows }));
    const attested = async (more: Row["set"], document = freshId()) => {
      const operation = freshId();
      const who = { subject: "s", entry: "e", organization: "", attester: "", app: "", authority: "", rater: "" };
      const what = { field: "f", kind: "contribution", value: "1", work_type: "", work_id: "", context: "" };
      const when = { seq: here, claimed_at: "", admitted_at: now, texts: "[]", standing: "organization" } as const;
      const set = { document, ...who, ...what, ...when, ...more } as const;
      await write({ table: "attestations", key: { operation }, set });
      return { operation, document };
    };
    const later = (operation: string, set: Row["set"]) => write({ table: "attestations", key: { operation }, set });
    const disputed = { disputed_seq: here, disputed_at: now, dispute: "d", dispute_entry: "", dispute_authority: "" };
    const dispute = { ...disputed, dispute_texts: '["t"]' } as Row["set"];
    const ruling = { ruled_seq: here, ruled_at: now, ruling: "r", ruling_authority: "", ruled_by: "" } as const;
    const ruled = { ...ruling, ruling_texts: "[]", outcome: "struck" } as const;
    const found = async (organization: string, waits: boolean, before = latest, limit = 9) => {
      const names = await disputeStore(storage).disputes(organization, waits, before, limit);
      return names.map(({ evidence }) => evidence);
    };

    it("lists what an organisation has attested, the latest first, before a place", async () => {
      const [house, document] = [freshId(), freshId()];
      const made: string[] = [];
      for (let i = 0; i < 3; i++)
        made.unshift((await attested({ organization: house, rater: house }, document)).operation);
      await attested({ organization: freshId() }, document);
      await attested({ rater: "did:x:y", standing: "membership", context: house }, document);
      const store = disputeStore(storage);
      const first = await store.madeBy(house, latest, 2);
      expect(first.map(({ operation }) => operation)).toEqual(made.slice(0, 2));
      const rest = await store.madeBy(house, first[1]!.seq, 2);
      expect(rest.map(({ operation }) => operation)).toEqual(made.slice(2));
      expect(await store.madeBy("", latest, 2)).toEqual([]);
      const byOperation = await store.attestations([made[2]!, made[0]!, freshId()]);
      expect(byOperation.map(({ operation }) => operation).sort()).toEqual([made[0]!, made[2]!].sort());
      const about = attestationStore(storage);
      const all = { all: true };
      const page = await about.about(document, { ...all, by: house }, 0, 2, true);
      expect(page.map(({ operation }) => operation)).toEqual(made.slice(0, 2));
      const before = await about.about(document, { ...all, by: house }, page[1]!.seq, 2, true);
      expect(before.map(({ operation }) => operation)).toEqual(made.slice(2));
    });

    it("finds disputes over what it has said, and over what was said in its context", async () => {
      const [house, other] = [freshId(), freshId()];
      const own = await attested({ organization: house });
      const context = await attested({ standing: "membership", context: house });
      const foreign = await attested({ organization: other });
      await attested({ organization: house });
      for (const { operation } of [own, context, foreign]) await later(operation, dispute);
      expect(await found(house, true)).toEqual([context.operation, own.operation]);
      const [first] = await disputeStore(storage).disputes(house, true, latest, 1);
      expect(first).toEqual({ ...{ seq: first!.seq, evidence: context.operation }, ...places(context.document) });
      expect(await found(house, true, first!.seq)).toEqual([own.operation]);
      expect(await found(house, false)).toEqual([]);
      await later(own.operation, ruled);
      expect([await found(house, true), await found(house, false)]).toEqual([[context.operation], [own.operation]]);
    });

    it("counts as settled what was taken back, and what is about somebody who has left", async () => {
      const house = freshId();
      const [back, gone] = [await attested({ organization: house }), await attested({ organization: house })];
      for (const { operation } of [back, gone]) await later(operation, dispute);
      await later(back.operation, { retracted_seq: here, retracted_at: now, retracted_by: "b", retract_authority: "" });
      const left = { subject: "s", attestations: 1, closed_seq: here, closed_at: now } as const;
      await write({ table: "reputations", key: { document: gone.document }, set: left });
      expect([await found(house, true), await found(house, false)]).toEqual([[], [gone.operation, back.operation]]);
    });

    it("finds disputes over works that it may have confirmed", async () => {
      const [house, document] = [freshId(), freshId()];
      const work = { work_type: "badge", work_id: "w" };
      await attested({ organization: house, rater: house, ...work }, document);
      const same = await attested({ standing: "work", rater: "p", ...work }, document);
      const other = await attested({ standing: "work", rater: "p", ...work, work_id: "x" }, document);
      const elsewhere = await attested({ standing: "work", rater: "p", ...work });
      for (const { operation } of [same, other, elsewhere]) await later(operation, dispute);
      expect(await found(house, true)).toEqual([same.operation]);
    });

    it("finds disputes over awards, and over what it has endorsed", async () => {
      const [house, guild, document, award] = [freshId(), freshId(), freshId(), freshId()];
      await write({ table: "awards", key: { document: award }, set: { ...awardRow, organization: house } });
      await write({ table: "reputations", key: { document }, set: { subject: "did:x:ada", attestations: 0 } });
      const [awarded, endorsed] = [freshId(), freshId()];
      const sql =
        "INSERT INTO award_endorsements (operation, award, organization, seq, entry, authority, claimed_at, admitted_at) " +
        "VALUES (?, ?, ?, 1, '', '', '', 1)";
      await storage.write([{ sql, params: [endorsed, award, guild] }]);
      for (const evidence of [awarded, endorsed]) {
        const set = { document, source: award, ...dispute };
        await write({ table: "evidence_disputes", key: { evidence }, set });
      }
      expect(await found(guild, true)).toEqual([endorsed]);
      expect(await found(house, true)).toContain(awarded);
      await write({ table: "evidence_disputes", key: { evidence: endorsed }, set: ruled });
      expect([await found(guild, true), await found(guild, false)]).toEqual([[], [endorsed]]);
      const told = await disputeStore(storage).elsewhere([endorsed, awarded]);
      expect(told.map(({ evidence, ruling: said }) => [evidence, said?.outcome])).toEqual(
        expect.arrayContaining([
          [endorsed, "struck"],
          [awarded, undefined],
        ]),
      );
      expect(told[0]).toMatchObject({ document, source: award, subject: "did:x:ada", dispute: { texts: ["t"] } });
    });
  });
}

const places = (document: string) => ({ document, source: document });

const awardRow: Row["set"] = {
  ...{ class: "c", version: 1, subject: "", unclaimed: 0, test: 0, hidden: 0, bit: 0, standing: "active" },
  ...{ status_list: "l", status_index: 1, status_purpose: "revocation", updated_at: now, awarded_at: now },
  ...{ awarded_seq: here, changed_seq: here },
};
