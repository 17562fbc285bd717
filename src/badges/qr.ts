import { encode } from "uqr";
import { ensure } from "../kernel/failure.ts";

/** Bytes of UTF-8 that a code takes: more could be read from paper only when printed large. */
export const maxQrBytes = 500;

/** Modules of white around a code (ISO/IEC 18004, section 6.3.8). */
const quiet = 4;

/** A QR code as path data of an SVG, one unit per module; `size` units along a side, with the white around it. */
export type QrPath = { size: number; path: string };

/** The code of a text, usually a URL, which survives the loss of 15 %. Refuses with TOO_LARGE. */
export function qrPath(text: string): QrPath {
  const bytes = new TextEncoder().encode(text);
  ensure(bytes.length <= maxQrBytes, "TOO_LARGE", `A QR code takes at most ${maxQrBytes} bytes.`);
  const { size, data } = encode(text, { ecc: "M", border: quiet });
  return { size, path: data.map(rowPath).join("") };
}

/** Each run of dark modules as one rectangle: single ones would show seams. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    const start = x;
    while (row[x]) x++;
    if (x > start) path += `M${start} ${y}h${x - start}v1H${start}z`;
  }
  return path;
}
