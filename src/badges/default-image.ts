import { sha256 } from "#primitives";
import { utf8 } from "../kernel/bytes.ts";
import type { Image } from "./image.ts";
import { escapeXml } from "./svg.ts";

/**
 * The picture of a class that has none: a seal with a wreath of laurel around the initials of its name. It follows from
 * the id and the name alone, and takes the form that uploads take.
 */
export function defaultImage(badge: { id: string; name: string }): Image {
  const bytes = sha256(utf8(`renown badge ${badge.id}`));
  const ground = grounds[bytes[0]! % grounds.length]!;
  const lobes = 16 + 4 * (bytes[1]! % 3);
  const leaves = 7 + (bytes[2]! % 3);
  const title = escapeXml(badge.name.trim().slice(0, 200).toWellFormed());
  const markup = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side}" height="${side}">
<title>${title}</title>
<path fill="${ground}" d="${scallop(lobes)}"/>
<circle cx="${middle}" cy="${middle}" r="196" fill="none" stroke="${cream}" stroke-width="5"/>
<circle cx="${middle}" cy="${middle}" r="184" fill="${cream}"/>
${wreath(leaves, laurel)}
${monogram(badge.name)}
${ornament(bytes[3]! % ornaments.length)}
</svg>
`;
  return { type: "image/svg+xml", bytes: utf8(markup) };
}

/** The letters that stand in the middle: the first of the first word and of the last, at most two. */
export function initialsOf(name: string): string {
  const words = name
    .normalize("NFC")
    .split(/[\s\p{P}\p{S}]+/u)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => [...word][0]!);
  return [letters[0] ?? "", letters.length > 1 ? letters.at(-1)! : ""].join("").toLocaleUpperCase("en");
}

const side = 512;
const middle = side / 2;
const cream = "#fdfcf7";
/** The accent of the pages, laurel green. */
const laurel = "#2c6647";

/** Deep tones around it, so that the classes of one academy can be told apart. */
const grounds = ["#1f4d3a", "#2c6647", "#12507a", "#2c3f86", "#4b3479", "#5a4a12", "#7a3b12", "#0f5660"];

/** A rosette: arcs between points on a circle. */
function scallop(lobes: number): string {
  const radius = 226;
  const points = Array.from({ length: lobes }, (_, i) => at((2 * Math.PI * i) / lobes, radius));
  const bow = ((Math.PI * radius) / lobes) * 1.04;
  const arc = `A${rounded(bow)} ${rounded(bow)} 0 0 1 `;
  return `M${points.join(arc)}${arc}${points[0]}Z`;
}

/** Two branches of laurel that rise from below and stay open above. */
function wreath(leaves: number, colour: string): string {
  const [from, to] = [0.1 * Math.PI, 0.8 * Math.PI];
  const radius = 150;
  const angles = Array.from({ length: leaves }, (_, i) => from + ((to - from) * (i + 0.5)) / leaves);
  const size = 0.72 * ((radius * (to - from)) / leaves);
  const stem = [from, to - 0.1].map((angle) => at(Math.PI / 2 - angle, radius)).join(` A${radius} ${radius} 0 0 0 `);
  const branch = `<path fill="none" stroke-width="4" stroke-linecap="round" d="M${stem}"/>${angles
    .map((angle) => leaf(angle, radius, size, 1) + leaf(angle, radius, size, -1))
    .join("")}`;
  const mirrored = `<g transform="matrix(-1 0 0 1 ${side} 0)">${branch}</g>`;
  return `<g fill="${colour}" stroke="${colour}">${branch}${mirrored}</g>`;
}

/** A leaf on the stem at an angle from below; `hand` says on which side of the stem. */
function leaf(angle: number, radius: number, size: number, hand: 1 | -1): string {
  const turn = -(angle * 180) / Math.PI + hand * 34;
  const [x, y] = at(Math.PI / 2 - angle, radius).split(" ");
  const wide = rounded(size * 0.3);
  const shape = `M0 0C${wide} ${-wide} ${rounded(size * 0.72)} ${-wide} ${rounded(size)} 0C${rounded(size * 0.72)} ${wide} ${wide} ${wide} 0 0Z`;
  return `<path stroke="none" transform="translate(${x} ${y}) rotate(${rounded(turn)})" d="${shape}"/>`;
}

/** The initials; a large ornament where a name has none. */
function monogram(name: string): string {
  const initials = initialsOf(name);
  if (initials === "") return `<g transform="translate(${middle} ${middle}) scale(3.6)">${ornament(0, 0, 0)}</g>`;
  const font = `font-family="Figtree, 'Helvetica Neue', Arial, sans-serif" font-weight="600"`;
  const size = [...initials].length > 1 ? 104 : 124;
  const place = `x="${middle}" y="${rounded(middle + size * 0.36)}" font-size="${size}" text-anchor="middle"`;
  return `<text ${place} ${font} fill="${laurel}">${escapeXml(initials)}</text>`;
}

/** A star, a lozenge and a seed, from the point above on. */
const ornaments = [
  [-22, "l6 16 16 6-16 6-6 16-6-16-16-6 16-6z"],
  [-18, "l14 18-14 18-14-18z"],
  [-12, "a12 12 0 1 1 0 24a12 12 0 1 1 0-24z"],
] as const;

/** An ornament; between the ends of the branches unless told otherwise. */
function ornament(which: number, x = middle, y = middle - 150): string {
  const [above, path] = ornaments[which]!;
  return `<path fill="${laurel}" d="M${x} ${y + above}${path}"/>`;
}

/** A point at an angle from the right, clockwise, as `x y`. */
function at(angle: number, radius: number): string {
  return `${rounded(middle + radius * Math.cos(angle))} ${rounded(middle + radius * Math.sin(angle))}`;
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
