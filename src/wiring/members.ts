// Wires what members of organisations do on pages, by keys of their own.
import type { AwardingParts } from "../badges/awarding.ts";
import { createMemberIssuing } from "../badges/member-batch.ts";
import { walletOf } from "../credentials/party.ts";
import { ensure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import { makeConfiguration } from "../organizations/domain-linkage.ts";
import { type Membership, membershipsOf } from "../organizations/my-organizations.ts";
import type { OrganizationKeys } from "../organizations/organization-keys.ts";
import type { Party, Services } from "../services.ts";
import { awardCountStore } from "../storage/award-count-store.ts";
import type { Storage } from "../storage/database.ts";
import { membershipStore } from "../storage/membership-store.ts";

export type MemberServiceParts = {
  storage: Storage;
  clock: Clock;
  awarding: AwardingParts;
  organizations: { keys: OrganizationKeys; services: Pick<Services, "organizations" | "prepare"> };
};

export function memberServices(
  parts: MemberServiceParts,
): Pick<Services, "memberBadges" | "memberships" | "countAwards" | "domainConfiguration"> {
  const { storage, clock, awarding } = parts;
  const store = membershipStore(storage.db);
  const counts = awardCountStore(storage.db);
  const memberships = (party: Party, organization?: string): Promise<Membership[]> =>
    membershipsOf(store, walletOf(party), organization);
  return {
    memberships: async (party, organization) => memberships(party, organization),
    domainConfiguration: async (party, organization) => {
      const { id, domain } = await parts.organizations.services.organizations.get(organization);
      const [own] = await memberships(party, id);
      ensure(own?.role === "owner" || own?.role === "admin", "FORBIDDEN");
      ensure(domain, "NOT_INITIALIZED", "No domain is set.");
      const { did, credential } = await parts.organizations.keys.signersOf(id);
      return makeConfiguration({ did, domain: domain.name, keys: credential }, clock());
    },
    countAwards: (classes) => counts.countAwards(classes, clock()),
    memberBadges: createMemberIssuing<Party>({
      awarding,
      prepare: parts.organizations.services.prepare,
      member: async (party, org, allowed) => {
        const issuer = await awarding.issuers.find(org);
        const [own] = await memberships(party, issuer.document);
        ensure(own && allowed.includes(own.role), "FORBIDDEN");
        const restsOn = [{ document: issuer.document, operation: own.operation }];
        return { issuer, restsOn, test: false, user: own.user };
      },
    }),
  };
}
