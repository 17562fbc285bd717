import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import { roles } from "../../organizations/inputs.ts";
import { partyOf } from "../authentication.ts";
import { type Door, pathPart } from "../call.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { content, json, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { did, moment, pageOfItems, rawObject } from "../schemas.ts";

/** Organisations or members at once, usual and at most. */
const [usual, most] = [50, 200];

const tag = "Organisations";
const callers = ["session", "page", "app"] as const;

export const org = {
  says: "The organisation's slug, or the id of its document.",
  example: "example-academy",
};

const ground = z.string().openapi({ description: "The operation digest by which `restsOn` names it." });

const domain = z
  .object({
    name: z.string(),
    verified: z.boolean().openapi({ description: "Whether the domain itself names the organisation." }),
    since: moment.nullable().openapi({ description: "Since when that is so without a break." }),
    checkedAt: moment.nullable().openapi({ description: "When it was last looked at, whatever came of it." }),
    method: z.enum(["did-configuration", "file"]).nullable(),
    code: z.string().nullable().openapi({ description: "Why it is not verified." }),
  })
  .openapi("OrganizationDomain");

const closing = z
  .object({
    at: moment,
    by: z.enum(["owner", "service"]).openapi({ description: "The service does it for its operator." }),
    reason: z.string(),
  })
  .openapi("OrganizationClosing");

const organization = z
  .object({
    id: z.string().openapi({ description: "Its document." }),
    slug: z.string(),
    did,
    name: z.string(),
    description: z.string().nullable(),
    url: z.string().nullable(),
    email: z.string().nullable(),
    image: z.string().nullable(),
    domain: domain.nullable(),
    closed: closing.nullable().openapi({ description: "That it has ended: nobody acts for it again." }),
    createdAt: moment,
    updatedAt: moment,
  })
  .openapi("Organization");

const member = z
  .object({ user: did, role: z.enum(roles), since: moment, operation: ground })
  .openapi("OrganizationMember");

const keyType = z.enum(["P-256", "Ed25519", "secp256k1"]);

const key = z
  .object({
    key: did,
    type: keyType,
    made: z.boolean().openapi({ description: "Whether its private half was made here." }),
    since: moment,
    retiredAt: moment.nullable(),
    compromisedFrom: moment.nullable(),
    operation: ground,
  })
  .openapi("OrganizationKey");

const field = z
  .object({
    id: z.string().openapi({ description: "From the general to the special.", example: "teaching/mathematics" }),
    name: z.string(),
    codes: z.array(z.string()).openapi({ description: "What ESCO (URIs) and O*NET (`onet:…`) call it." }),
    operation: ground,
  })
  .openapi("OrganizationField");

export function orgRoutes(door: Door): Route[] {
  return [
    listRoute(door),
    getRoute(door),
    membersRoute(door),
    keysRoute(door),
    makeKeyRoute(door),
    fieldsRoute(door),
    closeRoute(door),
    checkDomainRoute(door),
    documentRoute(door),
  ];
}

function listRoute({ services }: Door): Route {
  const query = pageQuery(usual, most).extend({
    prefix: z.string().min(1).max(64).optional().openapi({ description: "How its slug or its name begins." }),
  });
  return route("get", "/v1/orgs", {
    tag,
    summary: "Organisations, by their slugs",
    shared: true,
    query,
    answers: { 200: answer("A page.", pageOfItems(organization)) },
    refusals: [],
    handle: async (_, { query }) => {
      const { prefix = "" } = query;
      const page = pageOf(query, usual);
      const found = await services.organizations.list(prefix, page);
      return pageReply(found, "/v1/orgs", page.limit, {}, prefix === "" ? {} : { prefix });
    },
  });
}

function getRoute({ services }: Door): Route {
  return route("get", "/v1/orgs/{org}", {
    tag,
    summary: "An organisation",
    description: "Whether its domain is verified stands beside the domain.",
    shared: true,
    parts: { org },
    answers: { 200: answer("The organisation.", organization) },
    refusals: ["NOT_FOUND"],
    handle: async (call) => json(await services.organizations.get(pathPart(call, "org"))),
  });
}

function membersRoute({ services }: Door): Route {
  return route("get", "/v1/orgs/{org}/members", {
    tag,
    summary: "Who may act for an organisation",
    shared: true,
    parts: { org },
    query: pageQuery(usual, most),
    answers: { 200: answer("A page, by DID.", pageOfItems(member)) },
    refusals: ["NOT_FOUND"],
    handle: async (call, { query }) => {
      const name = pathPart(call, "org");
      const page = pageOf(query, usual);
      const found = await services.organizations.members(name, page);
      return pageReply(found, `/v1/orgs/${encodeURIComponent(name)}/members`, page.limit);
    },
  });
}

function keysRoute({ services }: Door): Route {
  return route("get", "/v1/orgs/{org}/keys", {
    tag,
    summary: "The keys of an organisation, retired ones with them",
    shared: true,
    parts: { org },
    answers: { 200: answer("All there are, the earliest first.", z.object({ items: z.array(key) })) },
    refusals: ["NOT_FOUND"],
    handle: async (call) => json({ items: await services.organizations.keys(pathPart(call, "org")) }),
  });
}

/** Taxonomies change seldom. */
const fieldsFor = 60;

function fieldsRoute({ services }: Door): Route {
  return route("get", "/v1/orgs/{org}/fields", {
    tag,
    summary: "The fields that an organisation attests in",
    description: "Set by an operation SET_FIELDS of an owner or admin, all at once.",
    shared: true,
    parts: { org },
    query: pageQuery(usual, most),
    answers: { 200: answer("A page, by id.", pageOfItems(field)), 304: { says: "Nothing has changed." } },
    refusals: ["NOT_FOUND"],
    handle: async (call, { query }) => {
      const name = pathPart(call, "org");
      const page = pageOf(query, usual);
      const found = await services.organizations.fields(name, page);
      const headers = { "cache-control": `public, max-age=${fieldsFor}` };
      const reply = pageReply(found, `/v1/orgs/${encodeURIComponent(name)}/fields`, page.limit, headers);
      const etag = `"${digestOf(JSON.stringify(found))}"`;
      return unlessKnown(call.request.header("if-none-match"), etag, reply);
    },
  });
}

function closeRoute(door: Door): Route {
  return route("post", "/v1/orgs/{org}/close", {
    tag,
    summary: "Close an organisation for the operator",
    description:
      "In the service's own name; owners sign an operation CLOSE instead. It ends every right that the organisation gave: " +
      "nobody acts for it again. What it has awarded stays.",
    shared: true,
    guarded: true,
    callers: ["operator"],
    parts: { org },
    body: {
      schema: z.strictObject({ reason: z.string().min(1).max(500) }),
      example: { reason: "Not who it says it is." },
    },
    answers: { 200: answer("The organisation, closed.", organization) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "REVOKED", "INVALID_INPUT"],
    handle: async (call, { body: { reason } }) => {
      const party = await partyOf(door, call);
      return json(await door.services.organizations.close(party, pathPart(call, "org"), reason));
    },
  });
}

function makeKeyRoute(door: Door): Route {
  return route("post", "/v1/orgs/{org}/keys", {
    tag,
    summary: "Make a key for an organisation",
    description:
      "By an owner or admin, whose app needs a delegation that covers ADD_KEY. The private half stays here, sealed; the " +
      "key counts as soon as an operation ADD_KEY `{key, made: true}` stands in the organisation's log, and is forgotten " +
      "after a week without one.",
    shared: true,
    guarded: true,
    callers,
    parts: { org },
    body: { schema: z.strictObject({ type: keyType }), example: { type: "P-256" } },
    answers: { 201: answer("The key.", z.object({ key: did })) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "QUOTA_EXCEEDED"],
    handle: async (call, { body: { type } }) => {
      const party = await partyOf(door, call);
      await door.gate.spend(call, 1);
      return json({ key: await door.services.organizations.makeKey(party, pathPart(call, "org"), type) }, 201);
    },
  });
}

/** What a look at a domain counts for beside the signatures that it may cost: it calls another host. */
const lookCosts = 10;

function checkDomainRoute(door: Door): Route {
  return route("post", "/v1/orgs/{org}/domain:check", {
    tag,
    summary: "Look whether the domain names the organisation",
    description:
      "By any member. The domain names it by a domain linkage credential in `/.well-known/did-configuration.json`, or by " +
      "a line with its DID in `/.well-known/renown-organization.txt`. What has changed is put on record in its log. " +
      "Looked at once in 30 seconds at most, and every day unasked.",
    shared: true,
    guarded: true,
    callers,
    parts: { org },
    body: { schema: z.strictObject({}), example: {}, optional: true },
    answers: { 200: answer("The organisation, with what was found.", organization) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "NOT_INITIALIZED", "CONFLICT"],
    handle: async (call) => {
      const party = await partyOf(door, call);
      await door.gate.spend(call, lookCosts);
      return json(await door.services.organizations.checkDomain(party, pathPart(call, "org")));
    },
  });
}

/** Keys rotate seldom, and a retired one stays listed. */
const publishedFor = 300;

function documentRoute({ services }: Door): Route {
  return route("get", "/orgs/{slug}/did.json", {
    tag,
    summary: "The DID document of an organisation",
    description: "Of `did:web:<host>:orgs:<slug>`. A retired key has `expires`, a compromised one `revoked`.",
    shared: true,
    parts: { slug: { says: "The organisation's slug.", example: "example-academy" } },
    answers: {
      200: { says: "The document.", content: { "application/did+json": { schema: rawObject } } },
      304: { says: "Nothing has changed." },
    },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const body = JSON.stringify(await services.organizations.document(pathPart(call, "slug")));
      const reply = content("application/did+json", body, { "cache-control": `public, max-age=${publishedFor}` });
      return unlessKnown(call.request.header("if-none-match"), `"${digestOf(body)}"`, reply);
    },
  });
}
