import { type Code, ensure, Failure, sentences } from "../kernel/failure.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../kernel/json.ts";
import { type Did, parsePkh, pkhDid } from "./did.ts";
import { keyDocument, pkhDocument } from "./did-document.ts";

/** The errors of DID Resolution 1.0 that occur here; each is a URI with `https://www.w3.org/ns/did#` before it. */
export type ResolutionErrorName =
  | "INVALID_DID"
  | "METHOD_NOT_SUPPORTED"
  | "NOT_FOUND"
  | "INVALID_DID_DOCUMENT"
  | "INTERNAL_ERROR";

/** RFC 9457, as DID Resolution asks, with our own code beside it. */
export type ResolutionError = { type: string; title: string; detail?: string; code: Code };

/** What resolution answers (DID Resolution 1.0, "DID Resolution"): without an error there is a document. */
export type ResolutionResult = {
  didDocument: JsonObject | null;
  didResolutionMetadata: { contentType?: string; error?: ResolutionError };
  didDocumentMetadata: DocumentMetadata;
};

/**
 * `canonicalId` is the spelling that we use, where the DID was spelt another way; of a DID on a chain the block and the
 * time of its last change.
 */
export type DocumentMetadata = { canonicalId?: Did; deactivated?: true; versionId?: string; updated?: string };

export type Fetched = { status: number; contentType: string; body: string };

/**
 * Fetches a did:web document, an https URL, without following redirects. Refuses with DID_UNREACHABLE what it may not
 * call (private addresses, local names) and what does not answer in time or in size.
 */
export type FetchDidWeb = (url: string) => Promise<Fetched>;

/**
 * Reads a did:ethr from its chain. Refuses with INVALID_DID, UNSUPPORTED_DID_METHOD (the chain is not configured),
 * QUOTA_EXCEEDED and DID_UNREACHABLE.
 */
export type ReadEthr = (did: Did) => Promise<{ document: JsonObject; metadata: DocumentMetadata }>;

/**
 * Documents that are never fetched: the service's own, and those of DIDs below it, which `below` knows. It refuses with
 * DID_NOT_FOUND; without it they are fetched like others.
 */
export type OwnDocuments = { did: Did; document: JsonObject; below?: (did: Did) => Promise<JsonObject> };

/** Without chains there is no did:ethr. */
export type Resolution = {
  fetchDidWeb: FetchDidWeb;
  own?: OwnDocuments;
  readEthr?: ReadEthr | undefined;
};

/** The media type of a DID document (DID Resolution 1.0). */
export const didMediaType = "application/did";

/** The media type of a whole result. */
export const resolutionMediaType = "application/did-resolution";

/** Resolves a DID; it never refuses: an error is an answer. A DID URL (with path, query, fragment) is no DID. */
export async function resolveDid(did: string, resolution: Resolution): Promise<ResolutionResult> {
  try {
    const { document: didDocument, metadata: didDocumentMetadata } = await readDid(did, resolution);
    return { didDocument, didResolutionMetadata: { contentType: didMediaType }, didDocumentMetadata };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { didDocument: null, didResolutionMetadata: { error: errorOf(failure) }, didDocumentMetadata: {} };
  }
}

/**
 * The DID document itself. Refuses with INVALID_DID, UNSUPPORTED_DID_METHOD, DID_NOT_FOUND, DID_UNREACHABLE,
 * INVALID_DID_DOCUMENT and QUOTA_EXCEEDED.
 */
export async function readDocument(did: string, resolution: Resolution): Promise<JsonObject> {
  return (await readDid(did, resolution)).document;
}

/** An issuer that a document of keys can be read of: a DID, or an https address that serves its own. */
export function isController(id: string): boolean {
  return id.startsWith("did:") || id.startsWith("https://");
}

/**
 * The controlled identifier document at an https address (Controlled Identifiers 1.0), which Open Badges 3.0 lets an
 * issuer be. Refuses with INVALID_DID an address that is not spelt plainly, with DID_NOT_FOUND one of this service, where
 * issuers are DIDs, and as `readDocument`.
 */
export async function readController(url: string, { fetchDidWeb, own }: Resolution): Promise<JsonObject> {
  const plain = url.length <= maxAddress && URL.canParse(url) && new URL(url).href === url && !url.includes("#");
  ensure(plain, "INVALID_DID", "The address of the issuer is not spelt plainly.");
  const { protocol, host, hostname, username, password } = new URL(url);
  const named = protocol === "https:" && username === "" && password === "" && !ipv4.test(hostname);
  // A dot behind a host names the same one in other letters.
  const plainly = !hostname.startsWith("[") && !hostname.endsWith(".");
  ensure(named && plainly, "INVALID_DID", "An address of an issuer names a host, and nobody at it.");
  ensure(own?.did !== `did:web:${host.replace(":", "%3A")}`, "DID_NOT_FOUND");
  return parseDocument(await fetchDidWeb(url), url);
}

/** Characters of an address that keys are read from. */
const maxAddress = 2048;

async function readDid(did: string, resolution: Resolution): Promise<Awaited<ReturnType<ReadEthr>>> {
  ensure(did.length <= maxDid && didPattern.test(did), "INVALID_DID");
  if (did.startsWith("did:ethr:") && resolution.readEthr) return resolution.readEthr(did);
  return { document: await plainDocument(did, resolution), metadata: canonicalOf(did) };
}

async function plainDocument(did: Did, { fetchDidWeb, own }: Resolution): Promise<JsonObject> {
  if (own?.did === did) return own.document;
  if (own?.below && did.startsWith(`${own.did}:`)) return own.below(did);
  if (did.startsWith("did:pkh:eip155:")) return pkhDocument(did);
  if (did.startsWith("did:key:")) return keyDocument(did);
  ensure(did.startsWith("did:web:"), "UNSUPPORTED_DID_METHOD");
  return parseDocument(await fetchDidWeb(didWebUrl(did)), did);
}

/** Where the document of a did:web is (the did:web method specification). Refuses with INVALID_DID. */
export function didWebUrl(did: Did): string {
  const [name = "", ...path] = did.slice("did:web:".length).split(":");
  ensure(webName.test(name), "INVALID_DID", "A did:web names a host, and its port behind %3A.");
  const place = path.length === 0 ? "/.well-known" : path.map((segment) => `/${segment}`).join("");
  const url = `https://${name.replace("%3A", ":")}${place}/did.json`;
  // What a URL parser rewrites (dots in paths, numbers that are addresses, the default port) is no plain did:web.
  ensure(URL.canParse(url) && new URL(url).href === url, "INVALID_DID", "The did:web is not spelt plainly.");
  ensure(!ipv4.test(new URL(url).hostname), "INVALID_DID", "A did:web names a host, never an address.");
  return url;
}

/** DIDs longer than this are read by nobody; the longest of ours has 60 characters. */
const maxDid = 512;

/** DID Core, section 3.1. */
const didPattern = /^did:[a-z0-9]+:(?:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})*:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+$/;

const webName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:%3A[1-9][0-9]{0,4})?$/;
const ipv4 = /^[0-9]+(?:\.[0-9]+){3}$/;

/** application/json and everything that says it is JSON: servers of static files know no other. */
const jsonType = /^application\/(?:did|(?:[a-z0-9.+-]+\+)?json)(?:\s*;|$)/i;

function parseDocument({ status, contentType, body }: Fetched, did: Did): JsonObject {
  ensure(status !== 404 && status !== 410, "DID_NOT_FOUND");
  ensure(status === 200, "DID_UNREACHABLE", `The host answered with status ${status}.`);
  ensure(jsonType.test(contentType), "INVALID_DID_DOCUMENT", "The host sent something other than JSON.");
  const document = parseBody(body);
  ensure(isObject(document), "INVALID_DID_DOCUMENT");
  ensure(document.id === did, "INVALID_DID_DOCUMENT", "The id of the document is not the DID.");
  return document as JsonObject;
}

function parseBody(body: string): Json {
  try {
    return parseJson(body);
  } catch {
    throw new Failure("INVALID_DID_DOCUMENT");
  }
}

function canonicalOf(did: Did): { canonicalId?: Did } {
  if (!did.startsWith("did:pkh:")) return {};
  const canonicalId = pkhDid(parsePkh(did));
  return canonicalId === did ? {} : { canonicalId };
}

const errorNames: Partial<Record<Code, ResolutionErrorName>> = {
  INVALID_DID: "INVALID_DID",
  UNSUPPORTED_DID_METHOD: "METHOD_NOT_SUPPORTED",
  DID_NOT_FOUND: "NOT_FOUND",
  INVALID_DID_DOCUMENT: "INVALID_DID_DOCUMENT",
};

function errorOf({ code, detail }: Failure): ResolutionError {
  const type = `https://www.w3.org/ns/did#${errorNames[code] ?? "INTERNAL_ERROR"}`;
  return { type, title: sentences[code], ...(detail === undefined ? {} : { detail }), code };
}
