import { credentialOf } from "../../../credentials/credential-row.ts";
import { parsePkh } from "../../../identity/did.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import { isObject } from "../../../kernel/json.ts";
import type { Party, RenownCredentialRow } from "../../../services.ts";
import { bearerIfAny } from "../../authentication.ts";
import type { Call, Door } from "../../call.ts";
import { json, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { asked, contractRoutes, isAddress, readObject, textOf } from "./contract.ts";

export function credentialRoutes(door: Door): Route[] {
  return [
    ...contractRoutes(door, "/api/auth/credential", {
      get: (call) => findCredential(door, call),
      delete: (call) => revokeByDocument(door, call),
    }),
    ...contractRoutes(door, "/api/credential/renown", {
      post: (call) => postCredential(door, call),
      delete: (call) => revokeById(door, call),
    }),
  ];
}

/** The newest live credential of an address, for the app and on the chain that are asked for. */
async function findCredential({ services }: Door, call: Call): Promise<Reply> {
  const address = asked(call, "address");
  ensure(address !== undefined, "INVALID_REQUEST", "Missing address");
  ensure(isAddress(address), "INVALID_REQUEST", "Invalid address");
  const includeRevoked = asked(call, "includeRevoked") === "true";
  const query = { ethAddress: address, ...askedScope(call), includeRevoked, unexpired: true };
  const [row] = await services.clients.credentials(query, 1);
  ensure(row, "NOT_FOUND", "Credential not found");
  const userDocumentId = await services.clients.profileOf(row.issuerId);
  return json({ ...(userDocumentId !== undefined && { userDocumentId }), credential: credentialOf(row) });
}

/** The chain and the app that a query names. Refuses with INVALID_REQUEST. */
export function askedScope(call: Call): { chainId?: number; did?: string } {
  const chainId = asked(call, "chainId");
  const did = asked(call, "appId") ?? asked(call, "connectId");
  ensure(chainId === undefined || /^[1-9]\d{0,9}$/.test(chainId), "INVALID_REQUEST", "Invalid chainId");
  return { ...(chainId !== undefined && { chainId: Number(chainId) }), ...(did !== undefined && { did }) };
}

async function revokeByDocument(door: Door, call: Call): Promise<Reply> {
  const id = asked(call, "id");
  ensure(id !== undefined, "INVALID_REQUEST", "Missing credential id");
  const party = await partyOf(door, call);
  // Other wallets may have given a credential the same id: the party's own is meant, if there is one.
  const address = "user" in party ? parsePkh(party.user).address : undefined;
  await revoke(door, party, await findById(door, id, address), asked(call, "reason"));
  return json({ result: true, credentialId: id });
}

/** By a document's id, or by a credential's: then the one of this address, else the newest of anybody. */
export async function findById(
  { services }: Door,
  id: string,
  address: string | undefined,
): Promise<RenownCredentialRow | undefined> {
  if (!id.startsWith("urn:")) return (await services.clients.credentials({ document: id }, 1))[0];
  const ethAddress = address !== undefined && isAddress(address) ? { ethAddress: address } : {};
  const [own] = await services.clients.credentials({ credentialId: id, ...ethAddress }, 1);
  return own ?? (await services.clients.credentials({ credentialId: id }, 1))[0];
}

async function revokeById(door: Door, call: Call): Promise<Reply> {
  const body = await readObject(call);
  const [credentialId, address, reason] = ["credentialId", "address", "reason"].map((name) => textOf(body, name));
  ensure(credentialId !== undefined && address !== undefined, "INVALID_REQUEST", "Missing credentialId or address");
  const party = await partyOf(door, call);
  const [row] = await door.services.clients.credentials({ credentialId, ethAddress: address });
  await revoke(door, party, row, reason);
  return json({ result: true });
}

/** Nobody says: then nothing is looked up either. A cookie says nothing here. */
async function partyOf(door: Door, call: Call): Promise<Party> {
  const party = await bearerIfAny(door, call);
  ensure(party, "UNAUTHENTICATED");
  return party;
}

async function revoke(
  { services }: Door,
  party: Party,
  row: RenownCredentialRow | undefined,
  reason: string | undefined,
): Promise<void> {
  ensure(row && !row.revoked, "NOT_FOUND", "Credential not found");
  try {
    await services.clients.revoke(party, row.documentId, reason ?? null);
  } catch (error) {
    const late = error instanceof Failure && error.code === "ALREADY_REVOKED";
    throw late ? new Failure("NOT_FOUND", "Credential not found") : error;
  }
}

/** Checks the proof before anything is kept; the profile of a new wallet is opened with it. */
async function postCredential(door: Door, call: Call): Promise<Reply> {
  const { credential, signature, domain, username, userImage } = await readObject(call);
  ensure(credential && signature, "INVALID_REQUEST", "Missing required fields: credential, signature, domain");
  ensure(isObject(credential) && isObject(credential.issuer), "INVALID_REQUEST", "The credential names no issuer.");
  const { ethereumAddress } = credential.issuer;
  ensure(typeof ethereumAddress === "string", "INVALID_REQUEST", "The credential names no address.");
  await door.gate.guard(call);
  await door.gate.guardKey(call, ethereumAddress.toLowerCase());
  const posted = { credential, signature, domain, username, userImage };
  const { document, profile } = await door.services.clients.accept(posted, await bearerIfAny(door, call));
  const userDocumentId = profile === undefined ? {} : { userDocumentId: profile };
  // Both are the document's id: the contract names it twice.
  return json({ result: true, documentId: document, credentialId: document, ...userDocumentId });
}
