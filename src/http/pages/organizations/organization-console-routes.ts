import { ensure } from "../../../kernel/failure.ts";
import { organizationDid } from "../../../organizations/directory.ts";
import type { Call, Door } from "../../call.ts";
import { content, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { pageRoute } from "../form.ts";
import { guestOf } from "../guest.ts";
import { type Page, pageReply } from "../layout.ts";
import { signInPage } from "../people/sign-in-panel.ts";
import { awardFormPage } from "./award-form.ts";
import { classFormPage } from "./class-form.ts";
import { type AwardWish, awardsPage } from "./organization-awards.ts";
import { consoleBadgesPage } from "./organization-badges.ts";
import { clientsPage } from "./organization-clients.ts";
import { domainPage } from "./organization-domain.ts";
import { type KeyView, keysPage } from "./organization-keys-page.ts";
import { consoleRoute, type Entered, enter, governors, issuers } from "./organization-member.ts";
import { membersPage } from "./organization-members.ts";
import { overviewPage } from "./organization-overview.ts";
import { classCards, mostFields, placeOf } from "./organization-routes.ts";
import { organizationsPage } from "./organizations-page.ts";

/** What stands on one page of each list. */
const [mostMembers, mostClients, mostClasses, mostAwards] = [100, 50, 100, 25];

/** Classes that a form or a filter offers. */
const mostOffered = 200;

/** For whom somebody acts, and what they do there. */
export function consolePageRoutes(door: Door): Route[] {
  const part = (
    path: string,
    roles: readonly string[] | undefined,
    show: (entered: Entered, call: Call) => Promise<Page>,
  ) => consoleRoute(door, path, roles, show);
  return [
    pageRoute(door, "/orgs", (call) => serveOrganizations(door, call)),
    part("", undefined, (entered) => showOverview(door, entered)),
    part("/members", undefined, (entered, call) => showMembers(door, entered, call)),
    part("/keys", undefined, async ({ frame }) =>
      keysPage(frame, await door.services.organizations.keys(frame.organization.slug)),
    ),
    part("/domain", undefined, (entered) => showDomain(door, entered)),
    pageRoute(door, "/orgs/{slug}/console/domain/did-configuration.json", (call) => serveConfiguration(door, call)),
    part("/clients", governors, (entered, call) => showClients(door, entered, call)),
    part("/badges", undefined, (entered, call) => showBadges(door, entered, call)),
    part("/badges/edit", governors, (entered, call) => showClassForm(door, entered, call)),
    part("/awards", undefined, (entered, call) => showAwards(door, entered, call)),
    part("/awards/new", issuers, (entered, call) => showAwardForm(door, entered, call)),
  ];
}

async function serveOrganizations(door: Door, call: Call): Promise<Reply> {
  const { services } = door;
  const guest = await guestOf(door, call);
  if (!guest.session) return pageReply(signInPage(guest, "/orgs"), guest.headers);
  const memberships = await services.memberships(guest.session);
  const didOf = (slug: string) => organizationDid(services.origin, slug);
  const { user } = guest.session;
  const { host } = new URL(services.origin);
  const done = query(call, "done") || undefined;
  const view = { user, host, didOf, memberships, token: guest.formToken, done };
  return pageReply(organizationsPage(view), guest.headers);
}

async function showOverview({ services }: Door, { session, frame }: Entered): Promise<Page> {
  const { id, slug, domain } = frame.organization;
  const [keys, fields, classes, awards] = await Promise.all([
    services.organizations.keys(slug),
    services.organizations.fields(slug, { limit: mostFields }),
    services.badges.classes(id, false, { after: 0, limit: 1 }),
    services.badges.awards(session, id, {}, { after: 0, limit: 1 }),
  ]);
  const standing = { domain: domain?.verified === true, badge: classes.length > 0, award: awards.length > 0 };
  return overviewPage(frame, { keys: signsCredentials(keys), ...standing }, fields.items);
}

async function showMembers({ services }: Door, { frame }: Entered, call: Call): Promise<Page> {
  const page = { after: query(call, "from"), limit: mostMembers };
  const { items: members, next } = await services.organizations.members(frame.organization.slug, page);
  // Of a long list nobody counts the owners: the service refuses what would leave none.
  const whole = next === null && page.after === "";
  const lastOwner = whole && members.filter(({ role }) => role === "owner").length === 1;
  return membersPage(frame, { members, next, lastOwner });
}

async function showDomain({ services }: Door, { frame }: Entered): Promise<Page> {
  const keys = await services.organizations.keys(frame.organization.slug);
  const signs = keys.some(({ made, retiredAt, type }) => made && retiredAt === null && type === "P-256");
  return domainPage(frame, signs);
}

async function serveConfiguration(door: Door, call: Call): Promise<Reply> {
  const { session, frame } = await enter(door, call, await guestOf(door, call), governors);
  const configuration = await door.services.domainConfiguration(session, frame.organization.slug);
  const disposition = { "content-disposition": 'attachment; filename="did-configuration.json"' };
  return content("application/json", JSON.stringify(configuration, null, 2), disposition);
}

async function showClients({ services }: Door, { session, frame }: Entered, call: Call): Promise<Page> {
  const { clients, tokenEndpoint } = services.access;
  const page = { after: query(call, "from"), limit: mostClients };
  const found = await clients.list(session, frame.organization.slug, page);
  return clientsPage(frame, { clients: found.items, next: found.next, tokenEndpoint });
}

async function showBadges(door: Door, { frame }: Entered, call: Call): Promise<Page> {
  const { cards, next } = await classCards(door, frame.organization, placeOf(call), mostClasses);
  return consoleBadgesPage(frame, cards, next);
}

async function showClassForm({ services }: Door, { frame }: Entered, call: Call): Promise<Page> {
  const asked = query(call, "class");
  if (asked === "") return classFormPage(frame, undefined);
  const found = await services.badges.class(asked);
  ensure(found.organization === frame.organization.id, "NOT_FOUND");
  return classFormPage(frame, found);
}

async function showAwards(door: Door, { session, frame }: Entered, call: Call): Promise<Page> {
  const { services } = door;
  const { id, slug } = frame.organization;
  const wish = { class: query(call, "class"), standing: query(call, "standing"), who: query(call, "who").trim() };
  const page = { after: placeOf(call), limit: mostAwards + 1, latest: true } as const;
  const [found, classes, keys] = await Promise.all([
    services.badges.awards(session, id, filterOf(wish), page),
    services.badges.classes(id, true, { after: 0, limit: mostOffered }),
    services.organizations.keys(slug),
  ]);
  const shown = found.slice(0, mostAwards);
  return awardsPage(frame, {
    awards: shown.map(({ view }) => view),
    next: found.length > mostAwards ? String(shown.at(-1)!.seq) : undefined,
    classes: classes.map(({ view }) => view),
    wish,
    signs: signsCredentials(keys),
  });
}

async function showAwardForm({ services }: Door, { frame }: Entered, call: Call): Promise<Page> {
  const { id, slug } = frame.organization;
  const [classes, keys] = await Promise.all([
    services.badges.classes(id, false, { after: 0, limit: mostOffered }),
    services.organizations.keys(slug),
  ]);
  const offered = classes.map(({ view }) => view).filter(({ test }) => !test);
  return awardFormPage(frame, { classes: offered, chosen: query(call, "class"), signs: signsCredentials(keys) });
}

const standings = ["active", "suspended", "revoked", "cancelled"] as const;

/** What nobody can be found by finds nothing. */
function filterOf({ class: given, standing, who }: AwardWish) {
  const known = standings.find((each) => each === standing);
  const address = /^0x[0-9a-fA-F]{40}$/.test(who) ? `did:pkh:eip155:1:${who.toLowerCase()}` : undefined;
  const by = who.includes("@") ? { email: who } : { subject: address ?? who };
  return { ...(given !== "" && { class: given }), ...(known && { standing: known }), ...(who !== "" && by) };
}

export function signsCredentials(keys: readonly KeyView[]): boolean {
  return keys.some(({ made, retiredAt, type }) => made && retiredAt === null && type !== "secp256k1");
}

/** A value of the query, bounded. */
function query(call: Call, name: string): string {
  return (new URL(call.request.url).searchParams.get(name) ?? "").slice(0, 512);
}
