import { type Bytes, equalBytes, fromBase58, fromBase64, fromBase64url, fromHex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { isUrl, listOf } from "./data-model-parts.ts";

/** How a digest of a related resource stands to what is published under its URL. */
export type ResourceMatch = "same" | "different" | "unknown";

/**
 * Each `relatedResource` by its id, with how its digests stand to the published bytes, as far as those are known here:
 * nothing is fetched. Refuses with INVALID_CREDENTIAL what is not of the form of section 5.3, "Integrity of Related
 * Resources".
 */
export function resourceMatches(body: JsonObject): { id: string; match: ResourceMatch }[] {
  const found = listOf(body.relatedResource).map((each) => {
    ensure(
      isObject(each) && isUrl(each.id),
      "INVALID_CREDENTIAL",
      "A relatedResource is no object with a URL as its id.",
    );
    return { id: each.id, match: matchOf(each.id, digestsOf(each as JsonObject)) };
  });
  const ids = new Set(found.map(({ id }) => id));
  ensure(ids.size === found.length, "INVALID_CREDENTIAL", "Two relatedResources have the same id.");
  return found;
}

/** Refuses with INVALID_CREDENTIAL a resource whose digest is not that of the published bytes, and as above. */
export function checkResources(body: JsonObject): void {
  const other = resourceMatches(body).find(({ match }) => match === "different");
  if (other) throw new Failure("INVALID_CREDENTIAL", `The digest of ${other.id} is not that of what is published.`);
}

type Digest = { algorithm: "sha256" | "sha384" | "sha512"; bytes: Bytes };

/**
 * SHA-256 (hex) and SHA-384 (base64) of the bytes that W3C publishes. Packages on npm have equal JSON and other bytes, so
 * these are facts of their own.
 */
const published: Record<string, readonly [sha256: string, sha384: string]> = {
  "https://www.w3.org/ns/credentials/v2": [
    "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    "l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
  ],
  "https://www.w3.org/ns/credentials/examples/v2": [
    "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
    "zNNbQTWCSUSi0bbz7dbua+RcENv7C6FvlmYJ1Y+I727HsPOHdzwELMYO9Mz68M26",
  ],
  "https://www.w3.org/ns/credentials/undefined-terms/v2": [
    "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581",
    "sqZszdunC6Z62Zwv9S5gVY3wBjzqUcTKiG4l2epzz6u4eLr5LcKtK9omwxORhQ1o",
  ],
  "https://www.w3.org/2018/credentials/v1": [
    "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    "gsOz6rhjdUu/0rnxfY1tufYRafMBy/CwXh/EvrX1xR3U0uiIwnT0nD+7JAj2H67R",
  ],
  "https://w3id.org/security/data-integrity/v2": [
    "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    "DuLXYmcX+LB81Em1JdXitx/icgn8meUwieAWndKUTXk/7qRSb8YLucyhzZZRI5H2",
  ],
  "https://w3id.org/security/multikey/v1": [
    "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    "D6UWQdEvuMcBsuapSSVW8l0yu0r4SpbxGAjwpiO5ckNN0YqPHxhlvGjY7gRsTlo+",
  ],
  "https://w3id.org/security/jwk/v1": [
    "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece",
    "di3FXOefNh47vrfTyw3bPkS44ohSYfgoMYOVnRqqM5BK9qgAUFntlkFQDqt9jdrl",
  ],
};

const lengths = { sha256: 32, sha384: 48, sha512: 64 } as const;

function matchOf(id: string, digests: Digest[]): ResourceMatch {
  const known = Object.hasOwn(published, id) ? published[id] : undefined;
  if (!known) return "unknown";
  const own = { sha256: fromHex(known[0])!, sha384: fromBase64(known[1])! };
  const judged = digests.flatMap(({ algorithm, bytes }) =>
    algorithm === "sha512" ? [] : [equalBytes(own[algorithm], bytes)],
  );
  if (judged.length === 0) return "unknown";
  return judged.every((same) => same) ? "same" : "different";
}

/** At least one of `digestSRI` and `digestMultibase` is demanded; a digest that cannot be read is refused. */
function digestsOf({ digestSRI, digestMultibase }: JsonObject): Digest[] {
  const digests = [
    ...listOf(digestSRI).flatMap((each) => (typeof each === "string" ? each.trim().split(/\s+/) : [""]).map(readSri)),
    ...listOf(digestMultibase).map((each) => (typeof each === "string" ? readMultibase(each) : undefined)),
  ];
  ensure(digests.length > 0, "INVALID_CREDENTIAL", "A relatedResource has no digest.");
  return digests.map((digest) => {
    ensure(digest, "INVALID_CREDENTIAL", "The digest of a relatedResource cannot be read.");
    return digest;
  });
}

/** Subresource Integrity, section 3.5; the digest in base64, and in base64url where issuers write it so. */
function readSri(text: string): Digest | undefined {
  const parts = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?.*)?$/.exec(text);
  if (!parts) return undefined;
  const bytes = fromBase64(parts[2]!) ?? fromBase64url(parts[2]!.replace(/=+$/, ""));
  return digestOfLength(bytes, parts[1] as Digest["algorithm"]);
}

/** Multibase `u` or `z` of a multihash, or of the digest itself. */
function readMultibase(text: string): Digest | undefined {
  const bytes = text.startsWith("u") ? fromBase64url(text.slice(1)) : text.startsWith("z") && fromBase58(text.slice(1));
  if (!bytes) return undefined;
  for (const [algorithm, code] of [
    ["sha256", 0x12],
    ["sha384", 0x20],
    ["sha512", 0x13],
  ] as const) {
    if (bytes.length === lengths[algorithm]) return { algorithm, bytes };
    const prefixed = bytes[0] === code && bytes[1] === lengths[algorithm];
    if (prefixed && bytes.length === 2 + lengths[algorithm]) return { algorithm, bytes: bytes.slice(2) };
  }
  return undefined;
}

function digestOfLength(bytes: Bytes | undefined, algorithm: Digest["algorithm"]): Digest | undefined {
  return bytes?.length === lengths[algorithm] ? { algorithm, bytes } : undefined;
}
