import { lifeOf } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import type { ContractCheck } from "../identity/wallet.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import { admitOrder, admitTime } from "./admit.ts";
import { authorise, lifeSentences, ruleOf } from "./authority.ts";
import { createdId, ensureSubject, isAssignedId } from "./document-id.ts";
import { type Entry, entryDigest, type LoggedEntry, operationDigest, signerOf } from "./entry.ts";
import { apply, type Document } from "./fold.ts";
import { findGrounds, type GroundName, groundsNamed } from "./grounds.ts";
import type { Actor, Row } from "./kind.ts";
import { decidingTuple, tuplesOf } from "./operation.ts";
import { type OperationKeys, speaksForService } from "./operation-keys.ts";
import { checkSignature, matchContent, replayKey } from "./signature.ts";
import type { DelegationRecord } from "./store.ts";
import { ensureScope, parseInput } from "./submission.ts";

/** The laws that an audit names, each with what it says when it holds. */
export const laws = [
  { name: "grammar", says: "every entry can be read" },
  { name: "digests", says: "every operation digest and entry digest was computed again" },
  { name: "chain", says: "every stream runs from its beginning without a gap, each entry naming the one before" },
  { name: "order", says: "every operation continues what it names, later than that, and stands here once" },
  { name: "document", says: "every document id follows from what opened it" },
  { name: "content", says: "every signature is for the content that stands here" },
  { name: "signatures", says: "every signature verifies" },
  { name: "authority", says: "every key had the right it is entered with, at that place in the log" },
  { name: "rules", says: "everything that users signed is what the kind allows" },
] as const;

export type Law = (typeof laws)[number];
export type Finding = { law: Law["name"]; seq: number; document: string; code: string; detail: string };

/** How far one document has been replayed; without its kind known, only what needs no kind is checked. */
export type Replay = {
  document: Document | undefined;
  /** D of the entries so far, with what the order needs of them. */
  operations: Map<string, { scope: string; timestampUtcMs: string }>;
  actions: Set<string>;
  lastSeq: number;
};

export type AuditContext = {
  realm: string;
  operationKeys: OperationKeys;
  delegationOf(entry: string): DelegationRecord | undefined;
  /** The time of the entry: the latest `admittedAt` up to its place, because clocks go back and the log does not. */
  time: Millis;
  /** Whether the entry has given a right by now, and that has not ended. */
  stands(entry: string): boolean;
  /** The entry, by its own digest or by its operation, if it gives a right by now that has not ended. */
  groundBy(name: { entry: string } | GroundName): LoggedEntry | undefined;
  /** What suite 1 has signed in any log so far. */
  spent: Set<string>;
  /** Answers for contracts by what the service put on record. */
  recorded: ContractCheck;
};

type Audited = { replay: Replay; rows: Row[]; findings: Finding[] };
type Step = { replay: Replay; entry: LoggedEntry; context: AuditContext };

/** Checks one entry against all laws and folds it, whatever was found. */
export async function auditEntry(replay: Replay, entry: LoggedEntry, context: AuditContext): Promise<Audited> {
  const step = { replay, entry, context };
  const findings: Finding[] = [];
  const hold = async (law: Law["name"], check: () => void | Promise<void>) => {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const detail = error.detail ?? error.message;
      findings.push({ law, seq: entry.seq, document: entry.document, code: error.code, detail });
    }
  };
  await hold("digests", () => checkDigests(step));
  await hold("chain", () => checkChain(step));
  await hold("order", () => checkOrder(step));
  await hold("document", () => checkDocument(step));
  await hold("content", () => checkContent(step));
  await hold("signatures", () => checkTuple(step));
  await hold("authority", () => checkAuthority(step));
  await hold("rules", () => checkRules(step));
  const after = replay.document ? apply(replay.document, entry) : undefined;
  const rows = after ? after.kind.project(after.state, entry).rows : [];
  replay.operations.set(entry.operation, { scope: entry.action.scope, timestampUtcMs: entry.action.timestampUtcMs });
  replay.actions.add(entry.action.id);
  if (entry.binding === "content") context.spent.add(spentKey(entry));
  return { replay: { ...replay, document: after, lastSeq: entry.seq }, rows, findings };
}

function checkDigests({ entry }: Step): void {
  ensure(
    operationDigest(entry) === entry.operation,
    "CONTENT_MISMATCH",
    "The operation digest is of another operation.",
  );
  ensure(entryDigest(entry) === entry.digest, "CONTENT_MISMATCH", "The entry digest is of another entry.");
}

function checkChain({ replay, entry }: Step): void {
  const head = headOf(replay, entry);
  ensure(head, "UNKNOWN_KIND");
  ensure(entry.seq > replay.lastSeq, "OUT_OF_ORDER", "The places in the log do not rise.");
  ensure(entry.index === head.length, "OUT_OF_ORDER", `Index ${entry.index} stands where ${head.length} was expected.`);
  ensure(entry.prev === head.entry, "OUT_OF_ORDER", "The entry names another predecessor than the one before it.");
}

function checkOrder({ replay, entry, context }: Step): void {
  ensure(!replay.actions.has(entry.action.id), "ACTION_ID_REUSED");
  ensure(entry.binding !== "content" || !context.spent.has(spentKey(entry)), "REPLAYED");
  const head = headOf(replay, entry);
  ensure(head && replay.document, "UNKNOWN_KIND");
  admitTime(entry, context.time);
  const prev = decidingTuple(entry.action)?.[3] ?? "";
  const named = replay.operations.get(prev);
  const order = entry.binding === "attested" ? "strict" : replay.document.kind.order;
  admitOrder(entry, head, order, named?.scope === entry.action.scope ? named : undefined);
}

function checkDocument({ replay, entry, context }: Step): void {
  const { scope, id, input } = entry.action;
  ensureScope(entry.action);
  ensure(replay.document, "UNKNOWN_KIND");
  const { kind, genesis } = replay.document;
  ensure(kind.name === entry.kind, "WRONG_DOCUMENT_ID", "The document is of another kind.");
  if (scope === "global") {
    if (genesis.length > 0) return;
    ensure(kind.ids.includes("derived"), "WRONG_DOCUMENT_ID", "Nothing has opened the document.");
    ensureSubject(context.realm, kind.name, entry.document, input);
    return;
  }
  ensure(input.documentId === entry.document && input.model === entry.kind, "WRONG_DOCUMENT_ID");
  const assigned = entry.binding === "attested" && kind.ids.includes("assigned") && isAssignedId(entry.document);
  const created = () => createdId(context.realm, entry.kind, signerOf(entry), id) === entry.document;
  const follows = assigned || (entry.binding === "full" && kind.ids.includes("created") && created());
  ensure(follows, "WRONG_DOCUMENT_ID", "The id does not follow from what opened the document.");
}

function checkContent({ entry }: Step): void {
  const tuple = decidingTuple(entry.action);
  ensure(tuple && tuplesOf(entry.action).length === 1, "INVALID_OPERATION", "An entry has exactly one signature.");
  const match = matchContent(entry, tuple, operationDigest(entry));
  const binding = entry.binding === "attested" ? "full" : entry.binding;
  ensure(match === binding, "CONTENT_MISMATCH", `The signature binds ${match}, the entry says ${entry.binding}.`);
}

async function checkTuple({ entry }: Step): Promise<void> {
  const tuple = decidingTuple(entry.action);
  ensure(tuple && (await checkSignature(tuple)), "BAD_SIGNATURE");
}

async function checkAuthority(step: Step): Promise<void> {
  const { by } = step.entry.authority;
  if (step.entry.binding === "attested" || by === "service") checkAttested(step);
  else if (by === "proof") checkProof(step);
  else if (by === "organization") await checkOrganization(step);
  else checkDelegated(step);
}

function checkProof({ replay, entry }: Step): void {
  ensure(replay.document, "UNKNOWN_KIND");
  const proves = entry.authority.entry === "" && ruleOf(replay.document.kind, entry.action.type).selfProving === true;
  ensure(proves, "FORBIDDEN", "The action carries no proof of its own.");
}

/** A key of an organisation's own: the kind says by which of the entries that it rests on it acts. */
async function checkOrganization({ replay, entry, context }: Step): Promise<void> {
  ensure(replay.document, "UNKNOWN_KIND");
  const { kind, state } = replay.document;
  const { user, app } = signerOf(entry);
  const { type } = entry.action;
  ensure(kind.byKey, "FORBIDDEN", "Nothing of this kind rests on organization.");
  const input = parseInput(kind, type, entry.action.input);
  const grounds = await groundsOf(entry, replay.document, input, context);
  const key = user === "" ? kind.byKey(state, { type, input, app }, grounds) : undefined;
  ensure(key !== undefined && key === entry.authority.entry, "NOT_DELEGATED", "The key is not the organisation's own.");
}

/** What an entry rests on, as it stood at its place. CREATE_DOCUMENT names nothing but the entry that gives the key. */
async function groundsOf(
  { action, authority }: LoggedEntry,
  { kind }: Document,
  input: JsonObject,
  { groundBy }: AuditContext,
): Promise<Entry[]> {
  const named = groundsNamed(ruleOf(kind, action.type), input);
  if (action.type !== "CREATE_DOCUMENT" || authority.by !== "organization") return findGrounds(named, groundBy);
  const ground = groundBy({ entry: authority.entry });
  ensure(ground, "NOT_DELEGATED", "The entry that gives the key is not in the bundle, or had ended.");
  return [ground];
}

function checkDelegated({ replay, entry, context }: Step): void {
  const { by, entry: source } = entry.authority;
  ensure(replay.document, "UNKNOWN_KIND");
  ensure(by === "delegation", "FORBIDDEN", `A signed operation cannot rest on ${by}.`);
  const { user, app } = signerOf(entry);
  const delegation = context.delegationOf(source);
  ensure(delegation, "NOT_DELEGATED", "The delegation that it rests on is not in the bundle.");
  checkDelegation(delegation, { user, app }, { seq: entry.seq, time: context.time });
  const asked = askedOf(replay.document, entry, context.time);
  const life = { ...delegation };
  // Later ends are not this entry's affair: they were judged by place above.
  delete life.revokedSeq;
  delete life.compromisedSeq;
  const actor = authorise(replay.document.kind, replay.document.state, asked, [life], () => false);
  ensure(actor.authority.by === "delegation", "NOT_PERMITTED");
}

const attestable: readonly string[] = ["proof", "credential", "token", "session"];

/** The service speaks by its own key; what it says of a session or a token is its word alone. */
function checkAttested({ entry, context }: Step): void {
  const { user, app } = signerOf(entry);
  const { by, entry: source } = entry.authority;
  const ours = user === "" && speaksForService(context.operationKeys, app, context.time);
  ensure(ours, "FORBIDDEN", "It speaks for the service with a key that was not the service's then.");
  const fits = entry.binding === "attested" ? attestable.includes(by) : entry.binding === "full";
  ensure(fits, "FORBIDDEN", `The service attests nothing by ${by}.`);
  if (source === "") return;
  ensure(by === "credential", "FORBIDDEN", `An authority by ${by} rests on no entry.`);
  ensure(context.stands(source), "NOT_DELEGATED", "What it rests on is not in the bundle, or had ended.");
}

function checkDelegation(
  delegation: DelegationRecord,
  signer: { user: Did; app: Did },
  at: { seq: number; time: number },
): void {
  const address = (did: Did) => did.slice(did.lastIndexOf(":"));
  const speaks =
    delegation.method === "recovery"
      ? address(delegation.user) === address(signer.user)
      : delegation.user === signer.user;
  ensure(speaks && delegation.key === signer.app, "NOT_DELEGATED", "The delegation is of another user or key.");
  // A compromise that was told later leaves the log as it is; reports heed it.
  const known = { time: at.time, seq: at.seq - 1 };
  const life = lifeOf(delegation, { ...at, seq: at.seq - 1 }, known);
  ensure(life === "LIVE", "NOT_DELEGATED", lifeSentences[life]);
}

/** What users signed is decided again; what the service attested rests on its word, save where the proof is inside. */
async function checkRules({ replay, entry, context }: Step): Promise<void> {
  const { document } = replay;
  ensure(document, "UNKNOWN_KIND");
  const { kind, state } = document;
  const { by, entry: source } = entry.authority;
  const input = parseInput(kind, entry.action.type, entry.action.input);
  if (entry.binding === "attested" && by !== "proof") return;
  ensure(ruleOf(kind, entry.action.type).bindings.includes(entry.binding), "BINDING_NOT_TAKEN");
  if (entry.action.type === "CREATE_DOCUMENT") return;
  const grounds = await groundsOf(entry, document, input, context);
  const signer = entry.binding === "attested" || by === "proof" ? { user: "", app: "" } : signerOf(entry);
  const method = (by === "delegation" && context.delegationOf(source)?.method) || "recovery";
  const actor: Actor = { ...signer, binding: entry.binding, authority: entry.authority, method };
  const deed = { document: entry.document, type: entry.action.type, input, actor, now: context.time, grounds };
  kind.decide(state, { ...deed, facts: await kind.facts?.(deed, context.recorded) });
}

function askedOf(document: Document, entry: LoggedEntry, now: Millis) {
  const input = parseInput(document.kind, entry.action.type, entry.action.input);
  return {
    document: entry.document,
    type: entry.action.type,
    input,
    signer: signerOf(entry),
    binding: entry.binding,
    now,
    grounds: [],
  };
}

/** Documents and action ids are not in these bytes, so they are compared across all logs. */
function spentKey(entry: LoggedEntry): string {
  const tuple = decidingTuple(entry.action);
  return tuple ? replayKey(tuple) : "";
}

function headOf({ document }: Replay, entry: LoggedEntry) {
  return entry.action.scope === "document" ? document?.genesis : document?.head;
}
