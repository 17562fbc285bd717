import type { Did } from "../identity/did.ts";
import { iso } from "../kernel/time.ts";
import { type LeftOut, maxBundleEntries } from "../operations/bundle.ts";
import type { Wanted } from "../operations/bundle-gathering.ts";
import { derivedId } from "../operations/document-id.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import { partBytes } from "../operations/entry-size.ts";
import type { OperationStore } from "../operations/store.ts";
import type { Fact } from "./fact.ts";
import type { Ledger } from "./ledger.ts";
import { reputationKind } from "./reputation-state.ts";
import type { Question, Score } from "./score.ts";
import type { Spend } from "./score-asking.ts";

/** What a score was asked as, and what came out: for whoever computes it again from the logs beside it. */
export type ExportedScore = {
  question: {
    subject: Did;
    policy: { id: string; version: number };
    /** RFC 3339. */
    at: string;
    position: number;
    digest: string;
    from: Did | null;
  };
  score: Score;
};

export type ExportParts = {
  realm: string;
  store: Pick<OperationStore, "entriesAfter" | "holds" | "lastSeq">;
  ledger: Pick<Ledger, "hiddenAbout" | "kin">;
};

/** Operations of the facts that the subject hides, at the place asked about or by now: who states them is not for others. */
export async function hiddenFacts({ ledger, store }: ExportParts, { facts, group }: Question): Promise<Set<string>> {
  const now = await ledger.hiddenAbout(group.members, await store.lastSeq());
  return new Set([...facts.filter(({ hidden }) => hidden), ...now].map(({ operation }) => operation));
}

export function exportedScore({ group, policy, at, log, trust }: Question, score: Score): ExportedScore {
  const { id, version } = policy;
  const subject = group.members[0]!;
  return { question: { subject, policy: { id, version }, at: iso(at), ...log, from: trust?.from ?? null }, score };
}

/** The logs that a score rests on, by what matters first; `log` where it rests on the whole log, and that is too long. */
export type Behind = { own: string; also: Wanted[]; log: number | undefined };

/**
 * The documents whose logs a score rests on: the subject's own and the policy's, then those behind the facts that count,
 * in the order in which these came, then by their links who states them, then the rest. What comes later or counts for
 * nothing takes no room from what came before. What those rest on comes along with them, but who states the facts that
 * are `unnamed`. A score by trust rests on who vouches for whom everywhere, so on the whole log. Refuses with
 * TOO_MANY_REQUESTS.
 */
export async function documentsBehind(
  { realm, store, ledger }: ExportParts,
  question: Question,
  { unnamed, counted, most = maxBundleEntries }: Viewed,
  spend?: Spend,
): Promise<Behind> {
  const { policy, trust, log, group } = question;
  const reputationOf = (did: Did) => derivedId(realm, reputationKind, did);
  const own = [...group.members.map(reputationOf), policy.id];
  const also = new Map<string, Wanted>();
  const want = (document: string, rank: Wanted["rank"]) => {
    if (document !== "" && !also.has(document)) also.set(document, { document, rank });
  };
  for (const document of own) want(document, 0);
  const facts = inOrder(question.facts, counted);
  const people = new Map<Did, 1 | 3>(group.members.map((member) => [member, 1]));
  for (const { operation, document, rater, issuer, raterIs } of facts) {
    const rank = counted.has(operation) ? 1 : 3;
    want(document, rank);
    if (unnamed.has(operation)) continue;
    want(issuer, rank);
    if (raterIs === "organization") want(rater, rank);
    else if (!people.has(rater as Did)) people.set(rater as Did, rank);
  }
  for (const [did, rank] of people) want(reputationOf(did), rank);
  // By their links people are known under one name, and were.
  for (const rank of [1, 3] as const) {
    const some = [...people].flatMap(([did, each]) => (each === rank ? [did] : []));
    for (const member of await ledger.kin(some, log.position)) want(reputationOf(member), rank === 1 ? 2 : 3);
  }
  const all = trust ? await documentsUpTo(store, log.position, most, spend) : [];
  for (const document of all ?? []) want(document, 3);
  const [first, ...others] = await firstHeld(store, [...also.values()]);
  return { own: first!.document, also: others, log: all ? undefined : log.position };
}

/** What of a question its viewer is not told, what counts in the score, and how many entries there is room for. */
export type Viewed = { unnamed: ReadonlySet<string>; counted: ReadonlySet<string>; most?: number | undefined };

/** Says of a bundle that the whole log, up to a place, belonged to it. */
export function withoutWholeLog<Of extends { leftOut?: LeftOut[] }>(bundle: Of, last: number | undefined): Of {
  if (last === undefined) return bundle;
  const log: LeftOut = { document: "", kind: "", entries: last, why: "log" };
  return { ...bundle, leftOut: [...(bundle.leftOut ?? []), log] };
}

/** Facts that count before others, each in the order of the log. */
function inOrder(facts: readonly Fact[], counted: ReadonlySet<string>): Fact[] {
  const last = ({ operation }: Fact) => (counted.has(operation) ? 0 : 1);
  return [...facts].sort((one, other) => last(one) - last(other) || one.seq - other.seq);
}

/** Without those before the first that the log has entries of: of whom nothing is known there is no document. */
async function firstHeld(store: ExportParts["store"], wanted: readonly Wanted[]): Promise<readonly Wanted[]> {
  for (const [i, { document }] of wanted.entries()) if (await store.holds(document)) return wanted.slice(i);
  return wanted;
}

/**
 * Whether what an entry rests on is needed for a score, or comes after all else: attestations that do not count, and what
 * was said to them, are others' to write.
 */
export function countsIn(counted: ReadonlySet<string>): (entry: LoggedEntry) => boolean {
  return ({ kind, operation, action: { type, input } }) => {
    if (kind !== reputationKind) return true;
    const about = type === "ATTEST" ? operation : input.attestation;
    return typeof about !== "string" || counted.has(about);
  };
}

/** What one reads at a time for what checking so many operations costs. */
const [page, pageCost] = [500, 50];

/** All documents of the log; undefined where it is too long. */
async function documentsUpTo(
  store: ExportParts["store"],
  position: number,
  most: number,
  spend: Spend | undefined,
): Promise<Set<string> | undefined> {
  if (position > most) return undefined;
  const documents = new Set<string>();
  for (let after = 0; after < position; ) {
    await spend?.(pageCost);
    const entries = await store.entriesAfter(after, page, partBytes);
    for (const { document, seq } of entries) if (seq <= position) documents.add(document);
    after = entries.at(-1)?.seq ?? position;
  }
  return documents;
}
