import { ensure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import type { Bundle, WireEntry } from "./bundle.ts";
import { isLeaf } from "./log-tree.ts";

/** What is shown to others of an entry that its subject has hidden: that it is there, and what proves it in the log. */
export type ConcealedEntry = { seq: number; kind: string; digest: string; concealed: true };

export type ShownEntry = WireEntry | ConcealedEntry;

/** A bundle as it is shown: entries of a concealed document say their place and their digest alone. */
export type ShownBundle = Omit<Bundle, "logs"> & { logs: { document: string; kind: string; entries: ShownEntry[] }[] };

/** The entry without its action, its signer, its document and all else that the action could be guessed by. */
function concealEntry({ seq, kind, digest }: WireEntry): ConcealedEntry {
  return { seq, kind, digest, concealed: true };
}

export function isConcealed(entry: unknown): boolean {
  return isObject(entry) && entry.concealed === true;
}

/** Refuses with INVALID_OPERATION a concealed entry that does not say all that one says. */
export function checkConcealed(entry: unknown): void {
  const { seq, kind, digest } = entry as Record<string, unknown>;
  const told = Number.isSafeInteger(seq) && typeof kind === "string";
  ensure(told, "INVALID_OPERATION", "A concealed entry tells its place and its kind.");
  ensure(isLeaf(digest), "INVALID_OPERATION", "A concealed entry tells its digest, which is base64url of 32 bytes.");
}

/** What is not for a viewer: whole documents, and single operations of others. */
export type Concealed = { documents: ReadonlySet<string>; operations: ReadonlySet<string> };

/** The entry as a viewer sees it from whom so much is concealed. */
export function shownEntry(entry: WireEntry, concealed: Concealed): ShownEntry {
  return isShown(entry, concealed) ? entry : concealEntry(entry);
}

/** Whether a viewer may see an entry. */
export function isShown(
  { document, operation }: Pick<WireEntry, "document" | "operation">,
  { documents, operations }: Concealed,
): boolean {
  return !documents.has(document) && !operations.has(operation);
}

/**
 * The bundle with what is concealed told by its place and its digest alone. Concealed documents other than the one that it
 * is of are not named: their entries stand together, in a log of none.
 */
export function concealLogs(bundle: Bundle, concealed: Concealed): ShownBundle {
  const shown = (log: Bundle["logs"][number]) => ({
    ...log,
    entries: log.entries.map((entry) => shownEntry(entry, concealed)),
  });
  const isNamed = ({ document }: { document: string }) =>
    document === bundle.document || !concealed.documents.has(document);
  const nameless = bundle.logs.filter((log) => !isNamed(log)).flatMap((log) => shown(log).entries);
  const logs = bundle.logs.filter(isNamed).map(shown);
  // Of one that was left out no more is told than of its entries.
  const leftOut = bundle.leftOut?.map((log) => (isNamed(log) ? log : { ...log, document: "" }));
  const told = { ...bundle, ...(leftOut && { leftOut }) };
  if (nameless.length === 0) return { ...told, logs };
  const entries = nameless.sort((one, other) => one.seq - other.seq);
  return { ...told, logs: [...logs, { document: "", kind: "", entries }] };
}
