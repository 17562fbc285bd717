import type { Bytes } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { type JsonObject, parseJson } from "../kernel/json.ts";
import { type Image, type ImageType, typeOfImage } from "./image.ts";
import { bakePng, textOfPng } from "./png-badge.ts";
import { bakeSvg, textOfSvg } from "./svg-badge.ts";

/** Bytes of a baked image that is read: an uploaded picture and a credential with pictures and evidence of its own. */
export const maxBakedBytes = 2 * 1024 * 1024;

/**
 * Bakes a credential into a picture that `checkImage` took (Open Badges 3.0, section 5.3): a compact JWS, or JSON as an
 * object or as text. The picture stays as it is. Refuses with INVALID_IMAGE a picture that carries a badge already, and
 * with INVALID_CREDENTIAL a text that is neither.
 */
export function bake(image: Image, credential: string | JsonObject): Bytes {
  const text = typeof credential === "string" ? credential : JSON.stringify(credential);
  const form = formOf(text);
  ensure(form, "INVALID_CREDENTIAL", "It is neither a compact JWS nor a JSON object.");
  if (form === "json" && typeof credential === "string") parseJson(text);
  if (image.type === "image/png") return bakePng(image.bytes, text);
  return bakeSvg(image.bytes, form === "jwt" ? { jwt: text } : { json: text });
}

/**
 * The credential in anybody's baked PNG or SVG: a compact JWS, or text that begins as a JSON object. Refuses with
 * NOT_BAKED, UNSUPPORTED_BADGE (of Open Badges 2.0 or older) or INVALID_IMAGE, which two badges in one image are too.
 */
export function unbake(bytes: Uint8Array): { type: ImageType; credential: string } {
  const rule = `A baked image has at most ${maxBakedBytes / 1024} KB.`;
  ensure(bytes.length <= maxBakedBytes, "INVALID_IMAGE", rule);
  const type = typeOfImage(bytes);
  const credential = (type === "image/png" ? textOfPng(bytes) : textOfSvg(bytes)).trim();
  ensure(formOf(credential), "INVALID_IMAGE", "What is baked in is neither a compact JWS nor a JSON object.");
  return { type, credential };
}

function formOf(text: string): "jwt" | "json" | undefined {
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return "jwt";
  return text.startsWith("{") && text.endsWith("}") ? "json" : undefined;
}
