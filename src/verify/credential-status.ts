import type { CompactJws } from "../identity/jws.ts";
import { parseCompact } from "../identity/jws.ts";
import { equalBytes } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import {
  decodeBits,
  minEntries,
  parseStatusEntry,
  parseStatusList,
  type StatusEntry,
  type StatusList,
  statusAt,
} from "../securing/status-list.ts";
import { keyOf, maxCredentialJwt, type ResolveKey } from "../securing/vc-jwt.ts";
import { attempt, type CredentialKnowledge, type Moments } from "./credential-question.ts";
import { examineJwt } from "./jwt-credential.ts";

/** Status entries of one credential that are asked for: each may cost a call to another host. */
export const maxStatuses = 4;

/** Characters of a status list credential that are read: one of 16 million entries, however they are set. */
export const maxListJwt = 4 * 2 ** 20;

/**
 * The checks of a credential's status, by our records where we issued it, else by the lists that it names. Its
 * signature must have been checked: what nobody signed may not send us calling.
 */
export async function statusChecks(
  credential: Credential,
  jws: CompactJws,
  moments: Moments,
  knowledge: CredentialKnowledge,
): Promise<Check[]> {
  const { statuses, issuer } = credential;
  // What claims to be ours is asked about whatever it names: who has an old key of ours would name no status.
  if (knowledge.own?.did === issuer)
    return credential.types.includes("BitstringStatusListCredential")
      ? [await ownListStatus(jws, issuer, moments.now, knowledge.resolveKey)]
      : [await ownStatus(credential, jws, moments, knowledge.own)];
  if (statuses.length === 0) return [pass("status", "The credential names no status.")];
  if (statuses.length > maxStatuses)
    return [unknown("status", "QUOTA_EXCEEDED", `At most ${maxStatuses} statuses are asked for.`)];
  return Promise.all(statuses.map((status) => listStatus(status, issuer, moments, knowledge)));
}

/** What we issued stands in our records as it was signed, revoked or not. */
async function ownStatus(
  { id }: Credential,
  jws: CompactJws,
  { at, known }: Moments,
  own: NonNullable<CredentialKnowledge["own"]>,
): Promise<Check> {
  const record = id === undefined ? undefined : await own.find(id);
  const same = record && equalBytes(parseCompact(record.jwt, maxCredentialJwt).signed, jws.signed);
  if (!same) return fail("status", "NOT_ISSUED", "The issuer has no record of this credential.");
  const { revokedAt } = record;
  if (revokedAt === undefined || revokedAt > known) return pass("status", "The issuer has not revoked it.");
  if (revokedAt > at) return pass("status", `The issuer revoked it later, at ${iso(revokedAt)}.`, "REVOKED_SINCE");
  return fail("status", "REVOKED", `The issuer revoked it at ${iso(revokedAt)}.`);
}

/** Our lists stand in no records, and who has a retired key could date one back: the key in use has to vouch. */
async function ownListStatus(jws: CompactJws, issuer: string, now: Millis, resolveKey: ResolveKey): Promise<Check> {
  const key = await attempt("status", "", () => resolveKey(keyOf(jws, issuer), now));
  if (!key.value) return key.check;
  const { retired } = key.value;
  if (retired === undefined || now < retired) return pass("status", "A key that is in use signed the status list.");
  return fail("status", "NOT_ISSUED", "The key that signed the status list has been retired.");
}

async function listStatus(
  { type, entry }: Credential["statuses"][number],
  issuer: string,
  moments: Moments,
  knowledge: CredentialKnowledge,
): Promise<Check> {
  if (type !== "BitstringStatusListEntry")
    return unknown("status", "UNKNOWN_STATUS_TYPE", "A status of this type is not read here.");
  const read = await attempt("status", "The status entry can be read.", () => parseStatusEntry(entry));
  if (!read.value) return read.check;
  const name = `status:${read.value.purpose}`;
  const list = await fetchList(name, read.value.list, issuer, moments.now, knowledge);
  if ("check" in list) return list.check;
  const check = await readStatus(name, read.value, list, moments);
  // Other purposes inform; they do not say that the credential is not in force.
  return decisive.has(read.value.purpose) ? check : aside(check);
}

const decisive = new Map([
  ["revocation", "REVOKED"],
  ["suspension", "SUSPENDED"],
]);

type FoundList = StatusList & { since: Millis };

/** Fetches the list and holds it to all that a credential is held to, now: it is our knowledge of today. */
async function fetchList(
  name: string,
  url: string,
  issuer: string,
  now: Millis,
  { fetchStatusList, resolveKey }: CredentialKnowledge,
): Promise<FoundList | { check: Check }> {
  if (!fetchStatusList) return { check: unknown(name, "STATUS_UNAVAILABLE", "Status lists are not fetched here.") };
  const fetched = await attempt(name, "", () => fetchStatusList(url));
  if (fetched.value === undefined) return fetched;
  const { checks, credential } = await examineJwt(fetched.value.trim(), now, maxListJwt, resolveKey);
  const wrong = checks.find((each) => each.outcome === "fail") ?? checks.find((each) => each.outcome !== "pass");
  if (wrong || !credential) return { check: unsoundList(name, wrong!) };
  if (credential.issuer !== issuer)
    return { check: fail(name, "LIST_OF_ANOTHER_ISSUER", "The status list is another issuer's.") };
  // Another list of the same issuer, served in its place, would take revocations back.
  if (credential.id !== undefined && credential.id !== url)
    return { check: fail(name, "LIST_INVALID", "Another status list than the one named was served.") };
  const list = await attempt(name, "", () => parseStatusList(credential.body));
  return list.value ? { ...list.value, since: credential.validFrom ?? now } : { check: list.check };
}

function unsoundList(name: string, { name: failed, outcome, code, detail }: Check): Check {
  const sentence = `The status list does not pass its check ${failed}: ${detail}`;
  if (outcome !== "fail") return unknown(name, "STATUS_UNAVAILABLE", sentence);
  return fail(name, code === "EXPIRED" && failed === "validity" ? "LIST_EXPIRED" : "LIST_INVALID", sentence);
}

async function readStatus(name: string, entry: StatusEntry, list: FoundList, moments: Moments): Promise<Check> {
  if (!list.purposes.includes(entry.purpose))
    return fail(name, "LIST_OF_ANOTHER_PURPOSE", "The status list has another purpose.");
  const bits = await decodeBits(list.encodedList).catch((error: unknown) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
  if (!bits) return fail(name, "LIST_INVALID", "The status list cannot be expanded within its limit.");
  if ((bits.length * 8) / entry.size < minEntries)
    return fail(name, "LIST_TOO_SHORT", `The status list has fewer than ${minEntries} entries.`);
  const status = statusAt(bits, entry.index, entry.size);
  if (status === undefined) return fail(name, "STATUS_OUT_OF_RANGE", "The status list ends before the index.");
  return judgeStatus(name, entry.purpose, status, list.since, moments);
}

/** A list tells of today: what it says of a moment before it was made holds only where the status cannot return. */
function judgeStatus(name: string, purpose: string, status: number, since: Millis, { at, known }: Moments): Check {
  const past = Math.min(at, known) < since;
  if (status === 0 && (!past || purpose === "revocation")) return pass(name, "The status is not set.");
  if (past)
    return unknown(name, "STATUS_SINCE_UNKNOWN", `The status list tells nothing of the time before ${iso(since)}.`);
  const code = decisive.get(purpose) ?? "STATUS_SET";
  return fail(name, code, `The status ${purpose} is set to ${status}.`);
}
