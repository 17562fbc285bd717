import { base64url, fromBase64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { KeptAnswer, Once } from "../organizations/idempotency.ts";
import type { Party } from "../services.ts";
import type { Call, Door } from "./call.ts";
import type { Reply } from "./reply.ts";

/** Said of the header in the description of a route that takes it. */
export const idempotencyHeader = {
  "Idempotency-Key": "1 to 255 characters, bare or in quotes: the same request with the same key is done once.",
} as const;

/** Codes that a route with it refuses with beside its own. */
export const idempotencyRefusals = [
  "IDEMPOTENCY_KEY_MISSING",
  "IDEMPOTENCY_KEY_BUSY",
  "IDEMPOTENCY_KEY_REUSED",
] as const;

/**
 * Does a write once for each Idempotency-Key of a party: the same request again gets the same answer, byte for byte, with
 * `idempotency-replayed: true`, for 24 hours. `body` is what was sent, or a text that says the same. Refusals are not
 * kept. Refuses with the codes of `idempotencyRefusals`, and with INVALID_REQUEST a key of another form.
 * @see draft-ietf-httpapi-idempotency-key-header-07
 */
export async function withIdempotency(
  door: Door,
  call: Call,
  party: Party,
  body: string | Uint8Array,
  run: (once: Once) => Promise<Reply>,
): Promise<Reply> {
  const { request } = call;
  const key = keyOf(request.header("idempotency-key"));
  const { pathname, search } = new URL(request.url);
  const text = typeof body === "string" ? body : base64url(body);
  const content = `${request.method}\n${pathname}${search}\n${text}`;
  const asked = { party: nameOf(party), key, content };
  const { answer, replayed } = await door.services.access.idempotency.once(asked, async (once) =>
    keptOf(await run(once)),
  );
  return replyOf(answer, replayed);
}

/** A string of a structured field (RFC 9651, section 3.3.3), or what ordinary clients send: its content alone. */
export function keyOf(header: string | undefined): string {
  const text = header?.trim() ?? "";
  ensure(text !== "", "IDEMPOTENCY_KEY_MISSING");
  const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/.exec(text)?.[1];
  const key = quoted === undefined ? text : quoted.replaceAll(/\\(["\\])/g, "$1");
  const bare = quoted !== undefined || /^[!#-+\--[\]-~]+$/.test(text);
  ensure(bare && key.length >= 1 && key.length <= 255, "INVALID_REQUEST", keyRule);
  return key;
}

const keyRule = "An Idempotency-Key has 1 to 255 visible characters of ASCII; one with other signs stands in quotes.";

/** Keys of one party say nothing about those of another. A wallet's sessions are one party. */
function nameOf(party: Party): string {
  if (party.by === "client") return `client ${party.client}`;
  if (party.by === "session") return `session ${party.user}`;
  return party.by === "token" ? `token ${party.app} ${party.user}` : "operator";
}

function keptOf({ status, headers, body }: Reply): KeptAnswer {
  if (body instanceof ReadableStream) throw new Error("A stream cannot be answered again.");
  const bytes = body instanceof Uint8Array;
  return { status, headers, body: bytes ? base64url(body) : body, bytes };
}

function replyOf({ status, headers, body, bytes }: KeptAnswer, replayed: boolean): Reply {
  const mark = replayed ? { "idempotency-replayed": "true" } : {};
  return { status, headers: { ...headers, ...mark }, body: bytes && body !== null ? fromBase64url(body)! : body };
}
