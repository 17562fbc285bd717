import { parseCompact } from "../../../identity/jws.ts";
import { unlessRefused } from "../../../kernel/attempt.ts";
import { type Bytes, fromUtf8 } from "../../../kernel/bytes.ts";
import { isObject, type JsonObject, parseJson } from "../../../kernel/json.ts";
import { isOneOf } from "../../../securing/vc-jwt.ts";
import { maxPresentationJwt } from "../../../verify/presentation.ts";

/** What somebody gave, pasted or as a file, where it is a presentation: a JWT, or JSON. Undefined for anything else. */
export function presentationIn(given: string | Bytes): string | JsonObject | undefined {
  if (given.length > maxPresentationJwt) return undefined;
  const text = (typeof given === "string" ? given : textOf(given))?.trim() ?? "";
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) {
    const jws = unlessRefused(() => parseCompact(text, maxPresentationJwt));
    const typed = isOneOf(jws?.header.typ, "vp+jwt", "application/vp+jwt");
    return jws && (typed || isPresentation(jws.payload)) ? text : undefined;
  }
  const value = text.startsWith("{") ? unlessRefused(() => parseJson(text)) : undefined;
  return isObject(value) && isPresentation(value as JsonObject) ? (value as JsonObject) : undefined;
}

const types: ReadonlySet<unknown> = new Set(["VerifiablePresentation", "EnvelopedVerifiablePresentation"]);

function isPresentation({ type }: JsonObject): boolean {
  return [type].flat().some((each) => types.has(each));
}

function textOf(bytes: Bytes): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}
