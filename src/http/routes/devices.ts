import { ensure, type Failure } from "../../kernel/failure.ts";
import { iso } from "../../kernel/time.ts";
import type { Call, Door } from "../call.ts";
import { type Form, oauthError, oauthRefusal, readForm } from "../oauth-answer.ts";
import { json, type Reply } from "../reply.ts";
import type { Route } from "../route.ts";
import { contractRoutes } from "./api/contract.ts";

export const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
export const deviceCodePath = "/v1/device/code";

/**
 * Device authorization (RFC 8628), for devices and command lines that have a key of their own: `client_id` is its DID,
 * `scope` names the limits, and what is granted is a delegation to that key instead of a token for anybody who holds it.
 */
export function deviceRoutes(door: Door): Route[] {
  const { origin } = door.services;
  const refuse = (failure: Failure, call: Call) => oauthRefusal(origin, failure, call);
  return [
    ...contractRoutes(door, deviceCodePath, { post: (call) => authorize(door, call) }, refuse),
    ...contractRoutes(door, "/v1/device/token", { post: (call) => token(door, call) }, refuse),
  ];
}

/** What a device gets that asks with its code; it may ask at the token endpoint of all grants as well. */
export async function answerDevice({ services }: Door, call: Call, form: Form): Promise<Reply> {
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

async function token(door: Door, call: Call): Promise<Reply> {
  const form = await readForm(call);
  if (form.get("grant_type") !== deviceGrant) return oauthError(call, "unsupported_grant_type", "INVALID_REQUEST");
  return answerDevice(door, call, form);
}
