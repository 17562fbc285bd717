import { digestOf } from "#primitives";
import { didMediaType } from "../../../identity/resolve.ts";
import { Failure } from "../../../kernel/failure.ts";
import type { PublicProfile } from "../../../services.ts";
import { preferred } from "../../accept.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import { content, json, type Reply, unlessKnown } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { drawCard } from "../card.ts";
import { pageRoute } from "../form.ts";
import { pageReply } from "../layout.ts";
import { planMark } from "../mark.ts";
import { noProfilePage, profilePage } from "./profile-page.ts";

export function profileRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/profile/{id}", (call) => serveProfile(door, call), { shared: true }),
    pageRoute(door, "/profile/{id}/card.png", (call) => serveCard(door, call), { shared: true }),
  ];
}

const offered = [
  "text/html",
  "application/json",
  didMediaType,
  "application/did+json",
  "application/did+ld+json",
] as const;

/** One address for people and programs: a page, the same as JSON, or the DID document of whom it is about. */
async function serveProfile(door: Door, call: Call): Promise<Reply> {
  const { services } = door;
  const type = preferred(call.request.header("accept"), offered);
  if (type === undefined) throw new Failure("NOT_ACCEPTABLE");
  const profile = await services.profiles.find(pathPart(call, "id"));
  const headers = { vary: "accept", "cache-control": "no-cache" };
  if (!profile && type === "text/html") return pageReply(noProfilePage(), headers, 404);
  if (!profile) throw new Failure("NOT_FOUND");
  // A profile whose address was never set is not found by its opener's: it is named by its document.
  const named = await services.profiles.find(profile.address);
  const name = named?.documentId === profile.documentId ? profile.address : profile.documentId;
  const url = `${services.origin}/profile/${name}`;
  const reply = await replyOf(door, profile, type, url, headers);
  return unlessKnown(call.request.header("if-none-match"), `"${digestOf(reply.body as string)}"`, reply);
}

async function replyOf(
  { services }: Door,
  profile: PublicProfile,
  type: (typeof offered)[number],
  url: string,
  headers: Record<string, string>,
): Promise<Reply> {
  if (type === "text/html") return pageReply(profilePage(profile, url), headers);
  if (type === "application/json")
    return json({ ...profile, url, links: linksOf(profile, services.origin) }, 200, headers);
  const { didDocument } = await services.dids.resolve(profile.did);
  return content(type, JSON.stringify(didDocument), headers);
}

function linksOf({ documentId, did }: PublicProfile, origin: string) {
  const document = `${origin}/v1/documents/${encodeURIComponent(documentId)}`;
  return {
    document,
    log: `${document}/operations`,
    audit: `${document}/audit`,
    did: `${origin}/1.0/identifiers/${encodeURIComponent(did)}`,
  };
}

/** The mark as a picture for whoever shows a link: it never changes. */
async function serveCard(door: Door, call: Call): Promise<Reply> {
  const profile = await door.services.profiles.find(pathPart(call, "id"));
  if (!profile) throw new Failure("NOT_FOUND");
  const png = await drawCard(planMark(profile.did));
  return content("image/png", png, { "cache-control": "public, max-age=86400" });
}
