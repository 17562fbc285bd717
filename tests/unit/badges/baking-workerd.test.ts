import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bake, unbake } from "../../../src/badges/baking.ts";
import { defaultImage } from "../../../src/badges/default-image.ts";
import { checkImage } from "../../../src/badges/image-check.ts";
import { renderMarkdown } from "../../../src/badges/markdown.ts";
import { qrPath } from "../../../src/badges/qr.ts";
import { type RunningWorker, startWorker } from "../../worker/harness.ts";
import { makeChunk, makePng, type PngPlan } from "./png-files.ts";

const png = makePng({ parts: 2, before: [makeChunk("tEXt", "a\0b")] });
const svg = defaultImage({ id: "a", name: "Welding" }).bytes;

describe("in workerd", () => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await startWorker({ entry: "tests/worker/fixture/images.ts" });
  });
  afterAll(() => worker?.dispose());

  const ask = async (path: string, body: Uint8Array<ArrayBuffer> | string) => {
    const answer = await worker.fetch(path, { method: "POST", body });
    return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) };
  };
  const textOf = async (path: string, body: Uint8Array<ArrayBuffer> | string) =>
    Buffer.from((await ask(path, body)).bytes).toString();

  test.each([
    ["a PNG", png],
    ["an SVG", svg],
  ])("%s is checked, baked and read as on Node", async (_, file) => {
    const checked = await checkImage(file);
    expect((await ask("/check", file)).bytes).toEqual(checked.bytes);
    const { bytes } = await ask("/bake", file);
    expect(bytes).toEqual(bake(checked, { a: "]]>" }));
    expect(JSON.parse(await textOf("/unbake", bytes))).toEqual(unbake(bytes));
  });

  test.each<[string, PngPlan, string]>([
    ["a bomb", { packed: deflateSync(Buffer.alloc(50_000_000)) }, "to more than"],
    ["one byte too many", { raster: Buffer.alloc(51) }, "to more than"],
    ["too little", { raster: Buffer.alloc(25) }, "to less than"],
    ["data that are cut off", { packed: deflateSync(Buffer.alloc(26)).subarray(0, -1) }, "do not unpack"],
    ["no zlib", { packed: Buffer.from("nonsense") }, "do not unpack"],
    ["no data", { packed: Buffer.alloc(0) }, "do not unpack"],
    [
      "something after its data",
      { packed: Buffer.concat([deflateSync(Buffer.alloc(26)), Buffer.from("x")]) },
      "unpack",
    ],
  ])("a PNG with %s is refused", async (_, plan, detail) => {
    const { status, bytes } = await ask("/check", makePng(plan));
    expect(status).toBe(422);
    const problem = JSON.parse(Buffer.from(bytes).toString());
    expect(problem).toEqual({ code: "INVALID_IMAGE", detail: expect.stringContaining(detail) });
  });

  test("an SVG with a script is refused", async () => {
    const file = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><script/></svg>`;
    expect((await ask("/check", file)).status).toBe(422);
  });

  test("Markdown and QR codes are those of Node", async () => {
    const text = "# A\n\n[b](https://x.example) <script> ![c](d)";
    expect(await textOf("/markdown", text)).toBe(renderMarkdown(text));
    expect(await textOf("/qr", "https://x.example")).toBe(qrPath("https://x.example").path);
  });
});
