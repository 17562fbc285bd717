import { z } from "zod";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import type { Entry, LoggedEntry } from "./entry.ts";
import type { ActionRule } from "./kind.ts";

/** An entry of another document, or of the same, by its operation digest D. */
export type GroundName = { document: string; operation: string };

/** Entries that one operation may rest on: a role or a key, a client, a class, and room for what else is needed. */
export const maxGrounds = 8;

const grounds = z
  .array(
    z.strictObject({
      document: z.string().min(1).max(64),
      operation: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "It is base64url of a SHA-256 digest."),
    }),
  )
  .max(maxGrounds);

/** `input.restsOn`: entries that give the right to act, of other documents or of this one, and have not ended. */
export const restsOn = grounds.min(1);

/** The same where an action may rest on nothing. */
export const mayRestOn = grounds;

/** What an input of whatever kind says that it rests on, as far as it has the form of that. */
export function groundsIn({ restsOn: named }: JsonObject): { document: unknown; operation: string }[] {
  if (!Array.isArray(named)) return [];
  return named.flatMap((each) =>
    isObject(each) && typeof each.operation === "string"
      ? [{ document: each.document, operation: each.operation }]
      : [],
  );
}

/** What an input says that it rests on; it has passed the schema of its action. */
export function groundsNamed(rule: ActionRule, input: JsonObject): GroundName[] {
  return rule.rests ? (input.restsOn as GroundName[]) : [];
}

/**
 * The entries that an input rests on, as `find` knows those that stand. Refuses with NOT_DELEGATED what is not in the
 * log or has ended, so that what is hidden and what is absent look alike.
 */
export async function findGrounds(
  named: readonly GroundName[],
  find: (name: GroundName) => Promise<LoggedEntry | undefined> | LoggedEntry | undefined,
): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const name of named) {
    const entry = await find(name);
    ensure(entry, "NOT_DELEGATED", "Something that it rests on is not here, or has ended.");
    found.push(entry);
  }
  return found;
}
