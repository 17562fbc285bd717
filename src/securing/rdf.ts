/// <reference path="./rdf-libraries.d.ts" />
import { sha256 } from "#primitives";
import { hex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { contextWeight } from "./context-weight.ts";
import { contextOf } from "./contexts.ts";
import { maxDigestsOfAll, openWork, type Work } from "./work.ts";

export type Term = { termType: string; value: string; datatype?: Term; language?: string };
export type Quad = { subject: Term; predicate: Term; object: Term; graph: Term };

/**
 * What a document may have, contexts within it included: a large badge has a few hundred values. Lists take the square of
 * their length, so they count for more values than they are.
 */
export const maxValues = 4000;
export const maxItems = 1000;
export const maxContexts = 64;
/** Values that its contexts count for beside: a badge with eight endorsements comes to three hundred. */
export const maxContextWeight = 1000;
/** Items of a list that take as long as one value does for each of them. */
const fairItems = 250;
/** Statements of its dataset. */
export const maxQuads = 4000;

/**
 * The document in canonical N-Quads: JSON-LD to RDF in safe mode, then RDFC-1.0. Refuses with UNKNOWN_CONTEXT (which is
 * named), INVALID_CREDENTIAL where JSON-LD would drop something or is broken, and QUOTA_EXCEEDED where that would take
 * more work than a badge is worth, or than `work` has left.
 * @see https://www.w3.org/TR/rdf-canon/ section 4.4
 */
export async function canonicalQuads(document: JsonObject, work: Work = openWork()): Promise<string> {
  return canonize(await datasetOf(document, work), work);
}

/** What the conversion of a document is paid by. Refuses with QUOTA_EXCEEDED. */
export type Conversion = Parameters<Work["convert"]>[0];

/** The dataset of a JSON-LD document (JSON-LD 1.1 API, section 8.1). No context is fetched. Refuses as above. */
export async function datasetOf(
  document: JsonObject,
  work = openWork(),
  what: Conversion = "document",
): Promise<Quad[]> {
  await work.convert(what, priceOf(document));
  const { default: jsonld } = await import("jsonld");
  let unknown: string | undefined;
  const documentLoader = async (url: string) => {
    const context = contextOf(url);
    unknown ??= context ? undefined : url;
    if (!context) throw new Failure("UNKNOWN_CONTEXT");
    return { contextUrl: null, documentUrl: url, document: context, tag: "static" as const };
  };
  const quads = await jsonld
    .toRDF(document, { ...conversion, documentLoader })
    .catch((error: unknown) => refuse(error, unknown));
  ensure(quads.length <= maxQuads, "QUOTA_EXCEEDED", `It has more than ${maxQuads} statements.`);
  return quads;
}

/** What the conversion of a document to RDF takes as long as, in values. Refuses with QUOTA_EXCEEDED. */
export function priceOf(document: JsonObject): number {
  const values = weightOf(document);
  const contexts = contextWeight(document);
  ensure(contexts <= maxContextWeight, "QUOTA_EXCEEDED", "Its contexts bring too many terms, too often.");
  return values + contexts;
}

/** RDFC-1.0 of a dataset, as sorted N-Quads. Refuses with QUOTA_EXCEEDED. */
export async function canonize(quads: Quad[], work: Work = openWork()): Promise<string> {
  const { default: library } = await import("rdf-canonize");
  const { nodes, step, orders } = blanksOf(quads);
  let made = 0;
  const createMessageDigest = () => {
    // The first of each node is over its own statements alone; for what follows the names given so far are copied.
    work.digest(made++ < nodes ? 1 : step);
    return new TextDigest();
  };
  // The library asks whether to go on at every third order of nodes that look alike, which may need no digest at all: so
  // that is where they are paid for, and not by time, which would be another on each machine.
  const signal = {
    get aborted() {
      work.digest(orders);
      return false;
    },
  };
  const options = { algorithm: "RDFC-1.0" as const, maxDeepIterations: maxDigestsOfAll, createMessageDigest, signal };
  return library.canonize(quads, options);
}

/**
 * How many blank nodes there are, and how many digests it takes as long as to go a step further among those that look
 * alike (`step`), for which their names are copied, or through three orders of them (`orders`): for each of these the
 * library copies the names of all nodes, and goes through a node's neighbours, comparing a path that grows with them.
 */
function blanksOf(quads: readonly Quad[]): { nodes: number; step: number; orders: number } {
  const neighbours = new Map<string, number>();
  const meet = ({ termType, value }: Term) => {
    if (termType === "BlankNode") neighbours.set(value, (neighbours.get(value) ?? 0) + 1);
  };
  for (const { subject, object, graph } of quads) for (const term of [subject, object, graph]) meet(term);
  const nodes = neighbours.size;
  const most = Math.max(0, ...neighbours.values());
  const orders = 1 + Math.floor(nodes / 32) + Math.floor((most / 16) ** 2);
  return { nodes, step: 1 + Math.floor(nodes / 64), orders };
}

/** As the libraries of the suites convert: nothing is dropped in silence, and directions are kept as datatypes. */
const conversion = {
  base: null,
  safe: true,
  rdfDirection: "i18n-datatype" as const,
  produceGeneralizedRdf: false,
};

/** Hashes here and not by WebCrypto: a document takes a hundred small digests, each of them a thread hop there. */
class TextDigest {
  #text = "";

  update(text: string): void {
    this.#text += text;
  }

  digest(): string {
    return hex(sha256(this.#text));
  }
}

/** The values of a document, each for one and what makes others dearer for more. Refuses with QUOTA_EXCEEDED. */
export function weightOf(document: JsonObject): number {
  let values = 0;
  let contexts = 0;
  const walk = (value: unknown): void => {
    values += Array.isArray(value) ? 1 + Math.floor(value.length ** 2 / fairItems) : 1;
    ensure(values <= maxValues, "QUOTA_EXCEEDED", `It has more than ${maxValues} JSON values.`);
    if (Array.isArray(value)) {
      ensure(value.length <= maxItems, "QUOTA_EXCEEDED", `It has a list of more than ${maxItems}.`);
      value.forEach(walk);
    } else if (isObject(value)) {
      if (Object.hasOwn(value, "@context")) contexts++;
      ensure(contexts <= maxContexts, "QUOTA_EXCEEDED", `It has more than ${maxContexts} contexts within it.`);
      Object.values(value).forEach(walk);
    }
  };
  walk(document);
  return values;
}

function refuse(error: unknown, unknownContext: string | undefined): never {
  if (unknownContext !== undefined) throw new Failure("UNKNOWN_CONTEXT", `The context ${unknownContext} is not known.`);
  const details = isObject(error) && isObject(error.details) ? error.details : {};
  throw new Failure("INVALID_CREDENTIAL", `As JSON-LD it cannot be read without loss: ${reasonOf(details)}.`);
}

/** The library's own short name of the reason, and the term that it is about where there is one. */
function reasonOf(details: Record<string, unknown>): string {
  const event = isObject(details.event) ? details.event : undefined;
  const { code } = event ?? details;
  const term = isObject(event?.details) ? event.details.property : undefined;
  const named = typeof term === "string" ? ` (${term.slice(0, 80)})` : "";
  return `${typeof code === "string" ? code : "syntax error"}${named}`;
}
