import { sha256 } from "#primitives";
import { type Bytes, concat } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { canonize, datasetOf, weightOf } from "./rdf.ts";
import type { Work } from "./work.ts";

export type Cryptosuite = "eddsa-rdfc-2022" | "eddsa-jcs-2022" | "ecdsa-rdfc-2019" | "ecdsa-jcs-2019";

/** A cryptosuite: of which keys, and how a document becomes the bytes that are hashed. */
export type Suite = { type: "Ed25519" | "P-256"; transform: "rdfc" | "jcs" };

/**
 * The suites of Data Integrity EdDSA 1.0 (sections 3.2 and 3.3) and ECDSA 1.0 (sections 3.2 and 3.3), the latter with
 * keys of P-256.
 */
const suites: Record<Cryptosuite, Suite> = {
  "eddsa-rdfc-2022": { type: "Ed25519", transform: "rdfc" },
  "eddsa-jcs-2022": { type: "Ed25519", transform: "jcs" },
  "ecdsa-rdfc-2019": { type: "P-256", transform: "rdfc" },
  "ecdsa-jcs-2019": { type: "P-256", transform: "jcs" },
};

/** The suite of this name; undefined where it is not known here. */
export function suiteOf(name: unknown): Suite | undefined {
  return typeof name === "string" && Object.hasOwn(suites, name) ? suites[name as Cryptosuite] : undefined;
}

/** Gives a document's canonical quads, as `canonicalQuads` does. */
export type QuadsOf = (document: JsonObject) => Promise<string>;

/** SHA-256 of a document or of proof options as the suite transforms them. Refuses as `canonicalQuads`. */
export async function transformedHash({ transform }: Suite, document: JsonObject, quadsOf: QuadsOf): Promise<Bytes> {
  return sha256(transform === "jcs" ? canonicalJson(document) : await quadsOf(document));
}

/** Values that the options of a proof may have as RDF: the suites know a dozen. */
const maxOptionValues = 32;

/**
 * The hash of a proof's options, which are the proof but for its `proofValue`. As RDF they stand under the document's
 * context (EdDSA, section 3.2.5). Refuses as `canonicalQuads`, and with QUOTA_EXCEEDED options that are a document.
 */
export async function optionsHash(
  suite: Suite,
  options: JsonObject,
  unsecured: JsonObject,
  work: Work,
): Promise<Bytes> {
  const context = unsecured["@context"];
  const { "@context": _, ...own } = options;
  const small = suite.transform === "jcs" || weightOf(own) <= maxOptionValues;
  ensure(small, "QUOTA_EXCEEDED", `A proof has more than ${maxOptionValues} JSON values.`);
  const under = suite.transform === "jcs" || context === undefined ? options : { ...options, "@context": context };
  return transformedHash(suite, under, async (document) => canonize(await datasetOf(document, work, "options"), work));
}

/** Characters of JSON that are put in canonical order in the time that the conversion of one value takes. */
const charactersPerValue = 4096;

/** What it takes to put JSON of so many characters in canonical order, in values of a conversion. */
export function valuesOfText(characters: number): number {
  return Math.floor(characters / charactersPerValue);
}

/** The bytes that are signed, 64: the hash of the options, then that of the document (EdDSA, section 3.2.4). */
export function hashData(options: Bytes, document: Bytes): Bytes {
  return concat(options, document);
}

/** The proofs of a document, one or a list. */
export function proofsOf({ proof }: JsonObject): Json[] {
  if (proof === undefined) return [];
  return Array.isArray(proof) ? proof : [proof];
}

/**
 * What a proof is over: the document, and the proofs that it follows within it (Data Integrity 1.0, section 4.3).
 * Refuses with INVALID_PROOF where one of them is missing.
 */
export function withPrevious(unsecured: JsonObject, proofs: readonly Json[], previous: Json | undefined): JsonObject {
  const followed = previousOf(proofs, previous);
  return followed ? { ...unsecured, proof: followed } : unsecured;
}

/** The proofs that a proof follows; undefined where it follows none. Refuses as `withPrevious`. */
export function previousOf(proofs: readonly Json[], previous: Json | undefined): Json[] | undefined {
  if (previous === undefined) return undefined;
  const ids = Array.isArray(previous) ? previous : [previous];
  ensure(ids.length <= maxOptionValues, "QUOTA_EXCEEDED", `A proof follows at most ${maxOptionValues} others.`);
  for (const id of ids) {
    const found = typeof id === "string" && proofs.some((proof) => isObject(proof) && proof.id === id);
    if (!found) throw new Failure("INVALID_PROOF", "previousProof names a proof that is not there.");
  }
  return proofs.filter((proof) => isObject(proof) && ids.includes(proof.id as Json));
}
