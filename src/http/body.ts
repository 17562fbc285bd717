import type { ZodType } from "zod";
import { type Bytes, fromUtf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { type Json, parseJson } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import { Gathered } from "./gathered.ts";

/**
 * Reads a body as strict JSON. Refuses with UNSUPPORTED_MEDIA_TYPE, TOO_LARGE (more than `most` bytes), MALFORMED_JSON
 * (bytes that are not UTF-8, too) and TOO_DEEP. `others` are the types that the route takes beside: a refusal names them.
 */
export async function readJson(request: Request, most: number, others: readonly string[] = []): Promise<Json> {
  return (await readSizedJson(request, most, others)).value;
}

/** The same, with the bytes of the body as it came. */
export async function readSizedJson(
  request: Request,
  most: number,
  others: readonly string[] = [],
): Promise<{ value: Json; size: number }> {
  const taken = () => `The body is ${["application/json", ...others].join(" or ")}.`;
  if (mediaType(request) !== "application/json") throw new Failure("UNSUPPORTED_MEDIA_TYPE", taken());
  refuseEncoding(request);
  const bytes = await readBytes(request, most);
  return { value: parseJson(decode(bytes)), size: bytes.length };
}

/** True where a request brings a body; DELETE may go without. */
export function hasBody({ headers }: Request): boolean {
  const length = headers.get("content-length");
  return headers.has("content-type") || (length !== null && length !== "0");
}

/** Type and subtype in lower case; "" without a content type, or with one of another charset than UTF-8. */
export function mediaType({ headers }: Request): string {
  const [essence = "", ...parameters] = (headers.get("content-type") ?? "").toLowerCase().split(";");
  const foreign = parameters.some((each) => each.trim().startsWith("charset=") && !utf8Charset.test(each.trim()));
  return foreign ? "" : essence.trim();
}

/** What is compressed could be larger than it looks. */
export function refuseEncoding({ headers }: Request): void {
  const encoding = headers.get("content-encoding");
  ensure(encoding === null || encoding === "identity", "UNSUPPORTED_MEDIA_TYPE", "Bodies are not taken compressed.");
}

/** Text of bytes that must be UTF-8; refuses with MALFORMED_JSON. */
export function decode(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new Failure("MALFORMED_JSON", "The body is not UTF-8.");
  }
}

/**
 * Holds a parsed value to a schema. Refuses with INVALID_REQUEST and names the first place that does not fit; `part` is
 * what the value is made of.
 */
export function parseBy<T>(schema: ZodType<T>, value: unknown, part: "member" | "parameter" = "member"): T {
  return holdTo(schema, value, "INVALID_REQUEST", { part });
}

const utf8Charset = /^charset="?utf-8"?$/;

/** The bytes of a body; refuses with TOO_LARGE what has more than `most`. */
export async function readBytes(request: Request, most: number): Promise<Bytes> {
  const declared = request.headers.get("content-length");
  ensure(declared === null || Number(declared) <= most, "TOO_LARGE", sizeSentence(most));
  if (declared === null) return readStream(request, most);
  // A declared length is what the runtime lets through, so it can be read in one piece, which is faster.
  const bytes = new Uint8Array(await unbroken(request.arrayBuffer()));
  ensure(bytes.length <= most, "TOO_LARGE", sizeSentence(most));
  return bytes;
}

async function readStream(request: Request, most: number): Promise<Bytes> {
  const gathered = new Gathered();
  const reader = request.body?.getReader();
  while (reader) {
    const { done, value } = await unbroken(reader.read());
    if (done) break;
    if (gathered.size + value.length > most) {
      reader.cancel().catch(() => {});
      throw new Failure("TOO_LARGE", sizeSentence(most));
    }
    gathered.add(value);
  }
  return gathered.take();
}

/** A connection that breaks is no fault of ours. */
async function unbroken<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch {
    throw new Failure("INVALID_REQUEST", "The body ended before it was whole.");
  }
}

function sizeSentence(most: number): string {
  return `At most ${most} bytes are taken here.`;
}
