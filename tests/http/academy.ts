import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type Signed, signOperation } from "../../src/operations/sign.ts";
import { appKey, userOf } from "../harness.ts";
import { type Answer, ask, delegate, freshWallet, get, post, type Wallet } from "./client.ts";
import { act, addClient, clientToken, openOrganization, type TestOrganization } from "./org-access.ts";
import type { Service } from "./server.ts";

export const awardKind = "renown/award";
export const classKind = "renown/badge-class";

/** An organisation with keys made here and a client that may do everything about badges. */
export type Academy = TestOrganization & { client: string; clientOperation: string; access: string };

const scopes = ["classes:write", "awards:write", "awards:read"];

export async function openAcademy(service: Service, terms: JsonObject = {}, types = ["P-256"]): Promise<Academy> {
  const organization = await openOrganization(service);
  for (const type of types) {
    const made = await post(service, `/v1/orgs/${organization.slug}/keys`, { type }, { token: organization.token });
    expect(made.status, made.text).toBe(201);
    await act(service, organization, "ADD_KEY", { key: made.body.key, made: true });
  }
  const client = await addClient(service, organization, { scopes, ...terms });
  const access = await clientToken(service, client);
  return { ...organization, client: client.client, clientOperation: client.operation, access };
}

let keys = 0;

/** A write by a client's token, each with a key of its own unless told otherwise. */
export function write(service: Service, token: string, path: string, body: unknown, key = `key-${++keys}`) {
  return post(service, path, body, { token, headers: { "idempotency-key": key } });
}

export const definition = {
  name: "Welding, level 1",
  description: "Can weld safely.",
  criteria: { narrative: "Has welded **ten** seams." },
  image: null,
  type: "Certificate",
  tags: ["welding"],
  alignment: [],
  validity: null,
  suspendable: false,
};

export async function makeClass(service: Service, academy: Academy, more: JsonObject = {}) {
  const path = `/v1/orgs/${academy.slug}/badge-classes`;
  const answer = await write(service, academy.access, path, { definition: { ...definition, ...more } });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as { id: string; version: number; operation: string };
}

export function tryAward(service: Service, academy: Academy, request: JsonObject, key?: string): Promise<Answer> {
  return write(service, academy.access, `/v1/orgs/${academy.slug}/awards`, request, key);
}

export type Made = { award: string; url: string; claimLink?: string; status: string };

export async function makeAward(service: Service, academy: Academy, request: JsonObject): Promise<Made> {
  const answer = await tryAward(service, academy, request);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

export function readAward(service: Service, { access }: Academy, award: string): Promise<Answer> {
  return get(service, `/v1/awards/${award}`, { token: access });
}

/** A wallet with a key that may do everything about awards. */
export async function learner(service: Service): Promise<{ wallet: Wallet; did: string }> {
  const wallet = freshWallet();
  await delegate(service, wallet, { may: [awardKind] });
  return { wallet, did: userOf(wallet) };
}

/** Signs the next operation of an award by a wallet's key; what is hidden is read with its session's token. */
export async function signNext(
  service: Service,
  wallet: Wallet,
  document: string,
  type: string,
  input: JsonObject,
  token?: string,
): Promise<Signed> {
  const { body } = await get(service, `/v1/documents/${document}`, { token });
  const intent = { document, kind: awardKind, user: userOf(wallet), type, input, previous: body.head };
  return signOperation(intent, appKey, service.now());
}

/** What an earner does about an award. */
export async function earn(
  service: Service,
  wallet: Wallet,
  document: string,
  type: string,
  input: JsonObject = {},
  token?: string,
) {
  const { action } = await signNext(service, wallet, document, type, input, token);
  return post(service, `/v1/documents/${document}/operations`, action);
}

export function secretOf({ claimLink }: Made): string {
  return new URL(claimLink!).hash.slice("#claim=".length);
}

/** Rows of a batch, and the line that answers each. */
export async function sendBatch(
  service: Service,
  academy: Academy,
  rows: readonly unknown[] | string,
  query = "",
): Promise<Answer & { lines: JsonObject[] }> {
  const csv = typeof rows === "string";
  const answer = await ask(service, "POST", `/v1/orgs/${academy.slug}/awards:batch${query}`, {
    body: csv ? rows : rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"),
    token: academy.access,
    headers: { "content-type": csv ? "text/csv" : "application/x-ndjson" },
  });
  const lines = answer.status === 200 ? answer.text.trim().split("\n") : [];
  return { ...answer, lines: lines.filter((line) => line !== "").map((line) => JSON.parse(line)) };
}
