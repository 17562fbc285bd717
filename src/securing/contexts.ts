import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import contexts from "./contexts.json" with { type: "json" };

/**
 * The JSON-LD context with this URL; undefined where it is not known here, for contexts are never fetched. It is shared:
 * nobody may change it.
 */
export function contextOf(url: string): JsonObject | undefined {
  return Object.hasOwn(known, url) ? known[url] : undefined;
}

/** All contexts that are known here. */
export function knownContexts(): JsonObject[] {
  return Object.values(known);
}

/** What stands at every `@context` of a document and of all objects within it, item by item. */
export function contextsIn(value: Json, found: Json[] = []): Json[] {
  if (Array.isArray(value)) for (const each of value) contextsIn(each, found);
  else if (isObject(value))
    for (const [name, each] of Object.entries(value as JsonObject)) {
      if (name !== "@context") contextsIn(each, found);
      else for (const context of Array.isArray(each) ? each : [each]) found.push(context);
    }
  return found;
}

const known = contexts as unknown as Record<string, JsonObject>;
