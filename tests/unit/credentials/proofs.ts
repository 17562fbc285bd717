import { privateKeyToAccount } from "viem/accounts";
import type { Limits } from "../../../src/identity/delegation.ts";
import { type Did, pkhDid } from "../../../src/identity/did.ts";
import { delegationResources, delegationStatement } from "../../../src/identity/nonce.ts";
import type { ContractCheck } from "../../../src/identity/wallet.ts";
import { hex } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, iso, type Millis } from "../../../src/kernel/time.ts";
import { renownTypes } from "../../../src/securing/eip712.ts";
import { type By, noon } from "../given.ts";

/** Published test keys (anvil, hardhat). */
export const alice = walletOf("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
export const bob = walletOf("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

export const key: Did = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
export const otherKey: Did = "did:key:zDnaekGhxuwJ9C9Pw7RqiGLxceXfArwNsTZKHcbCghvXuXepK";

export type Wallet = ReturnType<typeof walletOf>;

/** Who acts, in the ways that the doors know. */
export const anonymous: By = { user: "", app: "", binding: "attested", by: "proof" };
export const operator: By = {
  user: "",
  app: "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
  binding: "full",
  by: "service",
};

export function session({ did }: Wallet): By {
  return { user: did, app: "", binding: "attested", by: "session" };
}

export function token(app: Did, { did }: Wallet): By {
  return { user: did, app, binding: "attested", by: "token" };
}

export function signed(app: Did, { did }: Wallet, limits: Limits = "unsaid", binding: By["binding"] = "full"): By {
  return { user: did, app, binding, by: "delegation", limits };
}

export type Terms = {
  wallet?: Wallet;
  chainId?: number;
  subject?: string;
  type?: string[];
  id?: string;
  issuedAt?: Millis;
  expiresAt?: Millis;
};

/** INIT's input with a real proof, signed by viem as wallets sign it. */
export async function credentialInput(terms: Terms = {}): Promise<JsonObject & { proof: JsonObject }> {
  const { wallet = alice, chainId = 1, subject = key, issuedAt = noon } = terms;
  const { account } = wallet;
  const issuer = pkhDid({ chainId, address: account.address });
  const message = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    type: terms.type ?? ["VerifiableCredential", "RenownCredential"],
    id: terms.id ?? "urn:uuid:00000000-0000-4000-8000-000000000001",
    issuer: { id: issuer, ethereumAddress: account.address },
    credentialSubject: { id: subject, app: "https://app.example" },
    credentialSchema: { id: "https://renown.id/schemas/renown-credential/v1", type: "JsonSchemaValidator2018" },
    issuanceDate: iso(issuedAt),
    expirationDate: iso(terms.expiresAt ?? issuedAt + 7 * day),
  };
  const domain = { version: "1", chainId } as const;
  const primaryType = "VerifiableCredential";
  const proofValue = await account.signTypedData({ domain, types: renownTypes, primaryType, message });
  const { "@context": context, ...rest } = message;
  const proof = {
    verificationMethod: issuer,
    ethereumAddress: account.address,
    created: message.issuanceDate,
    proofPurpose: "assertionMethod",
    type: "EthereumEip712Signature2021",
    proofValue,
    eip712: { domain, primaryType },
  };
  return { context, ...rest, proof };
}

/** INIT's input of a delegation by sign-in message. */
export async function delegationInput(
  terms: { app?: Did; limits?: Limits; expiresAt?: Millis; chainId?: number } = {},
) {
  const { app = key, limits = "unsaid", expiresAt = noon + 7 * day, chainId = 1 } = terms;
  const named = { app, limits, until: iso(expiresAt) };
  const message = [
    "renown.example wants you to sign in with your Ethereum account:",
    alice.account.address,
    "",
    delegationStatement(named),
    "",
    "URI: https://renown.example",
    "Version: 1",
    `Chain ID: ${chainId}`,
    "Nonce: aaaaaaaaaaaaaaaaaaaaaaaa",
    `Issued At: ${iso(noon)}`,
    `Expiration Time: ${named.until}`,
    "Resources:",
    ...delegationResources(named).map((resource) => `- ${resource}`),
  ].join("\n");
  return { message, signature: await alice.account.signMessage({ message }) };
}

/** A contract that holds every signature for its own, with the record of its yes. */
export const agreeing: ContractCheck = async ({ chainId, address }, digest) => ({
  method: "contract",
  chainId,
  address,
  digest: `0x${hex(digest)}`,
  blockNumber: 7,
  blockHash: `0x${"b".repeat(64)}`,
  codeHash: `0x${"c".repeat(64)}`,
  checkedAt: iso(noon),
});

/** Actions that a log of these kinds holds, for folds of any order. */
export function deedsOf(init: JsonObject): { type: string; input: JsonObject }[] {
  const ends = [{ reason: "lost", revokedAt: null }, {}].map((input) => ({ type: "REVOKE", input }));
  const compromises = [noon - day, noon].map((from) => ({ type: "SET_COMPROMISED_FROM", input: { from: iso(from) } }));
  return [{ type: "INIT", input: init }, ...ends, ...compromises];
}

function walletOf(privateKey: `0x${string}`) {
  const account = privateKeyToAccount(privateKey);
  const address = account.address.toLowerCase() as `0x${string}`;
  return { account, address, did: pkhDid({ chainId: 1, address }) };
}
