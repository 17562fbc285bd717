// What the people of the demo do over HTTP, with wallets and keys that are thrown away.
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import {
  type Intent,
  pkhDid,
  type Signed,
  type Signer,
  signerOfKeyPair,
  signOpening,
  signOperation,
} from "../src/index.ts";
import type { Receipt } from "../src/operations/receipt.ts";
import type { DelegationView, DocumentView, SignedInAnswer } from "../src/services.ts";
import { say } from "./demo-print.ts";

export type Problem = { code: string; title: string; detail?: string };
export type Terms = { nonce: string; statement: string };
export type Sent = { token?: string; headers?: Record<string, string> };

/** A wallet as a person has it: it signs messages that a site shows. */
export type Person = {
  user: string;
  address: string;
  signIn(): Promise<{ terms: Terms; session: SignedInAnswer }>;
  /** Lets a new app key act within limits for some days. */
  delegate(may: string[], days: number): Promise<{ terms: Terms; app: Signer; delegation: DelegationView }>;
};

export function newPerson(url: string): Person {
  const wallet = privateKeyToAccount(generatePrivateKey());
  const site = { address: wallet.address, chainId: 1, domain: new URL(url).host, uri: url, version: "1" } as const;
  const sign = async ({ nonce, statement }: Terms, more: { resources?: string[]; expirationTime?: Date } = {}) => {
    const message = createSiweMessage({ ...site, issuedAt: new Date(), nonce, statement, ...more });
    return { message, signature: await wallet.signMessage({ message }) };
  };
  return {
    user: pkhDid({ chainId: 1, address: wallet.address }),
    address: wallet.address,
    async signIn() {
      const terms = await post<Terms>(url, "/v1/auth/nonce", { purpose: "sign-in" });
      return { terms, session: await post<SignedInAnswer>(url, "/v1/auth/siwe", await sign(terms)) };
    },
    async delegate(may, days) {
      const app = await newKey();
      const until = new Date(Date.now() + days * 86_400_000);
      const asked = { purpose: "delegate", app: app.did, may, until: until.toISOString() };
      const terms = await post<Terms>(url, "/v1/auth/nonce", asked);
      const resources = [app.did, ...may.map((name) => `urn:renown:may:${name}`)];
      const proof = await sign(terms, { resources, expirationTime: until });
      return { terms, app, delegation: await post<DelegationView>(url, "/v1/delegations", proof) };
    },
  };
}

/** Opens a document with its first operation. */
export async function open(url: string, app: Signer, first: Omit<Intent, "document">): Promise<OpenedDocument> {
  const { realm } = await get<{ realm: string }>(url, "/v1/log");
  const opening = await signOpening({ realm, kind: first.kind, user: first.user }, app, Date.now());
  const { document } = opening;
  const signed = await signOperation({ document, ...first }, app, Date.now());
  const sent = { create: opening.action, operations: [signed.action] };
  const { receipts } = await post<{ receipts: Receipt[] }>(url, "/v1/documents", sent);
  return { document, realm, receipts, first: signed };
}

export type OpenedDocument = { document: string; realm: string; receipts: Receipt[]; first: Signed };

/** Signs the next operation of a document behind its head, and sends it. */
export async function append(
  url: string,
  app: Signer,
  next: Omit<Intent, "kind" | "previous">,
): Promise<{ receipt: Receipt }> {
  const path = `/v1/documents/${next.document}`;
  const { kind, head } = await get<DocumentView>(url, path);
  const { action } = await signOperation({ ...next, kind, ...(head && { previous: head }) }, app, Date.now());
  const { receipts } = await post<{ receipts: [Receipt] }>(url, `${path}/operations`, { operations: [action] });
  return { receipt: receipts[0] };
}

export function post<T>(url: string, path: string, body: unknown, sent?: Sent): Promise<T> {
  return call<T>(url, "POST", path, body, sent);
}

export function get<T>(url: string, path: string, sent?: Sent): Promise<T> {
  return call<T>(url, "GET", path, undefined, sent);
}

export async function call<T>(url: string, method: string, path: string, body?: unknown, sent: Sent = {}): Promise<T> {
  const response = await send(url + path, method, body, sent);
  const reply = (await response.json()) as T & Problem;
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${reply.code} ${reply.title} ${reply.detail ?? ""}`);
  return reply;
}

/** Bytes and forms go as they are, all else as JSON. Told to wait, it says so, waits and asks again. */
export async function send(address: string, method: string, body?: unknown, sent: Sent = {}): Promise<Response> {
  const plain = body === undefined || body instanceof Uint8Array || body instanceof URLSearchParams;
  const headers = {
    ...(!plain && { "content-type": "application/json" }),
    ...(sent.token !== undefined && { authorization: `Bearer ${sent.token}` }),
    ...sent.headers,
  };
  const init: RequestInit = { method, headers };
  if (body !== undefined)
    init.body = plain ? (body as Uint8Array<ArrayBuffer> | URLSearchParams) : JSON.stringify(body);
  const response = await fetch(address, init);
  if (response.status !== 429) return response;
  await response.body?.cancel();
  const seconds = Number(response.headers.get("retry-after") ?? 1);
  say(`(The server takes no more from here for now, 429: waiting ${seconds} s.)`);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return send(address, method, body, sent);
}

/** A key of P-256 that cannot be taken out of this process. */
async function newKey(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  return signerOfKeyPair(pair);
}
