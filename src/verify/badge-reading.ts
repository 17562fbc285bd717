import { unbake } from "../badges/baking.ts";
import { type Bytes, fromUtf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../kernel/json.ts";
import { type BadgeKnowledge, envelopedIn, readDataUrl, type Secured } from "./badge-question.ts";

/** Where a credential was found. */
export type Carrier = "jwt" | "json" | "url" | "image/png" | "image/svg+xml";

/** What somebody hands in: a text (a JWT, JSON, a URL), an object, or the bytes of a file. */
export type BadgeInput = string | Bytes | Record<string, unknown>;

export type Reading = { carrier: Carrier; credential: Secured };

/**
 * Finds the credential in what was handed in. A URL is fetched once, as machines ask, and without following redirects;
 * one of ours is answered without a call. Refuses with UNSUPPORTED_BADGE (Open Badges 2.0 or older), INVALID_CREDENTIAL,
 * INVALID_IMAGE, NOT_BAKED, MALFORMED_JSON, TOO_DEEP, NOT_FOUND (a URL of ours) and as `fetch` does.
 */
export async function readBadge(input: BadgeInput, knowledge: BadgeKnowledge): Promise<Reading> {
  if (input instanceof Uint8Array) return readBytes(input as Bytes);
  if (typeof input !== "string") return readObject(input as JsonObject);
  const text = input.trim();
  if (text.startsWith("data:")) return readData(text);
  return /^https?:\/\//i.test(text) ? readHosted(text, knowledge) : readText(text);
}

/** An image by its first bytes, whatever its content type said; else text. */
function readBytes(bytes: Bytes): Reading {
  const image = isPng(bytes) || isSvg(bytes);
  if (!image) return readText(utf8Text(bytes));
  const { type, credential } = unbake(bytes);
  const found = readText(credential.trim());
  return { ...found, carrier: type };
}

function isPng(bytes: Bytes): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
}

/** Markup stands at the front of every SVG, behind a byte order mark or white space. */
function isSvg(bytes: Bytes): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && bytes[at]! <= 0x20) at++;
  return bytes[at] === 0x3c;
}

function utf8Text(bytes: Bytes): string {
  try {
    return fromUtf8(bytes).trim();
  } catch {
    throw new Failure("INVALID_CREDENTIAL", "It is neither an image that is read here nor text in UTF-8.");
  }
}

function readData(url: string): Reading {
  const data = readDataUrl(url);
  ensure(data, "INVALID_CREDENTIAL", "The data: URL cannot be read.");
  return readBytes(data.bytes);
}

function readText(text: string): Reading {
  if (isCompact(text)) return { carrier: "jwt", credential: text };
  ensure(text.startsWith("{"), "INVALID_CREDENTIAL", "It is no JWT, no JSON object, no https URL and no image.");
  const value = parseJson(text);
  ensure(isObject(value), "INVALID_CREDENTIAL", "It is no JSON object.");
  return readObject(value as JsonObject);
}

/** Whether it is three parts of base64url with dots between; whoever parses them looks at each character. */
function isCompact(text: string): boolean {
  const [first, second] = [text.indexOf("."), text.lastIndexOf(".")];
  if (first < 1 || text.indexOf(".", first + 1) !== second) return false;
  // A header is a JSON object, and in base64url that begins with eyJ unless there is white space.
  return text.startsWith("eyJ") || /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}

function readObject(value: JsonObject): Reading {
  const jwt = envelopedIn(value, "EnvelopedVerifiableCredential", "application/vc+jwt");
  if (jwt !== undefined) return { carrier: "jwt", credential: jwt };
  ensure(!isOldBadge(value), "UNSUPPORTED_BADGE", "It is a badge of Open Badges 2.0 or older.");
  const types = [value.type].flat();
  const presents = types.includes("VerifiablePresentation") || types.includes("EnvelopedVerifiablePresentation");
  ensure(!presents, "INVALID_CREDENTIAL", "It is a presentation; its credentials are read one by one.");
  return { carrier: "json", credential: value };
}

/** True for an Assertion of Open Badges 1 or 2, which nothing secures that is checked here. */
function isOldBadge(value: Record<string, unknown>): boolean {
  const contexts = [value["@context"]].flat();
  const types = [value.type].flat();
  if (contexts.some((each) => typeof each === "string" && oldContext.test(each)))
    return !types.includes(credentialType);
  return value["@context"] === undefined && (types.includes("Assertion") || ("badge" in value && "recipient" in value));
}

const oldContext = /^https?:\/\/(?:www\.)?w3id\.org\/openbadges\/v[12]/;
const credentialType = "VerifiableCredential";

async function readHosted(url: string, { ours, fetch }: BadgeKnowledge): Promise<Reading> {
  if (ours?.holds(url)) {
    const credential = await ours.credentialAt(url);
    ensure(credential !== undefined, "NOT_FOUND", "There is no badge at this address.");
    return { carrier: "url", credential };
  }
  ensure(fetch, "STATUS_UNAVAILABLE", "Addresses are not called here.");
  ensure(/^https:/i.test(url), "INVALID_CREDENTIAL", "Badges are fetched by https only.");
  const text = (await fetch(url)).trim();
  ensure(!text.startsWith("<"), "INVALID_CREDENTIAL", "The address answers with a page, and no credential.");
  return { ...readText(text), carrier: "url" };
}
