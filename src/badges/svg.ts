import { type Bytes, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { isAttributeValue, isInert, redrawing } from "./svg-attributes.ts";
import { readXml, type XmlAttribute, type XmlElement } from "./svg-xml.ts";

export const svgNamespace = "http://www.w3.org/2000/svg";

/** An SVG as it is written anew: the attributes of its root and what stands within, as markup; sizes in CSS pixels. */
export type Svg = { attributes: string; body: string; width: number; height: number };

/**
 * Reads an SVG by lists of the elements and attributes that are taken; anything else refuses the whole with
 * INVALID_IMAGE and the line. None of them runs, loads, animates, links or styles, and none draws a part of the file
 * over and over. `maxSide` in pixels.
 */
export function parseSvg(bytes: Uint8Array, maxSide: number): Svg {
  const writer = makeWriter();
  let root: XmlElement | undefined;
  let redraws = 0;
  readXml(
    bytes,
    { strict: true, depth: maxDepth },
    {
      open: (element) => {
        checkElement(element);
        redraws += element.attributes.filter(({ local }) => redrawing.includes(local)).length;
        ensure(redraws <= maxRedraws, "INVALID_IMAGE", `The SVG uses masks and clips more than ${maxRedraws} times.`);
        if (element.depth === 0) root = element;
        writer.open(element);
      },
      close: writer.close,
      text: writer.text,
    },
  );
  const given = new Map(root!.attributes.map(({ local, value }) => [local, value.trim()]));
  const { width, height, viewBox } = sizesOf(given);
  const fits = [width, height].every((side) => side >= 1 && side <= maxSide);
  ensure(fits, "INVALID_IMAGE", `The SVG is not 1 to ${maxSide} pixels wide and high.`);
  const sizes = `viewBox="${viewBox}" width="${width}" height="${height}"`;
  return { attributes: sizes + cleanAttributes(root!), body: writer.body(), width, height };
}

/** The file; `badge` is markup of a baked credential, with the declarations that it needs on the root. */
export function writeSvg({ attributes, body }: Svg, badge?: { declaration: string; element: string }): Bytes {
  const declarations = `xmlns="${svgNamespace}"${badge ? ` ${badge.declaration}` : ""}`;
  return utf8(`<svg ${declarations} ${attributes}>${badge?.element ?? ""}${body}</svg>\n`);
}

/** Escapes for the text and the quoted attributes of XML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** Levels of elements. */
const maxDepth = 32;

/** Uses of masks and clips: each draws what may be half of the file. */
const maxRedraws = 64;

/** Without `use`, `image`, `pattern`, `symbol`, filters and animation: what they do is not needed, or not bounded. */
const elements = new Set([
  ..."svg g defs title desc path rect circle ellipse line polyline polygon text tspan".split(" "),
  ..."linearGradient radialGradient stop clipPath mask".split(" "),
]);

const withText = ["title", "desc", "text", "tspan"];
const withReference = ["linearGradient", "radialGradient"];
const redrawn = ["clipPath", "mask"];
const xlink = "http://www.w3.org/1999/xlink";

function checkElement({ name, namespace, local, depth, line }: XmlElement): void {
  const taken = namespace === svgNamespace && elements.has(local) && (local === "svg") === (depth === 0);
  ensure(taken, "INVALID_IMAGE", `The SVG has an element that is not taken: ${name} (line ${line}).`);
}

/** Writes elements as they come; text stays in those alone that show it. */
function makeWriter() {
  let body = "";
  let pending = false;
  const names: string[] = [];
  const settle = () => {
    if (pending) body += ">";
    pending = false;
  };
  return {
    open(element: XmlElement): void {
      settle();
      if (element.depth > 0) {
        const within = names.some((name) => redrawn.includes(name));
        body += `<${element.local}${cleanAttributes(element, within)}`;
        pending = true;
      }
      names.push(element.local);
    },
    text(text: string): void {
      if (!withText.includes(names.at(-1)!)) return;
      settle();
      body += escapeXml(text);
    },
    close(): void {
      const name = names.pop()!;
      if (names.length > 0) body += pending ? "/>" : `</${name}>`;
      pending = false;
    },
    body: () => body,
  };
}

/** The attributes of an element as markup, each after a space; those of the root without its sizes. */
function cleanAttributes(element: XmlElement, within = false): string {
  const clean = new Map<string, string>();
  for (const attribute of element.attributes) {
    const name = cleanName(attribute);
    if (isInert(name) || (element.depth === 0 && sizeNames.includes(name))) continue;
    // A mask whose shapes are masked in turn, and so on, takes a time that doubles with each.
    const redraws = redrawing.includes(name) && (within || redrawn.includes(element.local));
    const misplaced = (name === "href" && !withReference.includes(element.local)) || clean.has(name) || redraws;
    const taken = !misplaced && isAttributeValue(name, attribute.value);
    const shown = `${attribute.name} of ${element.name} (line ${element.line})`;
    ensure(taken, "INVALID_IMAGE", `The SVG has an attribute, or a value of one, that is not taken: ${shown}.`);
    clean.set(name, attribute.value.trim());
  }
  return [...clean].map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join("");
}

/** Names without a namespace, and `xlink:href` as SVG 2 spells it; others as written, which no list has. */
function cleanName({ name, namespace, local }: XmlAttribute): string {
  if (namespace === xlink && local === "href") return "href";
  return namespace === "" ? local : name;
}

const sizeNames = ["width", "height", "viewBox"];

/** CSS pixels of a unit. */
const units: Readonly<Record<string, number>> = {
  "": 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  in: 96,
};

/** Width and height as given, or else those of the view box; one of the two there must be. */
function sizesOf(given: ReadonlyMap<string, string>): { width: number; height: number; viewBox: string } {
  const width = lengthOf(given.get("width"));
  const height = lengthOf(given.get("height"));
  const text = given.get("viewBox");
  const box = text?.split(/[\s,]+/).map(numberOf);
  const isBox = box === undefined || (box.length === 4 && box.every(Number.isFinite) && box[2]! > 0 && box[3]! > 0);
  ensure(isBox, "INVALID_IMAGE", "The viewBox of the SVG is not of four numbers.");
  if (width !== undefined && height !== undefined) {
    return { width, height, viewBox: (box ?? [0, 0, width, height]).join(" ") };
  }
  ensure(box, "INVALID_IMAGE", "The SVG has neither a width and a height nor a viewBox.");
  return { width: rounded(box[2]!), height: rounded(box[3]!), viewBox: box.join(" ") };
}

/** A length in pixels; undefined where there is none, or one in percent. */
function lengthOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "auto" || /^[\d.]{1,9}%$/.test(text)) return undefined;
  const [, number, unit = ""] = /^(\+?[\d.]{1,12})(px|pt|pc|mm|cm|in)?$/.exec(text) ?? [];
  const length = number === undefined ? Number.NaN : Number(number) * units[unit]!;
  ensure(Number.isFinite(length), "INVALID_IMAGE", "The width or height of the SVG is no length.");
  return rounded(length);
}

function numberOf(text: string): number {
  return /^[+-]?[\d.]{1,20}(?:e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : Number.NaN;
}

function rounded(length: number): number {
  return Math.round(length * 1000) / 1000;
}
