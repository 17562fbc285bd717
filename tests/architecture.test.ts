import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as rules from "./architecture/rules.ts";
import { readSource, readSources, type Source } from "./architecture/source.ts";

const house = readSources(fileURLToPath(new URL("../src", import.meta.url)));

describe("the house", () => {
  test("has no file outside its rooms", () => expect(rules.unknownRooms(house)).toEqual([]));
  test("imports downwards only", () => expect(rules.wrongDirections(house)).toEqual([]));
  test("has no circle of imports", () => expect(rules.circles(house)).toEqual([]));
  test("has no file over 300 lines and no function over 60", () => expect(rules.tooLong(house)).toEqual([]));
  test("keeps its library entry and its pure rooms free of Node and of adapters", () =>
    expect(rules.impurities(house)).toEqual([]));
  test("keeps Node databases out of the Worker", () => expect(rules.nodeInWorker(house)).toEqual([]));
  test("reads the clock at its entries only", () => expect(rules.clocks(house)).toEqual([]));
  test("has no any, no console.log, no silenced check and nothing left to do", () =>
    expect(rules.laxities(house)).toEqual([]));
  test("names its files by nouns of the domain", () => expect(rules.wrongNames(house)).toEqual([]));
  test("is read whole", () => {
    expect(house.length).toBeGreaterThan(50);
    expect(house.map(({ path }) => path)).toContain("index.ts");
  });
});

describe("the rules", () => {
  test.each([
    ["an import upwards", "kernel/a.ts", `import { x } from "../identity/b.ts";`],
    ["an import of types upwards", "kernel/a.ts", `import type { X } from "../identity/b.ts";`],
    ["a type imported inline upwards", "kernel/a.ts", `let x: import("../identity/b.ts").X;`],
    ["a dynamic import upwards", "kernel/a.ts", `await import("../identity/b.ts");`],
    ["an export from above", "kernel/a.ts", `export * from "../identity/b.ts";`],
    ["two kinds that know each other", "profiles/a.ts", `import { x } from "../badges/b.ts";`],
    ["two adapters that know each other", "storage/a.ts", `import { x } from "../http/b.ts";`],
    ["an adapter that reads the configuration", "chain/a.ts", `import { x } from "../config.ts";`],
    ["two entries that know each other", "node.ts", `import { x } from "./worker.ts";`],
  ])("refuse %s", (_name, path, text) => {
    expect(rules.wrongDirections(files({ [path]: text }))).toHaveLength(1);
  });

  test("let a room import lower rooms, itself and the primitives", () => {
    const text = `import { a } from "../kernel/a.ts"; import { b } from "./b.ts"; import { c } from "#primitives";`;
    expect(rules.wrongDirections(files({ "identity/a.ts": text }))).toEqual([]);
  });

  test("refuse a room that the house has not", () => {
    expect(rules.unknownRooms(files({ "lib/a.ts": "", "extra.ts": "" }))).toHaveLength(2);
  });

  test("refuse circles, those of types too, and name each once", () => {
    const circle = files({
      "kernel/a.ts": `import type { B } from "./b.ts";`,
      "kernel/b.ts": `import { c } from "./c.ts";`,
      "kernel/c.ts": `import { type A } from "./a.ts";`,
      "kernel/d.ts": `import { a } from "./a.ts";`,
    });
    expect(rules.circles(circle)).toEqual(["kernel/a.ts -> kernel/b.ts -> kernel/c.ts -> kernel/a.ts"]);
  });

  test("refuse a file of 301 lines and let one of 300 be", () => {
    expect(rules.tooLong(files({ "kernel/a.ts": "//\n".repeat(300) }))).toEqual([]);
    expect(rules.tooLong(files({ "kernel/a.ts": "//\n".repeat(301) }))).toEqual(["kernel/a.ts has 301 lines"]);
  });

  test.each([
    ["a function", (body: string) => `function f() {${body}}`, "f"],
    ["an arrow", (body: string) => `const f = () => {${body}};`, "f"],
    ["a method", (body: string) => `class A { f() {${body}} }`, "f"],
  ])("refuse %s of 61 lines and let one of 60 be", (_name, wrap, name) => {
    expect(rules.tooLong(files({ "kernel/a.ts": wrap("\n".repeat(59)) }))).toEqual([]);
    expect(rules.tooLong(files({ "kernel/a.ts": wrap("\n".repeat(60)) }))).toEqual([
      `kernel/a.ts:1 ${name} has 61 lines`,
    ]);
  });

  test.each([
    ["a Node module", `import { hash } from "node:crypto";`],
    ["a database", `import { Kysely } from "kysely";`],
    ["a framework", `import type { Context } from "hono";`],
    ["Node's own primitives", `import { sha256 } from "../kernel/primitives-node.ts";`],
    ["Buffer", `export const x = Buffer.from("");`],
    ["the process", `export const x = process.env.X;`],
  ])("refuse %s in a pure room", (_name, text) => {
    expect(rules.impurities(files({ "verify/a.ts": text }))).toHaveLength(1);
    expect(rules.impurities(files({ "storage/a.ts": text }))).toEqual([]);
  });

  test("let members bear the names of Node's globals", () => {
    const text = `export const f = (x: { process: number }) => x.process; export const y = { process: 1 };`;
    expect(rules.impurities(files({ "kernel/a.ts": text }))).toEqual([]);
  });

  test("refuse an adapter behind the library entry, however far", () => {
    const library = files({
      "index.ts": `export { a } from "./verify/a.ts";`,
      "verify/a.ts": `import { b } from "../storage/b.ts";`,
      "storage/b.ts": "",
    });
    expect(rules.impurities(library)).toEqual(["index.ts reaches storage/b.ts"]);
  });

  test.each([
    ["better-sqlite3", `import Database from "better-sqlite3";`, 1],
    ["the native secp256k1", `import secp256k1 from "secp256k1";`, 1],
    ["files", `import { readFile } from "node:fs/promises";`, 1],
    ["nothing by a type", `import type Database from "better-sqlite3";`, 0],
    ["nothing by primitives", `import { sha256 } from "#primitives";`, 0],
  ])("find %s behind the Worker", (_name, text, count) => {
    const worker = files({
      "worker.ts": `import { a } from "./storage/a.ts";`,
      "storage/a.ts": text,
      "kernel/primitives-node.ts": `import { hash } from "node:crypto"; import secp256k1 from "secp256k1";`,
    });
    expect(rules.nodeInWorker(worker)).toHaveLength(count);
  });

  test("refuse a clock behind the entries", () => {
    const reads = "export const now = () => Date.now(); export const then = () => new Date();";
    expect(rules.clocks(files({ "http/a.ts": reads }))).toHaveLength(2);
    expect(rules.clocks(files({ "node.ts": reads, "kernel/a.ts": "export const d = new Date(0);" }))).toEqual([]);
  });

  test.each([
    ["any", "export const x = (y: any) => y;"],
    ["a cast to any", "export const x = 1 as any;"],
    ["console.log", `console.log("x");`],
    ["work left to do", "// TODO: more"],
    ["a silenced check", "// @ts-expect-error\nexport const x: string = 1;"],
  ])("refuse %s", (_name, text) => {
    expect(rules.laxities(files({ "http/a.ts": text }))).toHaveLength(1);
  });

  test.each(["kernel/utils.ts", "http/types.ts", "identity/index.ts", "identity/signIn.ts", "identity/Did.ts"])(
    "refuse the name %s",
    (path) => expect(rules.wrongNames(files({ [path]: "" }))).toHaveLength(1),
  );

  test("refuse a class that manages", () => {
    expect(rules.wrongNames(files({ "kernel/a.ts": "class KeyManager {}" }))).toHaveLength(1);
  });
});

function files(texts: Record<string, string>): Source[] {
  return Object.entries(texts).map(([path, text]) => readSource(path, text));
}
