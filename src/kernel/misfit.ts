import type { ZodType, z } from "zod";
import { type Code, Failure } from "./failure.ts";

/** How a value is spoken of: its own name, before the path of a member, and what it is made of. */
export type Named = { root?: string; part?: "member" | "parameter" };

/**
 * Holds a value to a schema: what came of it. Refuses with `code`, and says of the first member that does not fit where it
 * stands and what it must be. Names of the client's own are told back shortened, and values never: a detail is shown to
 * people, and a value may be a secret.
 */
export function holdTo<T>(schema: ZodType<T>, value: unknown, code: Code, named: Named = {}): T {
  const read = tried(() => schema.safeParse(value, { error: () => unsaid, reportInput: true }));
  if (read?.success) return read.data;
  throw new Failure(code, sentenceOf(read?.error.issues[0], named));
}

/** What comes of a value that fits a schema; undefined where it does not. */
export function readAs<T>(schema: ZodType<T>, value: unknown): T | undefined {
  return tried(() => schema.safeParse(value))?.data;
}

/** Schemas compare a `length` before they have seen whose it is, and fail over one that is an object with a member toString. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The message of an issue for which its schema has no words of its own. */
const unsaid = "";

type Issue = z.core.$ZodIssue;

/** For a schema: what is expected in words of its own, as "a time of RFC 3339". */
export function expecting(words: string): { error(issue: { input?: unknown }): string } {
  return { error: ({ input }) => expected([words], input === undefined) };
}

export const expectingTime = expecting("a time of RFC 3339, as 2026-11-20T11:41:04Z,");

/** The most that is told: letters of a name, names of a path, values to choose from, letters of a pattern. */
const most = { name: 40, path: 16, values: 40, pattern: 80 };

const formless = "It does not have the form that is taken here.";

function sentenceOf(issue: Issue | undefined, { root, part = "member" }: Named): string {
  const found = issue && nearest(issue);
  const path = (found?.path ?? []).slice(0, most.path).map(shortName);
  const place = [...(root === undefined ? [] : [root]), ...path].join(".");
  return `${place === "" ? "" : `${place}: `}${found ? demandOf(found, part) : formless}`;
}

/** Of several forms the one that was meant, as far as one can tell: then it is told what that one lacks. */
function nearest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const meant = issue.errors.filter((each) => !each.some(isOtherForm));
  const knows = meant.filter((each) => !each.some(({ code }) => code === "unrecognized_keys"));
  const [only, second] = knows.length > 0 ? knows : meant;
  const inner = second ? undefined : only?.[0];
  return inner ? nearest({ ...inner, path: [...issue.path, ...inner.path] }) : issue;
}

/** What is of another type altogether, or has another word where a form has its own, is of another form. */
function isOtherForm({ code, path, ...rest }: Issue): boolean {
  if (path.length === 0) return code !== "unrecognized_keys" && code !== "invalid_union";
  return code === "invalid_value" && "values" in rest && rest.values.length === 1;
}

/** What a value must be, in a sentence. */
function demandOf(issue: Issue, part: string): string {
  if (issue.message !== unsaid) return issue.message;
  if (issue.code === "unrecognized_keys") return `There is no ${part} ${quoted(issue.keys[0] ?? "")} here.`;
  if (issue.code === "invalid_key") return "The name does not have the form that is taken here.";
  if (issue.code === "not_multiple_of") return `It is a multiple of ${issue.divisor}.`;
  if (issue.code === "too_small") return boundOf(issue, "least", issue.minimum);
  if (issue.code === "too_big") return boundOf(issue, "most", issue.maximum);
  if (issue.code === "invalid_union" && issue.errors.length > 0)
    return choiceOf(issue.errors, issue.input === undefined);
  const wanted = wantedOf(issue);
  if (wanted === undefined) return issue.input === undefined ? "It is missing." : formless;
  const bare = wanted === typeWords.string && ["number", "boolean"].includes(typeof issue.input);
  return expected([bare ? "a text, in quotes," : wanted], issue.input === undefined);
}

/** What is expected where it stands, of what says so: its type, or the values to choose from. */
function wantedOf(issue: Issue): string | undefined {
  if (issue.code === "invalid_type") return typeWords[issue.expected];
  if (issue.code === "invalid_value") return oneOf(issue.values);
  if (issue.code === "invalid_union") return "options" in issue ? oneOf(issue.options as unknown[]) : undefined;
  if (issue.code !== "invalid_format") return undefined;
  const { format, pattern = "" } = issue;
  if (format !== "regex") return formatWords[format];
  return pattern.length <= most.pattern ? `a text of the form ${pattern}` : undefined;
}

/** What a value may be that has none of several forms, where each of them says so of the whole of it. */
function choiceOf(forms: readonly Issue[][], missing: boolean): string {
  const all = forms.flatMap(([first]) => (first ? [first] : []));
  if (all.some(({ path }) => path.length > 0)) return "It has none of the forms that are taken here.";
  const wanted = new Set(all.map((each) => (each.message === unsaid ? wantedOf(each) : wordsIn(each.message))));
  const told = all.map(({ message }) => message).filter((each) => each !== unsaid && wordsIn(each) === "");
  const words = [...wanted].filter((each) => each !== undefined).filter((each) => each !== "");
  if (wanted.has(undefined)) return "It has none of the forms that are taken here.";
  const sentences = [...(words.length > 0 ? [expected(words, missing)] : []), ...told];
  return `${sentences.map((each) => each.replace(/\.$/, "")).join(", or: ")}.`;
}

/** What a schema's own sentence expects, "" where it says something else: then one sentence holds all that may stand. */
function wordsIn(sentence: string): string {
  const words = /^(An? [^:,]+) is expected\.$/.exec(sentence)?.[1] ?? "";
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function expected(words: readonly string[], missing: boolean): string {
  const choice = `${[words.slice(0, -1).join(", "), words.at(-1)!].filter((each) => each !== "").join(" or ")} is expected.`;
  return missing ? `It is missing: ${choice}` : choice.charAt(0).toUpperCase() + choice.slice(1);
}

function oneOf(values: readonly unknown[]): string {
  const told = values.slice(0, most.values).map((each) => (typeof each === "string" ? quoted(each) : String(each)));
  if (told.length === 1) return told[0]!;
  return `one of ${told.join(", ")}${values.length > told.length ? " and others" : ""}`;
}

type Bounded = Extract<Issue, { code: "too_small" | "too_big" }>;

function boundOf({ origin, exact, inclusive }: Bounded, side: "least" | "most", bound: number | bigint): string {
  const unit = units[origin];
  if (unit) return `It has ${exact ? "exactly" : `at ${side}`} ${bound} ${unit}${Number(bound) === 1 ? "" : "s"}.`;
  if (inclusive === false) return `It is ${side === "least" ? "above" : "below"} ${bound}.`;
  return `It is at ${side} ${bound}.`;
}

const units: Readonly<Record<string, string>> = { string: "character", array: "item", set: "item", object: "member" };

const typeWords: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const formatWords: Readonly<Record<string, string>> = {
  url: "a URL",
  email: "an e-mail address",
  uuid: "a UUID",
  datetime: "a time of RFC 3339",
};

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, most.name));
}

function shortName(name: PropertyKey): string {
  return String(name).slice(0, most.name).replace(/\p{C}/gu, "?");
}
