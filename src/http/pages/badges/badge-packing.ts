import type { Call } from "../../call.ts";
import type { Reply } from "../../reply.ts";

/**
 * The same answer in fewer bytes, where the client takes that. For pages and pictures in which nothing stands that a
 * stranger has put into the request: lengths would tell what stands beside it.
 */
export async function packReply({ request }: Call, reply: Reply): Promise<Reply> {
  const { body, headers } = reply;
  const vary = [headers.vary, "accept-encoding"].filter(Boolean).join(", ");
  const plain = { ...reply, headers: { ...headers, vary } };
  if (body === null || body instanceof ReadableStream || !takesGzip(request.header("accept-encoding"))) return plain;
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const { etag } = headers;
  // Other bytes of the same thing (RFC 9110, section 8.8.3.3).
  const weak = etag === undefined || etag.startsWith("W/") ? {} : { etag: `W/${etag}` };
  return { ...plain, headers: { ...plain.headers, ...weak, "content-encoding": "gzip" }, body: packed };
}

/** Whether gzip is among what is taken, and not by a weight of nothing. */
function takesGzip(accepted: string | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted ?? "");
}
