import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Millis, parseTime } from "../kernel/time.ts";

export const contextV2 = "https://www.w3.org/ns/credentials/v2";

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

/**
 * Holds a credential to the VC Data Model 2.0. Refuses with INVALID_CREDENTIAL, whose detail names the property, or
 * UNREADABLE_DATE.
 * @see https://www.w3.org/TR/vc-data-model-2.0/
 */
export function parseCredential(body: JsonObject): Credential {
  checkContext(body["@context"]);
  ensure(
    body.vc === undefined && body.vp === undefined,
    "INVALID_CREDENTIAL",
    "The claims vc and vp have no place in it.",
  );
  ensure(body.id === undefined || isUrl(body.id), "INVALID_CREDENTIAL", "id is no URL.");
  const types = typesOf(body.type) ?? [];
  ensure(types.includes("VerifiableCredential"), "INVALID_CREDENTIAL", "type does not name VerifiableCredential.");
  const issuer = issuerOf(body);
  ensure(issuer, "INVALID_CREDENTIAL", "issuer is no URL and no object with one as its id.");
  for (const name of ["credentialSchema", "refreshService", "termsOfUse", "evidence"]) checkTyped(body, name);
  const validFrom = timeOf(body.validFrom);
  const validUntil = timeOf(body.validUntil);
  const ordered = validFrom === undefined || validUntil === undefined || validFrom <= validUntil;
  ensure(ordered, "INVALID_CREDENTIAL", "validUntil lies before validFrom.");
  return {
    id: body.id as string | undefined,
    types,
    issuer,
    subjects: subjectsOf(body.credentialSubject),
    validFrom,
    validUntil,
    statuses: checkTyped(body, "credentialStatus").map((entry) => ({ type: typesOf(entry.type)![0]!, entry })),
    body,
  };
}

/** The issuer that a body names, whatever else is wrong with it. */
export function issuerOf({ issuer }: JsonObject): string | undefined {
  const id = isObject(issuer) ? issuer.id : issuer;
  return isUrl(id) ? id : undefined;
}

function checkContext(context: unknown): void {
  const isList = Array.isArray(context) && context[0] === contextV2;
  ensure(isList, "INVALID_CREDENTIAL", `@context is no list that begins with ${contextV2}.`);
  const readable = context.every((each) => isObject(each) || isUrl(each));
  ensure(readable, "INVALID_CREDENTIAL", "@context lists something else than URLs and objects.");
}

function typesOf(type: unknown): string[] | undefined {
  const types = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every((each) => typeof each === "string" && each !== "") ? types : undefined;
}

function subjectsOf(subject: unknown): string[] {
  const subjects = Array.isArray(subject) ? subject : [subject];
  const filled = subjects.length > 0 && subjects.every((each) => isObject(each) && Object.keys(each).length > 0);
  ensure(filled, "INVALID_CREDENTIAL", "credentialSubject is missing or says nothing.");
  const ids = subjects.map((each) => each.id).filter((id) => id !== undefined);
  ensure(ids.every(isUrl), "INVALID_CREDENTIAL", "The id of a subject is no URL.");
  return ids;
}

/** The objects of a property that may stand once or as a list, each with a type and, if any, an id that is a URL. */
function checkTyped(body: JsonObject, name: string): JsonObject[] {
  const value = body[name];
  if (value === undefined) return [];
  const objects = Array.isArray(value) ? value : [value];
  for (const each of objects) {
    const typed = isObject(each) && typesOf(each.type) !== undefined;
    ensure(typed, "INVALID_CREDENTIAL", `${name} is no object with a type.`);
    const named = each.id === undefined ? name !== "credentialSchema" : isUrl(each.id);
    ensure(named, "INVALID_CREDENTIAL", `The id of ${name} is missing or no URL.`);
  }
  return objects as JsonObject[];
}

function timeOf(value: unknown): Millis | undefined {
  return value === undefined ? undefined : parseTime(value);
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/.test(value);
}
