import { ensure } from "../../../kernel/failure.ts";
import { type Call, type Door, pathPart } from "../../call.ts";
import type { Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { policyVersionOf } from "../../routes/policies.ts";
import { pageRoute } from "../form.ts";
import { pageReply } from "../layout.ts";
import { type PolicyCard, policyListPage } from "./policy-list-page.ts";
import { policyPage } from "./policy-page.ts";

/** Policies in a list, and versions beside one. */
const [mostListed, mostVersions] = [20, 50];

/** How scores come about, for people. */
export function policyPageRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/policies", (call) => serveList(door, call)),
    pageRoute(door, "/policies/{id}", (call) => servePolicy(door, call)),
    pageRoute(door, "/policies/{id}/{version}", (call) => servePolicy(door, call, policyVersionOf(call))),
  ];
}

const cached = { "cache-control": "public, no-cache" };

async function serveList({ services: { policies } }: Door, call: Call): Promise<Reply> {
  const after = new URL(call.request.url).searchParams.get("after") ?? undefined;
  const { items, next } = await policies.list({ after, limit: mostListed });
  const cards = items.map(async (listed): Promise<PolicyCard[]> => {
    const found = await policies.find(listed.id, listed.version);
    return found ? [{ listed, policy: found.policy }] : [];
  });
  return pageReply(policyListPage((await Promise.all(cards)).flat(), next), cached);
}

async function servePolicy({ services: { policies } }: Door, call: Call, version?: number): Promise<Reply> {
  const id = pathPart(call, "id");
  const listed = await policies.get(id);
  const shown = await policies.find(listed.id, version ?? listed.version);
  ensure(shown, "NOT_FOUND");
  const versions = await policies.versions(listed.id, listed.version + 1, mostVersions);
  return pageReply(policyPage({ listed, shown, versions }), cached);
}
