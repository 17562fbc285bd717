import { sha256 } from "#primitives";
import type { Did } from "../identity/did.ts";
import { base58 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Cryptosuite, type ProofSigner, proofOptions } from "./data-integrity.ts";
import { hashData } from "./data-integrity-bytes.ts";
import { templatedQuads } from "./proof-template.ts";
import { signCredential } from "./vc-jwt.ts";

/** The keys that an issuer signs credentials with, one of a type at most. */
export type IssuingKeys = readonly ProofSigner[];

/** The suite that a key makes proofs of credentials with. */
export const suiteOfKey: Readonly<Record<ProofSigner["type"], Cryptosuite>> = {
  Ed25519: "eddsa-rdfc-2022",
  "P-256": "ecdsa-rdfc-2019",
};

/**
 * The credential with a proof by each key, a set of proofs, byte by byte as `addProof` makes them; what credentials of
 * one shape have in common is canonicalised once. `created` is RFC 3339. Refuses with NO_KEY where there is no key, and
 * as `addProof`.
 */
export async function proveCredential(credential: JsonObject, keys: IssuingKeys, created: string): Promise<JsonObject> {
  ensure(keys.length > 0, "NO_KEY");
  const hash = sha256(await templatedQuads(credential));
  const context = credential["@context"]!;
  const prove = async (key: ProofSigner): Promise<JsonObject> => {
    const options = proofOptions(credential, key.method, { cryptosuite: suiteOfKey[key.type], created });
    const quads = await templatedQuads({ ...options, "@context": context });
    return { ...options, proofValue: `z${base58(await key.sign(hashData(sha256(quads), hash)))}` };
  };
  return { ...credential, proof: await Promise.all(keys.map(prove)) };
}

/** The credential as `vc+jwt` by the issuer's key of P-256; undefined where it has none. */
export async function jwtOfCredential(
  credential: JsonObject,
  issuer: Did,
  keys: IssuingKeys,
): Promise<string | undefined> {
  const key = keys.find(({ type }) => type === "P-256");
  return key && signWith(credential, issuer, key);
}

/** The credential as `vc+jwt` by a key of P-256 of the issuer's. */
export function signWith(credential: JsonObject, issuer: Did, key: ProofSigner): Promise<string> {
  const { method, jwkMethod = method, sign } = key;
  return signCredential(credential, { did: issuer, key: { kid: jwkMethod.slice(jwkMethod.indexOf("#") + 1), sign } });
}

/** A credential as a text in one form: JSON with proofs, or a JWT. Refuses with NO_KEY where no key makes it. */
export async function textOfCredential(
  credential: JsonObject,
  issuer: Did,
  keys: IssuingKeys,
  form: "json" | "jwt",
  created: string,
): Promise<string> {
  if (form === "json") return JSON.stringify(await proveCredential(credential, keys, created));
  const jwt = await jwtOfCredential(credential, issuer, keys);
  ensure(jwt !== undefined, "NO_KEY");
  return jwt;
}
