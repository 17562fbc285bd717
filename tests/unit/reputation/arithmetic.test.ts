import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reckon, type Vectors } from "../../vectors/reputation/arithmetic.ts";

const file = readFileSync(new URL("../../vectors/reputation/arithmetic.json", import.meta.url), "utf8");
const vectors = JSON.parse(file) as Vectors;

test("the vectors of the arithmetic are what their inputs give, byte for byte", () => {
  expect(reckon(vectors)).toBe(file);
});

test("the vectors hold a graph of twelve nodes, and its strangers have nothing", () => {
  const graph = vectors.trust[0]!;
  expect(graph.nodes).toHaveLength(12);
  expect(graph.nodes.find(({ name }) => name === "island")).toMatchObject({ units: "0", trust: "0" });
  expect(graph.nodes.some(({ trust }) => trust !== "0")).toBe(true);
});
