import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { iso } from "../kernel/time.ts";
import { maxBundleEntries } from "../operations/bundle.ts";
import { derivedId } from "../operations/document-id.ts";
import type { OperationStore } from "../operations/store.ts";
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

/**
 * The documents whose logs a score rests on, the subject's own first where it has one; what those rest on comes along
 * with them, but who states the facts that are `unnamed`. A score by trust rests on who vouches for whom everywhere, so on
 * the whole log. Refuses with QUOTA_EXCEEDED and TOO_MANY_REQUESTS.
 */
export async function documentsBehind(
  { realm, store, ledger }: ExportParts,
  question: Question,
  unnamed: ReadonlySet<string>,
  spend?: Spend,
): Promise<string[]> {
  const { policy, facts, trust, log, group } = question;
  const reputationOf = (did: Did) => derivedId(realm, reputationKind, did);
  const documents = new Set(group.members.map(reputationOf)).add(policy.id);
  if (trust) for (const document of await documentsUpTo(store, log.position, spend)) documents.add(document);
  const people = new Set<Did>(group.members);
  for (const { operation, document, rater, issuer, raterIs } of facts) {
    documents.add(document);
    if (unnamed.has(operation)) continue;
    documents.add(issuer);
    if (raterIs === "organization") documents.add(rater);
    else people.add(rater as Did);
  }
  // By their links people are known under one name, and were.
  for (const member of await ledger.kin([...people], log.position)) documents.add(reputationOf(member));
  documents.delete("");
  const held: string[] = [];
  for (const document of documents) if (await store.holds(document)) held.push(document);
  return held;
}

/** What one reads at a time for what checking so many operations costs. */
const [page, pageCost] = [500, 50];

async function documentsUpTo(
  store: ExportParts["store"],
  position: number,
  spend: Spend | undefined,
): Promise<Set<string>> {
  const documents = new Set<string>();
  for (let after = 0; after < position; ) {
    await spend?.(pageCost);
    const entries = await store.entriesAfter(after, page);
    for (const { document, seq } of entries) if (seq <= position) documents.add(document);
    after = entries.at(-1)?.seq ?? position;
    ensure(
      after <= maxBundleEntries,
      "QUOTA_EXCEEDED",
      "The score rests on the whole log: read that at /v1/operations.",
    );
  }
  return documents;
}
