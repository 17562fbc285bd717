import { expect } from "vitest";
import { base64url, utf8 } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { appKey } from "../harness.ts";
import { type Answer, get, post, signIn, type Wallet } from "./client.ts";
import type { Service } from "./server.ts";

/** Somebody who is signed in, with what they ask for a presentation by. */
export type Holder = { wallet: Wallet; did: string; token: string };

export async function holderOf(service: Service, { wallet, did }: { wallet: Wallet; did: string }): Promise<Holder> {
  return { wallet, did, token: (await signIn(service, wallet)).token };
}

export const oneScore = { scores: [{ policy: "open-work" }] };

export function tryPrepare(service: Service, { token }: Pick<Holder, "token">, choice: JsonObject = oneScore) {
  return post(service, "/v1/me/presentations:prepare", { key: appKey.did, ...choice }, { token });
}

export type Prepared = { id: string; signing: string; payload: JsonObject; header: JsonObject; expiresAt: string };

export async function prepare(service: Service, holder: Pick<Holder, "token">, choice?: JsonObject): Promise<Prepared> {
  const answer = await tryPrepare(service, holder, choice);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

/** Signs what was prepared, or what somebody made of it. */
export async function signText(signing: string, key: Signer = appKey): Promise<string> {
  return `${signing}.${base64url(await key.sign(utf8(signing)))}`;
}

/** The same presentation with other claims, signed by whomever. */
export function signClaims(
  { header, payload }: Prepared,
  change: JsonObject,
  key: Signer = appKey,
  more: JsonObject = {},
) {
  const parts = [
    { ...header, ...more },
    { ...payload, ...change },
  ];
  return signText(parts.map((part) => base64url(utf8(JSON.stringify(part)))).join("."), key);
}

export function tryKeep(service: Service, { token }: Pick<Holder, "token">, presentation: string): Promise<Answer> {
  return post(service, "/v1/me/presentations", { presentation }, { token });
}

export type Shared = { id: string; url: string; jwt: string; payload: JsonObject };

/** Prepares, signs and shares. */
export async function share(service: Service, holder: Pick<Holder, "token">, choice?: JsonObject): Promise<Shared> {
  const prepared = await prepare(service, holder, choice);
  const jwt = await signText(prepared.signing);
  const answer = await tryKeep(service, holder, jwt);
  expect(answer.status, answer.text).toBe(201);
  return { id: answer.body.id, url: answer.body.url, jwt, payload: prepared.payload };
}

export async function verify(service: Service, presentation: string, more: JsonObject = {}) {
  const answer = await post(service, "/v1/presentations/verify", { presentation, ...more });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as {
    verdict: string;
    holder: string;
    checks: { name: string; code: string; required: boolean }[];
  };
}

/** Codes of checks by their names. */
export const codesOf = ({ checks }: { checks: readonly { name: string; code: string }[] }) =>
  Object.fromEntries(checks.map(({ name, code }) => [name, code]));

export const getShared = (service: Service, id: string, accept = "application/vp+jwt") =>
  get(service, `/presentations/${id}`, { headers: { accept } });
