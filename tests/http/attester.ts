import { expect } from "vitest";
import type { Did } from "../../src/identity/did.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { derivedId } from "../../src/operations/document-id.ts";
import { signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { reputationKind } from "../../src/reputation/reputation-state.ts";
import { appKey, userOf } from "../harness.ts";
import { type Academy, openAcademy, write } from "./academy.ts";
import { delegate, freshWallet, get, post, type Wallet } from "./client.ts";
import { act } from "./org-access.ts";
import type { Service } from "./server.ts";

export const field = "software/typescript";

/** An organisation that attests in a field, with a key made here and a client that may do everything. */
export async function openAttester(service: Service): Promise<Academy> {
  const scopes = ["classes:write", "awards:write", "awards:read", "attestations:write"];
  const attester = await openAcademy(service, { scopes });
  await act(service, attester, "SET_FIELDS", { fields: [{ id: field, name: "TypeScript" }] });
  return attester;
}

export const subjectPath = (did: string) => `/v1/subjects/${encodeURIComponent(did)}`;

/** Attests by an organisation's client; a contribution of 1 unless told otherwise. */
export function tryAttest(
  service: Service,
  attester: Academy,
  subject: string,
  request: JsonObject = {},
  key?: string,
) {
  const body = { kind: "contribution", field, value: "1", ...request };
  return write(service, attester.access, `${subjectPath(subject)}/attestations`, body, key);
}

export type Attested = { attestation: string; document: string; subject: string; seq: number };

export async function attest(service: Service, attester: Academy, subject: string, request: JsonObject = {}) {
  const answer = await tryAttest(service, attester, subject, request);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Attested;
}

/** A wallet with a key that may do everything about reputations. */
export async function person(service: Service): Promise<{ wallet: Wallet; did: string }> {
  const wallet = freshWallet();
  await delegate(service, wallet, { may: [reputationKind] });
  return { wallet, did: userOf(wallet) };
}

/** The document of a subject's reputation. */
export function documentOf({ realm }: Service, subject: string): string {
  return derivedId(realm, reputationKind, subject as `did:${string}`);
}

/** Signs an operation on a subject's reputation by a wallet's key and brings it with what it discloses. */
export async function signed(
  service: Service,
  wallet: Wallet,
  subject: string,
  type: string,
  input: JsonObject = {},
  { disclosures = [], key = appKey, user = userOf(wallet) }: { disclosures?: string[]; key?: Signer; user?: Did } = {},
) {
  const document = documentOf(service, subject);
  const intent = { document, kind: reputationKind, user, type, input: { subject, ...input } };
  const { action } = await signOperation(intent, key, service.now());
  return post(service, `${subjectPath(subject)}/operations`, { operation: action, disclosures });
}

/** A subject's attestation as the log has it: what others name as their ground. */
export function groundOf({ document, attestation }: Attested) {
  return { document, operation: attestation };
}

/** The digest of the entry of an operation. */
export async function entryOf(service: Service, { document, attestation, seq }: Attested): Promise<string> {
  const { body } = await get(service, `/v1/documents/${document}/operations?after=${seq - 1}&limit=1`);
  const [entry] = body.items as { operation: string; digest: string }[];
  expect(entry?.operation).toBe(attestation);
  return entry!.digest;
}
