// Reads what a score is replayed from: an export, or the whole log in pages or lines.
import { joinBundles, parseJson } from "../src/index.ts";
import type { Json, JsonObject } from "../src/kernel/json.ts";

/** An export as it came, or entries of the whole log, some of them concealed. */
export type Log = { export: JsonObject } | { entries: JsonObject[] };

/** Refuses with an Error what is neither, and with a Failure what is no strict JSON. */
export function readLog(text: string): Log {
  const values = readValues(text);
  const [first] = values;
  if (values.length === 1 && isRecord(first) && first.format === "renown-bundle-1") return { export: first };
  const found = values.flatMap(entriesIn);
  const entries = found.filter((each) => isRecord(each) && typeof each.digest === "string") as JsonObject[];
  if (entries.length === 0 || entries.length < found.length)
    throw new Error("The file is neither an export, nor pages or lines of GET /v1/operations.");
  return { entries };
}

/** One bundle of all that was read: an export first, with logs that it leaves out. Refuses with INVALID_REQUEST. */
export function joinLogs(read: readonly Log[], realm: string): ReturnType<typeof joinBundles> {
  const exports = read.flatMap((each) => ("export" in each ? [each.export] : []));
  const entries = read.flatMap((each) => ("entries" in each ? each.entries : []));
  const first = exports.filter(({ question }) => question !== undefined);
  const others = exports.filter(({ question }) => question === undefined);
  return joinBundles([...first, ...others, ...(entries.length > 0 ? [bundleOf(entries, realm)] : [])]);
}

/** A bundle of all logs, each in its place; concealed entries do not say of which document they are. */
export function bundleOf(entries: readonly JsonObject[], realm: string): JsonObject {
  const order = [...entries].sort((one, other) => Number(one.seq) - Number(other.seq));
  const logs = [...Map.groupBy(order, (entry) => String(entry.document ?? ""))].map(([document, own]) => {
    return { document, kind: String(own[0]!.kind), entries: own };
  });
  const last = order.at(-1)!;
  const asOf = { seq: Number(last.seq), time: String(last.admittedAt ?? "") };
  const { document, kind } = logs[0]!;
  return { format: "renown-bundle-1", realm, document, kind, asOf, service: { did: "", operationKeys: [] }, logs };
}

/** One JSON text, or one on each line. */
function readValues(text: string): Json[] {
  try {
    return [parseJson(text)];
  } catch (error) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length < 2) throw error;
    return lines.map((line) => parseJson(line));
  }
}

/** Entries, lists of them and pages of them, however they lie in each other. */
function entriesIn(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(entriesIn);
  return isRecord(value) && Array.isArray(value.items) ? entriesIn(value.items) : [value];
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
