import { type Code, ensure, type Failure } from "../../kernel/failure.ts";
import { iso } from "../../kernel/time.ts";
import { decode, mediaType, readBytes, refuseEncoding } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { problemReply, statuses } from "../problem.ts";
import { json, type Reply } from "../reply.ts";
import type { Route } from "../route.ts";
import { contractRoutes } from "./api/contract.ts";

/** Bytes of a form: a scope with all its limits is a few thousand. */
const maxForm = 16_384;

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
const paths = { code: "/v1/device/code", token: "/v1/device/token" };

/**
 * Device authorization (RFC 8628), for devices and command lines that have a key of their own: `client_id` is its DID,
 * `scope` names the limits, and what is granted is a delegation to that key instead of a token for anybody who holds it.
 */
export function deviceRoutes(door: Door): Route[] {
  const { origin } = door.services;
  const refuse = (failure: Failure, call: Call) => refusal(origin, failure, call);
  return [
    ...contractRoutes(door, paths.code, { post: (call) => authorize(door, call) }, refuse),
    ...contractRoutes(door, paths.token, { post: (call) => token(door, call) }, refuse),
    ...contractRoutes(door, "/.well-known/oauth-authorization-server", { get: async () => json(metadata(origin)) }),
  ];
}

/** RFC 8414. */
function metadata(origin: string) {
  return {
    issuer: origin,
    device_authorization_endpoint: origin + paths.code,
    token_endpoint: origin + paths.token,
    token_endpoint_auth_methods_supported: ["none"],
    grant_types_supported: [grantType],
    response_types_supported: [],
    jwks_uri: `${origin}/.well-known/jwks.json`,
    service_documentation: `${origin}/docs`,
  };
}

async function authorize({ services }: Door, call: Call): Promise<Reply> {
  const form = await readForm(call);
  const app = form.get("client_id") ?? "";
  const may = form.get("scope")?.split(" ").filter(Boolean).map(limitName);
  const asked = await services.devices.authorize({ app, may, label: form.get("client_name") });
  return json({
    device_code: asked.deviceCode,
    user_code: asked.userCode,
    verification_uri: asked.verificationUri,
    verification_uri_complete: asked.verificationUriComplete,
    expires_in: asked.expiresIn,
    interval: asked.interval,
  });
}

/** A limit as credentials spell it, or without the words before it. */
function limitName(scope: string): string {
  return scope.replace(/^(?:urn:)?renown:may:/, "");
}

async function token({ services }: Door, call: Call): Promise<Reply> {
  const form = await readForm(call);
  if (form.get("grant_type") !== grantType) return oauthError(call, "unsupported_grant_type", "INVALID_REQUEST");
  const code = form.get("device_code");
  ensure(code, "INVALID_REQUEST", "The form has no device_code.");
  const answer = await services.devices.token(code, form.get("client_id") ?? "");
  if ("error" in answer) return oauthError(call, answer.error, "NOT_DELEGATED");
  const { document, user, key, expiresAt } = answer.delegation;
  return json({
    // No bearer token: the key signs for itself, and this says where the right to do so stands (RFC 8693, section 2.2.1).
    access_token: document,
    issued_token_type: "urn:renown:token-type:delegation",
    token_type: "N_A",
    expires_in: Math.max(0, Math.floor((expiresAt - call.now) / 1000)),
    delegation: document,
    user,
    app: key,
    expires_at: iso(expiresAt),
  });
}

/** Refuses with UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, and with INVALID_REQUEST a parameter that stands twice. */
async function readForm({ request }: Call): Promise<ReadonlyMap<string, string>> {
  const form = "application/x-www-form-urlencoded";
  ensure(mediaType(request.raw) === form, "UNSUPPORTED_MEDIA_TYPE", `The body is ${form}.`);
  refuseEncoding(request.raw);
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decode(await readBytes(request.raw, maxForm)))) {
    ensure(!values.has(name), "INVALID_REQUEST", `The parameter ${JSON.stringify(name.slice(0, 40))} stands twice.`);
    // What is empty counts as missing (RFC 6749, section 3.2).
    if (value !== "") values.set(name, value);
  }
  return values;
}

/** Codes that OAuth has a name of its own for; any other is an invalid request. */
const names: Partial<Record<Code, string>> = {
  INVALID_DID: "invalid_client",
  INVALID_CREDENTIAL: "invalid_scope",
  TOO_MANY_REQUESTS: "slow_down",
  UNAVAILABLE: "temporarily_unavailable",
  INTERNAL: "server_error",
};

function refusal(origin: string, failure: Failure, call: Call): Reply {
  const { headers } = problemReply(failure, origin, call.id);
  const { code, detail, message } = failure;
  const told = oauthError(call, names[code] ?? "invalid_request", code, detail ?? message);
  const status = statuses[code] === 422 ? 400 : statuses[code];
  return { ...told, status, headers: { ...headers, ...told.headers } };
}

/** RFC 6749, section 5.2, with our code and the request id. */
function oauthError(call: Call, error: string, code: Code, description?: string): Reply {
  const said = description === undefined ? {} : { error_description: description };
  return json({ error, ...said, code, requestId: call.id }, 400, { pragma: "no-cache" });
}
