import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import { appDidPattern } from "../../identity/app-key.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { subjectPart, tag } from "../attestation-schemas.ts";
import { partyOf } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { json, type Reply, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { moment, rawObject } from "../schemas.ts";
import { policyPart } from "../score-schemas.ts";
import { subjectOf } from "./attestations.ts";
import { spendOn } from "./scores.ts";

export function scoreCredentialRoutes(door: Door): Route[] {
  return [issueRoute(door), typeRoute(door), issuerRoute(door)];
}

/** What computing a score and signing it costs of what an address may ask. */
const cost = 6;

const asked = z.strictObject({
  form: z.enum(["vc+jwt", "dc+sd-jwt"]).openapi({ description: "A JWT of the VC Data Model, or an SD-JWT VC." }),
  claim: z
    .union([z.literal("score"), z.strictObject({ atLeast: z.string().min(1).max(32) })])
    .openapi({ description: "The whole score, or that it is at least so much (a decimal) and nothing else." }),
  version: z.int().min(1).max(9_999).optional().openapi({ description: "Of the policy; the latest unless said." }),
  at: moment.optional().openapi({ description: "The moment asked about; now unless said." }),
  key: z
    .string()
    .regex(appDidPattern, "An app key is a did:key of P-256.")
    .optional()
    .openapi({ description: "The did:key (P-256) of the app that will show an SD-JWT VC; an app's own unless said." }),
  lifeSeconds: z.int().min(60).optional().openapi({ description: "An hour unless said, a day at most." }),
});

const issued = z
  .object({
    id: z.string().openapi({ description: "By which `DELETE /v1/credentials/{id}` revokes it." }),
    form: z.enum(["vc+jwt", "dc+sd-jwt"]),
    credential: z.string().openapi({ description: "An SD-JWT VC comes with all its disclosures." }),
    expiresAt: moment,
  })
  .openapi("IssuedScore");

function issueRoute(door: Door): Route {
  return route("post", "/v1/subjects/{did}/scores/{policy}/credential", {
    tag,
    summary: "A credential of one's own score",
    description:
      "For the subject's session, or an app of the subject whose delegation names `renown/reputation` or " +
      "`renown/reputation:CREDENTIAL`. Short-lived, and revocable. An SD-JWT VC is bound to the app's key; its holder " +
      "shows of subject, score, bound and raters what it likes. What does not hold is not issued (NOT_REACHED).",
    shared: true,
    guarded: true,
    callers: ["session", "page", "app"],
    parts: { ...subjectPart, ...policyPart },
    body: { schema: asked, example: { form: "vc+jwt", claim: { atLeast: "30" } } },
    answers: { 201: answer("The credential.", issued) },
    refusals: [
      "FORBIDDEN",
      "NOT_DELEGATED",
      "NOT_PERMITTED",
      "NOT_FOUND",
      "INVALID_DID",
      "INVALID_INPUT",
      "UNREADABLE_DATE",
      "FROM_THE_FUTURE",
      "LIFETIME_TOO_LONG",
      "QUOTA_EXCEEDED",
      "REVOKED",
      "NOT_REACHED",
    ],
    handle: async (call, { body }) => {
      const subject = subjectOf(call);
      const party = await partyOf(door, call);
      await door.gate.spend(call, cost);
      const wish = { ...body, policy: pathPart(call, "policy") };
      const made = await door.services.scoreCredentials.issue(party, subject, wish, spendOn(door, call));
      return json(made, 201, { "cache-control": "private, no-store" });
    },
  });
}

/** Types are fixed by the version that runs; a wallet may keep one for an hour. */
const typeFor = 3600;

function typeRoute({ services }: Door): Route {
  return route("get", "/v1/credential-types/{type}", {
    tag: "Credentials",
    summary: "What a type of SD-JWT VC says",
    description: "SD-JWT VC Type Metadata, at the address that is the `vct` of its credentials.",
    shared: true,
    parts: { type: { says: "The type.", example: "reputation-score" } },
    answers: { 200: answer("The metadata.", rawObject), 304: { says: "It is the same." } },
    refusals: ["NOT_FOUND"],
    handle: (call) => published(call, services.scoreCredentials.type(pathPart(call, "type")), typeFor),
  });
}

/** Keys rotate seldom; one that is new signs nothing that was not asked for after. */
const issuerFor = 300;

function issuerRoute({ services }: Door): Route {
  return route("get", "/.well-known/jwt-vc-issuer", {
    tag: "Credentials",
    summary: "The keys of this service as an issuer of SD-JWT VCs",
    description: "JWT VC Issuer Metadata: those in use, and those retired so lately that what they signed may live.",
    shared: true,
    answers: { 200: answer("The metadata.", rawObject), 304: { says: "It is the same." } },
    refusals: [],
    handle: (call) => published(call, services.scoreCredentials.issuer(), issuerFor),
  });
}

function published(call: Call, value: JsonObject, seconds: number): Reply {
  const reply = json(value, 200, { "cache-control": `public, max-age=${seconds}` });
  return unlessKnown(call.request.header("if-none-match"), `"${digestOf(JSON.stringify(value))}"`, reply);
}
