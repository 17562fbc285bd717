/** Signs what the vectors hold with the fixed test keys, the same bytes each time it runs. */

import { createHash } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { privateKeyToAccount } from "viem/accounts";
import { pkhDid } from "../../src/identity/did.ts";
import { delegationResources, delegationStatement } from "../../src/identity/nonce.ts";
import { base64, fromBase64url, hex, utf8 } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, iso, type Millis } from "../../src/kernel/time.ts";
import { createdId } from "../../src/operations/document-id.ts";
import { type Intent, type Previous, type Signed, signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { renownTypes } from "../../src/securing/eip712.ts";
import { appKey, operationKey, otherKey } from "../../tests/harness.ts";
import keys from "../../tests/keys.json" with { type: "json" };
import powerhouse from "../../tests/vectors/shared/powerhouse.json" with { type: "json" };

export type Tuple = [string, string, string, string, string];
export type WireAction = Record<string, unknown> & {
  id: string;
  type: string;
  timestampUtcMs: string;
  scope: string;
  input: JsonObject;
  context: {
    signer: { user: Record<string, unknown>; app: { name: string; key: string }; signatures: unknown[] };
  } & Record<string, unknown>;
};

type Wallet = ReturnType<typeof privateKeyToAccount>;

export const wallets = {
  alice: privateKeyToAccount(keys.wallets.alice as `0x${string}`),
  bob: privateKeyToAccount(keys.wallets.bob as `0x${string}`),
};

/** Signers whose nonce follows from the message (RFC 6979), so that files are the same each time they are made. */
export const first = steady(appKey.did, keys.apps.first.d);
export const second = steady(otherKey.did, keys.apps.second.d);
export const service = steady(operationKey.did, keys.apps.service.d);
export const headerKey = steady(powerhouse.key.did, powerhouse.key.jwk.privateKey.d);

export const realm = "test";
/** When delegations are given, when documents are opened, and when what is tried is tried. */
export const given = Date.parse("2026-11-20T11:00:00.000Z");
export const opened = Date.parse("2026-11-20T11:01:00.000Z");
export const now = Date.parse("2026-11-20T12:00:00.000Z");

/** A UUID of version 4 that says which it is. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export function userOf(wallet: Wallet, chainId = 1): string {
  return pkhDid({ chainId, address: wallet.address });
}

/** Signs in suite 2. */
export async function sign(
  intent: Intent,
  key: Signer = first,
  at: Millis = now,
): Promise<Signed & { wire: WireAction }> {
  const signed = await signOperation(intent, key, at);
  return { ...signed, wire: copy(signed.action) as WireAction };
}

export type Unsigned = Omit<Intent, "previous" | "document" | "kind"> & { at?: Millis; timestamp?: string };

/** Signs in suite 1, in the older form where a document is given. */
export function signFirst(
  action: Unsigned,
  key: SyncSigner = first,
  form: { prev?: string; signedAt?: Millis; sha1Of?: string; content?: string } = {},
): WireAction {
  const { id, type, input, scope = "global", at = now, timestamp = iso(at) } = action;
  const content = form.content ?? contentOf(scope + type, input, form.sha1Of);
  const tuple = tupleOf([seconds(form.signedAt ?? at), key.did, content, form.prev ?? ""], key);
  const signer = { user: wireUser(action.user), app: { name: "test", key: key.did }, signatures: [tuple] };
  return { id: id!, type, timestampUtcMs: timestamp, input, scope, context: { signer } };
}

/** The five strings over four, whatever they say. */
export function tupleOf(four: readonly [string, string, string, string], key: SyncSigner): Tuple {
  const m = four.join("");
  return [...four, `0x${hex(key.sign(utf8(`\x19Signed Operation:\n${m.length}${m}`)))}`];
}

export function seconds(at: Millis): string {
  return String(Math.floor(at / 1000));
}

export function tuplesOf(action: WireAction): unknown[] {
  return action.context.signer.signatures;
}

export function tupleIn(action: WireAction): Tuple {
  return tuplesOf(action)[0] as Tuple;
}

/** A copy of an action with something changed in it after it was signed. */
export function tampered(action: WireAction, change: (copied: WireAction) => void): WireAction {
  const copied = copy(action);
  change(copied);
  return copied;
}

export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** (r, n - s) for (r, s): the other signature over the same bytes. */
export function twin(signature: string): string {
  const order = p256.Point.Fn.ORDER;
  const s = BigInt(`0x${signature.slice(66)}`);
  return signature.slice(0, 66) + (order - s).toString(16).padStart(64, "0");
}

export type CredentialTerms = {
  number: number;
  wallet?: Wallet;
  app?: string;
  may?: readonly string[];
  issued?: Millis;
  life?: Millis;
  chainId?: number;
};

/** A Renown credential with its proof, as INIT carries it. */
export async function credentialInput(terms: CredentialTerms): Promise<JsonObject> {
  const { wallet = wallets.alice, app = first.did, may = [], issued = given, life = 7 * day, chainId = 1 } = terms;
  const issuer = { id: userOf(wallet, chainId), ethereumAddress: wallet.address };
  const message = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    type: ["VerifiableCredential", "RenownCredential", ...may.map((name) => `renown:may:${name}`)],
    id: `urn:uuid:${uuid(terms.number)}`,
    issuer,
    credentialSubject: { id: app, app: "https://app.example" },
    credentialSchema: { id: "https://renown.id/schemas/renown-credential/v1", type: "JsonSchemaValidator2018" },
    issuanceDate: iso(issued),
    expirationDate: iso(issued + life),
  };
  const domain = { version: "1", chainId };
  const typed = { domain, types: renownTypes, primaryType: "VerifiableCredential", message } as const;
  const proof = {
    type: "EthereumEip712Signature2021",
    created: message.issuanceDate,
    verificationMethod: issuer.id,
    proofPurpose: "assertionMethod",
    proofValue: await wallet.signTypedData(typed),
    ethereumAddress: wallet.address,
    eip712: { domain, primaryType: "VerifiableCredential" },
  };
  const { "@context": context, ...rest } = message;
  return { context, ...rest, proof };
}

/** A sign-in message that delegates, with the wallet's signature. */
export async function delegationMessage(
  app: string,
  may: readonly { kind: string }[],
  until: string,
): Promise<{ message: string; signature: string }> {
  const wallet = wallets.alice;
  const terms = { app, limits: may.length > 0 ? may : ("unsaid" as const), until };
  const message = [
    "renown.example wants you to sign in with your Ethereum account:",
    wallet.address,
    "",
    delegationStatement(terms),
    "",
    "URI: https://renown.example",
    "Version: 1",
    "Chain ID: 1",
    "Nonce: abcdefghijklmnopqrstuvwx",
    `Issued At: ${iso(given)}`,
    `Expiration Time: ${until}`,
    "Resources:",
    ...delegationResources(terms).map((resource) => `- ${resource}`),
  ].join("\n");
  return { message, signature: await wallet.signMessage({ message }) };
}

/** The id that follows from an opening, and its CREATE_DOCUMENT. */
export async function opening(
  kind: string,
  number: number,
  terms: { user?: string; key?: Signer; at?: Millis; realm?: string; documentId?: string } = {},
): Promise<{ document: string; create: WireAction; digest: string; previous: Previous }> {
  const { user = userOf(wallets.alice), key = first, at = opened } = terms;
  const id = uuid(number);
  const document = terms.documentId ?? createdId(terms.realm ?? realm, kind, { user, app: key.did }, id);
  const input = { model: kind, version: 0, documentId: document };
  const intent: Intent = { document, kind, type: "CREATE_DOCUMENT", input, user, scope: "document", id };
  const { wire: create, digest, previous } = await sign(intent, key, at);
  return { document, create, digest, previous };
}

export type SyncSigner = { did: string; sign(message: Uint8Array): Uint8Array<ArrayBuffer> };

function steady(did: string, d: string): SyncSigner {
  const secret = fromBase64url(d)!;
  return { did, sign: (message) => p256.sign(message, secret, { lowS: false }) as Uint8Array<ArrayBuffer> };
}

function contentOf(head: string, input: JsonObject, document: string | undefined): string {
  if (document === undefined) return base64(sha("sha256", head + JSON.stringify(input)));
  return base64(sha("sha1", document + head + sorted(input)));
}

export function sha(name: "sha1" | "sha256", text: string): Uint8Array {
  return createHash(name).update(text, "utf8").digest();
}

/** JSON with the members of every object in order of their names. */
export function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sorted(member)}`).join(",")}}`;
}

function wireUser(user: string): Record<string, unknown> {
  const [, , , chain, address] = user.split(":");
  if (!address) return { address: "", networkId: "", chainId: 0 };
  return { address, networkId: "eip155", chainId: Number(chain) };
}
