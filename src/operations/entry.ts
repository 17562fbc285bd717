import { digestOf } from "#primitives";
import type { Did } from "../identity/did.ts";
import { canonicalJson, quoted } from "../kernel/json.ts";
import { appOf, decidingTuple, type SignedOperation, suiteOf, userOf } from "./operation.ts";

/** How much of an operation its signature binds. */
export type Binding = "full" | "content" | "attested";

/** By what right an entry stands in the log; `entry` is the digest of the entry that gives it, "" where none does. */
export type Authority = {
  by: "delegation" | "organization" | "proof" | "credential" | "token" | "session" | "service";
  entry: string;
};

/** An admitted operation: what the log holds, and all that its digest covers. */
export type Entry = SignedOperation & {
  /** The action's text as it is kept: JSON.stringify of the action, members in order of arrival. */
  text: string;
  realm: string;
  /** Place within the stream (document, branch, scope), from 0. */
  index: number;
  /** Digest of the stream's entry before, "" for the first. */
  prev: string;
  /** The operation digest D. */
  operation: string;
  binding: Binding;
  authority: Authority;
  /** `YYYY-MM-DDTHH:MM:SS.sssZ` */
  admittedAt: string;
  /** base64url(SHA-256(JCS(E))) */
  digest: string;
};

/** An entry with its place in commit order, from 1 without gaps. */
export type LoggedEntry = Entry & { seq: number };

/**
 * The operation digest D, which its author can compute alone.
 * @see docs/operations.md, "The operation digest"
 */
export function operationDigest(operation: SignedOperation): string {
  const { action } = operation;
  const tuple = decidingTuple(action);
  // The members stand in the order of RFC 8785, so that only the input is left to sort; what the grammar holds to
  // plain characters needs no escapes.
  return digestOf(
    `{"action":{"id":"${action.id}","input":${canonicalJson(action.input)},` +
      `"timestampUtcMs":"${action.timestampUtcMs}","type":"${action.type}"},"branch":"${operation.branch}",` +
      `"document":${quoted(operation.document)},"kind":"${operation.kind}","prev":"${tuple?.[3] ?? ""}",` +
      `"scope":"${action.scope}","signedAt":"${tuple?.[0] ?? ""}",` +
      `"signer":{"app":"${tuple?.[1] ?? ""}","user":"${userOf(action)}"},` +
      `"suite":"renown-operation-${tuple ? suiteOf(tuple) : 0}"}`,
  );
}

/** The digest of the entry, whose 32 bytes are a leaf of the log. */
export function entryDigest(entry: Omit<Entry, "digest">): string {
  const { authority, action } = entry;
  // The members stand in the order of RFC 8785.
  return digestOf(
    JSON.stringify({
      admittedAt: entry.admittedAt,
      authority: { by: authority.by, entry: authority.entry },
      binding: entry.binding,
      branch: entry.branch,
      document: entry.document,
      index: entry.index,
      kind: entry.kind,
      operation: entry.operation,
      prev: entry.prev,
      realm: entry.realm,
      scope: action.scope,
      signer: { app: appOf(action), user: userOf(action) },
      skip: 0,
      suite: "renown-entry-1",
      text: digestOf(entry.text),
    }),
  );
}

export function signerOf(operation: Pick<SignedOperation, "action">): { user: Did; app: Did } {
  return { user: userOf(operation.action), app: appOf(operation.action) };
}
