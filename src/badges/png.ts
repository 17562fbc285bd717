import { type Bytes, concat } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { ImageBudget } from "./image.ts";
import { type Chunk, readChunks, writeChunks } from "./png-chunks.ts";
import { checkRaster, type Header, rasterBytes } from "./png-raster.ts";

/**
 * Checks a PNG whole, its raster too, and writes it anew with IHDR, PLTE, tRNS, IDAT and IEND alone: no text, no time,
 * no profile and no second frame is left. Refuses with INVALID_IMAGE.
 */
export async function checkPng(
  bytes: Uint8Array,
  budget: ImageBudget,
): Promise<{ bytes: Bytes; width: number; height: number }> {
  const chunks = readChunks(bytes);
  const header = parseHeader(chunks[0]!.data);
  const { width, height } = header;
  const fits = width <= budget.side && height <= budget.side;
  ensure(fits, "INVALID_IMAGE", `The PNG is more than ${budget.side} pixels wide or high.`);
  ensure(rasterBytes(header) <= budget.raster, "INVALID_IMAGE", `The PNG unpacks to more than ${budget.raster} bytes.`);
  const data = dataOf(chunks);
  const palette = paletteOf(chunks, header);
  await checkRaster(data, header);
  const kept = [chunks[0]!, ...palette, { type: "IDAT", data }, chunks.at(-1)!];
  return { bytes: writeChunks(kept), width, height };
}

/** Reads IHDR, whatever the size that it says; refuses with INVALID_IMAGE what PNG does not know. */
export function parseHeader(data: Uint8Array): Header {
  ensure(data.length === 13, "INVALID_IMAGE", "IHDR of the PNG is not of 13 bytes.");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlace] = data.subarray(8);
  const isSize = width > 0 && height > 0 && width < 2 ** 31 && height < 2 ** 31;
  ensure(isSize, "INVALID_IMAGE", "The PNG has no size.");
  ensure(depths[colour!]?.includes(depth!), "INVALID_IMAGE", "The PNG has an unknown colour type or bit depth.");
  const known = compression === 0 && filter === 0 && interlace! <= 1;
  ensure(known, "INVALID_IMAGE", "The PNG is packed in an unknown way.");
  return { width, height, depth: depth!, colour: colour!, interlaced: interlace === 1 };
}

/** Bit depths by colour type (PNG, table 11.1). */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** PLTE and tRNS as far as there are any, in keeping with IHDR. */
function paletteOf(chunks: readonly Chunk[], header: Header): Chunk[] {
  const start = chunks.findIndex(({ type }) => type === "IDAT");
  const kept = chunks.slice(0, start).filter(({ type }) => type === "PLTE" || type === "tRNS");
  const names = kept.map(({ type }) => type).join(" ");
  const late = chunks.slice(start).some(({ type }) => type === "tRNS");
  const ordered = /^(?:PLTE)? ?(?:tRNS)?$/.test(names) && !late;
  ensure(ordered, "INVALID_IMAGE", "PLTE or tRNS of the PNG stands in a wrong place.");
  const palette = kept.find(({ type }) => type === "PLTE")?.data;
  const alpha = kept.find(({ type }) => type === "tRNS")?.data;
  ensure(isPalette(palette, header), "INVALID_IMAGE", "The palette of the PNG does not go with its colour type.");
  const fits = alpha === undefined || isAlpha(alpha, palette, header);
  ensure(fits, "INVALID_IMAGE", "tRNS of the PNG does not go with its colour type.");
  return kept;
}

/** Pixels of type 3 are indexes into the palette; for 2 and 6 it is a suggestion, and greys have none. */
function isPalette(palette: Uint8Array | undefined, { colour, depth }: Header): boolean {
  if (palette === undefined) return colour !== 3;
  const most = colour === 3 ? 2 ** depth : 256;
  const colours = palette.length / 3;
  return [2, 3, 6].includes(colour) && Number.isInteger(colours) && colours > 0 && colours <= most;
}

/** One sample for grey, three for colours, up to one for each entry of a palette. */
function isAlpha(alpha: Uint8Array, palette: Uint8Array | undefined, { colour }: Header): boolean {
  if (colour === 3) return alpha.length > 0 && alpha.length <= palette!.length / 3;
  return (colour === 0 && alpha.length === 2) || (colour === 2 && alpha.length === 6);
}

/** The IDAT chunks as one; they follow each other. A critical chunk that is not known could change the picture. */
function dataOf(chunks: readonly Chunk[]): Bytes {
  const criticals = chunks.filter(({ type }) => /^[A-Z]/.test(type)).map(({ type }) => type);
  const known = /^IHDR (?:PLTE )?(?:IDAT )+IEND$/.test(criticals.join(" "));
  ensure(known, "INVALID_IMAGE", "The PNG has no IDAT, or a critical chunk that does not belong.");
  const first = chunks.findIndex(({ type }) => type === "IDAT");
  const last = chunks.findLastIndex(({ type }) => type === "IDAT");
  const data = chunks.slice(first, last + 1);
  const together = data.every(({ type }) => type === "IDAT");
  ensure(together, "INVALID_IMAGE", "The IDAT chunks of the PNG do not follow each other.");
  return concat(...data.map((chunk) => chunk.data));
}
