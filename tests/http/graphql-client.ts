import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso } from "../../src/kernel/time.ts";
import { type CredentialTerms, signCredential } from "../harness.ts";
import { type Answer, ask, freshWallet, type Wallet } from "./client.ts";
import type { Service } from "./server.ts";

export type Options = { path?: string; token?: string | undefined; headers?: Record<string, string> };

/** A GraphQL request as the SDK sends it: POST, JSON, a query and its variables. */
export function send(service: Service, query: string, variables: unknown = {}, options: Options = {}): Promise<Answer> {
  const { path = "/graphql", token, headers } = options;
  return ask(service, "POST", path, { body: { query, variables }, token, ...(headers && { headers }) });
}

/** The data of an answer that is no refusal. */
export async function dataOf(service: Service, query: string, variables: unknown = {}, options: Options = {}) {
  const answer = await send(service, query, variables, options);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.errors, answer.text).toBeUndefined();
  return answer.body.data;
}

/** The code of the first error of an answer. */
export async function codeOf(service: Service, query: string, variables: unknown = {}, options: Options = {}) {
  const { status, body, text } = await send(service, query, variables, options);
  expect(status, text).toBe(200);
  expect(body.errors?.length, text).toBeGreaterThan(0);
  expect(text).not.toMatch(/\bat .+:\d+:\d+|node_modules|\.ts\b|SQLITE|Did you mean/i);
  return body.errors[0].extensions.code;
}

export const credentialFields = `
  documentId credentialId context type issuerId issuerEthereumAddress issuanceDate expirationDate credentialSubjectId
  credentialSubjectApp credentialStatusId credentialStatusType credentialSchemaId credentialSchemaType
  proofVerificationMethod proofEthereumAddress proofCreated proofPurpose proofType proofValue proofEip712Domain
  proofEip712PrimaryType revoked`;

export const credentialsQuery = `query RenownCredentials($input: RenownCredentialsInput!) {
  renownCredentials(input: $input) { ${credentialFields} }
}`;

export const usersQuery = `query RenownUsers($input: RenownUsersInput!) {
  renownUsers(input: $input) { documentId username ethAddress userImage createdAt updatedAt }
}`;

export const createMutation = `mutation CreateEmptyDocument($documentType: String!, $parentIdentifier: String) {
  createEmptyDocument(documentType: $documentType, parentIdentifier: $parentIdentifier) { id }
}`;

/** The SDK of 6.2 sends execute under the name of the mutation that it used before. */
export const executeMutation = `mutation MutateDocument($documentIdentifier: String!, $actions: [ActionInput!]!) {
  mutateDocument: execute(documentIdentifier: $documentIdentifier, actions: $actions) { id }
}`;

export const olderMutation = `mutation MutateDocument($documentIdentifier: String!, $actions: [JSONObject!]!) {
  mutateDocument(documentIdentifier: $documentIdentifier, actions: $actions) { id }
}`;

export const kinds = { credential: "powerhouse/renown-credential", user: "powerhouse/renown-user" };

/** An action as the SDK makes it; nobody has signed it. */
export function actionOf(service: Service, type: string, input: object, more: object = {}) {
  return { id: crypto.randomUUID(), timestampUtcMs: iso(service.now()), type, input, scope: "global", ...more };
}

export async function createDocument(service: Service, documentType: string): Promise<string> {
  const { createEmptyDocument } = await dataOf(service, createMutation, { documentType });
  return createEmptyDocument.id;
}

export function execute(service: Service, document: string, actions: unknown[], options?: Options) {
  return dataOf(service, executeMutation, { documentIdentifier: document, actions }, options);
}

export function executeCode(service: Service, document: string, actions: unknown[], options?: Options) {
  return codeOf(service, executeMutation, { documentIdentifier: document, actions }, options);
}

/** A credential as INIT carries it. */
export function initOf(service: Service, credential: JsonObject) {
  const { "@context": context, ...rest } = credential;
  return actionOf(service, "INIT", { context: context!, ...rest });
}

/** A wallet delegates by a page of an app: the first two steps of signing in there. */
export async function initiate(service: Service, terms: CredentialTerms = {}) {
  const { wallet = freshWallet() as Wallet, ...rest } = terms;
  const credential = await signCredential({ issued: service.now(), wallet, ...rest });
  const document = await createDocument(service, kinds.credential);
  const action = initOf(service, credential);
  await execute(service, document, [action]);
  return { wallet, credential, document, action };
}
