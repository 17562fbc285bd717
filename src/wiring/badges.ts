// Wires badge classes and awards: who may give them, and by which key they are signed.
import type { BadgeStore } from "../badges/award-store.ts";
import { type AwardingParts, claimJob } from "../badges/awarding.ts";
import { createBadges, type Standing } from "../badges/badges.ts";
import { claimMail } from "../badges/claim-mail.ts";
import type { Issuers } from "../badges/issuers.ts";
import { type Party, requireScope } from "../credentials/party.ts";
import { type Deliver, mailHandler } from "../followers/mail.ts";
import { type Handlers, type Outbox, Postponed, Undeliverable } from "../followers/outbox.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { type Clock, day } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import { findOrganization, type OrganizationStore } from "../organizations/directory.ts";
import { ensureRole, type Person } from "../organizations/membership.ts";
import type { OrganizationKeys } from "../organizations/organization-keys.ts";
import type { Services } from "../services.ts";

export type BadgeParts = {
  origin: string;
  realm: string;
  keys: ServiceKeys;
  clock: Clock;
  reactor: Reactor;
  badges: BadgeStore;
  organizations: {
    store: OrganizationStore;
    keys: OrganizationKeys;
    personOf(party: Party, action: string): Promise<Person>;
  };
  outbox: Outbox;
  /** Carries mail on, where that is configured. */
  deliver?: Deliver | undefined;
  credentials: Pick<AwardingParts, "lists" | "made"> & { erase(award: string): Promise<void> };
};

/** Contacts forgotten, and awards looked for that never came to stand, in one tidying. */
const tidiedAtOnce = 10_000;

/** What the doors may call, and what is done after an answer. */
export function openBadges(parts: BadgeParts) {
  const { origin, realm, keys, reactor, credentials, badges: store, outbox, clock } = parts;
  const mails = parts.deliver !== undefined;
  const awarding: AwardingParts = {
    origin,
    realm,
    keys,
    reactor,
    clock,
    store,
    issuers: issuersOf(parts),
    lists: credentials.lists,
    ...(credentials.made && { made: credentials.made }),
    erased: credentials.erase,
    ...(mails && { deliveries: outbox }),
  };
  const badges: Services["badges"] = createBadges(awarding, standingOf(parts));
  return {
    services: { badges },
    awarding,
    handlers: parts.deliver ? handlersOf(awarding, parts.deliver) : {},
    tidy: async () => {
      await store.dropContacts(clock(), tidiedAtOnce);
      await store.dropOrphans(clock() - day, tidiedAtOnce);
      await store.dropAllowances(clock());
    },
  };
}

function issuersOf({ organizations }: BadgeParts): Issuers {
  return {
    find: async (named) => {
      const { document, slug, profile, domain } = await findOrganization(organizations.store, named);
      return { document, slug, name: profile.name, verified: domain?.verified ?? false };
    },
    keyOf: async (organization) => {
      const { operation } = await organizations.keys.signersOf(organization);
      return operation && { signer: operation, ground: operation.ground };
    },
  };
}

function standingOf({ organizations, reactor }: BadgeParts): Standing<Party> {
  return {
    client: (party, scope) => requireScope(party, scope),
    reader: async (party, organization, to) => {
      if (party.by === "client") {
        ensure(party.organization === organization, "NOT_FOUND");
        const { mode } = requireScope(party, to === "read" ? "awards:read" : "awards:write");
        return { test: mode === "test" };
      }
      const allowed = ["owner", "admin", "issuer", ...(to === "read" ? (["arbiter", "viewer"] as const) : [])] as const;
      try {
        await ensureRole(reactor, organization, await organizations.personOf(party, "SET_PROFILE"), [...allowed]);
        return {};
      } catch (error) {
        // Nobody learns of another's awards.
        throw error instanceof Failure && error.code === "FORBIDDEN" ? new Failure("NOT_FOUND") : error;
      }
    },
    wallet: (party) => (party.by === "session" ? party.user : undefined),
  };
}

function handlersOf(awarding: AwardingParts, deliver: Deliver): Handlers {
  const send = mailHandler(deliver, awarding.origin);
  return {
    // Every attempt asks again: what was corrected, erased or revoked meanwhile goes to nobody.
    [claimJob]: async ({ award, face }, job) => {
      if (typeof award !== "string" || typeof face !== "string") throw new Undeliverable("The job names no award.");
      const mail = await claimMail(awarding, { award, face });
      if (mail && "heldUntil" in mail) throw new Postponed(mail.heldUntil);
      if (mail) await send({ ...mail }, job);
    },
  };
}
