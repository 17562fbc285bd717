// Signed operations as a host app sends them, made before anything is measured.
import { createPublicKey, type KeyObject } from "node:crypto";
import { appPoint } from "../src/identity/app-key.ts";
import type { CompactJws } from "../src/identity/jws.ts";
import { base64url, fromHex } from "../src/kernel/bytes.ts";
import { derOfRaw } from "../src/kernel/der.ts";
import type { Millis } from "../src/kernel/time.ts";
import { type Action, decidingTuple } from "../src/operations/operation.ts";
import { signOperation } from "../src/operations/sign.ts";
import { type Signer, signedMessage } from "../src/operations/signature.ts";
import { profileKind } from "../src/profiles/profile.ts";

/** Powerhouse's `OperationWithContext`, as far as it means something. */
export type Sent = {
  operation: { id: string; index: number; skip: number; hash: string; timestampUtcMs: string; action: Action };
  context: { documentId: string; documentType: string; branch: string; scope: string };
};

/** What a library of C is handed: message and signature ready to be verified, the key parsed. */
export type Prepared = { message: Uint8Array; der: Uint8Array; key: KeyObject };

export type Stream = {
  document: string;
  user: string;
  key: Signer;
  previous?: { operation: string; timestampUtcMs: string };
};

/** Signs the next `count` operations of a profile, each naming the one before. */
export async function signStream(stream: Stream, count: number, now: Millis): Promise<Action[]> {
  const { document, user, key } = stream;
  const actions: Action[] = [];
  for (let i = 0; i < count; i++) {
    const input = { userImage: `https://images.example/${crypto.randomUUID()}.png` };
    const intent = { document, user, kind: profileKind, type: "SET_USER_IMAGE", input, app: "https://app.example" };
    const { previous } = stream;
    const signed = await signOperation(previous ? { ...intent, previous } : intent, key, now);
    stream.previous = signed.previous;
    actions.push(signed.action);
  }
  return actions;
}

/** The action as a host app sends it, parsed from JSON as every door does. */
export function sentOf(document: string, action: Action, index: number): Sent {
  const { timestampUtcMs, scope } = action;
  const operation = { id: action.id, index, skip: 0, hash: "", timestampUtcMs, action };
  const context = { documentId: document, documentType: profileKind, branch: "main", scope };
  return JSON.parse(JSON.stringify({ operation, context }));
}

export function preparedOf(action: Action): Prepared {
  const [signedAt, app, content, prev, signature] = decidingTuple(action)!;
  const message = signedMessage(signedAt, app, content, prev);
  return { message, der: derOfRaw(fromHex(signature, 2)!), key: keyObject(app) };
}

/** A JWT's signature, by the key of P-256 whose did:key this is. */
export function preparedJws({ signed, signature }: CompactJws, app: string): Prepared {
  return { message: signed, der: derOfRaw(signature), key: keyObject(app) };
}

const keys = new Map<string, KeyObject>();

function keyObject(app: string): KeyObject {
  const known = keys.get(app);
  if (known) return known;
  const point = appPoint(app);
  const jwk = { kty: "EC", crv: "P-256", x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  keys.set(app, key);
  return key;
}
