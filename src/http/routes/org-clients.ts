import { z } from "@hono/zod-openapi";
import { partyOf } from "../authentication.ts";
import { type Door, pathPart } from "../call.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { json, nothing } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { moment, pageOfItems } from "../schemas.ts";

/** Clients in a list at once, usual and at most. */
const [usual, most] = [50, 200];

const tag = "API access";
const governed = { tag, guarded: true, shared: true, callers: ["session", "page"] } as const;

const org = { says: "The organisation's slug, or the id of its document.", example: "example-academy" };
const client = { says: "The client's id.", example: "q83vEjRWeJCrze8SNFZ4kA" };
const secretId = { says: "The secret's id, not the secret.", example: "AAECAwQFBgcICQoLDA0ODw" };

/** What owners and admins do about the clients of their organisation's API, beside the signed operations. */
export function orgClientRoutes(door: Door): Route[] {
  return [listRoute(door), handOutRoute(door), ...secretRoutes(door)];
}

function listRoute(door: Door): Route {
  return route("get", "/v1/orgs/{org}/clients", {
    ...governed,
    summary: "The clients of an organisation's API",
    description: "Live and revoked ones, with their secrets: when each was made, last used and ends, never the secret.",
    parts: { org },
    query: pageQuery(usual, most),
    answers: { 200: answer("In the order of their ids.", pageOfItems(shownClient)) },
    refusals: ["FORBIDDEN", "NOT_FOUND"],
    handle: async (call, { query }) => {
      const page = pageOf(query, usual);
      const name = pathPart(call, "org");
      const found = await door.services.access.clients.list(await partyOf(door, call), name, page);
      return pageReply(found, `/v1/orgs/${encodeURIComponent(name)}/clients`, page.limit);
    },
  });
}

function handOutRoute(door: Door): Route {
  return route("post", "/v1/orgs/{org}/clients", {
    ...governed,
    summary: "An id and a secret for a new client",
    description:
      "The secret is shown once. Both serve as soon as an operation ADD_CLIENT of this id, signed by an owner or admin, " +
      "stands in the organisation's log; without one they are forgotten after a day.",
    parts: { org },
    body: { schema: z.strictObject({}), example: {}, optional: true },
    answers: { 201: answer("What the client proves itself with.", handedOut, handedOutExample) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "QUOTA_EXCEEDED"],
    handle: async (call) => {
      const party = await partyOf(door, call);
      return json(await door.services.access.clients.handOut(party, pathPart(call, "org")), 201);
    },
  });
}

function secretRoutes(door: Door): Route[] {
  const { clients } = door.services.access;
  return [
    route("post", "/v1/orgs/{org}/clients/{client}/secrets", {
      ...governed,
      summary: "A new secret for a client",
      description: "Shown once. The secrets before live on for 24 hours, or end at once.",
      parts: { org, client },
      body: { schema: rotation, example: { immediately: false }, optional: true },
      answers: { 201: answer("What the client proves itself with from now on.", handedOut, handedOutExample) },
      refusals: ["FORBIDDEN", "NOT_FOUND", "QUOTA_EXCEEDED"],
      handle: async (call, { body }) => {
        const party = await partyOf(door, call);
        const [name, id] = [pathPart(call, "org"), pathPart(call, "client")];
        return json(await clients.rotate(party, name, id, body.immediately ?? false), 201);
      },
    }),
    route("delete", "/v1/orgs/{org}/clients/{client}/secrets/{secret}", {
      ...governed,
      summary: "Take a secret away",
      description: "At once. Tokens that it got live on until their hour is over; REVOKE_CLIENT ends those too.",
      parts: { org, client, secret: secretId },
      body: { schema: z.strictObject({}), example: {}, optional: true },
      answers: { 204: { says: "Gone." } },
      refusals: ["FORBIDDEN", "NOT_FOUND"],
      handle: async (call) => {
        const party = await partyOf(door, call);
        const [name, id] = [pathPart(call, "org"), pathPart(call, "client")];
        await clients.removeSecret(party, name, id, pathPart(call, "secret"));
        return nothing();
      },
    }),
  ];
}

const rotation = z.strictObject({
  immediately: z.boolean().optional().openapi({ description: "Whether the secrets before end now." }),
});

const handedOut = z
  .object({
    client: z.string(),
    secret: z.string().openapi({ description: "256 random bits; shown this once." }),
    secretId: z.string(),
  })
  .openapi("ClientSecret");

const handedOutExample = {
  client: client.example,
  secret: "mZ9J3kQ1yX0v2bN8aT4cRwmZ9J3kQ1yX0v2bN8aT4cQ",
  secretId: secretId.example,
};

const shownClient = z
  .object({
    client: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    mode: z.enum(["live", "test"]),
    jwk: z.record(z.string(), z.string()).nullable().openapi({ description: "The public key of its assertions." }),
    since: moment,
    revokedAt: moment.nullable(),
    secrets: z.array(
      z.object({ id: z.string(), createdAt: moment, lastUsedAt: moment.nullable(), expiresAt: moment.nullable() }),
    ),
  })
  .openapi("ApiClient");
