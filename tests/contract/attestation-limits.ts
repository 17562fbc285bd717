import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minute } from "../../src/kernel/time.ts";
import { here } from "../../src/operations/kind.ts";
import { attestationLimits } from "../../src/storage/attestation-limits.ts";
import type { Storage } from "../../src/storage/database.ts";
import { appendOf, entryOf, freshId } from "./synthetic.ts";

const now = 1_800_000_000_000;

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
      const { attested: asked } = attestationLimits(storage.reader);
      expect(await asked(ann, here, now - 1)).toEqual({ about: 2, since: 2 });
      expect(await asked(bea, there, now - 1)).toEqual({ about: 0, since: 1 });
      expect(await asked(freshId(), here, 0)).toEqual({ about: 0, since: 0 });
    });

    it("counts on for a minute by what it is asked, then again what stands", async () => {
      const [ann, document] = [freshId(), freshId()];
      await attested(ann, document, now);
      const { attested: asked } = attestationLimits(storage.reader);
      const since = async (at: number) => (await asked(ann, document, at)).since;
      expect([await since(now - 1), await since(now - 1), await since(now - 2 + minute)]).toEqual([1, 2, 3]);
      expect(await since(now - 1 + minute)).toBe(0);
    });
  });
}
