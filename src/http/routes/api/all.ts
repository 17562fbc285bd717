import { Failure } from "../../../kernel/failure.ts";
import type { Door } from "../../call.ts";
import { json } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { consoleRoutes } from "./console.ts";
import { contractRoutes } from "./contract.ts";
import { credentialRoutes } from "./credentials.ts";
import { standingRoutes } from "./standing.ts";

/** Everything under `/api`: the contract of the existing Renown with its clients. */
export function clientRoutes(door: Door): Route[] {
  const endpoint = `${door.services.origin}/graphql`;
  const nothing = async () => {
    throw new Failure("NOT_FOUND");
  };
  const nowhere = { get: nothing, post: nothing, put: nothing, patch: nothing, delete: nothing };
  return [
    ...contractRoutes(door, "/api/switchboard", { get: async () => json({ endpoint }) }),
    ...credentialRoutes(door),
    ...standingRoutes(door),
    ...consoleRoutes(door),
    // Last: what no address above has taken.
    ...contractRoutes(door, "/api/*", nowhere),
  ];
}
