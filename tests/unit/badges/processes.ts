import type { AwardingParts } from "../../../src/badges/awarding.ts";
import type { ServiceKeys } from "../../../src/identity/service-keys.ts";
import { operationSigner } from "../../../src/identity/service-keys.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { createReactor } from "../../../src/operations/reactor.ts";
import { openOrganizationKeys } from "../../../src/organizations/organization-keys.ts";
import { badgeStore } from "../../../src/storage/badge-store.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { organizationStore } from "../../../src/storage/organization-store.ts";
import { allKinds } from "../../../src/verify/kinds.ts";
import type { Academy } from "../../http/academy.ts";
import type { LocalService } from "../../http/server.ts";

let lists = 0;

/** Awarding as another process on the same database has it; `places` are what it takes for free, in turn. */
export function processOn(
  { service, storage, keys }: { service: LocalService; storage: Storage; keys: ServiceKeys },
  academy: Academy,
  places: readonly number[] = [],
): AwardingParts {
  const operationKey = operationSigner(keys);
  const organizations = openOrganizationKeys(organizationStore(storage), keys, service.origin);
  const list = `${academy.slug}-revocation-${++lists}`;
  let next = 0;
  return {
    origin: service.origin,
    realm: "test",
    keys,
    clock: service.now,
    reactor: createReactor({
      store: storage.operations,
      kinds: allKinds(walletCheck()),
      realm: "test",
      clock: service.now,
      operationKey,
      isServiceKey: (key) => key === operationKey.did,
    }),
    store: badgeStore(storage.db),
    issuers: {
      find: async () => ({
        document: academy.document,
        slug: academy.slug,
        name: "Example Academy",
        verified: false,
      }),
      keyOf: async (organization) => {
        const { operation } = await organizations.signersOf(organization);
        return operation && { signer: operation, ground: operation.ground };
      },
    },
    lists: { pickPlace: async (_, purpose) => ({ purpose, list, index: places[next++] ?? 1_000 + next }) },
  };
}

/** A client of the organisation as its token proves it. */
export function clientOf({ document: organization, clientOperation: operation }: Academy) {
  return { organization, operation, mode: "live" } as const;
}
