import { z } from "@hono/zod-openapi";
import { classDefinition } from "../../badges/class-definition.ts";
import { imageRule, maxImageBytes } from "../../badges/image.ts";
import { requireScope } from "../../credentials/party.ts";
import { ensure } from "../../kernel/failure.ts";
import { pageOf as cutPage } from "../../kernel/page.ts";
import { partyOf } from "../authentication.ts";
import { parts, placeText, shownClass, tag, writeOnce, writeRefusals, written } from "../award-schemas.ts";
import { mediaType, readBytes, refuseEncoding } from "../body.ts";
import { type Door, pathPart } from "../call.ts";
import { withIdempotency } from "../idempotency.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { content, json, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { pageOfItems } from "../schemas.ts";

/** Classes at once, usual and at most. */
const [usual, most] = [50, 200];

const example = {
  definition: {
    name: "Welding, level 1",
    description: "Can weld safely.",
    criteria: { narrative: "Has welded **ten** seams." },
    image: null,
    type: "Certificate",
    tags: ["welding"],
    alignment: [],
    validity: { days: 730 },
    suspendable: false,
  },
} as const;

const scope = "classes:write";

const body = { schema: z.strictObject({ definition: classDefinition }), example };

export function badgeClassRoutes(door: Door): Route[] {
  return [...listRoutes(door), ...readRoutes(door), ...changeRoutes(door), ...imageRoutes(door)];
}

function listRoutes(door: Door): Route[] {
  const { badges } = door.services;
  const path = "/v1/orgs/{org}/badge-classes";
  return [
    route("post", path, {
      ...written,
      summary: "Define a badge class",
      description: "Scope `classes:write`. Its image is sent before it. Revisions make versions, awards keep theirs.",
      parts: { org: parts.org },
      body,
      answers: { 201: answer("The class, in its first version.", shownClass) },
      refusals: writeRefusals,
      handle: (call, { body: { definition } }) =>
        writeOnce(door, call, {
          scope,
          body: definition,
          write: (party, { name }) => badges.createClass(party, pathPart(call, "org"), definition, name),
          status: 201,
        }),
    }),
    route("get", path, {
      tag,
      summary: "The badge classes of an organisation",
      shared: true,
      parts: { org: parts.org },
      query: pageQuery(usual, most).extend({
        after: placeText,
        archived: z.literal("1").optional().openapi({ description: "1 for archived ones, too." }),
      }),
      answers: { 200: answer("In the order in which they came.", pageOfItems(shownClass)) },
      refusals: ["NOT_FOUND"],
      handle: async (call, { query: { archived, ...query } }) => {
        const org = pathPart(call, "org");
        const { after = "0", limit } = pageOf(query, usual);
        const page = { after: Number(after), limit: limit + 1 };
        const found = cutPage(await badges.classes(org, archived === "1", page), limit, ({ seq }) => String(seq));
        const items = found.items.map(({ view }) => view);
        return pageReply({ ...found, items }, `/v1/orgs/${encodeURIComponent(org)}/badge-classes`, limit);
      },
    }),
  ];
}

function readRoutes({ services: { badges } }: Door): Route[] {
  return [
    route("get", "/v1/badge-classes/{class}", {
      tag,
      summary: "A badge class, in its latest version",
      shared: true,
      parts: { class: parts.class },
      answers: { 200: answer("The class.", shownClass) },
      refusals: ["NOT_FOUND"],
      handle: async (call) => json(await badges.class(pathPart(call, "class"))),
    }),
    route("get", "/v1/badge-classes/{class}/versions/{version}", {
      tag,
      summary: "One version of a badge class",
      description: "What awards that were made under it say; this address is the id of their achievement.",
      shared: true,
      parts: { class: parts.class, version: { says: "From 1.", example: "1" } },
      answers: { 200: answer("The version.", shownVersion) },
      refusals: ["NOT_FOUND"],
      handle: async (call) => {
        const version = pathPart(call, "version");
        ensure(/^[1-9]\d{0,3}$/.test(version), "NOT_FOUND");
        const found = await badges.version(pathPart(call, "class"), Number(version));
        return json(found, 200, { "cache-control": "public, max-age=3600" });
      },
    }),
  ];
}

const shownVersion = shownClass
  .pick({ id: true, version: true, operation: true, definition: true, createdAt: true })
  .openapi("BadgeClassVersion");

function changeRoutes(door: Door): Route[] {
  const { badges } = door.services;
  const change = (name: "archive" | "restore", summary: string) =>
    route("post", `/v1/badge-classes/{class}/${name}`, {
      ...written,
      summary,
      description: "Scope `classes:write`.",
      parts: { class: parts.class },
      body: { schema: z.strictObject({}), example: {}, optional: true },
      answers: { 200: answer("The class as it stands now.", shownClass) },
      refusals: [...writeRefusals, "UNCHANGED", "ARCHIVED"],
      handle: (call) =>
        writeOnce(door, call, {
          scope,
          body: name,
          write: (party) => badges[`${name}Class`](party, pathPart(call, "class")),
        }),
    });
  return [
    route("post", "/v1/badge-classes/{class}/revisions", {
      ...written,
      summary: "Make the next version of a badge class",
      description: "Scope `classes:write`. What has been awarded stays as it was, unless it is amended.",
      parts: { class: parts.class },
      body,
      answers: { 201: answer("The class in its next version.", shownClass) },
      refusals: [...writeRefusals, "UNCHANGED", "ARCHIVED", "INVALID_INPUT"],
      handle: (call, { body: { definition } }) =>
        writeOnce(door, call, {
          scope,
          body: definition,
          write: (party) => badges.reviseClass(party, pathPart(call, "class"), definition),
          status: 201,
        }),
    }),
    change("archive", "Award a badge class no more"),
    change("restore", "Let an archived badge class be awarded again, as it was"),
  ];
}

/** What writing a picture anew takes from the operations of an address: some tens of milliseconds of work. */
const imageCost = 16;

const imageTypes = ["image/png", "image/svg+xml"];

function imageRoutes(door: Door): Route[] {
  const { badges } = door.services;
  const bytes = z.string().openapi({ format: "binary" });
  const media = Object.fromEntries(imageTypes.map((type) => [type, { schema: bytes, example: "…" }]));
  const shown = z.object({ digest: z.string(), type: z.enum(["image/png", "image/svg+xml"]) }).openapi("BadgeImage");
  return [
    route("post", "/v1/orgs/{org}/images", {
      ...written,
      summary: "Send the image of a badge class",
      description: `Scope \`classes:write\`. It is written anew, without anything but its picture. ${imageRule}`,
      parts: { org: parts.org },
      takes: media,
      answers: { 201: answer("By which a definition names it.", shown) },
      refusals: [...writeRefusals, "INVALID_IMAGE", "QUOTA_EXCEEDED", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
      handle: async (call) => {
        const party = requireScope(await partyOf(door, call), scope);
        const { raw } = call.request;
        ensure(imageTypes.includes(mediaType(raw)), "UNSUPPORTED_MEDIA_TYPE", "The body is a PNG or an SVG.");
        refuseEncoding(raw);
        await door.gate.spend(call, imageCost);
        const sent = await readBytes(raw, maxImageBytes);
        return withIdempotency(door, call, party, sent, async () =>
          json(await badges.keepImage(party, pathPart(call, "org"), sent), 201),
        );
      },
    }),
    route("get", "/v1/images/{digest}", {
      tag,
      summary: "The image of a badge class",
      shared: true,
      parts: { digest: { says: "The digest of its bytes.", example: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg" } },
      answers: { 200: { says: "The image.", content: media }, 304: { says: "Nothing has changed." } },
      refusals: ["NOT_FOUND"],
      handle: async (call) => {
        const digest = pathPart(call, "digest");
        const image = await badges.image(digest);
        const reply = content(image.type, image.bytes, imageHeaders);
        return unlessKnown(call.request.header("if-none-match"), `"${digest}"`, reply);
      },
    }),
  ];
}

/** A picture that somebody sent is shown as one, and can do nothing else. */
const imageHeaders = {
  "cache-control": "public, max-age=31536000, immutable",
  "content-security-policy": "default-src 'none'; sandbox",
  "cross-origin-resource-policy": "cross-origin",
};
