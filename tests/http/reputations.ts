import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { discloseTexts, type Texts } from "../../src/reputation/texts.ts";
import type { Academy } from "./academy.ts";
import { openAttester, signed } from "./attester.ts";
import type { Wallet } from "./client.ts";
import { act } from "./org-access.ts";
import type { Service } from "./server.ts";

/** An organisation by its name, which attests in several fields. */
export async function openNamed(service: Service, name: string): Promise<Academy> {
  const fields = ["software", "software/typescript", "writing", "teaching/mathematics"];
  const attester = await openAttester(service);
  await act(service, attester, "SET_PROFILE", { name });
  await act(service, attester, "SET_FIELDS", { fields: fields.map((id) => ({ id, name: id })) });
  return attester;
}

/** Signs an operation on a subject's reputation that commits to words, and brings it with them. */
export async function say(
  service: Service,
  wallet: Wallet,
  subject: string,
  type: string,
  input: JsonObject = {},
  said: Texts = {},
): Promise<void> {
  const opened = discloseTexts(said);
  const committed = opened.length === 0 ? {} : { _sd: opened.map(({ digest }) => digest) };
  const disclosures = opened.map(({ text }) => text);
  const answer = await signed(service, wallet, subject, type, { ...input, ...committed }, { disclosures });
  expect(answer.status, answer.text).toBe(201);
}
