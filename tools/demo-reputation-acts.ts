// What organisations and people of the third story do.
import { derivedId, type Signer, signOperation } from "../src/index.ts";
import type { JsonObject } from "../src/kernel/json.ts";
import type { Receipt } from "../src/operations/receipt.ts";
import { disclose } from "../src/securing/disclosure.ts";
import { append, get, newPerson, open, post, send } from "./demo-client.ts";

const kind = "renown/reputation";

/** An organisation with a key that is kept by the service, the fields that it lists, and the token of its program. */
export type Firm = {
  name: string;
  slug: string;
  document: string;
  user: string;
  app: Signer;
  fields: string[];
  token: string;
};

/** A person with a key that may speak about reputations. */
export type Signing = { user: `did:${string}`; app: Signer };

/** An operation on a subject's reputation, by D, place and moment. */
export type Fact = { attestation: string; document: string; seq: number; admittedAt: string };

/** Opens it, makes its key, lists its fields and lets a program in. */
export async function openFirm(url: string, what: string): Promise<Firm> {
  const owner = newPerson(url);
  const { user } = owner;
  const { accessToken: token } = (await owner.signIn()).session;
  const { app } = await owner.delegate(["renown/organization"], 1);
  const slug = `${what}-${owner.address.slice(2, 10).toLowerCase()}`;
  const name = `${what[0]!.toUpperCase()}${what.slice(1)}`;
  const { document } = await open(url, app, {
    kind: "renown/organization",
    type: "INIT",
    user,
    input: { slug, name },
  });
  const act = (type: string, input: JsonObject) => append(url, app, { document, user, type, input });
  const { key } = await post<{ key: string }>(url, `/v1/orgs/${slug}/keys`, { type: "P-256" }, { token });
  await act("ADD_KEY", { key, made: true });
  const fields = [`${what}/building`, `${what}/upkeep`];
  await act("SET_FIELDS", { fields: fields.map((id) => ({ id, name: id })) });
  const made = await post<{ client: string; secret: string }>(url, `/v1/orgs/${slug}/clients`, {}, { token });
  await act("ADD_CLIENT", { client: made.client, name: "Program", scopes: ["attestations:write"], mode: "live" });
  const headers = { authorization: `Basic ${btoa(`${made.client}:${made.secret}`)}` };
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const got = (await (await send(`${url}/oauth/token`, "POST", form, { headers })).json()) as { access_token: string };
  return { name, slug, document, user, app, fields, token: got.access_token };
}

/** Makes somebody a member; what gives them their role. */
export async function addMember(url: string, { document, user, app }: Firm, member: string, role: string) {
  const { receipt } = await append(url, app, { document, user, type: "SET_MEMBER", input: { user: member, role } });
  return { document, operation: receipt.operation };
}

/** Attests by the organisation's program; the service signs with the organisation's key. */
export function attest(url: string, { token }: Firm, subject: string, body: JsonObject): Promise<Fact> {
  const headers = { "idempotency-key": crypto.randomUUID() };
  return post<Fact>(url, `/v1/subjects/${encodeURIComponent(subject)}/attestations`, body, { token, headers });
}

export async function signingPerson(url: string): Promise<Signing> {
  const person = newPerson(url);
  const { app } = await person.delegate([kind], 1);
  return { user: person.user as Signing["user"], app };
}

/** Signs an operation on a subject's reputation with words that stand beside the log, and brings both. */
export async function bySubject(
  url: string,
  { user, app }: Signing,
  subject: Signing["user"],
  type: string,
  input: JsonObject,
  narrative: string,
): Promise<Fact> {
  const { realm } = await get<{ realm: string }>(url, "/v1/log");
  const document = derivedId(realm, kind, subject);
  const { text, digest } = disclose("narrative", narrative);
  const intent = { document, kind, user, type, input: { subject, ...input, _sd: [digest] } };
  const { action } = await signOperation(intent, app, Date.now());
  const sent = { operation: action, disclosures: [text] };
  const { operation, seq, admittedAt } = await post<Receipt>(
    url,
    `/v1/subjects/${encodeURIComponent(subject)}/operations`,
    sent,
  );
  return { attestation: operation, document, seq, admittedAt };
}

/** The digest of an entry, by which a later one ends it. */
export async function entryOf(url: string, { document, seq }: Fact): Promise<string> {
  const path = `/v1/documents/${document}/operations?after=${seq - 1}&limit=1`;
  const { items } = await get<{ items: { digest: string }[] }>(url, path);
  return items[0]!.digest;
}
