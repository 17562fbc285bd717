import { z } from "@hono/zod-openapi";
import { ensure, Failure } from "../../kernel/failure.ts";
import type { ClientProof, TokenAnswer } from "../../services.ts";
import type { Call, Door } from "../call.ts";
import { type Form, oauthRefusal, readForm } from "../oauth-answer.ts";
import { json, type Reply } from "../reply.ts";
import { type Answer, answer, type Route, route } from "../route.ts";
import { answerDevice, deviceCodePath, deviceGrant } from "./devices.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const clientGrant = "client_credentials";

/** OAuth 2.0 for programs of organisations: client credentials, and the device grant at the same endpoint. */
export function oauthRoutes(door: Door): Route[] {
  return [tokenRoute(door), metadataRoute(door)];
}

function tokenRoute(door: Door): Route {
  const { origin } = door.services;
  return route("post", "/oauth/token", {
    tag: "API access",
    summary: "Get an access token",
    description:
      "RFC 6749, section 4.4. A client of an organisation proves itself by HTTP Basic, by `client_secret` in the form, or " +
      "by an assertion signed ES256 or EdDSA (RFC 7523). The token is for an hour. A device with its code asks here too " +
      "(RFC 8628). Refusals are those of OAuth.",
    headers: { Authorization: "Basic, with client id and secret percent-encoded; or the form says who asks." },
    takes: { "application/x-www-form-urlencoded": { schema: tokenForm, example: tokenExample } },
    answers: {
      200: answer("The token, and what it is for.", tokenAnswer, tokenAnswerExample),
      ...Object.fromEntries(refusedStatuses.map((status) => [status, refused])),
    },
    refusals: ["INVALID_REQUEST", "INVALID_CLIENT", "INVALID_SCOPE", "UNSUPPORTED_GRANT_TYPE"],
    shared: true,
    guarded: true,
    refuse: (failure, call) => oauthRefusal(origin, failure, call),
    handle: (call) => token(door, call),
  });
}

/** RFC 8414. */
function metadataRoute({ services }: Door): Route {
  const { origin } = services;
  const metadata = {
    issuer: origin,
    token_endpoint: services.access.tokenEndpoint,
    device_authorization_endpoint: origin + deviceCodePath,
    grant_types_supported: [clientGrant, deviceGrant],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    token_endpoint_auth_signing_alg_values_supported: ["ES256", "EdDSA", "Ed25519"],
    scopes_supported: [...services.access.scopes],
    jwks_uri: `${origin}/.well-known/jwks.json`,
    service_documentation: `${origin}/docs`,
  };
  const texts = z.array(z.string());
  const schema = z.object({
    issuer: z.string(),
    token_endpoint: z.string(),
    device_authorization_endpoint: z.string(),
    grant_types_supported: texts,
    response_types_supported: texts,
    token_endpoint_auth_methods_supported: texts,
    token_endpoint_auth_signing_alg_values_supported: texts,
    scopes_supported: texts,
    jwks_uri: z.string(),
    service_documentation: z.string(),
  });
  return route("get", "/.well-known/oauth-authorization-server", {
    tag: "API access",
    summary: "Where and how clients get tokens",
    description: "Authorization server metadata (RFC 8414).",
    answers: { 200: answer("The metadata.", schema) },
    refusals: [],
    shared: true,
    handle: () => json(metadata, 200, { "cache-control": "public, max-age=3600" }),
  });
}

async function token(door: Door, call: Call): Promise<Reply> {
  const form = await readForm(call);
  const grant = form.get("grant_type");
  ensure(grant !== undefined, "INVALID_REQUEST", "The form has no grant_type.");
  if (grant === deviceGrant) return answerDevice(door, call, form);
  ensure(grant === clientGrant, "UNSUPPORTED_GRANT_TYPE");
  const proof = proofOf(call, form);
  if (proof.client !== undefined) await door.gate.guardKey(call, proof.client);
  return tokenReply(await door.services.access.token(proof, form.get("scope")));
}

function tokenReply({ token, scopes, expiresIn }: TokenAnswer): Reply {
  const body = { access_token: token, token_type: "Bearer", expires_in: expiresIn, scope: scopes.join(" ") };
  return json(body, 200, { pragma: "no-cache" });
}

/** By which one way a client says who it is (RFC 6749, section 2.3). Refuses with INVALID_REQUEST, INVALID_CLIENT. */
function proofOf({ request }: Call, form: Form): ClientProof {
  const authorization = request.header("authorization");
  const [client, secret] = [form.get("client_id"), form.get("client_secret")];
  const [type, assertion] = [form.get("client_assertion_type"), form.get("client_assertion")];
  const ways = [authorization, secret, assertion ?? type].filter((way) => way !== undefined);
  ensure(ways.length <= 1, "INVALID_REQUEST", "The client proves itself in more than one way.");
  if (authorization !== undefined) return basicProof(authorization, client);
  if (assertion !== undefined || type !== undefined) {
    ensure(assertion !== undefined && type === assertionType, "INVALID_REQUEST", `Assertions are of ${assertionType}.`);
    return { assertion, client };
  }
  ensure(client !== undefined && secret !== undefined, "INVALID_CLIENT", "The client does not prove itself.");
  return { client, secret };
}

function basicProof(authorization: string, named: string | undefined): ClientProof {
  const [client, secret] = readBasic(authorization);
  ensure(named === undefined || named === client, "INVALID_REQUEST", "client_id is not the client of the header.");
  return { client, secret };
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. Refuses with INVALID_CLIENT. */
function readBasic(authorization: string): [string, string] {
  const encoded = /^basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(authorization.trim())?.[1];
  ensure(encoded !== undefined, "INVALID_CLIENT", "The Authorization header is not of the form Basic <credentials>.");
  try {
    const text = atob(encoded);
    const colon = text.indexOf(":");
    const parts = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll("+", " ")),
    );
    if (colon > 0) return parts as [string, string];
  } catch {
    // What cannot be decoded is told as what has no colon.
  }
  throw new Failure("INVALID_CLIENT", "The Authorization header has no client id and secret.");
}

const tokenForm = z.object({
  grant_type: z.enum([clientGrant, deviceGrant]),
  scope: z.string().optional().openapi({ description: "Scopes with spaces between; all of the client's unless said." }),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion_type: z.literal(assertionType).optional(),
  client_assertion: z.string().optional().openapi({ description: "A JWT for the issuer or for this address." }),
  device_code: z.string().optional(),
});

const tokenExample = { grant_type: clientGrant, scope: "awards:write awards:read" } as const;

const tokenAnswer = z
  .object({
    access_token: z.string(),
    token_type: z.literal("Bearer"),
    expires_in: z.int().openapi({ description: "Seconds." }),
    scope: z.string(),
  })
  .openapi("TokenAnswer");

const tokenAnswerExample = {
  access_token: "eyJraWQiOiJXTDdaU3JJMGpK…",
  token_type: "Bearer",
  expires_in: 3600,
  scope: "awards:write awards:read",
};

/** What refusals of this address have, whatever their status. */
const refusedStatuses = [400, 401, 413, 415, 429, 500];

const refused: Answer = answer(
  "A refusal of OAuth, with the code of this service and the id of the request.",
  z
    .object({
      error: z.string().openapi({ description: "invalid_client, invalid_scope and their kin." }),
      error_description: z.string().optional(),
      code: z.string(),
      requestId: z.string(),
    })
    .openapi("OAuthRefusal"),
);
