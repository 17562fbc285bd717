import { parsePkh } from "../../../identity/did.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import { parseTime } from "../../../kernel/time.ts";
import type { RenownCredentialRow, UserRow } from "../../../services.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import { json, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { asked, contractRoutes, isAddress, readObject, refusal, textOf } from "./contract.ts";
import { askedScope } from "./credentials.ts";

/** What relying parties ask: whether a credential holds, how an address stands, who it is. */
export function standingRoutes(door: Door): Route[] {
  const { origin } = door.services;
  const invalid = (failure: Failure, call: Call) => refusal(origin, failure, call, { valid: false });
  return [
    ...contractRoutes(door, "/api/auth/verify", { post: (call) => verify(door, call) }, invalid),
    ...contractRoutes(door, "/api/status/{address}", { get: (call) => status(door, call) }),
    ...contractRoutes(door, "/api/profile", { post: (call) => profile(door, call) }),
  ];
}

/** By the id of a credential, which the contract calls a token. Signature, life and revocation are looked at again. */
async function verify({ services }: Door, call: Call): Promise<Reply> {
  const body = await readObject(call);
  const [token, address] = ["token", "address"].map((name) => textOf(body, name));
  ensure(token !== undefined && address !== undefined, "INVALID_REQUEST", "Missing token or address");
  const found = await services.clients.verify(token, address);
  ensure(found, "NOT_FOUND", "Credential not found");
  const { row, report } = found;
  const wrong = report.checks.find(({ required, outcome }) => required && outcome !== "pass");
  if (wrong || row.revoked) {
    const error = row.revoked ? "Credential has been revoked" : (wrong?.detail ?? "");
    const code = row.revoked ? "REVOKED" : wrong?.code;
    const headers = { "www-authenticate": 'Bearer realm="renown"' };
    return json({ valid: false, error, code, requestId: call.id }, 401, headers);
  }
  return json({ valid: true, payload: payloadOf(row) });
}

/** Times in seconds, with fractions where the credential has them. */
function payloadOf(row: RenownCredentialRow) {
  return {
    iss: row.issuerId,
    aud: row.credentialSubjectApp,
    exp: parseTime(row.expirationDate) / 1000,
    iat: parseTime(row.issuanceDate) / 1000,
    address: row.issuerEthereumAddress,
    chainId: parsePkh(row.issuerId).chainId,
    connectId: row.credentialSubjectId,
    credentialId: row.credentialId,
    documentId: row.documentId,
    proofType: row.proofType,
  };
}

/** How the newest credential of an address stands, revoked and expired ones too: they are called so. */
async function status({ services }: Door, call: Call): Promise<Reply> {
  const { address, chainId: ofDid } = accountOf(pathPart(call, "address"));
  const scope = askedScope(call);
  const chainId = ofDid ?? scope.chainId;
  const { did } = scope;
  const searched = { address, ...(chainId !== undefined && { chainId }), ...(did !== undefined && { appId: did }) };
  const includeRevoked = asked(call, "includeRevoked") !== "false";
  const query = { ethAddress: address, did, chainId, includeRevoked };
  const [row] = await services.clients.credentials(query, 1);
  if (!row) return refusal(services.origin, new Failure("NOT_FOUND", "Credential not found"), call, { searched });
  const expired = parseTime(row.expirationDate) <= call.now;
  return json({
    documentId: row.documentId,
    credentialId: row.credentialId,
    status: row.revoked ? "revoked" : expired ? "expired" : "active",
    revoked: row.revoked,
    revokedAt: row.revokedAt,
    revocationReason: row.revocationReason,
    issuerId: row.issuerId,
    issuerEthereumAddress: row.issuerEthereumAddress,
    issuanceDate: row.issuanceDate,
    expirationDate: row.expirationDate,
    credentialSubject: { id: row.credentialSubjectId, app: row.credentialSubjectApp },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });
}

/** An address, or a did:pkh of eip155. Refuses with INVALID_REQUEST. */
function accountOf(text: string): { address: string; chainId: number | undefined } {
  if (isAddress(text)) return { address: text.toLowerCase(), chainId: undefined };
  try {
    return parsePkh(text);
  } catch {
    throw new Failure("INVALID_REQUEST", "Invalid address or DID");
  }
}

/** The profile that fits one of the keys, the document id before the address before the name; null where none does. */
async function profile({ services }: Door, call: Call): Promise<Reply> {
  const body = await readObject(call);
  const [id, ethAddress, username] = ["id", "ethAddress", "username"].map((name) => textOf(body, name));
  const keys = [
    id !== undefined && { phids: [id] },
    ethAddress !== undefined && { ethAddresses: [ethAddress] },
    username !== undefined && { usernames: [username] },
  ].filter((key) => typeof key === "object");
  ensure(keys.length > 0, "INVALID_REQUEST", "Missing id, ethAddress or username");
  for (const key of keys) {
    const [found] = await services.clients.users(key);
    if (found) return json({ profile: found satisfies UserRow });
  }
  return json({ profile: null });
}
