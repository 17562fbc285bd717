import { ensure } from "../kernel/failure.ts";
import { admitTime } from "./admit.ts";
import { type Attestation, attest } from "./attest.ts";
import { ensureStanding, ruleOf } from "./authority.ts";
import { createdId, ensureSubject } from "./document-id.ts";
import { signerOf } from "./entry.ts";
import { type Document, kindOf, openDocument } from "./fold.ts";
import type { Installation } from "./installation.ts";
import type { DocumentKind } from "./kind.ts";
import type { SignedOperation } from "./operation.ts";
import type { Receipt } from "./receipt.ts";
import { type Corridor, load, openCorridor, read, repeats, settle } from "./settle.ts";
import { ensureDistinct, parseRun, prepare, type Submission, verifySignature } from "./submission.ts";
import { takeTurns } from "./turns.ts";

export type Reactor = {
  /** Admits a run into a document, all or nothing. `kind` is needed only by documents whose id is derived. */
  submit(document: string, actions: readonly unknown[], kind?: string): Promise<Receipt[]>;
  /** Opens a document whose id follows from its CREATE_DOCUMENT, with a first run of `global`. */
  open(create: unknown, kind: string, actions: readonly unknown[]): Promise<Receipt[]>;
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
    submit: (id, actions, kind) => submit(corridor, id, actions, kind),
    open: (create, kind, actions) => open(corridor, create, kind, actions),
    attest: (attestation) => inTurn(attestation.document, () => attest(attestation, corridor)),
    document: (id) => read(corridor, id),
  };
}

async function submit(corridor: Corridor, id: string, actions: readonly unknown[], kind?: string): Promise<Receipt[]> {
  const document = (await load(corridor, id)) ?? openDerived(id, actions, kind, corridor);
  const run = parseGlobal(actions, id, document.kind.name);
  const repeated = await repeats(corridor, id, run);
  if (repeated) return repeated;
  return settle(corridor, await verified(corridor, run, document.kind), document);
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
  const repeated = await repeats(corridor, id, run);
  if (repeated) return repeated;
  ensure(!(await load(corridor, id)), "DOCUMENT_EXISTS");
  return settle(corridor, await verified(corridor, run, kind), openDocument(id, kind, undefined));
}

/** Parses, looks up and verifies each operation, the cheap checks of all before the first dear one. */
async function verified(
  corridor: Corridor,
  run: readonly SignedOperation[],
  kind: DocumentKind,
): Promise<Submission[]> {
  const { lookups, clock, isServiceKey } = corridor;
  const submissions: Submission[] = [];
  ensureDistinct(run.map(({ action }) => action));
  for (const operation of run) submissions.push(await prepare(operation, kind, lookups));
  for (const { operation, delegations } of submissions) {
    admitTime(operation, clock());
    const rule = ruleOf(kind, operation.action.type);
    ensureStanding(rule, signerOf(operation), delegations, clock(), isServiceKey);
  }
  for (const submission of submissions) await verifySignature(submission);
  if (kind.facts) for (const submission of submissions) submission.facts = await factsOf(kind, submission, clock());
  return submissions;
}

async function factsOf(kind: DocumentKind, submission: Submission, now: number): Promise<unknown> {
  const { operation, input, binding } = submission;
  const actor = { ...signerOf(operation), binding, authority: { by: "proof", entry: "" }, method: "recovery" } as const;
  return kind.facts?.({ document: operation.document, type: operation.action.type, input, actor, now });
}

/** A derived document that nothing stands in yet: its id must follow from the subject that its first input names. */
function openDerived(
  id: string,
  actions: readonly unknown[],
  kindName: string | undefined,
  { kinds, realm }: Corridor,
): Document {
  ensure(kindName !== undefined, "UNKNOWN_DOCUMENT");
  const kind = kindOf(kinds, kindName);
  ensure(kind.ids.includes("derived"), "UNKNOWN_DOCUMENT");
  for (const { action } of parseRun(actions, id, kindName)) ensureSubject(realm, kindName, id, action.input);
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
  const [draft] = parseRun([create], "to be computed", kind.name);
  const { id: nonce, type, scope, input } = draft!.action;
  const opens = type === "CREATE_DOCUMENT" && scope === "document";
  ensure(opens, "INVALID_OPERATION", "An opening begins with CREATE_DOCUMENT.");
  const id = createdId(realm, kind.name, signerOf(draft!), nonce);
  const named = input.documentId === id && input.model === kind.name;
  ensure(named, "WRONG_DOCUMENT_ID", `The id that follows is ${id}.`);
  return [{ ...draft!, document: id }, ...(actions.length > 0 ? parseGlobal(actions, id, kind.name) : [])];
}

function parseGlobal(actions: readonly unknown[], id: string, kind: string): SignedOperation[] {
  const run = parseRun(actions, id, kind);
  for (const { action } of run)
    ensure(action.scope === "global", "INVALID_OPERATION", "Actions of this kind stand in the scope global.");
  return run;
}
