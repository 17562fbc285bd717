import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import type { SeenAward } from "../../badges/award-facts.ts";
import { isConcealed } from "../../badges/award-state.ts";
import type { Forms } from "../../badges/form-store.ts";
import type { Image } from "../../badges/image.ts";
import { ensure } from "../../kernel/failure.ts";
import type { Party } from "../../services.ts";
import { preferred } from "../accept.ts";
import { partyIfAny } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { content, type Reply, unlessKnown } from "../reply.ts";
import { type Answer, type Route, route } from "../route.ts";
import { rawObject } from "../schemas.ts";

/** The page of a badge for people, with what the door knows of who looks. */
export type FacePage = (call: Call, award: SeenAward) => Promise<Reply>;

/** Media types under which the JSON with Data Integrity proofs is given. */
export const jsonTypes = ["application/vc", "application/ld+json", "application/json"] as const;
export const jwtType = "application/vc+jwt";
const imageTypes = ["image/png", "image/svg+xml"] as const;

/** What everybody may keep as long as asking again says that nothing has changed: a badge can be hidden at any time. */
const revalidated = { "cache-control": "no-cache", vary: "accept, authorization, cookie" };

/** `page` is what people are shown; without it they are given what machines are. */
export function faceRoutes(door: Door, page?: FacePage): Route[] {
  return [faceRoute(door, page), endorsementRoute(door)];
}

/** A credential by the forms that can be asked for, as a description of the API has them. */
export function credentialAnswer(says: string): Answer {
  const jwt = z.string().openapi({ description: "A JWT as VC-JOSE-COSE has it." });
  const schemas = jsonTypes.map((type) => [type, { schema: rawObject }] as const);
  return { says, content: { ...Object.fromEntries(schemas), [jwtType]: { schema: jwt } } };
}

/** Who looks, at a page too, asked only about what is not for everybody. */
export function lookerOf(door: Door, call: Call): () => Promise<Party | undefined> {
  return () => partyIfAny(door, call);
}

/** The reply to be kept by nobody: it is for whoever asked alone. */
export function privately(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, "cache-control": "private, no-store" } };
}

/** One form of a credential under a media type. Refuses with NO_KEY where no key made it. */
export function formReply(call: Call, type: string, text: string | undefined): Reply {
  ensure(text !== undefined, "NO_KEY");
  return unlessKnown(call.request.header("if-none-match"), `"${digestOf(text)}"`, content(type, text, revalidated));
}

/** A picture as it is served: nothing in it may run or load, wherever it is opened. */
export function imageReply(call: Call, { type, bytes }: Image, etag: string): Reply {
  const headers = { ...revalidated, "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'" };
  return unlessKnown(call.request.header("if-none-match"), etag, content(type, bytes, headers));
}

/** The ETag of a picture with this text baked in. */
export function bakedTag(text: string | undefined, { type }: Pick<Image, "type">): string {
  return `"${digestOf(`${type} ${text}`)}"`;
}

/** The form of a media type that was asked for. */
export function formOf(forms: Forms, type: string): string | undefined {
  return type === jwtType ? forms.jwt : forms.json;
}

const facePart = { id: { says: "The name of the badge in its link.", example: "kq3m0bB1y2oB8vF6mXjZlQ" } };

function faceRoute(door: Door, page: FacePage | undefined): Route {
  const described = credentialAnswer("The credential, the picture with it inside, or a page.");
  const picture = z.string().openapi({ format: "binary" });
  const images = Object.fromEntries(imageTypes.map((type) => [type, { schema: picture }]));
  const html = page && { "text/html": { schema: z.string() } };
  return route("get", "/b/{id}", {
    tag: "Badges",
    summary: "A badge",
    description:
      "By `Accept` the Open Badges 3.0 credential with Data Integrity proofs or as a JWT, the picture with the " +
      "credential baked in, or a page for people. Whoever has the link sees a badge that waits for its earner; one that " +
      "is hidden, held or cancelled is seen by its earner and its organisation alone.",
    shared: true,
    parts: facePart,
    answers: { 200: { ...described, content: { ...described.content, ...images, ...html } }, 304: unchanged },
    refusals: ["NOT_FOUND", "NOT_ACCEPTABLE", "NO_KEY"],
    handle: async (call) => {
      const { faces } = door.services;
      const award = await faces.find(pathPart(call, "id"), lookerOf(door, call));
      const accepted = call.request.header("accept");
      // A page for people comes first: those who preview links ask for anything.
      const plain = preferred(accepted, [
        ...(page ? ["text/html" as const] : []),
        ...jsonTypes,
        jwtType,
        ...imageTypes,
      ]);
      ensure(plain, "NOT_ACCEPTABLE");
      if (plain === "text/html") return seenBy(call, award, withVary(await page!(call, award)));
      return seenBy(call, award, await machineReply(door, call, award, plain));
    },
  });
}

async function machineReply({ services }: Door, call: Call, award: SeenAward, type: string): Promise<Reply> {
  const { faces } = services;
  const forms = await faces.forms(award);
  if (!isImage(type)) return formReply(call, type, formOf(forms, type));
  const image = await faces.baked(award, "json");
  // A class has one picture: who asks for the other kind alone is told so.
  ensure(preferred(call.request.header("accept"), [image.type]), "NOT_ACCEPTABLE");
  return imageReply(call, image, bakedTag(forms.json, image));
}

/** What only some may see, nobody keeps for others. */
export function seenBy(call: Call, { state }: SeenAward, reply: Reply): Reply {
  return isConcealed(state, call.now) ? privately(reply) : reply;
}

const unchanged = { says: "Nothing has changed." };

function isImage(type: string): type is (typeof imageTypes)[number] {
  return (imageTypes as readonly string[]).includes(type);
}

function withVary(reply: Reply): Reply {
  return { ...reply, headers: { vary: revalidated.vary, ...reply.headers } };
}

function endorsementRoute(door: Door): Route {
  return route("get", "/b/{id}/endorsements/{org}", {
    tag: "Badges",
    summary: "An endorsement of a badge",
    description: "The EndorsementCredential of an organisation, by `Accept` as JSON or as a JWT.",
    shared: true,
    parts: { ...facePart, org: { says: "The slug of the organisation that endorses it.", example: "academy" } },
    answers: { 200: credentialAnswer("The endorsement."), 304: unchanged },
    refusals: ["NOT_FOUND", "NOT_ACCEPTABLE", "NO_KEY"],
    handle: async (call) => {
      const { faces } = door.services;
      const award = await faces.find(pathPart(call, "id"), lookerOf(door, call));
      const type = preferred(call.request.header("accept"), [...jsonTypes, jwtType]);
      ensure(type, "NOT_ACCEPTABLE");
      const forms = await faces.endorsement(award, pathPart(call, "org"));
      return seenBy(call, award, formReply(call, type, formOf(forms, type)));
    },
  });
}
