import type { Delegation, Limits, ProofMethod } from "../identity/delegation.ts";
import { parseMay } from "../identity/delegation.ts";
import { here, type Row } from "./kind.ts";
import type { DelegationRecord } from "./store.ts";

/** The columns of the read model `delegations`, which kinds that hold delegations project. */
export type DelegationRow = {
  document: string;
  kind: string;
  entry: string;
  subject: string;
  app: string;
  label: string;
  /** JSON: null for nothing said, else the names of the limits. */
  limits: string;
  method: string;
  granted_seq: number;
  granted_at: number;
  expires_at: number;
  revoked_seq: number | null;
  revoked_at: number | null;
  revoked_by: string | null;
  revocation_reason: string | null;
  compromised_from: number | null;
  compromised_seq: number | null;
  /** JSON of the record of a contract's yes, and when it last said so. */
  as_checked: string | null;
  checked_at: number | null;
};

export function delegationOfRow(row: DelegationRow): DelegationRecord {
  const delegation: Delegation = {
    document: row.document,
    entry: row.entry,
    user: row.subject,
    key: row.app,
    limits: limitsOfText(row.limits),
    method: row.method as ProofMethod,
    grantedSeq: row.granted_seq,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
  };
  if (row.revoked_seq !== null) Object.assign(delegation, { revokedSeq: row.revoked_seq, revokedAt: row.revoked_at });
  if (row.compromised_seq !== null)
    Object.assign(delegation, { compromisedSeq: row.compromised_seq, compromisedFrom: row.compromised_from });
  if (row.as_checked !== null)
    Object.assign(delegation, { asChecked: JSON.parse(row.as_checked), checkedAt: row.checked_at });
  const { kind, label } = row;
  const revokedBy = row.revoked_by ?? undefined;
  return { ...delegation, kind, label, revokedBy, revocationReason: row.revocation_reason ?? undefined };
}

/** What projected rows of one document come to, their `here` being the places of their entries. */
export function delegationOfRows(rows: readonly { row: Row; seq: number }[]): DelegationRecord | undefined {
  const empty = {
    revoked_seq: null,
    revoked_at: null,
    revoked_by: null,
    revocation_reason: null,
    compromised_from: null,
    compromised_seq: null,
    as_checked: null,
    checked_at: null,
  };
  let merged: Record<string, unknown> | undefined;
  for (const { row, seq } of rows) {
    if (row.table !== "delegations") continue;
    merged ??= { ...empty };
    Object.assign(merged, row.key);
    for (const [name, value] of Object.entries(row.set)) merged[name] = value === here ? seq : value;
  }
  return merged ? delegationOfRow(merged as DelegationRow) : undefined;
}

function limitsOfText(text: string): Limits {
  const names = JSON.parse(text) as string[] | null;
  if (names === null) return "unsaid";
  return names[0] === "none" ? "none" : names.map(parseMay);
}
