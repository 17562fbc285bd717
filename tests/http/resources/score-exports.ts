import { beforeAll, describe, expect, test } from "vitest";
import { joinLogs, type Log, readLog } from "../../../tools/replay-log.ts";
import { attest, openAttester, person } from "../attester.ts";
import { get } from "../client.ts";
import { expectReplays, replayed } from "../score-exporter.ts";
import type { Service } from "../server.ts";

export function scoreExportContract(open: () => Promise<Service>): void {
  describe("an export", () => {
    let service: Service;
    beforeAll(async () => {
      service = await open();
    });

    test("replays to the same bytes, with and without the pages of a log that is in it", async () => {
      const { did } = await person(service);
      const lab = await openAttester(service);
      await attest(service, lab, did);
      const { whole } = await expectReplays(service, did);
      expect(whole).not.toHaveProperty("leftOut");
      const pages: Log[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const page = await get(service, `/v1/documents/${lab.document}/audit?bundle=1&after=${after}&limit=2`);
        expect(page.status, page.text).toBe(200);
        pages.push(readLog(page.text));
        after = page.body.page.next;
      }
      expect(pages.length).toBeGreaterThan(1);
      const joined = joinLogs([{ export: whole }, ...pages], service.realm);
      expect(joined).not.toHaveProperty("page");
      expect(await replayed(service, joined, { realm: service.realm })).toMatchObject({
        verdict: "equal",
        leftOut: [],
      });
    });
  });
}
