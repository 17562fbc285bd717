import { z } from "@hono/zod-openapi";
import { clearedCookie, partyOf } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { json, nothing } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { delegation, did, listedDelegation, moment, pageOfItems, session } from "../schemas.ts";

/** Items of a list at once, usual and at most. */
const [usual, most] = [50, 200];

const mine = { guarded: true, callers: ["session", "page"] } as const;
const delegationId = {
  id: { says: "The document id of the delegation.", example: "0f8fad5b-d9cb-469f-a165-70867728950e" },
};
const sessionId = { id: { says: "The id of the session.", example: "mZ9J3kQ1yX0v2bN8aT4cRw" } };

export function meRoutes(door: Door): Route[] {
  return [meRoute(door), ...delegationRoutes(door), ...sessionRoutes(door)];
}

function meRoute(door: Door): Route {
  const shown = z.object({
    user: did,
    address: z.string(),
    chainId: z.int(),
    session: z.string(),
    method: z.enum(["recovery", "contract"]),
    profile: z.string().nullable().openapi({ description: "The id of the profile's document, if there is one." }),
  });
  return route("get", "/v1/me", {
    tag: "Me",
    summary: "Who I am",
    ...mine,
    answers: { 200: answer("The wallet behind the session.", shown) },
    refusals: ["FORBIDDEN"],
    handle: async (call) => json(await door.services.me(await partyOf(door, call))),
  });
}

function delegationRoutes(door: Door): Route[] {
  const { delegations } = door.services;
  const one = { 200: answer("The delegation as it stands now.", delegation) };
  return [
    route("get", "/v1/me/delegations", {
      tag: "Me",
      summary: "Apps that may sign in my name",
      ...mine,
      query: pageQuery(usual, most),
      answers: { 200: answer("Live and ended ones.", pageOfItems(listedDelegation)) },
      refusals: ["FORBIDDEN"],
      handle: async (call, { query }) => {
        const page = pageOf(query, usual);
        return pageReply(await delegations.mine(await partyOf(door, call), page), "/v1/me/delegations", page.limit);
      },
    }),
    route("delete", "/v1/me/delegations/{id}", {
      tag: "Me",
      summary: "Revoke a delegation, for good",
      ...mine,
      parts: delegationId,
      body: { ...reasonBody, optional: true },
      answers: one,
      refusals: ["FORBIDDEN", "NOT_FOUND", "ALREADY_REVOKED"],
      handle: async (call, { body }) => {
        const party = await partyOf(door, call);
        return json(await delegations.revoke(party, pathPart(call, "id"), body.reason ?? null));
      },
    }),
    route("post", "/v1/me/delegations/{id}/compromised", {
      tag: "Me",
      summary: "Say from when a key counts as compromised",
      description: "Once, before or after the revocation. Logs and states stay; reports and policies heed it.",
      ...mine,
      parts: delegationId,
      body: { schema: z.strictObject({ from: moment }), example: { from: "2026-11-20T12:00:00.000Z" } },
      answers: one,
      refusals: ["FORBIDDEN", "NOT_FOUND", "ALREADY_SET", "UNREADABLE_DATE", "FROM_THE_FUTURE"],
      handle: async (call, { body }) => {
        const party = await partyOf(door, call);
        return json(await delegations.compromise(party, pathPart(call, "id"), body.from));
      },
    }),
  ];
}

function sessionRoutes(door: Door): Route[] {
  const { auth } = door.services;
  const none = { schema: z.strictObject({}), example: {}, optional: true };
  return [
    route("get", "/v1/me/sessions", {
      tag: "Me",
      summary: "Where I am signed in",
      ...mine,
      query: pageQuery(usual, most),
      answers: { 200: answer("Live sessions, the latest first.", pageOfItems(session)) },
      refusals: ["FORBIDDEN"],
      handle: async (call, { query }) => {
        const page = pageOf(query, usual);
        return pageReply(await auth.sessions(await partyOf(door, call), page), "/v1/me/sessions", page.limit);
      },
    }),
    route("delete", "/v1/me/sessions/{id}", {
      tag: "Me",
      summary: "End one of my sessions",
      ...mine,
      parts: sessionId,
      body: none,
      answers: { 204: { says: "Ended." } },
      refusals: ["FORBIDDEN", "NOT_FOUND"],
      handle: async (call) => {
        await auth.endSession(await partyOf(door, call), pathPart(call, "id"));
        return nothing();
      },
    }),
    route("delete", "/v1/me/sessions", {
      tag: "Me",
      summary: "Sign out everywhere",
      ...mine,
      body: none,
      answers: { 204: { says: "All sessions have ended, this one too." } },
      refusals: ["FORBIDDEN"],
      handle: async (call: Call) => {
        await auth.endAllSessions(await partyOf(door, call));
        return nothing({ "set-cookie": clearedCookie });
      },
    }),
  ];
}

const reasonBody = {
  schema: z.strictObject({
    reason: z.string().max(512).nullable().optional().openapi({ description: "Kept with the revocation." }),
  }),
  example: { reason: "I lost the phone." },
};
