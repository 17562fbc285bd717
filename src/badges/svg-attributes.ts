/** What the text of an attribute may be made of. Nothing that could name an address or hide in an escape gets through. */
type Grammar = "plain" | "paint" | "transform" | "fragment" | "reference" | "family" | "id";

/** Whether the value of an attribute is of the form that its name asks for; undefined where the name is not taken. */
export function isAttributeValue(name: string, value: string): boolean | undefined {
  const grammar = attributes.get(name);
  return grammar && grammars[grammar].test(value.trim());
}

/** Whether an attribute says nothing to a picture without style sheets and scripts: it is left out. */
export function isInert(name: string): boolean {
  return (
    /^(?:data|aria)-[\w.-]*$/.test(name) || ["class", "role", "version", "baseProfile", "xml:space"].includes(name)
  );
}

/** Attributes that draw something else of the file once more, which may then do the same. */
export const redrawing: readonly string[] = ["clip-path", "mask"];

const id = "[A-Za-z_][\\w.-]{0,99}";

// Presentation attributes are read as CSS, where a backslash spells any letter: each form lists what it takes.
const grammars: Readonly<Record<Grammar, RegExp>> = {
  // Words, numbers, lists of them, path data, colours in hex.
  plain: /^[\w\s.,+%#-]*$/,
  paint: new RegExp(`^(?:[\\w\\s#-]*|(?:rgb|hsl)a?\\([\\w\\s.,+%/-]*\\)|url\\(#${id}\\)(?: [\\w#-]*)?)$`),
  transform: /^(?:[\s,]*(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([\w\s.,+-]*\))*$/,
  fragment: new RegExp(`^(?:none|url\\(#${id}\\))$`),
  reference: new RegExp(`^#${id}$`),
  family: /^[\p{L}\p{M}\p{N}\s,'"._-]*$/u,
  id: new RegExp(`^${id}$`),
};

const plain = `
  alignment-baseline baseline-shift clip-rule clipPathUnits color-interpolation cx cy d direction display
  dominant-baseline dx dy fill-opacity fill-rule font-size font-stretch font-style font-variant font-weight fr fx fy
  gradientUnits height lengthAdjust letter-spacing maskContentUnits maskUnits mask-type offset opacity paint-order
  pathLength points preserveAspectRatio r rotate rx ry shape-rendering spreadMethod stop-opacity stroke-dasharray
  stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor
  text-decoration text-rendering textLength vector-effect viewBox visibility width word-spacing x x1 x2 y y1 y2`;

const attributes: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ...plain
    .trim()
    .split(/\s+/)
    .map((name) => [name, "plain"] as const),
  ["color", "paint"],
  ["fill", "paint"],
  ["stop-color", "paint"],
  ["stroke", "paint"],
  ["gradientTransform", "transform"],
  ["transform", "transform"],
  ["clip-path", "fragment"],
  ["mask", "fragment"],
  ["href", "reference"],
  ["font-family", "family"],
  ["id", "id"],
]);
