import { attempt } from "../kernel/attempt.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../kernel/json.ts";
import { type Check, fail, pass } from "../kernel/report.ts";
import { iso, type Millis, parseTime } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import type { BadgeKnowledge } from "./badge-question.ts";

/** Entries of a list that are read. */
const maxRevoked = 100_000;

/**
 * The status of a credential by a 1EdTechRevocationList: JSON that its issuer serves, with the ids of revoked ones.
 * @see https://purl.imsglobal.org/spec/vcrl/v1p0
 */
export async function revocationListCheck(
  entry: JsonObject,
  { id, issuer }: Credential,
  now: Millis,
  { fetch }: BadgeKnowledge,
): Promise<Check> {
  const name = "status:revocation";
  const listed = await attempt(name, "", async () => {
    ensure(fetch, "STATUS_UNAVAILABLE", "Status lists are not fetched here.");
    ensure(typeof entry.id === "string", "INVALID_CREDENTIAL", "The status names no list.");
    ensure(id !== undefined, "INVALID_CREDENTIAL", "The credential has no id to be found in a list by.");
    return readList(await fetch(entry.id));
  });
  if (!listed.value) return listed.check;
  const { issuer: by, revoked } = listed.value;
  if (by !== undefined && by !== issuer)
    return fail(name, "LIST_OF_ANOTHER_ISSUER", "The revocation list is another issuer's.");
  const found = revoked.find((each) => each.id === id && each.from <= now);
  if (!found) return pass(name, "The revocation list does not name it.");
  const since = found.from > 0 ? ` since ${iso(found.from)}` : "";
  const reason = found.reason === undefined ? "" : ` The reason given: ${found.reason.slice(0, 200)}`;
  return fail(name, "REVOKED", `The revocation list names it${since}.${reason}`);
}

/** 1EdTech's validator and the issuers that follow it write the plural; a list in the singular, or in both, is read whole. */
const memberNames = ["revokedCredentials", "revokedCredential"] as const;

type Revoked = { id: string; from: Millis; reason: string | undefined };

function readList(text: string): { issuer: string | undefined; revoked: Revoked[] } {
  const value = parseObject(text);
  const { issuer } = value;
  const lists = memberNames.flatMap((name) => (value[name] === undefined ? [] : [value[name]]));
  const whole = lists.length > 0 && lists.every((each) => Array.isArray(each));
  ensure(whole, "INVALID_CREDENTIAL", "The revocation list has no list revokedCredentials.");
  const listed = lists.flat();
  ensure(listed.length <= maxRevoked, "INVALID_CREDENTIAL", `At most ${maxRevoked} entries of a list are read.`);
  const by = isObject(issuer) ? issuer.id : issuer;
  return { issuer: typeof by === "string" ? by : undefined, revoked: listed.flatMap(readEntry) };
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new Failure("INVALID_CREDENTIAL", "The revocation list is no JSON.");
  }
  ensure(isObject(value), "INVALID_CREDENTIAL", "The revocation list is no JSON object.");
  return value as JsonObject;
}

/** An entry is an id, or an object with one; `revoked: false` takes it back. */
function readEntry(entry: unknown): Revoked[] {
  if (typeof entry === "string") return [{ id: entry, from: 0, reason: undefined }];
  if (!isObject(entry) || typeof entry.id !== "string" || entry.revoked === false) return [];
  const reason = typeof entry.revocationReason === "string" ? entry.revocationReason : undefined;
  return [{ id: entry.id, from: dateOf(entry.revokedAt), reason }];
}

/** What is revoked at a time that cannot be read counts as revoked. */
function dateOf(value: unknown): Millis {
  try {
    return value === undefined ? 0 : parseTime(value);
  } catch {
    return 0;
  }
}
