import { alphabets, isSpelt } from "./alphabet.ts";
import { Failure } from "./failure.ts";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

/** Levels of nesting that any body may have: an operation's 32 within its envelope. */
export const maxDepth = 40;

/**
 * Parses JSON strictly: what two readers could read differently is refused (MALFORMED_JSON), so is nesting beyond
 * `maxDepth` (TOO_DEEP). Refused are duplicate names, `__proto__`, U+0000, lone surrogates and integers beyond 2^53-1
 * (I-JSON, RFC 7493, section 2).
 */
export function parseJson(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure("MALFORMED_JSON");
  }
  // Only an escape, or a text that is none itself, brings U+0000 or a lone surrogate into a string.
  const plain = !text.includes("\\u") && text.isWellFormed();
  // JSON.parse keeps the last of two equal names: then the text has more colons than the value has members.
  if (checkValue(value, maxDepth, plain) !== countColons(text))
    throw new Failure("MALFORMED_JSON", "A name occurs twice.");
  return value;
}

/**
 * Holds an already parsed value to the same rules and returns how many members its objects have. `depth` is what is
 * left: 1 lets a flat object through. `plain` says that all its strings are known to be in order.
 */
export function checkValue(value: unknown, depth: number, plain = false): number {
  switch (typeof value) {
    case "string":
      return plain ? 0 : checkText(value);
    case "number":
      return checkNumber(value);
    case "boolean":
      return 0;
    case "object":
      if (value === null) return 0;
      if (depth === 0) throw new Failure("TOO_DEEP");
      return Array.isArray(value) ? checkArray(value, depth, plain) : checkObject(value as JsonObject, depth, plain);
    default:
      throw new Failure("MALFORMED_JSON");
  }
}

/** RFC 8785. The value must have passed `checkValue` or come from code. */
export function canonicalJson(value: Json | undefined): string {
  if (typeof value === "string") return quoted(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) text += (i ? "," : "") + canonicalJson(value[i]!);
    return `${text}]`;
  }
  // The default sort compares UTF-16 code units, as RFC 8785, section 3.2.3 asks.
  const names = Object.keys(value);
  if (names.length > 1) names.sort();
  let text = "{";
  for (const name of names) {
    const member = value[name];
    if (member === undefined) continue;
    text += `${text.length > 1 ? "," : ""}${quoted(name)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** A text in JSON. Short ones are mostly free of escapes, and looking for them takes half of what JSON.stringify does. */
export function quoted(text: string): string {
  return isPlain(text) ? `"${text}"` : JSON.stringify(text);
}

function isPlain(text: string): boolean {
  return text.length <= maxLooked && isSpelt(text, alphabets.unescaped);
}

const maxLooked = 128;

/** A text as it is, "" for all else: of an object that came as JSON nothing may make a text, if it has a member toString. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkText(text: string): number {
  if (isPlain(text)) return 0;
  if (text.includes("\0")) throw new Failure("MALFORMED_JSON", "A text contains U+0000.");
  if (!text.isWellFormed()) throw new Failure("MALFORMED_JSON", "A text contains a lone surrogate.");
  return 0;
}

function checkNumber(number: number): number {
  if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number)))
    throw new Failure("MALFORMED_JSON", "A number lies beyond 2^53-1.");
  return 0;
}

function checkArray(values: unknown[], depth: number, plain: boolean): number {
  let members = 0;
  for (const value of values) members += checkValue(value, depth - 1, plain);
  return members;
}

function checkObject(object: JsonObject, depth: number, plain: boolean): number {
  let members = 0;
  for (const name of Object.keys(object)) {
    if (name === "__proto__") throw new Failure("MALFORMED_JSON", "A member is named __proto__.");
    if (!plain) checkText(name);
    members += 1 + checkValue(object[name], depth - 1, plain);
  }
  return members;
}

/** Counts the colons outside strings of a text that JSON.parse has accepted: one for each member. */
function countColons(text: string): number {
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) colons++;
    else if (code === 0x22) i = endOfString(text, i);
  }
  return colons;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
}
