import { ensure, Failure } from "../../kernel/failure.ts";
import { isObject } from "../../kernel/json.ts";
import { readJson } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { problemReply, statuses } from "../problem.ts";
import { json, type Reply } from "../reply.ts";
import type { Route } from "../route.ts";
import { contractRoutes } from "../routes/api/contract.ts";
import { openAsking } from "./asking.ts";
import type { AnswerGraphql, GraphqlRequest } from "./execution.ts";

/** Characters of a query; its values come as variables. Parsed queries are kept, so they must be small. */
const maxQuery = 20_000;

/** Where clients look for the subgraphs that they know; all are one. */
const paths = ["/graphql", "/graphql/r", "/graphql/renown-read-model"];

/** GraphQL by POST, JSON and nothing else: then no page can make a browser ask unasked. */
export function graphqlRoutes(door: Door): Route[] {
  const { origin } = door.services;
  const refuse = (failure: Failure, call: Call) => refusal(origin, failure, call);
  let opened: Promise<AnswerGraphql> | undefined;
  const post = async (call: Call): Promise<Reply> => {
    const request = readRequest(await readJson(call.request.raw, door.limits.bytes.body));
    // Loaded with the first request: nobody else waits for it.
    opened ??= import("./execution.ts").then(({ openGraphql }) => openGraphql(origin));
    const answer = await opened;
    const { status, body } = await answer(request, openAsking(door, call));
    return { status, headers: { "content-type": "application/json" }, body };
  };
  const nothing = async () => {
    throw new Failure("NOT_FOUND");
  };
  return [
    ...paths.flatMap((path) => contractRoutes(door, path, { post }, refuse)),
    ...contractRoutes(door, "/graphql/*", { get: nothing, post: nothing }, refuse),
  ];
}

/** Unknown members are passed over: there are clients that send extensions. Refuses with INVALID_REQUEST. */
function readRequest(body: unknown): GraphqlRequest {
  ensure(isObject(body), "INVALID_REQUEST", "The body is an object with a query; batches are not taken.");
  const { query, variables, operationName } = body;
  ensure(typeof query === "string" && query !== "", "INVALID_REQUEST", "The body has no query.");
  ensure(query.length <= maxQuery, "TOO_LARGE", `A query has at most ${maxQuery} characters.`);
  ensure((variables ?? null) === null || isObject(variables), "INVALID_REQUEST", "The variables are an object.");
  ensure((operationName ?? null) === null || typeof operationName === "string", "INVALID_REQUEST");
  return {
    query,
    ...(isObject(variables) && { variables }),
    ...(typeof operationName === "string" && { operationName }),
  };
}

/** In the shape of GraphQL. Powerhouse's clients stop for good at a 4xx, so whoever asks too often is told to wait. */
function refusal(origin: string, failure: Failure, call: Call): Reply {
  const { headers } = problemReply(failure, origin, call.id);
  const { code, detail, message } = failure;
  const status = code === "TOO_MANY_REQUESTS" ? 503 : statuses[code];
  const errors = [{ message: detail ?? message, extensions: { code, requestId: call.id } }];
  return { ...json({ errors }, status), headers: { ...headers, "content-type": "application/json" } };
}
