import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { signOpening, signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { appKey, userOf } from "../harness.ts";
import { type Answer, ask, delegate, freshWallet, get, post, signIn, type Wallet } from "./client.ts";
import type { Service } from "./server.ts";

const kind = "renown/organization";
let slugs = 0;

/** An organisation of a wallet that is signed in, opened by signed operations as anybody opens one. */
export async function openOrganization(service: Service, wallet: Wallet = freshWallet(), key: Signer = appKey) {
  const user = userOf(wallet);
  await delegate(service, wallet, { app: key.did, may: [kind] });
  const slug = `academy-${(++slugs).toString(36)}-${crypto.randomUUID().slice(0, 8)}`;
  const opening = await signOpening({ realm: service.realm, kind, user }, key, service.now());
  const { document } = opening;
  const input = { slug, name: "Example Academy" };
  const init = await signOperation({ document, kind, user, type: "INIT", input }, key, service.now());
  const answer = await post(service, "/v1/documents", { create: opening.action, operations: [init.action] });
  expect(answer.status, answer.text).toBe(201);
  const { token, cookie } = await signIn(service, wallet);
  return { document, slug, wallet, user, token, cookie };
}

export type TestOrganization = Awaited<ReturnType<typeof openOrganization>>;

/** Signs the next operation of an organisation and sends it. */
export async function act(
  service: Service,
  { document, user }: Pick<TestOrganization, "document" | "user">,
  type: string,
  input: JsonObject,
  key: Signer = appKey,
): Promise<Answer> {
  const { head } = (await get(service, `/v1/documents/${document}`)).body;
  const intent = { document, kind, user, type, input, previous: head };
  const { action } = await signOperation(intent, key, service.now());
  const answer = await post(service, `/v1/documents/${document}/operations`, action);
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

/** A client that stands in the organisation's log, with its first secret. */
export async function addClient(service: Service, organization: TestOrganization, terms: JsonObject = {}) {
  const answer = await post(service, `/v1/orgs/${organization.slug}/clients`, {}, { token: organization.token });
  expect(answer.status, answer.text).toBe(201);
  const { client, secret, secretId } = answer.body as { client: string; secret: string; secretId: string };
  const given = { name: "Sync", scopes: ["awards:write", "awards:read"], mode: "live", ...terms };
  const added = await act(service, organization, "ADD_CLIENT", { client, ...given });
  return { client, secret, secretId, operation: added.body.receipts[0].operation as string };
}

/** Asks for a token with a form; `more` are further parameters. */
export function askToken(service: Service, more: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams({ grant_type: "client_credentials", ...more }).toString();
  const form = { "content-type": "application/x-www-form-urlencoded", ...headers };
  return ask(service, "POST", "/oauth/token", { body, headers: form });
}

/** A token of the client, for all its scopes unless said. */
export async function clientToken(
  service: Service,
  { client, secret }: { client: string; secret: string },
  scope?: string,
) {
  const asked = { client_id: client, client_secret: secret, ...(scope !== undefined && { scope }) };
  const answer = await askToken(service, asked);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.access_token as string;
}

export function basic(client: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${btoa(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`)}` };
}
