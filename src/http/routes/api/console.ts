import { isConsoleId } from "../../../identity/console-session.ts";
import { parsePkh } from "../../../identity/did.ts";
import { ensure } from "../../../kernel/failure.ts";
import { asText } from "../../../kernel/json.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import { json, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { contractRoutes, readObject, textOf } from "./contract.ts";
import { findById } from "./credentials.ts";

/** How a command line learns what a person did in a browser: it asks for a session of its own making. */
export function consoleRoutes(door: Door): Route[] {
  return contractRoutes(door, "/api/console/session/{id}", {
    get: (call) => result(door, call),
    post: (call) => begin(door, call),
    put: (call) => complete(door, call),
    delete: (call) => close(door, call),
  });
}

/** The result once, pending before and after: who has it already is not told that another took it. */
async function result({ services }: Door, call: Call): Promise<Reply> {
  const sessionId = idOf(call);
  // Whoever looks ahead by HEAD must not eat the one answer.
  const document = call.request.method === "HEAD" ? undefined : await services.console.take(sessionId);
  const live = { includeRevoked: false, unexpired: true };
  const [row] = document === undefined ? [] : await services.clients.credentials({ document, ...live });
  if (!row) return json({ sessionId, status: "pending" });
  const { chainId, address } = parsePkh(row.issuerId);
  return json({
    sessionId,
    status: "ready",
    address,
    chainId,
    did: row.issuerId,
    connectDid: row.credentialSubjectId,
    credentialId: row.documentId,
    userDocumentId: await services.clients.profileOf(row.issuerId),
  });
}

async function begin({ services }: Door, call: Call): Promise<Reply> {
  const sessionId = idOf(call);
  const body = await readObject(call, false);
  const [connect, app] = ["connectDid", "app"].map((name) => textOf(body, name));
  const created = await services.console.begin(sessionId);
  if (connect !== undefined) await services.console.open(sessionId, connect, app);
  return json({ sessionId, status: "pending" }, created ? 201 : 200);
}

/** What is said of the credential must be so; who may complete the session is decided by the credential alone. */
async function complete(door: Door, call: Call): Promise<Reply> {
  const { services } = door;
  const sessionId = idOf(call);
  const body = await readObject(call);
  const [address, did, id, connect] = ["address", "did", "credentialId", "connectDid"].map((name) =>
    textOf(body, name),
  );
  const chainId = typeof body.chainId === "number" ? body.chainId : Number(asText(body.chainId));
  const whole = address !== undefined && did !== undefined && id !== undefined && Number.isInteger(chainId);
  ensure(whole && chainId > 0, "INVALID_REQUEST", "Missing required fields: address, chainId, did, credentialId");
  const row = await findById(door, id, address);
  ensure(row, "NOT_FOUND", "Credential not found");
  const issuer = parsePkh(row.issuerId);
  const so =
    issuer.address === address.toLowerCase() && issuer.chainId === chainId && row.issuerId === did.toLowerCase();
  ensure(so, "INVALID_REQUEST", "The credential is of another wallet.");
  if (connect !== undefined) await services.console.open(sessionId, connect);
  await services.console.complete(sessionId, row.documentId);
  return json({ sessionId, status: "ready" });
}

async function close({ services }: Door, call: Call): Promise<Reply> {
  await services.console.close(idOf(call));
  return json({ success: true });
}

/** Whoever knows the id of a session gets its result, so a short one is refused. */
function idOf(call: Call): string {
  const id = pathPart(call, "id");
  ensure(isConsoleId(id), "INVALID_REQUEST", "A session id has 20 to 128 of A-Z, a-z, 0-9, - and _.");
  return id;
}
