import { digestOf } from "#primitives";
import { fromBase64url, fromUtf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type Json, type JsonObject, maxDepth, parseJson } from "../kernel/json.ts";

/**
 * The payload of an SD-JWT with what its disclosures say in the place of their digests, and without the rest (RFC 9901,
 * section 7.1, steps 3 to 5). Refuses with INVALID_CREDENTIAL what that section rejects: a digest or a disclosure that
 * stands twice, a disclosure that nothing commits to, a name that is reserved or taken; and, more strictly, `_sd` and
 * `...` of another form. UNKNOWN_SUITE for a hash other than SHA-256, TOO_DEEP beyond `maxDepth`.
 */
export function openPayload(payload: JsonObject, disclosures: readonly string[]): JsonObject {
  const { _sd_alg: hash = "sha-256", ...committed } = payload;
  ensure(typeof hash === "string", "INVALID_CREDENTIAL", "_sd_alg names no hash.");
  ensure(hash === "sha-256", "UNKNOWN_SUITE", "Digests are read by SHA-256 alone.");
  const opening: Opening = { unused: readAll(disclosures), seen: new Set() };
  const opened = openObject(committed, opening, maxDepth);
  ensure(opening.unused.size === 0, "INVALID_CREDENTIAL", "A disclosure belongs to no digest of the credential.");
  return opened;
}

/** Disclosures that no digest has named yet, by digest; and all digests that have been met. */
type Opening = { unused: Map<string, Json[]>; seen: Set<string> };

/** What no disclosure may be called: it would be read as something else. */
const reserved: readonly string[] = ["_sd", "...", "_sd_alg", "__proto__"];

function readAll(disclosures: readonly string[]): Map<string, Json[]> {
  const read = new Map(disclosures.map((text) => [digestOf(text), readParts(text)]));
  ensure(read.size === disclosures.length, "INVALID_CREDENTIAL", "A disclosure stands twice.");
  return read;
}

/** A salt and a value, with a name between them unless it is an element's (RFC 9901, sections 4.2.1 and 4.2.2). */
function readParts(text: string): Json[] {
  const parts = parseParts(text);
  const fits = Array.isArray(parts) && (parts.length === 2 || parts.length === 3) && typeof parts[0] === "string";
  ensure(fits, "INVALID_CREDENTIAL", "A disclosure is not of its form.");
  return parts;
}

function parseParts(text: string): Json | undefined {
  const bytes = fromBase64url(text);
  try {
    return bytes && parseJson(fromUtf8(bytes));
  } catch {
    throw new Failure("INVALID_CREDENTIAL", "A disclosure cannot be read.");
  }
}

function openValue(value: Json, opening: Opening, depth: number): Json {
  if (Array.isArray(value)) return openArray(value, opening, depth);
  return isObject(value) ? openObject(value as JsonObject, opening, depth) : value;
}

function openObject({ _sd: digests = [], ...members }: JsonObject, opening: Opening, depth: number): JsonObject {
  ensure(depth > 0, "TOO_DEEP");
  ensure(!Object.hasOwn(members, "..."), "INVALID_CREDENTIAL", "The name ... stands for elements of arrays alone.");
  const opened: JsonObject = {};
  for (const [name, value] of Object.entries(members)) opened[name] = openValue(value, opening, depth - 1);
  ensure(Array.isArray(digests), "INVALID_CREDENTIAL", "_sd is no list of digests.");
  for (const digest of digests) {
    const parts = take(digest, opening);
    if (!parts) continue;
    const [, name, value] = parts;
    ensure(parts.length === 3 && typeof name === "string", "INVALID_CREDENTIAL", "The disclosure of a claim names it.");
    ensure(!reserved.includes(name), "INVALID_CREDENTIAL", "A disclosure has a name that is reserved.");
    ensure(!Object.hasOwn(opened, name), "INVALID_CREDENTIAL", "A disclosure has the name of another claim.");
    opened[name] = openValue(value!, opening, depth - 1);
  }
  return opened;
}

function openArray(values: readonly Json[], opening: Opening, depth: number): Json[] {
  ensure(depth > 0, "TOO_DEEP");
  return values.flatMap((value) => {
    if (!isObject(value) || !Object.hasOwn(value, "...")) return [openValue(value, opening, depth - 1)];
    ensure(Object.keys(value).length === 1, "INVALID_CREDENTIAL", "A digest in an array has no other members.");
    const parts = take(value["..."], opening);
    if (!parts) return [];
    ensure(parts.length === 2, "INVALID_CREDENTIAL", "The disclosure of an element names nothing.");
    return [openValue(parts[1]!, opening, depth - 1)];
  });
}

/** The disclosure of a digest, undefined where its holder keeps it back. */
function take(digest: unknown, { unused, seen }: Opening): Json[] | undefined {
  ensure(typeof digest === "string", "INVALID_CREDENTIAL", "A digest is no text.");
  ensure(!seen.has(digest), "INVALID_CREDENTIAL", "A digest stands twice.");
  seen.add(digest);
  const parts = unused.get(digest);
  unused.delete(digest);
  return parts;
}
