import { type Code, ensure, type Failure } from "../kernel/failure.ts";
import { decode, mediaType, readBytes, refuseEncoding } from "./body.ts";
import type { Call } from "./call.ts";
import { problemReply, statuses } from "./problem.ts";
import { json, type Reply } from "./reply.ts";

/** Parameters of a form by name, none of them empty. */
export type Form = ReadonlyMap<string, string>;

/** Bytes of a form: a scope with all its limits is a few thousand. */
const maxForm = 16_384;

/** Refuses with UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, and with INVALID_REQUEST a parameter that stands twice. */
export async function readForm({ request }: Call): Promise<Form> {
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

/** A refusal as clients of OAuth read it (RFC 6749, section 5.2). */
export function oauthRefusal(origin: string, failure: Failure, call: Call): Reply {
  const { headers } = problemReply(failure, origin, call.id);
  const { code, detail, message } = failure;
  const told = oauthError(call, names[code] ?? "invalid_request", code, detail ?? message);
  const status = statuses[code] === 422 ? 400 : statuses[code];
  return { ...told, status, headers: { ...headers, ...told.headers, ...(status === 401 && challenge) } };
}

/** RFC 6749, section 5.2, with our code and the request id. */
export function oauthError(call: Call, error: string, code: Code, description?: string): Reply {
  const said = description === undefined ? {} : { error_description: plain(description) };
  return json({ error, ...said, code, requestId: call.id }, 400, { pragma: "no-cache" });
}

/** Codes that OAuth has a name of its own for; any other is an invalid request. */
const names: Partial<Record<Code, string>> = {
  INVALID_DID: "invalid_client",
  INVALID_CREDENTIAL: "invalid_scope",
  INVALID_CLIENT: "invalid_client",
  INVALID_SCOPE: "invalid_scope",
  UNSUPPORTED_GRANT_TYPE: "unsupported_grant_type",
  TOO_MANY_REQUESTS: "slow_down",
  UNAVAILABLE: "temporarily_unavailable",
  INTERNAL: "server_error",
};

/** Clients prove here who they are; no bearer token is asked for. */
const challenge = { "www-authenticate": 'Basic realm="renown", charset="UTF-8"' };

/** Neither quotes nor backslashes nor signs beyond ASCII may stand in a description. */
function plain(text: string): string {
  return text.replaceAll(/["\\]/g, "'").replaceAll(/[^ -~]/g, "?");
}
