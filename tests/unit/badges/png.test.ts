import { deflateRawSync, deflateSync, gzipSync, inflateSync, crc32 as nodeCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ImageBudget, imageBudget, maxImageBytes } from "../../../src/badges/image.ts";
import { checkImage } from "../../../src/badges/image-check.ts";
import { crc32, readChunks, writeChunks } from "../../../src/badges/png-chunks.ts";
import { type Header, rasterBytes } from "../../../src/badges/png-raster.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import { listChunks, makeChunk, makePng, type PngPlan, plainSize, pngOf } from "./png-files.ts";

const types = (png: Uint8Array) => listChunks(png).map(({ type }) => type);
const palette = makeChunk("PLTE", Buffer.alloc(3 * 4));
const refusal = async (png: Uint8Array, budget?: ImageBudget) => {
  const error = await checkImage(png, budget).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ code: "INVALID_IMAGE" });
  return (error as Failure).detail;
};

describe("an uploaded PNG", () => {
  test("is written anew with what its picture needs, and nothing else", async () => {
    const raster = Buffer.concat([0, 1].map((y) => Buffer.from([y, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])));
    const png = makePng({
      raster,
      parts: 3,
      before: [makeChunk("tEXt", "Author\0me"), makeChunk("gAMA", Buffer.alloc(4)), makeChunk("iCCP", "x\0\0")],
      after: [makeChunk("tIME", Buffer.alloc(7)), makeChunk("eXIf", "GPS"), makeChunk("iTXt", "openbadgecredential\0")],
    });
    const checked = await checkImage(png);
    expect(checked).toMatchObject({ type: "image/png", width: 3, height: 2 });
    expect(types(checked.bytes)).toEqual(["IHDR", "IDAT", "IEND"]);
    expect(inflateSync(listChunks(checked.bytes)[1]!.data)).toEqual(raster);
  });

  test("comes back as it is once it was written anew", async () => {
    const { bytes } = await checkImage(makePng({ parts: 2, after: [makeChunk("tEXt", "a\0b")] }));
    expect((await checkImage(bytes)).bytes).toEqual(bytes);
  });

  test.each<[string, PngPlan]>([
    ["greys with a transparent one", { colour: 0, depth: 16, before: [makeChunk("tRNS", Buffer.alloc(2))] }],
    ["colours with a transparent one", { colour: 2, before: [palette, makeChunk("tRNS", Buffer.alloc(6))] }],
    ["a palette", { colour: 3, depth: 2, before: [palette] }],
    ["a palette with transparency", { colour: 3, depth: 4, before: [palette, makeChunk("tRNS", Buffer.alloc(4))] }],
    ["greys of one bit", { colour: 0, depth: 1, width: 9 }],
  ])("may have %s", async (_, plan) => {
    const png = makePng(plan);
    expect((await checkImage(png)).bytes).toEqual(png);
  });

  test("may be interlaced", async () => {
    // Of Adam7 a picture of 5 by 5 has the passes 1x1, 1x1, 2x1, 1x2, 3x1, 2x3 and 5x2.
    const size = [
      [1, 1],
      [1, 1],
      [2, 1],
      [1, 2],
      [3, 1],
      [2, 3],
      [5, 2],
    ].reduce((sum, [width, height]) => sum + plainSize(width!, height!, 8, 2), 0);
    const plan = { width: 5, height: 5, colour: 2, interlace: 1 };
    expect((await checkImage(makePng({ ...plan, raster: Buffer.alloc(size) }))).width).toBe(5);
    expect(await refusal(makePng({ ...plan, raster: Buffer.alloc(size + 1) }))).toContain("to more than");
    expect(await refusal(makePng({ ...plan, raster: Buffer.alloc(size - 1) }))).toContain("to less than");
  });
});

describe("a raster", () => {
  const header = (colour: 0 | 2 | 3 | 4 | 6, depth: number, width: number, height: number, interlaced: boolean) =>
    ({ width, height, depth, colour, interlaced }) satisfies Header;
  const side = fc.integer({ min: 1, max: 40 });

  test("has the size that rows have one by one", () => {
    const colours = fc.constantFrom<0 | 2 | 3 | 4 | 6>(0, 2, 3, 4, 6);
    fc.assert(
      fc.property(colours, fc.constantFrom(8, 16), side, side, (colour, depth, width, height) => {
        const expected = plainSize(width, height, depth, colour);
        expect(rasterBytes(header(colour, depth, width, height, false))).toBe(expected);
      }),
    );
  });

  test("has each pixel in exactly one pass of Adam7", () => {
    // With 16 bits of grey a pass has two bytes for each pixel and one for each row.
    fc.assert(
      fc.property(side, side, (width, height) => {
        const pass = "16462646 77777777 56565656 77777777 36463646 77777777 56565656 77777777".split(" ");
        const rows = new Set<string>();
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows.add(`${pass[y % 8]![x % 8]} ${y}`);
        expect(rasterBytes(header(0, 16, width, height, true))).toBe(2 * width * height + rows.size);
      }),
    );
  });
});

describe("a PNG is refused", () => {
  test.each<[string, PngPlan, string]>([
    ["a bomb in its data", { packed: deflateSync(Buffer.alloc(50_000_000)) }, "to more than"],
    ["one byte too many", { raster: Buffer.alloc(plainSize(3, 2, 8, 6) + 1) }, "to more than"],
    ["one byte too few", { raster: Buffer.alloc(plainSize(3, 2, 8, 6) - 1) }, "to less than"],
    ["no data", { packed: Buffer.alloc(0) }, "do not unpack"],
    ["data that are cut off", { packed: deflateSync(Buffer.alloc(26)).subarray(0, -1) }, "do not unpack"],
    ["a wrong checksum of its data", { packed: spoilt(deflateSync(Buffer.alloc(26)), -1) }, "do not unpack"],
    [
      "something after its data",
      { packed: Buffer.concat([deflateSync(Buffer.alloc(26)), "x"].map((x) => Buffer.from(x))) },
      "do not unpack",
    ],
    ["gzip", { packed: gzipSync(Buffer.alloc(26)) }, "do not unpack"],
    ["raw deflate", { packed: deflateRawSync(Buffer.alloc(26)) }, "do not unpack"],
    ["an unknown filter", { raster: Buffer.alloc(26, 0).fill(5, 13, 14) }, "filter"],
    ["a width of 0", { width: 0 }, "no size"],
    ["a height of 0", { height: 0 }, "no size"],
    ["a size beyond 2^31", { width: 2 ** 31, packed: Buffer.alloc(1) }, "no size"],
    ["a side of 4,097", { width: 4097, height: 1 }, "4096 pixels"],
    ["a height of 4,097", { width: 1, height: 4097 }, "4096 pixels"],
    ["a raster over the budget", { width: 4096, height: 4096, depth: 16, packed: Buffer.alloc(1) }, "67112960 bytes"],
    ["an unknown colour type", { colour: 5 }, "colour type"],
    ["a depth that its colour type has not", { colour: 2, depth: 4 }, "bit depth"],
    ["a depth of 0", { depth: 0, packed: Buffer.alloc(1) }, "bit depth"],
    ["an unknown compression", { methods: [1, 0] }, "unknown way"],
    ["an unknown filter method", { methods: [0, 1] }, "unknown way"],
    ["an unknown interlacing", { interlace: 2 }, "unknown way"],
    ["no palette where its pixels name entries of it", { colour: 3 }, "palette"],
    ["an empty palette", { colour: 3, before: [makeChunk("PLTE", "")] }, "palette"],
    ["a palette of 257 colours", { colour: 3, before: [makeChunk("PLTE", Buffer.alloc(771))] }, "palette"],
    ["more colours than pixels can name", { colour: 3, depth: 1, before: [palette] }, "palette"],
    ["a palette for greys", { colour: 0, before: [palette] }, "palette"],
    ["half a colour", { colour: 2, before: [makeChunk("PLTE", Buffer.alloc(4))] }, "palette"],
    ["two palettes", { colour: 3, before: [palette, palette] }, "critical"],
    ["a palette after the data", { after: [palette] }, "critical"],
    ["transparency before the palette", { colour: 3, before: [makeChunk("tRNS", "a"), palette] }, "wrong place"],
    ["transparency after the data", { colour: 0, after: [makeChunk("tRNS", "ab")] }, "wrong place"],
    ["transparency twice", { colour: 0, before: [makeChunk("tRNS", "ab"), makeChunk("tRNS", "ab")] }, "wrong place"],
    ["transparency beside alpha", { before: [makeChunk("tRNS", "ab")] }, "tRNS"],
    ["transparency of a wrong length", { colour: 2, before: [makeChunk("tRNS", "ab")] }, "tRNS"],
    ["more transparency than colours", { colour: 3, before: [palette, makeChunk("tRNS", "abcde")] }, "tRNS"],
    ["a critical chunk that is not known", { before: [makeChunk("JDAT", "x")] }, "critical"],
    ["data that are interrupted", { after: [makeChunk("tEXt", "a\0b"), makeChunk("IDAT", "")] }, "follow each other"],
  ])("with %s", async (_, plan, detail) => {
    expect(await refusal(makePng(plan))).toContain(detail);
  });

  test("without data", async () => {
    const [head, , end] = listChunks(makePng()).map(({ type, data }) => makeChunk(type, data));
    expect(await refusal(pngOf([head!, end!]))).toContain("no IDAT");
  });

  test("with anything after its end", async () => {
    expect(await refusal(Buffer.concat([makePng(), Buffer.from("<script>")]))).toContain("after its end");
  });

  test("with a first chunk that is not IHDR, and with two of them", async () => {
    const [head, data, end] = listChunks(makePng()).map(({ type, data }) => makeChunk(type, data));
    expect(await refusal(pngOf([makeChunk("tEXt", "a\0b"), head!, data!, end!]))).toContain("begin with IHDR");
    expect(await refusal(pngOf([head!, head!, data!, end!]))).toContain("critical");
    expect(await refusal(pngOf([makeChunk("IHDR", "short"), data!, end!]))).toContain("13 bytes");
  });

  test("with a nameless chunk", async () => {
    expect(await refusal(makePng({ before: [makeChunk("t\0Xt", "")] }))).toContain("no name");
  });

  test("with an end that is not empty", async () => {
    expect(await refusal(makePng({ after: [makeChunk("IEND", "x")] }).subarray(0, -12))).toContain("not empty");
  });

  test("with more bytes than an upload may have", async () => {
    expect(await refusal(new Uint8Array(maxImageBytes + 1))).toBe(
      "A badge's image is a PNG or SVG of at most 512 KB, and at most 4096 pixels wide and high.",
    );
    expect(await refusal(makePng(), { ...imageBudget, bytes: 20 })).toContain("512 KB");
  });

  test("with a size over a budget of one's own", async () => {
    expect(await refusal(makePng(), { ...imageBudget, side: 2 })).toContain("2 pixels");
    expect(await refusal(makePng(), { ...imageBudget, raster: 25 })).toContain("25 bytes");
    await checkImage(makePng(), { ...imageBudget, side: 3, raster: 26 });
  });

  test("wherever it is cut off", async () => {
    const png = makePng({ before: [makeChunk("tEXt", "a\0b")] });
    for (let length = 0; length < png.length; length++) await refusal(png.subarray(0, length));
  });

  test("whichever bit is turned", async () => {
    const png = makePng();
    for (let bit = 0; bit < png.length * 8; bit++) {
      const turned = png.slice();
      turned[bit >> 3]! ^= 1 << (bit & 7);
      await refusal(turned);
    }
  });

  test("or taken, whatever the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom("PLTE", "tRNS", "IDAT", "tEXt", "IEND"), bytes(8))),
        bytes(13),
        async (list, head) => {
          const chunks = list.map(([type, data]) => makeChunk(type, data));
          const png = pngOf([makeChunk("IHDR", head), ...chunks, makeChunk("IEND", "")]);
          const answer = await checkImage(png).catch((error: unknown) => error);
          if (answer instanceof Error) expect(answer).toMatchObject({ code: "INVALID_IMAGE" });
        },
      ),
    );
  });
});

describe("chunks", () => {
  test("are read as they were written, by Node's zlib too", () => {
    const chunk = fc.record({ type: fc.stringMatching(/^[a-z][A-Za-z]{3}$/), data: bytes(50) });
    fc.assert(
      fc.property(fc.array(chunk), (list) => {
        const chunks = [{ type: "IHDR", data: new Uint8Array(13) }, ...list, { type: "IEND", data: new Uint8Array() }];
        const png = writeChunks(chunks);
        expect(readChunks(png)).toEqual(chunks);
        expect(png).toEqual(pngOf(chunks.map(({ type, data }) => makeChunk(type, data))));
      }),
    );
  });

  test("have the CRC-32 of Node's zlib", () => {
    fc.assert(fc.property(bytes(300), (data) => crc32(data) === nodeCrc32(data)));
  });
});

function bytes(maxLength: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ maxLength }).map((each) => Uint8Array.from(each));
}

function spoilt(data: Uint8Array, at: number): Uint8Array {
  const copy = Buffer.from(data);
  copy[copy.length + at]! ^= 0x55;
  return copy;
}
