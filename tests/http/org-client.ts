import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type Previous, signOpening, signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { appKey, userOf } from "../harness.ts";
import { type Answer, delegate, freshWallet, get, post, signIn, type Wallet } from "./client.ts";
import type { Service } from "./server.ts";

export const organizationKind = "renown/organization";

let slugs = 0;

export type TestOrganization = {
  id: string;
  slug: string;
  owner: Wallet;
  /** The owner's session. */
  token: string;
  /** The operation of INIT, which an owner's operations elsewhere rest on. */
  init: string;
};

/** A wallet opens an organisation by a key that may. */
export async function openOrganization(
  service: Service,
  owner: Wallet = freshWallet(),
  terms: { slug?: string; name?: string; key?: Signer } = {},
): Promise<TestOrganization> {
  const { slug = `academy-${++slugs}`, name = "Example Academy", key = appKey } = terms;
  await delegate(service, owner, { app: key.did, may: [organizationKind] });
  const user = userOf(owner);
  const create = await signOpening({ realm: service.realm, kind: organizationKind, user }, key, service.now());
  const id = create.document;
  const input = { slug, name };
  const intent = { document: id, kind: organizationKind, user, type: "INIT", input };
  const first = await signOperation(intent, key, service.now());
  const answer = await post(service, "/v1/documents", { create: create.action, operations: [first.action] });
  expect(answer.status, answer.text).toBe(201);
  return { id, slug, owner, token: (await signIn(service, owner)).token, init: first.digest };
}

/** The next operation of an organisation, by its owner unless told otherwise. */
export async function tryChange(
  service: Service,
  { id, owner }: Pick<TestOrganization, "id" | "owner">,
  type: string,
  input: JsonObject,
  by: { wallet?: Wallet; key?: Signer } = {},
): Promise<Answer> {
  const { wallet = owner, key = appKey } = by;
  const { body } = await get(service, `/v1/documents/${id}`);
  const previous: Previous = body.head;
  const intent = { document: id, kind: organizationKind, user: userOf(wallet), type, input, previous };
  const { action } = await signOperation(intent, key, service.now());
  return post(service, `/v1/documents/${id}/operations`, { operations: [action] });
}

/** The same, which must be admitted; answers with its receipt. */
export async function change(...asked: Parameters<typeof tryChange>): Promise<{ operation: string; entry: string }> {
  const answer = await tryChange(...asked);
  expect(answer.status, answer.text).toBe(201);
  return answer.body.receipts[0];
}

/** A member with a delegated key and a session. */
export async function addMember(service: Service, organization: TestOrganization, role: string) {
  const wallet = freshWallet();
  await delegate(service, wallet, { may: [organizationKind] });
  const { operation } = await change(service, organization, "SET_MEMBER", { user: userOf(wallet), role });
  return { wallet, operation, token: (await signIn(service, wallet)).token };
}

/** A key made here, and added. */
export async function addMadeKey(service: Service, organization: TestOrganization, type: string) {
  const made = await post(service, `/v1/orgs/${organization.slug}/keys`, { type }, { token: organization.token });
  expect(made.status, made.text).toBe(201);
  const { operation } = await change(service, organization, "ADD_KEY", { key: made.body.key, made: true });
  return { key: made.body.key as string, operation };
}
