import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { day, iso, type Millis, parseTime, second } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import { findKey } from "../securing/verification-key.ts";
import { type OrganizationRecord, type OrganizationStore, organizationDid } from "./directory.ts";
import { type DomainFinding, findDomain, type ReadWellKnown } from "./domain-proof.ts";
import { organizationDocument } from "./organization-document.ts";
import { type Organization, type OrganizationDomain, organizationKind } from "./organization-state.ts";

/** A domain is asked no more often than this, whoever wishes it. */
export const domainRest = 30 * second;

/** How often a domain is asked unasked. */
export const domainLife = day;

/** How long a domain that says nothing keeps what it said last. */
export const domainPatience = 7 * day;

export type DomainParts = {
  origin: string;
  store: OrganizationStore;
  reactor: Reactor;
  read: ReadWellKnown;
};

/**
 * Asks the domain of an organisation and puts on record what has changed: that it says yes, that it no longer does, or
 * why not. `rest` is how long ago somebody may have asked last. Refuses with NOT_INITIALIZED where no domain is set, and
 * with TOO_MANY_REQUESTS.
 */
export async function checkDomain(
  parts: DomainParts,
  { document, slug, domain, closed }: OrganizationRecord,
  now: Millis,
  rest: Millis = domainRest,
): Promise<void> {
  ensure(domain, "NOT_INITIALIZED", "No domain is set.");
  const { store, origin, read } = parts;
  const begun = await store.beginCheck(document, domain.name, now, now - rest);
  ensure(begun, "TOO_MANY_REQUESTS", "The domain was looked at a moment ago.");
  const own = organizationDocument({ slug, domain, closed }, await store.keys(document), origin);
  const did: Did = organizationDid(origin, slug);
  const resolveKey = async (url: string, at: Millis) => findKey(own, url, at);
  const finding = await findDomain({ domain: domain.name, did, read, resolveKey, now });
  if (finding.verified) await store.confirmDomain(document, domain.name, now);
  await record(parts, document, domain.name, finding, now);
}

/** Documents of organisations whose domain nobody has asked for a day, at most `limit`, those unasked longest first. */
export function dueDomainChecks(store: OrganizationStore, now: Millis, limit: number): Promise<string[]> {
  return store.dueChecks(now - domainLife, limit);
}

/** Asks every domain that is due, at most `limit`; what one of them comes to stops no other. */
export async function checkDueDomains(parts: DomainParts, now: Millis, limit: number): Promise<void> {
  const due = await dueDomainChecks(parts.store, now, limit);
  const checks = due.map(async (document) => {
    const found = await parts.store.find(document);
    if (found) await checkDomain(parts, found, now, domainLife);
  });
  await Promise.allSettled(checks);
}

/** A log that grew by every look would say nothing more: what stands there already is not said again. */
async function record(
  { reactor, store }: DomainParts,
  document: string,
  name: string,
  { verified, method, code }: DomainFinding,
  now: Millis,
): Promise<void> {
  const { domain } = (await reactor.document(document)).state as Organization;
  ensure(domain?.name === name, "CONFLICT", "The domain is another by now.");
  const known = domain.since !== null && domain.verified === verified;
  if (known && domain.method === method && domain.code === code) return;
  if (code === "DID_UNREACHABLE" && domain.verified && now - (await saidYes(store, document, domain)) < domainPatience)
    return;
  const input = { domain: name, verified, method, code, checkedAt: iso(now) };
  await reactor.attest({
    document,
    kind: organizationKind,
    actions: [{ type: "RECORD_DOMAIN", input }],
    actor: { user: "", app: "", method: "recovery" },
    authority: { by: "service", entry: "" },
  });
}

/** When a domain that is verified last said so. */
async function saidYes(store: OrganizationStore, document: string, { name, checkedAt }: OrganizationDomain) {
  return Math.max((await store.confirmedAt(document, name)) ?? 0, checkedAt === null ? 0 : parseTime(checkedAt));
}
