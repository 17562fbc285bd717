import { html } from "hono/html";
import { z } from "zod";
import { awardRequest } from "../../../badges/award-plan.ts";
import { maxImageBytes } from "../../../badges/image.ts";
import type { SignedAward } from "../../../badges/member-awarding.ts";
import { ensure } from "../../../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../../../kernel/json.ts";
import { partyOf } from "../../authentication.ts";
import { mediaType, parseBy, readBytes, refuseEncoding } from "../../body.ts";
import { type Door, pathPart } from "../../call.ts";
import { json } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { fileRoute, formRoute } from "../form.ts";
import type { Markup } from "../layout.ts";
import { pageReply, redirect } from "../layout.ts";
import { texts } from "../texts.ts";
import { claimLinkMarkup } from "./award-acts.ts";
import { secretPage } from "./organization-clients.ts";
import { consolePart, consolePath, donePath } from "./organization-console.ts";
import { type Entered, enter, governors, issuers } from "./organization-member.ts";
import { bySlug } from "./organization-routes.ts";

/** Bytes of a form that brings a signed award: its narrative stands in it twice, sealed and coded. */
const maxAwardForm = 262_144;

/** What members send beside the operations that they sign. */
export function consoleFormRoutes(door: Door): Route[] {
  return [
    prepareRoute(door),
    checkRoute(door),
    ...secretRoutes(door),
    ...awardRoutes(door),
    ...correctionRoutes(door),
    imageRoute(door),
  ];
}

/** As `POST /v1/documents:prepare`, but of what is hidden or held back for those who are signed in and see it. */
function prepareRoute(door: Door): Route {
  const fields = z.strictObject({ wish: z.string().max(maxAwardForm) });
  return formRoute(
    door,
    "/orgs/prepare",
    { fields, most: maxAwardForm },
    async (call, { guest, fields: { wish: text } }) => {
      const { services, gate } = door;
      const wish = parseBy(wishSchema, parseJson(text));
      await gate.spend(call, 1 + wish.operations.length);
      if (wish.document !== undefined) await services.documents.get(wish.document, async () => guest.session);
      const operations = wish.operations.map(({ type, input }) => ({ type, input: input as JsonObject }));
      return json(await services.prepare({ ...wish, operations }));
    },
  );
}

const wishSchema = z.strictObject({
  kind: z.string().min(1).max(160),
  document: z.string().min(1).max(256).optional(),
  user: z.string().max(128),
  app: z.string().max(128),
  operations: z.array(z.strictObject({ type: z.string().max(128), input: z.record(z.string(), z.json()) })).max(16),
});

function checkRoute(door: Door): Route {
  return formRoute(
    door,
    "/orgs/{slug}/console/domain/check",
    { fields: z.strictObject({}) },
    async (call, { guest }) => {
      const { session, frame } = await enter(door, call, guest);
      // It calls another host.
      await door.gate.spend(call, 10);
      await door.services.organizations.checkDomain(session, frame.organization.slug);
      return redirect(donePath(frame.organization.slug, "domain", "looked"));
    },
  );
}

function secretRoutes(door: Door): Route[] {
  const { clients, tokenEndpoint } = door.services.access;
  const path = "/orgs/{slug}/console/clients/{client}/secrets";
  const rotation = z.strictObject({ immediately: z.literal("yes").optional() });
  return [
    formRoute(door, path, { fields: rotation }, async (call, { guest, fields: { immediately } }) => {
      const { session, frame } = await enter(door, call, guest, governors);
      const { slug } = frame.organization;
      const handed = await clients.rotate(session, slug, pathPart(call, "client"), immediately === "yes");
      return pageReply(secretPage(frame, handed, tokenEndpoint));
    }),
    formRoute(door, `${path}/{secret}/removal`, { fields: z.strictObject({}) }, async (call, { guest }) => {
      const { session, frame } = await enter(door, call, guest, governors);
      const { slug } = frame.organization;
      await clients.removeSecret(session, slug, pathPart(call, "client"), pathPart(call, "secret"));
      return redirect(donePath(slug, "clients", "secret"));
    }),
  ];
}

const app = z.string().max(128);
const signed = z.strictObject({ signed: z.string().max(maxAwardForm), ticket: z.string().min(1).max(maxAwardForm) });

function awardRoutes(door: Door): Route[] {
  const { memberBadges } = door.services;
  const wish = z.strictObject({ app, request: z.string().max(65_536) });
  return [
    formRoute(
      door,
      "/orgs/{slug}/console/awards/draft",
      { fields: wish, most: maxAwardForm },
      async (call, { guest, fields }) => {
        const { session, frame } = await enter(door, call, guest, issuers);
        await door.gate.spend(call, 2);
        const request = parseBy(awardRequest, parseJson(fields.request));
        return json(await memberBadges.prepareAward(session, frame.organization.id, fields.app, request));
      },
    ),
    formRoute(
      door,
      "/orgs/{slug}/console/awards",
      { fields: signed, most: maxAwardForm },
      async (call, { guest, fields }) => {
        const { session, frame } = await enter(door, call, guest, issuers);
        await door.gate.spend(call, 2);
        return json(await memberBadges.award(session, frame.organization.id, signedOf(fields)), 201);
      },
    ),
    formRoute(
      door,
      "/orgs/{slug}/console/awards/{award}/resend",
      { fields: z.strictObject({}) },
      async (call, { guest }) => {
        const entered = await enter(door, call, guest, issuers);
        const { organization } = entered.frame;
        const { claimLink } = await memberBadges.resend(entered.session, organization.id, pathPart(call, "award"));
        ensure(claimLink !== undefined, "NOT_FOUND");
        return pageReply(consolePart(entered.frame, "awards", resentMarkup(entered, claimLink)));
      },
    ),
  ];
}

function resentMarkup({ frame }: Entered, link: string): Markup {
  const { resent, resentText, back } = texts.orgConsole.awards;
  return html`${claimLinkMarkup(link, resent, resentText)}<p class="award-back"><a href="${consolePath(frame.organization.slug, "awards")}">${back}</a></p>`;
}

function correctionRoutes(door: Door): Route[] {
  const { memberBadges } = door.services;
  const wish = z.strictObject({ app, award: z.string().max(64), email: z.string().min(3).max(320) });
  return [
    formRoute(door, "/orgs/{slug}/console/corrections/draft", { fields: wish }, async (call, { guest, fields }) => {
      const { session, frame } = await enter(door, call, guest, issuers);
      await door.gate.spend(call, 2);
      const { app: key, ...correction } = fields;
      return json(await memberBadges.prepareCorrection(session, frame.organization.id, key, correction));
    }),
    formRoute(
      door,
      "/orgs/{slug}/console/corrections",
      { fields: signed, most: maxAwardForm },
      async (call, { guest, fields }) => {
        const { session, frame } = await enter(door, call, guest, issuers);
        await door.gate.spend(call, 2);
        return json(await memberBadges.correct(session, frame.organization.id, signedOf(fields)));
      },
    ),
  ];
}

export function signedOf({ signed: text, ticket }: z.output<typeof signed>): SignedAward {
  const value = parseJson(text);
  ensure(isObject(value) && isObject(value.operation), "INVALID_REQUEST", "It lacks a signed operation.");
  const { create, operation } = value;
  return { ...(isObject(create) && { create: create as JsonObject }), operation: operation as JsonObject, ticket };
}

const imageTypes = ["image/png", "image/svg+xml"];

function imageRoute(door: Door): Route {
  return fileRoute("/orgs/{slug}/console/images", async (call) => {
    const party = await partyOf(door, call);
    const { raw } = call.request;
    ensure(imageTypes.includes(mediaType(raw)), "UNSUPPORTED_MEDIA_TYPE", "The body is a PNG or an SVG.");
    refuseEncoding(raw);
    const { id } = await bySlug(door, call);
    return json(await door.services.memberBadges.keepImage(party, id, await readBytes(raw, maxImageBytes)), 201);
  });
}
