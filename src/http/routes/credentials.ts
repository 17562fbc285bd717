import { z } from "@hono/zod-openapi";
import { isSdJwt } from "../../securing/sd-jwt.ts";
import { maxCredentialJwt } from "../../securing/vc-jwt.ts";
import { partyOf } from "../authentication.ts";
import { type Door, pathPart } from "../call.ts";
import { examples } from "../examples.ts";
import { content, json, nothing, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { answering, check, moment, rawObject, verdict } from "../schemas.ts";

const jwtType = "application/vc+jwt";
const sdJwtType = "application/dc+sd-jwt";
const tokenListType = "application/statuslist+jwt";
const jwt = z
  .string()
  .openapi({ description: "A JWT as VC-JOSE-COSE has it.", example: examples.credential.credential });

export function credentialRoutes(door: Door): Route[] {
  return [getRoute(door), revokeRoute(door), verifyRoute(door), statusListRoute(door), tokenListRoute(door)];
}

const credentialPart = {
  id: { says: "The last part of the credential's id.", example: "0f8fad5b-d9cb-469f-a165-70867728950e" },
};

function getRoute({ services }: Door): Route {
  return route("get", "/v1/credentials/{id}", {
    tag: "Credentials",
    summary: "A credential as it was issued",
    shared: true,
    parts: credentialPart,
    description: "An SD-JWT VC comes without its disclosures: they are its holder's to show.",
    answers: {
      200: { says: "The credential.", content: { [jwtType]: { schema: jwt }, [sdJwtType]: { schema: z.string() } } },
    },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const text = await services.credentials.get(pathPart(call, "id"));
      return content(isSdJwt(text) ? sdJwtType : jwtType, text);
    },
  });
}

function revokeRoute(door: Door): Route {
  return route("delete", "/v1/credentials/{id}", {
    tag: "Credentials",
    summary: "Revoke a credential, for good",
    description: "By its owner's session, or by the operator.",
    shared: true,
    guarded: true,
    callers: ["session", "page", "operator"],
    parts: credentialPart,
    body: { schema: z.strictObject({}), example: {}, optional: true },
    answers: { 204: { says: "Revoked; its status list says so." } },
    refusals: ["FORBIDDEN", "NOT_FOUND", "ALREADY_REVOKED"],
    handle: async (call) => {
      await door.services.credentials.revoke(await partyOf(door, call), pathPart(call, "id"));
      return nothing();
    },
  });
}

function verifyRoute({ services, gate, limits }: Door): Route {
  const report = z
    .object({
      verdict,
      form: z.enum(["vc+jwt", "dc+sd-jwt", "eip712", "unknown"]),
      claims: rawObject.optional().openapi({ description: "Of an SD-JWT VC, with what was disclosed in its place." }),
      id: z.string().nullable(),
      types: z.array(z.string()),
      issuer: z.string().nullable(),
      subjects: z.array(z.string()),
      validFrom: z.string().nullable(),
      validUntil: z.string().nullable(),
      at: moment,
      known: moment,
      answering: answering.nullable(),
      checks: z.array(check),
    })
    .openapi("CredentialReport");
  return route("post", "/v1/credentials/verify", {
    tag: "Verification",
    summary: "Does this credential hold?",
    description:
      "JWT credentials and SD-JWT VCs of ours and of other issuers, as a text, and Renown credentials with their EIP-712 " +
      "proof, as an object. Each check by name; what could not be asked makes the verdict undetermined.",
    shared: true,
    body: {
      schema: z.strictObject({
        credential: z.union([z.string().min(1).max(maxCredentialJwt), rawObject]),
        at: moment.optional(),
        known: moment.optional(),
        nonce: z.string().min(1).max(512).optional().openapi({ description: "Given to the holder of an SD-JWT VC." }),
        audience: z.string().min(1).max(512).optional().openapi({ description: "For whom it must have been shown." }),
      }),
      example: examples.credential,
      most: limits.bytes.body,
    },
    answers: { 200: answer("The report.", report) },
    refusals: ["UNREADABLE_DATE"],
    handle: async (call, { body: { credential, ...question } }) => {
      await gate.spend(call, 1);
      return json(await services.verify.credential(credential, question));
    },
  });
}

function statusListRoute({ services }: Door): Route {
  return route("get", "/v1/status-lists/{id}", {
    tag: "Credentials",
    summary: "A status list",
    description: "A signed BitstringStatusListCredential, to be kept as long as its headers say.",
    shared: true,
    parts: { id: { says: "The id of the list.", example: "1" } },
    answers: {
      200: { says: "The list.", content: { [jwtType]: { schema: jwt } } },
      304: { says: "Nothing has changed." },
    },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const { jwt: body, etag, maxAge } = await services.credentials.statusList(pathPart(call, "id"));
      const reply = content(jwtType, body, { "cache-control": `public, max-age=${maxAge}` });
      return unlessKnown(call.request.header("if-none-match"), etag, reply);
    },
  });
}

function tokenListRoute({ services }: Door): Route {
  return route("get", "/v1/status-lists/{id}/token", {
    tag: "Credentials",
    summary: "A status list for SD-JWT VCs",
    description: "The same statuses as a signed Status List Token, to be kept as long as its headers say.",
    shared: true,
    parts: { id: { says: "The id of the list.", example: "1" } },
    answers: {
      200: { says: "The list.", content: { [tokenListType]: { schema: z.string() } } },
      304: { says: "Nothing has changed." },
    },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const { jwt: body, etag, maxAge } = await services.credentials.statusList(pathPart(call, "id"), "token");
      const reply = content(tokenListType, body, { "cache-control": `public, max-age=${maxAge}` });
      return unlessKnown(call.request.header("if-none-match"), etag, reply);
    },
  });
}
