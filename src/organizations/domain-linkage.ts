import type { Did } from "../identity/did.ts";
import { signCompact } from "../identity/jws.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { day, iso, type Millis } from "../kernel/time.ts";
import type { ProofSigner } from "../securing/data-integrity.ts";

/** How long a domain linkage holds; a new one takes its place before. */
export const linkageLife: Millis = 730 * day;

/**
 * A DID configuration for a domain to publish: one domain linkage credential as a JWT, by the organisation's P-256 key.
 * Refuses with NO_KEY where none is given.
 * @see https://identity.foundation/.well-known/resources/did-configuration/, "JSON Web Token Proof Format"
 */
export async function makeConfiguration(
  { did, domain, keys }: { did: Did; domain: string; keys: readonly ProofSigner[] },
  now: Millis,
): Promise<JsonObject> {
  const key = keys.find(({ type }) => type === "P-256");
  ensure(key, "NO_KEY", "A P-256 key that was made here signs it.");
  const until = now + linkageLife;
  const vc: JsonObject = {
    "@context": ["https://www.w3.org/2018/credentials/v1", configurationContext],
    type: ["VerifiableCredential", "DomainLinkageCredential"],
    issuer: did,
    issuanceDate: seconds(now),
    expirationDate: seconds(until),
    credentialSubject: { id: did, origin: `https://${domain}` },
  };
  const claims = { iss: did, sub: did, nbf: Math.floor(now / 1000), exp: Math.floor(until / 1000), vc };
  // No other member of the header is allowed.
  const jwt = await signCompact({}, claims, { kid: key.method, sign: key.sign });
  return { "@context": configurationContext, linked_dids: [jwt] };
}

const configurationContext = "https://identity.foundation/.well-known/did-configuration/v1";

/** As `nbf` and `exp` say it. */
function seconds(time: Millis): string {
  return iso(Math.floor(time / 1000) * 1000);
}
