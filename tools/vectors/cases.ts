import { credentialKind } from "../../src/credentials/renown-credential.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso, type Millis } from "../../src/kernel/time.ts";
import type { Previous } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { profileKind } from "../../src/profiles/profile.ts";
import type { Vector } from "../../tests/vectors/play.ts";
import {
  type CredentialTerms,
  credentialInput,
  first,
  given,
  now,
  opened,
  opening,
  sign,
  userOf,
  uuid,
  type WireAction,
  wallets,
} from "./signing.ts";

export type Step = Vector["given"][number];
export type When = Vector["when"];

/** A vector before it has been played: what is expected is written by hand, the rest is filled in. */
export type Case = {
  name: string;
  law?: string;
  given?: readonly Step[];
  now?: Millis;
  when: When;
  expect: { submit?: string; verdict?: string; binding?: string; checks?: Record<string, string> };
};

export const alice = userOf(wallets.alice);
export const bob = userOf(wallets.bob);

/** Ids of actions and documents are told apart by their hundreds. */
export const ids = { create: 100, init: 200, profile: 300, credential: 400, action: 1000 };

/** A delegation in a document that the key itself opens, carrying the wallet's proof. */
export async function delegated(
  terms: Partial<CredentialTerms> & { key?: Signer; number?: number; at?: Millis } = {},
): Promise<{ step: Step; document: string; create: WireAction; init: WireAction; previous: Previous }> {
  const { key = first, number = 1, at = given, wallet = wallets.alice } = terms;
  const user = userOf(wallet, terms.chainId);
  const { document, create } = await opening(credentialKind, ids.create + number, { user, key, at });
  const input = await credentialInput({ number: ids.credential + number, app: key.did, ...terms });
  const intent = { document, kind: credentialKind, type: "INIT", input, user, id: uuid(ids.init + number) };
  const { wire: init, previous } = await sign(intent, key, at);
  const step = { at: iso(at), open: { kind: credentialKind, create, operations: [init] } };
  return { step, document, create, init, previous };
}

/** A profile that the key opens for its user. */
export async function profiled(terms: { key?: Signer; number?: number; user?: string; at?: Millis } = {}) {
  const { number = 1, at = opened, ...rest } = terms;
  const { document, create, digest } = await opening(profileKind, ids.profile + number, { ...rest, at });
  const step: Step = { at: iso(at), open: { kind: profileKind, create, operations: [] } };
  return { step, document, create, digest };
}

/** What most vectors begin with: Alice's key may act, and has opened her profile. */
export const alicesKey = await delegated();
export const alicesProfile = await profiled();
export const house: readonly Step[] = [alicesKey.step, alicesProfile.step];
export const profile = alicesProfile.document;

export function name(
  username: string,
  terms: { number?: number; previous?: Previous; document?: string; user?: string; key?: Signer; at?: Millis } = {},
) {
  const { number = 1, previous, document = profile, user = alice, key = first, at = now } = terms;
  const id = uuid(ids.action + number);
  const intent = { document, kind: profileKind, type: "SET_USERNAME", input: { username }, user, id };
  return sign(previous ? { ...intent, previous } : intent, key, at);
}

/** An action of the document that holds Alice's delegation. */
export function ending(
  type: "REVOKE" | "SET_COMPROMISED_FROM",
  input: JsonObject,
  terms: { number?: number; previous?: Previous; key?: Signer; at?: Millis; user?: string } = {},
) {
  const { number = 1, key = first, at = now, user = alice } = terms;
  const { previous = alicesKey.previous } = terms;
  const id = uuid(ids.action + number);
  return sign({ document: alicesKey.document, kind: credentialKind, type, input, user, id, previous }, key, at);
}

export function into(document: string, kind: string, ...operations: WireAction[]): When {
  return { submit: { document, kind, operations } };
}

export function intoProfile(...operations: WireAction[]): When {
  return into(profile, profileKind, ...operations);
}

export function before(document: string, kind: string, at: Millis, ...operations: WireAction[]): Step {
  return { at: iso(at), submit: { document, kind, operations } };
}

/** Asks about an operation alone, in the place that the context names. */
export function asked(
  action: WireAction,
  context: { documentId: string; documentType: string; branch?: string; scope?: string },
  question?: { at?: string; known?: string; require?: ("full" | "user" | "admitted")[] },
): When {
  const place = { branch: "main", ...context };
  return { verify: { operation: { action }, context: place }, ...(question && { question }) };
}

/** A document that the house does not keep. */
export const foreign = { documentId: "5b6a3c2e-1111-4222-8333-444455556666", documentType: "acme/invoice" };

export function foreignAction(
  input: JsonObject,
  terms: { number?: number; user?: string; key?: Signer; at?: Millis; type?: string } = {},
) {
  const { number = 1, user = alice, key = first, at = now, type = "SET_AMOUNT" } = terms;
  const { documentId: document, documentType: kind } = foreign;
  return sign({ document, kind, type, input, user, id: uuid(ids.action + number) }, key, at);
}
