import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import { isExactIso } from "../kernel/time.ts";
import { type GatherTerms, gatherLogs, lengthOf, type Wanted } from "./bundle-gathering.ts";
import type { Authority, Binding, LoggedEntry } from "./entry.ts";
import { signerOf } from "./entry.ts";
import { parseOperation, textOf } from "./operation.ts";
import type { OperationStore } from "./store.ts";

/** An entry on the wire: what its digest covers, its place, and the action's text as it is kept. */
export type WireEntry = {
  seq: number;
  document: string;
  kind: string;
  branch: string;
  scope: string;
  index: number;
  skip: 0;
  prev: string;
  operation: string;
  digest: string;
  binding: Binding;
  signer: { user: Did; app: Did };
  authority: Authority;
  admittedAt: string;
  /** The action's text: JSON within JSON, so that the bytes that were digested arrive as they are. */
  action: string;
};

/** All that an audit needs: the log of a document, and the logs of the delegations that it rests on. */
export type Bundle = {
  format: "renown-bundle-1";
  realm: string;
  document: string;
  kind: string;
  /** The log as it stood when the bundle was made. */
  asOf: { seq: number; time: string };
  /** The keys by which the service attests; an auditor compares them with the service's DID document. */
  service: {
    did: Did;
    operationKeys: Did[];
    /** When those were retired that are no longer in use (RFC 3339). */
    retired?: Record<Did, string>;
  };
  logs: { document: string; kind: string; entries: WireEntry[] }[];
  /** Logs that did not come along; absent where all did. */
  leftOut?: LeftOut[];
  /** Where the log of the document is a part of it: behind which place, and behind which the next one begins. */
  page?: { after: number; next: number | null };
};

/**
 * A log that is not in a bundle, and its entries: too long for its share, or beyond what the bundle takes. `document` is
 * "" where it is concealed, and where it stands for the whole log up to so many entries.
 */
export type LeftOut = { document: string; kind: string; entries: number; why: "long" | "log" };

/** What else a bundle is asked for; `asOne` are wallets that are one with whoever asks. */
export type BundleWish = Pick<BundleTerms, "also" | "lenient" | "page" | "counts"> & { asOne?: readonly Did[] };

export type BundleTerms = {
  realm: string;
  now: string;
  service: Bundle["service"];
  /** Other documents that are wanted with it, as far as they are here. */
  also?: readonly Wanted[] | undefined;
  /** Whether the document itself may be left out, too. */
  lenient?: boolean | undefined;
  /** Entries at most, of which large ones count for several (`weightOf`); `maxBundleEntries` unless given. */
  most?: number | undefined;
} & Pick<GatherTerms, "page" | "spend" | "followed" | "counts">;

/** Entries that a bundle takes, large ones as several: more come in pages, or in the stream of the whole log. */
export const maxBundleEntries = 20_000;

export function wireEntry(entry: LoggedEntry): WireEntry {
  const { seq, document, kind, branch, index, prev, operation, digest, binding, authority, admittedAt, text } = entry;
  const scope = entry.action.scope;
  const signer = signerOf(entry);
  return {
    seq,
    document,
    kind,
    branch,
    scope,
    index,
    skip: 0,
    prev,
    operation,
    digest,
    binding,
    signer,
    authority,
    admittedAt,
    action: text,
  };
}

/**
 * Gathers a document's log and, again and again, the logs of the entries that give authority in it or that it rests on.
 * Others' logs that are too long are left out and named, so that nobody's length keeps another from an answer. Refuses
 * with UNKNOWN_DOCUMENT and, where the document's own log is too long, with QUOTA_EXCEEDED.
 */
export async function makeBundle(store: OperationStore, id: string, about: BundleTerms): Promise<Bundle> {
  const { realm, service, also = [], page, most = maxBundleEntries, spend, followed, counts } = about;
  const asOf = { seq: await store.lastSeq(), time: about.now };
  const wanted = [{ document: id, rank: 0 } as const, ...also];
  const found = await gatherLogs(store, { wanted, last: asOf.seq, most, page, spend, followed, counts });
  const fits = about.lenient || !found.left.includes(id);
  ensure(
    fits,
    "QUOTA_EXCEEDED",
    `A bundle holds at most ${most} entries: ask for pages of it, with \`after\` and \`limit\`. Large ones count as several.`,
  );
  const logs = found.taken.map(({ document, entries }) => {
    return { document, kind: entries[0]!.kind, entries: entries.map(wireEntry) };
  });
  const own = logs.find(({ document }) => document === id);
  const kind = own?.kind ?? (await store.load(id))?.kind;
  ensure(kind !== undefined, "UNKNOWN_DOCUMENT");
  const head = { format: "renown-bundle-1", realm, document: id, kind, asOf, service, logs } as const;
  const leftOut = await tellLeftOut(store, found.left, followed);
  return {
    ...head,
    ...(page && { page: { after: page.after, next: found.next } }),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/** Logs left out that are told one by one; where there are more, only the whole log has them all. */
const maxLeftOut = 200;

async function tellLeftOut(
  store: OperationStore,
  left: readonly string[],
  followed: BundleTerms["followed"],
): Promise<LeftOut[]> {
  const told: LeftOut[] = [];
  for (const document of left.slice(0, maxLeftOut)) {
    const stored = await store.load(document);
    const first = stored?.genesis ?? (await store.entriesOf(document, 0, 1))[0];
    if (!stored || !first) continue;
    // Whoever conceals it learns of it like this.
    await followed?.([first]);
    told.push({ document, kind: stored.kind, entries: lengthOf(stored), why: "long" });
  }
  if (left.length <= maxLeftOut) return told;
  return [...told, { document: "", kind: "", entries: await store.lastSeq(), why: "log" }];
}

/** Reads an entry as it came over the wire; what it claims is checked by the audit. Refuses with INVALID_OPERATION. */
export function parseWireEntry(value: unknown, realm: string, parseText: (text: string) => unknown): LoggedEntry {
  ensure(isObject(value), "INVALID_OPERATION");
  const { seq, document, kind, branch, index, prev, operation, digest, binding, authority, admittedAt, action } = value;
  const { scope, skip, signer } = value;
  const texts = [document, kind, branch, prev, operation, digest, binding, admittedAt, action];
  const whole =
    texts.every((text) => typeof text === "string") && Number.isSafeInteger(seq) && Number.isSafeInteger(index);
  ensure(whole && isObject(authority), "INVALID_OPERATION", "The entry lacks members.");
  ensure(isExactIso(admittedAt as string), "INVALID_OPERATION", "admittedAt is YYYY-MM-DDTHH:MM:SS.sssZ.");
  const place = { document: document as string, kind: kind as string, branch: branch as string };
  const parsed = parseOperation(parseText(action as string), place);
  // What is told twice must be told alike, or a reader of the one would believe what nobody signed.
  ensure(textOf(parsed.action) === action, "INVALID_OPERATION", "The action is not spelt as the log keeps it.");
  const { user, app } = signerOf(parsed);
  const alike = isObject(signer) && signer.user === user && signer.app === app && scope === parsed.action.scope;
  ensure(alike && skip === 0, "INVALID_OPERATION", "The entry tells scope, signer or skip otherwise than its action.");
  const { by, entry } = authority;
  ensure(typeof by === "string" && typeof entry === "string", "INVALID_OPERATION", "The entry names no authority.");
  return {
    ...parsed,
    text: action as string,
    realm,
    seq: seq as number,
    index: index as number,
    prev: prev as string,
    operation: operation as string,
    binding: binding as Binding,
    authority: { by: by as Authority["by"], entry },
    admittedAt: admittedAt as string,
    digest: digest as string,
  };
}
