import { crc32, deflateSync } from "node:zlib";

/** What a PNG of the tests is made of; anything may be wrong. */
export type PngPlan = {
  width?: number;
  height?: number;
  depth?: number;
  colour?: number;
  interlace?: number;
  /** Compression and filter method of IHDR. */
  methods?: [number, number];
  /** Unpacked IDAT; zeros of the right size by default. */
  raster?: Uint8Array;
  /** Packed IDAT, in place of `raster`. */
  packed?: Uint8Array;
  /** Chunks before IDAT and after it. */
  before?: Uint8Array[];
  after?: Uint8Array[];
  /** In how many chunks the data come. */
  parts?: number;
};

/** A PNG by Node's zlib alone. */
export function makePng(plan: PngPlan = {}): Uint8Array<ArrayBuffer> {
  const { width = 3, height = 2, depth = 8, colour = 6, interlace = 0, methods = [0, 0], parts = 1 } = plan;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour, ...methods, interlace], 8);
  const packed = plan.packed ?? deflateSync(plan.raster ?? Buffer.alloc(plainSize(width, height, depth, colour)));
  const step = Math.ceil(packed.length / parts);
  const data = Array.from({ length: parts }, (_, i) => makeChunk("IDAT", packed.subarray(i * step, (i + 1) * step)));
  return pngOf([
    makeChunk("IHDR", head),
    ...(plan.before ?? []),
    ...data,
    ...(plan.after ?? []),
    makeChunk("IEND", Buffer.alloc(0)),
  ]);
}

export function pngOf(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunks]));
}

export function makeChunk(type: string, data: Uint8Array | string): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), Buffer.from(data)]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

/** The chunks of a PNG as Node reads them, without a check. */
export function listChunks(png: Uint8Array): { type: string; data: Buffer }[] {
  const bytes = Buffer.from(png);
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), data });
    at += length + 12;
  }
  return chunks;
}

/** Bytes of a raster that is not interlaced. */
export function plainSize(width: number, height: number, depth: number, colour: number): number {
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1;
  return height * (1 + Math.ceil((width * depth * samples) / 8));
}
