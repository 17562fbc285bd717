import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";
import { reckonMany } from "../vectors/reputation/arithmetic.ts";
import { launchBrowser } from "./harness.ts";

const folder = new URL("../vectors/reputation/", import.meta.url);

/** The arithmetic as one script that leaves it in `arithmetic`. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("arithmetic.ts", folder));
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2022", lib: { entry, formats: ["iife"], name: "arithmetic" } },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  return output[0].code;
}

test("reputation's arithmetic gives the same bytes in Chromium as on Node", async () => {
  const file = readFileSync(new URL("arithmetic.json", folder), "utf8");
  const [script, browser] = await Promise.all([bundle(), launchBrowser()]);
  try {
    const page = await browser.newPage();
    await page.evaluate(script.replace(/^(var|const|let) arithmetic\b/m, "globalThis.arithmetic"));
    expect(await page.evaluate(`arithmetic.reckon(${file})`)).toBe(file);
    expect(await page.evaluate("arithmetic.reckonMany()")).toBe(reckonMany());
  } finally {
    await browser.close();
  }
});
