import { type AsChecked, isOf, readAsChecked } from "../identity/as-checked.ts";
import type { ContractCheck } from "../identity/wallet.ts";
import { type LoggedEntry, signerOf } from "./entry.ts";
import { type OperationKeys, speaksForService } from "./operation-keys.ts";

/** The action by which the service puts a contract's yes on record, in every kind that takes a wallet's proof. */
export const recordAction = "RECORD_CHECK";

/** A record with its place in the log. */
export type RecordedCheck = { seq: number; document: string } & AsChecked;

/** The checks of contracts that entries of the service tell of. */
export function recordedChecks(entries: readonly LoggedEntry[], operationKeys: OperationKeys): RecordedCheck[] {
  return entries.flatMap((entry) => {
    const admittedAt = Date.parse(entry.admittedAt);
    const ours = entry.authority.by === "service" && speaksForService(operationKeys, signerOf(entry).app, admittedAt);
    const record = ours && entry.action.type === recordAction ? readAsChecked(entry.action.input) : undefined;
    return record ? [{ seq: entry.seq, document: entry.document, ...record }] : [];
  });
}

/** Answers for contracts from records: an audit asks no chain, and what a contract says today is another question. */
export function recordedContract(records: readonly RecordedCheck[]): ContractCheck {
  return async (account, digest) => records.find((record) => isOf(record, account, digest));
}
