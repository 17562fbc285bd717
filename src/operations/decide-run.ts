import { ensure, Failure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { admit, admitOrder, admitTime, type Predecessor } from "./admit.ts";
import { authorise } from "./authority.ts";
import { ensureSubject } from "./document-id.ts";
import { type Entry, signerOf } from "./entry.ts";
import { apply, type Document, snapshotEvery } from "./fold.ts";
import type { Actor, Claim, Deed } from "./kind.ts";
import { projectionOf } from "./projection.ts";
import type { Append } from "./store.ts";
import type { Submission } from "./submission.ts";
import type { Settle } from "./tallies.ts";

/** What a run comes to: the document after it, what is to be written, and whom to tell whether it was. */
export type Decision = { document: Document; append: Append; counted?: readonly Settle[] };

export type DecisionContext = { realm: string; now: Millis; isServiceKey(key: string): boolean };

/**
 * Decides a run on a document, purely but for what its kind counts: that is given back where the run is refused. A
 * refusal names the operation where there are several.
 */
export function decideRun(document: Document, run: readonly Submission[], context: DecisionContext): Decision {
  const counted: Settle[] = [];
  try {
    const decision = decideAll(document, run, context, counted);
    return counted.length > 0 ? { ...decision, counted } : decision;
  } catch (error) {
    for (const settle of counted) settle(false);
    throw error;
  }
}

/** Adds a snapshot where enough entries have come since the last. */
export function withSnapshot(document: Document, entries: Append["entries"]): Decision {
  const { id, kind, state, head, snapshotLength } = document;
  const append: Append = { document: id, kind: kind.name, entries };
  if (head.length - snapshotLength < snapshotEvery) return { document, append };
  const snapshot = { state: JSON.stringify(state), length: head.length };
  return { document: { ...document, snapshotLength: head.length }, append: { ...append, snapshot } };
}

/** The kind's own refusals: FORBIDDEN and what its `decide` throws. */
export function decideDeed(document: Document, deed: Deed): void {
  if (deed.type !== "CREATE_DOCUMENT") document.kind.decide(document.state, deed);
}

function decideAll(
  document: Document,
  run: readonly Submission[],
  context: DecisionContext,
  counted: Settle[],
): Decision {
  const seen = new Map<string, Predecessor>();
  const taken = new Map<string, string>();
  const entries: Append["entries"] = [];
  let current = document;
  // What the service itself adds is no part of what the client counts.
  const first = run.findIndex(({ ours }) => !ours);
  const many = run.filter(({ ours }) => !ours).length > 1;
  for (const [i, submission] of run.entries()) {
    try {
      const entry = decideOne(current, submission, { seen, counted }, context);
      current = apply(current, entry);
      const projection = projectionOf(current, entry);
      for (const claim of projection.claims) takeOnce(claim, taken);
      entries.push({ entry, projection, rests: submission.grounds.map(({ digest }) => digest) });
    } catch (error) {
      throw many && error instanceof Failure ? inRun(error, i - first) : error;
    }
    const { action } = submission.operation;
    seen.set(`${action.scope} ${submission.digest}`, { timestampUtcMs: action.timestampUtcMs });
  }
  return withSnapshot(current, entries);
}

function decideOne(
  document: Document,
  submission: Submission,
  { seen, counted }: { seen: Map<string, Predecessor>; counted: Settle[] },
  context: DecisionContext,
): Entry {
  const { operation, text, tuple, digest, binding, input, facts, grounds } = submission;
  const { action } = operation;
  const { realm, now, isServiceKey } = context;
  const genesis = action.scope === "document";
  const head = genesis ? document.genesis : document.head;
  admitTime(operation, now);
  if (genesis) admitGenesis(head.length, tuple[3]);
  else admitOrder(operation, head, document.kind.order, seen.get(`${action.scope} ${tuple[3]}`) ?? submission.named);
  // Without a genesis the id is derived, and each input says from which subject.
  if (!genesis && document.genesis.length === 0) ensureSubject(realm, document.kind.name, document.id, action.input);
  const asked = { document: document.id, type: action.type, input, signer: signerOf(operation), binding, now, grounds };
  const actor =
    binding === "attested"
      ? attestedOpener
      : authorise(document.kind, document.state, asked, submission.delegations, isServiceKey);
  const deed = { document: document.id, type: action.type, input, actor, now, facts, grounds };
  decideDeed(document, deed);
  // Nothing is awaited in between: the next deed, of this run or another, finds it counted.
  const settle = document.kind.count?.(deed);
  if (settle) counted.push(settle);
  return admit(operation, { realm, head, text, digest, binding, authority: actor.authority, now });
}

/** The service opens a document for a run that proves itself: in a run nothing else is attested. */
const attestedOpener: Actor = {
  user: "",
  app: "",
  binding: "attested",
  authority: { by: "proof", entry: "" },
  method: "recovery",
};

function admitGenesis(length: number, prev: string): void {
  ensure(length === 0, "DOCUMENT_EXISTS");
  ensure(prev === "", "OUT_OF_ORDER", "CREATE_DOCUMENT is the first of its stream.");
}

/** What one run claims for two holders would fail at commit again and again. */
function takeOnce({ space, key, holder, refusal }: Claim, taken: Map<string, string>): void {
  const name = `${space} ${key}`;
  const held = taken.get(name);
  ensure(held === undefined || held === holder, refusal);
  taken.set(name, holder);
}

function inRun(failure: Failure, index: number): Failure {
  return new Failure(failure.code, [`Operation ${index + 1} of the run.`, failure.detail].filter(Boolean).join(" "));
}
