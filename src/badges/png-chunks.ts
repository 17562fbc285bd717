import { type Bytes, concat, equalBytes } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { pngSignature } from "./image.ts";

/** A chunk of a PNG (PNG, section 5.3): four letters, of which a capital first one says that it is critical. */
export type Chunk = { type: string; data: Uint8Array };

/**
 * Reads all chunks, IHDR first and IEND last, each with a good CRC, and nothing after them. The data are views of
 * `bytes`. Refuses with INVALID_IMAGE.
 */
export function readChunks(bytes: Uint8Array): Chunk[] {
  ensure(equalBytes(bytes.subarray(0, 8), pngSignature), "INVALID_IMAGE", "It is no PNG.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = pngSignature.length;
  while (chunks.at(-1)?.type !== "IEND") {
    const chunk = readChunk(bytes, view, at);
    chunks.push(chunk);
    at += chunk.data.length + frameBytes;
  }
  ensure(at === bytes.length, "INVALID_IMAGE", "The PNG goes on after its end.");
  ensure(chunks[0]!.type === "IHDR", "INVALID_IMAGE", "The PNG does not begin with IHDR.");
  ensure(chunks.at(-1)!.data.length === 0, "INVALID_IMAGE", "IEND of the PNG is not empty.");
  return chunks;
}

/** A PNG of these chunks. */
export function writeChunks(chunks: readonly Chunk[]): Bytes {
  return concat(pngSignature, ...chunks.map(writeChunk));
}

/** The bytes of one chunk, whose type must be four letters of ASCII. */
export function writeChunk({ type, data }: Chunk): Bytes {
  const bytes = new Uint8Array(data.length + frameBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 as of ISO 3309 and gzip, unsigned; four bytes at a time. */
export function crc32(bytes: Uint8Array): number {
  const [first, second, third, fourth] = crcTables;
  let crc = -1;
  let i = 0;
  for (; i + 3 < bytes.length; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc = fourth[crc & 255]! ^ third[(crc >>> 8) & 255]! ^ second[(crc >>> 16) & 255]! ^ first[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = first[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Length, type and CRC. */
const frameBytes = 12;

const crcTables = makeCrcTables();

/** By byte: the remainder of it, and of it with one, two and three zeros after. */
function makeCrcTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  const shifted = (table: Int32Array) => table.map((crc) => first[crc & 255]! ^ (crc >>> 8));
  const second = shifted(first);
  const third = shifted(second);
  return [first, second, third, shifted(third)];
}

function readChunk(bytes: Uint8Array, view: DataView, at: number): Chunk {
  ensure(at + frameBytes <= bytes.length, "INVALID_IMAGE", "The PNG is cut off.");
  const length = view.getUint32(at);
  ensure(at + frameBytes + length <= bytes.length, "INVALID_IMAGE", "The PNG is cut off.");
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  ensure(/^[A-Za-z]{4}$/.test(type), "INVALID_IMAGE", "A chunk of the PNG has no name.");
  const crc = crc32(bytes.subarray(at + 4, at + 8 + length));
  ensure(crc === view.getUint32(at + 8 + length), "INVALID_IMAGE", `The CRC of ${type} in the PNG is wrong.`);
  return { type, data: bytes.subarray(at + 8, at + 8 + length) };
}
