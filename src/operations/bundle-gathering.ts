import { isObject, type JsonObject } from "../kernel/json.ts";
import type { LoggedEntry } from "./entry.ts";
import { entryBytes, isCut, partBytes, sizeOf, weightOf } from "./entry-size.ts";
import type { OperationStore, StoredDocument } from "./store.ts";

/** A log that is wanted: what all rests on (0), then what matters less and less. */
export type Wanted = { document: string; rank: 0 | 1 | 2 | 3 };

export type GatherTerms = {
  /** In the order in which they are taken, among those of one rank. */
  wanted: readonly Wanted[];
  /** The last place that is read. */
  last: number;
  /** Entries in all, each of them for as many as it counts. */
  most: number;
  /** Of the first log, entries after a place alone, so many at most, and one at least however large it is. */
  page?: { after: number; limit: number } | undefined;
  /** Told for how many entries each log counts as it has been taken; may refuse to go on. */
  spend?: ((entries: number) => Promise<void>) | undefined;
  /** Those of the entries whose sources may come along; all unless given. */
  followed?: ((entries: readonly LoggedEntry[]) => Promise<readonly LoggedEntry[]>) | undefined;
  /** Whether what an entry rests on comes with its own log, and not after all else; yes unless given. */
  counts?: ((entry: LoggedEntry) => boolean) | undefined;
};

type LogStore = Pick<OperationStore, "entriesOf" | "weightOf" | "documentOfGrant">;

/** `next` is the place behind which the first log goes on where a page of it was wanted; null at its end. */
export type Gathered = {
  taken: { document: string; entries: LoggedEntry[] }[];
  left: string[];
  next: number | null;
};

/**
 * What a log may bring, itself and all that it rests on, as shares of the whole in four rounds: short logs come before
 * long ones whoever wrote them, and nobody's takes what others need before these have had as much.
 */
const rounds = [40, 10, 3, 1];

/** Entries that may be read in vain, by those of the whole; finding out that there are too many counts for some at least. */
const [vain, leastVain] = [2, 1 / 400];

type Log = {
  document: string;
  rank: number;
  /** Whose share it takes. */
  root: string;
  /** The last round in which it was tried. */
  tried: number;
  /** For how many entries it counts, once these were found to be too many. */
  weight: number;
  entries: LoggedEntry[] | undefined;
};

/**
 * Gathers logs and, again and again, the logs of the entries that give authority in them or that they rest on, as many as
 * there is room for: rank by rank, then the shorter first, then in the order in which they were named. Those of rank 0
 * need no share. Logs are taken whole or not at all; those of which there are no entries are neither taken nor left.
 */
export async function gatherLogs(store: LogStore, terms: GatherTerms): Promise<Gathered> {
  const reading: Reading = { store, terms, room: terms.most, vain: terms.most * vain, used: new Map(), next: null };
  const logs = new Map<string, Log>();
  const ranks: Log[][] = [[], [], [], []];
  const want = ({ document, rank }: Wanted, root: string) => {
    const known = logs.get(document);
    if (known && known.rank <= rank) return;
    const log = known ?? { document, rank, root, tried: -1, weight: 0, entries: undefined };
    // Whoever needs it more pays for it.
    Object.assign(log, { rank, root });
    logs.set(document, log);
    ranks[rank]!.push(log);
  };
  for (const each of terms.wanted) want(each, each.document);
  for (const [rank, own] of ranks.entries())
    for (const [round, part] of rounds.entries()) {
      const share = rank === 0 ? terms.most : Math.floor(terms.most / part);
      // It grows meanwhile.
      for (let i = 0; i < own.length; i++) {
        const log = own[i]!;
        if (log.entries || log.rank !== rank || log.tried >= round) continue;
        log.tried = round;
        log.entries = await readLog(reading, log, share);
        if (!log.entries) continue;
        for (const source of await sourcesOf(reading, log.entries, rank))
          want(source, rank === 0 ? source.document : log.root);
      }
    }
  const all = [...logs.values()];
  const taken = all.flatMap(({ document, entries }) => (entries?.length ? [{ document, entries }] : []));
  return { taken, left: all.flatMap(({ document, entries }) => (entries ? [] : [document])), next: reading.next };
}

type Reading = {
  store: LogStore;
  terms: GatherTerms;
  /** Entries that there is room for, and that may be read in vain. */
  room: number;
  vain: number;
  /** What the logs that came by one have taken, by its document. */
  used: Map<string, number>;
  next: number | null;
};

/** The entries of a log; undefined where its share, or what is left of the whole, does not suffice. */
async function readLog(reading: Reading, log: Log, share: number): Promise<LoggedEntry[] | undefined> {
  const { store, terms, used } = reading;
  const { document, root } = log;
  const most = Math.min(share - (used.get(root) ?? 0), reading.room);
  if (most <= 0 || log.weight > most || reading.vain <= 0) return undefined;
  const page = document === terms.wanted[0]!.document ? terms.page : undefined;
  const { entries, weight, next } = await entriesOf(reading, document, page, most);
  if (page) reading.next = next;
  else if (weight > most) {
    reading.vain -= Math.max(terms.most * leastVain, weight);
    log.weight = await store.weightOf(document, terms.most + 1);
    return undefined;
  }
  reading.room -= weight;
  used.set(root, (used.get(root) ?? 0) + weight);
  if (weight > 0) await terms.spend?.(weight);
  return entries;
}

/** Entries of a stored log, in both scopes. */
export function lengthOf(stored: StoredDocument | undefined): number {
  if (!stored) return 0;
  return (stored.last ? stored.last.index + 1 : 0) + (stored.genesis ? 1 : 0);
}

/**
 * Entries of a log, as far as they are wanted, for how many they count, and where the log goes on. Without a page, and
 * where they count for more than `most`, at least one more than that.
 */
async function entriesOf(
  { store, terms: { last } }: Reading,
  document: string,
  page: GatherTerms["page"],
  most: number,
): Promise<{ entries: LoggedEntry[]; weight: number; next: number | null }> {
  const entries: LoggedEntry[] = [];
  let [weight, size, after] = [0, 0, page?.after ?? 0];
  for (;;) {
    const limit = Math.min(500, page ? page.limit - entries.length : most + 1 - weight);
    const bytes = Math.min(partBytes - (page ? size : 0), Math.max(1, most + 1 - weight) * entryBytes);
    const part = await store.entriesOf(document, after, limit, bytes);
    for (const entry of part) {
      if (entry.seq > last) break;
      const more = weightOf(entry);
      if (page && entries.length > 0 && weight + more > most) return { entries, weight, next: entries.at(-1)!.seq };
      entries.push(entry);
      weight += more;
    }
    size += sizeOf(part);
    after = part.at(-1)?.seq ?? last;
    // What came since the bundle was begun is left out, and ends it: asking behind the same place again would never end.
    const full = page ? entries.length >= page.limit || size >= partBytes : weight > most;
    if (full && after <= last) return { entries, weight, next: after };
    if (!isCut(part, limit, bytes) || after >= last) return { entries, weight, next: null };
  }
}

/** The documents in whose logs the authority of these entries stands, and those that they say they rest on. */
async function sourcesOf(
  { store, terms: { followed, counts } }: Reading,
  entries: readonly LoggedEntry[],
  rank: number,
): Promise<Wanted[]> {
  const sources = new Map<string, Wanted>();
  const digests = new Map<string, Wanted["rank"]>();
  const add = <Key extends Wanted["rank"]>(document: string, of: Key) => {
    const known = sources.get(document);
    if (!known || known.rank > of) sources.set(document, { document, rank: of });
  };
  for (const entry of followed ? await followed(entries) : entries) {
    const of = (!counts || counts(entry) ? Math.max(1, rank) : 3) as Wanted["rank"];
    const { authority, action } = entry;
    if (authority.entry !== "")
      digests.set(authority.entry, Math.min(of, digests.get(authority.entry) ?? 3) as typeof of);
    for (const document of namedDocuments(action.input)) add(document, of);
  }
  for (const [digest, of] of digests) {
    const document = await store.documentOfGrant(digest);
    if (document !== undefined) add(document, of);
  }
  return [...sources.values()];
}

/** Kinds are not known here: what looks like `restsOn` and names a document that is held comes along. */
function namedDocuments({ restsOn: named }: JsonObject): string[] {
  if (!Array.isArray(named)) return [];
  return named.flatMap((each) => (isObject(each) && typeof each.document === "string" ? [each.document] : []));
}
