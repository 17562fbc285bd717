import { ensure } from "../kernel/failure.ts";
import { checkValue, isObject, type JsonObject } from "../kernel/json.ts";
import { iso } from "../kernel/time.ts";
import { maxInputDepth } from "./operation.ts";
import { isActionId } from "./spelling.ts";
import { maxRun } from "./submission.ts";

/** An action that nobody signed: what a client of Powerhouse sends and the service attests, if a door lets it in. */
export type UnsignedAction = { id?: string; type: string; input: JsonObject };

/** What a client sends in one go: all of it signed, or none. */
export type ClientRun = { signed: readonly unknown[] } | { unsigned: readonly UnsignedAction[] };

/**
 * Reads the actions of Powerhouse's clients, which write `null` for what is missing, and times as milliseconds or as ISO
 * texts. What is signed is handed on to the corridor, which parses it; the rest is read here. Refuses with
 * INVALID_OPERATION, RUN_TOO_LONG.
 */
export function readClientRun(values: readonly unknown[]): ClientRun {
  ensure(values.length >= 1, "INVALID_OPERATION", "A run has at least one action.");
  ensure(values.length <= maxRun, "RUN_TOO_LONG", `At most ${maxRun} actions are taken at once.`);
  const actions = values.map(readAction);
  const signed = actions.filter(isSigned);
  if (signed.length === actions.length) return { signed };
  ensure(signed.length === 0, "INVALID_OPERATION", "Either all actions are signed or none is.");
  return { unsigned: actions.map(unsignedOf) };
}

function readAction(value: unknown): Record<string, unknown> {
  ensure(isObject(value), "INVALID_OPERATION", "An action is an object.");
  const { context, ...rest } = value;
  const action: Record<string, unknown> = { ...rest, timestampUtcMs: readTime(rest.timestampUtcMs) };
  return isObject(context) ? { ...action, context: withoutNulls(context) } : action;
}

function readTime(value: unknown): unknown {
  const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number") return value;
  ensure(Math.abs(number) <= maxTime, "INVALID_OPERATION", "The time of the action cannot be read.");
  return iso(Math.trunc(number));
}

/** The last millisecond that ECMAScript has a date for. */
const maxTime = 8.64e15;

/** What is missing and what is null mean the same around an action; its input is kept as it is. */
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, isObject(member) ? withoutNulls(member) : member]));
}

function isSigned({ context }: Record<string, unknown>): boolean {
  const signer = isObject(context) ? context.signer : undefined;
  return isObject(signer) && Array.isArray(signer.signatures) && signer.signatures.length > 0;
}

function unsignedOf({ id, type, input, scope }: Record<string, unknown>): UnsignedAction {
  ensure(typeof type === "string", "INVALID_OPERATION", "The action has no type.");
  ensure(isObject(input), "INVALID_OPERATION", "The input is an object.");
  ensure(scope === "global", "INVALID_OPERATION", "Actions of this kind stand in the scope global.");
  checkValue(input, maxInputDepth);
  // With an id of its own form an action can be sent again; one of another form serves for nothing.
  return { ...(isActionId(id) && { id }), type, input: input as JsonObject };
}
