/**
 * The library: signs, verifies and audits operations with no database, no network and no Node API. On Node the checks
 * run in OpenSSL, elsewhere in WebCrypto; nothing else differs.
 */

import type { AskedAgain } from "./followers/score-question.ts";
import { type ReplayReport, replayScore as replayWith } from "./followers/score-replay.ts";
import type { SignedRoot } from "./followers/signed-root.ts";
import type { Delegation } from "./identity/delegation.ts";
import { walletCheck } from "./identity/wallet.ts";
import { checkMillis } from "./kernel/time.ts";
import { type AuditReport, auditBundle as auditWith } from "./operations/audit.ts";
import type { Kinds } from "./operations/fold.ts";
import type { NamedKey } from "./operations/operation-keys.ts";
import { allKinds } from "./verify/kinds.ts";
import type { Knowledge, Question } from "./verify/knowledge.ts";
import { type LogQuestion, type LogReport, verifyLog as verifyLogWith } from "./verify/log.ts";
import { type OperationReport, verifyOperation as verifyWith } from "./verify/operation.ts";
import { momentIn, snapshotOf } from "./verify/snapshot.ts";

export type { AskedAgain } from "./followers/score-question.ts";
export type { ReplayReport, ReplayVerdict } from "./followers/score-replay.ts";
export type { SignedRoot } from "./followers/signed-root.ts";
export type { KeyCheck } from "./identity/app-key.ts";
export type { Delegation } from "./identity/delegation.ts";
export { keyDid, parseKeyDid, parsePkh, pkhDid } from "./identity/did.ts";
export { type Code, Failure, sentences } from "./kernel/failure.ts";
export { canonicalJson, parseJson } from "./kernel/json.ts";
export type { Check, Verdict } from "./kernel/report.ts";
export type { AuditReport } from "./operations/audit.ts";
export type { Bundle, WireEntry } from "./operations/bundle.ts";
export { joinBundles } from "./operations/bundle-joining.ts";
export { createdId, derivedId } from "./operations/document-id.ts";
export { type Entry, entryDigest, operationDigest } from "./operations/entry.ts";
export { type Action, parseOperation, type SignedOperation, type Tuple } from "./operations/operation.ts";
export type { NamedKey } from "./operations/operation-keys.ts";
export {
  type Intent,
  type Signed,
  signerOfJwk,
  signerOfKeyPair,
  signOpening,
  signOperation,
} from "./operations/sign.ts";
export type { Signer } from "./operations/signature.ts";
export type { Score } from "./reputation/score.ts";
export type { LogQuestion, LogReport } from "./verify/log.ts";
export type { OperationReport } from "./verify/operation.ts";

/** The document kinds that the library can replay. */
export function builtInKinds(): Kinds {
  return allKinds(walletCheck());
}

/** What a caller may tell `verifyOperation` beside the operation. */
export type VerifyOptions = Partial<Omit<Knowledge, "complete" | "answering">> &
  Partial<Pick<Question, "require">> & {
    /** Delegations held, for example those of an audited bundle: `(await auditBundle(bundle)).delegations`. */
    delegations?: readonly Delegation[];
    /** The moment asked about, in milliseconds since 1970, as `Date.parse` gives them; `now` unless given. */
    at?: number;
    /** In milliseconds since 1970; the clock's time unless given. */
    now?: number;
  };

/**
 * Reports on one `{operation, context}` of Powerhouse's wire format: the verdict, who signed, what the signature binds,
 * and every check by name. Without delegations nobody's right can be told, and the verdict of an operation that names a
 * user is `undetermined`; its other checks are made all the same. Refuses with UNREADABLE_DATE an `at` or a `now` that is
 * not in whole milliseconds since 1970.
 */
export async function verifyOperation(operation: unknown, options: VerifyOptions = {}): Promise<OperationReport> {
  const {
    at,
    now = Date.now(),
    require = [],
    realm = "main",
    isServiceKey = () => false,
    delegations,
    ...rest
  } = options;
  checkMillis("now", now);
  if (at !== undefined) checkMillis("at", at);
  const question: Question = { known: { time: now, seq: Number.MAX_SAFE_INTEGER }, now, require };
  if (at !== undefined) question.at = momentIn(delegations ?? [], at);
  const held = delegations && { delegationsOf: snapshotOf(delegations) };
  return verifyWith(operation, question, { ...held, ...rest, complete: false, realm, isServiceKey });
}

/**
 * Replays a bundle (`GET /v1/documents/{id}/audit?bundle=1`) from nothing. Give it the operation keys of the service
 * from its DID document, with the retirement of those that are no longer in use: without keys it can tell what is
 * consistent, not whose service attested it, and says `undetermined`.
 */
export function auditBundle(
  bundle: unknown,
  options: { operationKeys?: readonly NamedKey[]; kinds?: Kinds } = {},
): Promise<AuditReport> {
  const { operationKeys, kinds = builtInKinds() } = options;
  return auditWith(bundle, operationKeys ? { kinds, operationKeys } : { kinds });
}

/**
 * Holds what a service says of its log to what it has signed: a checkpoint (`GET /v1/log`) to the log key, a checkpoint of
 * before to it by a proof that the log only grew, an entry by a proof that it stands where the receipt says. Whoever keeps
 * one checkpoint and compares it with others' can be told no other past. Refuses with INVALID_INPUT and INVALID_DID.
 */
export function verifyLog(
  checkpoint: unknown,
  { realm = "main", ...question }: Omit<LogQuestion, "realm"> & { realm?: string },
): Promise<LogReport> {
  return verifyLogWith(checkpoint, { ...question, realm });
}

/**
 * Computes a score again from an export (`GET /v1/subjects/{did}/scores/{policy}/export`) alone and compares it byte by
 * byte. `expected` is the score as the API gave it, or its digest, where it is not the one in the export; `asked` is what
 * the caller asked, for an export that must answer just that; `root` is what the service has signed of its whole log, which
 * must be given with it. Where the export names logs that were left out (`leftOut`), `joinBundles` puts it together with
 * theirs first; else the verdict is `undetermined`. Refuses with INVALID_REQUEST, INVALID_INPUT and UNREADABLE_DATE.
 */
export function replayScore(
  exported: unknown,
  options: {
    operationKeys?: readonly NamedKey[] | undefined;
    asked?: AskedAgain | undefined;
    expected?: unknown;
    kinds?: Kinds;
    most?: number | undefined;
    realm?: string | undefined;
    root?: SignedRoot | undefined;
  } = {},
): Promise<ReplayReport> {
  const { kinds = builtInKinds(), ...terms } = options;
  return replayWith(exported, { kinds, ...terms });
}
