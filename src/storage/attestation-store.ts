import type { Did } from "../identity/did.ts";
import type { AttestationRecord, AttestationStore } from "../reputation/attestations.ts";
import type { FactKind, Standing, Work } from "../reputation/fact.ts";
import type { Notice, NoticeStore } from "../reputation/reputations.ts";
import type { Storage } from "./database.ts";
import type { Tables } from "./tables.ts";

/** Attestations as they are listed, in SQLite or D1. */
export function attestationStore({ reader }: Pick<Storage, "reader">): AttestationStore & NoticeStore {
  return {
    async about(document, { kind = "", field = "", by = "", all }, after, limit, latest = false) {
      const place = latest && after === 0 ? Number.MAX_SAFE_INTEGER : after;
      const given = [document, place, kind, kind, field, field, by, by, all ? 1 : 0, limit];
      const rows = await reader.rows<AttestationRow>({ sql: latest ? latestAbout : aboutSubject, params: given });
      return rows.map(recordOf);
    },
    async find(operation) {
      const [row] = await reader.rows<AttestationRow>({ sql: byOperation, params: [operation] });
      return row && recordOf(row);
    },
    notices: async (document, before, limit) => {
      const each = [document, before, limit];
      return reader.rows<Notice>({ sql: notices, params: [...each, ...each, ...each, ...each, ...each, limit] });
    },
  };
}

/** A row of `attestationRows`. */
export type AttestationRow = Tables["attestations"] & {
  hidden: number | null;
  /** JSON: [operation, by_subject, admitted_at, texts] of each. */
  responses: string;
};

const responses =
  "(SELECT json_group_array(json_array(r.operation, r.by_subject, r.admitted_at, json(r.texts))) " +
  "FROM (SELECT * FROM attestation_responses WHERE attestation = a.operation ORDER BY seq LIMIT 100) r)";
const hidden =
  "(SELECT h.hidden FROM hidden_evidence h WHERE h.document = a.document AND h.evidence = a.operation " +
  "ORDER BY h.seq DESC LIMIT 1)";
/** Attestations `a` with what became of them. */
export const attestationRows = `SELECT a.*, ${hidden} AS hidden, ${responses} AS responses FROM attestations a`;
const byOperation = `${attestationRows} WHERE a.operation = ?`;
const about = (side: ">" | "<") =>
  `${attestationRows} WHERE a.document = ? AND a.seq ${side} ? + 0 AND (? = '' OR a.kind = ?) AND (? = '' OR a.field = ?) ` +
  `AND (? = '' OR a.rater = ?) AND (? + 0 = 1 OR (a.standing <> 'unsolicited' AND coalesce(${hidden}, 0) = 0)) ` +
  `ORDER BY a.seq ${side === "<" ? "DESC" : "ASC"} LIMIT ? + 0`;
const [aboutSubject, latestAbout] = [about(">"), about("<")];
/** One kind of notice: `columns` are place, operation, attestation and moment. */
const noticed = (what: Notice["what"], table: string, columns: string, place: string, more = "") =>
  `SELECT * FROM (SELECT '${what}' AS what, ${columns} FROM ${table} WHERE document = ? AND ${place} < ? + 0${more} ` +
  `ORDER BY ${place} DESC LIMIT ? + 0)`;
const notices = `${[
  noticed("attested", "attestations", "seq, operation, operation AS attestation, admitted_at AS at", "seq"),
  noticed("retracted", "attestations", "retracted_seq, retracted_by, operation, retracted_at", "retracted_seq"),
  noticed(
    "responded",
    "attestation_responses",
    "seq, operation, attestation, admitted_at",
    "seq",
    " AND by_subject = 0",
  ),
  noticed("ruled", "attestations", "ruled_seq, ruling, operation, ruled_at", "ruled_seq"),
  noticed("ruled", "evidence_disputes", "ruled_seq, ruling, evidence, ruled_at", "ruled_seq"),
].join(" UNION ALL ")} ORDER BY seq DESC LIMIT ? + 0`;

export function recordOf(row: AttestationRow): AttestationRecord {
  const told = JSON.parse(row.responses) as [string, number, number, string[]][];
  return {
    operation: row.operation,
    document: row.document,
    subject: row.subject,
    entry: row.entry,
    seq: row.seq,
    organization: row.organization,
    attester: row.attester as Did | "",
    app: row.app as Did,
    kind: row.kind as FactKind,
    field: row.field,
    value: row.value,
    work: row.work_type === "" ? undefined : ({ type: row.work_type, id: row.work_id } as Work),
    context: row.context,
    standing: row.standing as Standing,
    claimedAt: row.claimed_at,
    admittedAt: row.admitted_at,
    validFrom: row.valid_from ?? undefined,
    validUntil: row.valid_until ?? undefined,
    texts: digests(row.texts),
    retracted: row.retracted_at === null ? undefined : { at: row.retracted_at, operation: row.retracted_by! },
    dispute:
      row.disputed_at === null
        ? undefined
        : { at: row.disputed_at, operation: row.dispute!, texts: digests(row.dispute_texts) },
    ruling:
      row.ruled_at === null
        ? undefined
        : {
            at: row.ruled_at,
            operation: row.ruling!,
            outcome: row.outcome as "upheld" | "struck",
            texts: digests(row.ruling_texts),
          },
    responses: told.map(([operation, bySubject, at, texts]) => {
      return { operation, bySubject: bySubject === 1, at, texts };
    }),
    hidden: row.hidden === 1,
  };
}

export function digests(list: string | null): string[] {
  return list === null ? [] : (JSON.parse(list) as string[]);
}
