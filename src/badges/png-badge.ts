import { type Bytes, concat, fromUtf8, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { pngSignature } from "./image.ts";
import { type Chunk, readChunks, writeChunk } from "./png-chunks.ts";

/** Bakes a text without U+0000 into a PNG (Open Badges 3.0, section 5.3.1.1). Refuses a baked one with INVALID_IMAGE. */
export function bakePng(bytes: Uint8Array, text: string): Bytes {
  const chunks = readChunks(bytes);
  const baked = chunks.some((chunk) => [keyword, oldKeyword].includes(keywordOf(chunk)));
  ensure(!baked, "INVALID_IMAGE", "The PNG carries a badge already.");
  const chunk = writeChunk({ type: "iTXt", data: concat(utf8(keyword), new Uint8Array(5), utf8(text)) });
  const at = pngSignature.length + writeChunk(chunks[0]!).length;
  return concat(bytes.subarray(0, at), chunk, bytes.subarray(at));
}

/**
 * The text baked into a PNG. Refuses with NOT_BAKED where there is none, with UNSUPPORTED_BADGE where one of Open
 * Badges 2.0 alone is, and with INVALID_IMAGE where two are, or one in a wrong form.
 */
export function textOfPng(bytes: Uint8Array): string {
  const chunks = readChunks(bytes);
  const baked = chunks.filter((chunk) => keywordOf(chunk) === keyword);
  const old = chunks.filter((chunk) => keywordOf(chunk) === oldKeyword);
  ensure(baked.length + old.length <= 1, "INVALID_IMAGE", "The PNG carries two badges.");
  ensure(old.length === 0, "UNSUPPORTED_BADGE");
  ensure(baked[0], "NOT_BAKED");
  return internationalText(baked[0]);
}

const keyword = "openbadgecredential";
/** That of Open Badges 1.1 and 2.0. */
const oldKeyword = "openbadges";

/** The keyword of a chunk of text, in any of its three forms. */
function keywordOf({ type, data }: Chunk): string {
  if (!["iTXt", "tEXt", "zTXt"].includes(type)) return "";
  const end = data.subarray(0, maxKeyword + 1).indexOf(0);
  return end < 0 ? "" : String.fromCharCode(...data.subarray(0, end));
}

/** Bytes of a keyword (PNG, section 11.3.3.1). */
const maxKeyword = 79;

/** iTXt (PNG, section 11.3.3.4): keyword, 0, two bytes on compression, language, 0, translated keyword, 0, UTF-8. */
function internationalText({ type, data }: Chunk): string {
  ensure(type === "iTXt", "INVALID_IMAGE", `The badge stands in a ${type} chunk of the PNG, not in iTXt.`);
  const flag = keyword.length + 1;
  const language = data.indexOf(0, flag + 2);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  ensure(translated > 0, "INVALID_IMAGE", "The iTXt chunk of the PNG is cut off.");
  ensure(data[flag] === 0, "INVALID_IMAGE", "The badge in the PNG is compressed.");
  try {
    return fromUtf8(data.subarray(translated + 1));
  } catch {
    throw new Failure("INVALID_IMAGE", "The badge in the PNG is no UTF-8.");
  }
}
