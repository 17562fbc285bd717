import { join } from "node:path";
import { expect, test } from "vitest";
import { root, runNode } from "./run.ts";

test.each([
  ["tools/keys-make.ts", ["--bad"], "Unknown option '--bad'", "Usage: npm run -s keys:make"],
  ["bench/run.ts", ["--bad"], "Unknown option '--bad'", "npm run bench"],
  ["bench/run.ts", ["--only", "nope"], 'There is no case "nope".\n', "npm run bench"],
  ["bench/run.ts", ["--rounds", "abc"], "--rounds is a whole number from 1.\n", "npm run bench"],
  ["bench/run.ts", ["--rounds", "0"], "--rounds is a whole number from 1.\n", "npm run bench"],
  ["tools/dev-worker.ts", ["--port", "x"], "--port is a whole number from 1 to 65535.\n", "npm run dev:worker"],
  ["tools/dev-worker.ts", ["--port", "65536"], "--port is a whole number from 1 to 65535.\n", "npm run dev:worker"],
])("%s ends with 2 where it is told %j, says what is wrong, then how it is used", async (file, args, wrong, usage) => {
  const { code, out, errors } = await runNode([join(root, file), ...args]);
  expect([code, out]).toEqual([2, ""]);
  expect(errors.startsWith(wrong)).toBe(true);
  expect(errors).toContain(`\n\n${usage}`);
  expect(errors).not.toContain("    at ");
});
