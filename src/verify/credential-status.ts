import type { CompactJws } from "../identity/jws.ts";
import { parseCompact } from "../identity/jws.ts";
import { attempt } from "../kernel/attempt.ts";
import { equalBytes } from "../kernel/bytes.ts";
import { type Check, fail, pass, unknown } from "../kernel/report.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import { parseStatusEntry } from "../securing/status-list.ts";
import { keyOf, maxCredentialJwt, type ResolveKey } from "../securing/vc-jwt.ts";
import type { CredentialKnowledge, Moments } from "./credential-question.ts";
import { examineJwt } from "./jwt-credential.ts";
import { entryCheck, type FoundList, maxListJwt, maxStatuses, soundList } from "./status-list-check.ts";

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
  // What was issued as an SD-JWT is kept with its tilde, and is no JWT.
  const same =
    record && !record.jwt.endsWith("~") && equalBytes(parseCompact(record.jwt, maxCredentialJwt).signed, jws.signed);
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
  return entryCheck(name, read.value, list, moments);
}

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
  const examined = await examineJwt(fetched.value.trim(), now, maxListJwt, resolveKey);
  return soundList({ name, url, issuer }, examined, now);
}
