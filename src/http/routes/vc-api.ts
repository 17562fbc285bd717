import { z } from "@hono/zod-openapi";
import { statusPurposes } from "../../credentials/commission.ts";
import { commissionSuites } from "../../credentials/commission-draft.ts";
import type { ClientParty } from "../../credentials/party.ts";
import { ensure } from "../../kernel/failure.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { maxCredentialJwt } from "../../securing/vc-jwt.ts";
import { preferred } from "../accept.ts";
import { partyOf, requireScope } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { idempotencyHeader, idempotencyRefusals, withIdempotency } from "../idempotency.ts";
import { content, json, type Reply, unlessKnown } from "../reply.ts";
import { answer, type Route, type RouteDoc, route } from "../route.ts";
import { rawObject } from "../schemas.ts";
import { priceOf } from "./badge-verify.ts";
import { credentialAnswer, jsonTypes, jwtType } from "./faces.ts";
import { vcApiVerifyRoutes } from "./vc-api-verify.ts";

/** What the VC API asks for: https://w3c-ccg.github.io/vc-api/ */
export function vcApiRoutes(door: Door): Route[] {
  return [issueRoute(door), statusRoute(door), ...vcApiVerifyRoutes(door), issuedListRoute(door)];
}

const vcApiDoc: Pick<RouteDoc, "tag" | "callers"> = { tag: "VC API", callers: ["client"] };

const suites = Object.keys(commissionSuites) as (keyof typeof commissionSuites)[];

const wishedStatus = z.object({ type: z.string().optional(), statusPurpose: z.enum(statusPurposes).optional() });

/** Members that other implementations know and this one has no use for are passed over. */
const issueOptions = z.object({
  suite: z.enum(suites).optional().openapi({ description: "How it is secured, and with which key." }),
  cryptosuite: z.enum(suites).optional(),
  issuer: z.string().max(512).optional().openapi({
    description: "The did:web, or the did:key of the key that signs: in place of what the credential names.",
  }),
  credentialId: z.string().max(2048).optional(),
  credentialStatus: z.union([wishedStatus, z.array(wishedStatus).max(2)]).optional(),
  previousProof: z.union([z.string(), z.array(z.string()).max(8)]).optional(),
  proofId: z.string().max(2048).optional(),
});

const exampleCredential = {
  "@context": ["https://www.w3.org/ns/credentials/v2"],
  type: ["VerifiableCredential"],
  credentialSubject: { id: "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266" },
};

function issueRoute(door: Door): Route {
  return route("post", "/credentials/issue", {
    ...vcApiDoc,
    summary: "Issue a credential in the organisation's name",
    description:
      "With scope `credentials:issue`. `options.suite` is one of eddsa-rdfc-2022, eddsa-jcs-2022, ecdsa-rdfc-2019, " +
      "ecdsa-jcs-2019 and vc+jwt; the issuer is the organisation's did:web, or the did:key of the key that signs. The " +
      "answer is the credential itself. `options.credentialStatus` gives it a place in a status list.",
    shared: true,
    guarded: true,
    body: {
      schema: z.strictObject({ credential: rawObject, options: issueOptions.optional() }),
      example: { credential: exampleCredential, options: { suite: "eddsa-rdfc-2022" } },
      most: door.limits.bytes.body,
    },
    headers: idempotencyHeader,
    answers: { 201: answer("The credential, secured.", rawObject) },
    refusals: [
      "FORBIDDEN",
      "INVALID_CREDENTIAL",
      "UNREADABLE_DATE",
      "UNKNOWN_CONTEXT",
      "UNKNOWN_SUITE",
      "INVALID_PROOF",
      "QUOTA_EXCEEDED",
      "NO_KEY",
      "CREDENTIAL_KNOWN",
      "UNAVAILABLE",
      ...idempotencyRefusals,
    ],
    handle: async (call, { body }) => {
      const { credential, options = {} } = body;
      const party = await clientWith(door, call, "credentials:issue");
      const { organization, mode } = party;
      ensure(mode === "live", "FORBIDDEN", "A client in test mode issues awards alone: these say that they are tests.");
      const { credentialStatus, suite, cryptosuite, ...rest } = options;
      const statuses = [credentialStatus ?? []].flat().map(({ statusPurpose = "revocation" }) => statusPurpose);
      const asked = { ...rest, suite: suite ?? cryptosuite, statuses };
      await door.gate.spend(call, priceOf(credential));
      return onceIfAsked(door, call, party, body, async () =>
        json(await door.services.vcApi.issue(organization, credential as JsonObject, asked), 201),
      );
    },
  });
}

const changedStatus = z.object({
  type: z.string().optional(),
  statusPurpose: z.enum(statusPurposes).optional(),
  status: z.enum(["0", "1"]).optional(),
});

function statusRoute(door: Door): Route {
  return route("post", "/credentials/status", {
    ...vcApiDoc,
    summary: "Revoke or suspend a credential that was issued here",
    description: "With scope `credentials:issue`. A revocation is final; a suspension ends with `status` false.",
    shared: true,
    guarded: true,
    body: {
      schema: z.strictObject({
        credentialId: z.string().min(1).max(maxCredentialJwt),
        credentialStatus: z.union([changedStatus, z.array(changedStatus).min(1).max(2)]),
        status: z.boolean().optional().openapi({ description: "True unless said." }),
      }),
      example: {
        credentialId: "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
        credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "revocation" },
      },
    },
    answers: { 200: answer("Its list says so.", z.object({})) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "REVOKED"],
    handle: async (call, { body: { credentialId, credentialStatus, status = true } }) => {
      const { organization } = await clientWith(door, call, "credentials:issue");
      const changes = [credentialStatus].flat().map(({ statusPurpose: purpose = "revocation", status: own }) => {
        return { purpose, set: own === undefined ? status : own === "1" };
      });
      await door.services.vcApi.setStatus(organization, credentialId, changes);
      return json({});
    },
  });
}

function issuedListRoute({ services, clock }: Door): Route {
  return route("get", "/orgs/{org}/issued/{list}", {
    tag: "VC API",
    summary: "A status list of credentials that were issued over the VC API",
    description: "A signed BitstringStatusListCredential, by `Accept` with Data Integrity proofs or as a JWT.",
    shared: true,
    parts: {
      org: { says: "The slug of the organisation.", example: "academy" },
      list: { says: "The name of the list.", example: "academy-0f8fad5b-d9cb-469f-a165-70867728950e" },
    },
    answers: { 200: credentialAnswer("The list."), 304: { says: "Nothing has changed." } },
    refusals: ["NOT_FOUND", "NOT_ACCEPTABLE", "NO_KEY"],
    handle: async (call) => {
      const type = preferred(call.request.header("accept"), [...jsonTypes, jwtType]);
      ensure(type, "NOT_ACCEPTABLE");
      const { id } = await services.organizations.get(pathPart(call, "org"));
      const list = await services.vcApi.statusList(id, pathPart(call, "list"), type === jwtType ? "jwt" : "json");
      const maxAge = Math.max(0, Math.floor((list.freshUntil - clock()) / 1000));
      const headers = { "cache-control": `public, max-age=${maxAge}`, vary: "accept" };
      return unlessKnown(call.request.header("if-none-match"), list.etag, content(type, list.text, headers));
    },
  });
}

/** The client behind a call. Refuses with FORBIDDEN who has not the scope. */
async function clientWith(door: Door, call: Call, scope: string): Promise<ClientParty> {
  return requireScope(await partyOf(door, call), scope);
}

/** Other implementations of the VC API know no Idempotency-Key, so a write goes without one too. */
function onceIfAsked(door: Door, call: Call, party: ClientParty, body: unknown, run: () => Promise<Reply>) {
  if (call.request.header("idempotency-key") === undefined) return run();
  return withIdempotency(door, call, party, JSON.stringify(body), run);
}
