// Wires how programs of organisations come in, and what is done after an answer.
import { type ClientParty, walletOf } from "../credentials/party.ts";
import { type Deliver, mailHandler, mailKind } from "../followers/mail.ts";
import { type Handlers, openOutbox } from "../followers/outbox.ts";
import type { CompactJws } from "../identity/jws.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { ensure } from "../kernel/failure.ts";
import { pageOf } from "../kernel/page.ts";
import { type Clock, second } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { type FindOrganization, openClientAccess } from "../organizations/client.ts";
import { grantToken, isClientToken, readClientToken } from "../organizations/client-token.ts";
import { openIdempotency } from "../organizations/idempotency.ts";
import { isSlug, scopes } from "../organizations/inputs.ts";
import { roleOf } from "../organizations/organization.ts";
import { type Organization, organizationKind } from "../organizations/organization-state.ts";
import type { Services } from "../services.ts";
import { clientAccessStore } from "../storage/client-access-store.ts";
import type { Storage } from "../storage/database.ts";
import { idempotencyStore } from "../storage/idempotency-store.ts";
import { outboxStore } from "../storage/outbox-store.ts";

export type AccessParts = {
  origin: string;
  keys: ServiceKeys;
  storage: Storage;
  clock: Clock;
  reactor: Reactor;
  store: OperationStore;
  /** Carries mail on, where that is configured. */
  deliver?: Deliver | undefined;
};

/** What one drain of the outbox does at most: a timer calls again soon. */
const drainBudget = { jobs: 256, time: 20 * second };

/** API access and the outbox; `services` takes the handlers of other rooms' jobs. */
export function openAccess(parts: AccessParts) {
  const { origin, keys, clock, storage, deliver } = parts;
  const store = clientAccessStore(storage.db);
  const tokens = { origin, keys, store, clock, tokenEndpoint: `${origin}/oauth/token` };
  const outbox = openOutbox({ store: outboxStore(storage.db), keys, clock });
  return {
    outbox,
    /** Undefined where a token of ours is none for clients. */
    clientOf: async (token: string, jws: CompactJws): Promise<ClientParty | undefined> => {
      if (!isClientToken(jws, origin)) return undefined;
      const { client, organization, operation, scopes, mode } = await readClientToken(tokens, token, jws);
      return { by: "client", client, organization, operation, scopes, mode };
    },
    services: (others: Handlers = {}): Pick<Services, "access" | "outbox"> => {
      const handlers = { ...others, ...(deliver && { [mailKind]: mailHandler(deliver, origin) }) };
      return {
        access: {
          tokenEndpoint: tokens.tokenEndpoint,
          scopes,
          token: (proof, scope) => grantToken(tokens, proof, scope),
          clients: clientServices(parts, store),
          idempotency: openIdempotency({ store: idempotencyStore(storage.db), keys, clock }),
        },
        outbox: { drain: () => outbox.drain(handlers, drainBudget), failed: outbox.failed, retry: outbox.retry },
      };
    },
  };
}

function clientServices(
  parts: AccessParts,
  store: ReturnType<typeof clientAccessStore>,
): Services["access"]["clients"] {
  const clients = openClientAccess({ store, clock: parts.clock, find: organizationFinder(parts) });
  return {
    handOut: (party, organization) => clients.handOut(walletOf(party), organization),
    list: async (party, organization, { after = "", limit }) => {
      const found = await clients.list(walletOf(party), organization, { after, limit: limit + 1 });
      return pageOf(found, limit, ({ client }) => client);
    },
    rotate: (party, organization, client, immediately) =>
      clients.rotate(walletOf(party), organization, client, immediately),
    removeSecret: (party, organization, client, id) => clients.removeSecret(walletOf(party), organization, client, id),
  };
}

/** The state of the log decides who governs, not a row that follows it. */
function organizationFinder({ reactor, store, clock }: AccessParts): FindOrganization {
  return async (name, { user, method }) => {
    const document = isSlug(name) ? await store.holderOf("organization", name, clock()) : name;
    ensure(document !== undefined && (await store.holds(document)), "NOT_FOUND");
    const { kind, state } = await reactor.document(document);
    ensure(kind.name === organizationKind, "NOT_FOUND");
    return { document, role: roleOf(state as Organization, { user, method }) };
  };
}
