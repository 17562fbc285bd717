import { type Code, ensure, type Failure } from "../../../kernel/failure.ts";
import { isObject } from "../../../kernel/json.ts";
import { hasBody, readJson } from "../../body.ts";
import type { Call, Door } from "../../call.ts";
import { maxSmallBody } from "../../limits.ts";
import { problemReply, statuses, WrongMethod } from "../../problem.ts";
import { json, type Reply } from "../../reply.ts";
import type { Route, RouteTerms } from "../../route.ts";

/** One address of the contract that existing clients hold us to: its handlers, by method. */
export type Handlers = Partial<Record<Method, (call: Call) => Promise<Reply>>>;

type Method = (typeof methods)[number];
const methods = ["get", "post", "put", "patch", "delete"] as const;

/**
 * The routes of an address: its own, a refusal of other methods, and the answer to preflights. They are no part of the
 * description of `/v1`, keep the contract's shape of refusals, and let every origin in, with no cookie.
 */
export function contractRoutes(door: Door, path: string, handlers: Handlers, refuse?: RouteTerms["refuse"]): Route[] {
  const { origin } = door.services;
  const taken = methods.filter((method) => handlers[method]);
  const allow = taken.map((method) => method.toUpperCase()).join(", ");
  const wrongMethod = async () => {
    throw new WrongMethod(allow);
  };
  const terms = {
    shared: true,
    refuse: refuse ?? ((failure, call) => refusal(origin, failure, call)),
  } satisfies RouteTerms;
  const routes = methods.map((method) => {
    const serve = handlers[method] ?? wrongMethod;
    return { ...undescribed, ...terms, method, path, serve };
  });
  return [...routes, { ...undescribed, shared: true, uncounted: true, method: "options", path, serve: preflight }];
}

/** What any address of the contract is refused with: `error` as its clients read it, and our code and request id. */
export function refusal(origin: string, failure: Failure, call: Call, more: object = {}): Reply {
  const { headers } = problemReply(failure, origin, call.id);
  const { code, message, detail } = failure;
  const body = { ...more, error: detail ?? message, code, requestId: call.id };
  return { ...json(body, statusOf(code)), headers: { ...headers, "content-type": "application/json" } };
}

/** The body as an object; `{}` where there is none and none is needed. Refuses as `readJson` does. */
export async function readObject({ request }: Call, needed = true): Promise<Record<string, unknown>> {
  if (!needed && !hasBody(request.raw)) return {};
  const body = await readJson(request.raw, maxSmallBody);
  ensure(isObject(body), "INVALID_REQUEST", "The body is an object.");
  return body;
}

/** A parameter of the query; undefined where it is missing or empty. Unknown ones are passed over, as the contract has it. */
export function asked(call: Call, name: string): string | undefined {
  return call.request.query(name) || undefined;
}

/** A member that is a text, undefined where it is missing, null or empty. Refuses with INVALID_REQUEST. */
export function textOf(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null || value === "") return undefined;
  ensure(typeof value === "string", "INVALID_REQUEST", `${name} is a text.`);
  return value;
}

/** An address as clients write it, in any letter case. */
export function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}

const undescribed = { tag: "", summary: "", answers: {}, refusals: [] } as const;

/** The contract knows no 422. */
function statusOf(code: Code): number {
  return statuses[code] === 422 ? 400 : statuses[code];
}

async function preflight(): Promise<Reply> {
  return { status: 200, headers: shared, body: null };
}

const shared = {
  "access-control-allow-methods": "GET,DELETE,PATCH,POST,PUT",
  "access-control-allow-headers":
    "X-CSRF-Token, X-Requested-With, Accept, Accept-Version, Content-Length, Content-MD5, Content-Type, Date, " +
    "X-Api-Version, Authorization",
  "access-control-max-age": "7200",
};
