import { digestOf } from "#primitives";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { canonicalJson, type JsonObject } from "../kernel/json.ts";

/** Documents whose id follows from who opened them and the id of their CREATE_DOCUMENT. */
export function createdId(realm: string, kind: string, opener: { user: Did; app: Did }, nonce: string): string {
  const { user, app } = opener;
  return `r1${digestOf(canonicalJson({ suite: "renown-document-1", realm, kind, user, app, nonce }))}`;
}

/** Documents of which a subject has one of the kind. */
export function derivedId(realm: string, kind: string, subject: Did): string {
  return `r1${digestOf(canonicalJson({ suite: "renown-document-1", realm, kind, subject }))}`;
}

/** Refuses with WRONG_DOCUMENT_ID an input whose subject is not the one that the id of its derived document follows from. */
export function ensureSubject(realm: string, kind: string, document: string, { subject }: JsonObject): void {
  const follows = typeof subject === "string" && derivedId(realm, kind, subject) === document;
  ensure(follows, "WRONG_DOCUMENT_ID", "The id does not follow from the subject that the input names.");
}

/** The service's own random ids, for clients that ask for an empty document and for delegations. */
export function assignedId(): string {
  return crypto.randomUUID();
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isAssignedId(id: string): boolean {
  return uuid.test(id);
}
