import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Check, fail, pass } from "../kernel/report.ts";
import { findMisfits, type JsonSchema, type Misfit } from "./json-schema.ts";
import { badgeSchema, endorsementSchema } from "./open-badge-definitions.ts";

/** The context of Open Badges 3.0 that badges here are written in. */
export const openBadgesContext = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/**
 * Holds a badge or an endorsement to Open Badges 3.0: the check `schema` for its form, and `open-badge` for what no
 * schema says. None for a credential that is neither.
 * @see https://www.imsglobal.org/spec/ob/v3p0/#data-models
 */
export function checkOpenBadge(credential: JsonObject): Check[] {
  const types = [credential.type].flat();
  if (types.includes("OpenBadgeCredential") || types.includes("AchievementCredential"))
    return [checkSchema(badgeSchema, credential), checkLinks(credential)];
  if (types.includes("EndorsementCredential")) return [checkSchema(endorsementSchema, credential)];
  return [];
}

function checkSchema(schema: JsonSchema, credential: JsonObject): Check {
  const misfits = findMisfits(schema, credential);
  if (misfits.length === 0) return pass("schema", "It has the form that Open Badges 3.0 asks for.");
  return fail("schema", "SCHEMA_MISMATCH", `${misfits.slice(0, maxTold).map(sentenceOf).join(" ")}`);
}

/** Misfits in one sentence's reach. */
const maxTold = 3;

/** Names from a foreign document are cut: a report is no place for long texts of others. */
function sentenceOf({ at, says }: Misfit): string {
  return `${at.slice(0, 120)} ${says.slice(0, 160)}.`;
}

/**
 * Somebody is named as the recipient, the criteria say something, and every result belongs to a description that the
 * achievement has. Criteria without a word are what 1EdTech's validator refuses beyond the schema.
 */
function checkLinks(credential: JsonObject): Check {
  const subject = isObject(credential.credentialSubject) ? (credential.credentialSubject as JsonObject) : {};
  const { id, identifier } = subject;
  if (id === undefined && listOf(identifier).length === 0)
    return fail("open-badge", "NO_RECIPIENT", "The subject has neither an id nor an identifier.");
  const achievement = isObject(subject.achievement) ? (subject.achievement as JsonObject) : {};
  const criteria = isObject(achievement.criteria) ? achievement.criteria : undefined;
  if (criteria && criteria.id === undefined && criteria.narrative === undefined)
    return fail("open-badge", "NO_CRITERIA", "The criteria have neither an id nor a narrative.");
  const described = new Set(listOf(achievement.resultDescription).map((each) => each.id));
  const loose = listOf(subject.result).some(
    ({ resultDescription }) => resultDescription !== undefined && !described.has(resultDescription),
  );
  if (loose) return fail("open-badge", "UNKNOWN_RESULT", "A result belongs to no description of the achievement.");
  return pass("open-badge", "It names its recipient and its criteria, and its results belong to the achievement.");
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : [];
}
