import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import { type Code, sentences } from "../kernel/failure.ts";
import { statuses } from "./problem.ts";
import type { Answer, Caller, Content, Route } from "./route.ts";
import { problem } from "./schemas.ts";

type Registry = OpenAPIHono["openAPIRegistry"];

/** What the document says of itself. */
export function documentInfo(origin: string) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Renown",
      version: "1",
      description:
        "Says who somebody is, keeps what they did as logs of signed operations, and answers questions that others can " +
        "check. Every refusal is RFC 9457 problem JSON with a code of a closed list and the id of the request; every " +
        "answer has the id in `x-request-id`.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    tags: tags.map(([name, description]) => ({ name, description })),
  };
}

/** Describes the routes; the document is made of them, so it cannot know other ones. */
export function describeRoutes(registry: Registry, routes: readonly Route[]): void {
  for (const [name, scheme] of Object.entries(schemes)) registry.registerComponent("securitySchemes", name, scheme);
  for (const each of routes) registry.registerPath(configOf(each));
}

/** Every code that a route may refuse with. */
export function refusalsOf(route: Route): Code[] {
  const takesBody = route.body !== undefined || route.takes !== undefined;
  return [
    ...new Set<Code>([
      ...(route.refuse ? [] : (["INVALID_REQUEST"] as const)),
      ...(takesBody ? bodyRefusals : []),
      ...(route.callers ? tokenRefusals : []),
      ...route.refusals,
      ...(route.uncounted ? [] : (["TOO_MANY_REQUESTS"] as const)),
      "INTERNAL",
    ]),
  ];
}

const bodyRefusals = ["MALFORMED_JSON", "TOO_DEEP", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const;
const tokenRefusals = ["UNAUTHENTICATED", "INVALID_TOKEN", "TOKEN_EXPIRED", "WRONG_AUDIENCE"] as const;

const tags = [
  ["Sign in", "A wallet signs a sentence; nothing moves."],
  ["Me", "What a signed-in wallet sees and ends: its apps, its sessions."],
  ["Delegations", "Keys that may act for a wallet, within limits, until a day."],
  ["Profiles", "The name and the image that a wallet shows."],
  ["Organisations", "Who awards and issues, with what keys, and whether a domain says so."],
  ["Documents", "Logs of signed operations, and what they come to."],
  ["Log", "Every admitted operation, in the order of commit."],
  ["Verification", "Reports with every check by name."],
  ["Credentials", "What this service issues, and whether it still holds."],
  ["API access", "How programs of organisations get tokens, and who sees to their secrets."],
  ["VC API", "What organisations issue in their name, and verify, as the VC API of the W3C community group has it."],
  ["Badges", "What organisations award, to whom, and what came of it."],
  ["Reputation", "What is attested about somebody, and what follows from it under a policy."],
  ["Presentations", "What somebody shows of scores and badges together, signed by a key of their wallet."],
  ["Policies", "How facts about somebody become a score."],
  ["DIDs", "Who this service is, and what other DIDs stand for."],
  ["Health", "For whoever runs it."],
] as const;

const bearer = (description: string) => ({ type: "http", scheme: "bearer", description }) as const;

const schemes = {
  session: { ...bearer("The access token of a signed-in wallet."), bearerFormat: "JWT" },
  app: { ...bearer("An app's own token, signed by its key (a JWT credential that expires)."), bearerFormat: "JWT" },
  operator: bearer("The operator's token."),
  client: { ...bearer("The access token of an organisation's client, from /oauth/token."), bearerFormat: "JWT" },
  page: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-renown",
    description: "The cookie of our own pages; it counts for calls from the same origin only.",
  },
} as const satisfies Record<Caller, unknown>;

function configOf(route: Route): RouteConfig {
  const { method, path, tag, summary, description } = route;
  return {
    method,
    path,
    operationId: route.operation ?? operationId(method, path),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: parametersOf(route),
    ...requestOf(route),
    responses: responsesOf(route),
    ...(route.callers && { security: route.callers.map((caller) => ({ [caller]: [] })) }),
  } as RouteConfig;
}

/** `get /v1/documents/{id}` is `getDocumentsId`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "" && word !== "v1");
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}

function parametersOf({ parts = {}, headers = {} }: Route) {
  const schema = { type: "string" };
  return [
    ...Object.entries(parts).map(([name, { says, example }]) => ({
      name,
      in: "path",
      required: true,
      description: says,
      schema,
      example,
    })),
    ...Object.entries(headers).map(([name, says]) => ({ name, in: "header", description: says, schema })),
  ];
}

function requestOf({ query, body, takes }: Route) {
  const content = takes ?? (body && { "application/json": body });
  if (!query && !content) return {};
  const described = content && { body: { content: contentOf(content), required: body?.optional !== true } };
  return { request: { ...(query && { query }), ...described } };
}

function contentOf(content: Record<string, Content>) {
  const entries = Object.entries(content).map(([type, { schema, example }]) => [
    type,
    { schema, ...(example !== undefined && { example }) },
  ]);
  return Object.fromEntries(entries);
}

function responsesOf(route: Route): Record<number, unknown> {
  const responses: Record<number, unknown> = {};
  for (const [status, said] of Object.entries(route.answers)) responses[Number(status)] = responseOf(said);
  const refusals = Map.groupBy(refusalsOf(route), (code) => statuses[code]);
  for (const [status, codes] of refusals) responses[status] ??= problemResponse(codes);
  return responses;
}

function responseOf({ says, content }: Answer) {
  return { description: says, ...(content && { content: contentOf(content) }) };
}

function problemResponse(codes: readonly Code[]) {
  const description = codes.map((code) => `${code}: ${sentences[code]}`).join("\n\n");
  return { description, content: { "application/problem+json": { schema: problem } } };
}
