import type { Did, KeyType } from "../identity/did.ts";
import { serviceDid } from "../identity/service-did.ts";
import { ensure } from "../kernel/failure.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { DomainMethod, Role } from "./inputs.ts";
import { foldName } from "./organization-rows.ts";
import type { Closing, OrganizationProfile } from "./organization-state.ts";

/** What the directory says of a domain. */
export type DomainRecord = {
  name: string;
  verified: boolean;
  since: Millis | null;
  /** When it was last looked at, whatever came of it. */
  checkedAt: Millis | null;
  method: DomainMethod | null;
  code: string | null;
};

/** That it has ended: who closed it, and why. */
export type ClosingRecord = { at: Millis; by: Closing["by"]; reason: string };

export type OrganizationRecord = {
  document: string;
  slug: string;
  profile: OrganizationProfile;
  domain: DomainRecord | null;
  closed: ClosingRecord | null;
  createdAt: Millis;
  updatedAt: Millis;
};

export type MemberRecord = { user: Did; role: Role; operation: string; since: Millis };

export type KeyRecord = {
  key: Did;
  type: KeyType;
  made: boolean;
  operation: string;
  since: Millis;
  retiredAt: Millis | null;
  compromisedFrom: Millis | null;
};

/** A field that an organisation attests in; `operation` is its SET_FIELDS, null of a field that was dropped. */
export type FieldRecord = { id: string; name: string; codes: readonly string[]; operation: string | null };

/** A key in use whose private half was made here, and is sealed. */
export type HeldKey = Pick<KeyRecord, "key" | "type" | "operation"> & { sealed: string };

/** What is asked of organisations, and what is kept beside their logs. A contract suite holds the adapters to it. */
export type OrganizationStore = {
  /** By its document. */
  find(document: string): Promise<OrganizationRecord | undefined>;
  bySlug(slug: string): Promise<OrganizationRecord | undefined>;
  /** By slug, after one, whose slug or folded name begins so. */
  list(prefix: { slug: string; name: string }, after: string, limit: number): Promise<OrganizationRecord[]>;
  /** Those in office, by their DIDs, after one. */
  members(document: string, after: string, limit: number): Promise<MemberRecord[]>;
  /** All that ever were, the earliest first. */
  keys(document: string): Promise<KeyRecord[]>;
  /** Those it attests in now, by their ids, after one. */
  fields(document: string, after: string, limit: number): Promise<FieldRecord[]>;
  /** One of them, or one that it has attested in. */
  field(document: string, id: string): Promise<FieldRecord | undefined>;
  /** Keeps a sealed private half; false where as many as `most` of the organisation's wait for their ADD_KEY. */
  keepKey(key: { organization: string; key: Did; sealed: string; createdAt: Millis }, most: number): Promise<boolean>;
  heldKeys(document: string): Promise<HeldKey[]>;
  /** Forgets private halves that no log has named since before, and those of keys retired before; at most `limit`. */
  forgetKeys(before: Millis, limit: number): Promise<number>;
  /** Takes the turn to look at a domain; false where somebody did after `notAfter`. */
  beginCheck(organization: string, domain: string, now: Millis, notAfter: Millis): Promise<boolean>;
  /** Notes that the domain has said yes. */
  confirmDomain(organization: string, domain: string, now: Millis): Promise<void>;
  /** When it last said yes, as far as noted. */
  confirmedAt(organization: string, domain: string): Promise<Millis | undefined>;
  /** Documents whose domain nobody has looked at since, at most `limit`. */
  dueChecks(before: Millis, limit: number): Promise<string[]>;
};

export type Directory = ReturnType<typeof openDirectory>;

export type OrganizationView = ReturnType<typeof organizationView>;

/** DID of an organisation: `did:web:<host>:orgs:<slug>` (the did:web method specification). */
export function organizationDid(origin: string, slug: string): Did {
  return `${serviceDid(origin)}:orgs:${slug}`;
}

/** An organisation by its slug or its document; refuses with NOT_FOUND. */
export async function findOrganization(store: OrganizationStore, name: string): Promise<OrganizationRecord> {
  // A document's id has 45 characters, five more than a slug.
  const found = await (name.length > 40 ? store.find(name) : store.bySlug(name));
  ensure(found, "NOT_FOUND");
  return found;
}

/** What anybody may ask about organisations. Everything that names one refuses with NOT_FOUND. */
export function openDirectory(store: OrganizationStore, origin: string) {
  return {
    /** Those whose slug or name begins so, by slug. */
    list: async (prefix: string, after: string, limit: number) => {
      const name = foldName(prefix);
      return (await store.list({ slug: name, name }, after, limit)).map((each) => organizationView(each, origin));
    },
    get: async (name: string) => organizationView(await findOrganization(store, name), origin),
    members: async (name: string, after: string, limit: number) => {
      const { document } = await findOrganization(store, name);
      return (await store.members(document, after, limit)).map(memberView);
    },
    keys: async (name: string) => {
      const { document } = await findOrganization(store, name);
      return (await store.keys(document)).map(keyView);
    },
    fields: async (name: string, after: string, limit: number) => {
      const { document } = await findOrganization(store, name);
      return (await store.fields(document, after, limit)).map(fieldView);
    },
  };
}

/** Times are RFC 3339. */
export function organizationView(record: OrganizationRecord, origin: string) {
  const { document, slug, profile, domain, closed, ...times } = record;
  return {
    id: document,
    slug,
    did: organizationDid(origin, slug),
    ...profile,
    domain: domain && domainView(domain),
    closed: closed && { ...closed, at: iso(closed.at) },
    createdAt: iso(times.createdAt),
    updatedAt: iso(times.updatedAt),
  };
}

function domainView({ name, verified, since, checkedAt, method, code }: DomainRecord) {
  return { name, verified, since: timeOf(since), checkedAt: timeOf(checkedAt), method, code };
}

function memberView({ user, role, operation, since }: MemberRecord) {
  return { user, role, since: iso(since), operation };
}

function keyView({ key, type, made, operation, since, retiredAt, compromisedFrom }: KeyRecord) {
  const ends = { retiredAt: timeOf(retiredAt), compromisedFrom: timeOf(compromisedFrom) };
  return { key, type, made, since: iso(since), ...ends, operation };
}

function fieldView({ id, name, codes, operation }: FieldRecord) {
  return { id, name, codes: [...codes], operation };
}

function timeOf(time: Millis | null): string | null {
  return time === null ? null : iso(time);
}
