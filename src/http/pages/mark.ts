import { html, raw } from "hono/html";
import { sha256 } from "#primitives";
import { utf8 } from "../../kernel/bytes.ts";
import type { Markup } from "./layout.ts";

/** Cells of the mark along one side; the right half mirrors the left. */
export const markCells = 5;

/** What stands in a cell: nothing, a leaf leaning to the right or to the left, or a seed. */
export type MarkCell = "" | "right" | "left" | "seed";

/** A mark as data: its two colours, and its cells row by row. */
export type MarkPlan = { ground: string; leaf: string; rows: MarkCell[][] };

/** The mark of a subject follows from its DID alone, so the same subject looks the same everywhere. */
export function planMark(did: string): MarkPlan {
  const bytes = sha256(utf8(`renown mark ${did}`));
  const [ground, leaf] = palette[bytes[0]! % palette.length]!;
  const half = Math.ceil(markCells / 2);
  const rows = Array.from({ length: markCells }, (_, y) => {
    const left = Array.from({ length: half }, (_, x) => cellOf(bytes[1 + y * half + x]!, x === half - 1));
    return [...left, ...left.slice(0, -1).reverse().map(mirrored)];
  });
  return { ground, leaf, rows };
}

/** The mark as a picture that says nothing: the subject is always named beside it. */
export function markOf(did: string, size: "small" | "large" = "small"): Markup {
  const { ground, leaf, rows } = planMark(did);
  const cells = rows.flatMap((row, y) => row.map((cell, x) => pathOf(cell, 5 + x * 6, 5 + y * 6))).join("");
  return html`<svg class="mark mark-${size}" viewBox="0 0 40 40" aria-hidden="true" focusable="false"><rect width="40" height="40" rx="9" fill="${ground}"/><path fill="${leaf}" d="${raw(cells)}"/></svg>`;
}

/** Pairs of a deep ground and a light leaf, apart from each other; no red, which would look like a refusal. */
const palette = [
  ["#1f4d3a", "#bfe3c8"],
  ["#2f5d1f", "#d6e8a8"],
  ["#5a4a12", "#f0dd9a"],
  ["#7a3b12", "#ffd9b0"],
  ["#6f2a55", "#f7cbe4"],
  ["#4b3479", "#ddd0fb"],
  ["#2c3f86", "#cbd8ff"],
  ["#12507a", "#bfe2fb"],
  ["#0f5660", "#b5e8ea"],
  ["#3d4a45", "#dfe8e2"],
  ["#4d3d31", "#eedfd0"],
] as const;

function cellOf(byte: number, middle: boolean): MarkCell {
  const pick = byte % 8;
  if (pick < 2) return "";
  if (pick === 7) return "seed";
  // A leaf on the axis would be its own mirror image only as a seed.
  if (middle) return pick < 5 ? "seed" : "";
  return pick < 5 ? "right" : "left";
}

function mirrored(cell: MarkCell): MarkCell {
  if (cell === "right") return "left";
  return cell === "left" ? "right" : cell;
}

function pathOf(cell: MarkCell, x: number, y: number): string {
  if (cell === "right") return `M${x} ${y + 6}v-3a3 3 0 0 1 3-3h3v3a3 3 0 0 1-3 3z`;
  if (cell === "left") return `M${x} ${y}h3a3 3 0 0 1 3 3v3h-3a3 3 0 0 1-3-3z`;
  return cell === "seed" ? `M${x + 3} ${y + 1}a2 2 0 1 1 0 4a2 2 0 1 1 0-4z` : "";
}
