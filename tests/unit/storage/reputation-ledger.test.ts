import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxFacts } from "../../../src/reputation/ledger.ts";
import { bondOf, groupsOf } from "../../../src/reputation/subject-groups.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { reputationLedger } from "../../../src/storage/reputation-ledger.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import type { Statement } from "../../../src/storage/statement.ts";
import { sequence } from "../reputation/reference.ts";

let storage: Storage;
beforeAll(() => {
  storage = openSqlite({ file: ":memory:", realm: "test" });
});
afterAll(() => storage.close());

const popular = "did:web:popular.example";

/** One after the other, every other of kind vouch. */
async function addAttestations(from: number, count: number, raters: number, standing = "work"): Promise<void> {
  const sql =
    "WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ? + ?) " +
    "INSERT INTO attestations (operation, document, subject, entry, seq, rater, organization, attester, app, authority, " +
    "field, kind, value, work_type, work_id, context, standing, claimed_at, admitted_at, texts) SELECT 'op' || i, 'r1', ?, " +
    "'e' || i, i, 'did:web:rater' || (i % ?), '', 'did:web:rater' || (i % ?), 'k', 'a', 'f', " +
    "CASE i % 2 WHEN 0 THEN 'vouch' ELSE 'review' END, '1', '', '', '', ?, '', i, '[]' FROM n";
  await storage.write([{ sql, params: [from, from, count, popular, raters, raters, standing] }]);
}

/** Each links the other and takes it back, so many times, one after the other. */
async function addLinks(count: number): Promise<void> {
  const sql =
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) " +
    "INSERT INTO subject_links (entry, operation, document, subject, other, seq, linked_at, authority, ended_seq) " +
    "SELECT ? || i, 'o', ?, ?, ?, 4 * i + ?, 0, 'a', 4 * i + ? FROM n";
  await storage.write([
    { sql, params: [count, "one", "r1", wallet(1), wallet(2), 1, 3] },
    { sql, params: [count, "two", "r2", wallet(2), wallet(1), 2, 4] },
  ]);
}

type Link = { one: string; other: string; seq: number; ended: number | null };

/** Each names another, takes it back or, seldom, closes its document, place after place. */
async function addHistory(events: readonly number[][]): Promise<{ links: Link[]; closed: Map<string, number> }> {
  const [links, closed] = [[] as Link[], new Map<string, number>()];
  events.forEach(([who = 0, to = 0, turn = 0], i) => {
    const [one, other, seq] = [wallet(who), wallet(to), i + 1];
    const live = links.find((each) => each.one === one && each.other === other && each.ended === null);
    if (closed.has(one) || one === other) return;
    if (turn === 0) closed.set(one, seq);
    else if (live && turn > 4) live.ended = seq;
    else if (!live) links.push({ one, other, seq, ended: null });
  });
  const documents = [0, 1, 2, 3, 4].map((n) => ({ document: wallet(n), seq: closed.get(wallet(n)) ?? null }));
  await storage.write([
    { sql: "DELETE FROM subject_links", params: [] },
    { sql: "DELETE FROM reputations", params: [] },
    ...links.map(({ one, other, seq, ended }) => ({
      sql: "INSERT INTO subject_links VALUES (?, 'o', ?, ?, ?, ?, 0, 'a', ?)",
      params: [`e${seq}`, one, one, other, seq, ended],
    })),
    ...documents.map(({ document, seq }) => ({
      sql: "INSERT INTO reputations (document, subject, attestations, closed_seq, closed_at) VALUES (?, ?, 0, ?, ?)",
      params: [document, document, seq, seq],
    })),
  ]);
  return { links, closed };
}

const wallet = (n: number) => `did:pkh:eip155:1:0x${n.toString(16).padStart(40, "0")}`;

describe("a ledger over many rows", () => {
  test("reads as many facts of one subject as a score rests on, the latest of each rater", async () => {
    const ledger = reputationLedger(storage.reader);
    await addAttestations(1, maxFacts, 100);
    const { facts, beyond } = await ledger.factsAbout([popular], maxFacts);
    expect([facts.length, beyond]).toEqual([maxFacts, 0]);
    expect(new Set(facts.map(({ rater }) => rater)).size).toBe(100);
    await addAttestations(maxFacts + 1, 1, 100);
    const more = await ledger.factsAbout([popular], maxFacts + 1);
    expect([more.facts.length, more.beyond]).toEqual([maxFacts, 1]);
    // The first rater's 201st has come instead of its first.
    const places = facts.map(({ seq }) => seq).slice(1);
    expect(more.facts.map(({ seq }) => seq)).toEqual([...places, maxFacts + 1]);
    expect(await ledger.factsAbout([popular], maxFacts)).toEqual({ facts, beyond });
  });

  test("lets nobody take a score away who states without end, or whom nobody asked", async () => {
    const ledger = reputationLedger(storage.reader);
    await addAttestations(maxFacts + 2, maxFacts, 1);
    await addAttestations(2 * maxFacts + 2, 1_000, 1, "unsolicited");
    const end = 2 * maxFacts + 1_001;
    const { facts, beyond } = await ledger.factsAbout([popular], end);
    const loose = facts.filter(({ standing }) => standing === "unsolicited").length;
    expect([facts.length - loose, loose, beyond]).toEqual([maxFacts, 1_000, maxFacts + 1]);
    expect(new Set(facts.map(({ rater }) => rater)).size).toBe(100);
    await storage.write([{ sql: "DELETE FROM attestations WHERE seq > ?", params: [maxFacts + 1] }]);
  });

  test("reads each meeting of two links once, however often they were made and taken back", async () => {
    await addLinks(1_000);
    let read = 0;
    const values = async <R extends readonly unknown[]>(statement: Statement) => {
      const found = await storage.reader.values<R>(statement);
      if (statement.sql.includes("subject_links")) read += found.length;
      return found;
    };
    const ledger = reputationLedger({ ...storage.reader, values });
    const members = async (position: number) => (await ledger.group(wallet(1), position)).members.length;
    expect([await members(3_998), await members(3_999), await members(4_001)]).toEqual([2, 1, 1]);
    expect(read).toBeLessThan(3 * 2 * 2_000);
    read = 0;
    await ledger.ties([], 4_000);
    expect(read).toBeLessThanOrEqual(2_000);
  });

  test("pairs links as one would who holds each against each", async () => {
    const ledger = reputationLedger(storage.reader);
    const next = sequence(11);
    for (let round = 0; round < 12; round++) {
      const { links, closed } = await addHistory(Array.from({ length: 80 }, () => [next(5), next(5), next(12)]));
      const pairs = links.flatMap((link) =>
        links.filter((back) => back.one === link.other && back.other === link.one).map((back) => ({ link, back })),
      );
      for (let position = 0; position <= 80; position += 5) {
        const bonds = pairs
          .filter(({ link, back }) => Math.max(link.seq, back.seq) <= position)
          .flatMap(({ link, back }) => {
            const ends = { oneClosed: closed.get(link.one) ?? null, otherClosed: closed.get(link.other) ?? null };
            return bondOf({ ...link, backSeq: back.seq, backEnded: back.ended, ...ends }) ?? [];
          });
        const groups = groupsOf(bonds, position);
        for (let n = 0; n < 5; n++) {
          const { members } = await ledger.group(wallet(n), position);
          expect([...members].sort()).toEqual(groups.membersOf(wallet(n)));
          expect((await ledger.kin([wallet(n)], position)).length).toBe(groups.accountsEver(wallet(n)).length);
        }
      }
    }
  });

  test("reads ties page after page, each once, in the order of the log", async () => {
    await addAttestations(maxFacts + 2, 3 * maxFacts, 7);
    const end = 4 * maxFacts + 1;
    const ties = await reputationLedger(storage.reader).ties(["review", "vouch"], end);
    expect(ties.map(({ seq }) => seq)).toEqual(Array.from({ length: end }, (_, i) => i + 1));
    const vouches = await reputationLedger(storage.reader).ties(["vouch"], end - 1);
    expect(vouches.map(({ seq }) => seq)).toEqual(Array.from({ length: (end - 1) / 2 }, (_, i) => 2 * i + 2));
  });
});
