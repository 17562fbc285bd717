// The picture of the demo's badge, drawn when it is needed.
import { crc32, deflateSync } from "node:zlib";

const side = 240;
const gold = [0xd8, 0x9b, 0x1d, 0xff];
const ink = [0x1d, 0x2b, 0x3a, 0xff];
const nothing = [0, 0, 0, 0];

/** A PNG: a golden disc in a ring, with a star of five points. */
export function drawBadge(): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: side }, (_, y) => [
    0,
    ...Array.from({ length: side }, (_, x) => colourAt(x - side / 2, y - side / 2)).flat(),
  ]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  // Eight bits, red, green, blue and alpha.
  head.set([8, 6], 8);
  const raster = deflateSync(Uint8Array.from(rows.flat()));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [signature, chunk("IHDR", head), chunk("IDAT", raster), chunk("IEND", Buffer.alloc(0))];
  return Uint8Array.from(Buffer.concat(parts));
}

function colourAt(x: number, y: number): number[] {
  const radius = Math.hypot(x, y) / (side / 2);
  if (radius > 0.98) return nothing;
  if (radius > 0.86) return ink;
  return radius < starAt(Math.atan2(x, -y)) ? ink : gold;
}

/** How far the star reaches in a direction, as a part of the radius. */
function starAt(angle: number): number {
  const [outer, inner, half] = [0.66, 0.28, Math.PI / 5];
  const [px, py] = [inner * Math.sin(half), inner * Math.cos(half)];
  // One point looks up.
  const beside = Math.abs(((angle + 15 * half) % (2 * half)) - half);
  return (outer * px) / (px * Math.cos(beside) + (outer - py) * Math.sin(beside));
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
