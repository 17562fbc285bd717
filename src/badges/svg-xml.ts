import { SaxesParser } from "saxes";
import { fromUtf8 } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";

/** A start tag with its namespace resolved; attributes without declarations of namespaces. */
export type XmlElement = {
  /** As written, cut short: for showing. */
  name: string;
  namespace: string;
  local: string;
  attributes: readonly XmlAttribute[];
  /** Of the elements around it; 0 for the root. */
  depth: number;
  line: number;
};

/** `namespace` is empty for an attribute without a prefix. */
export type XmlAttribute = { name: string; namespace: string; local: string; value: string };

export type XmlHandlers = {
  open(element: XmlElement): void;
  close(): void;
  /** Text within the root, that of CDATA sections too. */
  text(text: string): void;
};

/** Elements of a file, and attributes of one of them: each is resolved against the declarations around it. */
const maxElements = 20_000;
const maxAttributes = 256;

/** How a file is read: `strict` takes neither processing instructions nor a DOCTYPE; `depth` in levels. */
export type XmlRules = { strict: boolean; depth: number };

/**
 * Reads UTF-8 as XML 1.0 with namespaces. Never are there other entities than the five that XML has by itself: a DOCTYPE
 * is skipped, and refused where it declares anything. Comments are skipped. Refuses with INVALID_IMAGE.
 */
export function readXml(bytes: Uint8Array, rules: XmlRules, handlers: XmlHandlers): void {
  const text = textOf(bytes);
  const parser = new SaxesParser({ xmlns: true, position: true, defaultXMLVersion: "1.0", forceXMLVersion: true });
  const refuse = (what: string) => {
    throw new Failure("INVALID_IMAGE", `${what} (line ${parser.line}).`);
  };
  let depth = 0;
  let elements = 0;
  let attributes = 0;
  parser.on("error", () => refuse("The SVG is not well-formed XML"));
  parser.on("xmldecl", ({ encoding = "UTF-8" }) => {
    if (!/^utf-?8$/i.test(encoding)) refuse("The SVG is not in UTF-8");
  });
  parser.on("doctype", (doctype) => {
    if (rules.strict || doctype.includes("[")) refuse("The SVG has a DOCTYPE");
  });
  parser.on("processinginstruction", () => {
    if (rules.strict) refuse("The SVG has a processing instruction");
  });
  parser.on("opentagstart", () => {
    attributes = 0;
    if (++elements > maxElements) refuse(`The SVG has more than ${maxElements} elements`);
  });
  parser.on("attribute", () => {
    if (++attributes > maxAttributes) refuse(`The SVG has an element with more than ${maxAttributes} attributes`);
  });
  parser.on("opentag", ({ name, uri, local, attributes: found }) => {
    if (depth >= rules.depth) refuse(`The SVG is nested more than ${rules.depth} levels deep`);
    const own = Object.values(found).filter((each) => each.prefix !== "xmlns" && each.name !== "xmlns");
    const shown = name.slice(0, maxShown);
    handlers.open({ name: shown, namespace: uri, local, attributes: own.map(plain), depth, line: parser.line });
    depth++;
  });
  parser.on("closetag", () => {
    depth--;
    handlers.close();
  });
  const take = (each: string) => {
    if (depth > 0) handlers.text(each);
  };
  parser.on("text", take);
  parser.on("cdata", take);
  parser.write(text).close();
}

/** Characters of a name that a refusal repeats. */
const maxShown = 40;

function plain(attribute: { name: string; uri: string; local: string; value: string }): XmlAttribute {
  const { name, uri, local, value } = attribute;
  return { name: name.slice(0, maxShown), namespace: uri, local, value };
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new Failure("INVALID_IMAGE", "The SVG is not in UTF-8.");
  }
}
