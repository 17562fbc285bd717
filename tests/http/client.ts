import { privateKeyToAccount } from "viem/accounts";
import { expect } from "vitest";
import { base64url, utf8 } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso } from "../../src/kernel/time.ts";
import { signOpening, signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import type { SignedInAnswer } from "../../src/services.ts";
import { appKey, userOf } from "../harness.ts";
import type { Service } from "./server.ts";

export type Wallet = ReturnType<typeof privateKeyToAccount>;

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body, whatever its form; undefined where it is no JSON. */
  body: Body;
};

type Body = any;

let wallets = 0;

/** A wallet that no test has used before; which one depends on the order of tests alone. */
export function freshWallet(): Wallet {
  return privateKeyToAccount(`0x${(0x5e55_0000 + ++wallets).toString(16).padStart(64, "0")}`);
}

export type Request = { body?: unknown; token?: string | undefined; headers?: Record<string, string> };

/** Sends a request, its body as JSON unless it is a text or bytes. */
export async function ask(service: Service, method: string, path: string, request: Request = {}): Promise<Answer> {
  const { body, token, headers = {} } = request;
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const response = await service.fetch(path, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

export const get = (service: Service, path: string, request?: Request) => ask(service, "GET", path, request);
export const post = (service: Service, path: string, body: unknown, request?: Request) =>
  ask(service, "POST", path, { ...request, body });
export const remove = (service: Service, path: string, request?: Request) => ask(service, "DELETE", path, request);

/** Every refusal of `/v1` has this form; nothing else is a refusal. */
export function expectProblem(answer: Answer, code: string, status?: number): void {
  expect({ code: answer.body?.code, status: answer.status, text: answer.text }).toMatchObject({ code });
  if (status !== undefined) expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({ status: answer.status, title: expect.stringMatching(/\.$/) });
  expect(answer.body.type).toMatch(new RegExp(`/problems/${code}$`));
  expect(answer.body.requestId).toBe(answer.headers.get("x-request-id"));
  expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|\.ts\b/);
}

export type MessageParts = {
  nonce: string;
  statement: string;
  issuedAt?: number;
  until?: string;
  resources?: string[];
};

/** An EIP-4361 message for the service under test. */
export function siweText(service: Service, wallet: Wallet, parts: MessageParts): string {
  const { host } = new URL(service.origin);
  return [
    `${host} wants you to sign in with your Ethereum account:`,
    wallet.address,
    "",
    parts.statement,
    "",
    `URI: ${service.origin}`,
    "Version: 1",
    "Chain ID: 1",
    `Nonce: ${parts.nonce}`,
    `Issued At: ${iso(parts.issuedAt ?? service.now())}`,
    ...(parts.until === undefined ? [] : [`Expiration Time: ${parts.until}`]),
    ...(parts.resources === undefined ? [] : ["Resources:", ...parts.resources.map((each) => `- ${each}`)]),
  ].join("\n");
}

/** A sign-in message with a fresh nonce, signed. */
export async function signInProof(service: Service, wallet: Wallet) {
  const { body: nonce } = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
  const message = siweText(service, wallet, nonce);
  return { message, signature: await wallet.signMessage({ message }) };
}

export async function signIn(service: Service, wallet: Wallet = freshWallet()) {
  const answer = await post(service, "/v1/auth/siwe", await signInProof(service, wallet));
  expect(answer.status, answer.text).toBe(200);
  const cookie = answer.headers.get("set-cookie")!.split(";")[0]!;
  return { wallet, token: answer.body.accessToken as string, cookie, answer: answer.body as SignedInAnswer };
}

/** A message by which a wallet delegates a key, with a nonce for exactly that, signed. */
export async function delegationProof(
  service: Service,
  wallet: Wallet,
  terms: { app?: string; may?: string[]; life?: number } = {},
) {
  const { app = appKey.did, may, life = 86_400_000 } = terms;
  const until = iso(service.now() + life);
  const asked = { purpose: "delegate", app, until, ...(may && { may }) };
  const { body: nonce } = await post(service, "/v1/auth/nonce", asked);
  const resources = [app, ...(may ?? []).map((name) => `urn:renown:may:${name}`)];
  const message = siweText(service, wallet, { ...nonce, until, resources });
  return { message, signature: await wallet.signMessage({ message }) };
}

export async function delegate(service: Service, wallet: Wallet, terms?: Parameters<typeof delegationProof>[2]) {
  const answer = await post(service, "/v1/delegations", await delegationProof(service, wallet, terms));
  expect(answer.status, answer.text).toBe(201);
  return answer.body as { id: string; entry: string };
}

/** A compact JWS by an app's key, whatever its claims. */
export async function signJwt(key: Signer, payload: JsonObject, header: JsonObject = { alg: "ES256", typ: "JWT" }) {
  const signed = [header, payload].map((part) => base64url(utf8(JSON.stringify(part)))).join(".");
  return `${signed}.${base64url(await key.sign(utf8(signed)))}`;
}

/** An app's own token, as the SDK makes it with `expiresIn`. */
export function appToken(service: Service, wallet: Wallet, key: Signer = appKey, claims: JsonObject = {}) {
  return signJwt(key, {
    vc: {
      "@context": ["https://www.w3.org/2018/credentials/v1"],
      type: ["VerifiableCredential"],
      credentialSubject: { chainId: 1, networkId: "eip155", address: wallet.address },
    },
    sub: key.did,
    iss: key.did,
    exp: Math.floor(service.now() / 1000) + 60,
    ...claims,
  });
}

export const profileKind = "powerhouse/renown-user";

/** Signs the opening of a profile and a first run that names it, one second apart. */
export async function signProfile(service: Service, wallet: Wallet, key: Signer = appKey) {
  const user = userOf(wallet);
  const create = await signOpening({ realm: service.realm, kind: profileKind, user }, key, service.now());
  const { document } = create;
  const input = { ethAddress: wallet.address };
  const first = await signOperation(
    { document, kind: profileKind, user, type: "SET_ETH_ADDRESS", input },
    key,
    service.now(),
  );
  return { document, user, create, first };
}

/** A delegated key opens a profile. */
export async function openProfile(service: Service, wallet: Wallet = freshWallet(), key: Signer = appKey) {
  const delegation = await delegate(service, wallet, { app: key.did });
  const signed = await signProfile(service, wallet, key);
  const opening = { create: signed.create.action, operations: [signed.first.action] };
  const answer = await post(service, "/v1/documents", opening);
  expect(answer.status, answer.text).toBe(201);
  return { ...signed, wallet, delegation, receipts: answer.body.receipts as JsonObject[] };
}

/** The next operation of a profile, after `previous`. */
export function signName(
  service: Service,
  profile: { document: string; user: string },
  username: string,
  previous?: { operation: string; timestampUtcMs: string },
  key: Signer = appKey,
) {
  const { document, user } = profile;
  const intent = { document, user, kind: profileKind, type: "SET_USERNAME", input: { username } };
  return signOperation(previous ? { ...intent, previous } : intent, key, service.now());
}

/** Powerhouse's `OperationWithContext` of a signed action. */
export function withContext(document: string, action: { scope: string }, kind = profileKind) {
  const context = { documentId: document, documentType: kind, scope: action.scope, branch: "main", ordinal: 1 };
  return { operation: { id: "x", index: 0, skip: 0, hash: "", timestampUtcMs: "", action }, context };
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
