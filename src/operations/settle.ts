import { ensure, Failure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { type Decision, decideRun } from "./decide-run.ts";
import { operationDigest } from "./entry.ts";
import { type Document, foldStored, kindOf } from "./fold.ts";
import { type Installation, maxAttempts } from "./installation.ts";
import { keepDocuments } from "./kept-documents.ts";
import { openLogTime } from "./log-time.ts";
import type { SignedOperation } from "./operation.ts";
import { type Receipt, receiptOf } from "./receipt.ts";
import { CommitConflict } from "./store.ts";
import { type Lookups, prepare, type Submission, withOpening } from "./submission.ts";

/** An installation with what one process keeps of its documents. */
export type Corridor = Installation & {
  kept: ReturnType<typeof keepDocuments>;
  lookups: Lookups;
  /** The time of admission. */
  now(): Promise<Millis>;
};

export function openCorridor(parts: Installation): Corridor {
  const { store } = parts;
  const kept = keepDocuments();
  const lookups: Lookups = {
    delegationsOf: (user, key) => store.delegationsOf(user, key),
    predecessorOf: async (document, scope, prev) => {
      const head = kept.get(document)?.head;
      if (scope === "global" && head?.operation === prev) return head;
      const entry = await store.entryOfOperation(document, prev);
      return entry?.action.scope === scope ? { timestampUtcMs: entry.action.timestampUtcMs } : undefined;
    },
    groundOf: ({ document, operation }) => store.groundOf(document, operation),
  };
  return { ...parts, kept, lookups, now: openLogTime(store, parts.clock) };
}

/** The document as this process knows it, else as the store has it. */
export async function load({ kept, store, kinds }: Corridor, id: string): Promise<Document | undefined> {
  const known = kept.get(id);
  if (known) return known;
  const stored = await store.load(id);
  if (!stored) return undefined;
  // Somebody may have decided meanwhile, on what was read before or since.
  const latest = kept.get(id) ?? foldStored(stored, kinds);
  if (!kept.get(id)) kept.keep(latest, true);
  return latest;
}

/** The document as it is on disk: what may be shown. Refuses with UNKNOWN_DOCUMENT. */
export async function read({ kept, store, kinds }: Corridor, id: string): Promise<Document> {
  const written = kept.getWritten(id);
  // Another process may have written since, and what is shown must not lag behind the disk.
  if (written && written.head.entry === (await store.headOf(id))) return written;
  const stored = await store.load(id);
  ensure(stored, "UNKNOWN_DOCUMENT");
  const latest = foldStored(stored, kinds);
  // Where something is on its way, or was decided meanwhile, that stays what decisions rest on.
  if (kept.get(id) === written) kept.keep(latest, true);
  return latest;
}

/**
 * Takes a prepared run through decision and commit, again where a race was lost. `latest` is the document as it has just
 * been loaded, or begins.
 */
export async function settle(corridor: Corridor, run: readonly Submission[], latest: Document): Promise<Receipt[]> {
  const { id } = latest;
  const operations = run.filter((each) => !each.ours).map((each) => each.operation);
  for (let attempt = 1; ; attempt++) {
    const current = attempt === 1 ? run : await refresh(corridor, run);
    const now = await corridor.now();
    const document = (attempt > 1 && (await load(corridor, id))) || latest;
    const decision = decide(corridor, document, current, now);
    const refused = decision instanceof Failure;
    const receipts = refused ? undefined : await commit(corridor, decision, attempt);
    if (receipts) return receipts.filter((_, i) => !run[i]!.ours);
    const written = refused ? await corridor.kept.settled(id) : undefined;
    // Sent twice at once, it may stand in the log by now: that is no refusal.
    const repeated = await repeats(corridor, id, operations);
    if (repeated) return repeated;
    if (refused && isFinal(corridor, id, written, attempt)) throw decision;
  }
}

/**
 * What is kept may run ahead of the disk and lag behind another process, so a refusal counts that was decided on what
 * the store holds: on what has all been written since, or on what was loaded again.
 */
function isFinal({ kept }: Corridor, id: string, written: boolean | undefined, attempt: number): boolean {
  if (written === false) return attempt >= maxAttempts;
  return written === true || attempt > 1 || !kept.forget(id);
}

/** Commits a decision: its receipts, or undefined where a race was lost and it has to be made again. */
export async function commit(corridor: Corridor, decision: Decision, attempt: number): Promise<Receipt[] | undefined> {
  let stands = false;
  try {
    const receipts = await write(corridor, decision, attempt);
    stands = receipts !== undefined;
    return receipts;
  } finally {
    for (const settle of decision.counted ?? []) settle(stands);
  }
}

/** The receipts of a run that was admitted before; undefined where none of it was. Refuses with ACTION_ID_REUSED. */
export async function repeats(
  { store }: Corridor,
  document: string,
  run: readonly SignedOperation[],
): Promise<Receipt[] | undefined> {
  const receipts: Receipt[] = [];
  for (const operation of run) {
    const entry = await store.entryOfAction(document, operation.action.id);
    if (!entry) continue;
    ensure(entry.operation === operationDigest(operation), "ACTION_ID_REUSED");
    receipts.push(receiptOf(entry, entry.seq));
  }
  const all = receipts.length === run.length;
  ensure(all || receipts.length === 0, "ACTION_ID_REUSED", "A part of the run is in the log.");
  return all ? receipts : undefined;
}

async function write(corridor: Corridor, decision: Decision, attempt: number): Promise<Receipt[] | undefined> {
  const { kept, store } = corridor;
  kept.keep(decision.document, false);
  const writing = store.commit(decision.append);
  kept.begin(decision.document.id, writing);
  try {
    const seqs = await writing;
    kept.confirm(decision.document);
    corridor.committed?.();
    return decision.append.entries.map(({ entry }, i) => receiptOf(entry, seqs[i]!));
  } catch (error) {
    kept.forget(decision.document.id);
    if (!(error instanceof CommitConflict)) throw error;
    if (error.reason === "claim") await refuseClaims(corridor, decision);
    ensure(attempt < maxAttempts, "CONFLICT");
    return undefined;
  }
}

/**
 * Decides on the latest that this process knows, and keeps what comes of it. Nothing is awaited from here to
 * `kept.keep`, so submissions to one document are decided one after the other.
 */
function decide(corridor: Corridor, document: Document, run: readonly Submission[], now: Millis): Decision | Failure {
  const { kept, realm, isServiceKey } = corridor;
  try {
    return decideRun(kept.get(document.id) ?? document, run, { realm, now, isServiceKey });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** What was looked up may have changed with a lost race; signatures and facts stay true, and counts go on. */
async function refresh({ kinds, lookups }: Corridor, run: readonly Submission[]): Promise<Submission[]> {
  const fresh: Submission[] = [];
  for (const { operation, binding, facts, ours = false } of run)
    fresh.push({ ...(await prepare(operation, kindOf(kinds, operation.kind), lookups)), binding, facts, ours });
  return withOpening(fresh);
}

/** Names the claim that another holds; returns where all are free again. */
async function refuseClaims({ store, clock }: Corridor, { append }: Decision): Promise<void> {
  for (const claim of append.entries.flatMap(({ projection }) => projection.claims)) {
    const holder = await store.holderOf(claim.space, claim.key, clock());
    ensure(holder === undefined || holder === claim.holder, claim.refusal);
  }
}
