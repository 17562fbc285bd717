import { z } from "@hono/zod-openapi";
import { awardRequest } from "../../badges/award-plan.ts";
import type { AwardView } from "../../badges/award-view.ts";
import { momentText, shownText } from "../../badges/class-definition.ts";
import { personalMembers } from "../../badges/personal.ts";
import type { Code } from "../../kernel/failure.ts";
import { pageOf as cutPage } from "../../kernel/page.ts";
import type { Party } from "../../services.ts";
import { partyOf } from "../authentication.ts";
import { awarded, parts, placeText, shownAward, tag, writeOnce, writeRefusals, written } from "../award-schemas.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { json, nothing, type Reply } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { pageOfItems } from "../schemas.ts";

/** Awards at once, usual and at most. */
const [usual, most] = [50, 100];

const scope = "awards:write";
const scoped = "Scope `awards:write`.";
const readers = ["client", "session", "page", "app"] as const;

export function awardRoutes(door: Door): Route[] {
  return [awardRoute(door), listRoute(door), ...oneRoutes(door), ...changeRoutes(door), ...sayingRoutes(door)];
}

const path = "/v1/orgs/{org}/awards";

function awardRoute(door: Door): Route {
  const { badges } = door.services;
  return route("post", path, {
    ...written,
    summary: "Award a badge",
    description:
      `${scoped} To a DID, or to an e-mail address: then the answer has a claim link, and mail goes out where that is ` +
      "configured. What is said of the earner never stands in the log and can be erased.",
    parts: { org: parts.org },
    body: {
      schema: awardRequest,
      example: { class: parts.class.example, recipient: { email: "ada@example.org" }, name: "Ada Lovelace" },
    },
    answers: { 201: answer("The award stands.", awarded) },
    refusals: [
      ...writeRefusals,
      "WRONG_ORGANIZATION",
      "ARCHIVED",
      "INVALID_DID",
      "INVALID_EMAIL",
      "INVALID_INPUT",
      "QUOTA_EXCEEDED",
    ],
    handle: (call, { body }) =>
      writeOnce(door, call, {
        scope,
        body,
        // A name of the request's own: keys of batches are texts of the client's.
        write: (party, { name }) =>
          badges.award(party, pathPart(call, "org"), { request: body, key: `request ${name}` }),
        status: 201,
      }),
  });
}

function listRoute(door: Door): Route {
  const { badges } = door.services;
  return route("get", path, {
    tag,
    summary: "The awards of an organisation",
    description: "For its clients with the scope `awards:read`, and for its members.",
    shared: true,
    guarded: true,
    callers: readers,
    parts: { org: parts.org },
    query: pageQuery(usual, most).extend({
      after: placeText,
      class: z.string().max(64).optional(),
      cohort: z.string().max(64).optional(),
      subject: z.string().max(512).optional().openapi({ description: "A DID." }),
      email: z.string().max(320).optional().openapi({ description: "Of somebody who has not claimed it yet." }),
      standing: z.enum(["active", "suspended", "revoked", "cancelled"]).optional(),
    }),
    answers: { 200: answer("In the order in which they were made.", pageOfItems(shownAward)) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "INVALID_EMAIL"],
    handle: async (call, { query: { after: from, limit: asked, ...filter } }) => {
      const org = pathPart(call, "org");
      const { after = "0", limit } = pageOf({ after: from, limit: asked }, usual);
      const page = { after: Number(after), limit: limit + 1 };
      const found = await badges.awards(await partyOf(door, call), org, filter, page);
      const cut = cutPage(found, limit, ({ seq }) => String(seq));
      const list = `/v1/orgs/${encodeURIComponent(org)}/awards`;
      return alike(pageReply({ ...cut, items: cut.items.map(({ view }) => view) }, list, limit), filter);
    },
  });
}

/** The link to the next page asks for the same. */
function alike(reply: Reply, filter: Record<string, string | undefined>): Reply {
  const filters = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) filters.set(name, value);
  const link = reply.headers.link?.replace("?", `?${filters}${filters.size > 0 ? "&" : ""}`);
  return link === undefined ? reply : { ...reply, headers: { ...reply.headers, link } };
}

function oneRoutes(door: Door): Route[] {
  const { badges } = door.services;
  return [
    route("get", "/v1/awards/{award}", {
      tag,
      summary: "An award",
      description: "For its earner, for the organisation's clients with the scope `awards:read`, and for its members.",
      shared: true,
      guarded: true,
      callers: readers,
      parts: { award: parts.award },
      answers: { 200: answer("The award.", shownAward) },
      refusals: ["FORBIDDEN", "NOT_FOUND"],
      handle: async (call) => json(await badges.get(await partyOf(door, call), pathPart(call, "award"))),
    }),
    route("delete", "/v1/awards/{award}/personal", {
      tag,
      summary: "Erase what an award says of a person",
      description:
        "By its earner's session, or by the organisation. The award stands and names nobody; the rest is gone.",
      shared: true,
      guarded: true,
      callers: readers,
      parts: { award: parts.award },
      body: { schema: z.strictObject({}), example: {}, optional: true },
      answers: { 204: { says: "Gone." } },
      refusals: ["FORBIDDEN", "NOT_FOUND"],
      handle: async (call) => {
        await door.gate.spend(call, 1);
        await badges.erase(await partyOf(door, call), pathPart(call, "award"));
        return nothing();
      },
    }),
  ];
}

type Change = { name: string; type: "REVOKE" | "SUSPEND" | "REINSTATE" | "CANCEL"; says: string; refusals: Code[] };

const changes: readonly Change[] = [
  { name: "revoke", type: "REVOKE", says: "Revoke an award, for good", refusals: ["ALREADY_REVOKED", "REVOKED"] },
  {
    name: "suspend",
    type: "SUSPEND",
    says: "Suspend an award for a while, where its class lets that be done",
    refusals: ["NOT_SUSPENDABLE", "UNCHANGED", "ALREADY_REVOKED", "REVOKED"],
  },
  {
    name: "reinstate",
    type: "REINSTATE",
    says: "End the suspension of an award",
    refusals: ["NOT_SUSPENDABLE", "UNCHANGED", "ALREADY_REVOKED", "REVOKED"],
  },
  {
    name: "cancel",
    type: "CANCEL",
    says: "Undo an award that is still held back",
    refusals: ["NOT_HELD", "ALREADY_REVOKED", "REVOKED"],
  },
];

function changeRoutes(door: Door): Route[] {
  const { badges } = door.services;
  return changes.map(({ name, type, says, refusals }) => {
    const common = {
      ...written,
      summary: says,
      description: scoped,
      parts: { award: parts.award },
      answers: { 200: answer("The award as it stands now.", shownAward) },
      refusals: [...writeRefusals, ...refusals],
    };
    const own = `/v1/awards/{award}/${name}`;
    if (type === "REINSTATE" || type === "CANCEL")
      return route("post", own, {
        ...common,
        body: { schema: z.strictObject({}), example: {}, optional: true },
        handle: (call, { body }) =>
          changeOnce(door, call, body, (party, award, again) => badges.change(party, award, { type }, again)),
      });
    return route("post", own, {
      ...common,
      body: { schema: z.strictObject({ reason: shownText(512) }), example: { reason: "Issued by mistake." } },
      handle: (call, { body }) =>
        changeOnce(door, call, body, (party, award, again) => badges.change(party, award, { type, ...body }, again)),
    });
  });
}

/** A write whose answer is the award as it stands then; what it says of a person is no part of what is kept. */
function changeOnce(
  door: Door,
  call: Call,
  body: unknown,
  write: (party: Party, award: string, again: boolean) => Promise<AwardView>,
): Promise<Reply> {
  const award = pathPart(call, "award");
  return writeOnce(door, call, {
    scope,
    body,
    write: (party, { again }) => write(party, award, again),
    told: async (party) => ({ personal: await door.services.badges.personal(party, award) }),
  });
}

/** What says something anew. */
function sayingRoutes(door: Door): Route[] {
  const { badges } = door.services;
  const common = { ...written, parts: { award: parts.award } };
  const ended: Code[] = ["ALREADY_REVOKED", "REVOKED", "INVALID_INPUT"];
  const amendment = z.strictObject({ ...personalMembers, validUntil: momentText.nullable().optional() });
  const correction = z.strictObject({ email: z.string().min(3).max(320), name: personalMembers.name });
  return [
    route("post", "/v1/awards/{award}/amend", {
      ...common,
      summary: "Make an award anew",
      description: `${scoped} By its class as it is now; what is left out stays as it was.`,
      body: { schema: amendment, example: { name: "Ada King" } },
      answers: { 200: answer("The award as it stands now.", shownAward) },
      refusals: [...writeRefusals, ...ended, "ARCHIVED"],
      handle: (call, { body }) => changeOnce(door, call, body, (party, award) => badges.amend(party, award, body)),
    }),
    route("post", "/v1/awards/{award}/correct", {
      ...common,
      summary: "Send an unclaimed award to another address",
      description: `${scoped} It gets a new page and a new claim link; the old ones lead nowhere from then on.`,
      body: { schema: correction, example: { email: "ada@example.org" } },
      answers: { 200: answer("With the new claim link.", awarded) },
      refusals: [...writeRefusals, ...ended, "INVALID_EMAIL", "QUOTA_EXCEEDED"],
      handle: (call, { body }) =>
        writeOnce(door, call, {
          scope,
          body,
          write: (party) => badges.correct(party, pathPart(call, "award"), body),
        }),
    }),
    route("post", "/v1/awards/{award}/resend", {
      ...common,
      summary: "Send the claim link of an award again",
      description: scoped,
      body: { schema: z.strictObject({}), example: {}, optional: true },
      answers: { 200: answer("With the same claim link.", awarded) },
      refusals: [...writeRefusals, "QUOTA_EXCEEDED"],
      handle: (call, { body }) =>
        writeOnce(door, call, { scope, body, write: (party) => badges.resend(party, pathPart(call, "award")) }),
    }),
  ];
}
