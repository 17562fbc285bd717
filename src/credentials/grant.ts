import { appDidPattern, appPoint } from "../identity/app-key.ts";
import type { AsChecked } from "../identity/as-checked.ts";
import { type Limits, limitNames, type ProofMethod } from "../identity/delegation.ts";
import { type Account, type Did, parsePkh } from "../identity/did.ts";
import { recoverAddress } from "../identity/wallet.ts";
import { fromHex } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { clockSkew, day, type Millis } from "../kernel/time.ts";
import type { Entry } from "../operations/entry.ts";
import { here, type Row } from "../operations/kind.ts";

/** How long what a wallet gives may live, unless configured. */
export const defaultLifetime = 90 * day;

/** Who ended a grant: the wallet, the key by itself, or whoever runs the service. */
export type Revoker = "wallet" | "key" | "operator";

/** What a wallet has given by a proof that stands in the log, and how it ended. */
export type Grant = {
  /** The digest of the entry that holds the proof, and when that was admitted. */
  entry: string;
  grantedAt: string;
  /** The wallet's DID. */
  user: Did;
  /** The app key that may speak for the wallet; "" where the proof names no key of P-256. */
  key: Did | "";
  /** What the proof calls the app. */
  label: string;
  limits: Limits;
  method: ProofMethod;
  /** What its contract first said yes to, and the entry that says when it last did; null where none was asked. */
  check: { entry: string; first: AsChecked; at: string } | null;
  expiresAt: Millis;
  revocation: { entry: string; at: string; by: Revoker; reason: string | null } | null;
  compromise: { entry: string; from: Millis } | null;
};

/** A life from issue to expiry, as the proof says it. */
export type Life = { issuedAt: Millis; expiresAt: Millis };

/** Refuses a life that is over, has not begun or is too long: EXPIRED, FROM_THE_FUTURE, LIFETIME_TOO_LONG. */
export function checkLife({ issuedAt, expiresAt }: Life, now: Millis, maxLifetime: Millis): void {
  ensure(expiresAt > now, "EXPIRED");
  ensure(issuedAt <= now + clockSkew, "FROM_THE_FUTURE");
  const days = maxLifetime / day;
  ensure(expiresAt - issuedAt <= maxLifetime, "LIFETIME_TOO_LONG", `It may live for ${days} days at most.`);
}

/** The subject of a proof as the key it delegates; refuses with INVALID_DID what is spelt like one and is no point. */
export function checkSubject(subject: Did): void {
  if (appDidPattern.test(subject)) appPoint(subject);
}

export function keyOf(subject: Did): Did | "" {
  return appDidPattern.test(subject) ? subject : "";
}

/**
 * How a proof in the log was checked. INIT does not say so, and does not have to: what the account's own key did not
 * sign, its contract has accepted, or it would not have been admitted; the service's record behind it says when.
 */
export function methodOf(account: Account, digest: Uint8Array, signature: string): ProofMethod {
  const bytes = fromHex(signature.slice(2));
  return bytes && recoverAddress(digest, bytes) === account.address ? "recovery" : "contract";
}

/** A grant as its entry opens it. */
export function openGrant(
  given: Pick<Grant, "user" | "key" | "label" | "limits" | "method" | "expiresAt">,
  entry: Entry,
): Grant {
  const grantedAt = entry.admittedAt;
  return { entry: entry.digest, grantedAt, ...given, check: null, revocation: null, compromise: null };
}

/** What an entry that has been folded into the grant changes in the tables of authority. */
export function grantRows(grant: Grant, entry: Entry): Row[] {
  if (entry.digest === grant.entry) return openingRows(grant, entry);
  const { revocation, compromise, check } = grant;
  if (entry.digest === check?.entry) return recordRows(grant.key, check, entry);
  const set: Row["set"] = {};
  if (entry.digest === revocation?.entry) {
    const { at, by, reason } = revocation;
    Object.assign(set, { revoked_seq: here, revoked_at: Date.parse(at), revoked_by: by, revocation_reason: reason });
  } else if (entry.digest === compromise?.entry) {
    Object.assign(set, { compromised_seq: here, compromised_from: compromise.from });
  } else return [];
  const rows: Row[] = grant.key ? [{ table: "delegations", key: { document: entry.document }, set }] : [];
  // What ends it first ends it for good: a key known to be compromised speaks no longer either.
  const first = revocation === null || compromise === null;
  return first ? [...rows, { table: "grants", key: { entry: grant.entry }, set: { ended: here } }] : rows;
}

function recordRows(key: Did | "", check: NonNullable<Grant["check"]>, { document }: Entry): Row[] {
  if (key === "") return [];
  const set = { as_checked: JSON.stringify(check.first), checked_at: Date.parse(check.at) };
  return [{ table: "delegations", key: { document }, set }];
}

/** How a grant's end is shown beside its proof; of none nothing has ended. */
export function shownRevocation(grant: Grant | null): JsonObject {
  const revocation = grant?.revocation;
  const { at, reason } = revocation ?? { at: null, reason: null };
  return { revoked: Boolean(revocation), revokedAt: at, revocationReason: reason };
}

function openingRows(grant: Grant, { document, kind }: Entry): Row[] {
  const { entry, user, key, label, limits, method, expiresAt } = grant;
  // Other entries may rest on a proof that names no key: a credential opens a profile.
  const granted: Row = { table: "grants", key: { entry }, set: { seq: here, ended: null } };
  if (key === "") return [granted];
  const set = {
    kind,
    entry,
    subject: user,
    address: parsePkh(user).address,
    app: key,
    label,
    limits: JSON.stringify(limits === "unsaid" ? null : limitNames(limits)),
    method,
    granted_seq: here,
    granted_at: Date.parse(grant.grantedAt),
    expires_at: expiresAt,
  } as const;
  return [granted, { table: "delegations", key: { document }, set }];
}
