import type { ZodType, z } from "zod";
import { type Code, Failure } from "../kernel/failure.ts";
import { hasBody, parseBy, readJson } from "./body.ts";
import type { Call } from "./call.ts";
import { maxSmallBody } from "./limits.ts";
import { noQuery, readQuery } from "./query.ts";
import type { Reply } from "./reply.ts";

export type Content = { schema: ZodType; example?: unknown };

export type Answer = { says: string; content?: Record<string, Content>; headers?: Record<string, string> };

/** Who may be behind a call, as the description names it; nobody where everybody may. */
export type Caller = "session" | "page" | "app" | "operator" | "client";

/** What the description of the API says of a route. */
export type RouteDoc = {
  tag: string;
  /** The operation's name in the description, where method and path alone do not tell it from another's. */
  operation?: string;
  summary: string;
  description?: string;
  /** Path parts by name: what they are, and one of them. */
  parts?: Record<string, { says: string; example: string }>;
  /** Request headers that matter. */
  headers?: Record<string, string>;
  /** Bodies that the handler reads itself. */
  takes?: Record<string, Content>;
  answers: Record<number, Answer>;
  /** Codes beside those that any call may be refused with. */
  refusals: readonly Code[];
  callers?: readonly Caller[];
};

/** How the door treats a route. */
export type RouteTerms = {
  /** Whether pages of other origins may call it: with no cookie, ever. */
  shared?: boolean;
  /** Whether signatures or tokens are checked: then too many failures before close it. */
  guarded?: boolean;
  /** Whether it goes uncounted: health checks do. */
  uncounted?: boolean;
  /** Contracts of others keep their own shape of refusals. */
  refuse?(failure: Failure, call: Call): Reply;
};

export type Route = RouteDoc &
  RouteTerms & {
    method: "get" | "post" | "put" | "patch" | "delete" | "options";
    /** As OpenAPI writes it, with parts in braces. */
    path: string;
    query?: ZodType;
    body?: Content & { optional: boolean };
    serve(call: Call): Promise<Reply>;
  };

type Definition<Body extends ZodType, Query extends ZodType> = RouteDoc &
  RouteTerms & {
    query?: Query;
    /** Read, parsed strictly and held to its schema before `handle` is called. */
    body?: { schema: Body; example: unknown; optional?: boolean; most?: number };
    handle(call: Call, input: { query: z.output<Query>; body: z.output<Body> }): Reply | Promise<Reply>;
  };

/** Makes a route whose query and body are what its description says. */
export function route<Body extends ZodType = ZodType<undefined>, Query extends ZodType = typeof noQuery>(
  method: Route["method"],
  path: string,
  definition: Definition<Body, Query>,
): Route {
  const { handle, body, query, ...rest } = definition;
  const schema = query ?? noQuery;
  // Most calls bring no query: what comes of none is found once.
  const unasked = schema.safeParse({});
  const absent = path.startsWith("/v1/") && !rest.refuse ? absenceOf(rest.parts) : undefined;
  return {
    ...rest,
    method,
    path,
    ...(query && { query }),
    ...(body && { body: { schema: body.schema, example: body.example, optional: body.optional ?? false } }),
    serve: async (call) => {
      const { url } = call.request;
      const asked = unasked.success && !url.includes("?") ? unasked.data : readQuery(url, schema);
      const input = { query: asked, body: body ? await bodyOf(call, body) : undefined };
      try {
        return await handle(call, input as never);
      } catch (error) {
        throw bare(error) && absent !== undefined ? new Failure("NOT_FOUND", absent) : error;
      }
    },
  };
}

/** What a refusal with NOT_FOUND tells beside its sentence: made of the route alone, so absent and hidden sound alike. */
function absenceOf(parts: NonNullable<RouteDoc["parts"]> = {}): string {
  const named = Object.entries(parts).map(([name, { says }]) => `${name}: ${says}`);
  return [...named, "What the request names is not here, or not for whoever asks."].join(" ");
}

function bare(error: unknown): boolean {
  return error instanceof Failure && error.code === "NOT_FOUND" && error.detail === undefined;
}

/** A JSON answer of one form. */
export function answer(says: string, schema: ZodType, example?: unknown): Answer {
  return { says, content: { "application/json": { schema, ...(example !== undefined && { example }) } } };
}

async function bodyOf<T>(
  { request }: Call,
  { schema, optional, most = maxSmallBody }: { schema: ZodType<T>; optional?: boolean; most?: number },
): Promise<T> {
  const raw = request.raw;
  const value = optional && !hasBody(raw) ? {} : await readJson(raw, most);
  return parseBy(schema, value);
}
