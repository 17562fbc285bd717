import { p256Signer } from "#primitives";
import { type Did, keyDid, parsePkh } from "../identity/did.ts";
import { type Bytes, concat, fromBase64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { P256PrivateJwk } from "../kernel/primitives.ts";
import { iso, type Millis, parseTime } from "../kernel/time.ts";
import { createdId } from "./document-id.ts";
import { operationDigest } from "./entry.ts";
import { type Action, parseOperation, type SignedOperation } from "./operation.ts";
import { type Signer, signTuple, withTuple } from "./signature.ts";

/** What the signer saw last in the stream; without it the operation is the stream's first. */
export type Previous = { operation: string; timestampUtcMs: string };

export type Intent = {
  document: string;
  kind: string;
  type: string;
  input: JsonObject;
  /** In whose name: did:pkh, or "" for the key alone. */
  user: Did | "";
  scope?: string;
  /** A random UUID unless given; with the same id and action an operation can be sent again. */
  id?: string;
  previous?: Previous;
  /** What the app calls itself; outside of what is signed. */
  app?: string;
};

/** A signed action, and what the next one in the stream names as its previous. */
export type Signed = { operation: SignedOperation; action: Action; digest: string; previous: Previous };

/**
 * Signs an operation in suite 2, later than the one it follows. Refuses with INVALID_OPERATION or INVALID_DID.
 * @see docs/operations.md, "Signatures"
 */
export async function signOperation(intent: Intent, key: Signer, now: Millis): Promise<Signed> {
  const { document, kind, type, input, user, previous, scope = "global" } = intent;
  const id = intent.id ?? crypto.randomUUID();
  // Powerhouse's reactors sort by time, so an operation is always later than the one it follows.
  const time = previous ? Math.max(now, parseTime(previous.timestampUtcMs) + 1) : now;
  const signer = { user: wireUser(user), app: { name: intent.app ?? "", key: key.did }, signatures: [] };
  const draft: Action = { id, type, timestampUtcMs: iso(time), input, scope, context: { signer } };
  const place = { document, kind, branch: "main" };
  const tuple = await signTuple(parseOperation(draft, place), key, previous?.operation ?? "", Math.floor(now / 1000));
  const operation = withTuple(parseOperation(draft, place), tuple);
  const digest = operationDigest(operation);
  return { operation, action: operation.action, digest, previous: { operation: digest, timestampUtcMs: iso(time) } };
}

/** Signs the CREATE_DOCUMENT that opens a document; its id follows from the user, the key and the action id. */
export async function signOpening(
  opening: { realm: string; kind: string; user: Did | ""; app?: string; id?: string },
  key: Signer,
  now: Millis,
): Promise<Signed & { document: string }> {
  const { realm, kind, user } = opening;
  const id = opening.id ?? crypto.randomUUID();
  const document = createdId(realm, kind, { user, app: key.did }, id);
  const input = { model: kind, version: 0, documentId: document };
  const { app } = opening;
  const intent: Intent = { document, kind, type: "CREATE_DOCUMENT", input, user, scope: "document", id };
  return { document, ...(await signOperation(app === undefined ? intent : { ...intent, app }, key, now)) };
}

/** An app key of a private JWK of P-256. Refuses with INVALID_DID. */
export function signerOfJwk(jwk: P256PrivateJwk): Signer {
  return { did: didOfJwk(jwk), sign: p256Signer(jwk) };
}

type SubtleKey = Parameters<typeof crypto.subtle.sign>[1];
/** ECDSA P-256, as `crypto.subtle.generateKey` makes it. */
export type AppKeyPair = { publicKey: SubtleKey; privateKey: SubtleKey };

/** An app key of a WebCrypto pair, which need not be extractable. */
export async function signerOfKeyPair(pair: AppKeyPair): Promise<Signer> {
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const sign = async (message: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, message as Bytes));
  return { did: didOfJwk(jwk), sign };
}

/** The did:key of a public or private JWK of P-256. Refuses with INVALID_DID. */
export function didOfJwk(jwk: { x?: string; y?: string; crv?: string }): Did {
  const x = fromBase64url(jwk.x ?? "");
  const y = fromBase64url(jwk.y ?? "");
  ensure(jwk.crv === "P-256" && x?.length === 32 && y?.length === 32, "INVALID_DID", "The key is no JWK of P-256.");
  return keyDid("P-256", concat(Uint8Array.of(2 + (y[31]! & 1)), x));
}

function wireUser(user: Did | "") {
  if (user === "") return { address: "", networkId: "", chainId: 0 };
  const { address, chainId } = parsePkh(user);
  return { address, networkId: "eip155", chainId };
}
