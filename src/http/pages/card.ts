import { type Bytes, concat, utf8 } from "../../kernel/bytes.ts";
import { type MarkCell, type MarkPlan, markCells } from "./mark.ts";

const width = 1200;
const height = 630;
/** Side of the mark, and of what it is drawn by: the mark's own grid of 40. */
const side = 400;
const unit = side / 40;
/** Steps of shade between two colours where an edge runs through a pixel. */
const shades = 8;

const paper = "#fbfaf6";

/** The mark on paper as a PNG (ISO/IEC 15948) of 1200 by 630: what shows links shows no SVG. */
export async function drawCard(plan: MarkPlan): Promise<Bytes> {
  const palette = concat(...ramp(paper, plan.ground), ...ramp(plan.ground, plan.leaf));
  const rows = new Uint8Array((width + 1) * height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  const corners = cornersOf(plan);
  // The right half mirrors the left, as in the mark itself.
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side / 2; x++) {
      const start = (top + y) * (width + 1) + 1 + left;
      const shade = flatShade(corners, x, y) ?? edgeShade(plan, x, y);
      rows[start + x] = shade;
      rows[start + side - 1 - x] = shade;
    }
  const header = Uint8Array.of(...word(width), ...word(height), 8, 3, 0, 0, 0);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const data = await deflate(rows);
  return concat(
    signature,
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", data),
    chunk("IEND", new Uint8Array()),
  );
}

/** What stands at the corners of the pixels of the left half: 0 paper, 1 ground, 2 leaf. */
function cornersOf(plan: MarkPlan): Uint8Array {
  const corners = new Uint8Array((side / 2 + 1) * (side + 1));
  for (let y = 0; y <= side; y++)
    for (let x = 0; x <= side / 2; x++) {
      const [u, v] = [x / unit, y / unit];
      corners[y * (side / 2 + 1) + x] = isLeaf(plan, u, v) ? 2 : isGround(u, v) ? 1 : 0;
    }
  return corners;
}

/** The shade of a pixel that no edge runs through, which is nearly every one. */
function flatShade(corners: Uint8Array, x: number, y: number): number | undefined {
  const at = y * (side / 2 + 1) + x;
  const kind = corners[at]!;
  const below = at + side / 2 + 1;
  const flat = corners[at + 1] === kind && corners[below] === kind && corners[below + 1] === kind;
  return flat ? flatShades[kind] : undefined;
}

const flatShades = [0, shades - 1, 2 * shades - 1];

/** Index into the palette: paper to ground from 0, ground to leaf from `shades`. */
function edgeShade(plan: MarkPlan, x: number, y: number): number {
  let ground = 0;
  let leaf = 0;
  for (const dy of samples)
    for (const dx of samples) {
      const [u, v] = [(x + dx) / unit, (y + dy) / unit];
      if (isGround(u, v)) ground++;
      if (isLeaf(plan, u, v)) leaf++;
    }
  const all = samples.length ** 2;
  return leaf > 0 ? shades + Math.round((leaf / all) * (shades - 1)) : Math.round((ground / all) * (shades - 1));
}

const samples = [1 / 6, 3 / 6, 5 / 6];

/** The square with round corners. */
function isGround(u: number, v: number): boolean {
  const round = 9;
  const dx = Math.max(round - u, u - (40 - round), 0);
  const dy = Math.max(round - v, v - (40 - round), 0);
  return dx * dx + dy * dy <= round * round;
}

function isLeaf({ rows }: MarkPlan, u: number, v: number): boolean {
  const [x, y] = [Math.floor((u - 5) / 6), Math.floor((v - 5) / 6)];
  const cell = x >= 0 && x < markCells ? rows[y]?.[x] : undefined;
  return cell !== undefined && isWithin(cell, u - 5 - x * 6 - 3, v - 5 - y * 6 - 3);
}

/** Within a cell of 6 by 6 around its centre: two of the corners are round, or it is a disc. */
function isWithin(cell: MarkCell, u: number, v: number): boolean {
  if (cell === "") return false;
  if (cell === "seed") return u * u + v * v <= 4;
  const rounded = cell === "right" ? u * v > 0 : u * v < 0;
  return !rounded || u * u + v * v <= 9;
}

function ramp(from: string, to: string): Uint8Array[] {
  const [a, b] = [from, to].map((colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)));
  return Array.from({ length: shades }, (_, step) =>
    Uint8Array.from(a!.map((value, i) => Math.round(value + ((b![i]! - value) * step) / (shades - 1)))),
  );
}

async function deflate(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(name: string, data: Uint8Array): Bytes {
  const body = concat(utf8(name), data);
  return concat(Uint8Array.from(word(data.length)), body, Uint8Array.from(word(crc(body))));
}

function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function crc(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb8_8320 : sum >>> 1;
  }
  return (sum ^ 0xffff_ffff) >>> 0;
}
