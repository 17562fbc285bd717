import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { isExactIso } from "../kernel/time.ts";
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
};

export type BundleTerms = {
  realm: string;
  now: string;
  service: Bundle["service"];
  /** Told of the entries of each log as it has been read; may refuse to go on. */
  spend?: ((entries: number) => Promise<void>) | undefined;
  /** Other documents that are wanted with it, as far as they are here. */
  also?: readonly string[] | undefined;
  /** Those of the entries whose sources may come along: what a concealed one rests on would tell of it. All unless given. */
  followed?: ((entries: readonly LoggedEntry[]) => Promise<readonly LoggedEntry[]>) | undefined;
};

/** Entries that a bundle takes: more are audited from the stream of the whole log. */
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
 * Refuses with UNKNOWN_DOCUMENT and QUOTA_EXCEEDED.
 */
export async function makeBundle(store: OperationStore, id: string, about: BundleTerms): Promise<Bundle> {
  const asOf = { seq: await store.lastSeq(), time: about.now };
  const logs: Bundle["logs"] = [];
  const wanted = [...new Set([id, ...(about.also ?? [])])];
  let budget = maxBundleEntries;
  for (const document of wanted) {
    const entries = await logOf(store, document, asOf.seq, budget);
    budget -= entries.length;
    ensure(entries.length > 0 || document !== id, "UNKNOWN_DOCUMENT");
    if (entries.length === 0) continue;
    logs.push({ document, kind: entries[0]!.kind, entries: entries.map(wireEntry) });
    await about.spend?.(entries.length);
    const followed = about.followed ? await about.followed(entries) : entries;
    for (const source of await sourcesOf(store, followed)) if (!wanted.includes(source)) wanted.push(source);
  }
  const { realm, service } = about;
  return { format: "renown-bundle-1", realm, document: id, kind: logs[0]!.kind, asOf, service, logs };
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

async function logOf(store: OperationStore, document: string, last: number, budget: number): Promise<LoggedEntry[]> {
  const entries: LoggedEntry[] = [];
  for (;;) {
    const page = await store.entriesOf(document, entries.at(-1)?.seq ?? 0, 500);
    entries.push(...page.filter((entry) => entry.seq <= last));
    ensure(entries.length <= budget, "QUOTA_EXCEEDED", `A bundle holds at most ${maxBundleEntries} entries.`);
    // What came since the bundle was begun is left out, and ends it: asking behind the same place again would never end.
    if (page.length < 500 || page.at(-1)!.seq >= last) return entries;
  }
}

/** The documents in whose logs the authority of these entries stands, and those that they say they rest on. */
async function sourcesOf(store: OperationStore, entries: readonly LoggedEntry[]): Promise<string[]> {
  const digests = new Set(entries.map((entry) => entry.authority.entry).filter((digest) => digest !== ""));
  const sources: string[] = [];
  for (const digest of digests) {
    const document = await store.documentOfGrant(digest);
    if (document !== undefined) sources.push(document);
  }
  for (const { action } of entries) sources.push(...namedDocuments(action.input));
  return sources;
}

/** Kinds are not known here: what looks like `restsOn` and names a document that is held comes along. */
function namedDocuments({ restsOn: named }: JsonObject): string[] {
  if (!Array.isArray(named)) return [];
  return named.flatMap((each) => (isObject(each) && typeof each.document === "string" ? [each.document] : []));
}
