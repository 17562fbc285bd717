import { attempt } from "../kernel/attempt.ts";
import { Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../kernel/json.ts";
import { type Check, fail, pass, unknown } from "../kernel/report.ts";
import { clockSkew, type Millis } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import { parseStatusEntry, type StatusEntry } from "../securing/status-list.ts";
import { examineSecured } from "./badge-examination.ts";
import type { BadgeKnowledge, Secured } from "./badge-question.ts";
import { revocationListCheck } from "./foreign-status-revoked.ts";
import { entryCheck, type FoundList, maxListJwt, maxStatuses, soundList } from "./status-list-check.ts";

type Moments = { at: Millis; known: Millis; now: Millis };

/**
 * The checks of a credential's status by the lists that it names, of this service or another: Bitstring Status List 1.0
 * in either form, and 1EdTechRevocationList. Its proofs must have been checked: what nobody signed may not send us
 * calling.
 */
export async function listChecks(
  credential: Credential,
  moments: Moments,
  knowledge: BadgeKnowledge,
): Promise<Check[]> {
  const { statuses } = credential;
  if (statuses.length === 0) return [pass("status", "The credential names no status.", "NO_STATUS")];
  if (statuses.length > maxStatuses)
    return [unknown("status", "QUOTA_EXCEEDED", `At most ${maxStatuses} statuses are asked for.`)];
  return Promise.all(statuses.map((status) => statusCheck(status, credential, moments, knowledge)));
}

async function statusCheck(
  { type, entry }: Credential["statuses"][number],
  credential: Credential,
  moments: Moments,
  knowledge: BadgeKnowledge,
): Promise<Check> {
  if (type === "1EdTechRevocationList") return revocationListCheck(entry, credential, moments.now, knowledge);
  if (type !== "BitstringStatusListEntry")
    return unknown("status", "UNKNOWN_STATUS_TYPE", "A status of this type is not read here.");
  const read = await attempt("status", "The status entry can be read.", () => parseStatusEntry(entry));
  if (!read.value) return read.check;
  const { purpose, list: url } = read.value;
  const name = `status:${purpose.slice(0, 40)}`;
  const list = await fetchList(name, url, credential.issuer, moments.now, knowledge);
  if ("check" in list) return list.check;
  return entryCheck(name, read.value, list, moments, (status) => meaning(read.value!, status));
}

/** Fetches the list and holds it to all that a credential is held to, now: it is our knowledge of today. */
async function fetchList(
  name: string,
  url: string,
  issuer: string,
  now: Millis,
  knowledge: BadgeKnowledge,
): Promise<FoundList | { check: Check }> {
  const fetched = await attempt(name, "", () => listText(url, knowledge));
  if (fetched.value === undefined)
    return { check: fetched.check.outcome === "fail" ? { ...fetched.check, code: "LIST_INVALID" } : fetched.check };
  // A list of ours may have been made since the question was asked.
  const at = knowledge.ours?.holds(url) ? now + clockSkew : now;
  const examined = await examineSecured(fetched.value, at, knowledge, maxListJwt);
  const list = await soundList({ name, url, issuer }, examined, now);
  if ("check" in list) return list;
  const late = ttlMisfit(examined.credential!.body);
  return late ? { check: fail(name, "LIST_INVALID", late) } : list;
}

async function listText(url: string, { ours, fetch }: BadgeKnowledge): Promise<Secured> {
  if (ours?.holds(url)) {
    const list = await ours.listAt(url);
    if (list === undefined) throw new Failure("INVALID_CREDENTIAL", "There is no such status list here.");
    return list;
  }
  if (!fetch) throw new Failure("STATUS_UNAVAILABLE", "Status lists are not fetched here.");
  const text = (await fetch(url)).trim();
  return text.startsWith("{") ? readList(text) : text;
}

function readList(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new Failure("INVALID_CREDENTIAL", "The status list is no JSON object.");
  return value as JsonObject;
}

/** Lists are fetched anew for each question, so no list outlives its `ttl` here; it must be a time all the same. */
function ttlMisfit({ credentialSubject }: JsonObject): string | undefined {
  const ttl = isObject(credentialSubject) ? credentialSubject.ttl : undefined;
  if (ttl === undefined || (typeof ttl === "number" && Number.isInteger(ttl) && ttl >= 0)) return undefined;
  return "The ttl of the status list is no number of milliseconds.";
}

function meaning({ messages }: StatusEntry, status: number): string {
  const said = messages.find((each) => each.status === status)?.message;
  return said === undefined ? "" : ` It means: ${said.slice(0, 200)}`;
}
