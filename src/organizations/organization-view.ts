import type { JsonObject } from "../kernel/json.ts";
import type {
  Member,
  Organization,
  OrganizationClient,
  OrganizationDomain,
  OrganizationKey,
  Taxonomy,
} from "./organization-state.ts";

/** What everybody may see of an organisation, as its log has it. */
export function viewOrganization(state: Organization): JsonObject {
  return {
    slug: state.slug || null,
    ...state.profile,
    domain: state.domain && viewDomain(state.domain),
    members: state.members.map(viewMember),
    keys: state.keys.map(viewKey),
    clients: state.clients.map(viewClient),
    fields: state.fields && viewFields(state.fields),
    closed: state.closed && { ...state.closed },
    createdAt: state.createdAt || null,
    updatedAt: state.updatedAt || null,
  };
}

/** `operation` is what an operation of the member names in `restsOn`. */
export function viewMember({ user, role, operation, since }: Member) {
  return { user, role, since, operation };
}

export function viewKey({ key, type, made, operation, since, retiredAt, compromisedFrom }: OrganizationKey) {
  return { key, type, made, since, retiredAt, compromisedFrom, operation };
}

export function viewClient({ client, name, scopes, mode, operation, since, revokedAt }: OrganizationClient) {
  return { client, name, scopes: [...scopes], mode, since, revokedAt, operation };
}

export function viewDomain({ name, verified, since, checkedAt, method, code }: OrganizationDomain) {
  return { name, verified, since, checkedAt, method, code };
}

/** `operation` is what an attestation in one of the fields names in `restsOn`. */
export function viewFields({ list, operation, since }: Taxonomy) {
  const items = list.map(({ id, name, codes = [] }) => ({ id, name, codes: [...codes] }));
  return { items, since, operation };
}
