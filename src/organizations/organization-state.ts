import { type Did, type KeyType, parseKeyDid } from "../identity/did.ts";
import { type Entry, signerOf } from "../operations/entry.ts";
import type { Opener } from "../operations/kind.ts";
import {
  type ClientJwk,
  type ClientMode,
  type DomainMethod,
  type Field,
  type Inputs,
  inputs,
  type Role,
  readInput,
  type Scope,
} from "./inputs.ts";

export const organizationKind = "renown/organization";

/** The entry that gives something: its digest, its operation digest D, and when it was admitted. */
export type Given = { entry: string; operation: string; since: string };

export type Member = Given & { user: Did; role: Role };

export type OrganizationKey = Given & {
  key: Did;
  type: KeyType;
  /** Whether its private half was made here. */
  made: boolean;
  retiredAt: string | null;
  /** From when on the organisation says that others may have had it. */
  compromisedFrom: string | null;
  /** When it said so. */
  compromisedAt: string | null;
};

export type OrganizationClient = Given & {
  client: string;
  name: string;
  scopes: readonly Scope[];
  mode: ClientMode;
  jwk: ClientJwk | null;
  revokedAt: string | null;
};

export type OrganizationProfile = {
  name: string;
  description: string | null;
  url: string | null;
  email: string | null;
  image: string | null;
};

export type OrganizationDomain = {
  name: string;
  setAt: string;
  verified: boolean;
  /** Since when it is verified without a break, or is not; null before it was first looked at. */
  since: string | null;
  checkedAt: string | null;
  method: DomainMethod | null;
  /** Why it is not verified. */
  code: string | null;
};

/** What the organisation attests in, as one entry has set it. */
export type Taxonomy = Given & { list: readonly Field[] };

/** That the organisation has ended, by an owner or by the service for its operator. */
export type Closing = { at: string; reason: string; by: "owner" | "service" };

export type Organization = {
  opener: Opener;
  /** "" before INIT. */
  slug: string;
  profile: OrganizationProfile;
  members: readonly Member[];
  /** In the order in which they came, retired ones with them. */
  keys: readonly OrganizationKey[];
  /** Revoked ones with them: an id never comes back. */
  clients: readonly OrganizationClient[];
  domain: OrganizationDomain | null;
  fields: Taxonomy | null;
  closed: Closing | null;
  /** Digests of the entries that the last one has ended. */
  ended: readonly string[];
  /** Members that the last one has taken the role from, and fields that it has dropped. */
  left: readonly Did[];
  dropped: readonly string[];
  createdAt: string;
  updatedAt: string;
};

export function initialOrganization(opener: Opener): Organization {
  return {
    opener,
    slug: "",
    profile: { name: "", description: null, url: null, email: null, image: null },
    members: [],
    keys: [],
    clients: [],
    domain: null,
    fields: null,
    closed: null,
    ended: [],
    left: [],
    dropped: [],
    createdAt: "",
    updatedAt: "",
  };
}

/** The key of a type that is in use, of which there is one at most. */
export function keyInUse(state: Organization, type: KeyType): OrganizationKey | undefined {
  return state.keys.find((each) => each.type === type && each.retiredAt === null);
}

/** Folds an entry into an organisation; what cannot be read changes nothing. */
export function evolveOrganization(state: Organization, entry: Entry): Organization {
  const { type, input } = entry.action;
  if (!isAction(type) || (state.slug === "") !== (type === "INIT")) return state;
  if (state.closed && type !== "RECORD_DOMAIN") return state;
  const read = readInput(type, input);
  const change = read && changes[type](state, read as never, entry);
  if (!change) return state;
  return { ...state, ended: [], left: [], dropped: [], ...change, updatedAt: entry.admittedAt };
}

type Change = Partial<Organization> | undefined;

const changes: { [T in keyof Inputs]: (state: Organization, input: Inputs[T], entry: Entry) => Change } = {
  INIT: (_, { slug, ...profile }, entry) => {
    const { user } = signerOf(entry);
    const owner: Member = { user, role: "owner", ...givenBy(entry) };
    return { slug, profile: profileOf(profile), members: [owner], createdAt: entry.admittedAt };
  },
  SET_PROFILE: (_, profile) => ({ profile: profileOf(profile) }),
  SET_MEMBER: setMember,
  REMOVE_MEMBER: ({ members }, { user }) => {
    const gone = members.find((each) => each.user === user);
    return gone && { members: members.filter((each) => each !== gone), ended: [gone.entry], left: [user] };
  },
  ADD_KEY: addKey,
  RETIRE_KEY: retireKey,
  ADD_CLIENT: ({ clients }, { jwk = null, ...given }, entry) => {
    if (clients.some((each) => each.client === given.client)) return undefined;
    return { clients: [...clients, { ...given, jwk, revokedAt: null, ...givenBy(entry) }] };
  },
  REVOKE_CLIENT: ({ clients }, { client }, { admittedAt }) => {
    const gone = clients.find((each) => each.client === client && each.revokedAt === null);
    if (!gone) return undefined;
    return { clients: replace(clients, gone, { ...gone, revokedAt: admittedAt }), ended: [gone.entry] };
  },
  SET_DOMAIN: (_, { domain }, { admittedAt }) => ({ domain: domain === "" ? null : unproved(domain, admittedAt) }),
  RECORD_DOMAIN: ({ domain }, { domain: name, verified, ...found }) => {
    if (domain?.name !== name) return undefined;
    const goesOn = domain.since !== null && domain.verified === verified;
    return { domain: { ...domain, verified, ...found, since: goesOn ? domain.since : found.checkedAt } };
  },
  SET_FIELDS: ({ fields: before }, { fields: list }, entry) => {
    const dropped = fieldsOf(before).filter((id) => !list.some((each) => each.id === id));
    return { fields: { list, ...givenBy(entry) }, ended: before ? [before.entry] : [], dropped };
  },
  CLOSE: close,
};

function fieldsOf(fields: Taxonomy | null): string[] {
  return fields?.list.map(({ id }) => id) ?? [];
}

/**
 * Ends whatever gives a right. A key whose private half is here stays in use, since status lists and copies of what was
 * awarded are signed by it; any other could sign what nobody sees, so it retires.
 */
function close({ members, keys, clients, fields }: Organization, { reason }: Inputs["CLOSE"], entry: Entry): Change {
  const { admittedAt, authority } = entry;
  const inUse = keys.filter((each) => each.retiredAt === null);
  const live = clients.filter((each) => each.revokedAt === null);
  return {
    members: [],
    keys: keys.map((each) => (each.made || each.retiredAt ? each : { ...each, retiredAt: admittedAt })),
    clients: clients.map((each) => (each.revokedAt ? each : { ...each, revokedAt: admittedAt })),
    fields: null,
    closed: { at: admittedAt, reason, by: authority.by === "service" ? "service" : "owner" },
    ended: [...members, ...inUse, ...live, ...(fields ? [fields] : [])].map((each) => each.entry),
    left: members.map(({ user }) => user),
    dropped: fieldsOf(fields),
  };
}

function isAction(type: string): type is keyof Inputs {
  return Object.hasOwn(inputs, type);
}

function givenBy({ digest, operation, admittedAt }: Entry): Given {
  return { entry: digest, operation, since: admittedAt };
}

function profileOf({ name, description, url, email, image }: Inputs["SET_PROFILE"]): OrganizationProfile {
  return { name, description: description || null, url: url ?? null, email: email ?? null, image: image ?? null };
}

function setMember({ members }: Organization, { user, role }: Inputs["SET_MEMBER"], entry: Entry): Change {
  const before = members.find((each) => each.user === user);
  const member: Member = { user, role, ...givenBy(entry) };
  if (!before) return { members: [...members, member] };
  return { members: replace(members, before, member), ended: [before.entry] };
}

/** One key of each type is in use, so the one before is retired by the one that comes. */
function addKey(state: Organization, { key, made }: Inputs["ADD_KEY"], entry: Entry): Change {
  if (state.keys.some((each) => each.key === key)) return undefined;
  const { type } = parseKeyDid(key);
  const before = keyInUse(state, type);
  const added: OrganizationKey = {
    key,
    type,
    made,
    retiredAt: null,
    compromisedFrom: null,
    compromisedAt: null,
    ...givenBy(entry),
  };
  if (!before) return { keys: [...state.keys, added] };
  const retired = { ...before, retiredAt: entry.admittedAt };
  return { keys: [...replace(state.keys, before, retired), added], ended: [before.entry] };
}

function retireKey({ keys }: Organization, input: Inputs["RETIRE_KEY"], { admittedAt }: Entry): Change {
  const before = keys.find((each) => each.key === input.key);
  if (!before) return undefined;
  const retired = {
    ...before,
    retiredAt: before.retiredAt ?? admittedAt,
    compromisedFrom: before.compromisedFrom ?? input.compromisedFrom ?? null,
    compromisedAt: before.compromisedAt ?? (input.compromisedFrom === undefined ? null : admittedAt),
  };
  return { keys: replace(keys, before, retired), ended: before.retiredAt === null ? [before.entry] : [] };
}

function unproved(name: string, setAt: string): OrganizationDomain {
  return { name, setAt, verified: false, since: null, checkedAt: null, method: null, code: null };
}

function replace<T>(list: readonly T[], before: T, after: T): T[] {
  return list.map((each) => (each === before ? after : each));
}
