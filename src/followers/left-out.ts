import { isObject, parseJson } from "../kernel/json.ts";
import { type Check, unknown } from "../kernel/report.ts";
import { leftOutCode } from "../operations/audit-concealed.ts";
import type { Bundle, LeftOut } from "../operations/bundle.ts";
import { groundsIn } from "../operations/grounds.ts";

/** A log that did not come along, and the operations that rest on it: at most 100, in the order of the logs. */
export type RestingOn = LeftOut & { operations: string[] };

const maxNamed = 100;

export function restingOn({ leftOut = [], logs }: Pick<Bundle, "leftOut" | "logs">): RestingOn[] {
  const told = leftOut.map((log): RestingOn => ({ ...log, operations: [] }));
  const named = new Map(told.map((log) => [log.document, log.operations]));
  if (named.size === 0) return [];
  for (const entry of logs.flatMap(({ entries }) => entries as unknown[])) {
    if (!isObject(entry) || typeof entry.action !== "string" || typeof entry.operation !== "string") continue;
    for (const document of new Set(documentsIn(entry.action))) {
      const operations = named.get(document);
      if (operations && operations.length < maxNamed) operations.push(entry.operation);
    }
  }
  return told;
}

/** What an action says that it rests on; one that cannot be read has been found out by the audit. */
function documentsIn(text: string): string[] {
  try {
    const action = parseJson(text);
    const input = isObject(action) && isObject(action.input) ? action.input : {};
    return groundsIn(input).flatMap(({ document }) => (typeof document === "string" ? [document] : []));
  } catch {
    return [];
  }
}

/** Nothing where all logs came along. */
export function leftOutCheck(leftOut: readonly RestingOn[]): Check[] {
  if (leftOut.length === 0) return [];
  const shown = leftOut.slice(0, 10).map(({ document, entries, why, operations }) => {
    if (why === "log") return `the whole log up to ${entries} (GET /v1/operations)`;
    const resting = operations.length === 0 ? "" : `, on which rest ${operations.join(", ")}`;
    return `${document || "one that is concealed"} with ${entries} entries${resting}`;
  });
  const more = leftOut.length > shown.length ? `; and ${leftOut.length - shown.length} more` : "";
  return [unknown("leftOut", leftOutCode, `Logs did not come along: ${shown.join("; ")}${more}.`)];
}
