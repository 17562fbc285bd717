import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxFacts } from "../../../src/reputation/ledger.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { reputationLedger } from "../../../src/storage/reputation-ledger.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";

let storage: Storage;
beforeAll(() => {
  storage = openSqlite({ file: ":memory:", realm: "test" });
});
afterAll(() => storage.close());

const [popular, raters] = ["did:web:popular.example", 7];

/** One after the other, every other of kind vouch. */
async function addAttestations(from: number, count: number, standing = "work"): Promise<void> {
  const sql =
    "WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ? + ?) " +
    "INSERT INTO attestations (operation, document, subject, entry, seq, rater, organization, attester, app, authority, " +
    "field, kind, value, work_type, work_id, context, standing, claimed_at, admitted_at, texts) SELECT 'op' || i, 'r1', ?, " +
    "'e' || i, i, 'did:web:rater' || (i % ?), '', 'did:web:rater' || (i % ?), 'k', 'a', 'f', " +
    "CASE i % 2 WHEN 0 THEN 'vouch' ELSE 'review' END, '1', '', '', '', ?, '', i, '[]' FROM n";
  await storage.write([{ sql, params: [from, from, count, popular, raters, raters, standing] }]);
}

describe("a ledger over many rows", () => {
  test("reads as many facts of one subject as a score may rest on, and refuses more", async () => {
    const ledger = reputationLedger(storage.reader);
    await addAttestations(1, maxFacts);
    const facts = await ledger.factsAbout([popular], maxFacts);
    expect(facts.length).toBe(maxFacts);
    expect(new Set(facts.map(({ rater }) => rater)).size).toBe(raters);
    await addAttestations(maxFacts + 1, 1);
    expect(await ledger.factsAbout([popular], maxFacts)).toEqual(facts);
    await expect(ledger.factsAbout([popular], maxFacts + 1)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  test("is not brought to refuse by what nobody asked for", async () => {
    const ledger = reputationLedger(storage.reader);
    await storage.write([{ sql: "DELETE FROM attestations WHERE seq > ?", params: [maxFacts] }]);
    await addAttestations(maxFacts + 1, 1_000, "unsolicited");
    expect((await ledger.factsAbout([popular], maxFacts + 1_000)).length).toBe(maxFacts + 1_000);
    await storage.write([{ sql: "DELETE FROM attestations WHERE seq > ?", params: [maxFacts + 1] }]);
  });

  test("reads ties page after page, each once, in the order of the log", async () => {
    await addAttestations(maxFacts + 2, 3 * maxFacts);
    const end = 4 * maxFacts + 1;
    const ties = await reputationLedger(storage.reader).ties(["review", "vouch"], end);
    expect(ties.map(({ seq }) => seq)).toEqual(Array.from({ length: end }, (_, i) => i + 1));
    const vouches = await reputationLedger(storage.reader).ties(["vouch"], end - 1);
    expect(vouches.map(({ seq }) => seq)).toEqual(Array.from({ length: (end - 1) / 2 }, (_, i) => 2 * i + 2));
  });
});
