// The whole story against a running server, with a wallet and an app key that are thrown away: `npm run demo`.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import {
  auditBundle,
  type Bundle,
  type Intent,
  type OperationReport,
  pkhDid,
  signerOfKeyPair,
  signOpening,
  signOperation,
  verifyOperation,
} from "../src/index.ts";
import type { Receipt } from "../src/operations/receipt.ts";
import type { DelegationView, DocumentView, Page, SignedInAnswer } from "../src/services.ts";
import type { CredentialReport } from "../src/verify/credential.ts";

const usage = `npm run demo [-- --url http://localhost:8787]

Signs in with a fresh wallet, delegates an app key, signs an operation, verifies it, revokes the key, shows
that the next operation is refused, and audits the log offline. Without --url it takes the server on
http://localhost:8787, and where none answers it starts one over an empty folder for as long as it runs.
`;

const { values } = parseArgs({ options: { url: { type: "string" }, help: { type: "boolean", short: "h" } } });
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}

const server = await findServer(values.url);
// Whoever reads only the first lines has seen enough.
process.stdout.on("error", () => void server.stop().finally(() => process.exit()));
try {
  await story(server.url);
} catch (error) {
  say(`\nThe story broke off: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await server.stop();
}

async function story(url: string): Promise<void> {
  const wallet = privateKeyToAccount(generatePrivateKey());
  const user = pkhDid({ chainId: 1, address: wallet.address });
  const app = await signerOfKeyPair(
    await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]),
  );
  const message = (
    nonce: { nonce: string; statement: string },
    more: { resources?: string[]; expirationTime?: Date } = {},
  ) =>
    createSiweMessage({
      address: wallet.address,
      chainId: 1,
      domain: new URL(url).host,
      uri: url,
      version: "1",
      issuedAt: new Date(),
      ...nonce,
      ...more,
    });
  const sign = async (text: string) => ({ message: text, signature: await wallet.signMessage({ message: text }) });

  chapter("A wallet signs in");
  const { nonce, statement } = await post<Terms>(url, "/v1/auth/nonce", { purpose: "sign-in" });
  const session = await post<SignedInAnswer>(url, "/v1/auth/siwe", await sign(message({ nonce, statement })));
  const authorization = `Bearer ${session.accessToken}`;
  say(`It signed: “${statement}”`);
  say(`It is ${session.user} now, with a session until ${session.sessionExpiresAt}`);
  const identity = await post<CredentialReport>(url, "/v1/credentials/verify", { credential: session.credential });
  say(`and a credential, which is ${identity.verdict}: ${identity.checks.map(named).join(", ")}.`);
  check(`curl -s ${url}/v1/me -H 'authorization: Bearer …'`);

  chapter("It delegates an app key, within limits");
  const until = new Date(Date.now() + 7 * 86_400_000);
  const may = ["powerhouse/renown-user"];
  const terms = await post<Terms>(url, "/v1/auth/nonce", {
    purpose: "delegate",
    app: app.did,
    may,
    until: until.toISOString(),
  });
  const resources = [app.did, ...may.map((name) => `urn:renown:may:${name}`)];
  const proof = await sign(
    message({ nonce: terms.nonce, statement: terms.statement }, { resources, expirationTime: until }),
  );
  const delegation = await post<DelegationView>(url, "/v1/delegations", proof);
  say(`It signed: “${terms.statement}”`);
  const mine = await get<Page<DelegationView>>(url, "/v1/me/delegations", authorization);
  for (const each of mine.items) say(`${each.state}: ${each.app} may ${each.may?.join(", ")} until ${each.expiresAt}`);
  check(`curl -s ${url}/v1/me/delegations -H 'authorization: Bearer …'`);

  chapter("The app key signs operations");
  const { realm } = await get<DocumentView>(url, `/v1/documents/${delegation.id}`);
  const kind = "powerhouse/renown-user";
  const opening = await signOpening({ realm, kind, user }, app, Date.now());
  const { document } = opening;
  const name = `demo-${wallet.address.slice(2, 10).toLowerCase()}`;
  const intent = (username: string): Intent => ({ document, kind, type: "SET_USERNAME", input: { username }, user });
  const first = await signOperation(intent(name), app, Date.now());
  const opened = await post<{ receipts: Receipt[] }>(url, "/v1/documents", {
    create: opening.action,
    operations: [first.action],
  });
  for (const receipt of opened.receipts)
    say(`admitted at ${receipt.seq}: operation ${receipt.operation}, entry ${receipt.entry}`);
  const stored = await get<DocumentView>(url, `/v1/documents/${document}`);
  say(`The profile ${document} says: ${JSON.stringify(stored.state)}`);
  check(`curl -s ${url}/v1/documents/${document}/operations`);

  chapter("A host app asks who signed, and whether that key was allowed to");
  const context = { documentId: document, documentType: kind, scope: "global", branch: "main" };
  const wrapped = { operation: { action: first.action }, context };
  const [asked] = (await post<{ results: OperationReport[] }>(url, "/v1/operations/verify", wrapped)).results;
  tell(asked!);
  const alone = await verifyOperation(wrapped, { realm });
  say(
    `In its own process, asking nobody, the library says ${alone.verdict}: it can tell the signature, not the delegation.`,
  );
  const changed = structuredClone(wrapped);
  changed.operation.action.input.username = "mallory";
  say(`The same operation with another name in it: ${(await verifyOperation(changed, { realm })).verdict}.`);

  chapter("The wallet takes the key back");
  const revoked = await call<DelegationView>(
    url,
    "DELETE",
    `/v1/me/delegations/${delegation.id}`,
    { reason: "The demo is nearly over" },
    authorization,
  );
  say(`${revoked.state} at ${revoked.revokedAt}, by the ${revoked.revokedBy}`);
  const second = await signOperation({ ...intent(`${name}-again`), previous: first.previous }, app, Date.now());
  const refused = await fetch(
    `${url}/v1/documents/${document}/operations`,
    request("POST", { operations: [second.action] }),
  );
  const problem = (await refused.json()) as Problem;
  say(`The next operation is refused with ${refused.status} ${problem.code}: ${problem.title} ${problem.detail ?? ""}`);
  const late = { operation: { action: second.action }, context };
  for (const result of (
    await post<{ results: OperationReport[] }>(url, "/v1/operations/verify", { operations: [late, wrapped] })
  ).results)
    tell(result);

  chapter("A stranger audits the log offline");
  const bundle = await get<Bundle>(url, `/v1/documents/${document}/audit?bundle=1`);
  const { operationKeys } = bundle.service;
  const listed = (await get<{ capabilityInvocation: string[] }>(url, "/.well-known/did.json")).capabilityInvocation;
  const known = operationKeys.every((key: string) => listed.some((id) => id.endsWith(key.slice("did:key:".length))));
  say(
    `The bundle names ${operationKeys.length} operation key(s) of ${bundle.service.did}; its DID document ${known ? "lists them" : "does NOT list them"}.`,
  );
  const audit = await auditBundle(bundle, { operationKeys });
  say(`${audit.verdict}: ${audit.entries} entries replayed from nothing, with the delegations that they rest on.`);
  for (const each of audit.checks) say(`  ${each.outcome}  ${each.name}: ${each.detail}`);
  const admitted = Date.parse(opened.receipts.at(-1)!.admittedAt);
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
  check(`curl -s '${url}/v1/documents/${document}/audit?bundle=1'`);
}

function request(method: string, body: unknown, authorization?: string): RequestInit {
  const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
  return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
}

async function call<T>(url: string, method: string, path: string, body?: unknown, authorization?: string): Promise<T> {
  const response = await fetch(url + path, request(method, body, authorization));
  const reply = (await response.json()) as T & Problem;
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${reply.code} ${reply.title} ${reply.detail ?? ""}`);
  return reply;
}

type Problem = { code: string; title: string; detail?: string };
type Terms = { nonce: string; statement: string };

function post<T>(url: string, path: string, body: unknown): Promise<T> {
  return call<T>(url, "POST", path, body);
}

function get<T>(url: string, path: string, authorization?: string): Promise<T> {
  return call<T>(url, "GET", path, undefined, authorization);
}

function named(each: { name: string; outcome: string }): string {
  return `${each.name} ${each.outcome}`;
}

function tell(report: OperationReport): void {
  say(`${report.verdict} (binding ${report.binding}), signed by ${report.signer?.app}`);
  for (const each of report.checks)
    say(`  ${each.outcome}  ${each.name}: ${each.code === "OK" ? "" : `${each.code}. `}${each.detail}`);
}

function chapter(title: string): void {
  say(`\n${title}\n${"─".repeat(title.length)}`);
}

function check(command: string): void {
  say(`To check it: ${command}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

/** The server named, the one that runs here, or one of its own. */
async function findServer(named: string | undefined): Promise<{ url: string; stop(): Promise<void> }> {
  const url = named ?? "http://localhost:8787";
  if (named !== undefined || (await answers(url))) {
    say(`Playing against ${url}`);
    return { url, stop: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "renown-demo-"));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const own = `http://localhost:${port}`;
  say(`No server runs on ${url}; one is started on ${own} over an empty folder.`);
  const env = {
    ...process.env,
    PORT: String(port),
    RENOWN_ORIGIN: own,
    RENOWN_DATA: folder,
    RENOWN_REALM: "demo",
    RENOWN_LOG_LEVEL: "error",
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, "../src/node.ts")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    if (await answers(own)) return { url: own, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error("The server did not start.");
}
