import { costLimitPlugin } from "@escape.tech/graphql-armor-cost-limit";
import { maxAliasesPlugin } from "@escape.tech/graphql-armor-max-aliases";
import { maxDepthPlugin } from "@escape.tech/graphql-armor-max-depth";
import { GraphQLError, parse } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import { Failure } from "../../kernel/failure.ts";
import { type Asking, graphqlError } from "./asking.ts";
import { graphqlSchema } from "./resolvers.ts";

/** What a client asks in one request; batches are not taken. */
export type GraphqlRequest = { query: string; variables?: unknown; operationName?: unknown };

/** Tokens of a query: five times what the documented ones and introspection have. */
const maxTokens = 2_000;
/** Levels of nesting; the documented queries have three. */
const maxDepth = 8;
/** Aliases: each may stand for a lookup of its own. */
const maxAliases = 15;
/** What all fields of a query come to, deeper ones more; the documented ones stay below a tenth. */
const maxCost = 1_500;

/** Answers one request. Throws Busy where a resolver was refused because too much was asked from here. */
export type AnswerGraphql = (request: GraphqlRequest, asking: Asking) => Promise<{ status: number; body: string }>;

/** GraphQL behind a door of our own: the request has been read strictly, and headers are the door's affair. */
export function openGraphql(origin: string): AnswerGraphql {
  const yoga = createYoga<Asking>({
    schema: graphqlSchema(),
    fetchAPI: globalThis,
    graphqlEndpoint: "/graphql",
    graphiql: false,
    landingPage: false,
    logging: false,
    cors: false,
    multipart: false,
    maskedErrors: { maskError: shownError },
    plugins: [
      fewTokens,
      plainErrors,
      maxDepthPlugin({ n: maxDepth, exposeLimits: false, errorMessage: "The query is nested too deeply." }),
      maxAliasesPlugin({ n: maxAliases, exposeLimits: false, errorMessage: "The query has too many aliases." }),
      costLimitPlugin({ maxCost, exposeLimits: false, errorMessage: "The query asks for too much at once." }),
    ],
  });
  const headers = { "content-type": "application/json", accept: "application/json" };
  return async (request, asking) => {
    const body = JSON.stringify(request);
    const response = await yoga.fetch(new Request(`${origin}/graphql`, { method: "POST", headers, body }), asking);
    if (asking.refused.busy) throw asking.refused.busy;
    // As JSON, what is wrong with a query comes with 200 (GraphQL over HTTP, section 6.4.1).
    return { status: response.status === 400 ? 200 : response.status, body: await response.text() };
  };
}

const fewTokens: Plugin = {
  onParse: ({ setParseFn }) => {
    setParseFn((source: string, options: object) => parse(source, { ...options, maxTokens }));
  },
};

/** What GraphQL itself refuses with: without hints at what might have been meant. */
const plainErrors: Plugin = {
  onResultProcess: ({ result, setResult }) => {
    if (!("errors" in result) || !result.errors) return;
    setResult({ ...result, errors: result.errors.map(withoutHint) });
  },
};

function withoutHint(error: GraphQLError): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null } = error;
  const message = error.message.replace(/ ?Did you mean .*$/s, "");
  const extensions = { code: "INVALID_REQUEST", ...error.extensions };
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

/** Refusals of ours and of GraphQL itself are shown as they are, and of anything else only that it happened. */
function shownError(error: unknown): Error {
  const root = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  return error instanceof GraphQLError && root instanceof GraphQLError ? error : graphqlError(new Failure("INTERNAL"));
}
