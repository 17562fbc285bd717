import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import { Failure } from "../kernel/failure.ts";
import { type Call, type Door, type HttpParts, openDoor } from "./call.ts";
import { frame } from "./frame.ts";
import { graphqlRoutes } from "./graphql/routes.ts";
import { knownPaths } from "./known-paths.ts";
import { describeRoutes, documentInfo } from "./openapi.ts";
import { badgeFaceRoutes } from "./pages/badges/badge-routes.ts";
import { refusalReply } from "./pages/refusal-page.ts";
import { sharedPresentationRoutes } from "./pages/reputation/presentation-routes.ts";
import { WrongMethod } from "./problem.ts";
import { nothing, type Reply } from "./reply.ts";
import type { Route } from "./route.ts";
import { clientRoutes } from "./routes/api/all.ts";
import { attestationBatchRoute } from "./routes/attestation-batch.ts";
import { attestationRoutes } from "./routes/attestations.ts";
import { authRoutes } from "./routes/auth.ts";
import { awardBatchRoutes } from "./routes/award-batch.ts";
import { awardCredentialRoutes } from "./routes/award-credentials.ts";
import { awardRoutes } from "./routes/awards.ts";
import { badgeClassRoutes } from "./routes/badge-classes.ts";
import { badgeVerifyRoutes } from "./routes/badge-verify.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { delegationRoutes } from "./routes/delegations.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { didRoutes } from "./routes/dids.ts";
import { documentRoutes } from "./routes/documents.ts";
import { endorsementRoutes } from "./routes/endorsements.ts";
import { healthRoutes } from "./routes/health.ts";
import { logRoutes } from "./routes/log.ts";
import { logTreeRoutes } from "./routes/log-tree.ts";
import { meRoutes } from "./routes/me.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { operationRoutes } from "./routes/operations.ts";
import { orgClientRoutes } from "./routes/org-clients.ts";
import { orgStatusListRoutes } from "./routes/org-status-lists.ts";
import { orgRoutes } from "./routes/orgs.ts";
import { pageRoutes } from "./routes/pages.ts";
import { policyRoutes } from "./routes/policies.ts";
import { prepareRoutes } from "./routes/prepare.ts";
import { profileRoutes } from "./routes/profiles.ts";
import { scoreCredentialRoutes } from "./routes/score-credentials.ts";
import { scoreExportRoutes } from "./routes/score-exports.ts";
import { scoreWatchRoutes } from "./routes/score-watch.ts";
import { scoreRoutes } from "./routes/scores.ts";
import { vcApiRoutes } from "./routes/vc-api.ts";
import { verifyRoutes } from "./routes/verify.ts";

/** The door: everything that HTTP may ask of the house. */
export function createApp(parts: HttpParts): Hono {
  const door = openDoor(parts);
  const { origin } = parts.services;
  const app = new OpenAPIHono({ router: knownPaths() });
  const described = apiRoutes(door);
  describeRoutes(app.openAPIRegistry, described);
  const routes = [
    ...described,
    ...clientRoutes(door),
    ...graphqlRoutes(door),
    ...deviceRoutes(door),
    ...pageRoutes(door, () => app.getOpenAPI31Document(documentInfo(origin))),
  ];
  const byPlace = new Map(routes.map((each) => [`${each.method} ${honoPath(each.path)}`, each]));
  for (const route of routes) app.on(route.method.toUpperCase(), honoPath(route.path), frame(door, route));
  const refuse = (failure: Failure, call: Call) => refusalReply(failure, call, origin);
  app.notFound((c) => frame(door, { ...elsewhere(othersAt(app, byPlace, c)), refuse })(c));
  const failed = { path: "", uncounted: true, refuse };
  app.onError(async (error, c) => frame(door, { ...failed, serve: () => Promise.reject(error) })(c));
  return app as unknown as Hono;
}

export function apiRoutes(door: Door): Route[] {
  return [
    ...authRoutes(door),
    ...meRoutes(door),
    ...delegationRoutes(door),
    ...documentRoutes(door),
    ...operationRoutes(door),
    ...logRoutes(door),
    ...logTreeRoutes(door),
    ...verifyRoutes(door),
    ...badgeVerifyRoutes(door),
    ...vcApiRoutes(door),
    ...credentialRoutes(door),
    ...profileRoutes(door),
    ...didRoutes(door),
    ...prepareRoutes(door),
    ...orgRoutes(door),
    ...oauthRoutes(door),
    ...orgClientRoutes(door),
    ...badgeFaceRoutes(door),
    ...badgeClassRoutes(door),
    ...awardRoutes(door),
    ...awardBatchRoutes(door),
    ...awardCredentialRoutes(door),
    ...endorsementRoutes(door),
    ...orgStatusListRoutes(door),
    ...attestationRoutes(door),
    attestationBatchRoute(door),
    ...scoreRoutes(door),
    ...scoreExportRoutes(door),
    ...scoreCredentialRoutes(door),
    ...scoreWatchRoutes(door),
    ...sharedPresentationRoutes(door),
    ...policyRoutes(door),
    ...healthRoutes(door),
  ];
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

const methods: readonly Route["method"][] = ["get", "post", "delete"];

/** The routes at an address, one for each method that it takes. */
function othersAt(app: OpenAPIHono, byPlace: ReadonlyMap<string, Route>, c: Context): Route[] {
  return methods.flatMap((method) => {
    const [found] = app.router.match(method.toUpperCase(), c.req.path);
    return byPlace.get(`${method} ${found[0]?.[0][1].path}`) ?? [];
  });
}

/** What no route serves: a preflight, a wrong method, or nothing there. */
function elsewhere(routes: Route[]) {
  const taken = ["OPTIONS", ...routes.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method]))];
  const allow = taken.map((method) => method.toUpperCase()).join(", ");
  const shared = routes.some((route) => route.shared);
  return {
    path: "",
    shared,
    serve: async ({ request }: { request: { method: string } }): Promise<Reply> => {
      if (routes.length === 0) throw new Failure("NOT_FOUND");
      if (request.method !== "OPTIONS") throw new WrongMethod(allow);
      return nothing({ allow, ...(shared && preflight(routes)) });
    },
  };
}

/** Answers to preflights (the Fetch standard, section 3.3): every origin, never with cookies. */
function preflight(routes: readonly Route[]): Record<string, string> {
  const shared = routes.filter((route) => route.shared).map(({ method }) => method.toUpperCase());
  return {
    "access-control-allow-methods": shared.join(", "),
    "access-control-allow-headers":
      "authorization, content-type, accept, last-event-id, if-none-match, idempotency-key",
    "access-control-max-age": "7200",
  };
}
