import type { Bytes } from "../kernel/bytes.ts";

export type ReplyBody = string | Bytes | ReadableStream<Uint8Array> | null;

/** What a handler answers; the door adds what every answer has. Header names in lower case. */
export type Reply = { status: number; headers: Readonly<Record<string, string>>; body: ReplyBody };

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** The same with 200, of a value that never changes: its text is made once, as long as the value is kept. */
export function keptJson(value: object, headers: Readonly<Record<string, string>> = {}): Reply {
  const text = texts.get(value) ?? JSON.stringify(value);
  texts.set(value, text);
  return { status: 200, headers: { "content-type": "application/json", ...headers }, body: text };
}

const texts = new WeakMap<object, string>();

/** 200 with a body of a media type of its own. */
export function content(type: string, body: ReplyBody, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { "content-type": type, ...headers }, body };
}

/** 204 No Content. */
export function nothing(headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 204, headers, body: null };
}

/** Answers 304 where the client has this already (RFC 9110, section 13.1.2). The ETag with its quotes. */
export function unlessKnown(ifNoneMatch: string | undefined, etag: string, reply: Reply): Reply {
  const headers = { ...reply.headers, etag };
  if (!isKnown(ifNoneMatch, etag)) return { ...reply, headers };
  const { "content-type": _, ...kept } = headers as Record<string, string>;
  return { status: 304, headers: kept, body: null };
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag.replace(/^W\//, ""));
}
