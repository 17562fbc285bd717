import type { Bytes } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";

/** What IHDR says (PNG, section 11.2.1). `depth` in bits of a sample, `colour` the colour type. */
export type Header = { width: number; height: number; depth: number; colour: number; interlaced: boolean };

/** The rows of one pass over the picture; a row has a filter byte before its `bytes`. */
type Pass = { rows: number; bytes: number };

/** Bytes that the picture has when unpacked: neither more nor less may come out of its IDAT. */
export function rasterBytes(header: Header): number {
  return passesOf(header).reduce((sum, { rows, bytes }) => sum + rows * (bytes + 1), 0);
}

/**
 * Unpacks the IDAT data of a picture without keeping it, and refuses with INVALID_IMAGE what is no zlib stream of
 * exactly its bytes, or has a row with an unknown filter. It stops as soon as a byte too many comes out.
 */
export async function checkRaster(data: Bytes, header: Header): Promise<void> {
  const expected = rasterBytes(header);
  const checkRows = rowCheck(passesOf(header));
  let size = 0;
  await unpack(data, (chunk) => {
    size += chunk.length;
    ensure(size <= expected, "INVALID_IMAGE", "The PNG unpacks to more than its picture.");
    checkRows(chunk);
  });
  ensure(size === expected, "INVALID_IMAGE", "The PNG unpacks to less than its picture.");
}

async function unpack(data: Bytes, take: (chunk: Uint8Array) => void): Promise<void> {
  const { writable, readable } = new DecompressionStream("deflate");
  const writer = writable.getWriter();
  // What goes wrong with the writing shows in the reading.
  writer.write(data).catch(() => {});
  writer.close().catch(() => {});
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof Failure) throw error;
    throw new Failure("INVALID_IMAGE", "The data of the PNG do not unpack.");
  }
}

/** Samples of a pixel by colour type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row of each pass of Adam7, and its steps (PNG, section 8.2). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, depth, colour, interlaced }: Header): Pass[] {
  const bits = depth * samples[colour]!;
  return (interlaced ? adam7 : ([[0, 0, 1, 1]] as const))
    .map(([x, y, across, down]) => ({
      rows: Math.ceil((height - y) / down),
      bytes: Math.ceil((Math.ceil((width - x) / across) * bits) / 8),
    }))
    .filter(({ rows, bytes }) => rows > 0 && bytes > 0);
}

/** Follows the rows through chunks of any size; what lies beyond the last row is not its affair. */
function rowCheck(passes: readonly Pass[]): (chunk: Uint8Array) => void {
  let pass = 0;
  let row = 0;
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length && pass < passes.length; ) {
      if (left === 0) {
        ensure(chunk[at++]! <= 4, "INVALID_IMAGE", "A row of the PNG has an unknown filter.");
        left = passes[pass]!.bytes;
      }
      const step = Math.min(left, chunk.length - at);
      left -= step;
      at += step;
      if (left > 0) continue;
      row++;
      if (row < passes[pass]!.rows) continue;
      row = 0;
      pass++;
    }
  };
}
