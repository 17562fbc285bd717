import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { Academy } from "./academy.ts";
import { type Attested, attest, field, groundOf, person, signed } from "./attester.ts";
import type { Wallet } from "./client.ts";
import { act } from "./org-access.ts";
import type { Service } from "./server.ts";

export type Person = { wallet: Wallet; did: string };
export type Ground = { document: string; operation: string };

/** Signs an operation on a subject's reputation that is admitted. */
export async function does(
  service: Service,
  { wallet, did }: Person,
  subject: string,
  type: string,
  input: JsonObject = {},
): Promise<Attested> {
  const answer = await signed(service, wallet, subject, type, input);
  expect(answer.status, `${did} ${type} ${answer.text}`).toBe(201);
  const { operation: attestation, document, seq } = answer.body as { operation: string; document: string; seq: number };
  return { attestation, document, seq, subject };
}

export async function groundIn(
  service: Service,
  { document, ...who }: Academy,
  type: string,
  input: JsonObject,
): Promise<Ground> {
  const { body } = await act(service, { document, ...who }, type, input);
  return { document, operation: body.receipts[0].operation as string };
}

export const memberOf = (service: Service, academy: Academy, { did: user }: Person, role: string) =>
  groundIn(service, academy, "SET_MEMBER", { user, role });

/** Two members of an organisation, of whom one speaks of the other. */
export async function fellows(service: Service, lab: Academy) {
  const [subject, fellow] = [await person(service), await person(service)];
  const roles = [await memberOf(service, lab, subject, "viewer"), await memberOf(service, lab, fellow, "viewer")];
  const fields = await groundIn(service, lab, "SET_FIELDS", { fields: [{ id: field, name: "TypeScript" }] });
  const joined = groundOf(await does(service, subject, subject.did, "JOIN", { organization: lab.document }));
  const restsOn = [...roles, fields, joined] as unknown as JsonObject[];
  const said = { organization: "", field, kind: "incident", value: "1", standing: "membership" };
  const input = { ...said, context: lab.document, restsOn };
  return { subject, fellow, made: await does(service, fellow, subject.did, "ATTEST", input) };
}

/** Both contributed to a work, as one organisation says, and one speaks of the other; `besides` has no part in it. */
export async function authors(service: Service, lab: Academy, besides: Academy) {
  const [subject, author] = [await person(service), await person(service)];
  const work = { type: "transaction", id: `eip155:1:0x${"ab".repeat(32)}` };
  const own = await attest(service, lab, subject.did, { work });
  const theirs = await attest(service, lab, author.did, { work });
  await attest(service, besides, subject.did, { work });
  const restsOn = [groundOf(own), groundOf(theirs)];
  const said = { organization: "", field, kind: "incident", value: "1", standing: "work", work, restsOn };
  return { subject, fellow: author, made: await does(service, author, subject.did, "ATTEST", said) };
}
