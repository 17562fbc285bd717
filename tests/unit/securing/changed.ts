import type { Json, JsonObject } from "../../../src/kernel/json.ts";

/** The document with the value at one of its places changed, or taken away. */
export function changeAt(document: JsonObject, place: number, value: Json, drops: boolean): JsonObject {
  const changed = structuredClone(document);
  const places: [any, string][] = [];
  const walk = (at: any) => {
    if (typeof at !== "object" || at === null) return;
    for (const name of Object.keys(at)) {
      places.push([at, name]);
      walk(at[name]);
    }
  };
  walk(changed);
  const [at, name] = places[place % places.length]!;
  if (!drops) at[name] = value;
  else if (Array.isArray(at)) at.splice(Number(name), 1);
  else delete at[name];
  return changed;
}
