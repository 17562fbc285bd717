import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import { defaultImage, initialsOf } from "../../../src/badges/default-image.ts";
import { imageBudget, maxImageBytes } from "../../../src/badges/image.ts";
import { checkImage } from "../../../src/badges/image-check.ts";
import { fromUtf8, utf8 } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";

const xmlns = 'xmlns="http://www.w3.org/2000/svg"';
const wrap = (inner: string, attributes = 'viewBox="0 0 10 10"') => `<svg ${xmlns} ${attributes}>${inner}</svg>`;
const check = (text: string) => checkImage(utf8(text));
const clean = async (inner: string) => {
  const markup = fromUtf8((await check(wrap(inner))).bytes);
  const [, body] = /^<svg xmlns="[^"]+" viewBox="0 0 10 10" width="10" height="10">(.*)<\/svg>\n$/s.exec(markup)!;
  return body;
};
const refusal = async (text: string | Uint8Array) => {
  const error = await checkImage(typeof text === "string" ? utf8(text) : text).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ code: "INVALID_IMAGE" });
  return (error as Failure).detail;
};

describe("an uploaded SVG", () => {
  test("is written anew, the same picture in one spelling", async () => {
    const inner = `<!-- me --><defs><linearGradient id='a'><stop offset="0" stop-color="#fff"></stop></linearGradient></defs>
      <g  fill = "url(#a)" transform="translate(1,2) rotate(-45)"><path d="M0 0h1.5e-3z"/>stray</g>
      <text font-family="'Open Sans', serif" class="x">A &amp; B<![CDATA[<c>]]></text>`;
    expect(await clean(inner)).toBe(
      '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>' +
        '<g fill="url(#a)" transform="translate(1,2) rotate(-45)"><path d="M0 0h1.5e-3z"/></g>' +
        `<text font-family="'Open Sans', serif">A &#38; B&#60;c&#62;</text>`,
    );
  });

  test("comes back as it is once it was written anew", async () => {
    const { bytes } = await check(wrap(`<title>"a" &lt;&#9;b]]&gt;</title><rect width='1' height='2'/>`));
    expect((await checkImage(bytes)).bytes).toEqual(bytes);
  });

  test("may have a prefix, a declaration of XML and a byte order mark", async () => {
    const svg = `\ufeff<?xml version="1.0" encoding="utf-8"?>\n<s:svg xmlns:s="http://www.w3.org/2000/svg" width="3" height="4"><s:g/></s:svg>`;
    expect(fromUtf8((await check(svg)).bytes)).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4" width="3" height="4"><g/></svg>\n',
    );
  });

  test("may name a gradient by xlink, which is spelt as SVG 2 does", async () => {
    const inner = `<radialGradient xmlns:x="http://www.w3.org/1999/xlink" id="b" x:href="#a"/>`;
    expect(await clean(inner)).toBe('<radialGradient id="b" href="#a"/>');
  });

  test.each([
    ['width="20" height="30"', 20, 30],
    ['width="20px" height="30px" viewBox="0 0 1 1"', 20, 30],
    ['width="1in" height="25.4mm"', 96, 96],
    ['width="72pt" height="6pc"', 96, 96],
    ['width="100%" height="100%" viewBox="0,0 12.5, 8"', 12.5, 8],
    ['width="20" viewBox="-5 -5 10 10"', 10, 10],
    ['width="4096" height="4096"', 4096, 4096],
  ])("with %s has a size", async (attributes, width, height) => {
    expect(await check(wrap("", attributes))).toMatchObject({ width, height });
  });

  test.each([
    ["no size", ""],
    ["a width alone", 'width="5"'],
    ["a width of 0", 'width="0" height="5"'],
    ["a width below 0", 'width="-1" height="5"'],
    ["a width over 4,096", 'width="4096.1" height="5"'],
    ["a view box over 4,096", 'viewBox="0 0 5 4097"'],
    ["a view box of three", 'viewBox="0 0 5"'],
    ["a view box without height", 'viewBox="0 0 5 0"'],
    ["a view box of words", 'viewBox="0 0 a b"'],
    ["an endless view box", 'viewBox="0 0 1e999 1"'],
    ["an unknown unit", 'width="5em" height="5em"'],
    ["a calculated width", 'width="calc(1px)" height="5"'],
    ["a width of dots", 'width="..." height="5"'],
  ])("with %s is refused", async (_, attributes) => void (await refusal(wrap("", attributes))));
});

describe("an SVG is refused with", () => {
  test.each([
    ["a script", "<script>alert(1)</script>"],
    ["a script of XHTML", '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'],
    ["a script without a namespace", '<script xmlns="">alert(1)</script>'],
    ["a script in capitals", "<SCRIPT/>"],
    ["foreignObject", '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'],
    ["use", '<use href="#a"/>'],
    ["image", '<image href="data:image/png;base64,AA=="/>'],
    ["a link", '<a href="https://example.com"><path d=""/></a>'],
    ["a style sheet", "<style>@import url(//evil)</style>"],
    ["a style", '<g style="fill:red"/>'],
    ["an animation", '<path d=""><animate attributeName="href" to="x"/></path>'],
    ["set", '<set attributeName="onclick" to="alert(1)"/>'],
    ["a pattern", '<pattern id="a"/>'],
    ["a filter", '<filter id="a"><feImage href="//evil"/></filter>'],
    ["a handler", "<path onload='alert(1)'/>"],
    ["a handler of focus", "<g onfocusin='x' tabindex='1'/>"],
    ["a nested svg", `<svg ${xmlns}/>`],
    ["an iframe", '<iframe xmlns="http://www.w3.org/1999/xhtml" src="x"/>'],
    ["metadata of another namespace", '<x:y xmlns:x="urn:x"/>'],
    ["an attribute of another namespace", '<g xmlns:x="urn:x" x:fill="red"/>'],
    ["a base address", '<g xml:base="https://evil.example/"/>'],
    ["an address outside", '<g fill="url(https://evil.example/#a)"/>'],
    ["an address without a scheme", '<g fill="url(//evil.example)"/>'],
    ["an address in quotes", `<g fill='url("#a")'/>`],
    ["a data address", '<g mask="url(data:image/svg+xml,x)"/>'],
    ["an address in an escape", '<g fill="\\75rl(//evil)"/>'],
    ["an address in a reference", '<g fill="url&#40;//evil&#41;"/>'],
    ["an address beside a colour", '<g fill="url(#a) url(//evil)"/>'],
    ["an image set", '<g fill="image-set(x)"/>'],
    ["a variable", '<g fill="var(--a)"/>'],
    ["a comment in a value", '<g fill="red/**/"/>'],
    ["an address in a cursor", '<g cursor="url(//evil)"/>'],
    ["an address in a transform", '<g transform="url(#a)"/>'],
    ["a reference from a path", '<path href="#a"/>'],
    ["a gradient outside", '<linearGradient href="//evil#a"/>'],
    ["a script as a gradient", '<linearGradient href="javascript:alert(1)"/>'],
    ["a gradient twice", '<linearGradient href="#a" x:href="#b" xmlns:x="http://www.w3.org/1999/xlink"/>'],
    ["a masked mask", '<mask id="b"><g><path mask="url(#a)"/></g></mask>'],
    ["a clipped clip", '<clipPath id="b" clip-path="url(#a)"/>'],
    ["a font from elsewhere", '<text font-family="url(//evil)"/>'],
    ["a badge", '<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>'],
    ["a processing instruction", '<?xml-stylesheet href="//evil"?>'],
    ["an entity that is not XML's", "<title>&nbsp;</title>"],
    ["an entity of an object's name", "<title>&toString;</title>"],
    ["an entity named like a prototype", "<title>&__proto__;</title>"],
    ["an attribute without quotes", "<g id=a/>"],
    ["an attribute twice", '<g id="a" id="b"/>'],
    ["an unknown prefix", "<x:g/>"],
    ["an element that is not closed", "<g>"],
    ["elements that overlap", "<g><path></g></path>"],
    ["U+0000", "<title>&#0;</title>"],
    ["33 levels", "<g>".repeat(32) + "</g>".repeat(32)],
  ])("%s", async (_, inner) => void (await refusal(wrap(inner))));

  test.each([
    ["a DOCTYPE", `<!DOCTYPE svg>${wrap("")}`],
    ["an external DOCTYPE", `<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">${wrap("")}`],
    ["a DOCTYPE of laughs", `<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${wrap("<title>&b;</title>")}`],
    ["a style sheet before its root", `<?xml-stylesheet href="//evil"?>${wrap("")}`],
    ["another root", `<g ${xmlns}/>`],
    ["a root without a namespace", '<svg viewBox="0 0 1 1"/>'],
    ["a root of another namespace", '<svg xmlns="http://www.w3.org/1999/xhtml" viewBox="0 0 1 1"/>'],
    ["two roots", wrap("") + wrap("")],
    ["something after its root", `${wrap("")}x`],
    ["a handler on its root", wrap("", 'viewBox="0 0 1 1" onload="alert(1)"')],
    ["another encoding", `<?xml version="1.0" encoding="UTF-16"?>${wrap("")}`],
    ["HTML", "<!doctype html><script>alert(1)</script>"],
    ["nothing", ""],
    ["white space", " \n"],
    ["a comment alone", "<!-- x -->"],
    ["JSON", "{}"],
  ])("%s", async (_, text) => void (await refusal(text)));

  test("bytes that are not UTF-8", async () => {
    const bytes = utf8(wrap("<title>xx</title>"));
    bytes[bytes.indexOf(0x78, 60)] = 0xff;
    expect(await refusal(bytes)).toContain("UTF-8");
  });

  test("more bytes than an upload may have, before or after it was written anew", async () => {
    const title = (size: number) => wrap(`<title><![CDATA[${"<".repeat(size)}]]></title>`);
    expect(await refusal(title(maxImageBytes))).toContain("512 KB");
    expect(await refusal(title(maxImageBytes / 2))).toContain("512 KB");
    await check(title(maxImageBytes / 8));
  });

  test("more than 64 uses of masks and clips", async () => {
    const uses = (count: number) => wrap(`${'<g mask="url(#a)"/>'.repeat(count - 1)}<g clip-path="none"/>`);
    await check(uses(64));
    expect(await refusal(uses(65))).toContain("64");
  });

  test("the name and the line of what is not taken, and no more of a long name than is needed", async () => {
    expect(await refusal(wrap("\n\n<script/>"))).toContain("not taken: script (line 3)");
    expect(await refusal(wrap('<path onload="x"/>'))).toContain("onload of path (line 1)");
    expect((await refusal(wrap(`<${"x".repeat(5000)}/>`)))!.length).toBeLessThan(150);
  });
});

describe("the time for an SVG", () => {
  test.each([
    ["elements", "<g/>".repeat(100_000)],
    ["levels", "<a:g xmlns:a='urn:a'>".repeat(20_000)],
    ["attributes", `<g ${Array.from({ length: 40_000 }, (_, i) => `a${i}=""`).join(" ")}/>`],
    ["spaces in a transform", `<g transform="${" ".repeat(400_000)}x"/>`],
    ["parts of a transform", `<g transform="${"scale(1)".repeat(50_000)}x"/>`],
    ["spaces in a colour", `<g fill="${" ".repeat(200_000)}("/>`],
    ["references", `<title>${"&amp;".repeat(80_000)}</title>`],
    ["open brackets", "<".repeat(400_000)],
  ])("does not run away with many %s", async (_, inner) => {
    const start = performance.now();
    await check(wrap(inner)).catch(() => {});
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("whatever an SVG is made of", () => {
  const name = fc.constantFrom("g", "path", "script", "text", "title", "use", "svg", "x:g", "mask", "a", "style");
  const attribute = fc.tuple(
    fc.constantFrom("id", "fill", "onload", "href", "style", "d", "x:href", "mask", "transform", "xmlns", "class"),
    fc.oneof(fc.constantFrom("url(#a)", "url(//e)", "#a", "javascript:x", "&quot;", "&#10;", "red"), fc.string()),
  );
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("&lt;script>", "<![CDATA[<script>]]>", "<!-- x -->")),
      fc
        .tuple(name, fc.array(attribute, { maxLength: 2 }), fc.array(tie("node"), { maxLength: 3 }))
        .map(([tag, attributes, children]) => {
          const list = attributes.map(([key, value]) => ` ${key}="${value.replace(/[<"]/g, "")}"`).join("");
          return `<${tag}${list}>${children.join("")}</${tag}>`;
        }),
    ),
  })).node;

  test("it is refused, or only what is known is left of it", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(tree, async (inner) => {
        const answer = await check(wrap(inner)).catch((error: unknown) => error);
        if (answer instanceof Error) {
          expect(answer).toMatchObject({ code: "INVALID_IMAGE" });
          return;
        }
        taken++;
        const { bytes } = answer as { bytes: Uint8Array };
        for (const { tag, attributes } of read(fromUtf8(bytes))) {
          expect(["svg", "g", "path", "text", "title", "mask"]).toContain(tag);
          for (const [key, value] of Object.entries(attributes)) {
            expect(["xmlns", "viewBox", "width", "height", "id", "fill", "d", "mask", "transform"]).toContain(key);
            if (key !== "xmlns") expect(value).not.toMatch(/url\((?!#)|:|\\/);
          }
        }
        expect((await checkImage(bytes)).bytes).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test("it is refused or taken where anything stands in a value", async () => {
    const key = fc.constantFrom("fill", "d", "transform", "font-family", "id", "mask", "opacity");
    await fc.assert(
      fc.asyncProperty(
        key,
        fc.string({ unit: fc.constantFrom(..."url(#a)\\75:;/,.0e-'&<> ") }),
        async (name, value) => {
          const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
          const answer = await check(wrap(`<g ${name}="${escaped}"/>`)).catch(() => undefined);
          if (!answer) return;
          const kept = read(fromUtf8(answer.bytes))[1]!.attributes[name]!;
          expect(kept).toBe(value.trim());
          expect(kept).not.toMatch(/[\\:;&<>]/);
          expect(kept.replace(/url\(#[\w.-]+\)/, "")).not.toContain("url(");
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("the picture of a class without one", () => {
  test("takes the form that uploads take", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), async (id, name) => {
        const image = defaultImage({ id, name });
        expect(image).toEqual(defaultImage({ id, name }));
        const checked = await checkImage(image.bytes);
        expect(checked).toMatchObject({ type: "image/svg+xml", width: 512, height: 512 });
        expect(checked.bytes.length).toBeLessThan(imageBudget.bytes / 40);
      }),
    );
  });

  test("tells classes apart", () => {
    const images = Array.from({ length: 20 }, (_, i) => fromUtf8(defaultImage({ id: `r1${i}`, name: "A" }).bytes));
    expect(new Set(images).size).toBeGreaterThan(10);
  });

  test.each([
    ["Introduction to Statistics", "IS"],
    ["welding", "W"],
    ["Ökologie & Umwelt", "ÖU"],
    ["C++ basics", "CB"],
    ["日本語", "日"],
    ["<script>", "S"],
    ["???", ""],
    ["", ""],
  ])("shows of %j the initials %j", (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
    const markup = fromUtf8(defaultImage({ id: "a", name }).bytes);
    expect(markup.includes(`>${initials}</text>`)).toBe(initials !== "");
    expect(markup).not.toContain("<script");
  });
});

function read(markup: string): { tag: string; attributes: Record<string, string> }[] {
  const found: { tag: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => found.push({ tag: name, attributes: { ...attributes } }));
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(markup).close();
  return found;
}
