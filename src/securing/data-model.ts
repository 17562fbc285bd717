import { checkOf } from "../kernel/attempt.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, pass, unknown } from "../kernel/report.ts";
import type { Millis } from "../kernel/time.ts";
import {
  checkContext,
  checkId,
  checkTexts,
  checkType,
  checkTyped,
  idOf,
  isUrl,
  listOf,
  typesOf,
} from "./data-model-parts.ts";
import { checkResources, resourceMatches } from "./data-model-resources.ts";
import { parseStamp } from "./date-time-stamp.ts";

export { contextV2 } from "./data-model-parts.ts";

/** A credential of the VC Data Model 2.0, as far as verification reads it. */
export type Credential = {
  id: string | undefined;
  types: string[];
  issuer: string;
  /** Ids of the subjects that have one. */
  subjects: string[];
  validFrom: Millis | undefined;
  validUntil: Millis | undefined;
  /** The entries of `credentialStatus`, each with its type. */
  statuses: { type: string; entry: JsonObject }[];
  body: JsonObject;
};

/** What the data model demands of one part; refuses with INVALID_CREDENTIAL or UNREADABLE_DATE. */
export type ModelRule = { name: string; judge(body: JsonObject): void };

/**
 * Holds a credential to the VC Data Model 2.0. Refuses with INVALID_CREDENTIAL, whose detail names the property, or
 * UNREADABLE_DATE.
 * @see https://www.w3.org/TR/vc-data-model-2.0/
 */
export function parseCredential(body: JsonObject): Credential {
  for (const rule of credentialRules) rule.judge(body);
  return {
    id: body.id as string | undefined,
    types: typesOf(body.type)!,
    issuer: issuerOf(body)!,
    subjects: listOf(body.credentialSubject).flatMap((each) => (isObject(each) && isUrl(each.id) ? each.id : [])),
    validFrom: timeOf("validFrom", body.validFrom),
    validUntil: timeOf("validUntil", body.validUntil),
    statuses: checkTyped(body, "credentialStatus").map((entry) => ({ type: typesOf(entry.type)![0]!, entry })),
    body,
  };
}

/** The issuer that a body names, whatever else is wrong with it. */
export function issuerOf({ issuer }: JsonObject): string | undefined {
  return idOf(issuer);
}

/**
 * A check for each part of a credential, `data-model.issuer` and so on. Related resources that are not known here are
 * told aside: what nobody fetches changes nothing.
 */
export function credentialChecks(body: JsonObject): Check[] {
  return [...modelChecks(credentialRules, body), ...strangeResources(body)];
}

/** A check for each of the rules. */
export function modelChecks(rules: readonly ModelRule[], body: JsonObject): Check[] {
  return rules.map(({ name, judge }) => {
    try {
      judge(body);
      return pass(`data-model.${name}`, `${name} is as the VC Data Model 2.0 has it.`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return checkOf(`data-model.${name}`, error);
    }
  });
}

/** In the order in which a credential is refused. */
const credentialRules: readonly ModelRule[] = [
  { name: "@context", judge: (body) => checkContext(body["@context"]) },
  { name: "claims", judge: checkClaims },
  { name: "id", judge: (body) => checkId(body.id) },
  { name: "type", judge: (body) => checkType(body.type, "VerifiableCredential") },
  { name: "issuer", judge: checkIssuer },
  { name: "name", judge: (body) => checkTexts(body, "name") },
  { name: "description", judge: (body) => checkTexts(body, "description") },
  { name: "credentialSchema", judge: (body) => checkTyped(body, "credentialSchema", true) },
  { name: "refreshService", judge: (body) => checkTyped(body, "refreshService") },
  { name: "termsOfUse", judge: (body) => checkTyped(body, "termsOfUse") },
  { name: "evidence", judge: (body) => checkTyped(body, "evidence") },
  // Section 5.10 reserves these, and asks for nothing but their type.
  { name: "confidenceMethod", judge: (body) => checkTyped(body, "confidenceMethod") },
  { name: "renderMethod", judge: (body) => checkTyped(body, "renderMethod") },
  { name: "validity", judge: checkPeriod },
  { name: "credentialSubject", judge: checkSubjects },
  { name: "credentialStatus", judge: (body) => checkTyped(body, "credentialStatus") },
  { name: "relatedResource", judge: checkResources },
];

/** VC-JOSE-COSE, section 3.1: the payload is the credential, and the claims of version 1.1 have no place in it. */
function checkClaims(body: JsonObject): void {
  const bare = body.vc === undefined && body.vp === undefined;
  ensure(bare, "INVALID_CREDENTIAL", "The claims vc and vp have no place in it.");
}

/** Section 4.7. */
function checkIssuer({ issuer }: JsonObject): void {
  ensure(idOf(issuer), "INVALID_CREDENTIAL", "issuer is no URL and no object with one as its id.");
  if (!isObject(issuer)) return;
  checkTexts(issuer as JsonObject, "name");
  checkTexts(issuer as JsonObject, "description");
}

/** Section 4.9. */
function checkPeriod(body: JsonObject): void {
  const from = timeOf("validFrom", body.validFrom);
  const until = timeOf("validUntil", body.validUntil);
  const ordered = from === undefined || until === undefined || from <= until;
  ensure(ordered, "INVALID_CREDENTIAL", "validUntil lies before validFrom.");
}

/** Section 4.8: each subject says something, and has one id at most. */
function checkSubjects({ credentialSubject: subject }: JsonObject): void {
  const subjects = Array.isArray(subject) ? subject : [subject];
  const filled = subjects.length > 0 && subjects.every((each) => isObject(each) && Object.keys(each).length > 0);
  ensure(filled, "INVALID_CREDENTIAL", "credentialSubject is missing or says nothing.");
  const named = subjects.every((each) => !isObject(each) || each.id === undefined || isUrl(each.id));
  ensure(named, "INVALID_CREDENTIAL", "The id of a subject is no URL.");
}

function strangeResources(body: JsonObject): Check[] {
  let matches: ReturnType<typeof resourceMatches>;
  try {
    matches = resourceMatches(body);
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
  return matches
    .filter(({ match }) => match === "unknown")
    .map(({ id }) =>
      aside(unknown("data-model.relatedResource", "NOT_CHECKED", `What is published at ${id} is not known here.`)),
    );
}

function timeOf(name: string, value: unknown): Millis | undefined {
  return value === undefined ? undefined : parseStamp(name, value);
}
