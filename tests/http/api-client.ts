import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type CredentialTerms, signCredential } from "../harness.ts";
import { type Answer, ask, freshWallet, type Wallet } from "./client.ts";
import type { Service } from "./server.ts";

/** A credential as the portal posts it: the signed message, and beside it what makes the proof. */
export function posted(credential: JsonObject, more: JsonObject = {}) {
  const { proof, ...message } = credential as { proof: { proofValue: string; eip712: { domain: JsonObject } } };
  return { credential: message, signature: proof.proofValue, domain: proof.eip712.domain, ...more };
}

/** A wallet signs a credential for an app's key, and the portal brings it. */
export async function bring(service: Service, terms: CredentialTerms & { more?: JsonObject } = {}) {
  const { wallet = freshWallet() as Wallet, more, ...rest } = terms;
  const credential = await signCredential({ issued: service.now(), wallet, ...rest });
  const body = posted(credential, more);
  const answer = await ask(service, "POST", "/api/credential/renown", { body });
  expect(answer.status, answer.text).toBe(200);
  const { documentId, userDocumentId } = answer.body as { documentId: string; userDocumentId: string };
  return { wallet, credential, body, documentId, userDocumentId, id: credential.id as string };
}

/** Every refusal under `/api` has this form. */
export function expectRefusal(answer: Answer, status: number, code?: string): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  expect(answer.body).toMatchObject({ error: expect.stringMatching(/./) });
  expect(answer.body.requestId).toBe(answer.headers.get("x-request-id"));
  expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|\.ts\b|SQLITE|kysely/i);
  if (code !== undefined) expect(answer.body.code).toBe(code);
}
