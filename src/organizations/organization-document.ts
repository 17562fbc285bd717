import type { Did } from "../identity/did.ts";
import { thumbprint } from "../identity/service-keys.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { keepLatest } from "../kernel/keep.ts";
import { iso } from "../kernel/time.ts";
import { jwkOfApp } from "../securing/public-jwk.ts";
import { type KeyRecord, type OrganizationRecord, type OrganizationStore, organizationDid } from "./directory.ts";
import { isSlug } from "./inputs.ts";

/**
 * The DID document of an organisation (Controlled Identifiers 1.0). A retired key stays listed, `expires` being its
 * retirement: what it signed before verifies; one that others may have had is `revoked` from then on. Only P-256 keys
 * invoke: they alone sign operations. In a closed organisation none does; its keys that are still in use sign status lists.
 */
export function organizationDocument(
  { slug, domain, closed }: Pick<OrganizationRecord, "slug" | "domain" | "closed">,
  keys: readonly KeyRecord[],
  origin: string,
): JsonObject {
  const id = organizationDid(origin, slug);
  const methods = keys.flatMap((key) => methodsOf(id, key));
  const invoking = closed ? [] : keys.filter(({ type }) => type === "P-256");
  return {
    "@context": [
      "https://www.w3.org/ns/did/v1",
      "https://w3id.org/security/multikey/v1",
      "https://w3id.org/security/jwk/v1",
    ],
    id,
    verificationMethod: methods,
    assertionMethod: methods.map((each) => each.id!),
    capabilityInvocation: invoking.map(({ key }) => methodId(id, key)),
    // A domain that links back to the DID (DIF Well Known DID Configuration, "Linked Domain Service Endpoint").
    ...(domain && {
      service: [{ id: `${id}#domain`, type: "LinkedDomains", serviceEndpoint: `https://${domain.name}` }],
    }),
  };
}

/** The DID URL of a key of an organisation: `<did>#<multibase of the did:key>`. */
export function methodId(organization: Did, key: Did): string {
  return `${organization}#${multibaseOf(key)}`;
}

/**
 * The DID URL of a P-256 key of an organisation as JWK, for the `kid` of a JWT, which has to lead to one (VC-JOSE-COSE,
 * section 4.2; Open Badges 3.0, section 8.5): `<did>#<thumbprint of the JWK>` (RFC 7638).
 */
export function jwkMethodId(organization: Did, key: Did): string {
  return `${organization}#${jwkOf(key).kid}`;
}

/** Documents of DIDs below the service's own, which are never fetched. Refuses with DID_NOT_FOUND. */
export function ownDocuments(store: OrganizationStore, origin: string): (did: Did) => Promise<JsonObject> {
  const prefix = organizationDid(origin, "");
  return async (did) => {
    const slug = did.startsWith(prefix) ? did.slice(prefix.length) : "";
    const found = isSlug(slug) ? await store.bySlug(slug) : undefined;
    ensure(found, "DID_NOT_FOUND");
    return organizationDocument(found, await store.keys(found.document), origin);
  };
}

/** One method says one form of a key and no more (Controlled Identifiers 1.0, section 2.2), so P-256 has two. */
function methodsOf(controller: Did, { key, type, retiredAt, compromisedFrom }: KeyRecord): JsonObject[] {
  const ends = {
    ...(retiredAt !== null && { expires: iso(retiredAt) }),
    ...(compromisedFrom !== null && { revoked: iso(compromisedFrom) }),
  };
  const multikey = { type: "Multikey", controller, publicKeyMultibase: multibaseOf(key), ...ends };
  const named = { id: methodId(controller, key), ...multikey };
  if (type !== "P-256") return [named];
  const publicKeyJwk = jwkOf(key);
  const asJwk = { id: `${controller}#${publicKeyJwk.kid}`, type: "JsonWebKey", controller, publicKeyJwk, ...ends };
  return [named, asJwk];
}

/** Keys of organisations kept as JWK: unpacking a point costs as much as checking a signature by it. */
const kept = keepLatest<JsonObject & { kid: string }>(256, () => 1);

function jwkOf(key: Did): JsonObject & { kid: string } {
  const known = kept.get(key);
  if (known) return known;
  const jwk = jwkOfApp(key);
  const named = { ...jwk, kid: thumbprint(jwk), alg: "ES256", use: "sig" };
  kept.set(key, named);
  return named;
}

function multibaseOf(key: Did): string {
  return key.slice("did:key:".length);
}
