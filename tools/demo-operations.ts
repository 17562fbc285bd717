// The first story: a wallet lets a key act for it, the key signs, the wallet takes it back, a stranger checks it all.
import {
  auditBundle,
  type Bundle,
  type Intent,
  type OperationReport,
  signOperation,
  verifyLog,
  verifyOperation,
} from "../src/index.ts";
import type { DelegationView, DocumentView, Page } from "../src/services.ts";
import type { CredentialReport } from "../src/verify/credential.ts";
import { call, get, newPerson, open, type Problem, post, send } from "./demo-client.ts";
import { chapter, say, tell, toCheck } from "./demo-print.ts";

const kind = "powerhouse/renown-user";

const tokenHint = "the accessToken that the sign-in answers with; docs/http.md signs in with curl, under Sign in";

export async function playOperations(url: string): Promise<void> {
  const wallet = newPerson(url);
  const token = await signIn(url, wallet);
  const { app, delegation } = await delegate(url, wallet, token);
  const before = await get<Checkpoint>(url, "/v1/log");
  const story = await signOperations(url, wallet, app);
  await askWhoSigned(url, story);
  await takeBack(url, token, delegation, app, story);
  await auditOffline(url, story);
  await holdLog(url, story, before);
}

type Person = ReturnType<typeof newPerson>;
type Given = Awaited<ReturnType<Person["delegate"]>>;
type Checkpoint = { size: number; time: string };
type Story = Awaited<ReturnType<typeof signOperations>>;

async function signIn(url: string, wallet: Person): Promise<string> {
  chapter("A wallet signs in");
  const { terms, session } = await wallet.signIn();
  say(`It signed: “${terms.statement}”`);
  say(`It is ${session.user} now, with a session until ${session.sessionExpiresAt}`);
  const { credential } = session;
  tell("And it has a credential", await post<CredentialReport>(url, "/v1/credentials/verify", { credential }));
  toCheck(`curl -s ${url}/v1/me -H 'authorization: Bearer …'`, tokenHint);
  return session.accessToken;
}

async function delegate(url: string, wallet: Person, token: string): Promise<Given> {
  chapter("It delegates an app key, within limits");
  const given = await wallet.delegate([kind], 7);
  say(`It signed: “${given.terms.statement}”`);
  const mine = await get<Page<DelegationView>>(url, "/v1/me/delegations", { token });
  for (const each of mine.items) say(`${each.state}: ${each.app} may ${each.may?.join(", ")} until ${each.expiresAt}`);
  toCheck(`curl -s ${url}/v1/me/delegations -H 'authorization: Bearer …'`, tokenHint);
  return given;
}

async function signOperations(url: string, { user, address }: Person, app: Given["app"]) {
  chapter("The app key signs operations");
  const name = `demo-${address.slice(2, 10).toLowerCase()}`;
  const act = { kind, type: "SET_USERNAME", user };
  const { document, realm, receipts, first } = await open(url, app, { ...act, input: { username: name } });
  for (const { seq, operation, entry } of receipts) say(`admitted at ${seq}: operation ${operation}, entry ${entry}`);
  const stored = await get<DocumentView>(url, `/v1/documents/${document}`);
  say(`The profile ${document} says: ${JSON.stringify(stored.state)}`);
  toCheck(`curl -s ${url}/v1/documents/${document}/operations`);
  const context = { documentId: document, documentType: kind, scope: "global", branch: "main" };
  const next: Intent = { ...act, document, input: { username: `${name}-again` }, previous: first.previous };
  return { document, realm, name, receipts, next, context, wrapped: { operation: { action: first.action }, context } };
}

async function askWhoSigned(url: string, { wrapped, realm }: Story): Promise<void> {
  chapter("A host app asks who signed, and whether that key was allowed to");
  const [asked] = (await post<{ results: OperationReport[] }>(url, "/v1/operations/verify", wrapped)).results;
  tell(labelOf("The operation", asked!), asked!);
  const alone = await verifyOperation(wrapped, { realm });
  say(
    `In its own process, asking nobody, the library says ${alone.verdict}: it can tell the signature, not the delegation.`,
  );
  const changed = structuredClone(wrapped);
  changed.operation.action.input.username = "mallory";
  say(`The same operation with another name in it: ${(await verifyOperation(changed, { realm })).verdict}.`);
}

async function takeBack(
  url: string,
  token: string,
  delegation: DelegationView,
  app: Given["app"],
  { document, next, context, wrapped }: Story,
): Promise<void> {
  chapter("The wallet takes the key back");
  const path = `/v1/me/delegations/${delegation.id}`;
  const revoked = await call<DelegationView>(url, "DELETE", path, { reason: "The demo is nearly over" }, { token });
  say(`${revoked.state} at ${revoked.revokedAt}, by the ${revoked.revokedBy}`);
  const { action } = await signOperation(next, app, Date.now());
  const refused = await send(`${url}/v1/documents/${document}/operations`, "POST", { operations: [action] });
  const problem = (await refused.json()) as Problem;
  say(`The next operation is refused with ${refused.status} ${problem.code}: ${problem.title} ${problem.detail ?? ""}`);
  const asked = { operations: [{ operation: { action }, context }, wrapped] };
  const { results } = await post<{ results: OperationReport[] }>(url, "/v1/operations/verify", asked);
  const [late, early] = results;
  tell(labelOf("The operation that was refused", late!), late!);
  tell(labelOf("The one from before the revocation", early!), early!);
}

async function auditOffline(url: string, { document, realm, name, receipts, wrapped }: Story): Promise<void> {
  chapter("A stranger audits the log offline");
  const bundle = await get<Bundle>(url, `/v1/documents/${document}/audit?bundle=1`);
  const operationKeys = await namedKeys(url, bundle);
  const audit = await auditBundle(bundle, { operationKeys });
  const held = bundle.logs.reduce((sum, { entries }) => sum + entries.length, 0);
  say(`${audit.entries} entries were replayed from nothing, with the delegations that they rest on: ${held} in all.`);
  tell("The audit", audit);
  const admitted = Date.parse(receipts.at(-1)!.admittedAt);
  const offline = await verifyOperation(wrapped, { realm, delegations: audit.delegations, at: admitted });
  const today = await verifyOperation(wrapped, { realm, delegations: audit.delegations });
  say(
    `With the delegations of that bundle the library verifies alone: ${offline.verdict} at its admission, ${today.verdict} as of now (${today.delegation?.state}).`,
  );
  const forged = structuredClone(bundle);
  const last = forged.logs[0]!.entries.at(-1)!;
  last.action = last.action.replace(name, "mallory");
  const forgery = await auditBundle(forged, { operationKeys });
  say(
    `With one name changed in the bundle: ${forgery.verdict} (${forgery.findings.map((each) => `${each.law}: ${each.code}`).join(", ")}).`,
  );
  toCheck(`curl -s '${url}/v1/documents/${document}/audit?bundle=1'`);
}

async function holdLog(url: string, { realm, receipts }: Story, before: Checkpoint): Promise<void> {
  chapter("And holds the whole log to what was signed of it");
  say(`Before the first operation the log key signed a checkpoint: ${before.size} entries at ${before.time}.`);
  const checkpoint = await get<Checkpoint>(url, "/v1/log");
  const { seq, entry: digest } = receipts.at(-1)!;
  const [consistency, inclusion, { verificationMethod }] = await Promise.all([
    get<unknown>(url, `/v1/log/consistency?from=${before.size}&size=${checkpoint.size}`),
    get<unknown>(url, `/v1/log/inclusion?seq=${seq}&size=${checkpoint.size}`),
    get<{ verificationMethod: { id: string; publicKeyMultibase?: string }[] }>(url, "/.well-known/did.json"),
  ]);
  const logKey = `did:key:${verificationMethod.find(({ id }) => id.endsWith("#log"))?.publicKeyMultibase}`;
  const proofs = { earlier: { checkpoint: before, consistency }, entry: { digest, inclusion } };
  tell("The library, asking nobody", await verifyLog(checkpoint, { logKey, realm, ...proofs }));
  say(
    "Whoever keeps a checkpoint can be told no other past: it only grew, and the operation stands where its receipt says.",
  );
  toCheck(`curl -s ${url}/v1/log`);
}

/** The operation keys that a bundle names, compared with the DID document of the service. */
export async function namedKeys(
  url: string,
  { service: { did, operationKeys } }: Pick<Bundle, "service">,
): Promise<Bundle["service"]["operationKeys"]> {
  const listed = (await get<{ capabilityInvocation: string[] }>(url, "/.well-known/did.json")).capabilityInvocation;
  const known = operationKeys.every((key) => listed.some((id) => id.endsWith(key.slice("did:key:".length))));
  say(
    `The bundle names ${operationKeys.length} operation key(s) of ${did}; its DID document ${known ? "lists them" : "does NOT list them"}.`,
  );
  return operationKeys;
}

function labelOf(what: string, { binding, signer }: OperationReport): string {
  return `${what}, signed by ${signer?.app} (binding ${binding})`;
}
