import { ensure, Failure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { admitTime } from "./admit.ts";
import { type Attestation, attest } from "./attest.ts";
import { ensureStanding, hasLive, ruleOf } from "./authority.ts";
import { createdId, ensureSubject, isAssignedId } from "./document-id.ts";
import { signerOf } from "./entry.ts";
import { type Document, emptyHead, kindOf, openDocument } from "./fold.ts";
import type { Installation } from "./installation.ts";
import type { Deed, DocumentKind } from "./kind.ts";
import { type Action, decidingTuple, placeAction, type SignedOperation } from "./operation.ts";
import type { Receipt } from "./receipt.ts";
import { signAction } from "./service-action.ts";
import { type Corridor, load, openCorridor, read, repeats, settle } from "./settle.ts";
import { ensureDistinct, parseActions, prepare, type Submission, verifySignature, withOpening } from "./submission.ts";
import { takeTurns } from "./turns.ts";

export type Reactor = {
  /**
   * Admits a run into a document, all or nothing. `kind` is needed only by documents whose id is derived. `proved` is
   * awaited where the run is not in the log yet, once its signatures are proved and before it is decided.
   */
  submit(
    document: string,
    actions: readonly unknown[],
    kind?: string,
    proved?: () => Promise<void>,
  ): Promise<Receipt[]>;
  /** Opens a document whose id follows from its CREATE_DOCUMENT, with a first run of `global`. */
  open(create: unknown, kind: string, actions: readonly unknown[]): Promise<Receipt[]>;
  /**
   * Opens a document whose id was assigned here, by a first run that is signed; CREATE_DOCUMENT is attested in the same
   * commit. Refuses with UNKNOWN_DOCUMENT, DOCUMENT_EXISTS and what `submit` refuses with.
   */
  openAssigned(document: string, kind: string, actions: readonly unknown[]): Promise<Receipt[]>;
  /** Signs and admits what a client cannot sign, by the authority that a door has proved. */
  attest(attestation: Attestation): Promise<Receipt[]>;
  /** Refuses with UNKNOWN_DOCUMENT. */
  document(id: string): Promise<Document>;
};

/** The corridor: what takes an operation through the house, from its grammar to its receipt. */
export function createReactor(parts: Installation): Reactor {
  const corridor = openCorridor(parts);
  const inTurn = takeTurns();
  return {
    submit: (id, actions, kind, proved) => submit(corridor, id, actions, kind, proved),
    open: (create, kind, actions) => open(corridor, create, kind, actions),
    openAssigned: (id, kind, actions) => inTurn(id, () => openAssigned(corridor, id, kind, actions)),
    attest: (attestation) => inTurn(attestation.document, () => attest(attestation, corridor)),
    document: (id) => read(corridor, id),
  };
}

async function submit(
  corridor: Corridor,
  id: string,
  values: readonly unknown[],
  kind?: string,
  proved?: () => Promise<void>,
): Promise<Receipt[]> {
  const actions = parseActions(values);
  const document = (await load(corridor, id)) ?? openDerived(id, actions, kind, corridor);
  const run = placeGlobal(actions, id, document.kind.name);
  // What names the head as its previous does not stand in the log yet, or it would be the head.
  const isNext = decidingTuple(actions[0]!)?.[3] === document.head.operation;
  const repeated = isNext ? undefined : await repeats(corridor, id, run);
  if (repeated) return repeated;
  const admit = async () => {
    const submissions = await verified(corridor, run, document.kind);
    await proved?.();
    return settle(corridor, submissions, document);
  };
  return unlessEnded(corridor, id, run, admit);
}

/** What ends something that it rests on itself finds that ended where it is sent twice at once: it has its receipts. */
async function unlessEnded(
  corridor: Corridor,
  id: string,
  run: readonly SignedOperation[],
  admit: () => Promise<Receipt[]>,
): Promise<Receipt[]> {
  try {
    return await admit();
  } catch (error) {
    const ended = error instanceof Failure && error.code === "NOT_DELEGATED";
    const repeated = ended ? await repeats(corridor, id, run) : undefined;
    if (!repeated) throw error;
    return repeated;
  }
}

async function open(
  corridor: Corridor,
  create: unknown,
  kindName: string,
  actions: readonly unknown[],
): Promise<Receipt[]> {
  const kind = kindOf(corridor.kinds, kindName);
  const run = parseOpening(create, actions, kind, corridor.realm);
  const id = run[0]!.document;
  const repeated = await repeatedOpening(corridor, id, run);
  if (repeated) return repeated;
  return settle(corridor, await verified(corridor, run, kind), openDocument(id, kind, undefined));
}

async function openAssigned(
  corridor: Corridor,
  id: string,
  kindName: string,
  values: readonly unknown[],
): Promise<Receipt[]> {
  const kind = kindOf(corridor.kinds, kindName);
  ensure(kind.ids.includes("assigned") && isAssignedId(id), "UNKNOWN_DOCUMENT");
  const run = placeGlobal(parseActions(values), id, kind.name);
  const repeated = await repeatedOpening(corridor, id, run);
  if (repeated) return repeated;
  const signed = await verified(corridor, run, kind);
  return settle(corridor, [await attestedGenesis(corridor, id, kind), ...signed], openDocument(id, kind, undefined));
}

/** The receipts of an opening that was admitted before, undefined where there is no such document. DOCUMENT_EXISTS */
async function repeatedOpening(
  corridor: Corridor,
  id: string,
  run: readonly SignedOperation[],
): Promise<Receipt[] | undefined> {
  if (!(await load(corridor, id))) return undefined;
  const repeated = await repeats(corridor, id, run);
  ensure(repeated, "DOCUMENT_EXISTS");
  return repeated;
}

/** What the service says before a run that proves itself: that the document begins. */
async function attestedGenesis(
  { now, operationKey, lookups }: Corridor,
  id: string,
  kind: DocumentKind,
): Promise<Submission> {
  const input = { model: kind.name, version: 0, documentId: id };
  const place = { document: id, kind: kind.name, scope: "document", previous: emptyHead, now: await now() };
  const action = { ...place, id: crypto.randomUUID(), type: "CREATE_DOCUMENT", input };
  const prepared = await prepare(await signAction(action, operationKey), kind, lookups);
  return { ...prepared, binding: "attested", ours: true };
}

/** Parses, looks up and verifies each operation, the cheap checks of all before the first dear one. */
async function verified(
  corridor: Corridor,
  run: readonly SignedOperation[],
  kind: DocumentKind,
): Promise<Submission[]> {
  const { lookups, isServiceKey } = corridor;
  const now = await corridor.now();
  const submissions: Submission[] = [];
  ensureDistinct(run.map(({ action }) => action));
  for (const operation of run) submissions.push(await prepare(operation, kind, lookups));
  for (const { operation, delegations } of withOpening(submissions)) {
    admitTime(operation, now);
    const rule = ruleOf(kind, operation.action.type);
    ensureStanding(kind, rule, signerOf(operation), delegations, now, isServiceKey);
  }
  ensureProved(submissions, kind, now);
  for (const submission of submissions) await verifySignature(submission);
  if (kind.facts) for (const submission of submissions) submission.facts = await kind.facts(deedOf(submission, now));
  return kind.record ? withRecords(corridor, submissions, kind, now) : submissions;
}

/**
 * A document that nobody's delegation opens begins with a proof in the same run: else anybody could leave documents here
 * in anybody's name. Refuses with NOT_DELEGATED.
 */
function ensureProved(run: readonly Submission[], kind: DocumentKind, now: Millis): void {
  const [first] = run;
  const opens = first?.operation.action.type === "CREATE_DOCUMENT" && !hasLive(first.delegations, now);
  const proves = run.slice(1).some(({ operation }) => ruleOf(kind, operation.action.type).selfProving);
  // A key without a user is asked by what right it opens when the run is decided.
  const byKey = first !== undefined && kind.byKey !== undefined && signerOf(first.operation).user === "";
  const proved = !opens || first.binding === "attested" || proves || byKey;
  ensure(proved, "NOT_DELEGATED", "Nothing in the run proves who opens it.");
}

function deedOf({ operation, input, binding, facts, grounds }: Submission, now: number): Deed {
  const actor = { ...signerOf(operation), binding, authority: { by: "proof", entry: "" }, method: "recovery" } as const;
  return { document: operation.document, type: operation.action.type, input, actor, now, facts, grounds };
}

/** Behind the run what the service puts on record about it: signed beforehand, so that nothing is awaited later. */
async function withRecords(
  { lookups, operationKey }: Corridor,
  run: readonly Submission[],
  kind: DocumentKind,
  now: Millis,
): Promise<Submission[]> {
  const whole = [...run];
  for (const submission of run) {
    const record = kind.record?.(deedOf(submission, now));
    if (!record) continue;
    const { operation: last, digest: operation } = whole.at(-1)!;
    const previous = { operation, timestampUtcMs: last.action.timestampUtcMs };
    const place = { document: last.document, kind: kind.name, scope: "global", previous, now };
    const signed = await signAction({ ...place, ...record, id: crypto.randomUUID() }, operationKey);
    whole.push({ ...(await prepare(signed, kind, lookups)), ours: true });
  }
  return whole;
}

/** A derived document that nothing stands in yet: its id must follow from the subject that its first input names. */
function openDerived(
  id: string,
  actions: readonly Action[],
  kindName: string | undefined,
  { kinds, realm }: Corridor,
): Document {
  ensure(kindName !== undefined, "UNKNOWN_DOCUMENT");
  const kind = kindOf(kinds, kindName);
  ensure(kind.ids.includes("derived"), "UNKNOWN_DOCUMENT");
  for (const { input } of actions) ensureSubject(realm, kindName, id, input);
  return openDocument(id, kind, undefined);
}

/** CREATE_DOCUMENT in `document`, the rest in `global`, the id following from the first. */
function parseOpening(
  create: unknown,
  actions: readonly unknown[],
  kind: DocumentKind,
  realm: string,
): SignedOperation[] {
  ensure(kind.ids.includes("created"), "UNKNOWN_KIND", "Documents of this kind are not opened by a signed operation.");
  const [action] = parseActions([create]);
  const draft = placeAction(action!, { document: "to be computed", kind: kind.name, branch: "main" });
  const { id: nonce, type, scope, input } = draft.action;
  const opens = type === "CREATE_DOCUMENT" && scope === "document";
  ensure(opens, "INVALID_OPERATION", "An opening begins with CREATE_DOCUMENT.");
  const id = createdId(realm, kind.name, signerOf(draft), nonce);
  const named = input.documentId === id && input.model === kind.name;
  ensure(named, "WRONG_DOCUMENT_ID", `The id that follows is ${id}.`);
  return [{ ...draft, document: id }, ...(actions.length > 0 ? placeGlobal(parseActions(actions), id, kind.name) : [])];
}

function placeGlobal(actions: readonly Action[], document: string, kind: string): SignedOperation[] {
  return actions.map((action) => {
    ensure(action.scope === "global", "INVALID_OPERATION", "Actions of this kind stand in the scope global.");
    return placeAction(action, { document, kind, branch: "main" });
  });
}
