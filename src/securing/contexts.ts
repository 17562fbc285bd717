import type { JsonObject } from "../kernel/json.ts";
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

const known = contexts as unknown as Record<string, JsonObject>;
