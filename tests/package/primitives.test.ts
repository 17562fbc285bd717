import { describe, expect, test } from "vitest";
import * as chosen from "#primitives";
import * as node from "../../src/kernel/primitives-node.ts";
import { runNode } from "./run.ts";

const print = `import("#primitives").then((primitives) => process.stdout.write(primitives.secp256k1Implementation()))`;

describe("#primitives", () => {
  test("stands for those of Node in the tests", () => {
    expect(chosen.secp256k1Recover).toBe(node.secp256k1Recover);
  });

  test("stands for those of Node on Node", async () => {
    const { out } = await runNode(["-e", print]);
    expect(out).toBe(node.secp256k1Implementation());
  });

  test("stands for those of the web where a browser is asked for", async () => {
    const { out } = await runNode(["--conditions=browser", "-e", print]);
    expect(out).toBe("javascript");
  });
});
