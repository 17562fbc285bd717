import { attempt } from "../kernel/attempt.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import {
  keptBits,
  minEntries,
  parseStatusList,
  type StatusEntry,
  type StatusList,
  statusAt,
} from "../securing/status-list.ts";

/** Status entries of one credential that are asked for: each may cost a call to another host. */
export const maxStatuses = 4;

/** Characters of a status list credential that are read: one of 16 million entries, however they are set. */
export const maxListJwt = 4 * 2 ** 20;

/** A status list whose credential holds, and since when it tells anything. */
export type FoundList = StatusList & { since: Millis };

/** Where a list was named, and by which issuer. */
type Named = { name: string; url: string; issuer: string };

type Examined = { checks: readonly Check[]; credential?: Credential | undefined };

/** Holds the credential of a list to all that a credential is held to, and to what named it; `name` is the check's. */
export async function soundList(
  { name, url, issuer }: Named,
  { checks, credential }: Examined,
  now: Millis,
): Promise<FoundList | { check: Check }> {
  const required = checks.filter((each) => each.required);
  const wrong = required.find((each) => each.outcome === "fail") ?? required.find((each) => each.outcome !== "pass");
  if (wrong || !credential) return { check: unsound(name, wrong ?? fail("data-model", "INVALID_CREDENTIAL", "")) };
  if (credential.issuer !== issuer)
    return { check: fail(name, "LIST_OF_ANOTHER_ISSUER", "The status list is another issuer's.") };
  const another = anotherList(name, url, credential);
  if (another) return { check: another };
  const list = await attempt(name, "", () => parseStatusList(credential.body));
  if (!list.value) return { check: { ...list.check, code: "LIST_INVALID" } };
  return { ...list.value, since: Math.min(credential.validFrom ?? now, now) };
}

/** The check of one entry in its list; `meaning` tells what a status means, where the entry says so. */
export async function entryCheck(
  name: string,
  entry: StatusEntry,
  list: FoundList,
  moments: { at: Millis; known: Millis },
  meaning: (status: number) => string = () => "",
): Promise<Check> {
  const check = await readStatus(name, entry, list, moments, meaning);
  // Other purposes inform; they do not say that the credential is not in force.
  return decisive.has(entry.purpose) ? check : aside(check);
}

const decisive = new Map([
  ["revocation", "REVOKED"],
  ["suspension", "SUSPENDED"],
]);

function unsound(name: string, { name: failed, outcome, code, detail }: Check): Check {
  const sentence = `The status list does not pass its check ${failed}: ${detail}`;
  if (outcome !== "fail") return unknown(name, "STATUS_UNAVAILABLE", sentence);
  return fail(name, code === "EXPIRED" && failed === "validity" ? "LIST_EXPIRED" : "LIST_INVALID", sentence);
}

/** Another list of the same issuer, served in its place, would take revocations back. */
function anotherList(name: string, url: string, { id, statuses }: Credential): Check | undefined {
  if (id === undefined)
    return unknown(name, "LIST_WITHOUT_ID", "The status list has no id, so it may be another than the one named.");
  if (id !== url) return fail(name, "LIST_INVALID", "Another status list than the one named was served.");
  if (statuses.length === 0) return undefined;
  return unknown(name, "LIST_HAS_STATUS", "The status list has a status of its own, which is not asked for.");
}

async function readStatus(
  name: string,
  entry: StatusEntry,
  list: FoundList,
  moments: { at: Millis; known: Millis },
  meaning: (status: number) => string,
): Promise<Check> {
  if (!list.purposes.includes(entry.purpose))
    return fail(name, "LIST_OF_ANOTHER_PURPOSE", "The status list has another purpose.");
  const bits = await attempt(name, "", () => keptBits(list.encodedList));
  if (!bits.value) return fail(name, "LIST_INVALID", "The status list cannot be expanded within its limit.");
  if ((bits.value.length * 8) / entry.size < minEntries)
    return fail(name, "LIST_TOO_SHORT", `The status list has fewer than ${minEntries} entries.`);
  const status = statusAt(bits.value, entry.index, entry.size);
  if (status === undefined) return fail(name, "STATUS_OUT_OF_RANGE", "The status list ends before the index.");
  return judgeStatus(name, entry.purpose, { status, since: list.since, said: meaning(status) }, moments);
}

/** A list tells of today: what it says of a moment before it was made holds only where the status cannot return. */
function judgeStatus(
  name: string,
  purpose: string,
  { status, since, said }: { status: number; since: Millis; said: string },
  { at, known }: { at: Millis; known: Millis },
): Check {
  const past = Math.min(at, known) < since;
  if (status === 0 && (!past || purpose === "revocation")) return pass(name, `The status is not set.${said}`);
  if (past)
    return unknown(name, "STATUS_SINCE_UNKNOWN", `The status list tells nothing of the time before ${iso(since)}.`);
  const sentence = `The status ${purpose.slice(0, 40)} is set to ${status}.${said}`;
  return fail(name, decisive.get(purpose) ?? "STATUS_SET", sentence);
}
