import { parsePkh } from "../identity/did.ts";
import type { Entry } from "../operations/entry.ts";
import { type Claim, here, type Projection, type Row } from "../operations/kind.ts";
import type { Member, Organization, OrganizationClient, OrganizationKey } from "./organization-state.ts";

/** The rows and claims that an entry, just folded into an organisation, has changed. */
export function projectOrganization(state: Organization, entry: Entry): Projection {
  if (state.slug === "" || entry.action.scope !== "global") return { rows: [], claims: [] };
  const rows = [rowOf(state, entry), ...changedRows(state, entry), ...grantRows(state, entry)];
  return { rows, claims: claimsOf(state, entry) };
}

function rowOf(state: Organization, { document, action }: Entry): Row {
  const { slug, profile, domain, closed } = state;
  const set: Row["set"] = {
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
    closed_at: millis(closed?.at),
    closed_by: closed?.by ?? null,
    closed_reason: closed?.reason ?? null,
    created_at: Date.parse(state.createdAt),
    updated_at: Date.parse(state.updatedAt),
    ...(action.type === "CLOSE" && { closed_seq: here }),
  };
  return { table: "organizations", key: { document }, set };
}

/** What a search for a name compares: one form for what people see as one. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

function changedRows(state: Organization, entry: Entry): Row[] {
  const { document, action, digest } = entry;
  const { type, input } = action;
  const touched = (each: { entry: string }) => each.entry === digest || state.ended.includes(each.entry);
  return [
    ...state.left.map((user): Row => ({ table: "organization_members", key: { document, user }, set: { role: null } })),
    ...state.members.filter(touched).flatMap((each) => [memberRow(document, each), roleRow(document, each)]),
    ...state.keys.filter((each) => touched(each) || each.key === input.key).map((each) => keyRow(entry, each)),
    ...state.clients.filter(touched).map((each) => clientRow(document, each)),
    ...(type === "SET_FIELDS" || type === "CLOSE" ? fieldRows(state, document) : []),
  ];
}

function memberRow(document: string, { user, role, entry, operation, since }: Member): Row {
  const set = { address: parsePkh(user).address, role, entry, operation, since: Date.parse(since) };
  return { table: "organization_members", key: { document, user }, set };
}

/** Which entry gave which role: kept for ever, under the entry that others rest on. */
function roleRow(organization: string, { user, role, entry }: Member): Row {
  return { table: "organization_roles", key: { entry }, set: { organization, user, role } };
}

/** A field that was dropped keeps its name, for what was attested in it, but nothing may rest on it. */
function fieldRows({ fields, dropped }: Organization, document: string): Row[] {
  const gone = dropped.map((field): Row => {
    return { table: "organization_fields", key: { document, field }, set: { entry: null, operation: null } };
  });
  if (!fields) return gone;
  const { list, entry, operation } = fields;
  const rows = list.map(({ id: field, name, codes }): Row => {
    const set = { name, codes: codes ? JSON.stringify(codes) : null, entry, operation };
    return { table: "organization_fields", key: { document, field }, set };
  });
  return [...rows, ...gone];
}

function keyRow(
  { document, action }: Entry,
  { key, type, made, entry, operation, since, ...ends }: OrganizationKey,
): Row {
  // The entry that has just said so: the key can be said once to have been compromised.
  const says = action.type === "RETIRE_KEY" && action.input.compromisedFrom !== undefined;
  const set: Row["set"] = {
    type,
    made: made ? 1 : 0,
    entry,
    operation,
    since: Date.parse(since),
    retired_at: millis(ends.retiredAt),
    compromised_from: millis(ends.compromisedFrom),
    ...(says && { compromised_seq: here }),
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
function grantRows({ members, keys, clients, fields, ended }: Organization, { digest }: Entry): Row[] {
  const gives = [...members, ...keys, ...clients, ...(fields ? [fields] : [])].some(({ entry }) => entry === digest);
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
