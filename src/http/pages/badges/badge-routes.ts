import { badgeTitle } from "../../../badges/achievement-credential.ts";
import type { SeenAward } from "../../../badges/award-facts.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import { preferred } from "../../accept.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import { content, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { bakedTag, faceRoutes, imageReply, jwtType, lookerOf, seenBy } from "../../routes/faces.ts";
import { drawCard } from "../card.ts";
import { pageRoute } from "../form.ts";
import { guestOf } from "../guest.ts";
import { pageReply, redirect } from "../layout.ts";
import { planMark } from "../mark.ts";
import { refusalReply } from "../refusal-page.ts";
import { badgeKeyRoutes } from "./badge-key-routes.ts";
import { packReply } from "./badge-packing.ts";
import { badgePage } from "./badge-page.ts";
import { isClaimable, seeBadge } from "./badge-view.ts";
import { embedReply, noEmbedReply } from "./embed-page.ts";

/** The addresses of badges as the API describes them, with a page for people where people ask. */
export function badgeFaceRoutes(door: Door): Route[] {
  const routes = faceRoutes(door, (call, award) => servePage(door, call, award));
  return routes.map((each) => (each.path === "/b/{id}" ? forPeople(door, each) : each));
}

/** People come by links to which others have added parameters of their own; the fragment stays through a redirect. */
function forPeople(door: Door, route: Route): Route {
  const serve = async (call: Call) => {
    const { url } = call.request;
    const asksPage = preferred(call.request.header("accept"), ["application/vc", "text/html"]) === "text/html";
    return asksPage && url.includes("?")
      ? redirect(`/b/${encodeURIComponent(pathPart(call, "id"))}`)
      : route.serve(call);
  };
  return { ...route, serve, refuse: refuseAsPage(door) };
}

/** What stands around a badge for people: its pictures and files, the card that others frame, and claiming. */
export function badgePageRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/b/{id}/{file}", (call) => serveFile(door, call), { shared: true }),
    pageRoute(door, "/embed/b/{id}", (call) => serveEmbed(door, call), { shared: true }),
    ...badgeKeyRoutes(door),
  ];
}

/** What decides what is answered under the address of a badge. */
const faceVary = "accept, authorization, cookie";

/** Hidden, held back or never made: one page for all. */
function refuseAsPage({ services }: Door): NonNullable<Route["refuse"]> {
  return (failure, call) => {
    const reply = refusalReply(failure, call, services.origin);
    return { ...reply, headers: { ...reply.headers, vary: faceVary } };
  };
}

async function servePage(door: Door, call: Call, award: SeenAward): Promise<Reply> {
  const view = await seeBadge(door, call, award);
  const cached = { "cache-control": "no-cache", link: alternates(view.facts.id), vary: faceVary };
  // Only who may claim is given a form, and the cookie by which it is known.
  if (!isClaimable(view)) return packReply(call, pageReply(badgePage(view, ""), cached));
  const { formToken, headers } = await guestOf(door, call);
  const own = { ...headers, ...cached, "cache-control": "no-store" };
  return packReply(call, pageReply(badgePage(view, formToken), own));
}

/** The same for machines (RFC 8288). */
function alternates(url: string): string {
  return ["application/vc", jwtType].map((type) => `<${url}>; rel="alternate"; type="${type}"`).join(", ");
}

type Files = Record<string, (door: Door, call: Call, award: SeenAward) => Promise<Reply>>;

const files: Files = {
  picture: async ({ services }, call, award) => {
    const image = await services.faces.image(award);
    const reply = imageReply(call, image, `"${award.state.class}-${award.state.version}"`);
    return image.type === "image/svg+xml" ? packReply(call, reply) : reply;
  },
  "card.png": async ({ services }, call, award) => {
    const image = await services.faces.image(award);
    // What shows links shows no SVG: then the mark of the issuer stands for it.
    if (image.type === "image/png") return imageReply(call, image, `"${award.state.class}-${award.state.version}"`);
    const { issuer } = await services.faces.facts(award);
    return content("image/png", await drawCard(planMark(issuer.did)), { "cache-control": "no-cache" });
  },
  "badge.png": (door, call, award) => serveBaked(door, call, award, "image/png"),
  "badge.svg": (door, call, award) => serveBaked(door, call, award, "image/svg+xml"),
  "badge.json": async ({ services }, _call, award) =>
    asFile((await services.faces.forms(award)).json, "application/vc"),
  "badge.jwt": async ({ services }, _call, award) => asFile((await services.faces.forms(award)).jwt, jwtType),
};

async function serveFile(door: Door, call: Call): Promise<Reply> {
  const name = pathPart(call, "file");
  const serve = Object.hasOwn(files, name) ? files[name] : undefined;
  ensure(serve, "NOT_FOUND");
  const award = await door.services.faces.find(pathPart(call, "id"), lookerOf(door, call));
  return seenBy(call, award, await serve(door, call, award));
}

async function serveBaked({ services }: Door, call: Call, award: SeenAward, type: string): Promise<Reply> {
  const image = await services.faces.baked(award, "json");
  ensure(image.type === type, "NOT_FOUND");
  const reply = imageReply(call, image, bakedTag((await services.faces.forms(award)).json, image));
  const name = fileName(badgeTitle(await services.faces.facts(award)), type === "image/png" ? "png" : "svg");
  return { ...reply, headers: { ...reply.headers, "content-disposition": `attachment; filename="${name}"` } };
}

function asFile(text: string | undefined, type: string): Reply {
  ensure(text !== undefined, "NO_KEY");
  const name = type === jwtType ? "badge.jwt" : "badge.json";
  return content(type, text, { "cache-control": "no-cache", "content-disposition": `attachment; filename="${name}"` });
}

/** A name that every file system takes. */
function fileName(title: string, ending: string): string {
  const plain = title
    .normalize("NFKD")
    .replaceAll(/[^\w]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .toLowerCase()
    .slice(0, 60);
  return `${plain || "badge"}.${ending}`;
}

/** Nobody in particular looks: what is not for everybody is not there. */
async function serveEmbed(door: Door, call: Call): Promise<Reply> {
  try {
    const award = await door.services.faces.find(pathPart(call, "id"));
    return embedReply(await seeBadge(door, call, award));
  } catch (error) {
    if (error instanceof Failure && error.code === "NOT_FOUND") return noEmbedReply();
    throw error;
  }
}
