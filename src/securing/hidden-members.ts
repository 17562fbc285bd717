import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { contextOf } from "./contexts.ts";
import { contextV2, listOf } from "./data-model-parts.ts";
import { canonize, datasetOf, type Quad, type Term } from "./rdf.ts";
import { openWork, type Work } from "./work.ts";

/**
 * The canonical quads of a document that is to be verified, as `canonicalQuads`. A proof over RDF is over what the JSON
 * means, not how it is spelt: under an alias, under a full IRI or in another object with the same id, a status or an end
 * would still be signed, and whoever reads the JSON would miss it. So what the credentials contexts define has to stand
 * in the document itself by its own name; else it is refused with INVALID_CREDENTIAL.
 * @see https://www.w3.org/TR/vc-data-integrity/#validating-contexts
 */
export async function plainQuads(document: JsonObject, work: Work = openWork()): Promise<string> {
  if (typeof document.id === "string") {
    const quads = await datasetOf(document, work);
    checkMembers(document, document.id, quads);
    return canonize(quads, work);
  }
  // A document without an id is a blank node among others, so it is read under an id that nobody could know.
  const id = `urn:uuid:${crypto.randomUUID()}`;
  const quads = await datasetOf({ ...document, id }, work);
  checkMembers(document, id, quads);
  return canonize(withoutName(quads, id), work);
}

/** The quads with a blank node, of a label that none of them has, in place of the node of this name. */
function withoutName(quads: readonly Quad[], id: string): Quad[] {
  const blank = { termType: "BlankNode", value: `_:${id.replace(/^urn:uuid:/, "u")}` };
  const nameless = (term: Term) => (term.termType === "NamedNode" && term.value === id ? blank : term);
  return quads.map((quad) => ({
    ...quad,
    subject: nameless(quad.subject),
    object: nameless(quad.object),
    graph: nameless(quad.graph),
  }));
}

/** Every id has to mean itself: by a prefix that a context made of its scheme it would come to another. */
function checkIds(document: JsonObject, quads: readonly Quad[]): void {
  const nodes = new Set(quads.flatMap(({ subject, object, graph }) => [subject.value, object.value, graph.value]));
  const others = idsIn(document).filter((id) => !nodes.has(id) && !id.startsWith("_:"));
  if (others.length === 0) return;
  // What is in JSON comes to no node. It is read once for all ids, of which there may be many, as may be in it.
  const json = quads.filter(({ object }) => object.datatype?.value === jsonLiteral).map(({ object }) => object.value);
  const texts = new Set(json.flatMap((each) => textsIn(JSON.parse(each) as Json)));
  ensure(
    others.every((id) => texts.has(id)),
    "INVALID_CREDENTIAL",
    "An id in it comes to another.",
  );
}

const jsonLiteral = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value as JsonObject).flatMap(textsIn) : [];
}

function idsIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (!isObject(value)) return [];
  const { "@context": _, id, ...members } = value as JsonObject;
  return [...(typeof id === "string" ? [id] : []), ...Object.values(members).flatMap(idsIn)];
}

function checkMembers(document: JsonObject, id: string, quads: Quad[]): void {
  checkIds(document, quads);
  const own = quads.filter(({ subject }) => subject.value === id && subject.termType === "NamedNode");
  ensure(own.length > 0, "INVALID_CREDENTIAL", "id is not the id of the document.");
  memberNames ??= namesOfMembers();
  const meant = new Map<string, number>();
  for (const { predicate } of own) {
    const name = memberNames.get(predicate.value);
    if (name !== undefined) meant.set(name, (meant.get(name) ?? 0) + 1);
  }
  for (const [name, count] of meant) {
    if (count <= countOf(name, document[name])) continue;
    throw new Failure("INVALID_CREDENTIAL", `It has ${name} in another place or by another name.`);
  }
}

/** What a member says, each thing once: the same again would make room for what stands elsewhere. */
function countOf(name: string, value: Json | undefined): number {
  const listed = listOf(value).filter((each) => each !== null);
  if (graphs.has(name)) return listed.length;
  const things = listed.map((each, place) => {
    if (!isObject(each)) return canonicalJson(each);
    const { id } = each;
    if (typeof id === "string") return canonicalJson(id);
    // Of two objects without an id each is a thing of its own, but not of two texts.
    return "@value" in each ? canonicalJson(each as Json) : place;
  });
  return new Set(things).size;
}

/** Each value of these is a graph of its own, even if it is the same again. */
const graphs = new Set(["proof", "verifiableCredential"]);

/** The names of the members of credentials and presentations, by IRI, as the base context gives them. */
let memberNames: Map<string, string> | undefined;

function namesOfMembers(): Map<string, string> {
  const base = memberIn(contextOf(contextV2), "@context");
  const scoped = ["VerifiableCredential", "VerifiablePresentation"].map((type) =>
    memberIn(memberIn(base, type), "@context"),
  );
  const terms = [base, ...scoped].flatMap((each) => Object.entries(isObject(each) ? each : {}));
  return new Map(
    terms.flatMap(([name, term]) => {
      const iri = isObject(term) ? term["@id"] : term;
      return typeof iri === "string" && iri.startsWith("http") ? [[iri, name] as const] : [];
    }),
  );
}

function memberIn(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
