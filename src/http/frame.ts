import type { Context } from "hono";
import { type Code, Failure } from "../kernel/failure.ts";
import { type Call, type Door, openCall } from "./call.ts";
import { errorFields } from "./log.ts";
import { failureOf, problemReply } from "./problem.ts";
import type { Reply } from "./reply.ts";
import type { Route, RouteTerms } from "./route.ts";

/** What the frame needs to know of a route, or of the answer that there is none. */
export type Framed = RouteTerms & Pick<Route, "path" | "serve"> & { callers?: Route["callers"] };

/**
 * What every request goes through: counted, served, refusals told as problems, written into the log once, and answered
 * with the headers that belong to every answer. One function per route, so that no chain of middlewares is walked.
 */
export function frame(door: Door, framed: Framed): (c: Context) => Promise<Response> {
  const { origin } = door.services;
  const fixed = fixedHeaders(origin, framed);
  return async (c) => {
    const call = openCall(door, c);
    let reply: Reply;
    let code: Code | undefined;
    try {
      reply = await pass(door, framed, call);
    } catch (error) {
      const failure = failureOf(error);
      code = failure.code;
      if (!(error instanceof Failure)) door.log.error("request failed", { id: call.id, ...errorFields(error) });
      await door.gate.count(call, failure);
      reply = framed.refuse?.(failure, call) ?? problemReply(failure, origin, call.id);
    }
    writeLog(door, framed, call, reply, code);
    return respond(call, reply, fixed);
  };
}

/** Headers that a page of another origin may read. */
const exposed = "x-request-id, link, etag, retry-after, www-authenticate, idempotency-replayed";

async function pass(door: Door, framed: Framed, call: Call): Promise<Reply> {
  if (!framed.uncounted) await door.gate.admit(call);
  if (framed.guarded) await door.gate.guard(call);
  return framed.serve(call);
}

function fixedHeaders(origin: string, framed: Framed): Record<string, string> {
  return {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    ...(origin.startsWith("https:") && { "strict-transport-security": "max-age=31536000" }),
    ...(framed.callers?.length && { vary: "authorization, cookie" }),
    ...(framed.shared && { "access-control-allow-origin": "*", "access-control-expose-headers": exposed }),
  };
}

/** The route as a pattern: what stands in its place may be secret. */
function writeLog({ log, clock }: Door, { path }: Framed, call: Call, { status }: Reply, code: Code | undefined): void {
  const { id, now, request } = call;
  const fields = { id, method: request.method, route: path, status, ms: clock() - now };
  log.info("request", code === undefined ? fields : { ...fields, code });
}

function respond({ id, request }: Call, { status, headers, body }: Reply, fixed: Record<string, string>): Response {
  // Nobody reads the body of an answer to HEAD; a stream must know.
  if (request.method === "HEAD" && body instanceof ReadableStream) body.cancel().catch(() => {});
  const init = { status, headers: { ...fixed, "x-request-id": id, ...headers } };
  // workerd would compress what says that it is compressed; other runtimes pass this over.
  return new Response(body, "content-encoding" in headers ? { ...init, ...asItIs } : init);
}

const asItIs = { encodeBody: "manual" };
