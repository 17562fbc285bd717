import type { Delegation } from "../identity/delegation.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import type { Predecessor } from "./admit.ts";
import { ruleOf } from "./authority.ts";
import { type Binding, type Entry, type LoggedEntry, operationDigest, signerOf } from "./entry.ts";
import { findGrounds, type GroundName, groundsNamed } from "./grounds.ts";
import type { DocumentKind } from "./kind.ts";
import {
  type Action,
  decidingTuple,
  parseAction,
  type SignedOperation,
  type Tuple,
  textOf,
  tuplesOf,
} from "./operation.ts";
import { checkSignature, matchContent } from "./signature.ts";

/** Operations that one run may carry: they are decided and written in one commit. */
export const maxRun = 100;

/** An operation on its way through the corridor, with what was looked up for it outside of pure code. */
export type Submission = {
  operation: SignedOperation;
  /** The action's text as it will be kept. */
  text: string;
  digest: string;
  tuple: Tuple;
  /** What binds it if its signature holds; found by recomputing the content. */
  binding: Binding;
  input: JsonObject;
  delegations: readonly Delegation[];
  /** The entry that `prev` names, where it is not the head. */
  named: Predecessor;
  facts: unknown;
  /** The entries that the input rests on, each standing when it was looked up. */
  grounds: readonly Entry[];
  /** True for what the service itself adds to a client's run. */
  ours?: boolean;
};

/** What `prepare` asks of the store. */
export type Lookups = {
  delegationsOf(user: string, key: string): Promise<readonly Delegation[]>;
  predecessorOf(document: string, scope: string, prev: string): Promise<Predecessor>;
  groundOf(name: GroundName): Promise<LoggedEntry | undefined>;
};

/** Reads the actions of a run: their grammar comes before anything is looked up. INVALID_OPERATION, RUN_TOO_LONG */
export function parseActions(values: readonly unknown[]): Action[] {
  ensure(values.length >= 1, "INVALID_OPERATION", "A run has at least one operation.");
  ensure(values.length <= maxRun, "RUN_TOO_LONG", `At most ${maxRun} operations are taken at once.`);
  return values.map((value) => parseAction(value));
}

/** Refuses with ACTION_ID_REUSED a run in which two actions have one id. */
export function ensureDistinct(run: readonly { id?: string }[]): void {
  if (run.length === 1) return;
  const ids = run.flatMap(({ id }) => id ?? []);
  ensure(new Set(ids).size === ids.length, "ACTION_ID_REUSED", "Two actions of the run have the same id.");
}

/** CREATE_DOCUMENT is decided by nobody, so it must never stand where the other actions do. INVALID_OPERATION. */
export function ensureScope({ type, scope }: Pick<Action, "type" | "scope">): void {
  const fits = scope === (type === "CREATE_DOCUMENT" ? "document" : "global");
  ensure(fits, "INVALID_OPERATION", "CREATE_DOCUMENT stands in the scope document, every other action in global.");
}

/**
 * Parses the input, recomputes the content and asks the store: all that costs less than a signature check. Refuses with
 * TOO_LARGE, INVALID_OPERATION, UNKNOWN_ACTION, INVALID_INPUT, CONTENT_MISMATCH, WEAK_HASH, BINDING_NOT_TAKEN,
 * NOT_DELEGATED.
 */
export async function prepare(operation: SignedOperation, kind: DocumentKind, lookups: Lookups): Promise<Submission> {
  const { action } = operation;
  const text = textOf(action);
  const tuple = oneTuple(operation);
  ensureScope(action);
  const rule = ruleOf(kind, action.type);
  const input = parseInput(kind, action.type, action.input);
  const digest = operationDigest(operation);
  const match = matchContent(operation, tuple, digest);
  ensure(match !== "mismatch", "CONTENT_MISMATCH");
  ensure(match !== "weak", "WEAK_HASH");
  ensure(rule.bindings.includes(match), "BINDING_NOT_TAKEN");
  const signer = signerOf(operation);
  const delegations = signer.user ? await lookups.delegationsOf(signer.user, signer.app) : [];
  const named = tuple[3] ? await lookups.predecessorOf(operation.document, action.scope, tuple[3]) : undefined;
  const grounds = await findGrounds(groundsNamed(rule, input), lookups.groundOf);
  return { operation, text, digest, tuple, binding: match, input, delegations, named, facts: undefined, grounds };
}

/** The dear check, last of those that do not need the head. Refuses with BAD_SIGNATURE. */
export async function verifySignature(submission: Submission): Promise<void> {
  let good: boolean;
  try {
    good = await checkSignature(submission.tuple);
  } catch (error) {
    throw error instanceof Failure ? new Failure("INVALID_OPERATION", error.detail) : error;
  }
  ensure(good, "BAD_SIGNATURE");
}

/** Refuses with INVALID_INPUT what the schema of the action does not take; names the first place. */
export function parseInput(kind: DocumentKind, type: string, input: JsonObject): JsonObject {
  return holdTo(ruleOf(kind, type).input, input, "INVALID_INPUT", { root: "input" }) as JsonObject;
}

/** CREATE_DOCUMENT rests on what the action behind it rests on: its input has a form of Powerhouse's, without room for it. */
export function withOpening(run: Submission[]): Submission[] {
  const [first, second] = run;
  if (first?.operation.action.type === "CREATE_DOCUMENT" && second) first.grounds = second.grounds;
  return run;
}

function oneTuple(operation: SignedOperation): Tuple {
  const tuples = tuplesOf(operation.action);
  ensure(tuples.length > 0, "BINDING_NOT_TAKEN", "The operation is not signed.");
  ensure(tuples.length === 1, "INVALID_OPERATION", "An operation is admitted with exactly one signature.");
  return decidingTuple(operation.action)!;
}
