import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bake, maxBakedBytes, unbake } from "../../../src/badges/baking.ts";
import { defaultImage } from "../../../src/badges/default-image.ts";
import type { Image } from "../../../src/badges/image.ts";
import { checkImage } from "../../../src/badges/image-check.ts";
import { fromUtf8, utf8 } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { listChunks, makeChunk, makePng } from "./png-files.ts";

const jwt = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln-_8";
const png: Image = { type: "image/png", bytes: makePng() };
const svg = defaultImage({ id: "a", name: "Welding" });
const images = [png, svg];
const ob = 'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"';
const old = 'xmlns:o="http://openbadges.org"';
const wrap = (inner: string) => utf8(`<svg xmlns="http://www.w3.org/2000/svg" ${ob} ${old}>${inner}</svg>`);
const itxt = (text: string, head = "openbadgecredential\0\0\0\0\0") => makeChunk("iTXt", head + text);
const codeOf = (bytes: Uint8Array) => {
  try {
    return unbake(bytes);
  } catch (error) {
    return error instanceof Failure ? [error.code, error.detail] : error;
  }
};
const refused = (code: string, detail = "") => [code, detail === "" ? undefined : expect.stringContaining(detail)];

describe.each(images)("a credential baked into $type", (image) => {
  test("is found again: a JWT as it is", () => {
    const token = fc.stringMatching(/^[\w-]{1,50}\.[\w-]{1,200}\.[\w-]{1,90}$/);
    fc.assert(
      fc.property(token, (text) => {
        expect(unbake(bake(image, text))).toEqual({ type: image.type, credential: text });
      }),
    );
  });

  test("is found again: JSON of any texts", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("]]>", "]]]]>>", "\ufffe\uffff", "</svg>", "\0\r\n"),
    );
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (object) => {
        const { type, credential } = unbake(bake(image, object as JsonObject));
        expect(type).toBe(image.type);
        expect(JSON.parse(credential)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
      { numRuns: 500 },
    );
  });

  test("is found again: JSON as a text that was signed", () => {
    const text = '{ "a": "\\u00e9é]]>",\n "b": 1.0 }';
    expect(unbake(bake(image, text)).credential).toBe(text);
  });

  test("leaves the picture as it is", async () => {
    const baked = bake(image, jwt);
    if (image.type === "image/png") expect((await checkImage(baked)).bytes).toEqual(image.bytes);
    else {
      const plain = fromUtf8((await checkImage(image.bytes)).bytes);
      const element = `<openbadges:credential verify="${jwt}"/>`;
      expect(fromUtf8(baked).replace(` ${ob}`, "").replace(element, "")).toBe(plain);
    }
  });

  test("is not joined by a second one", () => {
    const baked = bake(image, jwt);
    expect(() => bake({ ...image, bytes: baked }, jwt)).toThrow(expect.objectContaining({ code: "INVALID_IMAGE" }));
  });

  test.each(["", "a.b", "a.b.c.d", "a.b.c!", " a.b.c", "[1]", "null", "x"])("is not %j", (text) => {
    expect(() => bake(image, text)).toThrow(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
  });

  test("is no broken JSON", () => {
    expect(() => bake(image, '{"a":1,"a":2}')).toThrow(expect.objectContaining({ code: "MALFORMED_JSON" }));
  });

  test("is not found where there is none", () => {
    expect(codeOf(image.bytes)).toEqual(refused("NOT_BAKED"));
  });
});

describe("a baked PNG", () => {
  test("carries an iTXt chunk as Open Badges 3.0 says, right after IHDR", () => {
    const [, chunk] = listChunks(bake(png, jwt));
    expect(chunk!.type).toBe("iTXt");
    expect(chunk!.data.toString("latin1")).toBe(`openbadgecredential\0\0\0\0\0${jwt}`);
  });

  test("of somebody else may have a language, other text and space around", () => {
    const other = [makeChunk("tEXt", "Software\0x"), makeChunk("zTXt", "a\0\0x"), makeChunk("pHYs", Buffer.alloc(9))];
    const badge = itxt(`\n${jwt}\n`, "openbadgecredential\0\0\0en\0Abzeichen\0");
    expect(codeOf(makePng({ before: other, after: [badge] }))).toEqual({ type: "image/png", credential: jwt });
  });

  test("is read without unpacking its picture", () => {
    const bomb = makePng({ packed: deflateSync(Buffer.alloc(50_000_000)), before: [itxt(jwt)] });
    expect(codeOf(bomb)).toMatchObject({ credential: jwt });
  });

  test.each<[string, Uint8Array[], unknown]>([
    ["two credentials", [itxt(jwt), itxt(jwt)], refused("INVALID_IMAGE", "two badges")],
    ["a credential and one of 2.0", [itxt(jwt), makeChunk("tEXt", "openbadges\0x")], refused("INVALID_IMAGE", "two")],
    ["one of 2.0", [itxt("{}", "openbadges\0\0\0\0\0")], refused("UNSUPPORTED_BADGE")],
    ["one of 1.0", [makeChunk("tEXt", "openbadges\0https://x")], refused("UNSUPPORTED_BADGE")],
    ["one in tEXt", [makeChunk("tEXt", `openbadgecredential\0${jwt}`)], refused("INVALID_IMAGE", "tEXt")],
    ["one in zTXt", [makeChunk("zTXt", "openbadgecredential\0\0x")], refused("INVALID_IMAGE", "zTXt")],
    ["a compressed one", [itxt("x", "openbadgecredential\0\x01\0\0\0")], refused("INVALID_IMAGE", "compressed")],
    ["one cut off", [itxt("", "openbadgecredential\0\0\0en")], refused("INVALID_IMAGE", "cut off")],
    ["one cut off early", [itxt("", "openbadgecredential\0")], refused("INVALID_IMAGE", "cut off")],
    ["an empty one", [itxt("")], refused("INVALID_IMAGE", "neither")],
    ["an address", [itxt("https://example.com")], refused("INVALID_IMAGE", "neither")],
    ["a list", [itxt("[]")], refused("INVALID_IMAGE", "neither")],
    ["a keyword that goes on", [itxt(jwt, "openbadgecredentials\0\0\0\0\0")], refused("NOT_BAKED")],
    ["a keyword without an end", [makeChunk("iTXt", "openbadgecredential")], refused("NOT_BAKED")],
    ["another case", [itxt(jwt, "OpenBadgeCredential\0\0\0\0\0")], refused("NOT_BAKED")],
  ])("with %s is refused", (_, before, answer) => expect(codeOf(makePng({ before }))).toEqual(answer));

  test("with text that is no UTF-8 is refused", () => {
    const data = Buffer.concat([Buffer.from("openbadgecredential\0\0\0\0\0"), Buffer.from([0xff])]);
    expect(codeOf(makePng({ before: [makeChunk("iTXt", data)] }))).toEqual(refused("INVALID_IMAGE", "UTF-8"));
  });

  test("with a wrong CRC is refused", () => {
    const baked = bake(png, jwt);
    baked[70]! ^= 1;
    expect(codeOf(baked)).toEqual(refused("INVALID_IMAGE", "CRC of iTXt"));
  });
});

/** So many attributes of different names. */
const attributes = (count: number) => Array.from({ length: count }, (_, i) => `a${i}="1"`).join(" ");

describe("a baked SVG", () => {
  test("carries its credential as Open Badges 3.0 says, right after the root", () => {
    const root = /^<svg xmlns="[^"]+" xmlns:openbadges="https:\/\/purl\.imsglobal\.org\/ob\/v3p0" [^>]*>/;
    expect(fromUtf8(bake(svg, jwt)).replace(root, "")).toMatch(/^<openbadges:credential verify="eyJ[\w.-]+"\/><title>/);
    expect(fromUtf8(bake(svg, { a: "]]>" })).replace(root, "")).toMatch(
      /^<openbadges:credential><!\[CDATA\[\{"a":"\]\]\]\]><!\[CDATA\[>"\}\]\]><\/openbadges:credential><title>/,
    );
  });

  test("of somebody else may have what no upload may, and any prefix", () => {
    const file = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">
      <svg xmlns="http://www.w3.org/2000/svg"><?xpacket x?><style>a{}</style><metadata><x xmlns="urn:x"/></metadata>
      <b:credential xmlns:b="https://purl.imsglobal.org/ob/v3p0" verify=" ${jwt} "> </b:credential><script/></svg>`;
    expect(codeOf(utf8(file))).toEqual({ type: "image/svg+xml", credential: jwt });
  });

  test.each([
    ["space around", '<openbadges:credential>\n <![CDATA[ {"a":1} ]]>\n</openbadges:credential>', '{"a":1}'],
    ["an escaped text", "<openbadges:credential>{&quot;a&quot;:1}</openbadges:credential>", '{"a":1}'],
    ["several sections", '<openbadges:credential><![CDATA[{"a"]]><![CDATA[:1}]]></openbadges:credential>', '{"a":1}'],
    ["a comment within", '<openbadges:credential>{"a"<!-- x -->:1}</openbadges:credential>', '{"a":1}'],
    [
      "a credential in a comment too",
      `<!-- <openbadges:credential verify="x.y.z"/> --><openbadges:credential verify="${jwt}"/>`,
      jwt,
    ],
    [
      "a credential in CDATA too",
      `<title><![CDATA[<openbadges:credential verify="x.y.z"/>]]></title><openbadges:credential verify="${jwt}"/>`,
      jwt,
    ],
  ])("may have %s", (_, inner, credential) => expect(codeOf(wrap(inner))).toMatchObject({ credential }));

  const badge = `<openbadges:credential verify="${jwt}"/>`;
  test.each([
    ["two credentials", badge + badge, refused("INVALID_IMAGE", "two badges")],
    [
      "one in two ways",
      `<openbadges:credential verify="${jwt}">{}</openbadges:credential>`,
      refused("INVALID_IMAGE", "two"),
    ],
    ["a credential and one of 2.0", `${badge}<o:assertion verify="x"/>`, refused("INVALID_IMAGE", "two")],
    ["one of 2.0", '<o:assertion verify="x"/>', refused("UNSUPPORTED_BADGE")],
    ["one in a comment", `<!-- ${badge} -->`, refused("NOT_BAKED")],
    ["one in CDATA", `<title><![CDATA[${badge}]]></title>`, refused("NOT_BAKED")],
    ["one in a group", `<g>${badge}</g>`, refused("INVALID_IMAGE", "no child")],
    ["one in a nested svg", `<svg>${badge}</svg>`, refused("INVALID_IMAGE", "no child")],
    ["one within one", `<openbadges:credential>${badge}</openbadges:credential>`, refused("INVALID_IMAGE", "within")],
    ["elements within", "<openbadges:credential>{<b/>}</openbadges:credential>", refused("INVALID_IMAGE", "within")],
    ["one of another namespace", '<credential verify="a.b.c"/>', refused("NOT_BAKED")],
    ["an empty one", "<openbadges:credential/>", refused("NOT_BAKED")],
    ["an address", '<openbadges:credential verify="https://x"/>', refused("INVALID_IMAGE", "neither")],
    ["an entity", '<openbadges:credential verify="&a;"/>', refused("INVALID_IMAGE", "well-formed")],
    ["33 levels", "<g>".repeat(32) + "</g>".repeat(32), refused("INVALID_IMAGE", "32 levels")],
    ["20,001 elements", "<g/>".repeat(20_000), refused("INVALID_IMAGE", "20000 elements")],
    ["257 attributes of one", `<g ${attributes(257)}/>`, refused("INVALID_IMAGE", "256 attributes")],
  ])("with %s is refused", (_, inner, answer) => expect(codeOf(wrap(inner))).toEqual(answer));

  test.each([
    ["laughs", `<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${fromUtf8(wrap("&b;"))}`, "DOCTYPE"],
    [
      "an external entity",
      `<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>${fromUtf8(wrap("&a;"))}`,
      "DOCTYPE",
    ],
    ["a root that is no svg", fromUtf8(wrap(badge)).replaceAll("svg", "html"), "no SVG"],
    ["an end that is missing", fromUtf8(wrap(badge)).slice(0, -1), "well-formed"],
    ["a credential after its root", `${fromUtf8(wrap(""))}${badge}`, "well-formed"],
  ])("with %s is refused", (_, text, detail) => {
    expect(codeOf(utf8(text))).toEqual(refused("INVALID_IMAGE", detail));
  });
});

describe("what is no image", () => {
  test.each(["", "x", "GIF89a", "\xff\xd8\xff", "%PDF-1.7", "{}", jwt])("%j is refused", (text) => {
    expect(codeOf(utf8(text))).toEqual(refused("INVALID_IMAGE", "neither as a PNG nor as an SVG"));
  });

  test("is refused where it is too large, whatever it is", () => {
    expect(codeOf(new Uint8Array(maxBakedBytes + 1))).toEqual(refused("INVALID_IMAGE", "2048 KB"));
  });

  test("is refused or read, whatever the bytes", () => {
    const start = fc.constantFrom(Buffer.from(makePng()), Buffer.from("<svg"), Buffer.from(wrap(badgeOf("a.b.c"))));
    fc.assert(
      fc.property(start, fc.nat(200), fc.uint8Array({ maxLength: 40 }), (file, at, bytes) => {
        const mixed = Uint8Array.from(Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)]));
        const answer = codeOf(mixed);
        if (Array.isArray(answer)) expect(["INVALID_IMAGE", "NOT_BAKED", "UNSUPPORTED_BADGE"]).toContain(answer[0]);
        else expect(answer).toMatchObject({ type: "image/svg+xml" });
      }),
      { numRuns: 1000 },
    );
  });
});

function badgeOf(text: string): string {
  return `<openbadges:credential verify="${text}"/>`;
}
