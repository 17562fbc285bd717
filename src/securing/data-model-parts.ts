import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type Json, type JsonObject } from "../kernel/json.ts";

export const contextV2 = "https://www.w3.org/ns/credentials/v2";

/** True for an absolute URL as the data model means it: DIDs, URNs and data URLs too. */
export function isUrl(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/.test(value);
}

/** One type or several; undefined where it is anything else. */
export function typesOf(type: unknown): string[] | undefined {
  const types = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every((each) => typeof each === "string" && each !== "") ? types : undefined;
}

/** What may stand once or as a list, as a list. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The URL that a member gives, as text or as the id of an object. */
export function idOf(value: unknown): string | undefined {
  const id = isObject(value) ? value.id : value;
  return isUrl(id) ? id : undefined;
}

/** Section 4.3: an ordered list that begins with the base context; refuses with INVALID_CREDENTIAL, as all here do. */
export function checkContext(context: unknown): void {
  const isList = Array.isArray(context) && context[0] === contextV2;
  ensure(isList, "INVALID_CREDENTIAL", `@context is no list that begins with ${contextV2}.`);
  const readable = context.every((each) => isObject(each) || isUrl(each));
  ensure(readable, "INVALID_CREDENTIAL", "@context lists something else than URLs and objects.");
}

/** Section 4.13.3: an envelope may name the base context alone, or among others. */
export function hasBaseContext(context: unknown): boolean {
  return [context].flat().includes(contextV2);
}

/** Section 4.4: one URL, or none. */
export function checkId(id: unknown): void {
  ensure(id === undefined || isUrl(id), "INVALID_CREDENTIAL", "id is no URL.");
}

/** Section 4.5: texts, of which one is `needed`. */
export function checkType(type: unknown, needed: string): void {
  ensure(typesOf(type)?.includes(needed), "INVALID_CREDENTIAL", `type does not name ${needed}.`);
}

/**
 * Sections 4.10, 4.11 and 5.3 to 5.6: objects that have a type each, and an id that is a URL where they have one or
 * `mustId` demands it.
 */
export function checkTyped(body: JsonObject, name: string, mustId = false): JsonObject[] {
  const objects = listOf(body[name]);
  for (const each of objects) {
    const typed = isObject(each) && typesOf(each.type) !== undefined;
    ensure(typed, "INVALID_CREDENTIAL", `${name} is no object with a type.`);
    const named = each.id === undefined ? !mustId : isUrl(each.id);
    ensure(named, "INVALID_CREDENTIAL", `The id of ${name} is missing or no URL.`);
  }
  return objects as JsonObject[];
}

/** Sections 4.6 and 11.1: a text, or texts in languages, each with its direction where it has one. */
export function checkTexts(object: JsonObject, name: string): void {
  const value = object[name];
  if (value === undefined || typeof value === "string") return;
  const texts = listOf(value);
  const read = texts.length > 0 && texts.every(isLanguageText);
  if (!read) throw new Failure("INVALID_CREDENTIAL", `${name} is no text, and no text in a language.`);
}

function isLanguageText(value: Json): boolean {
  if (!isObject(value)) return false;
  const { "@value": text, "@language": language, "@direction": direction, ...rest } = value;
  const tagged = language === undefined || (typeof language === "string" && languageTag.test(language));
  const directed = direction === undefined || direction === "ltr" || direction === "rtl";
  return typeof text === "string" && tagged && directed && Object.keys(rest).length === 0;
}

/** The syntax of BCP 47, not its registry. */
const languageTag = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;
