import { isObject } from "../kernel/json.ts";
import type { Bundle, WireEntry } from "./bundle.ts";

/** What is shown to others of an entry that its subject has hidden: that it is there, and what proves it in the log. */
export type ConcealedEntry = { seq: number; kind: string; digest: string; concealed: true };

export type ShownEntry = WireEntry | ConcealedEntry;

/** A bundle as it is shown: entries of a concealed document say their place and their digest alone. */
export type ShownBundle = Omit<Bundle, "logs"> & { logs: { document: string; kind: string; entries: ShownEntry[] }[] };

/** The entry without its action, its signer, its document and all else that the action could be guessed by. */
export function concealEntry({ seq, kind, digest }: WireEntry): ConcealedEntry {
  return { seq, kind, digest, concealed: true };
}

export function isConcealed(entry: unknown): boolean {
  return isObject(entry) && entry.concealed === true;
}

/** The bundle with the logs of these documents concealed. */
export function concealLogs(bundle: Bundle, concealed: ReadonlySet<string>): ShownBundle {
  const shown = (log: Bundle["logs"][number]) =>
    concealed.has(log.document) ? { ...log, entries: log.entries.map(concealEntry) } : log;
  return { ...bundle, logs: bundle.logs.map(shown) };
}
