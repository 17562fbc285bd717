import { checkOf } from "../kernel/attempt.ts";
import { type Bytes, base58, fromBase58 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { asText, canonicalJson, checkValue, isObject, type Json, type JsonObject, maxDepth } from "../kernel/json.ts";
import { type Check, pass, unknown } from "../kernel/report.ts";
import { clockSkew, iso, type Millis } from "../kernel/time.ts";
import {
  type Cryptosuite,
  hashData,
  optionsHash,
  previousOf,
  proofsOf,
  type Suite,
  suiteOf,
  transformedHash,
  valuesOfText,
  withPrevious,
} from "./data-integrity-bytes.ts";
import { isUrl } from "./data-model-parts.ts";
import { parseStamp } from "./date-time-stamp.ts";
import { plainQuads } from "./hidden-members.ts";
import { checkOfKey } from "./keys.ts";
import { canonicalQuads } from "./rdf.ts";
import type { KeyPurpose, ResolveKey } from "./vc-jwt.ts";
import { openWork, type Work } from "./work.ts";

export type { Cryptosuite } from "./data-integrity-bytes.ts";

/** A key as a proof names it: `method` is the DID URL of its verification method. */
export type ProofSigner = {
  method: string;
  type: "Ed25519" | "P-256";
  /** The DID URL of the same key as JWK, which a JWT names; the method itself where there is none. */
  jwkMethod?: string | undefined;
  /** Signs the message by RFC 8032 (Ed25519), or its SHA-256 as r || s (P-256): 64 bytes. */
  sign(message: Uint8Array): Bytes | Promise<Bytes>;
};

/** What a proof says of itself; times are RFC 3339. `purpose` is `assertionMethod` unless told otherwise. */
export type ProofTerms = {
  cryptosuite: Cryptosuite;
  created: string;
  purpose?: string;
  /** Ids of proofs that the document has already: the new one is over them too. */
  previousProof?: string | string[];
  id?: string;
  challenge?: string;
  domain?: string;
  expires?: string;
};

/** What proofs are held to, and the moment asked about. `challenge` and `domain` are asked for only where given. */
export type ProofQuestion = {
  resolveKey: ResolveKey;
  at: Millis;
  purpose: KeyPurpose;
  challenge?: string | undefined;
  domain?: string | undefined;
  /** What the judgement is paid by; a purse of its own unless given. */
  work?: Work | undefined;
};

/** How one proof was judged; the check is named `proof[0]`, `proof[1]` and so on. */
export type ProofCheck = {
  check: Check;
  cryptosuite: string | undefined;
  method: string | undefined;
  created: string | undefined;
};

/** Proofs of one document that are judged; of those beyond it is told in one check that they are not. */
export const maxProofs = 16;

/**
 * The document with one more proof; `proof` is always a list. Refuses with UNKNOWN_SUITE a suite that is not the key's,
 * INVALID_PROOF a `previousProof` that names no proof, and as `canonicalQuads`.
 * @see https://www.w3.org/TR/vc-data-integrity/ sections 4.2 and 4.3
 */
export async function addProof(document: JsonObject, signer: ProofSigner, terms: ProofTerms): Promise<JsonObject> {
  checkValue(document, maxDepth);
  const suite = suiteOf(terms.cryptosuite);
  ensure(suite?.type === signer.type, "UNKNOWN_SUITE", "The suite is not one of the key's.");
  const { proof: _, ...unsecured } = document;
  const proofs = proofsOf(document);
  ensure(terms.id === undefined || isUrl(terms.id), "INVALID_PROOF", "The id of a proof is a URL.");
  const options = proofOptions(unsecured, signer.method, terms);
  const bound = withPrevious(unsecured, proofs, terms.previousProof);
  const work = openWork();
  const hashOfOptions = await optionsHash(suite, options, unsecured, work);
  const data = hashData(hashOfOptions, await transformedHash(suite, bound, (quads) => canonicalQuads(quads, work)));
  return { ...unsecured, proof: [...proofs, { ...options, proofValue: `z${base58(await signer.sign(data))}` }] };
}

/** A proof but for its `proofValue`. By JCS it carries the context that it was made under (EdDSA, section 3.3.1). */
export function proofOptions(unsecured: JsonObject, method: string, terms: ProofTerms): JsonObject {
  const { cryptosuite, purpose = "assertionMethod", id, created, expires, domain, challenge, previousProof } = terms;
  const context = suiteOf(cryptosuite)?.transform === "jcs" ? unsecured["@context"] : undefined;
  return {
    ...(context !== undefined && { "@context": context }),
    ...(id !== undefined && { id }),
    type: "DataIntegrityProof",
    cryptosuite,
    created,
    ...(expires !== undefined && { expires }),
    verificationMethod: method,
    proofPurpose: purpose,
    ...(domain !== undefined && { domain }),
    ...(challenge !== undefined && { challenge }),
    ...(previousProof !== undefined && { previousProof }),
  };
}

/**
 * Judges each proof of a document by itself, those of a chain with the proofs that they follow; none where it has no
 * proof. A proof of an unknown suite or under an unknown context is unknown. Never throws for what is wrong with the
 * document.
 * @see https://www.w3.org/TR/vc-data-integrity/ sections 4.4 and 4.5
 */
export async function checkProofs(document: JsonObject, terms: ProofQuestion): Promise<ProofCheck[]> {
  const proofs = proofsOf(document);
  const { proof: _, ...unsecured } = document;
  const { work = openWork() } = terms;
  let length: number | undefined;
  const lengthOf = () => (length ??= JSON.stringify(document).length);
  const judged: Judged = { unsecured, proofs, hashes: new Map(), work, length: lengthOf };
  const strict = proofs.length > 0 && (await checkOne("proof[0]", async () => checkStrict(document)));
  const found: ProofCheck[] = [];
  for (const [place, proof] of proofs.slice(0, maxProofs).entries()) {
    const read: JsonObject = isObject(proof) ? (proof as JsonObject) : {};
    const name = `proof[${place}]`;
    found.push({
      check:
        strict && strict.outcome !== "pass"
          ? { ...strict, name }
          : await checkOne(name, () => judgeProof(read, judged, terms)),
      cryptosuite: textOf(read.cryptosuite),
      method: textOf(read.verificationMethod),
      created: textOf(read.created),
    });
  }
  return proofs.length > maxProofs ? [...found, beyond(proofs.length)] : found;
}

/** A document under judgement; `hashes` are those of what its proofs are over, and `length` its characters with them. */
type Judged = {
  unsecured: JsonObject;
  proofs: Json[];
  hashes: Map<string, Promise<Bytes>>;
  work: Work;
  length: () => number;
};

function checkStrict(document: JsonObject): string {
  checkValue(document, maxDepth);
  return "";
}

function beyond(count: number): ProofCheck {
  const sentence = `Only ${maxProofs} proofs of a document are judged, and it has ${count}.`;
  const check = unknown(`proof[${maxProofs}]`, "QUOTA_EXCEEDED", sentence);
  return { check, cryptosuite: undefined, method: undefined, created: undefined };
}

async function checkOne(name: string, judge: () => Promise<string>): Promise<Check> {
  try {
    return pass(name, await judge());
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return checkOf(name, error);
  }
}

/** Says what a good proof shows; refuses what is wrong with it. */
async function judgeProof(proof: JsonObject, judged: Judged, terms: ProofQuestion): Promise<string> {
  const { type, cryptosuite } = proof;
  ensure(typeof type === "string", "INVALID_PROOF", "The proof is no object with a type.");
  ensure(type === "DataIntegrityProof", "UNKNOWN_SUITE", `Proofs of the type ${shown(type)} are not read here.`);
  ensure(typeof cryptosuite === "string", "INVALID_PROOF", "The proof names no cryptosuite.");
  const suite = suiteOf(cryptosuite);
  ensure(suite, "UNKNOWN_SUITE", `The cryptosuite ${shown(cryptosuite)} is not known here.`);
  const { method, signature, created } = readProof(proof, terms);
  checkController(judged.unsecured, method, terms.purpose);
  const { jwk, retired } = await terms.resolveKey(method, terms.at, terms.purpose);
  // Who presents does so at the moment asked about; what a retired key says of the past may be made up.
  const madeAt = terms.purpose === "authentication" ? terms.at : created;
  ensure(retired === undefined || madeAt < retired, "EXPIRED", "The key had been retired.");
  ensure("crv" in jwk && jwk.crv === suite.type, "INVALID_PROOF", `The key is not of ${suite.type}.`);
  const data = await signedBytes(suite, proof, judged);
  ensure(await checkOfKey(jwk)(data, signature), "BAD_SIGNATURE", `The signature by ${method} does not verify.`);
  return `${cryptosuite} by ${method} verifies.`;
}

/** The members of a proof that the question is about (Data Integrity, section 4.4), each as it has to be. */
function readProof(proof: JsonObject, terms: ProofQuestion): { method: string; signature: Bytes; created: Millis } {
  const { verificationMethod: method, proofValue, proofPurpose, created, expires, domain, challenge } = proof;
  checkShape(proof);
  ensure(proofPurpose === terms.purpose, "INVALID_PROOF", `The purpose of the proof is not ${terms.purpose}.`);
  ensure(typeof method === "string" && method.includes("#"), "INVALID_PROOF", "The proof names no key.");
  const value = typeof proofValue === "string" && proofValue.startsWith("z") ? proofValue.slice(1) : "";
  const signature = fromBase58(value);
  const isWide = asText(proof.cryptosuite).startsWith("ecdsa-") && wideValue.test(value);
  ensure(!isWide, "UNKNOWN_SUITE", "The signature is by a key of P-384, which is not read here.");
  ensure(signature?.length === 64, "INVALID_PROOF", "proofValue is no base58 of 64 bytes with the multibase prefix z.");
  const createdAt = created === undefined ? Number.POSITIVE_INFINITY : parseStamp("proof.created", created);
  if (created !== undefined) {
    ensure(createdAt <= terms.at + clockSkew, "NOT_YET_VALID", `The proof was made at ${iso(createdAt)}.`);
  }
  if (expires !== undefined) {
    const expiresAt = parseStamp("proof.expires", expires);
    ensure(terms.at < expiresAt, "EXPIRED", `The proof was good until ${iso(expiresAt)}.`);
  }
  const challenged = terms.challenge === undefined || challenge === terms.challenge;
  ensure(challenged, "INVALID_PROOF", "The proof does not answer the challenge.");
  const here = terms.domain === undefined || onlyNames(domain, terms.domain);
  ensure(here, "WRONG_DOMAIN", "It is for another domain.");
  return { method, signature, created: createdAt };
}

/** Base58 of 96 bytes, as keys of P-384 sign (ECDSA 1.0, section 3.2.7). */
const wideValue = /^[1-9A-HJ-NP-Za-km-z]{129,132}$/;

/** Section 2.1: what a proof need not have is of its form where it has it. */
function checkShape({ id, domain, challenge, nonce }: JsonObject): void {
  ensure(id === undefined || isUrl(id), "INVALID_PROOF", "The id of the proof is no URL.");
  const isText = (value: Json | undefined) => value === undefined || typeof value === "string";
  const told = listOf(domain).every(isText) && isText(challenge) && isText(nonce);
  ensure(told, "INVALID_PROOF", "Its domain, challenge or nonce is no text.");
}

/** A proof for several domains is for none of them alone (section 4.4: the sets are the same). */
function onlyNames(domain: Json | undefined, asked: string): boolean {
  const domains = listOf(domain);
  return domains.length > 0 && domains.every((each) => each === asked);
}

/** A credential is proved by a key of its issuer, and a presentation by one of its holder, where it names one. */
function checkController(unsecured: JsonObject, method: string, purpose: KeyPurpose): void {
  const named = purpose === "assertionMethod" ? unsecured.issuer : unsecured.holder;
  if (named === undefined) return;
  const id = asText(isObject(named) ? named.id : named);
  if (id !== "" && method.startsWith(`${id}#`)) return;
  const isDid = id === "" || id.startsWith("did:");
  ensure(isDid, "UNSUPPORTED_DID_METHOD", "The key stands neither in a DID nor at the address of its owner.");
  const whose = purpose === "assertionMethod" ? "issuer's" : "holder's";
  throw new Failure("INVALID_PROOF", `The key is not one of the ${whose}.`);
}

/** The bytes that the proof is over, by the suite's own verification (EdDSA, sections 3.2.2 and 3.3.2). */
async function signedBytes(suite: Suite, proof: JsonObject, judged: Judged): Promise<Bytes> {
  const { unsecured, proofs, hashes, work, length } = judged;
  const { proofValue: _, ...options } = proof;
  // Whatever is put in canonical order for one proof by JCS, contexts and options, is no longer than all of it.
  if (suite.transform === "jcs") await work.convert("options", valuesOfText(length()));
  const hashOfOptions = await optionsHash(suite, options, unsecured, work);
  const seen = { ...unsecured, ...provenContext(suite, options, unsecured) };
  const previous = previousOf(proofs, options.previousProof);
  // What a proof follows counts, and not how often or in which order it names that.
  const those = new Set(previous);
  const followed = previous && proofs.flatMap((each, place) => (those.has(each) ? place : []));
  const key = canonicalJson([suite.transform, followed ?? null, seen["@context"] ?? null]);
  let hash = hashes.get(key);
  if (!hash) {
    const bound = previous ? { ...seen, proof: previous } : seen;
    if (suite.transform === "jcs") await work.convert("document", valuesOfText(length()));
    hash = transformedHash(suite, bound, (document) => plainQuads(document, work));
    hashes.set(key, hash);
  }
  return hashData(hashOfOptions, await hash);
}

/** By JCS the document counts with the context that the proof was made under, which must be how its own begins. */
function provenContext(suite: Suite, { "@context": own }: JsonObject, unsecured: JsonObject): JsonObject {
  if (own === undefined) return {};
  const context = listOf(unsecured["@context"]);
  if (suite.transform === "rdfc") {
    ensure(canonicalJson(own) === canonicalJson(unsecured["@context"]), "INVALID_PROOF", "Its context is another.");
    return {};
  }
  const begins = listOf(own).every(
    (each, i) => i < context.length && canonicalJson(each) === canonicalJson(context[i]),
  );
  ensure(begins, "INVALID_PROOF", "The context of the document does not begin with that of the proof.");
  return { "@context": own };
}

function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Foreign text within a sentence of ours. */
function shown(text: string): string {
  return text.slice(0, 80);
}
