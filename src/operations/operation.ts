import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { checkValue, isObject, type JsonObject } from "../kernel/json.ts";
import { isExactIso, parseTime } from "../kernel/time.ts";
import {
  isActionId,
  isAddress,
  isAppDid,
  isChainId,
  isDigest,
  isDocument,
  isKind,
  isMarked,
  isOldContent,
  isOldPrev,
  isOtherKey,
  isScope,
  isSignature,
  isSignedAt,
  isTime,
  isType,
} from "./spelling.ts";

/** The five strings of a signature: signedAt, app, content, prev, signature. */
export type Tuple = readonly [signedAt: string, app: Did, content: string, prev: string, signature: string];

export type Suite = 1 | 2;

export type ActionSigner = {
  user: { address: string; networkId: string; chainId: number };
  app: { name: string; key: Did };
  signatures: Tuple[];
};

export type ActionContext = { prevOpIndex?: number; prevOpHash?: string; nonce?: string; signer?: ActionSigner };

/** An action of Powerhouse's wire format, members in order of arrival. */
export type Action = {
  id: string;
  type: string;
  timestampUtcMs: string;
  input: JsonObject;
  scope: string;
  context?: ActionContext;
};

/** Where an operation stands: its document, and the document's kind. */
export type Place = { document: string; kind: string; branch: string };

/** An action in its place, its grammar checked. */
export type SignedOperation = Place & { action: Action };

/** Levels of nesting of `input`, itself the first. */
export const maxInputDepth = 32;
/** Characters of an action's text: a hundred times an ordinary one. */
export const maxActionLength = 65_536;

/**
 * Reads an action in its place. Refuses with INVALID_OPERATION what breaks the grammar and with UNKNOWN_SUITE what has
 * the form of another suite; members that have no meaning here are left out, or refused where `strict`.
 * @see docs/operations.md, "Grammar"
 */
export function parseOperation(value: unknown, place: Place, strict = true): SignedOperation {
  return placeAction(parseAction(value, strict), place);
}

/** Puts an action where it stands. Refuses with INVALID_OPERATION a place that cannot be read. */
export function placeAction(action: Action, place: Place): SignedOperation {
  ensure(isDocument(place.document), "INVALID_OPERATION", "The document id cannot be read.");
  ensure(isKind(place.kind), "INVALID_OPERATION", "The document kind cannot be read.");
  ensure(place.branch === "main", "INVALID_OPERATION", "The only branch is main.");
  return { document: place.document, kind: place.kind, branch: place.branch, action };
}

/** The text that is kept of an action, members in order of arrival. Refuses with TOO_LARGE. */
export function textOf(action: Action): string {
  const text = JSON.stringify(action);
  ensure(text.length <= maxActionLength, "TOO_LARGE", `An action has at most ${maxActionLength} characters.`);
  return text;
}

/** Reads an action by itself, wherever it stands. */
export function parseAction(value: unknown, strict = true): Action {
  ensure(isObject(value), "INVALID_OPERATION", "An action is an object.");
  const action = { ...known(value.context === null ? without("context", value) : value, actionNames, strict) };
  const { id, type, timestampUtcMs, input, scope } = action;
  const missing = id === undefined || type === undefined || timestampUtcMs === undefined;
  if (missing || input === undefined || scope === undefined) refuseMissing(action);
  ensure(isActionId(id), "INVALID_OPERATION", "The action id is a random UUID in lower case.");
  ensure(isType(type), "INVALID_OPERATION", "The action type cannot be read.");
  ensure(isScope(scope), "INVALID_OPERATION", "The scope cannot be read.");
  const exact = isExactTime(timestampUtcMs);
  checkInput(input);
  if ("context" in action) action.context = readContext(action.context, strict);
  const whole = action as Action;
  for (const tuple of tuplesOf(whole))
    ensure(exact || suiteOf(tuple) !== 2, "INVALID_OPERATION", "In suite 2 a time is YYYY-MM-DDTHH:MM:SS.sssZ.");
  return whole;
}

export function tuplesOf(action: Action): readonly Tuple[] {
  return action.context?.signer?.signatures ?? [];
}

/** The last tuple, the one that decides; undefined where nobody signed. */
export function decidingTuple(action: Action): Tuple | undefined {
  const tuples = tuplesOf(action);
  return tuples[tuples.length - 1];
}

/** A tuple that passed the grammar belongs to exactly one suite. */
export function suiteOf(tuple: Tuple): Suite {
  return tuple[2].startsWith("r2.") ? 2 : 1;
}

/** The user an action names, as a DID; "" where it names none. */
export function userOf(action: Action): Did {
  const user = action.context?.signer?.user;
  return user?.address ? `did:pkh:eip155:${user.chainId}:${user.address.toLowerCase()}` : "";
}

/** The key an action is signed by; "" without a tuple. */
export function appOf(action: Action): Did {
  return decidingTuple(action)?.[1] ?? "";
}

const needed = ["id", "type", "timestampUtcMs", "input", "scope"] as const;
// Lists, not sets: of so few names the first look is the cheapest.
const actionNames = [...needed, "context"];
const contextNames = ["signer", "prevOpIndex", "prevOpHash", "nonce"];
const signerNames = ["user", "app", "signatures"];
const userNames = ["address", "networkId", "chainId"];
const appNames = ["name", "key"];

function refuseMissing(action: Record<string, unknown>): void {
  const name = needed.find((each) => action[each] === undefined);
  throw new Failure("INVALID_OPERATION", `The action has no ${name}.`);
}

/** Whether a time is spelt as suite 2 demands. Refuses what is none. */
function isExactTime(value: unknown): boolean {
  if (typeof value === "string" && isExactIso(value)) return true;
  ensure(isTime(value), "INVALID_OPERATION", "The time is not an ISO date in UTC.");
  try {
    parseTime(value);
  } catch {
    throw new Failure("INVALID_OPERATION", "The time of the action cannot be read.");
  }
  return false;
}

function checkInput(value: unknown): asserts value is JsonObject {
  ensure(isObject(value), "INVALID_OPERATION", "The input is an object.");
  checkValue(value, maxInputDepth);
}

function readContext(value: unknown, strict: boolean): ActionContext {
  ensure(isObject(value), "INVALID_OPERATION", "The context is an object.");
  const context = { ...known(value.signer === null ? without("signer", value) : value, contextNames, strict) };
  const { prevOpIndex = null, prevOpHash = null, nonce = null, signer } = context;
  ensure(prevOpIndex === null || Number.isSafeInteger(prevOpIndex), "INVALID_OPERATION", "prevOpIndex is an integer.");
  ensure(prevOpHash === null || isText(prevOpHash, 256), "INVALID_OPERATION", "prevOpHash is a text.");
  ensure(nonce === null || isText(nonce, 256), "INVALID_OPERATION", "nonce is a text.");
  if (signer !== undefined) context.signer = readSigner(signer, strict);
  return context as ActionContext;
}

function readSigner(value: unknown, strict: boolean): ActionSigner {
  ensure(isObject(value) && isObject(value.app), "INVALID_OPERATION", "A signer has a user, an app and signatures.");
  const signer = { ...known(value, signerNames, strict) };
  signer.user = "user" in signer ? readUser(signer.user, strict) : { address: "", networkId: "", chainId: 0 };
  signer.app = readApp(signer.app, strict);
  signer.signatures = "signatures" in signer ? readTuples(signer.signatures) : [];
  const { app, signatures } = signer as ActionSigner;
  for (const tuple of signatures)
    ensure(tuple[1] === app.key, "INVALID_OPERATION", "The signature names another key than the signer does.");
  return signer as ActionSigner;
}

function readUser(value: unknown, strict: boolean): ActionSigner["user"] {
  ensure(isObject(value), "INVALID_OPERATION", "A user has an address, a network and a chain.");
  const user = { ...known(value, userNames, strict) };
  const { address, networkId, chainId } = user;
  const none = address === "" && networkId === "" && chainId === 0;
  const whole = networkId === "eip155" && isAddress(address) && isChainId(chainId);
  ensure(none || whole, "INVALID_OPERATION", "The user is named by halves, or by another network than eip155.");
  return user as ActionSigner["user"];
}

function readApp(value: unknown, strict: boolean): ActionSigner["app"] {
  ensure(isObject(value), "INVALID_OPERATION", "An app has a name and a key.");
  const app = { ...known(value, appNames, strict) };
  ensure(!("name" in app) || isText(app.name, 256), "INVALID_OPERATION", "The name of the app is a text.");
  ensure(isText(app.key, 256), "INVALID_OPERATION", "The app has a key, which is a text.");
  return app as ActionSigner["app"];
}

function readTuples(value: unknown): Tuple[] {
  ensure(Array.isArray(value) && value.length <= 8, "INVALID_OPERATION", "A signer has at most eight signatures.");
  return value.map(readTuple);
}

/** Takes the five strings, or the one text of GraphQL that joins them with a comma and a space. */
function readTuple(value: unknown): Tuple {
  const strings: unknown = typeof value === "string" ? value.split(", ") : value;
  ensure(isFiveTexts(strings), "INVALID_OPERATION", "A signature is five strings.");
  const [signedAt, app, content, prev, signature] = strings;
  // What is new may have another grammar throughout, so it is told apart before anything else is judged.
  const number = content!.startsWith("r2.") ? 2 : 1;
  ensure(number === 2 || !isMarked(content!), "UNKNOWN_SUITE");
  const p256 = isAppDid(app!);
  ensure(p256 || !isOtherKey(app!), "UNKNOWN_SUITE", "The key signs in no suite that is known here.");
  ensure(isSignedAt(signedAt!), "INVALID_OPERATION", "signedAt is Unix seconds.");
  ensure(isSignature(signature!), "INVALID_OPERATION", "The signature is 0x and 128 lowercase hex digits.");
  ensure(p256, "INVALID_OPERATION", "The key of a signature is a did:key of P-256.");
  const bound = number === 2 ? isDigest(content!, 3) : isOldContent(content!);
  ensure(bound, "INVALID_OPERATION", "The content of the signature cannot be read.");
  const follows = number === 2 ? prev === "" || isDigest(prev!) : isOldPrev(prev!);
  ensure(follows, "INVALID_OPERATION", "The prev of the signature cannot be read.");
  return strings as unknown as Tuple;
}

/** The value, of which other members than these are left out, or refused where `strict`. The order stays. */
function known(value: Record<string, unknown>, names: readonly string[], strict: boolean) {
  // What is inherited counts for nothing, but it is cheaper to see here that there is none.
  for (const name in value) if (!isOneOf(name, names)) return onlyKnown(value, names, strict);
  return value;
}

/** Array.includes asks the same more slowly, for it is called each time. */
function isOneOf(name: string, names: readonly string[]): boolean {
  for (const each of names) if (each === name) return true;
  return false;
}

function onlyKnown(value: Record<string, unknown>, names: readonly string[], strict: boolean) {
  const strange = Object.keys(value).filter((name) => !names.includes(name));
  if (strict && strange[0] !== undefined)
    throw new Failure("INVALID_OPERATION", `There is no member ${JSON.stringify(strange[0].slice(0, 40))} here.`);
  return strange.reduce((members, name) => without(name, members), value);
}

function without(name: string, { [name]: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

function isFiveTexts(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length !== 5) return false;
  for (const each of value) if (typeof each !== "string") return false;
  return true;
}

function isText(value: unknown, most: number): value is string {
  if (typeof value !== "string" || value.length > most) return false;
  checkValue(value, 1);
  return true;
}
