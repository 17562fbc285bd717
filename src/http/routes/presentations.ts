import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import { maxKeptJwt } from "../../credentials/presenting.ts";
import { ensure } from "../../kernel/failure.ts";
import { maxPresentationJwt, maxPresented } from "../../verify/presentation.ts";
import { preferred } from "../accept.ts";
import { partyOf } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import {
  listedPresentation,
  preparedPresentation,
  presentationChoice,
  presentationReport,
  presentationView,
} from "../presentation-schemas.ts";
import { content, json, nothing, type Reply, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { moment, rawObject } from "../schemas.ts";
import { badgeCost, priceOf } from "./badge-verify.ts";
import { spendOn } from "./scores.ts";

/** The page of a presentation for people. */
export type PresentationPage = (call: Call, found: FoundPresentation) => Promise<Reply>;

export type FoundPresentation = Awaited<ReturnType<Door["services"]["presentations"]["find"]>>;

/** `page` is what people are shown; without it they are given what machines are. */
export function presentationRoutes(door: Door, page?: PresentationPage): Route[] {
  return [...myRoutes(door), ...keptRoutes(door), sharedRoute(door, page), verifyRoute(door)];
}

const tag = "Presentations";
const vpType = "application/vp+jwt";

/** What making a credential of a score costs of what an address may ask, and reading a badge. */
const [scoreCost, readCost] = [6, 2];

/** Pages of other origins have no business under /v1/me. */
const mine = { tag, guarded: true } as const;

function myRoutes(door: Door): Route[] {
  const { services, gate, limits } = door;
  const refusals = ["FORBIDDEN", "NOT_DELEGATED", "NOT_PERMITTED", "LIFETIME_TOO_LONG", "INVALID_INPUT"] as const;
  return [
    route("post", "/v1/me/presentations:prepare", {
      ...mine,
      summary: "Write down a presentation of what is mine",
      description:
        'Scores under policies, each whole or as "at least so much", and badges that everybody may see, to be signed by a key ' +
        "whose delegation names `renown/reputation` or `renown/reputation:PRESENT`. For the wallet's session, or such an app. " +
        "Nothing is kept, but the credentials of scores are issued: they last a day at most, however long the presentation does.",
      callers: ["session", "page", "app"],
      body: { schema: presentationChoice, example: { scores: [{ policy: "open-work", atLeast: "30" }], badges: [] } },
      answers: { 200: answer("All but the signature.", preparedPresentation) },
      refusals: [...refusals, "NOT_FOUND", "NO_KEY", "TOO_LARGE", "QUOTA_EXCEEDED", "REVOKED", "NOT_REACHED"],
      handle: async (call, { body }) => {
        const party = await partyOf(door, call);
        const paid = Math.max(1, body.scores.length * scoreCost + body.badges.length * readCost);
        await gate.spend(call, paid);
        const made = await services.presentations.prepare(party, body, spendOn(door, call, scoreCost));
        return json(made, 200, { "cache-control": "private, no-store" });
      },
    }),
    route("post", "/v1/me/presentations", {
      ...mine,
      summary: "Share a presentation that is signed",
      description:
        "As it was prepared, to the character, for nobody in particular; an app brings what its own key has signed. Everything in " +
        "it is checked, and has to hold. It is kept until it ends, is deleted, or its subject leaves or erases what is said of " +
        "it; whoever has its address sees it.",
      callers: ["session", "page", "app"],
      body: {
        schema: z.strictObject({ presentation: z.string().min(1).max(maxKeptJwt) }),
        example: { presentation: "eyJhbGciOiJFUzI1NiIsInR5cCI6InZwK2p3dCJ9.e30.c2ln" },
        most: limits.bytes.body,
      },
      answers: { 201: answer("Kept.", presentationView) },
      refusals: [
        ...refusals,
        "INVALID_TOKEN",
        "INVALID_CREDENTIAL",
        "FROM_THE_FUTURE",
        "STALE",
        "NOT_VERIFIED",
        "QUOTA_EXCEEDED",
        "REVOKED",
      ],
      handle: async (call, { body: { presentation } }) => {
        const party = await partyOf(door, call);
        await gate.spend(call, priceOf(presentation));
        return json(await services.presentations.keep(party, presentation), 201, {
          "cache-control": "private, no-store",
        });
      },
    }),
  ];
}

function keptRoutes(door: Door): Route[] {
  const { presentations } = door.services;
  const anyOfMine = z.object({ items: z.array(listedPresentation) });
  const callers = ["session", "page"] as const;
  return [
    route("get", "/v1/me/presentations", {
      ...mine,
      summary: "Presentations that I share",
      description:
        "The latest first, each with whether it is shown now. While a badge in one is hidden, or has come to say something " +
        "else, whoever opens its address finds nothing: `code` and `detail` say why. It counts as kept until it is deleted.",
      callers,
      answers: { 200: answer("The latest first.", anyOfMine) },
      refusals: ["FORBIDDEN"],
      handle: async (call) => {
        return json({ items: await presentations.mine(await partyOf(door, call), spendOn(door, call, 0)) });
      },
    }),
    route("delete", "/v1/me/presentations/{id}", {
      ...mine,
      summary: "Share a presentation no longer",
      description:
        "Whoever opens its address finds nothing. Who has a copy has it, and it holds only as long as the delegation of its key lives.",
      callers,
      parts: presentationPart,
      body: { schema: z.strictObject({}), example: {}, optional: true },
      answers: { 204: { says: "Deleted." } },
      refusals: ["FORBIDDEN", "NOT_FOUND"],
      handle: async (call) => {
        await presentations.remove(await partyOf(door, call), pathPart(call, "id"));
        return nothing();
      },
    }),
  ];
}

const presentationPart = { id: { says: "The last part of its address.", example: "kq3m0bB1y2oB8vF6mXjZlQ" } };

/** It can be deleted at any time, so nobody keeps it without asking; and no search engine lists it. */
const shown = { "cache-control": "private, no-cache", vary: "accept", "x-robots-tag": "noindex, nofollow" };

function sharedRoute(door: Door, page: PresentationPage | undefined): Route {
  const html = page && { "text/html": { schema: z.string() } };
  return route("get", "/presentations/{id}", {
    tag,
    summary: "A presentation that somebody shares",
    description:
      "By `Accept` the `vp+jwt` as its holder signed it, or a page for people with every check. What has ended, was deleted " +
      "or never was is not found.",
    shared: true,
    parts: presentationPart,
    answers: {
      200: { says: "The presentation.", content: { [vpType]: { schema: z.string() }, ...html } },
      304: { says: "It is the same." },
    },
    refusals: ["NOT_FOUND", "NOT_ACCEPTABLE"],
    handle: async (call) => {
      const found = await door.services.presentations.find(pathPart(call, "id"));
      const types = [...(page ? (["text/html"] as const) : []), vpType] as const;
      const type = preferred(call.request.header("accept"), types);
      ensure(type, "NOT_ACCEPTABLE");
      if (type !== "text/html") return presentationReply(call, found.jwt);
      const reply = await page!(call, found);
      return { ...reply, headers: { ...reply.headers, ...shown } };
    },
  });
}

/** The presentation as it was signed; as a file where `name` is given. */
export function presentationReply(call: Call, jwt: string, name?: string): Reply {
  const file = name === undefined ? {} : { "content-disposition": `attachment; filename="${name}"` };
  const etag = `"${digestOf(jwt)}"`;
  return unlessKnown(call.request.header("if-none-match"), etag, content(vpType, jwt, { ...shown, ...file }));
}

/** What checking a presentation costs: who brings more credentials has more checked. */
export function presentationPrice(brought: unknown): number {
  return Math.max(badgeCost * 2, priceOf(brought));
}

function verifyRoute({ services, gate, limits }: Door): Route {
  return route("post", "/v1/presentations/verify", {
    tag: "Verification",
    summary: "Does this presentation hold, and all that is in it?",
    description:
      `A \`vp+jwt\`, or JSON with Data Integrity proofs, of any holder; at most ${maxPresented} credentials in it are checked. ` +
      "Where a wallet presents by a key, its delegation has to live at the moment asked about; what is kept here is judged " +
      "by when it was taken in. Each credential is checked by itself, and whether it is about the holder.",
    shared: true,
    body: {
      schema: z.strictObject({
        presentation: z.union([z.string().min(1).max(maxPresentationJwt), rawObject]),
        challenge: z
          .string()
          .min(1)
          .max(1024)
          .optional()
          .openapi({ description: "What its holder was given: `nonce`." }),
        domain: z.string().min(1).max(1024).optional().openapi({ description: "For whom it must be made: `aud`." }),
        at: moment.optional(),
        known: moment.optional(),
      }),
      example: { presentation: "eyJhbGciOiJFUzI1NiIsInR5cCI6InZwK2p3dCJ9.e30.c2ln" },
      most: limits.bytes.body,
    },
    answers: { 200: answer("The report.", presentationReport) },
    refusals: ["UNREADABLE_DATE"],
    handle: async (call, { body: { presentation, domain, ...asked } }) => {
      await gate.spend(call, presentationPrice(presentation));
      return json(await services.verify.presentation(presentation, { ...asked, ...(domain && { audience: domain }) }));
    },
  });
}
