import { digestOf } from "#primitives";
import { type Code, ensure, Failure, sentences } from "../../kernel/failure.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { assetRoutes } from "../pages/asset-routes.ts";
import { myBadgesRoutes } from "../pages/badges/badge-mine-routes.ts";
import { badgePageRoutes } from "../pages/badges/badge-routes.ts";
import { type Described, docsPage, docsPartPage } from "../pages/docs-page.ts";
import { pageRoute } from "../pages/form.ts";
import { guestOf } from "../pages/guest.ts";
import { type Page, pageReply } from "../pages/layout.ts";
import { consoleBatchRoutes } from "../pages/organizations/award-batch-routes.ts";
import { consoleAttestationRoutes } from "../pages/organizations/organization-attestation-routes.ts";
import { consolePageRoutes } from "../pages/organizations/organization-console-routes.ts";
import { consoleFormRoutes } from "../pages/organizations/organization-form-routes.ts";
import { organizationRoutes } from "../pages/organizations/organization-routes.ts";
import { consentRoutes, serveConsent } from "../pages/people/consent-routes.ts";
import { myRoutes } from "../pages/people/my-routes.ts";
import { profileRoutes } from "../pages/people/profile-routes.ts";
import { signInRoutes } from "../pages/people/sign-in-routes.ts";
import { problemPage } from "../pages/refusal-page.ts";
import { myReputationRoutes } from "../pages/reputation/my-reputation-routes.ts";
import { policyPageRoutes } from "../pages/reputation/policy-routes.ts";
import { presentationPageRoutes } from "../pages/reputation/presentation-routes.ts";
import { subjectRoutes } from "../pages/reputation/subject-routes.ts";
import { startPage } from "../pages/start-page.ts";
import { verifyRoutes } from "../pages/verification/verify-routes.ts";
import { content, type Reply, unlessKnown } from "../reply.ts";
import type { Route } from "../route.ts";

/** What is for people: not part of the API's description. `describe` makes the OpenAPI document. */
export function pageRoutes(door: Door, describe: () => unknown): Route[] {
  return [
    pageRoute(door, "/", (call) => serveStart(door, call)),
    ...signInRoutes(door),
    ...consentRoutes(door),
    ...myRoutes(door),
    ...myBadgesRoutes(door),
    ...myReputationRoutes(door),
    ...presentationPageRoutes(door),
    ...profileRoutes(door),
    ...badgePageRoutes(door),
    ...organizationRoutes(door),
    ...consoleBatchRoutes(door),
    ...consoleAttestationRoutes(door),
    ...consolePageRoutes(door),
    ...consoleFormRoutes(door),
    ...policyPageRoutes(door),
    ...subjectRoutes(door),
    ...verifyRoutes(door),
    ...docsRoutes(door, describe),
    ...assetRoutes(door),
  ];
}

/** The start page; where an app sends somebody, the page on which they let it act for them or do not. */
async function serveStart(door: Door, call: Call): Promise<Reply> {
  const query = new URL(call.request.url).searchParams;
  if (query.has("app") || query.has("connect")) return serveConsent(door, call, query);
  const guest = await guestOf(door, call);
  return pageReply(startPage(door.services.did, guest), guest.headers);
}

function docsRoutes(door: Door, describe: () => unknown): Route[] {
  const described = once(() => JSON.stringify(describe()));
  const parsed = once(() => JSON.parse(described()) as Described);
  const kept = (call: Call, page: Page) => lasting(call, pageReply(page, cached));
  return [
    pageRoute(door, "/docs", (call) => kept(call, docsPage(parsed()))),
    pageRoute(door, "/docs/{part}", (call) => {
      const page = docsPartPage(parsed(), pathPart(call, "part"));
      ensure(page, "NOT_FOUND");
      return kept(call, page);
    }),
    pageRoute(door, "/openapi.json", (call) => lasting(call, content("application/json", described(), cached)), {
      shared: true,
    }),
    pageRoute(door, "/problems/{code}", (call) => {
      const code = pathPart(call, "code");
      if (!Object.hasOwn(sentences, code)) throw new Failure("NOT_FOUND");
      return kept(call, problemPage(code as Code));
    }),
  ];
}

const cached = { "cache-control": "public, max-age=300" };

/** The same until the service changes: what a client has already is not sent again. */
function lasting(call: Call, reply: Reply): Reply {
  return unlessKnown(call.request.header("if-none-match"), `"${digestOf(reply.body as string)}"`, reply);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
