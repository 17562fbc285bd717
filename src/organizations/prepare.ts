import { appDidPattern } from "../identity/app-key.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { fromUtf8, hex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis, parseTime } from "../kernel/time.ts";
import { createdId, derivedId, ensureSubject } from "../operations/document-id.ts";
import { operationDigest } from "../operations/entry.ts";
import { type Document, type Kinds, kindOf } from "../operations/fold.ts";
import type { DocumentKind } from "../operations/kind.ts";
import { type Action, parseOperation } from "../operations/operation.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { Previous } from "../operations/sign.ts";
import { signedMessage, withTuple } from "../operations/signature.ts";
import { maxRun, parseInput } from "../operations/submission.ts";

/** What somebody wishes to sign elsewhere: a run on a document, or the opening of a new one. */
export type Wish = {
  kind: string;
  /** Absent where a document is to be opened, or follows from the subject. */
  document?: string | undefined;
  user: Did | "";
  app: Did;
  operations: readonly { type: string; input: JsonObject }[];
};

/** One operation but for its signature. */
export type Unsigned = {
  /** The operation digest D. */
  digest: string;
  /** The bytes that a P-256 key signs by ECDSA with SHA-256, in hex and as a text. */
  message: { hex: string; text: string };
  /** The tuple but for its last string, `0x` and r || s in hex: with it the tuple goes into the signer's `signatures`. */
  tuple: [signedAt: string, app: Did, content: string, prev: string];
  action: Action;
};

/** `create` is null where the document stands already. */
export type Prepared = { kind: string; document: string; create: Unsigned | null; operations: Unsigned[] };

export type PrepareParts = { reactor: Pick<Reactor, "document">; kinds: Kinds; realm: string };

/**
 * Prepares operations for whoever signs outside: prepare, sign the bytes with any tool for P-256, submit. Nothing is
 * kept. Refuses with INVALID_DID, UNKNOWN_KIND, UNKNOWN_ACTION, UNKNOWN_DOCUMENT, WRONG_DOCUMENT_ID, INVALID_REQUEST,
 * INVALID_INPUT, INVALID_OPERATION and RUN_TOO_LONG; whether the key may is asked when they are submitted.
 * @see docs/operations.md, "Signatures"
 */
export async function prepareOperations(wish: Wish, parts: PrepareParts, now: Millis): Promise<Prepared> {
  ensure(appDidPattern.test(wish.app), "INVALID_DID", "The app is a did:key of P-256.");
  ensure(wish.user === "" || isUserDid(wish.user), "INVALID_DID", "The user is a did:pkh in lower case, or nobody.");
  ensure(wish.operations.length <= maxRun, "RUN_TOO_LONG", `At most ${maxRun} operations are taken at once.`);
  const kind = kindOf(parts.kinds, wish.kind);
  for (const { type, input } of wish.operations) parseInput(kind, type, input);
  const document = wish.document ?? derivedFrom(wish, kind, parts.realm);
  if (document === undefined) return prepareOpening(wish, kind, parts.realm, now);
  const found = await documentOf(document, wish, kind, parts);
  ensure(!found || found.kind.name === kind.name, "UNKNOWN_DOCUMENT");
  const previous = found && found.head.length > 0 ? { ...found.head } : undefined;
  return { kind: kind.name, document, create: null, operations: runOf(wish, document, previous, now) };
}

/** Where the kind has one document for each subject, the one that the first input names. */
function derivedFrom({ operations: [first] }: Wish, kind: DocumentKind, realm: string): string | undefined {
  if (!kind.ids.includes("derived")) return undefined;
  const subject = first?.input.subject;
  ensure(typeof subject === "string", "INVALID_REQUEST", "An operation names the subject whose document it is for.");
  return derivedId(realm, kind.name, subject);
}

/** Undefined where nothing stands yet in a document that nobody opens. UNKNOWN_DOCUMENT, WRONG_DOCUMENT_ID */
async function documentOf(
  id: string,
  { operations }: Wish,
  kind: DocumentKind,
  { reactor, realm }: PrepareParts,
): Promise<Document | undefined> {
  if (!kind.ids.includes("derived")) return reactor.document(id);
  for (const { input } of operations) ensureSubject(realm, kind.name, id, input);
  try {
    return await reactor.document(id);
  } catch (error) {
    if (error instanceof Failure && error.code === "UNKNOWN_DOCUMENT") return undefined;
    throw error;
  }
}

function prepareOpening(wish: Wish, kind: DocumentKind, realm: string, now: Millis): Prepared {
  ensure(kind.ids.includes("created"), "UNKNOWN_KIND", "Documents of this kind are not opened by a signed operation.");
  const { user, app } = wish;
  const id = crypto.randomUUID();
  const document = createdId(realm, kind.name, { user, app }, id);
  const input = { model: kind.name, version: 0, documentId: document };
  const step = { id, type: "CREATE_DOCUMENT", input, scope: "document" };
  const { unsigned: create } = prepareOne(wish, document, step, undefined, now);
  return { kind: kind.name, document, create, operations: runOf(wish, document, undefined, now) };
}

/** Each follows the one before; none of them needs its signature for that. */
function runOf(wish: Wish, document: string, head: Previous | undefined, now: Millis): Unsigned[] {
  let previous = head;
  return wish.operations.map(({ type, input }) => {
    const step = { id: crypto.randomUUID(), type, input, scope: "global" };
    const prepared = prepareOne(wish, document, step, previous, now);
    previous = prepared.previous;
    return prepared.unsigned;
  });
}

type Step = Pick<Action, "id" | "type" | "input" | "scope">;

function prepareOne(
  { kind, user, app }: Wish,
  document: string,
  step: Step,
  previous: Previous | undefined,
  now: Millis,
): { unsigned: Unsigned; previous: Previous } {
  // An operation is always later than the one it follows.
  const time = previous ? Math.max(now, parseTime(previous.timestampUtcMs) + 1) : now;
  const { id, type, input, scope } = step;
  const timestampUtcMs = iso(time);
  const signer = { user: wireUser(user), app: { name: "", key: app }, signatures: [] };
  const action: Action = { id, type, timestampUtcMs, input, scope, context: { signer } };
  const operation = parseOperation(action, { document, kind, branch: "main" });
  const signedAt = String(Math.floor(now / 1000));
  const prev = previous?.operation ?? "";
  const blank = [signedAt, app, `r2.${"A".repeat(43)}`, prev, `0x${"0".repeat(128)}`] as const;
  const digest = operationDigest(withTuple(operation, blank));
  const content = `r2.${digest}`;
  const bytes = signedMessage(signedAt, app, content, prev);
  const message = { hex: hex(bytes), text: fromUtf8(bytes) };
  const unsigned: Unsigned = { digest, message, tuple: [signedAt, app, content, prev], action: operation.action };
  return { unsigned, previous: { operation: digest, timestampUtcMs } };
}

function wireUser(user: Did | "") {
  if (user === "") return { address: "", networkId: "", chainId: 0 };
  const { address, chainId } = parsePkh(user);
  return { address, networkId: "eip155", chainId };
}
