import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { userOf } from "../harness.ts";
import { plainDefinition } from "../unit/badges/facts.ts";
import { type Answer, post } from "./client.ts";
import { addClient, clientToken } from "./org-access.ts";
import { addMadeKey, openOrganization, type TestOrganization } from "./org-client.ts";
import type { Service } from "./server.ts";

/** An organisation with a key of each type, and a client of its API that never stands still: its tokens are always new. */
export type Academy = Pick<TestOrganization, "id" | "slug" | "owner"> & {
  token(): Promise<string>;
  post(path: string, body: unknown): Promise<Answer>;
};

export async function openAcademy(
  service: Service,
  terms: { keys?: readonly string[]; mode?: "live" | "test" } = {},
): Promise<Academy> {
  const { keys = ["P-256", "Ed25519", "secp256k1"], mode = "live" } = terms;
  const organization = await openOrganization(service);
  const { id, slug, owner } = organization;
  for (const type of keys) await addMadeKey(service, organization, type);
  const asOwner = { ...organization, document: id, wallet: owner, user: userOf(owner), cookie: "" };
  const scopes = ["classes:write", "awards:write", "awards:read"];
  const client = await addClient(service, asOwner, { scopes, mode });
  const token = () => clientToken(service, client);
  const send = async (path: string, body: unknown) => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const answer = await post(service, path, body, { token: await token(), headers });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer;
  };
  return { id, slug, owner, token, post: send };
}

/** A class of the academy; answers with its id. */
export async function addClass(academy: Academy, change: JsonObject = {}): Promise<string> {
  const definition = { ...plainDefinition, ...change };
  return (await academy.post(`/v1/orgs/${academy.slug}/badge-classes`, { definition })).body.id;
}

/** An award of a class: its id, the path of its face and its public URL, and the claim link where it has one. */
export async function addAward(academy: Academy, badgeClass: string, recipient: JsonObject, more: JsonObject = {}) {
  const { body } = await academy.post(`/v1/orgs/${academy.slug}/awards`, { class: badgeClass, recipient, ...more });
  return { id: body.award as string, face: new URL(body.url).pathname, url: body.url as string, claim: body.claimLink };
}
