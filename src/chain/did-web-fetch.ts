import type { FetchDidWeb, Fetched } from "../identity/resolve.ts";
import { concat, fromUtf8 } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import { second } from "../kernel/time.ts";

/** Bytes of a DID document: the longest in use have a tenth of it. */
const maxDocument = 65_536;

/** From the call to the last byte. */
const fetchTime = 5 * second;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Fetches did:web documents where names cannot be looked up, as on Cloudflare Workers, whose network reaches public
 * addresses only. Names that mean something in a local network, and addresses, are refused; redirects are not followed.
 */
export function didWebFetcher(
  call: Fetch = (url, init) => fetch(url, init),
  { accept = "application/did, application/json", most = maxDocument }: { accept?: string; most?: number } = {},
): FetchDidWeb {
  return async (url) => {
    if (isLocalName(new URL(url).hostname)) throw new Failure("DID_UNREACHABLE", "The host is no public name.");
    try {
      const response = await call(url, {
        redirect: "manual",
        headers: { accept },
        signal: AbortSignal.timeout(fetchTime),
      });
      return await read(response, most);
    } catch (error) {
      throw error instanceof Failure ? error : new Failure("DID_UNREACHABLE");
    }
  };
}

/** Names that RFC 6761, RFC 6762, RFC 8375 and ICANN keep for local use, and those of one label. */
const localName =
  /^(?:[^.]*|.*\.(?:local|localhost|localdomain|internal|intranet|lan|home|corp|private|home\.arpa|test|onion))\.?$/;

/** An address as a URL spells it; a URL parser has turned all other spellings of numbers into this one. */
const address = /^(?:\[.*\]|[0-9]+(?:\.[0-9]+){3})$/;

export function isLocalName(host: string): boolean {
  return address.test(host) || localName.test(host);
}

async function read(response: Response, most: number): Promise<Fetched> {
  const { status, headers, body } = response;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > most) throw new Failure("DID_UNREACHABLE", "The document is too long.");
    chunks.push(chunk);
  }
  return { status, contentType: headers.get("content-type") ?? "", body: fromUtf8(concat(...chunks)) };
}
