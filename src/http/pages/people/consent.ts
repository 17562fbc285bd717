import { checksummed } from "../../../identity/address.ts";
import { appPoint } from "../../../identity/app-key.ts";
import { type May, maxLimits, parseMay } from "../../../identity/delegation.ts";
import { type Did, maxChainId, pkhDid } from "../../../identity/did.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import type { JsonObject } from "../../../kernel/json.ts";
import { iso, type Millis } from "../../../kernel/time.ts";
import { renownTypes } from "../../../securing/eip712.ts";
import { parseReturnAddress, type ReturnAddress } from "./return-address.ts";

/** What an app asks for. */
export type ConsentRequest = {
  app: Did;
  chainId: number;
  back: ReturnAddress;
  /** What it wants to be able to do; undefined where it does not say, as older apps do not. */
  asked: readonly May[] | undefined;
};

/** What a person agrees to. `limits` as a proof spells them, `["none"]` for nothing, undefined where nothing is said. */
export type ConsentTerms = {
  app: Did;
  /** What the credential calls the app: the site, never a name of its own choice. */
  label: string;
  limits: readonly string[] | undefined;
  address: string;
  chainId: number;
  issuedAt: Millis;
  expiresAt: Millis;
};

/** What a credential calls an app that has no site. */
export const appWithoutSite = "renown-app";

/**
 * Reads what an app asks for from the address of the page. Other parameters are passed over, as older clients send some.
 * Refuses with INVALID_DID, WRONG_CHAIN, INVALID_REQUEST and RETURN_ADDRESS.
 */
export function readConsentRequest(query: URLSearchParams, deepLinks: readonly string[]): ConsentRequest {
  const app = query.get("app") || query.get("connect") || "";
  appPoint(app);
  const network = query.get("network") || "eip155";
  const chain = query.get("chain") || "1";
  const chainId = /^[1-9]\d{0,9}$/.test(chain) ? Number(chain) : 0;
  ensure(network === "eip155" && chainId > 0 && chainId <= maxChainId, "WRONG_CHAIN");
  const back = parseReturnAddress(query.get("returnUrl") || undefined, query.get("deeplink") || undefined, deepLinks);
  return { app, chainId, back, asked: readAsked(query.getAll("may")) };
}

/** Limits that an app asks for, in one parameter or several; undefined where there is none. INVALID_REQUEST. */
export function readAsked(values: readonly string[]): May[] | undefined {
  if (values.length === 0) return undefined;
  const names = values.flatMap((value) => value.split(/[\s,]+/)).filter((name) => name !== "" && name !== "none");
  const distinct = [...new Set(names.map((name) => name.replace(/^renown:may:/, "")))];
  ensure(distinct.length <= maxLimits, "INVALID_REQUEST", `At most ${maxLimits} limits are taken.`);
  try {
    return distinct.map(parseMay);
  } catch (error) {
    throw error instanceof Failure ? new Failure("INVALID_REQUEST", error.detail) : error;
  }
}

/** The Renown credential that says so, member for member as existing clients know it, without its proof. */
export function composeCredential(terms: ConsentTerms): JsonObject {
  const { app, label, limits = [], address, chainId, issuedAt, expiresAt } = terms;
  const lower = address.toLowerCase() as `0x${string}`;
  return {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    type: ["VerifiableCredential", "RenownCredential", ...limits.map((name) => `renown:may:${name}`)],
    id: `urn:uuid:${crypto.randomUUID()}`,
    issuer: { id: pkhDid({ chainId, address: lower }), ethereumAddress: checksummed(address) },
    credentialSubject: { id: app, app: label },
    credentialSchema: { id: "https://renown.id/schemas/renown-credential/v1", type: "JsonSchemaValidator2018" },
    issuanceDate: iso(issuedAt),
    expirationDate: iso(expiresAt),
  };
}

/** What `eth_signTypedData_v4` takes. */
export function typedDataOf(message: JsonObject, chainId: number) {
  const domainType = [
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
  ];
  const types = { EIP712Domain: domainType, ...renownTypes };
  return { domain: domainOf(chainId), types, primaryType: "VerifiableCredential", message };
}

/** The credential with the wallet's signature as its proof. */
export function withProof(message: JsonObject, chainId: number, signature: string): JsonObject {
  const issuer = message.issuer as { id: string; ethereumAddress: string };
  const proof = {
    type: "EthereumEip712Signature2021",
    created: message.issuanceDate as string,
    verificationMethod: issuer.id,
    proofPurpose: "assertionMethod",
    proofValue: signature,
    ethereumAddress: issuer.ethereumAddress,
    eip712: { domain: domainOf(chainId), primaryType: "VerifiableCredential" },
  };
  return { ...message, proof };
}

function domainOf(chainId: number) {
  return { version: "1", chainId };
}
