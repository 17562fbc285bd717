import { defaultImage } from "../../../badges/default-image.ts";
import { ensure } from "../../../kernel/failure.ts";
import type { Membership, OrganizationView } from "../../../services.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import type { Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { imageReply } from "../../routes/faces.ts";
import { pageRoute } from "../form.ts";
import { type Guest, guestOf } from "../guest.ts";
import { pageReply } from "../layout.ts";
import type { ClassCard } from "./class-grid.ts";
import { classPage, classPath } from "./class-page.ts";
import { organizationPage } from "./organization-page.ts";

/** Classes on one page; the rest is behind a link. */
const mostClasses = 60;

/** As many as an organisation has. */
export const mostFields = 64;

/** Versions that are listed: the latest. */
const mostVersions = 20;

/** What everybody sees of organisations and of what they award. */
export function organizationRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/orgs/{slug}", (call) => serveOrganization(door, call)),
    pageRoute(door, "/orgs/{slug}/badges/{class}", (call) => serveClass(door, call)),
    pageRoute(door, "/orgs/{slug}/badges/{class}/picture", (call) => servePicture(door, call), { shared: true }),
  ];
}

/** What whoever looks is in an organisation; undefined for everybody who is not signed in. */
export async function membershipOf(
  { services }: Door,
  { session }: Pick<Guest, "session">,
  document: string,
): Promise<Membership | undefined> {
  return session && (await services.memberships(session, document))[0];
}

/** Classes as cards show them, after a place: their awards are counted together. */
export async function classCards(door: Door, organization: OrganizationView, after: number, limit: number) {
  const { badges, countAwards } = door.services;
  const found = await badges.classes(organization.id, true, { after, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const counts = await countAwards(shown.map(({ view }) => view.id));
  const cards = shown.map(({ view }) => ({
    ...view,
    path: classPath(organization.slug, view.id),
    count: counts.get(view.id) ?? 0,
  }));
  return { cards, next: found.length > limit ? String(shown.at(-1)!.seq) : undefined };
}

async function serveOrganization(door: Door, call: Call): Promise<Reply> {
  const organization = await bySlug(door, call);
  const guest = await guestOf(door, call);
  const [membership, { items: fields }, { cards, next }] = await Promise.all([
    membershipOf(door, guest, organization.id),
    door.services.organizations.fields(organization.slug, { limit: mostFields }),
    classCards(door, organization, placeOf(call), mostClasses),
  ]);
  const classes: ClassCard[] = cards.filter(({ test }) => !test);
  return pageReply(organizationPage({ organization, membership, classes, fields, next }), cached(guest));
}

async function serveClass(door: Door, call: Call): Promise<Reply> {
  const { badges, countAwards, origin } = door.services;
  const organization = await bySlug(door, call);
  const badgeClass = await ownClass(door, organization, pathPart(call, "class"));
  const asked = versionOf(call) ?? badgeClass.version;
  ensure(asked <= badgeClass.version, "NOT_FOUND");
  const listed = Math.min(badgeClass.version, mostVersions);
  const latest = Array.from({ length: listed }, (_, i) => badgeClass.version - i);
  const guest = await guestOf(door, call);
  const [shown, counts, membership, ...versions] = await Promise.all([
    badges.version(badgeClass.id, asked),
    countAwards([badgeClass.id]),
    membershipOf(door, guest, organization.id),
    ...latest.map((version) => badges.version(badgeClass.id, version)),
  ]);
  const count = counts.get(badgeClass.id) ?? 0;
  return pageReply(classPage({ organization, badgeClass, shown, versions, count, membership, origin }), cached(guest));
}

/** The picture of a version, or the one that is drawn where it has none. */
async function servePicture(door: Door, call: Call): Promise<Reply> {
  const { badges } = door.services;
  const badgeClass = await ownClass(door, await bySlug(door, call), pathPart(call, "class"));
  const version = versionOf(call, "v") ?? badgeClass.version;
  const { definition } = await badges.version(badgeClass.id, version);
  const { image, name } = definition;
  const picture = image ? await badges.image(image.digest) : defaultImage({ id: badgeClass.id, name });
  return imageReply(call, picture, `"${badgeClass.id}-${version}"`);
}

async function ownClass({ services }: Door, { id }: OrganizationView, document: string) {
  const found = await services.badges.class(document);
  ensure(found.organization === id, "NOT_FOUND");
  return found;
}

/** Pages have one address each: the document of an organisation is no name of its page. */
export async function bySlug({ services }: Door, call: Call): Promise<OrganizationView> {
  const slug = pathPart(call, "slug");
  const found = await services.organizations.get(slug);
  ensure(found.slug === slug, "NOT_FOUND");
  return found;
}

/** Where a list goes on. */
export function placeOf(call: Call): number {
  const after = new URL(call.request.url).searchParams.get("after") ?? "";
  return /^[1-9]\d{0,14}$/.test(after) ? Number(after) : 0;
}

function versionOf(call: Call, name = "version"): number | undefined {
  const asked = new URL(call.request.url).searchParams.get(name) ?? "";
  return /^[1-9]\d{0,3}$/.test(asked) ? Number(asked) : undefined;
}

/** Members see more than others, so nothing between keeps it. */
function cached({ headers }: Guest): Readonly<Record<string, string>> {
  return { ...headers, "cache-control": "private, no-cache" };
}
