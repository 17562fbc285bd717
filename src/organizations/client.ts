import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { randomText } from "../kernel/random.ts";
import { type Clock, day, iso, type Millis } from "../kernel/time.ts";
import { makeSecret, type SecretRecord, secretView } from "./client-secret.ts";
import type { ClientJwk, ClientMode, Role, Scope } from "./inputs.ts";

/** A client of an organisation's API, as the organisation's log names it. */
export type ApiClient = {
  client: string;
  /** The organisation's document. */
  organization: string;
  name: string;
  scopes: readonly Scope[];
  mode: ClientMode;
  jwk: ClientJwk | undefined;
  /** Operation digest D of its ADD_CLIENT: what it does rests on that entry. */
  operation: string;
  since: Millis;
  revokedAt: Millis | undefined;
};

export type ClientAccessStore = {
  /** A client that an organisation's log names and has not revoked. */
  standing(client: string): Promise<ApiClient | undefined>;
  /** Clients of an organisation, revoked ones with them, in the order of their ids after one. */
  clientsOf(organization: string, after: string, limit: number): Promise<ApiClient[]>;
  /** Secrets of these clients that one organisation handed out and that have not run out, the latest first. */
  secretsOf(organization: string, clients: readonly string[], now: Millis): Promise<SecretRecord[]>;
  /** Keeps a secret; false where its client has `most` that have not run out. */
  addSecret(secret: SecretRecord, most: number): Promise<boolean>;
  /** Lets the other secrets of a client end by then at the latest. */
  endOthers(organization: string, client: string, kept: string, by: Millis): Promise<void>;
  /** Forgets a secret; false where there is none. */
  removeSecret(organization: string, client: string, id: string): Promise<boolean>;
  secretUsed(id: string, now: Millis): Promise<void>;
  /** Forgets secrets that have run out, and those older than `before` whose client no log names; a bounded number. */
  purgeSecrets(now: Millis, before: Millis): Promise<void>;
  /** How many clients an organisation has been handed out that its log does not name. */
  pendingOf(organization: string): Promise<number>;
  /** Takes the id of an assertion once; of any number of callers one gets true. */
  spendAssertion(key: string, expiresAt: Millis, now: Millis): Promise<boolean>;
};

/** Who manages the clients of an organisation: a signed-in wallet. */
export type Manager = { user: Did; method: ProofMethod };

/** What an organisation is called by: its slug, or the id of its document. */
export type FindOrganization = (
  name: string,
  manager: Manager,
) => Promise<{ document: string; role: Role | undefined }>;

/** An id and a secret, which is shown this once. */
export type HandedOut = { client: string; secret: string; secretId: string };

export type ClientAccess = {
  /** An id and a secret, shown once; they serve as soon as ADD_CLIENT of that id stands in the organisation's log. */
  handOut(manager: Manager, organization: string): Promise<HandedOut>;
  list(manager: Manager, organization: string, page: { after: string; limit: number }): Promise<ClientView[]>;
  /** A new secret, shown once. Those before live for a day more, or end at once. */
  rotate(manager: Manager, organization: string, client: string, immediately: boolean): Promise<HandedOut>;
  removeSecret(manager: Manager, organization: string, client: string, id: string): Promise<void>;
};

export type ClientView = ReturnType<typeof clientView>;

/** How long a secret lives on that was rotated out. */
export const overlap = day;

/** How long a client that was handed out may wait for its ADD_CLIENT. */
export const pendingLife = day;

/** Secrets of one client at a time: the one in use, those going out, and room for a mistake. */
export const maxSecrets = 5;

/** Clients that wait for their ADD_CLIENT at a time. */
export const maxPending = 20;

export type ClientAccessParts = { store: ClientAccessStore; clock: Clock; find: FindOrganization };

/**
 * How owners and admins of an organisation see to the secrets of its API clients; the clients themselves come and go by
 * signed operations. Everybody else is refused with FORBIDDEN, what is not there with NOT_FOUND, too much with
 * QUOTA_EXCEEDED.
 */
export function openClientAccess(parts: ClientAccessParts): ClientAccess {
  const { store, clock } = parts;
  const governed = async (manager: Manager, name: string) => {
    const { document, role } = await parts.find(name, manager);
    ensure(role === "owner" || role === "admin", "FORBIDDEN", "Owners and admins of the organisation do this.");
    return document;
  };
  const standing = async (organization: string, client: string) => {
    const found = await store.standing(client);
    ensure(found?.organization === organization, "NOT_FOUND");
  };
  return {
    handOut: async (manager, name) => {
      const organization = await governed(manager, name);
      await store.purgeSecrets(clock(), clock() - pendingLife);
      const pending = await store.pendingOf(organization);
      ensure(pending < maxPending, "QUOTA_EXCEEDED", `At most ${maxPending} clients wait for their ADD_CLIENT.`);
      return addSecret(parts, organization, randomText(16));
    },
    list: async (manager, name, { after, limit }) => {
      const organization = await governed(manager, name);
      const clients = await store.clientsOf(organization, after, limit);
      const ids = clients.map(({ client }) => client);
      const secrets = ids.length === 0 ? [] : await store.secretsOf(organization, ids, clock());
      return clients.map((each) => clientView(each, secrets));
    },
    rotate: async (manager, name, client, immediately) => {
      const organization = await governed(manager, name);
      await standing(organization, client);
      // A secret that leaked ends whatever comes then, also where there is no room for another.
      if (immediately) await store.endOthers(organization, client, "", clock());
      const made = await addSecret(parts, organization, client);
      if (!immediately) await store.endOthers(organization, client, made.secretId, clock() + overlap);
      return made;
    },
    removeSecret: async (manager, name, client, id) => {
      const organization = await governed(manager, name);
      ensure(await store.removeSecret(organization, client, id), "NOT_FOUND");
    },
  };
}

async function addSecret({ store, clock }: ClientAccessParts, organization: string, client: string) {
  const { secret, record } = makeSecret(organization, client, clock());
  const added = await store.addSecret(record, maxSecrets);
  ensure(added, "QUOTA_EXCEEDED", `A client has at most ${maxSecrets} secrets; take one away first.`);
  return { client, secret, secretId: record.id };
}

/** A client as its organisation sees it: everything but what a secret is. Times are RFC 3339. */
function clientView(given: ApiClient, secrets: readonly SecretRecord[]) {
  const { client, name, scopes, mode, jwk, since, revokedAt } = given;
  return {
    client,
    name,
    scopes: [...scopes],
    mode,
    jwk: jwk ?? null,
    since: iso(since),
    revokedAt: revokedAt === undefined ? null : iso(revokedAt),
    secrets: secrets.filter((each) => each.client === client).map(secretView),
  };
}
