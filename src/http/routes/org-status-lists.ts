import { ensure } from "../../kernel/failure.ts";
import { preferred } from "../accept.ts";
import { type Door, pathPart } from "../call.ts";
import { content, unlessKnown } from "../reply.ts";
import { type Route, route } from "../route.ts";
import { credentialAnswer, jsonTypes, jwtType } from "./faces.ts";

export function orgStatusListRoutes(door: Door): Route[] {
  return [statusListRoute(door)];
}

function statusListRoute({ services }: Door): Route {
  return route("get", "/orgs/{org}/status/{list}", {
    tag: "Organisations",
    summary: "A status list of an organisation",
    description:
      "A signed BitstringStatusListCredential, by `Accept` with Data Integrity proofs or as a JWT, to be kept as long as " +
      "its headers say. A revocation shows in it at once.",
    shared: true,
    parts: {
      org: { says: "The slug of the organisation.", example: "academy" },
      list: { says: "The name of the list.", example: "academy-revocation-4071" },
    },
    answers: { 200: credentialAnswer("The list."), 304: { says: "Nothing has changed." } },
    refusals: ["NOT_FOUND", "NOT_ACCEPTABLE", "NO_KEY"],
    handle: async (call) => {
      const type = preferred(call.request.header("accept"), [...jsonTypes, jwtType]);
      ensure(type, "NOT_ACCEPTABLE");
      const form = type === jwtType ? "jwt" : "json";
      const found = await services.statusList(pathPart(call, "org"), pathPart(call, "list"), form);
      const headers = { "cache-control": `public, max-age=${found.maxAge}`, vary: "accept" };
      return unlessKnown(call.request.header("if-none-match"), found.etag, content(type, found.text, headers));
    },
  });
}
