import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import { didMediaType, type ResolutionResult, resolutionMediaType } from "../../identity/resolve.ts";
import { type Failure, sentences } from "../../kernel/failure.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { preferred } from "../accept.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { examples } from "../examples.ts";
import { failureOf, problemReply, statuses } from "../problem.ts";
import { content, type Reply, unlessKnown } from "../reply.ts";
import { type Route, route } from "../route.ts";
import { rawObject } from "../schemas.ts";

export function didRoutes(door: Door): Route[] {
  return [
    publishedRoute("/.well-known/did.json", "The DID document of this service", "application/did+json", () =>
      door.services.dids.document(),
    ),
    publishedRoute(
      "/.well-known/jwks.json",
      "The keys that sign tokens and credentials",
      "application/jwk-set+json",
      () => door.services.dids.jwks(),
    ),
    resolveRoute(door),
  ];
}

/** Keys rotate seldom, and a retired one stays listed. */
const publishedFor = 300;

function publishedRoute(path: string, summary: string, type: string, read: () => JsonObject): Route {
  return route("get", path, {
    tag: "DIDs",
    summary,
    shared: true,
    answers: {
      200: { says: "JSON.", content: { [type]: { schema: rawObject } } },
      304: { says: "Nothing has changed." },
    },
    refusals: [],
    handle: (call) => {
      const body = JSON.stringify(read());
      const reply = content(type, body, { "cache-control": `public, max-age=${publishedFor}` });
      return unlessKnown(call.request.header("if-none-match"), `"${digestOf(body)}"`, reply);
    },
  });
}

/** Media types of a document alone; all three carry the same JSON. */
const documentTypes = [didMediaType, "application/did+json", "application/did+ld+json"] as const;
const resultTypes = [resolutionMediaType, "application/json"] as const;

/**
 * The HTTPS binding of DID Resolution 1.0: GET with the DID in the path. Its errors keep its own shape, with our code
 * and the request id in the metadata.
 */
function resolveRoute(door: Door): Route {
  const result = z.object({
    didDocument: rawObject.nullable(),
    didResolutionMetadata: rawObject,
    didDocumentMetadata: rawObject,
  });
  const refused = (says: string) => ({ says, content: { [resolutionMediaType]: { schema: result } } });
  return route("get", "/1.0/identifiers/{did}", {
    tag: "DIDs",
    summary: "Resolve a DID",
    description:
      "DID Resolution 1.0. did:pkh of eip155, did:key (P-256, secp256k1, Ed25519), did:web, and did:ethr where its " +
      "chain is configured; by `Accept` the whole result or the document alone.",
    shared: true,
    parts: { did: { says: "The DID, percent-encoded.", example: examples.app } },
    query: z.looseObject({}),
    answers: {
      200: {
        says: "The result, or the document.",
        content: {
          ...Object.fromEntries(resultTypes.map((type) => [type, { schema: result }])),
          ...Object.fromEntries(documentTypes.map((type) => [type, { schema: rawObject }])),
        },
      },
      400: refused("INVALID_DID, INVALID_OPTIONS"),
      404: refused("NOT_FOUND"),
      406: refused("REPRESENTATION_NOT_SUPPORTED"),
      410: refused("The DID is deactivated."),
      500: refused("INVALID_DID_DOCUMENT, INTERNAL_ERROR"),
      501: refused("METHOD_NOT_SUPPORTED, FEATURE_NOT_SUPPORTED"),
    },
    refusals: [],
    refuse: (failure, call) => refusal(door, failure, call),
    handle: async (call, { query }) => {
      const type = acceptedType(call.request.header("accept"));
      if (type === undefined) return errorReply(call, "REPRESENTATION_NOT_SUPPORTED", "NOT_ACCEPTABLE");
      const option = Object.keys(query)[0];
      if (option === "versionId" || option === "versionTime")
        return errorReply(call, "FEATURE_NOT_SUPPORTED", "INVALID_REQUEST", "Versions of documents are not kept here.");
      if (option !== undefined) return errorReply(call, "INVALID_OPTIONS", "INVALID_REQUEST");
      return resolved(call, type, await door.services.dids.resolve(pathPart(call, "did")));
    },
  });
}

type Accepted = (typeof documentTypes)[number] | (typeof resultTypes)[number];

/** Older clients ask for the result by a profile of JSON-LD. */
function acceptedType(accept: string | undefined): Accepted | undefined {
  if (accept?.includes("w3id.org/did-resolution")) return resolutionMediaType;
  return preferred(accept, [...resultTypes, ...documentTypes]);
}

function resolved(call: Call, type: Accepted, result: ResolutionResult): Reply {
  const { error } = result.didResolutionMetadata;
  if (error) return withError(call, error.type.split("#")[1] ?? "", result, error.code);
  const headers = { vary: "accept", "cache-control": `public, max-age=${publishedFor}` };
  const whole = (resultTypes as readonly string[]).includes(type);
  // JSON without @context is application/did+json only in name, but clients that ask for it read members they know.
  const document = { ...result, didResolutionMetadata: { ...result.didResolutionMetadata, contentType: didMediaType } };
  const deactivated = "deactivated" in result.didDocumentMetadata;
  const body = JSON.stringify(whole ? document : result.didDocument);
  return { ...content(type, body, headers), status: deactivated ? 410 : 200 };
}

/** Statuses of the binding, by the name of the error. */
const bindingStatuses: Readonly<Record<string, number>> = {
  INVALID_DID: 400,
  INVALID_DID_URL: 400,
  INVALID_OPTIONS: 400,
  NOT_FOUND: 404,
  REPRESENTATION_NOT_SUPPORTED: 406,
  METHOD_NOT_SUPPORTED: 501,
  FEATURE_NOT_SUPPORTED: 501,
  INVALID_DID_DOCUMENT: 500,
  INTERNAL_ERROR: 500,
};

function errorReply(call: Call, name: string, code: Failure["code"], detail?: string): Reply {
  const type = `https://www.w3.org/ns/did#${name}`;
  const error = { type, title: sentences[code], ...(detail === undefined ? {} : { detail }), code };
  const result = { didDocument: null, didResolutionMetadata: { error }, didDocumentMetadata: {} };
  return withError(call, name, result, code);
}

function withError(call: Call, name: string, result: ResolutionResult, code: Failure["code"]): Reply {
  const didResolutionMetadata = { ...result.didResolutionMetadata, code, requestId: call.id };
  const body = JSON.stringify({ ...result, didResolutionMetadata });
  return { ...content(resolutionMediaType, body, { vary: "accept" }), status: bindingStatuses[name] ?? 500 };
}

/** What goes wrong before resolution: the wait of a refused client, or a fault of ours. */
function refusal({ services }: Door, failure: Failure, call: Call): Reply {
  const { headers } = problemReply(failure, services.origin, call.id);
  const told = errorReply(call, "INTERNAL_ERROR", failureOf(failure).code, failure.detail);
  return { ...told, status: statuses[failure.code], headers: { ...headers, ...told.headers } };
}
