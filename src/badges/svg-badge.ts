import type { Bytes } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { escapeXml, parseSvg, svgNamespace, writeSvg } from "./svg.ts";
import { readXml, type XmlElement } from "./svg-xml.ts";

/**
 * Bakes a JWT, or else JSON, into an SVG of the form that uploads have (Open Badges 3.0, section 5.3.2.1). Refuses with
 * INVALID_IMAGE any other, thus a baked one too.
 */
export function bakeSvg(bytes: Uint8Array, credential: { jwt: string } | { json: string }): Bytes {
  const svg = parseSvg(bytes, Number.MAX_SAFE_INTEGER);
  const element =
    "jwt" in credential
      ? `<openbadges:credential verify="${escapeXml(credential.jwt)}"/>`
      : `<openbadges:credential>${cdata(credential.json)}</openbadges:credential>`;
  return writeSvg(svg, { declaration: `xmlns:openbadges="${badgeNamespace}"`, element });
}

/**
 * The text baked into an SVG, whatever else the file has in it. Refuses with NOT_BAKED where there is none, with
 * UNSUPPORTED_BADGE where one of Open Badges 2.0 alone is, and with INVALID_IMAGE where two are, or one in a wrong form.
 */
export function textOfSvg(bytes: Uint8Array): string {
  const badges: string[] = [];
  let old = 0;
  let within: XmlElement | undefined;
  let depth = 0;
  readXml(
    bytes,
    { strict: false, depth: maxDepth },
    {
      open(element) {
        depth++;
        checkPlace(element, within);
        if (isOld(element)) old++;
        if (!isBadge(element)) return;
        within = element;
        badges.push(...element.attributes.filter(({ name }) => name === "verify").map(({ value }) => value), "");
      },
      close() {
        depth--;
        if (depth === within?.depth) within = undefined;
      },
      text(text) {
        if (within) badges.push(`${badges.pop()}${text}`);
      },
    },
  );
  const found = badges.map((each) => each.trim()).filter((each) => each !== "");
  ensure(found.length + old <= 1, "INVALID_IMAGE", "The SVG carries two badges.");
  ensure(old === 0, "UNSUPPORTED_BADGE");
  ensure(found[0] !== undefined, "NOT_BAKED");
  return found[0];
}

const badgeNamespace = "https://purl.imsglobal.org/ob/v3p0";
/** That of Open Badges 1.1 and 2.0. */
const oldNamespace = "http://openbadges.org";

/** Levels of elements: other people's drawings go deep, and each level makes each prefix dearer. */
const maxDepth = 32;

function isBadge({ namespace, local }: XmlElement): boolean {
  return namespace === badgeNamespace && local === "credential";
}

function isOld({ namespace, local }: XmlElement): boolean {
  return namespace === oldNamespace && local === "assertion";
}

/** The root is `svg`, a badge is a child of it and has no elements within. */
function checkPlace(element: XmlElement, within: XmlElement | undefined): void {
  const { namespace, local, depth, line } = element;
  const isRoot = depth > 0 || (namespace === svgNamespace && local === "svg");
  ensure(isRoot, "INVALID_IMAGE", "The file is no SVG.");
  ensure(within === undefined, "INVALID_IMAGE", `The badge in the SVG has elements within (line ${line}).`);
  const misplaced = isBadge(element) && depth !== 1;
  ensure(!misplaced, "INVALID_IMAGE", `The badge in the SVG is no child of its root (line ${line}).`);
}

/** CDATA cannot hold its own end, so that is shared between two sections; nor what is no character of XML. */
function cdata(json: string): string {
  const text = json.replace(/[\ufffe\uffff]/g, (each) => `\\u${each.charCodeAt(0).toString(16)}`);
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
