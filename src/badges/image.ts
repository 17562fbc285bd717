import type { Bytes } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";

export type ImageType = "image/png" | "image/svg+xml";

/** The picture of a badge: the bytes of a whole file. */
export type Image = { type: ImageType; bytes: Bytes };

/** What a picture may cost: bytes of its file, pixels along a side, bytes of its unpacked raster. */
export type ImageBudget = { bytes: number; side: number; raster: number };

/** Bytes of an uploaded picture: plenty for a badge, and each of ten thousand awards is baked from it. */
export const maxImageBytes = 512 * 1024;

/** Pixels along a side: what print on A4 needs at 350 dots per inch. */
export const maxImageSide = 4096;

/** Bytes of a raster of that size with 8 bits for each of four channels, and a filter byte for each row. */
export const maxRasterBytes = (4 * maxImageSide + 1) * maxImageSide;

/** What is taken from people who upload. */
export const imageBudget: ImageBudget = { bytes: maxImageBytes, side: maxImageSide, raster: maxRasterBytes };

/** What a picture may be, in words. */
export const imageRule = `A badge's image is a PNG or SVG of at most ${maxImageBytes / 1024} KB, and at most ${maxImageSide} pixels wide and high.`;

/** The signature that every PNG begins with (PNG, section 5.2). */
export const pngSignature: Bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Tells a PNG from an SVG by how it begins, whatever its sender calls it; refuses with INVALID_IMAGE what is neither. */
export function typeOfImage(bytes: Uint8Array): ImageType {
  if (pngSignature.every((byte, i) => bytes[i] === byte)) return "image/png";
  if (firstMark(bytes) === 0x3c) return "image/svg+xml";
  throw new Failure("INVALID_IMAGE", "It begins neither as a PNG nor as an SVG.");
}

/** The first byte that is neither of a byte order mark nor white space. */
function firstMark(bytes: Uint8Array): number | undefined {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.subarray(start).find((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d));
}
