import type { Did } from "../identity/did.ts";
import type { DisputeElsewhere, DisputeName, DisputeStore } from "../reputation/disputes.ts";
import { type AttestationRow, attestationRows, digests, recordOf } from "./attestation-store.ts";
import type { Storage } from "./database.ts";
import type { Tables } from "./tables.ts";

/** What organisations have stated and what is disputed of it, in SQLite or D1. */
export function disputeStore({ reader }: Pick<Storage, "reader">): DisputeStore {
  const records = async (sql: string, params: (string | number)[]) =>
    (await reader.rows<AttestationRow>({ sql, params })).map(recordOf);
  return {
    madeBy: (organization, before, limit) => records(madeBy, [organization, before, limit]),
    disputes: async (organization, open, before, limit) => {
      const each = [organization, before, limit];
      const params = [...each, ...each, ...each, organization, ...each, limit];
      return reader.rows<DisputeName>({ sql: open ? openDisputes : settledDisputes, params });
    },
    attestations: async (operations) =>
      operations.length === 0 ? [] : records(byOperations, [JSON.stringify(operations)]),
    async elsewhere(evidence) {
      if (evidence.length === 0) return [];
      const params = [JSON.stringify(evidence)];
      return (await reader.rows<ElsewhereRow>({ sql: elsewhere, params })).map(elsewhereOf);
    },
  };
}

type ElsewhereRow = Tables["evidence_disputes"] & { subject: string };

const madeBy = `${attestationRows} WHERE a.organization = ? AND a.organization <> '' AND a.seq < ? + 0 ORDER BY a.seq DESC LIMIT ? + 0`;
const byOperations = `${attestationRows} WHERE a.operation IN (SELECT value FROM json_each(?))`;
const elsewhere =
  "SELECT x.*, r.subject FROM evidence_disputes x JOIN reputations r ON r.document = x.document " +
  "WHERE x.evidence IN (SELECT value FROM json_each(?))";

const left = "EXISTS (SELECT 1 FROM reputations r WHERE r.document = x.document AND r.closed_seq IS NOT NULL)";
const here = { names: "x.operation AS evidence, x.document, x.document AS source", waits: "x.retracted_seq IS NULL" };
const there = { names: "x.evidence, x.document, x.source", waits: "1" };

/** One ground for ruling: disputes among `from`, after the columns by which they are known, before a place. */
const among = (open: boolean, { names, waits }: typeof here, from: string) =>
  `SELECT * FROM (SELECT x.disputed_seq AS seq, ${names} FROM ${from} AND x.disputed_seq < ? + 0 ` +
  `AND (x.ruled_seq IS NULL AND ${waits} AND NOT ${left}) = ${open ? 1 : 0} ORDER BY x.disputed_seq DESC LIMIT ? + 0)`;

const disputed = "attestations x WHERE x.disputed_seq IS NOT NULL";
const confirmed =
  "EXISTS (SELECT 1 FROM attestations c WHERE c.document = x.document AND c.rater = ? AND c.kind = 'contribution' " +
  "AND c.field = x.field AND c.work_type = x.work_type AND c.work_id = x.work_id)";
const awarded =
  "(EXISTS (SELECT 1 FROM awards w WHERE w.document = x.source AND w.organization = ?) " +
  "OR EXISTS (SELECT 1 FROM award_endorsements e WHERE e.operation = x.evidence AND e.organization = ?))";

const disputes = (open: boolean) =>
  `${[
    among(open, here, `${disputed} AND x.organization = ? AND x.organization <> ''`),
    among(open, here, `${disputed} AND x.context = ? AND x.context <> ''`),
    among(open, here, `${disputed} AND x.standing = 'work' AND ${confirmed}`),
    among(open, there, `evidence_disputes x WHERE ${awarded}`),
  ].join(" UNION ALL ")} ORDER BY seq DESC LIMIT ? + 0`;
const [openDisputes, settledDisputes] = [disputes(true), disputes(false)];

function elsewhereOf(row: ElsewhereRow): DisputeElsewhere {
  const { evidence, document, source, subject, disputed_seq: seq } = row;
  return {
    ...{ seq, evidence, document, source, subject: subject as Did },
    dispute: { operation: row.dispute, at: row.disputed_at, texts: digests(row.dispute_texts) },
    ruling:
      row.ruled_at === null
        ? undefined
        : {
            operation: row.ruling!,
            at: row.ruled_at,
            texts: digests(row.ruling_texts),
            outcome: row.outcome as "upheld" | "struck",
          },
  };
}
