// The second story: an academy awards, a learner claims, a verifier checks, and the academy takes a badge back.
import { auditBundle, type Bundle, type Check, type Signer } from "../src/index.ts";
import type { OrganizationView } from "../src/services.ts";
import type { BadgeReport } from "../src/verify/badge.ts";
import { append, get, newPerson, open, type Person, post, send } from "./demo-client.ts";
import { drawBadge } from "./demo-image.ts";
import { namedKeys } from "./demo-operations.ts";
import { chapter, say, tell, toCheck } from "./demo-print.ts";

const mail = "ada@example.org";

export async function playBadges(url: string): Promise<void> {
  const academy = await openAcademy(url);
  const client = await addClient(url, academy);
  const badgeClass = await makeClass(url, client);
  const { lin, ada } = await award(url, client, badgeClass);
  await showByMail(url, ada);
  const learner = newPerson(url);
  await claim(url, learner, ada);
  await verify(url, ada, learner.user);
  await revoke(url, client, lin);
  await audit(url, ada);
}

type Academy = { slug: string; document: string; user: string; token: string; app: Signer };
type Client = { slug: string; token: string };
type Made = { award: string; url: string; claimLink?: string };

async function openAcademy(url: string): Promise<Academy> {
  chapter("An academy opens an organisation");
  const dean = newPerson(url);
  const { user } = dean;
  const { session } = await dean.signIn();
  const { app } = await dean.delegate(["renown/organization"], 1);
  const slug = `academy-${dean.address.slice(2, 10).toLowerCase()}`;
  const input = { slug, name: "Harbour Academy", url: "https://academy.example" };
  const { document } = await open(url, app, { kind: "renown/organization", type: "INIT", user, input });
  const { did, domain, name } = await get<OrganizationView>(url, `/v1/orgs/${slug}`);
  say(`${user} is the first owner of ${name}, the document ${document}.`);
  say(`It is ${did}; a domain of its own: ${domain?.verified ? domain.name : "not verified"}.`);
  const token = session.accessToken;
  for (const type of ["P-256", "Ed25519", "secp256k1"]) {
    const { key } = await post<{ key: string }>(url, `/v1/orgs/${slug}/keys`, { type }, { token });
    const { receipt } = await append(url, app, { document, user, type: "ADD_KEY", input: { key, made: true } });
    say(`Its ${type} key ${key} counts since entry ${receipt.seq} of the log.`);
  }
  toCheck(`curl -s ${url}/orgs/${slug}/did.json`);
  return { slug, document, user, token, app };
}

async function addClient(url: string, { slug, document, user, token, app }: Academy): Promise<Client> {
  chapter("It lets its course system in");
  const path = `/v1/orgs/${slug}/clients`;
  const { client, secret } = await post<{ client: string; secret: string }>(url, path, {}, { token });
  const scopes = ["classes:write", "awards:write", "awards:read"];
  const input = { client, name: "Course system", scopes, mode: "live" };
  await append(url, app, { document, user, type: "ADD_CLIENT", input });
  say(`The client ${client} may ${scopes.join(", ")}; its secret was shown once.`);
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const headers = { authorization: `Basic ${btoa(`${client}:${secret}`)}` };
  const got = await send(`${url}/oauth/token`, "POST", form, { headers });
  const { access_token, expires_in, scope } = (await got.json()) as Record<string, string>;
  if (!got.ok || access_token === undefined) throw new Error("The client got no token.");
  say(`It got a token for ${expires_in} seconds by client credentials, for ${scope}.`);
  const hint = "the secret that was shown once; docs/badges.md makes a client with curl";
  toCheck(`curl -s ${url}/oauth/token -u '${client}:…' -d grant_type=client_credentials`, hint);
  return { slug, token: access_token };
}

async function makeClass(url: string, client: Client): Promise<string> {
  chapter("It defines a badge, with a picture");
  const png = { "content-type": "image/png" };
  const image = await write<{ digest: string; type: string }>(
    url,
    client,
    `/v1/orgs/${client.slug}/images`,
    drawBadge(),
    png,
  );
  say(`The picture was checked, written anew, and is ${image.digest} from now on.`);
  const definition = {
    name: "Harbour pilot, level 1",
    description: "Brings a ship in and out safely.",
    criteria: { narrative: "Has brought in **ten** ships, two of them by night." },
    image: { ...image, alt: "A golden disc with a star" },
    type: "Certificate",
    tags: ["piloting"],
    alignment: [],
    validity: { days: 730 },
    suspendable: false,
  };
  const path = `/v1/orgs/${client.slug}/badge-classes`;
  const { id, version } = await write<{ id: string; version: number }>(url, client, path, { definition });
  say(`The class ${id} stands in version ${version}; awards keep the version that they were made under.`);
  toCheck(`curl -s ${url}/v1/badge-classes/${id}`);
  return id;
}

async function award(url: string, client: Client, badgeClass: string): Promise<{ lin: Made; ada: Made }> {
  chapter("It awards one learner by wallet, one by e-mail address");
  const path = `/v1/orgs/${client.slug}/awards`;
  const wallet = newPerson(url);
  const lin = await write<Made>(url, client, path, { class: badgeClass, recipient: { did: wallet.user }, name: "Lin" });
  say(`Lin's badge, for ${wallet.user}: ${lin.url}`);
  const asked = { class: badgeClass, recipient: { email: mail }, name: "Ada Lovelace" };
  const once = { "idempotency-key": `ada-${crypto.randomUUID()}` };
  const ada = await write<Made>(url, client, path, asked, once);
  const again = await write<Made>(url, client, path, asked, once);
  say(`Ada's badge, for ${mail}: ${ada.url}`);
  say(`Asked again with the same Idempotency-Key: ${again.award === ada.award ? "the same award" : "ANOTHER award"}.`);
  say(`Her claim link, which goes out by mail where that is configured: ${ada.claimLink}`);
  toCheck(`curl -s ${lin.url} -H 'accept: application/vc'`);
  return { lin, ada };
}

async function showByMail(url: string, ada: Made): Promise<void> {
  chapter("Before she has a wallet, the badge is hers by her address");
  const credential = await credentialOf(ada);
  const [{ hashed, identityHash }] = credential.credentialSubject.identifier as [Record<string, unknown>];
  say(`The credential names her as ${identityHash} (hashed: ${hashed}).`);
  for (const email of [mail, "mallory@example.org"]) {
    const asked = { badge: credential, recipient: { email } };
    const { verdict, checks } = await post<BadgeReport>(url, "/v1/badges/verify", asked);
    const { outcome, detail } = checks.find(({ name }) => name === "recipient") as Check;
    say(`Is it ${email}'s? ${verdict}: ${outcome}, ${detail}`);
  }
}

async function claim(url: string, learner: Person, ada: Made): Promise<void> {
  chapter("She follows the link and claims it for her wallet");
  const before = await credentialOf(ada);
  const { terms, app } = await learner.delegate(["renown/award"], 1 / 24);
  say(`She signed: “${terms.statement}”`);
  const [page, secret] = ada.claimLink!.split("#claim=") as [string, string];
  const html = await (await send(page, "GET", undefined, { headers: { accept: "text/html" } })).text();
  const document = /data-claim="([^"]+)"/.exec(html)?.[1];
  if (document === undefined) throw new Error("The page of the badge does not let it be claimed.");
  const { receipt } = await append(url, app, { document, user: learner.user, type: "CLAIM", input: { secret } });
  say(`The key of her browser signed CLAIM: entry ${receipt.seq}, ${receipt.entry}`);
  const after = await credentialOf(ada);
  say(`Under the same link the credential now names ${after.credentialSubject.id}`);
  say(`instead of ${before.credentialSubject.id ?? "a hashed address"}.`);
  toCheck(`curl -s ${url}/v1/documents/${document}/operations`);
}

async function verify(url: string, ada: Made, user: string): Promise<void> {
  chapter("A verifier is handed the picture, and asks what it is worth");
  const headers = { accept: "image/png" };
  const picture = new Uint8Array(await (await send(ada.url, "GET", undefined, { headers })).arrayBuffer());
  say(`${picture.length} bytes of PNG, with the credential in a chunk of its own.`);
  const file = { "content-type": "image/png" };
  const path = `/v1/badges/verify?did=${encodeURIComponent(user)}`;
  const report = await post<BadgeReport>(url, path, picture, { headers: file });
  say(`“${report.achievement}” by ${report.issuerName}, for ${report.subjects.join(", ")}: ${report.status}`);
  tell("The badge in the picture", report);
  const forged = await credentialOf(ada);
  Object.assign(forged.credentialSubject.achievement, { name: "Admiral" });
  const other = await post<BadgeReport>(url, "/v1/badges/verify", { badge: forged });
  const wrong = other.checks.filter(({ outcome }) => outcome === "fail");
  say(`With another name in it: ${other.verdict} (${wrong.map(({ name, code }) => `${name}: ${code}`).join(", ")}).`);
  toCheck(`curl -s ${ada.url} -H 'accept: image/png' -o badge.png
             curl -s ${url}/v1/badges/verify -H 'content-type: image/png' --data-binary @badge.png`);
}

async function revoke(url: string, client: Client, lin: Made): Promise<void> {
  chapter("The academy takes Lin's badge back");
  const badge = await credentialOf(lin);
  const asked = { badge };
  const before = await post<BadgeReport>(url, "/v1/badges/verify", asked);
  const reason = "Awarded to the wrong person.";
  const { status } = await write<{ status: string }>(url, client, `/v1/awards/${lin.award}/revoke`, { reason });
  say(`The award is ${status}: “${reason}”`);
  const after = await post<BadgeReport>(url, "/v1/badges/verify", asked);
  say(`The verifier had kept the credential. It was ${before.verdict} (${before.status}), and is ${after.status} now.`);
  tell("The credential that was kept", after);
  const { statusListCredential } = badge.credentialStatus as { statusListCredential: string };
  toCheck(`curl -s ${statusListCredential}`);
}

async function audit(url: string, ada: Made): Promise<void> {
  chapter("A stranger audits Ada's award offline");
  const path = `/v1/documents/${ada.award}/audit?bundle=1`;
  const bundle = await get<Bundle>(url, path);
  const operationKeys = await namedKeys(url, bundle);
  const report = await auditBundle(bundle, { operationKeys });
  const kinds = [...new Set(bundle.logs.map(({ kind }) => kind))];
  const held = bundle.logs.reduce((sum, { entries }) => sum + entries.length, 0);
  say(
    `${held} entries of ${bundle.logs.length} logs (${kinds.join(", ")}) were replayed from nothing, ${report.entries} of them the award's own.`,
  );
  tell("The audit", report);
  const stranger = structuredClone(bundle);
  stranger.logs = stranger.logs.filter(({ kind }) => kind !== "renown/organization");
  const { verdict, findings } = await auditBundle(stranger, { operationKeys });
  const laws = [...new Set(findings.map(({ law, code }) => `${law}: ${code}`))];
  say(`Without the academy's log, which gives it the right to award: ${verdict} (${laws.join(", ")}).`);
  toCheck(`curl -s '${url}${path}'`);
}

/** A write by the client, with a key of its own unless one is given: sent twice it would be done once. */
function write<T>(
  url: string,
  { token }: Client,
  path: string,
  body: unknown,
  more: Record<string, string> = {},
): Promise<T> {
  const headers = { "idempotency-key": crypto.randomUUID(), ...more };
  return post<T>(url, path, body, { token, headers });
}

async function credentialOf({ url }: Made): Promise<Credential> {
  const response = await send(url, "GET", undefined, { headers: { accept: "application/vc" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as Credential;
}

type Credential = {
  credentialSubject: { id?: string; identifier?: unknown; achievement: object };
  credentialStatus: unknown;
};
