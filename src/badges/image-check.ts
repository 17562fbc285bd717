import { ensure } from "../kernel/failure.ts";
import { type Image, type ImageBudget, imageBudget, imageRule, typeOfImage } from "./image.ts";
import { checkPng } from "./png.ts";
import { parseSvg, writeSvg } from "./svg.ts";

/** A picture that is safe to keep and to serve; width and height in pixels of CSS. */
export type CheckedImage = Image & { width: number; height: number };

/**
 * Takes an uploaded picture, or refuses it with INVALID_IMAGE. What comes back is written anew: a PNG has nothing left
 * but what its picture needs, an SVG only elements and attributes that are known to do no harm.
 */
export async function checkImage(bytes: Uint8Array, budget: ImageBudget = imageBudget): Promise<CheckedImage> {
  ensure(bytes.length <= budget.bytes, "INVALID_IMAGE", imageRule);
  const type = typeOfImage(bytes);
  if (type === "image/png") return { type, ...(await checkPng(bytes, budget)) };
  const svg = parseSvg(bytes, budget.side);
  const written = writeSvg(svg);
  // What is written anew can be longer: a CDATA section spells as one character what text escapes with four.
  ensure(written.length <= budget.bytes, "INVALID_IMAGE", imageRule);
  return { type, bytes: written, width: svg.width, height: svg.height };
}
