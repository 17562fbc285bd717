import { promises as dns, type LookupAddress } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import type { FetchDidWeb, Fetched } from "../identity/resolve.ts";
import { Failure } from "../kernel/failure.ts";
import { type Millis, second } from "../kernel/time.ts";
import { isPublicAddress } from "./public-address.ts";

const didAccept = "application/did, application/json";

export type DidWebOptions = {
  /** Lets private addresses be called, and http where the host is localhost. For development and tests. */
  allowPrivate?: boolean;
  /** Looks a name up, all addresses of it; the system's resolver unless given. */
  lookup?: (host: string) => Promise<LookupAddress[]>;
  /** What to ask for, a DID document unless given. */
  accept?: string;
  /** Bytes that are read at most, a DID document's unless given. */
  most?: number;
  /** Certificates to trust instead of the usual ones, in PEM. */
  ca?: string;
  /** Milliseconds from the look-up to the last byte; 5 seconds unless given. */
  time?: Millis;
};

/** Bytes of a DID document: the longest in use have a tenth of it. */
export const maxDocument = 65_536;

/**
 * Fetches did:web documents on Node. A name is looked up once, every address of it must be public, and the checked
 * address is the one that is called, so a name cannot be pointed elsewhere in between. Redirects are not followed.
 */
export function didWebFetcher(options: DidWebOptions = {}): FetchDidWeb {
  return async (url) => {
    const signal = AbortSignal.timeout(options.time ?? 5 * second);
    try {
      const target = new URL(plainLocal(url, options));
      const address = await publicAddress(target.hostname, options, signal);
      return await request(target, address, options, signal);
    } catch (error) {
      throw error instanceof Failure ? error : new Failure("DID_UNREACHABLE");
    }
  };
}

/** The document of a did:web on localhost is there in plain http, where that is allowed. */
function plainLocal(url: string, { allowPrivate = false, ca }: DidWebOptions): string {
  const local = /^https:\/\/localhost(?=[:/])/;
  return allowPrivate && ca === undefined ? url.replace(local, "http://localhost") : url;
}

async function publicAddress(host: string, options: DidWebOptions, signal: AbortSignal): Promise<LookupAddress> {
  const { allowPrivate = false, lookup = lookupAll } = options;
  // Node calls an address without looking it up, so a host that is one must not get further.
  if (isIP(host.replace(/^\[|\]$/g, "")) !== 0) throw new Failure("DID_UNREACHABLE", "The host is an address.");
  const addresses = await inTime(lookup(host), signal);
  const [first] = addresses;
  if (!first) throw new Failure("DID_UNREACHABLE");
  if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
    throw new Failure("DID_UNREACHABLE", "The host has an address that is not public.");
  return first;
}

function lookupAll(host: string): Promise<LookupAddress[]> {
  return dns.lookup(host, { all: true, verbatim: true });
}

function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Failure("DID_UNREACHABLE")), { once: true });
  });
  return Promise.race([promise, late]);
}

function request(target: URL, { address, family }: LookupAddress, terms: DidWebOptions, signal: AbortSignal) {
  const { ca, accept = didAccept, most = maxDocument } = terms;
  const options: https.RequestOptions = {
    signal,
    agent: false,
    headers: { accept },
    // Whatever asks, the one answer is the address that was checked.
    lookup: (_host, { all }, done) => (all ? done(null, [{ address, family }]) : done(null, address, family)),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise<Fetched>((resolve, reject) => {
    const call = target.protocol === "http:" ? http.get(target, options) : https.get(target, options);
    call.on("error", reject);
    call.on("response", (response) => read(response, most).then(resolve, reject));
  });
}

async function read(response: http.IncomingMessage, most: number): Promise<Fetched> {
  const { statusCode = 0, headers } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    // Leaving the loop destroys the response, and with it the connection.
    if (length > most) throw new Failure("DID_UNREACHABLE", "The document is too long.");
    chunks.push(chunk);
  }
  const contentType = headers["content-type"] ?? "";
  return { status: statusCode, contentType, body: Buffer.concat(chunks).toString("utf8") };
}
