import { parsePkh } from "../identity/did.ts";
import type { Entry } from "../operations/entry.ts";
import { type Claim, here, type Projection, type Row } from "../operations/kind.ts";
import type { Member, Organization, OrganizationClient, OrganizationKey } from "./organization-state.ts";

/** The rows and claims that an entry, just folded into an organisation, has changed. */
export function projectOrganization(state: Organization, entry: Entry): Projection {
  if (state.slug === "" || entry.action.scope !== "global") return { rows: [], claims: [] };
  const rows = [rowOf(state, entry.document), ...changedRows(state, entry), ...grantRows(state, entry)];
  return { rows, claims: claimsOf(state, entry) };
}

function rowOf(state: Organization, document: string): Row {
  const { slug, profile, domain } = state;
  const set = {
    slug,
    ...profile,
    name_folded: foldName(profile.name),
    domain: domain?.name ?? null,
    domain_set_at: millis(domain?.setAt),
    domain_verified: domain?.verified ? 1 : 0,
    domain_since: millis(domain?.since),
    domain_checked_at: millis(domain?.checkedAt),
    domain_method: domain?.method ?? null,
    domain_code: domain?.code ?? null,
    created_at: Date.parse(state.createdAt),
    updated_at: Date.parse(state.updatedAt),
  };
  return { table: "organizations", key: { document }, set };
}

/** What a search for a name compares: one form for what people see as one. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

function changedRows(state: Organization, { document, action, digest }: Entry): Row[] {
  const { type, input } = action;
  if (type === "REMOVE_MEMBER") {
    const user = input.user as string;
    const gone = state.ended.length > 0;
    return gone ? [{ table: "organization_members", key: { document, user }, set: { role: null } }] : [];
  }
  const touched = ({ entry }: { entry: string }) => entry === digest || state.ended.includes(entry);
  return [
    ...state.members.filter(touched).map((each) => memberRow(document, each)),
    ...state.keys.filter((each) => touched(each) || each.key === input.key).map((each) => keyRow(document, each)),
    ...state.clients.filter(touched).map((each) => clientRow(document, each)),
  ];
}

function memberRow(document: string, { user, role, entry, operation, since }: Member): Row {
  const set = { address: parsePkh(user).address, role, entry, operation, since: Date.parse(since) };
  return { table: "organization_members", key: { document, user }, set };
}

function keyRow(document: string, { key, type, made, entry, operation, since, ...ends }: OrganizationKey): Row {
  const set = {
    type,
    made: made ? 1 : 0,
    entry,
    operation,
    since: Date.parse(since),
    retired_at: millis(ends.retiredAt),
    compromised_from: millis(ends.compromisedFrom),
  };
  return { table: "organization_keys", key: { document, key }, set };
}

function clientRow(document: string, { client, scopes, jwk, revokedAt, since, ...given }: OrganizationClient): Row {
  const set = {
    document,
    name: given.name,
    scopes: JSON.stringify(scopes),
    mode: given.mode,
    jwk: jwk === null ? null : JSON.stringify(jwk),
    entry: given.entry,
    operation: given.operation,
    since: Date.parse(since),
    revoked_at: millis(revokedAt),
  };
  return { table: "organization_clients", key: { client }, set };
}

/** What the entry gives, others may rest on; what it has ended, they may no longer. */
function grantRows({ members, keys, clients, ended }: Organization, { digest }: Entry): Row[] {
  const gives = [...members, ...keys, ...clients].some(({ entry }) => entry === digest);
  const given: Row = { table: "grants", key: { entry: digest }, set: { seq: here, ended: null } };
  const ends = ended.map((entry): Row => ({ table: "grants", key: { entry }, set: { ended: here } }));
  return gives ? [given, ...ends] : ends;
}

/** Slugs and client ids name something for ever: neither is given twice. */
function claimsOf(state: Organization, { action, document: holder, digest }: Entry): Claim[] {
  const terms = { holder, until: null, refusal: "NAME_TAKEN" } as const;
  if (action.type === "INIT") return [{ space: "organization", key: state.slug, ...terms }];
  const added = state.clients.find(({ entry }) => entry === digest);
  return added ? [{ space: "organization-client", key: added.client, ...terms }] : [];
}

function millis(time: string | null | undefined): number | null {
  return time ? Date.parse(time) : null;
}
