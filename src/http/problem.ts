import { type Code, Failure, sentences } from "../kernel/failure.ts";
import { type Millis, second } from "../kernel/time.ts";
import type { Reply } from "./reply.ts";

/** RFC 9457, with the code of the closed list and the request id. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: Code;
  requestId: string;
};

/** The HTTP status of each code (RFC 9110); nothing else in the house knows one. */
export const statuses: Readonly<Record<Code, number>> = {
  INVALID_REQUEST: 400,
  MALFORMED_JSON: 400,
  TOO_LARGE: 413,
  TOO_DEEP: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_ACCEPTABLE: 406,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_MANY_REQUESTS: 429,
  QUOTA_EXCEEDED: 422,
  IDEMPOTENCY_KEY_MISSING: 400,
  IDEMPOTENCY_KEY_BUSY: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  INVALID_MAIL: 422,
  FOREIGN_FORM: 403,
  INTERNAL: 500,
  UNAVAILABLE: 503,

  INVALID_DID: 400,
  UNSUPPORTED_DID_METHOD: 422,
  DID_NOT_FOUND: 422,
  DID_UNREACHABLE: 502,
  INVALID_DID_DOCUMENT: 502,
  INVALID_SIWE: 400,
  WRONG_DOMAIN: 422,
  WRONG_CHAIN: 422,
  WRONG_STATEMENT: 422,
  NONCE_UNKNOWN: 422,
  NONCE_PURPOSE: 422,
  NOT_YET_VALID: 422,
  EXPIRED: 422,
  UNREADABLE_DATE: 400,
  BAD_SIGNATURE: 422,
  CONTRACT_WALLET: 422,
  UNAUTHENTICATED: 401,
  INVALID_TOKEN: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_REUSED: 401,
  WRONG_AUDIENCE: 401,
  RETURN_ADDRESS: 400,
  INVALID_EMAIL: 400,
  INVALID_CLIENT: 401,
  INVALID_SCOPE: 400,
  UNSUPPORTED_GRANT_TYPE: 400,

  INVALID_OPERATION: 400,
  UNKNOWN_SUITE: 400,
  UNKNOWN_KIND: 422,
  UNKNOWN_ACTION: 422,
  UNKNOWN_DOCUMENT: 404,
  CONTENT_MISMATCH: 422,
  BINDING_NOT_TAKEN: 422,
  WEAK_HASH: 422,
  NOT_DELEGATED: 403,
  NOT_PERMITTED: 403,
  FORBIDDEN: 403,
  OUT_OF_ORDER: 409,
  HEAD_MOVED: 409,
  REPLAYED: 409,
  ACTION_ID_REUSED: 409,
  DOCUMENT_EXISTS: 409,
  WRONG_DOCUMENT_ID: 422,
  STALE: 422,
  FROM_THE_FUTURE: 422,
  RUN_TOO_LONG: 413,
  CONFLICT: 409,
  INVALID_INPUT: 422,

  ALREADY_INITIALIZED: 409,
  NOT_INITIALIZED: 409,
  ALREADY_REVOKED: 409,
  REVOKED: 409,
  ALREADY_SET: 409,
  CREDENTIAL_KNOWN: 409,
  LIFETIME_TOO_LONG: 422,
  NAME_TAKEN: 409,
  PROFILE_EXISTS: 409,
  WRONG_ORGANIZATION: 403,
  ARCHIVED: 409,
  HELD: 409,
  NOT_HELD: 409,
  NOT_SUSPENDABLE: 409,
  BAD_CLAIM: 403,
  UNCHANGED: 409,

  INVALID_CREDENTIAL: 422,
  INVALID_PROOF: 422,
  UNKNOWN_CONTEXT: 422,
  STATUS_UNAVAILABLE: 503,
  NOT_VERIFIED: 422,
  NOT_REACHED: 422,
  NO_KEY: 409,

  INVALID_IMAGE: 422,
  NOT_BAKED: 422,
  UNSUPPORTED_BADGE: 422,
  INVALID_MARKDOWN: 422,
  INVALID_CSV: 400,
};

/** A refusal that passes with time; `wait` says when to try again. */
export class Busy extends Failure {
  readonly wait: Millis;
  constructor(wait: Millis, detail?: string) {
    const seconds = secondsOf(wait);
    super("TOO_MANY_REQUESTS", `${detail ? `${detail} ` : ""}In ${seconds} s there is room again.`);
    this.wait = wait;
  }
}

/** 405, with the methods that the address does take. */
export class WrongMethod extends Failure {
  readonly allow: string;
  constructor(allow: string) {
    super("METHOD_NOT_ALLOWED");
    this.allow = allow;
  }
}

/** What is no Failure says nothing but that something went wrong: it goes into the log instead. */
export function failureOf(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure("INTERNAL");
}

/** The problem that a refusal is told as. `origin` makes the address of its type. */
export function problemOf(failure: Failure, origin: string, requestId: string): Problem {
  const { code, detail } = failure;
  return {
    type: `${origin}/problems/${code}`,
    title: sentences[code],
    status: statuses[code],
    ...(detail === undefined ? {} : { detail }),
    code,
    requestId,
  };
}

/** The answer to a refusal: `application/problem+json`, and the headers that go with its status. */
export function problemReply(failure: Failure, origin: string, requestId: string): Reply {
  const headers = { "content-type": "application/problem+json", ...headersOf(failure) };
  const body = JSON.stringify(problemOf(failure, origin, requestId));
  return { status: statuses[failure.code], headers, body };
}

/** A problem within an answer that goes on: a line of a stream, a result among results. */
export function partProblem(failure: Failure): { code: Code; title: string; detail?: string } {
  const { code, detail } = failure;
  return { code, title: sentences[code], ...(detail === undefined ? {} : { detail }) };
}

function headersOf(failure: Failure): Record<string, string> {
  if (failure instanceof WrongMethod) return { allow: failure.allow };
  if (failure instanceof Busy) return { "retry-after": String(secondsOf(failure.wait)) };
  const status = statuses[failure.code];
  if (status === 401) return { "www-authenticate": challengeOf(failure.code) };
  return status === 429 || status === 503 ? { "retry-after": "5" } : {};
}

/** Whole seconds to wait (RFC 9110, section 10.2.3). */
function secondsOf(wait: Millis): number {
  return Math.max(1, Math.ceil(wait / second));
}

/** RFC 6750, section 3: without a token there is no error to name. */
function challengeOf(code: Code): string {
  return code === "UNAUTHENTICATED" ? 'Bearer realm="renown"' : 'Bearer realm="renown", error="invalid_token"';
}
