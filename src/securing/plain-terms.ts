import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { type Check, fail, pass, unknown } from "../kernel/report.ts";
import { contextOf, contextsIn, knownContexts } from "./contexts.ts";

/**
 * A proof over RDF holds whatever a member is called, as long as its name comes to the same IRI; what is read here is
 * the JSON. So names must be plain terms, and every context known: otherwise a status or an end could be renamed away.
 * @see https://www.w3.org/TR/vc-data-integrity/#context-validation, and VC Data Model 2.0, section 6.1 (compacted form)
 */
export function plainTermsCheck(document: JsonObject): Check {
  const name = strangeName(document);
  const type = name === undefined ? strangeType(document) : undefined;
  if (type !== undefined)
    return fail(
      "terms",
      "NOT_COMPACTED",
      `A type is given as ${type.slice(0, maxTold)}, where a plain term is expected.`,
    );
  if (name === undefined) return pass("terms", "Every member has a plain name.");
  return fail("terms", "NOT_COMPACTED", `A member is named ${name.slice(0, maxTold)}, where a plain term is expected.`);
}

/**
 * Contexts are known here or they are not: none is ever fetched. One that stands in the document, at its root or that of
 * a credential within, may add terms alone: never a prefix, by which an address or a DID would come to another, and no
 * term that a context protects which is named beside it or around it.
 */
export function contextCheck(document: JsonObject): Check {
  const contexts = contextsIn(document);
  const strange = contexts.find((each) => typeof each === "string" && contextOf(each) === undefined);
  if (typeof strange === "string")
    return unknown("context", "UNKNOWN_CONTEXT", `The context ${strange.slice(0, maxTold)} is not known here.`);
  const own = contexts.filter((each) => typeof each !== "string");
  if (own.length > maxOwn)
    return unknown("context", "QUOTA_EXCEEDED", `At most ${maxOwn} contexts that stand in the document are looked at.`);
  if (!own.every(addsTermsAlone))
    return unknown("context", "UNKNOWN_CONTEXT", "A context that stands in the document does more than to add terms.");
  if (own.length > rootContexts(document).length)
    return unknown("context", "UNKNOWN_CONTEXT", "A context stands in a part of the document, and not at its root.");
  const schemes = own.length === 0 ? new Set() : schemesIn(document);
  if (own.some((each) => Object.keys(termsIn(each)).some((term) => schemes.has(term))))
    return unknown("context", "UNKNOWN_CONTEXT", "A context in the document has the scheme of an address for a term.");
  if (own.length > 0 && redefines(document))
    return unknown("context", "UNKNOWN_CONTEXT", "A context in the document gives a known term another meaning.");
  return own.length === 0
    ? pass("context", "Every context is known here.")
    : pass("context", "Every context is known here, or adds terms alone.", "OWN_TERMS");
}

/** Characters of a foreign name that a report repeats. */
const maxTold = 200;

/** Contexts in a document, those of its credentials and proofs included: of the sixteen of a presentation several each. */
const maxOwn = 256;

/** Keywords that say how a value is meant, and not what it belongs to. */
const valueKeywords = new Set(["@context", "@value", "@language", "@direction", "@none"]);

function strangeName(value: Json): string | undefined {
  if (Array.isArray(value)) return firstOf(value, strangeName);
  if (!isObject(value)) return undefined;
  const strange = Object.keys(value).find(
    (name) => name.includes(":") || (name[0] === "@" && !valueKeywords.has(name)),
  );
  if (strange !== undefined) return strange;
  const members = Object.entries(value).filter(([name]) => name !== "@context");
  return firstOf(members, ([, member]) => strangeName(member as Json));
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Contexts that stand in the document at its root, and at those of credentials within. A proof by JCS repeats the one
 * that it was made under (EdDSA, section 3.3.1), and is judged by it.
 */
function rootContexts(document: JsonObject): Json[] {
  const { "@context": context, verifiableCredential, endorsement, proof } = document;
  const own = [context ?? []].flat().filter((each) => typeof each !== "string");
  const within = [verifiableCredential ?? [], endorsement ?? [], proof ?? []].flat().filter(isObject) as JsonObject[];
  return [...own, ...within.flatMap(rootContexts)];
}

/** Whether a context that stands in the document has a term that a known one protects there. */
function redefines(document: JsonObject, around: ReadonlySet<string> = new Set()): boolean {
  const { "@context": context, type, verifiableCredential, endorsement, proof } = document;
  const contexts = [context ?? []].flat() as Json[];
  const urls = new Set(contexts.filter((each) => typeof each === "string"));
  const named = [...urls].flatMap((url) => contextOf(url)?.["@context"] ?? []);
  const terms = named.filter(isObject).map((each) => each as JsonObject);
  const known = new Set([...around, ...terms.flatMap(protectedTerms)]);
  // What a type brings along holds for the object that is of it, and for none within.
  const types = [...new Set([type ?? []].flat())];
  const typed = terms.flatMap((each) => types.flatMap((name) => protectedTerms(scopedIn(each, name))));
  const all = new Set([...known, ...typed]);
  const own = contexts.filter((each) => typeof each !== "string");
  if (own.some((each) => Object.keys(termsIn(each)).some((term) => all.has(term)))) return true;
  const within = [verifiableCredential ?? [], endorsement ?? [], proof ?? []].flat().filter(isObject) as JsonObject[];
  return within.some((each) => redefines(each, known));
}

function protectedTerms(context: JsonObject): string[] {
  return context["@protected"] === true ? Object.keys(context) : [];
}

/** The context that a type brings along. */
function scopedIn(context: JsonObject, type: Json): JsonObject {
  const defined = typeof type === "string" && Object.hasOwn(context, type) ? context[type] : undefined;
  const scoped = isObject(defined) ? (defined as JsonObject)["@context"] : undefined;
  return isObject(scoped) ? (scoped as JsonObject) : {};
}

/** What stands before the first colon of a text without white space: the scheme of an IRI, or a prefix. */
function schemesIn(value: Json, found: Set<string> = new Set()): Set<string> {
  if (typeof value === "string") {
    const [, scheme] = /^([^\s:]+):\S*$/.exec(value) ?? [];
    if (scheme !== undefined) found.add(scheme);
  } else if (Array.isArray(value)) for (const each of value) schemesIn(each, found);
  else if (isObject(value))
    for (const [name, each] of Object.entries(value)) if (name !== "@context") schemesIn(each as Json, found);
  return found;
}

/** A type by the IRI of a term that is known here: whoever reads the JSON would not see what it is. */
function strangeType(value: Json): string | undefined {
  if (Array.isArray(value)) return firstOf(value, strangeType);
  if (!isObject(value)) return undefined;
  const { "@context": _, type, ...members } = value as JsonObject;
  const strange = [type ?? []].flat().find((each) => typeof each === "string" && isKnownIri(each));
  return (strange as string | undefined) ?? firstOf(Object.values(members), strangeType);
}

/** Whether a context that is known here has a term for it, or a prefix that it begins with. */
function isKnownIri(text: string): boolean {
  if (!text.includes(":")) return false;
  known ??= termsOf(knownContexts());
  return known.iris.has(text) || known.prefixes.has(text.slice(0, text.indexOf(":")));
}

type Terms = { iris: Set<string>; prefixes: Set<string> };
let known: Terms | undefined;

/** All that contexts map terms to, those within others too; an IRI may be spelt by a prefix of its context. */
function termsOf(contexts: readonly Json[]): Terms {
  const prefixes = new Map<string, string>();
  const mapped: string[] = [];
  const walk = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isObject(value)) return;
    for (const [name, each] of Object.entries(value as JsonObject)) {
      const iri = isObject(each) ? each["@id"] : each;
      if (typeof iri === "string" && iri.includes(":")) {
        mapped.push(iri);
        if (/[:/?#[\]@]$/.test(iri)) prefixes.set(name, iri);
      }
      walk(each);
    }
  };
  contexts.forEach(walk);
  const whole = (iri: string) => {
    const colon = iri.indexOf(":");
    return `${prefixes.get(iri.slice(0, colon)) ?? iri.slice(0, colon + 1)}${iri.slice(colon + 1)}`;
  };
  return { iris: new Set(mapped.flatMap((iri) => [iri, whole(iri)])), prefixes: new Set(prefixes.keys()) };
}

/** Vocabularies whose members are read here. */
const readVocabularies = [
  "https://www.w3.org/2018/credentials",
  "https://www.w3.org/ns/",
  "https://w3id.org/",
  "https://purl.imsglobal.org/",
  "https://schema.org/",
  "http://www.w3.org/",
];

function addsTermsAlone(context: Json): boolean {
  if (!isObject(context)) return false;
  return Object.entries(termsIn(context)).every(([term, defined]) => !/^@|:/.test(term) && isNewTerm(defined));
}

/** The terms of a context, which some wrap in an object; that they are protected changes nothing about what they mean. */
function termsIn(context: Json): JsonObject {
  if (!isObject(context)) return {};
  const { "@context": inner, ...beside } = context as JsonObject;
  const wraps = isObject(inner) && Object.keys(beside).length === 0;
  const { "@protected": isProtected, ...terms } = (wraps ? inner : context) as JsonObject;
  return isProtected === undefined || isProtected === true ? terms : (context as JsonObject);
}

/** A term of an IRI of its own; terms of terms, prefixes and scoped contexts could come to something else. */
function isNewTerm(defined: Json): boolean {
  if (!isObject(defined)) return typeof defined === "string" && isForeign(defined) && !maybePrefix.test(defined);
  const { "@id": id, "@type": type, "@prefix": prefix, ...more } = defined;
  const typed = type === undefined || typeof type === "string";
  const plain = prefix === false || (prefix === undefined && typeof id === "string" && !maybePrefix.test(id));
  return Object.keys(more).length === 0 && typed && plain && typeof id === "string" && isForeign(id);
}

/** JSON-LD takes a term for a prefix where its IRI ends so (JSON-LD 1.1, section 9.15). */
const maybePrefix = /[:/?#[\]@]$/;

function isForeign(iri: string): boolean {
  return /^(?:https?:\/\/|urn:)[^\s]+$/.test(iri) && !readVocabularies.some((each) => iri.startsWith(each));
}
