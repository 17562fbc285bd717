import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso } from "../kernel/time.ts";
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
  const invoking = closed ? [] : keys.filter(({ type }) => type === "P-256");
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
    id,
    verificationMethod: keys.map((key) => methodOf(id, key)),
    assertionMethod: keys.map(({ key }) => methodId(id, key)),
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

function methodOf(controller: Did, { key, retiredAt, compromisedFrom }: KeyRecord): JsonObject {
  return {
    id: methodId(controller, key),
    type: "Multikey",
    controller,
    publicKeyMultibase: multibaseOf(key),
    ...(retiredAt !== null && { expires: iso(retiredAt) }),
    ...(compromisedFrom !== null && { revoked: iso(compromisedFrom) }),
  };
}

function multibaseOf(key: Did): string {
  return key.slice("did:key:".length);
}
