// Wires organisations: their directory, their keys, their domains.
import { wellKnownReader } from "../chain/did-configuration.ts";
import { stateNow } from "../credentials/delegating.ts";
import { covers } from "../identity/delegation.ts";
import type { FetchDidWeb } from "../identity/resolve.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { pageOf } from "../kernel/page.ts";
import type { Clock } from "../kernel/time.ts";
import type { Kinds } from "../operations/fold.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { closeForOperator } from "../organizations/closing.ts";
import { findOrganization, openDirectory, organizationDid } from "../organizations/directory.ts";
import { checkDomain, checkDueDomains } from "../organizations/domain-check.ts";
import { isSlug, roles } from "../organizations/inputs.ts";
import { ensureRole, type Person } from "../organizations/membership.ts";
import { ownDocuments } from "../organizations/organization-document.ts";
import { openOrganizationKeys } from "../organizations/organization-keys.ts";
import { organizationKind } from "../organizations/organization-state.ts";
import { prepareOperations } from "../organizations/prepare.ts";
import type { Party, Services } from "../services.ts";
import type { Storage } from "../storage/database.ts";
import { organizationStore } from "../storage/organization-store.ts";

export type OrganizationParts = {
  origin: string;
  realm: string;
  keys: ServiceKeys;
  storage: Storage;
  clock: Clock;
  kinds: Kinds;
  reactor: Reactor;
  store: OperationStore;
  /** Fetches the files by which domains name organisations. */
  fetchWellKnown: FetchDidWeb;
};

/** Domains asked, and private halves forgotten, in one tidying. */
const tidiedAtOnce = 16;

/** What other rooms need of organisations, and what the doors may call. */
export function openOrganizations(parts: OrganizationParts) {
  const { origin, clock, reactor } = parts;
  const store = organizationStore(parts.storage);
  const keys = openOrganizationKeys(store, parts.keys, origin);
  const documents = ownDocuments(store, origin);
  const domains = { origin, store, reactor, read: wellKnownReader(parts.fetchWellKnown) };
  const personOf = personFinder(parts.store, clock);
  const directory = openDirectory(store, origin);
  const organizations: Services["organizations"] = {
    list: async (prefix, { after = "", limit }) =>
      pageOf(await directory.list(prefix, after, limit + 1), limit, ({ slug }) => slug),
    get: directory.get,
    members: async (name, { after = "", limit }) =>
      pageOf(await directory.members(name, after, limit + 1), limit, ({ user }) => user),
    keys: directory.keys,
    fields: async (name, { after = "", limit }) =>
      pageOf(await directory.fields(name, after, limit + 1), limit, ({ id }) => id),
    close: async (party, name, reason) => {
      ensure(party.by === "operator", "FORBIDDEN", "Owners close it by an operation that they sign.");
      const { document } = await findOrganization(store, name);
      await closeForOperator(reactor, document, reason);
      return directory.get(document);
    },
    makeKey: async (party, name, type) => {
      const { document } = await findOrganization(store, name);
      await ensureRole(reactor, document, await personOf(party, "ADD_KEY"), ["owner", "admin"]);
      return keys.make(document, type, clock());
    },
    checkDomain: async (party, name) => {
      const found = await findOrganization(store, name);
      await ensureRole(reactor, found.document, await personOf(party, "SET_DOMAIN"), roles);
      await checkDomain(domains, found, clock());
      return directory.get(found.document);
    },
    document: async (slug) => {
      ensure(isSlug(slug), "NOT_FOUND");
      return documents(organizationDid(origin, slug)).catch(absent);
    },
  };
  return {
    store,
    keys,
    /** Documents of DIDs below the service's own. */
    documents,
    /** The wallet behind a party; see `personFinder`. */
    personOf,
    services: {
      organizations,
      prepare: (wish) => prepareOperations(wish, parts, clock()),
    } satisfies Pick<Services, "organizations" | "prepare">,
    tidy: async () => {
      await keys.forget(clock(), tidiedAtOnce);
      await checkDueDomains(domains, clock(), tidiedAtOnce);
    },
  };
}

function absent(error: unknown): never {
  throw error instanceof Failure ? new Failure("NOT_FOUND") : error;
}

/**
 * Says which wallet a party is, or speaks for: an app's token proves its key alone, so its delegation must be live and
 * cover the action on organisations that comes to the same. Refuses with FORBIDDEN.
 */
function personFinder(store: OperationStore, clock: Clock) {
  return async (party: Party, action: string): Promise<Person> => {
    if (party.by === "session") return { user: party.user, method: party.method };
    ensure(party.by === "token", "FORBIDDEN");
    const given = await store.delegationsOf(party.user, party.app);
    const live = given.find(
      (each) => stateNow(each, clock()) === "LIVE" && covers(each.limits, organizationKind, action, false),
    );
    ensure(live, "FORBIDDEN", "The wallet has not delegated this to the app's key.");
    return { user: party.user, method: live.method };
  };
}
